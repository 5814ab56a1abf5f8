"""Does this machine compute what the network was trained to? Golden vectors say.

At export the trained network itself, in torch, embeds a few drawn patterns; what it gave lies
beside the model. Any provider that gives something else here must not decide about people.
"""

from __future__ import annotations

import io
from typing import Final

import numpy as np

from siamapp.errors import ModelIncompatible
from siamapp.types import BgrImage, FloatArray
from siamapp.vision.align import CROP_PX
from siamapp.vision.card import verified_bytes
from siamapp.vision.embed import Embedder

LEAST_COSINE: Final = 0.9999
"""Of an fp32 file on any provider, at batch 1 and at batch 7."""
_COUNT: Final = 7


def golden_inputs() -> list[BgrImage]:
    """Seven patterns `(112, 112, 3)` BGR, the same on any machine and with any numpy; no faces."""
    y, x = np.mgrid[0:CROP_PX, 0:CROP_PX] / CROP_PX
    patterns = []
    for number in range(_COUNT):
        waves = [
            np.sin(2 * np.pi * ((number + 1) * x + channel * y) + channel)
            * np.cos(2 * np.pi * (number * y - 0.5 * channel * x))
            for channel in range(3)
        ]
        patterns.append(np.round(127.5 + 120 * np.stack(waves, axis=-1)).astype(np.uint8))
    return patterns


def parity(embedder: Embedder) -> float | None:
    """The worst cosine between golden and computed vectors, at batch 1 and 7; None without any.

    Raises:
        ModelIncompatible: the golden file does not fit the embedder.
        ModelMissing, ModelTampered: see `siamapp.vision.card.verified_bytes`.
    """
    golden = embedder.model.card.golden
    if golden is None:
        return None
    data = verified_bytes(embedder.model.folder, golden)
    expected: FloatArray = np.load(io.BytesIO(data), allow_pickle=False)
    if expected.shape != (_COUNT, embedder.dimension):
        raise ModelIncompatible(
            f"The golden vectors of {embedder.model.card.name} do not fit it.",
            "Reinstall the model.",
        )
    inputs = golden_inputs()
    together = embedder(inputs)
    alone = np.concatenate([embedder([crop]) for crop in inputs])
    return float(min((v * expected).sum(axis=1).min() for v in (together, alone)))
