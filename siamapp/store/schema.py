"""What the gallery holds, and how an older file becomes a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final, TypeAlias

Migration: TypeAlias = Callable[[sqlite3.Connection], None]

APPLICATION_ID: Final = 0x5369616D
""""Siam" in the file's header: tells a gallery from any other SQLCipher file."""


def _people_and_templates(connection: sqlite3.Connection) -> None:
    # AUTOINCREMENT: ids are never used twice, so what remembers a deleted person meets nobody else.
    connection.execute(
        """
        CREATE TABLE people (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,  -- siamapp.store.people.name_key
            created_utc TEXT NOT NULL
        ) STRICT
        """
    )
    connection.execute(
        """
        CREATE TABLE templates (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
            embedder_id TEXT NOT NULL,
            embedding BLOB NOT NULL CHECK (length(embedding) % 4 = 0),  -- float32, little-endian
            quality TEXT NOT NULL,  -- JSON of siamapp.types.Quality
            created_utc TEXT NOT NULL,
            crop_png BLOB  -- last, so that reading the rest does not read the crop's pages
        ) STRICT
        """
    )
    connection.execute("CREATE INDEX templates_by_person ON templates (person_id)")
    connection.execute("CREATE INDEX templates_by_embedder ON templates (embedder_id)")


def _audit(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE audit (
            number INTEGER PRIMARY KEY,
            at_utc TEXT NOT NULL,
            kind TEXT NOT NULL,
            facts TEXT NOT NULL,  -- JSON; people by number, never by name
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT
        """
    )
    connection.execute(
        "CREATE TABLE audit_head (number INTEGER NOT NULL, hash BLOB NOT NULL) STRICT"
    )
    connection.execute("INSERT INTO audit_head VALUES (0, zeroblob(32))")
    for change in ("UPDATE", "DELETE"):  # our own code cannot do by mistake what nobody may do
        connection.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit"
            " BEGIN SELECT raise(ABORT, 'the audit is append-only'); END"
        )


def _consent_retention_and_rejections(connection: sqlite3.Connection) -> None:
    for column in (
        "tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags))",  # JSON list of text
        "consent_note TEXT NOT NULL DEFAULT ''",
        "consent_date TEXT",  # ISO 8601 date, as the next
        "retain_until TEXT",  # the last day; afterwards the person is deleted
    ):
        connection.execute(f"ALTER TABLE people ADD COLUMN {column}")
    connection.execute(
        """
        CREATE TABLE rejections (  -- "this face is not that person"
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
            embedder_id TEXT NOT NULL,
            embedding BLOB NOT NULL CHECK (length(embedding) % 4 = 0),  -- float32, little-endian
            created_utc TEXT NOT NULL
        ) STRICT
        """
    )
    connection.execute("CREATE INDEX rejections_by_person ON rejections (person_id)")
    connection.execute("CREATE INDEX people_by_retention ON people (retain_until)")
    connection.execute("CREATE INDEX audit_by_kind_and_time ON audit (kind, at_utc)")


def _audit_checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE audit_checkpoint (  -- siamapp.store.checkpoint
            number INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            at_utc TEXT NOT NULL,
            mac BLOB NOT NULL
        ) STRICT
        """
    )
    connection.execute("INSERT INTO audit_checkpoint VALUES (0, zeroblob(32), '', x'')")
    connection.execute("DROP TRIGGER audit_no_delete")
    connection.execute(
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit"
        " WHEN old.number > (SELECT number FROM audit_checkpoint)"
        " BEGIN SELECT raise(ABORT, 'the audit is append-only'); END"
    )


def _decision_pictures(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE decision_pictures (  -- siamapp.store.pictures
            number INTEGER PRIMARY KEY REFERENCES audit (number) ON DELETE CASCADE,
            person_id INTEGER REFERENCES people (id) ON DELETE CASCADE,  -- whom it was taken for
            jpeg BLOB NOT NULL
        ) STRICT
        """
    )
    connection.execute("CREATE INDEX decision_pictures_by_person ON decision_pictures (person_id)")


def _protection(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE protection (  -- siamapp.store.protection; no row: templates as they are
            id INTEGER PRIMARY KEY CHECK (id = 1),
            version INTEGER NOT NULL,
            secret BLOB NOT NULL CHECK (length(secret) = 32)
        ) STRICT
        """
    )


def _alike(connection: sqlite3.Connection) -> None:
    # Of a face said not to be somebody: the cosine from which on it is taken for its owner's. Of
    # earlier ones that is not known: siamface-v1 lets 1 stranger in 100 pass at 0.4.
    connection.execute("ALTER TABLE rejections ADD COLUMN alike REAL NOT NULL DEFAULT 0.4")


MIGRATIONS: Final[tuple[Migration, ...]] = (
    _people_and_templates,
    _audit,
    _consent_retention_and_rejections,
    _audit_checkpoint,
    _decision_pictures,
    _protection,
    _alike,
)
"""Entry `n` takes a file from `user_version` `n` to `n + 1`. Add at the end, never change one."""
