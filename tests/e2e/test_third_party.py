"""Somebody else's embedder, with a card written by hand, measured like ours on the same faces."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from siamapp.cli import run
from tests.conftest import DATA, PEERS

REFERENCE = PEERS / "mobilefacenet_ms1m.onnx"
FACES = DATA / "celeba.tar"
CARD = """
name = "mobilefacenet-ms1m"
task = "embedder"
id = "{short}"
created = "2026-11-23"
summary = "MobileFaceNet trained on MS1M by others."
licence = "Apache-2.0"
use = "Research and comparison."
training_data = ["MS1M"]
parameters = 0
input = {{ width = 112, height = 112, channels = "rgb", mean = [123.675, 116.28, 103.53], std = [58.395, 57.12, 57.375] }}
embedding = {{ dimension = 128, metric = "l2", normalised = false }}
files = [{{ name = "model.onnx", precision = "fp32", sha256 = "{sha256}" }}]
"""  # noqa: E501


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty people's aligned crops, two of each."""
    root = tmp_path_factory.mktemp("faces")
    with tarfile.open(FACES) as tar:
        by_person: dict[str, list[str]] = {}
        for name in sorted(tar.getnames()):
            if name.endswith(".jpg"):
                by_person.setdefault(PurePosixPath(name).parent.name, []).append(name)
        chosen = [names[:2] for names in by_person.values() if len(names) > 1][:60]
        for name in (name for names in chosen for name in names):
            stream = tar.extractfile(name)
            assert stream is not None
            path = root / PurePosixPath(name).parent.name / PurePosixPath(name).name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(stream.read())
    return root


@pytest.mark.skipif(
    not (REFERENCE.is_file() and FACES.is_file()), reason="needs SIAMAPP_DATA and SIAMAPP_PEERS"
)
def test_a_third_partys_onnx_is_measured_by_its_card(
    faces: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mobilefacenet"
    folder.mkdir()
    shutil.copy(REFERENCE, folder / "model.onnx")
    sha256 = hashlib.sha256(REFERENCE.read_bytes()).hexdigest()
    (folder / "card.toml").write_text(CARD.format(short=sha256[:16], sha256=sha256))

    def figures(*words: str) -> dict[str, Any]:
        status = run(["evaluate", "--images", str(faces), "--aligned", *words, "--json"])
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert status == 0, answer
        return answer

    theirs, ours = figures("--model", str(folder)), figures()
    assert theirs["model"]["name"] == "mobilefacenet-ms1m"
    for one in (theirs, ours):
        assert (one["people"], one["genuine"], one["impostors"]) == (60, 60, 7080)
        assert one["failure_to_acquire"] == 0
        assert set(one["tar_at_fmr"]) == {"0.1", "0.01", "0.001"}
    assert theirs["eer"]["value"] < 0.1, "its card feeds it as it was trained"
    assert ours["eer"]["value"] < 0.25
