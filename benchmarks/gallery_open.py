"""How long an encrypted gallery takes to open, part by part, and of what its file is made.

OMP_NUM_THREADS=1 python benchmarks/gallery_open.py [--templates 100000] [--repeats 3]

The gallery is made in a temporary folder: five templates a person, with crops (as by default) and
without. Crops are noise of the size that kept crops have, `CROP_BYTES`. Times are CPU seconds of
one thread (user and system: the file lies in the page cache), the least of the repeats.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from gallery_scale import EACH, MadePeople

from siamapp.identity.gallery import Gallery
from siamapp.identity.large import sized
from siamapp.store.database import Database
from siamapp.store.pages import verify_pages
from siamapp.store.people import People
from siamapp.store.rows import TemplateRow, insert_person, insert_templates, quality_json
from siamapp.store.vault import GALLERY_NAME, Key, find_key
from siamapp.types import Consent, Quality

CROP_BYTES = 21_000
"""Median size of an aligned 112x112 face as PNG (of the public-domain portraits)."""
EMBEDDER = "made" * 4


def fill(home: Path, key: Key, templates: int, *, crops: bool) -> None:
    random = np.random.default_rng(0)
    made = MadePeople()
    quality = quality_json(Quality(80, 0.2, 0.5, 0.2, 1, 0.0, 3, 1))
    with Database.open(home, key) as database, database.transaction() as connection:
        for number in range(templates // EACH):
            person = insert_person(connection, f"person {number}", consent=Consent())
            insert_templates(
                connection,
                person,
                [
                    TemplateRow(
                        EMBEDDER,
                        vector.tobytes(),
                        quality,
                        "2026-01-01T00:00:00+00:00",
                        random.bytes(CROP_BYTES) if crops else None,
                    )
                    for vector in made.looks(np.repeat(made.people(1), EACH, axis=0))
                ],
            )


def opened(home: Path, key: Key) -> dict[str, float]:
    """CPU seconds of each step from a closed file to a gallery that answers."""
    spent: dict[str, float] = {}

    def timed(step: str, work: Callable[[], Any]) -> Any:
        start = time.thread_time()
        result = work()
        spent[step] = time.thread_time() - start
        return result

    database = timed("opening", lambda: Database.open(home, key))
    with database:
        rows = timed("reading templates", lambda: People(database).gallery_rows(EMBEDDER))
    timed(
        "index",
        lambda: sized(Gallery(EMBEDDER, rows.vectors, rows.person_ids, rows.names)),
    )
    # What a gallery of pictures is spared at opening.
    with Database.open(home, key) as database:
        timed("verifying every page", lambda: _verify_all(database))
    spent["in all"] = spent["opening"] + spent["reading templates"] + spent["index"]
    return spent


def _verify_all(database: Database) -> None:
    with database.snapshot() as connection:
        assert verify_pages(connection)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--templates", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    for crops in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            key = find_key(home, key_file=home / "key", ask_passphrase=None)
            fill(home, key, asked.templates, crops=crops)
            tries = [opened(home, key) for _ in range(asked.repeats)]
            best = min(tries, key=lambda spent: spent["in all"])
            report = {
                "templates": asked.templates,
                "crops": crops,
                "file_mb": round((home / GALLERY_NAME).stat().st_size / 1e6, 1),
                "seconds": {step: round(s, 3) for step, s in best.items()},
            }
            sys.stdout.write(json.dumps(report) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
