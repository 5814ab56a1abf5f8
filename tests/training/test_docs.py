"""The commands of docs/training.md are ones that the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from torch.distributed.run import get_args_parser

from training import studies, verbs
from training.__main__ import STUDIES, _parser

DOCS = Path(__file__).parents[2] / "docs"


def commands() -> list[str]:
    """Whole commands of the embedder's page: from code blocks and, with options, from sentences."""
    text = (DOCS / "training.md").read_text("utf-8")
    starts = r"^(?:python|torchrun .+?) -m (?:-- )?training (.+)$"
    blocks = re.findall(starts, text.replace("\\\n", ""), re.MULTILINE)
    inline = re.findall(r"`python -m training (\w+ --[^`]+)`", text)
    others = ("detector", "presence", "occlusion", "VERB")
    return [c for c in (*blocks, *inline) if c.split()[0] not in others]


def test_the_page_has_commands() -> None:
    assert {c.split()[0] for c in commands()} >= {
        "train", "pairs", "export", "quantize", "half", "calibrate", "evaluate",
        "ablate", "codes", "shards", "reproduce",
    }  # fmt: skip


@pytest.mark.parametrize("command", commands())
def test_a_documented_command_is_taken(command: str) -> None:
    parsed = _parser().parse_args(shlex.split(command, comments=True))
    room = studies if parsed.verb in STUDIES else verbs
    assert callable(getattr(room, parsed.verb))


def test_torchrun_hands_the_words_on() -> None:
    """It takes a word for its own where that begins as one of its options does."""
    text = (DOCS / "training.md").read_text("utf-8").replace("\\\n", "")
    lines = re.findall(r"^torchrun (.+)$", text, re.MULTILINE)
    assert len(lines) >= 2
    for line in lines:
        words = shlex.split(line, comments=True)
        parsed = get_args_parser().parse_args(words)
        assert parsed.module
        assert [parsed.training_script, *parsed.training_script_args] == words[
            words.index("training") :
        ]
