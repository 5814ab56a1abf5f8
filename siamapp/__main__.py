"""`python -m siamapp`: no arguments open the window, otherwise the command line."""

import signal
from multiprocessing import freeze_support
from types import ModuleType


def main() -> None:
    """Entry point of `siamapp`."""
    _command_line().main()


def main_gui() -> None:
    """Entry point of `siamapp-gui`, which has no console on Windows."""
    _command_line().main_gui()


def _command_line() -> ModuleType:
    # Half a second of imports: Ctrl-C meanwhile ends them, and tells of no line that it met.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from siamapp import cli

    return cli


if __name__ == "__main__":
    freeze_support()  # the trial of a model is a process of its own, in a frozen app too
    main()
