"""How much of a face something covers: a hand, a mask, sunglasses, hair."""

from __future__ import annotations

from typing import Final

import numpy as np

from siamapp.errors import ModelIncompatible
from siamapp.types import BgrImage
from siamapp.vision.model import Model

NAME: Final = "siamocclusion-v1"
"""The one that comes with the app."""


class OcclusionNetwork:
    """The component "face occlusion prevention" of ISO/IEC 29794-5:2025, turned round.

    It errs (its card says how often), so it warns and ranks; nobody is refused for it.
    """

    def __init__(self, model: Model) -> None:
        """Raises ModelIncompatible where the card is not such a model's."""
        card = model.card
        if card.task != "occlusion" or card.occlusion is None:
            raise ModelIncompatible(
                f"{card.name} does not measure occlusion.", "Reinstall the model."
            )
        self.model = model
        self.limit: Final = card.occlusion.limit
        self._mean = np.array(card.input.mean, np.float32)
        self._scale = 1 / np.array(card.input.std, np.float32)

    def __call__(self, crop_bgr: BgrImage) -> float:
        """Share of an aligned face `(112, 112, 3)` that is covered, 0..1.

        Raises:
            ModelIncompatible: the network gave something else.
        """
        rgb = (crop_bgr[..., ::-1] - self._mean) * self._scale
        planes = np.ascontiguousarray(rgb.transpose(2, 0, 1)[None], np.float32)
        share = np.asarray(self.model.run({self.model.input_name: planes})[0], np.float32)
        if share.shape != (1,) or not 0 <= float(share[0]) <= 1:
            raise ModelIncompatible(
                f"{self.model.card.name} gave an unusable score.",
                "Reinstall the model or choose another.",
            )
        return float(share[0])
