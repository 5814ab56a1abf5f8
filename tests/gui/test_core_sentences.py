"""What the core says is known to the window, and said in its language."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from siamapp import errors
from siamapp.errors import PoorQuality, SettingsError, SiamError, StoreLocked
from siamapp.gui.core_sentences import ERRORS, REASONS
from siamapp.gui.core_words import in_words, is_known
from siamapp.gui.error_wording import error_words
from siamapp.gui.language import Language
from siamapp.gui.wording import sentence
from siamapp.vision.challenge import Action

CORE = Path(errors.__file__).parent
ELSEWHERE = ("cli", "gui", "bench", "doctor", "desktop_entry", "presence_test", "screen")
"""What runs for the command line only, and the window itself."""
KINDS = {
    name
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, SiamError)
} | {"kind"}
MADE = ("answer", "Presence")
"""Calls whose second argument is a reason."""
TREES = {
    path: ast.parse(path.read_text("utf-8"))
    for path in sorted(CORE.rglob("*.py"))
    if not str(path.relative_to(CORE)).startswith(ELSEWHERE)
}
CONSTANTS = {
    target.id: node.value
    for tree in TREES.values()
    for node in tree.body
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
    for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    if isinstance(target, ast.Name)
}


def templates(node: ast.expr) -> list[str]:
    """The texts that an expression may give, with `{0}` for what is not known here."""
    match node:
        case ast.Constant(str(text)):
            return [text]
        case ast.IfExp():
            return templates(node.body) + templates(node.orelse)
        case ast.Name(name) | ast.Attribute(attr=name):
            return templates(CONSTANTS[name]) if name in CONSTANTS else []
        case ast.JoinedStr():
            text, places = "", 0
            for part in node.values:
                inner = part.value if isinstance(part, ast.FormattedValue) else part
                if isinstance(inner, ast.Name) and inner.id in CONSTANTS:
                    inner = CONSTANTS[inner.id]
                if isinstance(inner, ast.Constant):
                    text += str(inner.value)
                else:
                    text, places = f"{text}{{{places}}}", places + 1
            return [text]
    return []


def raised() -> set[str]:
    """Messages and hints of every condition of the world."""
    return {
        text
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in KINDS
        for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        for text in templates(argument)
    }


def reasons() -> set[str]:
    """Why a face was judged as it was, and what is asked of whoever stands there."""
    found = {action.value for action in Action}
    for name in ("identity/decide.py", "vision/presence.py"):
        for node in ast.walk(TREES[CORE / name]):
            if isinstance(node, ast.keyword) and node.arg == "reason":
                found |= set(templates(node.value))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MADE:
                found |= {text for value in node.args[1:2] for text in templates(value)}
    return found


def has_words(text: str) -> bool:
    """Not only values and dots: such a sentence is a library's, or a file's."""
    return re.search("[a-z]{3}", re.sub(r"\{\d+\}", "", text)) is not None


@pytest.fixture
def chinese(qapp: QApplication, language: Language) -> Language:
    language.use("zh_CN")
    return language


def test_every_sentence_of_the_core_is_known_and_translated(chinese: Language) -> None:
    assert len(raised()) > 200
    assert len(reasons()) > 15
    said = {text for text in raised() | reasons() if has_words(text)}
    known = {str(text) for text in (*ERRORS, *REASONS)}
    assert said - known == set(), "put these into siamapp/gui/core_sentences.py"
    for text in sorted(known):
        told = in_words(text)
        assert re.search("[\u4e00-\u9fff]", told), f"not translated: {text}"
        places = re.findall(r"\{\d+\}", text)
        assert set(re.findall(r"\{\d+\}", told)) == set(places), text


def test_no_sentence_is_taken_for_another() -> None:
    for text in map(str, (*ERRORS, *REASONS)):
        filled = re.sub(r"\{(\d+)\}", r"«\1»", text)
        assert is_known(filled), text


def test_what_the_core_puts_in_stays_and_what_it_nests_is_said_too(chinese: Language) -> None:
    known = error_words(StoreLocked("The passphrase is wrong.", "Try again."))
    assert known == "口令错误。请重试。"
    poor = PoorQuality("Nothing to enrol: move closer: 41 px between the eyes, 64 wanted.")
    assert error_words(poor) == in_words("Nothing to enrol: {0}.").format(
        in_words("move closer: {0} px between the eyes, {1} wanted").format(41, 64)
    )
    assert "Tom and Jerry" in in_words("This face is already enrolled as Tom and Jerry.")
    for name in ("Tom", "Tom O'Hara"):
        assert f"“{name}”是用" in in_words(f"{name!r} was enrolled with another embedder.")
    assert "'Tom' 'O" in in_words("'Tom' 'O cannot be read.")
    done = "did what was asked: blink and lift your chin"
    assert "眨眼、抬起下巴。" in sentence(done)
    strange = SettingsError("camera: odd.", "")
    assert error_words(strange).endswith("camera: odd."), "what is not known follows its kind"


def test_in_english_it_is_what_the_core_said(language: Language) -> None:
    message = "The pictures do not agree: 3 of 5 look like somebody else."
    assert in_words(message) == message
    assert in_words("There is a model 'mine' already.") == "There is a model 'mine' already."
    assert sentence("two people are about equally near: 0.91 and 0.92") == (
        "Two people are about equally near: 0.91 and 0.92."
    )
