"""`python -m siamapp`: no arguments open the window, otherwise the command line."""

from multiprocessing import freeze_support

from siamapp.cli import main

if __name__ == "__main__":
    freeze_support()  # the trial of a model is a process of its own, in a frozen app too
    main()
