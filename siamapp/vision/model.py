"""A model folder made runnable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible, ModelMissing
from siamapp.vision.accelerated import Feed, Session
from siamapp.vision.card import (
    CARD_NAME,
    ModelCard,
    ModelFile,
    RefinementSpec,
    load_card,
    verified_bytes,
)
from siamapp.vision.pins import require_pinned
from siamapp.vision.providers import (
    Chosen,
    Way,
    choose,
    latency_ms,
    running,
    start_session,
    trouble,
)


class Model:
    """One network in one onnxruntime session, its file checked against the card's hash."""

    def __init__(
        self, folder: Path, card: ModelCard, chosen: Chosen, refinement: Chosen | None = None
    ) -> None:
        self.folder = folder
        self.card = card
        self._chosen = chosen
        self._session = chosen.session
        self._refinement = refinement
        self.input_name: str = chosen.session.get_inputs()[0].name
        self.takes_many: bool = chosen.session.get_inputs()[0].shape[0] != 1
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
                right; what came of it is in `provider`, `way` and `refused`.
            precision: "fp32", "fp16" or "int8"; default int8 on the CPU where the card has it,
                elsewhere the faster of fp16 and fp32.
            threads: onnxruntime's threads within an operator.

        Raises:
            ModelMissing, ModelTampered, ModelIncompatible: see `siamapp.vision.card`.
        """
        card = load_card(folder)

        def start(way: Way) -> Session:
            return _session(folder, card.file(precision or way.precision), way, threads)

        precisions = {precision} if precision else {file.precision for file in card.files}
        chosen = choose(provider, precisions, start, lambda session: _zeros(session, card))
        if (closer := card.refinement) is None:
            return cls(folder, card, chosen)
        # On the provider of the first network, where it is right there too.
        return cls(folder, card, chosen, _refinement(folder, closer, chosen.way.provider, threads))

    @property
    def provider(self) -> str:
        """What really runs: what the session says, not what was asked."""
        return running(self._session)

    @property
    def way(self) -> Way:
        """How it was started."""
        return self._chosen.way

    @property
    def file(self) -> str:
        """Name of the ONNX file."""
        return self.card.file(self.way.precision).name

    @property
    def refused(self) -> str:
        """Why a provider that was tried is not used, or no longer; empty where none was refused."""
        both = [self._chosen, *([self._refinement] if self._refinement else [])]
        said = [trouble(one.session, one.way) or one.refused for one in both]
        return next(filter(None, said), "")

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
        session = self._refinement.session
        (answers,) = session.run(None, {session.get_inputs()[0].name: crops})
        return np.asarray(answers, np.float32)

    def latency_ms(self, repeats: int = 20) -> float:
        """Median milliseconds of one run at batch 1 on zeros (a detector: at 320x256)."""
        return latency_ms(self._session, _zeros(self._session, self.card), repeats)


def _zeros(session: Session, card: ModelCard) -> dict[str, NDArray[np.float32]]:
    shape = (1, 3, card.input.height or 256, card.input.width or 320)
    return {view.name: np.zeros(shape, np.float32) for view in session.get_inputs()}


def _refinement(folder: Path, spec: RefinementSpec, provider: str, threads: int) -> Chosen:
    def start(way: Way) -> Session:
        return _session(folder, spec, way, threads)

    def zeros(session: Session) -> Feed:
        shape = (1, 3, spec.side_px, spec.side_px)
        return {session.get_inputs()[0].name: np.zeros(shape, np.float32)}

    return choose(provider, {spec.precision}, start, zeros)


def _session(folder: Path, file: ModelFile | RefinementSpec, way: Way, threads: int) -> Session:
    return start_session(folder.name, verified_bytes(folder, file), way, threads)


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
