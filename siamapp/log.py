"""One log file per home. No face, name or vector is ever written to it."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from siamapp.errors import SettingsError

log = logging.getLogger("siamapp")
log.addHandler(logging.NullHandler())  # without a file nothing is said: stderr is the user's


def log_to_file(folder: Path) -> Path:
    """Log to `folder/siamapp.log` (owner-only, rotated at 1 MB); returns its path.

    Raises:
        SettingsError: it cannot be written.
    """
    path = folder / "siamapp.log"
    for old in [h for h in log.handlers if isinstance(h, RotatingFileHandler)]:
        log.removeHandler(old)
        old.close()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}.", "Check the rights of that folder."
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.raiseExceptions = False  # a full disk: the log ends, the work goes on
    return path
