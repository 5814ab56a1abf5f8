"""A model folder made runnable: the only room that knows onnxruntime."""

from __future__ import annotations

import ctypes
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible, ModelMissing
from siamapp.vision.card import (
    CARD_NAME,
    ModelCard,
    ModelFile,
    RefinementSpec,
    load_card,
    plain_bytes,
    verified_bytes,
)
from siamapp.vision.installed import require_pinned

# Builds for Windows apps tell the system's event log, whatever `siamapp/__init__.py` says.
ort.disable_telemetry_events()

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


class Model:
    """One network in one onnxruntime session, its file checked against the card's hash."""

    def __init__(
        self, folder: Path, card: ModelCard, session: ort.InferenceSession, *, file: str
    ) -> None:
        self.folder = folder
        self.card = card
        self.file = file
        self._session = session
        self._refinement: ort.InferenceSession | None = None
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
            provider: "auto" or "cuda" (CUDA where it really runs, else CPU), or "cpu"; what came
                of it is in `provider`.
            precision: "fp32" or "int8"; default int8 on the CPU where the card has it, else fp32.
            threads: onnxruntime's threads within an operator.

        Raises:
            ModelMissing, ModelTampered, ModelIncompatible: see `siamapp.vision.card`.
        """
        card = load_card(folder)
        if provider in ("auto", "cuda") and cuda_possible():
            wanted = precision or "fp32"
            session = _session(folder, card.file(wanted), "cuda", threads)
            if session.get_providers()[0] == _PROVIDERS["cuda"]:
                return cls(folder, card, session, file=card.file(wanted).name)._refined(
                    "cuda", threads
                )
        wanted = precision or "int8"
        session = _session(folder, card.file(wanted), "cpu", threads)
        return cls(folder, card, session, file=card.file(wanted).name)._refined("cpu", threads)

    @property
    def provider(self) -> str:
        """What really runs, "cpu" or "cuda": what the session says, not what was asked."""
        first = self._session.get_providers()[0]
        return next((name for name, full in _PROVIDERS.items() if full == first), first)

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

    def _refined(self, provider: str, threads: int) -> Model:
        if self.card.refinement is not None:
            self._refinement = _session(self.folder, self.card.refinement, provider, threads)
        return self

    def latency_ms(self, repeats: int = 20) -> float:
        """Median milliseconds of one run at batch 1 on zeros (a detector: at 320x256)."""
        spec = self.card.input
        shape = (1, 3, spec.height or 256, spec.width or 320)
        views = [view.name for view in self._session.get_inputs()]
        feed = dict.fromkeys(views, np.zeros(shape, np.float32))
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            self.run(feed)
            times.append(time.perf_counter() - start)
        return 1000 * statistics.median(times)


def _session(
    folder: Path, file: ModelFile | RefinementSpec, provider: str, threads: int
) -> ort.InferenceSession:
    data = verified_bytes(folder, file)
    providers = (
        [_PROVIDERS["cuda"], _PROVIDERS["cpu"]] if provider == "cuda" else [_PROVIDERS["cpu"]]
    )
    try:
        return ort.InferenceSession(data, _options(threads), providers=providers)
    except Exception as error:
        reason = str(error).splitlines()[0][:200]
        raise ModelIncompatible(
            f"The model in {folder} cannot be started: {reason}.", "Reinstall it or choose another."
        ) from error


def _options(threads: int) -> ort.SessionOptions:
    """The same for a peer as for our models, or comparing them would say nothing."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning pool fights the camera and the window for the cores (measured in the design notes).
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    return options


def cuda_possible() -> bool:
    """Whether CUDA is worth a try; whether it runs only a session can tell.

    onnxruntime lists CUDA wherever it was built with it, and complains at length where there is no
    driver: so the driver is asked for first.
    """
    if _PROVIDERS["cuda"] not in ort.get_available_providers():
        return False
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    ort.preload_dlls()
    return True


def find_model(name: str, folders: tuple[Path, ...]) -> Path:
    """The first `folder/name` that holds a card.

    Args:
        name: of the model.
        folders: first that of the models that came with the app; what is in the others must be
            pinned (`siamapp.vision.installed`).

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


def bare_session(path: Path, *, threads: int = 1) -> ort.InferenceSession:
    """A session on the CPU over a file without a card, to measure a peer with; never to recognise.

    Raises:
        ModelMissing: there is no such file.
    """
    if not path.is_file():
        raise ModelMissing(f"There is no file {path}.", "Give the folder of the peers' ONNX files.")
    return ort.InferenceSession(
        plain_bytes(path, None), _options(threads), providers=[_PROVIDERS["cpu"]]
    )
