"""What a look costs as the gallery grows, beside numpy and faiss in the same run, on one thread.

OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/gallery_scale.py --out docs/performance

faiss is compared with where it is installed (`pip install faiss-cpu`); the app does not use it.
Times are CPU milliseconds of one thread, medians, all taking turns probe by probe. Vectors are made
like the shipped embedder's: a person is a draw in 128 dimensions whose variances fall off so that
strangers' cosines spread as the card's impostor table says (42 dimensions' worth, mean 0.05), and
each template mixes the person with a draw of its own so that genuine distances spread as the card's
FNMR says; `--check` prints both beside the card.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from siamapp.identity.gallery import Gallery
from siamapp.identity.large import sized
from siamapp.identity.search import search
from siamapp.paths import assets_dir
from siamapp.types import FloatArray
from siamapp.vision.card import load_card

DIMENSION, EACH = 128, 5
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
OWN_SHARE = (0.68, 0.22)
"""Mean and standard deviation of how much of a template is the person."""


class MadePeople:
    """Endless people whose vectors lie as the shipped embedder's do."""

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        variance = np.exp(-0.0463 * np.arange(DIMENSION))  # participation ratio 42
        self._spread = np.sqrt(variance / variance.sum()).astype(np.float32)
        self._mean = np.float32(np.sqrt(0.05 / 0.95 / DIMENSION))
        turned = np.linalg.qr(self._random.standard_normal((DIMENSION, DIMENSION)))[0]
        self._turned = turned.astype(np.float32)

    def people(self, count: int) -> FloatArray:
        return self._random.standard_normal((count, DIMENSION), np.float32) * self._spread

    def looks(self, people: FloatArray) -> FloatArray:
        """One unit vector of each person."""
        own = self._random.normal(*OWN_SHARE, len(people)).clip(0, 0.97)[:, None]
        mixed = own * people + np.sqrt(1 - own**2) * self.people(len(people)) + self._mean
        turned = mixed.astype(np.float32) @ self._turned
        return np.asarray(turned / np.linalg.norm(turned, axis=1, keepdims=True), np.float32)


def measure(templates: int, probes: int) -> dict[str, Any]:
    """One size: milliseconds, memory and recall of each way of searching."""
    made = MadePeople()
    people = made.people(templates // EACH)
    vectors = np.empty((templates, DIMENSION), np.float32)
    for at in range(0, len(people), 20_000):
        some = np.repeat(people[at : at + 20_000], EACH, axis=0)
        vectors[at * EACH : at * EACH + len(some)] = made.looks(some)
    owners = np.repeat(np.arange(len(people)), EACH)
    names = {i: str(i) for i in range(len(people))}
    start = time.thread_time()
    gallery = sized(Gallery("made" * 4, vectors, owners, names))
    build_s = time.thread_time() - start
    index = getattr(gallery, "index", None)
    held = gallery.people.nbytes + gallery.starts.nbytes
    held += index.nbytes if index else vectors.nbytes
    known = people[np.random.default_rng(1).choice(len(people), min(probes, len(people)), False)]
    seen = made.looks(known)
    ways: dict[str, Callable[[FloatArray], int]] = {
        "siamapp": lambda probe: search(probe, gallery, "l2")[0].person_id,
        "numpy": lambda probe: int(np.argmax(vectors @ probe)),
    }
    if (flat := _faiss_fp16(vectors)) is not None:
        ways["faiss fp16 flat"] = flat
    ms: dict[str, list[float]] = {name: [] for name in ways}
    right: list[bool] = []
    every_ms: list[float] = []
    for probe in seen:
        for name, way in ways.items():
            start = time.thread_time()
            answer = way(probe)
            ms[name].append(1000 * (time.thread_time() - start))
            if name == "siamapp":
                found = answer
        if len(every_ms) < 20 or index is not None:
            start = time.thread_time()
            truth = search(probe, gallery, "l2", every=True)[0].person_id
            every_ms.append(1000 * (time.thread_time() - start))
            right.append(found == truth)
    return {
        "templates": templates,
        "ms": {name: round(statistics.median(times), 3) for name, times in ms.items()},
        "confirm_ms": round(statistics.median(every_ms), 3),
        "recall": round(float(np.mean(right)), 4),
        "probes": len(right),
        "memory_of_fp16": round(held / (2 * vectors.size), 3),
        "build_s": round(build_s, 2),
    }


def _faiss_fp16(vectors: FloatArray) -> Callable[[FloatArray], int] | None:
    try:
        import faiss
    except ImportError:
        return None
    faiss.omp_set_num_threads(1)
    kind = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(DIMENSION, kind, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[:1000])
    index.add(vectors)
    return lambda probe: int(index.search(probe[None], 1)[1][0, 0])


def check() -> None:
    """The made vectors' rates beside the card's, at the card's distances."""
    made = MadePeople()
    people = made.people(4_000)
    first, second = made.looks(people), made.looks(people)
    strangers = np.sqrt(np.maximum(2 - 2 * first @ second.T, 0))
    genuine = np.diag(strangers).copy()
    np.fill_diagonal(strangers, np.inf)
    for row in load_card(assets_dir() / "models" / "siamface-v1").thresholds:
        fmr = (strangers <= row.distance).mean()
        fnmr = (genuine > row.distance).mean()
        sys.stdout.write(
            f"{row.distance:.3f}  FMR card {row.fmr:.0e} made {fmr:.0e}"
            f"  FNMR card {row.fnmr:.2f} made {fnmr:.2f}\n"
        )


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name in rows[0]["ms"]:
        axes.loglog([r["templates"] for r in rows], [r["ms"][name] for r in rows], "o-", label=name)
    sketched = [r for r in rows if r["templates"] >= 50_000]
    axes.loglog(
        [r["templates"] for r in sketched],
        [r["confirm_ms"] for r in sketched],
        "o:",
        label="siamapp, a name confirmed by everybody",
    )
    axes.axvline(50_000, color="grey", lw=0.8, ls="--")
    axes.set(xlabel="templates of 128 numbers", ylabel="CPU ms per look, one thread")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for gallery_scale.json and .svg")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--probes", type=int, default=200)
    parser.add_argument("--check", action="store_true", help="only compare with the card")
    asked = parser.parse_args()
    if asked.check:
        return check()
    rows = []
    for size in asked.sizes:
        rows.append(measure(size, asked.probes))
        sys.stdout.write(json.dumps(rows[-1]) + "\n")
        sys.stdout.flush()
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "gallery_scale.json").write_text(json.dumps(rows, indent=1) + "\n")
        draw(rows, asked.out / "gallery_scale.svg")


if __name__ == "__main__":
    main()
