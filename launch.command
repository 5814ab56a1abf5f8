#!/bin/sh
# Double-clickable on macOS: opens the window, installing first where needed.
exec "$(dirname "$0")/launch.sh" "$@"
