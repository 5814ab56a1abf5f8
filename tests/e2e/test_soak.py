"""A few seconds of `benchmarks/soak.py`: the long day at the desk can still be run."""

from pathlib import Path

import pytest

from benchmarks import soak
from siamapp.settings import Settings


@pytest.mark.slow
def test_a_short_day_enrols_deletes_loses_the_camera_and_starts_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, frames in (("VISIT", 80), ("LOST_EVERY", 300), ("CHANGE_EVERY", 60)):
        monkeypatch.setattr(soak, name, frames)
    monkeypatch.setattr(soak, "AGAIN_EVERY", 500)
    found = soak.soak(1100, 2.0, 100, Settings(), tmp_path / "home")
    assert found["frames"] >= 1100
    assert found["lost"] >= 3
    assert found["enrolled"] > 1
    assert found["deleted"] > 0
    assert found["outcomes"]["match"] > 0
    assert not found["audit_faults"]
    assert found["slope_mb"] is None, "so few frames say nothing of the memory"
    for steady in ("threads", "handles", "files"):
        assert len(found[steady]) == 1, found
