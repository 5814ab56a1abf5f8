"""What the core says, in the window's language.

The core speaks English and puts values into its sentences, so a sentence is found again by its
pattern. What is not known here stays as the core said it.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QLocale

from siamapp.gui.core_sentences import ERRORS, REASONS
from siamapp.gui.language import tr

_NESTED: Final = frozenset(
    {
        "Nothing to enrol: {0}.",
        "what was asked did not happen in time: {0}",
        "please {0}",
        "did what was asked: {0}",
        "{0} are about equally near: {1} and {2}",
    }
)
"""Sentences that hold others; in any other what is put in may be a name, and stays as it is."""


def in_words(said: str) -> str:
    """A sentence or reason of the core, translated where the window is not in English."""
    found = _found(said)
    if found is None:
        return said
    template, values = found
    told = QCoreApplication.translate("core", template)
    if told == template:
        return said
    put_in = _part if template in _NESTED else _quoted
    return told.format(*map(put_in, values))


def is_known(said: str) -> bool:
    return _found(said) is not None


def _part(said: str) -> str:
    first, joined, second = said.partition(" and ")
    if joined and is_known(first) and is_known(second):
        return tr("{first} and {second}").format(first=in_words(first), second=in_words(second))
    return in_words(said)


def _quoted(value: str) -> str:
    """What the core put in as Python quotes it, in the quotation marks of the language."""
    if not value.startswith(("'", '"')):
        return value
    try:
        name = ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return value
    return QLocale().quoteString(name) if isinstance(name, str) else value


@lru_cache(maxsize=512)
def _found(said: str) -> tuple[str, tuple[str, ...]] | None:
    """The template of a sentence, and what was put in."""
    for template, pattern in patterns():
        if match := pattern.fullmatch(said):
            return template, match.groups()
    return None


@lru_cache(maxsize=1)
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The core's sentences, and what each is found again by; 20 ms when first asked for.

    The most particular first: of two that fit, the one with fewer places to fill by anything.
    """
    templates = sorted((str(text) for text in (*ERRORS, *REASONS)), key=len, reverse=True)
    return tuple(
        (text, re.compile(re.sub(r"\\{\d+\\}", "(.+?)", re.escape(text)), re.DOTALL))
        for text in templates
    )
