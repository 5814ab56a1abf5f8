"""From an aligned crop to a unit vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from siamapp.errors import ModelIncompatible
from siamapp.types import BgrImage, FloatArray
from siamapp.vision.model import Model
from siamapp.vision.planes import fill


class Embedder:
    """The shared branch of the Siamese network (Chopra, Hadsell, LeCun 2005, section 2)."""

    def __init__(self, model: Model) -> None:
        """Raises ModelIncompatible where the card is not an embedder's."""
        spec = model.card.embedding
        if model.card.task != "embedder" or spec is None:
            raise ModelIncompatible(
                f"{model.card.name} is not an embedder.", "Choose another model."
            )
        self.model = model
        self.id = model.card.id
        self.dimension = spec.dimension

    def __call__(self, crops_bgr: Sequence[BgrImage]) -> FloatArray:
        """Embed crops `(112, 112, 3)`; returns `(N, D)` float32 of unit length.

        Raises:
            ModelIncompatible: the network gave a vector of another size, zero or not finite. Such a
                vector must never be compared: NaN compares false and zero is near everything.
        """
        if not crops_bgr:
            return np.empty((0, self.dimension), np.float32)
        batch = np.empty((len(crops_bgr), 3, *crops_bgr[0].shape[:2]), np.float32)
        for planes, crop in zip(batch, crops_bgr, strict=True):
            fill(planes, crop, self.model.card.input)
        parts = [batch] if self.model.takes_many else np.split(batch, len(batch))
        raw = np.concatenate(
            [np.asarray(self.model.run({self.model.input_name: p})[0], np.float32) for p in parts]
        )
        norms = np.linalg.norm(raw, axis=-1, keepdims=True)
        if (
            raw.shape != (len(batch), self.dimension)
            or not np.isfinite(raw).all()
            or (norms < 1e-6).any()
        ):
            raise ModelIncompatible(
                f"{self.model.card.name} gave an unusable vector.",
                "Reinstall the model or choose another.",
            )
        return np.asarray(raw / norms, np.float32)
