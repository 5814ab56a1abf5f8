"""Writes a picture of every page and dialog in each language, light and dark, at 1x and 2x.

    python tests/e2e/gallery_of_screens.py [--out DIR] [--scripted] [--docs docs/screenshots]

They are to be looked at one by one. The only faces on them are the two public-domain portraits.
With the models of `assets/models`, or with `--scripted` around two scripted networks.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
from PySide6.QtWidgets import QApplication

from tests.e2e.screens import LANGUAGES, Screens

DOCS = {
    "welcome": "welcome-1",
    "enrol": "enrol-coaching",
    "review": "enrol-ready",
    "many": "dialog-many",
    "verify": "verify-yes",
    "live": "live-two",
    "people": "people",
    "history": "history",
    "evaluate": "evaluate-found",
    "models": "models-empty",
    "settings": "settings-empty",
}
"""Pictures of the documents by name, and what each shows."""


def write_docs(out: Path, docs: Path) -> None:
    """The pictures of the documents, smaller, from those of the light scheme."""
    docs.mkdir(parents=True, exist_ok=True)
    for name, page in DOCS.items():
        for language, suffix in (("en", ""), ("zh", ".zh")):
            picture = cv2.imread(str(out / f"{language}-light-2x-{page}.png"))
            assert picture is not None
            small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            done = cv2.imwrite(
                str(docs / f"{name}{suffix}.png"), small, [cv2.IMWRITE_PNG_COMPRESSION, 9]
            )
            assert done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--scripted", action="store_true", help="two scripted networks")
    parser.add_argument("--docs", type=Path, help="also write the pictures of the documents there")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.one:
        # The factor is the name's, so that no picture is called 2x that was made at 1x.
        os.environ["QT_SCALE_FACTOR"] = arguments.one.rpartition("-")[2].removesuffix("x")
        app = QApplication(sys.argv[:1])
        Screens(app, arguments.out, arguments.one, scripted=arguments.scripted).shoot()
        return 0
    command = [sys.executable, __file__, "--out", str(arguments.out)]
    command += ["--scripted"] if arguments.scripted else []
    for language in LANGUAGES:
        for scheme in ("light", "dark"):
            for factor in (1, 2):
                one = [*command, "--one", f"{language}-{scheme}-{factor}x"]
                subprocess.run(one, check=True)
    if arguments.docs:
        write_docs(arguments.out, arguments.docs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
