"""A first run of a model in a process of its own, with a limit on its time and memory.

Reading a graph cannot tell what it will do to the memory: three operators can ask for terabytes.
Whatever happens in the other process, this one goes on and says so in one line.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import numpy as np

from siamapp.errors import ModelIncompatible, SiamError
from siamapp.types import BgrImage, Face, FloatArray
from siamapp.vision.detect import Detector
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model
from siamapp.vision.occlusion import OcclusionNetwork
from siamapp.vision.presence_network import PresenceNetwork
from siamapp.vision.selftest import LEAST_COSINE, golden_inputs, parity

MEMORY_BYTES: Final = 3_000_000_000
TIMEOUT_S: Final = 120.0
ALIKE_COSINE: Final = 0.999
"""Of different pictures: an embedder that gives them all one vector knows nobody."""


def try_model(folder: Path, *, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
    """Run every file of a model on drawn pictures and check what comes out.

    Returns:
        Figures: `milliseconds` by file, `parity_cosine` where the card has golden vectors.

    Raises:
        ModelIncompatible: it gave no usable answer, took too long or too much memory.
        ModelError: as `Model.load`.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    # Spawned, not forked: this process may have threads that hold locks.
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(folder, theirs), name="siam-trial", daemon=True
    )
    process.start()
    theirs.close()
    try:
        if not ours.poll(timeout_s):
            raise ModelIncompatible(
                f"The model {folder.name} did not answer within {timeout_s:.0f} s.",
                "Choose another model.",
            )
        answer = ours.recv()
    except EOFError as error:
        raise ModelIncompatible(
            f"The model {folder.name} broke down in its trial; it may need too much memory.",
            "Choose another model.",
        ) from error
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()
    if isinstance(answer, SiamError):
        raise answer
    figures: dict[str, Any] = answer
    return figures


def check_embedder(embedder: Embedder) -> None:
    """Raises ModelIncompatible where the vectors cannot tell people apart.

    A vector that is not finite, of zero length or of another size is refused by the embedder.
    """
    inputs = golden_inputs()
    together = embedder(inputs)
    alone = np.concatenate([embedder([crop]) for crop in inputs])
    name = embedder.model.card.name
    if _least(together, alone) < LEAST_COSINE:
        raise ModelIncompatible(
            f"{name} gives a face another vector when others are looked at with it.",
            "Export it in evaluation mode.",
        )
    cosines = alone @ alone.T
    if float(cosines[np.triu_indices(len(alone), 1)].min()) > ALIKE_COSINE:
        raise ModelIncompatible(
            f"{name} gives every picture the same vector.",
            "Compare its card's input size, channels, mean and std with how it was trained.",
        )


def _least(first: FloatArray, second: FloatArray) -> float:
    return float((first * second).sum(axis=1).min())


def _run(folder: Path, answers: Connection) -> None:
    _limit_memory()
    try:
        answers.send(_tried(folder))
    except SiamError as error:
        answers.send(type(error)(error.message, error.hint))
    except Exception as error:  # noqa: BLE001 - a stranger's model: whatever it was, it is refused
        answers.send(
            ModelIncompatible(
                f"The model {folder.name} failed in its trial: {type(error).__name__}.",
                "Choose another model.",
            )
        )


def _tried(folder: Path) -> dict[str, Any]:
    figures: dict[str, Any] = {"milliseconds": {}}
    first = Model.load(folder, provider="cpu")
    for file in first.card.files:
        model = Model.load(folder, provider="cpu", precision=file.precision)
        if model.card.task == "embedder":
            embedder = Embedder(model)
            check_embedder(embedder)
            if file.precision == "fp32" and (cosine := parity(embedder)) is not None:
                figures["parity_cosine"] = cosine
                if cosine < LEAST_COSINE:
                    raise ModelIncompatible(
                        f"{model.card.name} gives other vectors here than where it was trained.",
                        "Reinstall it, or choose another model.",
                    )
        elif model.card.task == "detector":
            Detector(model).detect(_noise())
        elif model.card.task == "occlusion":
            OcclusionNetwork(model)(_noise()[:112, :112])
        else:
            points = [(130, 90), (190, 90), (160, 125), (135, 155), (185, 155)]
            face = Face(
                np.array([100, 50, 220, 200], np.float32), np.array(points, np.float32), 1.0
            )
            PresenceNetwork(model)(_noise(), [face])
        figures["milliseconds"][file.name] = round(model.latency_ms(), 3)
    return figures


def _noise() -> BgrImage:
    """`(240, 320, 3)`, the same each time."""
    return np.random.default_rng(0).integers(0, 256, (240, 320, 3)).astype(np.uint8)


def _limit_memory() -> None:
    """Of data, not of addresses: onnxruntime maps much more than it uses. Not on Windows."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
