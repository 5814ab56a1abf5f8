"""`python -m siamapp`: no arguments open the window, otherwise the command line."""

from siamapp.cli import main

if __name__ == "__main__":
    main()
