"""What a stream is held against is made once, and anew when what it rests on changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siamapp import recognizer as room
from siamapp.identity.calibrate import Evidence
from siamapp.identity.gallery import Gallery
from siamapp.paths import Paths
from siamapp.recognizer import Recognizer
from siamapp.settings import Settings
from siamapp.store.vault import find_key
from siamapp.types import Frame


def test_evidence_is_weighed_when_something_changes_and_not_at_every_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths(tmp_path / "home")
    paths.ensure()
    weighed: list[int] = []
    evidence_for = room.evidence_for

    def counted(*given: object, people: int = 1) -> Evidence:
        weighed.append(people)
        return evidence_for(*given, people=people)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "evidence_for", counted)
    key = find_key(paths.home, key_file=tmp_path / "key", ask_passphrase=None)
    with Recognizer.open(paths, Settings(), key) as recognizer:
        embedder = recognizer.pipeline.embedder
        vectors = np.eye(5, embedder.dimension, dtype=np.float32)
        recognizer.gallery = Gallery(
            embedder.id, vectors, np.arange(5), dict.fromkeys(range(5), "")
        )
        weighed.clear()
        stream, black = recognizer.stream(), np.zeros((120, 160, 3), np.uint8)
        for i in range(10):
            stream(Frame(black, i / 30, i))
        assert weighed == [5]
        among_five = recognizer.policy_for(claim=False)
        assert among_five.threshold == recognizer.evidence(claim=False).distance
        assert recognizer.policy_for(claim=True) == recognizer.policy

        recognizer.gallery = recognizer.gallery.part([1, 2])
        assert recognizer.policy_for(claim=False).threshold > among_five.threshold
        recognizer.configure(Settings(target_fmr=1e-2, runner_up_margin=0.25))
        looser = recognizer.policy_for(claim=True)
        assert looser.threshold == recognizer.evidence(claim=True).distance
        assert (looser.fmr, looser.runner_up_margin) == (1e-2, 0.25)
