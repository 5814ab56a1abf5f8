"""From one embedder to another: who must be enrolled again, and new templates from kept crops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from siamapp.identity.calibrate import Evidence, evidence_for
from siamapp.identity.match import require_kept_by_rotation
from siamapp.identity.own_calibration import load_calibration
from siamapp.paths import Paths
from siamapp.settings import Settings
from siamapp.store import protection, reembed
from siamapp.store.database import Database
from siamapp.vision.card import load_card
from siamapp.vision.embed import Embedder
from siamapp.vision.model import Model


@dataclass(frozen=True, slots=True)
class Plan:
    """What a switch means for the people enrolled."""

    evidence: Evidence
    """What the target rate would rest on."""
    from_crops: tuple[str, ...]
    """Names of people whose templates can be made anew from kept crops."""
    enrol_again: tuple[str, ...]
    """Names of people of whom no crop was kept."""


def plan_switch(paths: Paths, settings: Settings, database: Database, folder: Path) -> Plan:
    """What would have to be done to use the embedder of `folder`; changes nothing.

    Raises:
        ModelError: its card cannot be used, it was never calibrated, or its metric does not fit
            templates that are protected.
        SettingsError: its comparisons do not show the target rate.
    """
    card = load_card(folder)
    if card.embedding is not None and protection.is_on(database):
        require_kept_by_rotation(card.embedding.metric)
    own = load_calibration(paths.calibrations_dir, card)
    from_crops, enrol_again = reembed.people_without(database, card.id)
    return Plan(
        evidence_for(own or card, settings.target_fmr), tuple(from_crops), tuple(enrol_again)
    )


def switch_embedder(
    paths: Paths,
    settings: Settings,
    database: Database,
    folder: Path,
    *,
    re_embed: bool,
    progress: Callable[[int], None] = lambda done: None,
) -> Settings:
    """Use the embedder of `folder` from now on; with `re_embed` also for who has kept crops.

    The new vectors and the setting become valid together: whatever fails, the old ones stay.

    Args:
        paths: of the home.
        settings: those before.
        database: the open gallery.
        folder: the model's; it must have been found by `find_model`.
        re_embed: make new templates from kept crops, in the place of the old ones.
        progress: told how many samples are done; may raise to cancel.

    Raises:
        ModelError, SettingsError, StoreError: nothing was changed.
    """
    changed = settings.changed("embedder", folder.name)
    save = partial(changed.save_one, paths, "embedder")
    if not re_embed:
        save()
        return changed
    embedder = Embedder(Model.load(folder, provider=settings.provider, threads=settings.threads))
    vectors = {}
    for template_id, crop in reembed.crops_of_others(database, embedder.id):
        vectors[template_id] = embedder([crop])[0]
        progress(len(vectors))
    try:
        reembed.re_embed(database, vectors, embedder.id, also=save)
    except BaseException:  # also where the disk is full only as all is committed
        settings.save_one(paths, "embedder")
        raise
    return changed
