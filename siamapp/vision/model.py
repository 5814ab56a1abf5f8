"""A model folder made runnable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible, ModelMissing
from siamapp.vision.card import (
    CARD_NAME,
    ModelCard,
    ModelFile,
    RefinementSpec,
    load_card,
    verified_bytes,
)
from siamapp.vision.pins import require_pinned
from siamapp.vision.providers import CPU, Feed, Session, choose, latency_ms, running, start_session


class Model:
    """One network in one onnxruntime session, its file checked against the card's hash."""

    def __init__(self, folder: Path, card: ModelCard, session: Session, *, file: str) -> None:
        self.folder = folder
        self.card = card
        self.file = file
        self.refused = ""
        """Why a provider that was tried is not used; empty where none was refused."""
        self._session = session
        self._refinement: Session | None = None
        self.input_name: str = session.get_inputs()[0].name
        self.takes_many: bool = session.get_inputs()[0].shape[0] != 1
        """False where the graph is fixed to one picture at a time."""

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        provider: str = "auto",
        precision: str | None = None,
        threads: int = 1,
    ) -> Model:
        """Read, verify and start a model.

        Args:
            folder: holds `card.toml` and the ONNX files.
            provider: one of `siamapp.vision.providers.FULL_NAMES`, or "auto", the fastest that is
                right; what came of it is in `provider` and `refused`.
            precision: "fp32" or "int8"; default int8 on the CPU where the card has it, else fp32.
            threads: onnxruntime's threads within an operator.

        Raises:
            ModelMissing, ModelTampered, ModelIncompatible: see `siamapp.vision.card`.
        """
        card = load_card(folder)

        def file_on(name: str) -> ModelFile:
            return card.file(precision or ("int8" if name == CPU else "fp32"))

        def start(name: str) -> Session:
            return _session(folder, file_on(name), name, threads)

        def same_on_cpu() -> Session:
            return _session(folder, file_on("others"), CPU, threads)

        session, refused = choose(provider, start, same_on_cpu, lambda s: _zeros(s, card))
        model = cls(folder, card, session, file=file_on(running(session)).name)
        model.refused = refused
        if (closer := card.refinement) is not None:
            model._start_refinement(closer, threads)
        return model

    def _start_refinement(self, closer: RefinementSpec, threads: int) -> None:
        """On the provider of the first network, where it is right there too."""

        def start(name: str) -> Session:
            return _session(self.folder, closer, name, threads)

        def crops(session: Session) -> Feed:
            shape = (1, 3, closer.side_px, closer.side_px)
            return {session.get_inputs()[0].name: np.zeros(shape, np.float32)}

        self._refinement, refused = choose(self.provider, start, lambda: start(CPU), crops)
        self.refused = self.refused or refused

    @property
    def provider(self) -> str:
        """What really runs: what the session says, not what was asked."""
        return running(self._session)

    def run(self, feed: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """All outputs for the named inputs."""
        return list(self._session.run(None, dict(feed)))

    def refine(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the card's refinement says of `(n, 3, side, side)` crops: `(n, 11)`.

        Raises:
            ModelIncompatible: the card has no refinement.
        """
        if self._refinement is None:
            raise ModelIncompatible(f"{self.card.name} has no refinement.", "Reinstall the model.")
        (answers,) = self._refinement.run(None, {self._refinement.get_inputs()[0].name: crops})
        return np.asarray(answers, np.float32)

    def latency_ms(self, repeats: int = 20) -> float:
        """Median milliseconds of one run at batch 1 on zeros (a detector: at 320x256)."""
        return latency_ms(self._session, _zeros(self._session, self.card), repeats)


def _zeros(session: Session, card: ModelCard) -> dict[str, NDArray[np.float32]]:
    shape = (1, 3, card.input.height or 256, card.input.width or 320)
    return {view.name: np.zeros(shape, np.float32) for view in session.get_inputs()}


def _session(
    folder: Path, file: ModelFile | RefinementSpec, provider: str, threads: int
) -> Session:
    return start_session(folder.name, verified_bytes(folder, file), provider, threads)


def find_model(name: str, folders: tuple[Path, ...]) -> Path:
    """The first `folder/name` that holds a card.

    Args:
        name: of the model.
        folders: first that of the models that came with the app; what is in the others must be
            pinned (`siamapp.vision.pins`).

    Raises:
        ModelMissing: none does.
        ModelTampered: the user's model there is not the one that was added.
    """
    # A name is one folder's name, never a way out of the models' folders.
    if name and Path(name).name == name:
        for folder in folders:
            if (folder / name / CARD_NAME).is_file():
                if folder != folders[0]:
                    require_pinned(folder / name)
                return folder / name
    raise ModelMissing(f"There is no model named {name!r}.", "See `siamapp models list`.")


def list_models(folders: tuple[Path, ...]) -> list[Path]:
    """Every model folder, by name."""
    found = {
        card.parent.name: card.parent
        for folder in reversed(folders)
        for card in folder.glob(f"*/{CARD_NAME}")
    }
    return [found[name] for name in sorted(found)]
