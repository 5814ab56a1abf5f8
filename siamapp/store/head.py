"""The audit's head in a small file, to be kept where whoever can write to the gallery cannot.

A chain shows what was altered within it, but nobody can see by itself that its newest entries were
cut off and the head set back, or that all of it was written anew: for that one needs to know an
earlier head. The file holds no secret and nothing about anybody.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siamapp.errors import StoreCorrupt, StoreError
from siamapp.store.files import whole_file

_GIVE: Final = "Give a file of `siamapp audit head --out`."
_MOST_BYTES: Final = 4096
_BEGINS: Final = b'{\n  "version": 1,\n  "number": '
"""Such a file, which another may replace."""


class Head(BaseModel):
    """The last entry that there was at a moment."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    version: Literal[1] = 1
    number: int | None = Field(ge=0, le=2**63 - 1, default=None)
    """Of the entry; None where only its hash was noted."""
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    at_utc: str = Field(max_length=40, default="")

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Raises StoreError where it is there already or cannot be written."""
        with whole_file(path, replaces=_BEGINS if overwrite else None) as file:
            file.write(self.model_dump_json(indent=2).encode() + b"\n")

    @classmethod
    def read(cls, path: Path) -> Head:
        """Raises StoreCorrupt where it is none, StoreError where it cannot be read."""
        try:
            with path.open("rb") as file:
                text = file.read(_MOST_BYTES + 1)
            if len(text) > _MOST_BYTES:
                raise StoreCorrupt(f"{path} is no head of an audit: it is too large.", _GIVE)
            return cls.model_validate_json(text)
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}.", _GIVE) from error
        except ValidationError as error:
            raise StoreCorrupt(f"{path} is no head of an audit.", _GIVE) from error
