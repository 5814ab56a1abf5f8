"""What is wrong with a file, a folder or a config is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.__main__ import main

EMBEDDER = "configs/embedder.toml"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "configs/none.toml"], "configs/none.toml"),
        (["train", EMBEDDER, "--set", "optim.stepps=3"], "TrainConfig: optim.stepps: Extra"),
        (["train", EMBEDDER, "--set", "optim.steps"], "not key=value"),
        (["train", EMBEDDER, "--set", "name.first=3"], "name is no section"),
        (["train", EMBEDDER, "--data", "HERE", "--peers", "HERE"], "neither fiw.tar nor a folder"),
        (["train", "--resume", "HERE/run"], "run/config.json"),
        (["shards", "--source", "HERE/set.tar", "--out", "HERE/shards"], "neither set.tar"),
        (["reproduce", "--data", "HERE/broken.tar", "--out", "HERE"], "broken.tar"),
        (["reproduce", "--data", "HERE/empty.tar", "--out", "HERE"], "empty.tar holds no"),
        (["detector", "train", "HERE/none.toml", "--data", "HERE", "--peers", "HERE", "--out",
          "HERE"], "none.toml"),
        (["detector", "evaluate", "--model", "HERE", "--data", "HERE", "--peers", "HERE", "--part",
          "calibration", "--write-card"], "--write-card without --part"),
        (["card", "--model", "HERE/model"], "model"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_line(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.tar").write_bytes(b"no tar at all" * 100)
    (tmp_path / "empty.tar").write_bytes(bytes(10240))
    assert main([word.replace("HERE", str(tmp_path)) for word in words]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line
