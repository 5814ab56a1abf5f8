"""What a person may be called, and when two names are one."""

from __future__ import annotations

import unicodedata
from typing import Final

from siamapp.errors import StoreError

NAME_MAX_CHARACTERS: Final = 120
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They let one name look like another."""


def clean_name(name: str) -> str:
    """A name as it is kept: stripped, NFC.

    Raises:
        StoreError: nothing visible is left, it is longer than 120 characters, or it holds control
            characters.
    """
    name = unicodedata.normalize("NFC", name.strip())
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in name):
        raise StoreError("A name must not hold control characters.", "Type it anew.")
    if not _BIDI_CONTROLS.isdisjoint(name):
        raise StoreError("A name must not change the direction of writing.", "Type it anew.")
    if not any(c.isprintable() and not c.isspace() for c in name):
        raise StoreError("A name must not be empty.")
    if len(name) > NAME_MAX_CHARACTERS:
        raise StoreError(f"A name has at most {NAME_MAX_CHARACTERS} characters.")
    return name


def name_key(name: str) -> str:
    """Equal for names that a reader takes for one: case, width and runs of spaces do not count."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())
