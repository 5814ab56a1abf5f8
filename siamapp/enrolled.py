"""From the rows of the store to the gallery that probes are compared with."""

from __future__ import annotations

from siamapp.identity.gallery import Gallery
from siamapp.identity.match import require_kept_by_rotation
from siamapp.store.people import GalleryRows
from siamapp.vision.embed import Embedder


def gallery_of(rows: GalleryRows, embedder: Embedder) -> Gallery:
    """The gallery of that embedder's templates.

    Raises:
        ModelIncompatible: they are protected, which the embedder's metric does not allow.
    """
    spec = embedder.model.card.embedding
    if rows.rotation is not None and spec is not None:
        require_kept_by_rotation(spec.metric)
    if not len(rows.vectors):
        return Gallery.empty(embedder.id, embedder.dimension)
    return Gallery(
        embedder.id,
        rows.vectors,
        rows.person_ids,
        rows.names,
        rejected=rows.rejected,
        fusion=embedder.model.card.fusion,
        rotation=rows.rotation,
    )
