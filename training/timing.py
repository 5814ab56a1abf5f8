"""How long one face takes, beside the reference in the same run."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort

from siamapp.vision.align import CROP_PX
from siamapp.vision.card import load_card


def medians_ms(folder: Path, reference: Path, rounds: int = 200) -> dict[str, float]:
    """Median milliseconds at batch 1 on 1 thread; models take turns, so noise hits all alike."""
    card = load_card(folder)
    files = {
        "fp32": folder / card.file("fp32").name,
        "int8": folder / card.file("int8").name,
        "reference": reference,
    }
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = {
        name: ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        for name, path in files.items()
    }
    face = np.random.default_rng(0).uniform(-1, 1, (1, 3, CROP_PX, CROP_PX)).astype(np.float32)
    spent: dict[str, list[float]] = {name: [] for name in sessions}
    for turn in range(rounds + 20):
        for name, session in sessions.items():
            feed = {session.get_inputs()[0].name: face}
            started = time.perf_counter()
            session.run(None, feed)
            if turn >= 20:
                spent[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in spent.items()}
