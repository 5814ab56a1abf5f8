"""What a person may be called, and when two names are one."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from siamapp.errors import BadName, StoreError
from siamapp.types import Consent

NAME_MAX_CHARACTERS: Final = 120
NOTE_MAX_CHARACTERS: Final = 1000
TAGS_MAX: Final = 20
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They let one name look like another."""


def clean_name(name: str) -> str:
    """A name as it is kept: stripped, NFC.

    Raises:
        BadName: nothing visible is left, it is longer than 120 characters, or it holds control
            characters.
    """
    name = unicodedata.normalize("NFC", name.strip())
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in name):
        raise BadName("A name must not hold control characters.", "Type it anew.")
    if not _BIDI_CONTROLS.isdisjoint(name):
        raise BadName("A name must not change the direction of writing.", "Type it anew.")
    if not any(c.isprintable() and not c.isspace() for c in name):
        raise BadName("A name must not be empty.")
    if len(name) > NAME_MAX_CHARACTERS:
        raise BadName(f"A name has at most {NAME_MAX_CHARACTERS} characters.")
    return name


def name_key(name: str) -> str:
    """Equal for names that a reader takes for one: case, width and runs of spaces do not count."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags as they are kept: clean as names are, in the order given, each once.

    Raises:
        StoreError: one is not valid, or there are more than 20.
    """
    kept: dict[str, str] = {}
    for tag in tags:
        kept.setdefault(name_key(tag), clean_name(tag))
    if len(kept) > TAGS_MAX:
        raise StoreError(f"A person has at most {TAGS_MAX} tags.")
    return list(kept.values())


def clean_consent(consent: Consent) -> Consent:
    """The same with its note stripped, NFC; lines may break, nothing else may steer the text.

    Raises:
        StoreError: the note is too long or holds control characters.
    """
    note = unicodedata.normalize("NFC", consent.note.strip()).replace("\r\n", "\n")
    if len(note) > NOTE_MAX_CHARACTERS:
        raise StoreError(f"A consent note has at most {NOTE_MAX_CHARACTERS} characters.")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" for c in note) or not (
        _BIDI_CONTROLS.isdisjoint(note)
    ):
        raise StoreError("A consent note must not hold control characters.", "Type it anew.")
    return replace(consent, note=note)
