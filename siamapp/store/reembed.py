"""From one embedder to another: the kept crops, and their new vectors in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from siamapp.store import audit, protection, rows
from siamapp.store.database import Database
from siamapp.types import BgrImage, FloatArray


def crops_of_others(database: Database, embedder_id: str) -> Iterator[tuple[int, BgrImage]]:
    """Template ids and crops `(112, 112, 3)` of every sample that is not of that embedder.

    Raises:
        StoreCorrupt: a picture cannot be read.
    """
    with database.snapshot() as connection:
        ids = connection.execute(
            "SELECT id FROM templates WHERE embedder_id != ? AND crop_png IS NOT NULL ORDER BY id",
            (embedder_id,),
        ).fetchall()
    for (template_id,) in ids:
        with database.snapshot() as connection:
            row = connection.execute(
                "SELECT crop_png FROM templates WHERE id = ?", (template_id,)
            ).fetchone()
        if row is not None:  # another program may have deleted it meanwhile
            yield template_id, rows.picture(row[0])


def people_without(database: Database, embedder_id: str) -> tuple[list[str], list[str]]:
    """Names of people without a sample of that embedder: with kept crops, and without any."""
    with database.snapshot() as connection:
        found = connection.execute(
            "SELECT name, max(crop_png IS NOT NULL) FROM people"
            " LEFT JOIN templates ON templates.person_id = people.id"
            " GROUP BY people.id HAVING max(coalesce(embedder_id = ?, 0)) = 0 ORDER BY name_key",
            (embedder_id,),
        ).fetchall()
    return [name for name, kept in found if kept], [name for name, kept in found if not kept]


def re_embed(
    database: Database,
    vectors: Mapping[int, FloatArray],
    embedder_id: str,
    *,
    also: Callable[[], None],
) -> None:
    """Put new vectors in the place of those of other embedders.

    Args:
        database: the open gallery.
        vectors: unit vectors `(D,)` by template id.
        embedder_id: the embedder that gave them.
        also: done within the transaction; where it raises, nothing is changed.

    Raises:
        StoreError: a vector is not one that may be compared; nothing was changed.
    """
    with database.transaction() as connection:
        made = [(embedder_id, rows.blob(vector)) for vector in vectors.values()]
        kept = protection.stored(connection, made)
        connection.executemany(
            "UPDATE templates SET embedder_id = ?, embedding = ? WHERE id = ?",
            [(embedder_id, blob, key) for key, blob in zip(vectors, kept, strict=True)],
        )
        facts: dict[str, audit.Fact] = {"samples": len(vectors), "embedder_id": embedder_id}
        audit.append(connection, "re_embed", facts)
        also()
