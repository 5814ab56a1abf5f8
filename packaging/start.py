"""What the frozen programs run: `siamapp-gui` opens the window, `siamapp` is the command line."""

import multiprocessing
import sys
from pathlib import Path

from siamapp.__main__ import main, main_gui

if __name__ == "__main__":
    multiprocessing.freeze_support()  # the workers of an import are this program again
    (main_gui if Path(sys.executable).stem.endswith("-gui") else main)()
