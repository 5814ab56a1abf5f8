"""The whole engine behind one door, on portraits and scripted networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siamapp.settings import Settings
from siamapp.types import BgrImage, Face, Frame, Outcome
from tests.gui.scripted import ScriptedDetector, astronaut, hopper, open_scripted

SMALL = 512
"""Height of the portrait whose face is the smaller one."""


class BothFaces(ScriptedDetector):
    """Finds the faces of the two portraits side by side, as `together` lays them."""

    def detect(self, bgr: BgrImage) -> list[Face]:
        if bgr.shape[1] < 2 * SMALL:
            return super().detect(bgr)
        [small] = super().detect(bgr[:SMALL, :SMALL])
        [large] = super().detect(bgr[:, SMALL:])
        right = np.array((SMALL, 0), np.float32)
        box = large.box_xyxy + np.tile(right, 2)
        return [small, Face(box, large.landmarks_xy + right, large.score)]


def together() -> BgrImage:
    """Eileen Collins farther off, Grace Hopper near."""
    near = hopper()
    far = np.pad(astronaut(), ((0, len(near) - SMALL), (0, 0), (0, 0)))
    return np.hstack([far, near])


@pytest.mark.parametrize("still", [True, False])
def test_a_bystander_who_is_enrolled_verifies_nobody(tmp_path: Path, still: bool) -> None:
    """Whoever stands before the camera is asked about, not somebody farther off."""
    with open_scripted(tmp_path, Settings()) as recognizer:
        recognizer.pipeline.detector = BothFaces()  # type: ignore[assignment]
        for name, bgr in (("Eileen", astronaut()), ("Grace", hopper())):
            recognizer.enroll(name, recognizer.samples_from([Frame(bgr, 0.0, 0)], still=True))
        frames = [Frame(together(), k / 30, k) for k in range(6)]
        named = {face.decision.name for face in recognizer.identify(frames, still=still)}
        assert named == {"Eileen", "Grace"}
        farther = recognizer.verify("Eileen", frames, still=still)
        nearer = recognizer.verify("Grace", frames, still=still)
        assert farther is not None
        assert nearer is not None
        assert (farther.outcome, nearer.outcome) == (Outcome.UNKNOWN, Outcome.MATCH)
