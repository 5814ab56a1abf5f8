#!/bin/sh
# Double-clickable on Linux: opens the window, installing first where needed.
cd "$(dirname "$0")" || exit 2
command -v python3 >/dev/null || { echo "Python 3.11 to 3.13 is needed: sudo apt install python3" >&2; exit 2; }
exec python3 launch.py "$@"
