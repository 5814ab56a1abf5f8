"""A model's card: what it is, how to feed it, where it may be trusted and where it came from.

A model is a folder with `card.toml` and its ONNX files. `model.onnx` is the fp32 graph; further
files (`model.int8.onnx`) hold the same network at another precision and share its `id`.
"""

from __future__ import annotations

import hashlib
import re
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    ValidationError,
    model_validator,
)

from siamapp.errors import ModelIncompatible, ModelMissing, ModelTampered

CARD_NAME = "card.toml"
MODEL_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""Of a model that is added: the name is a folder's too."""
MAX_CARD_BYTES: Final = 1_000_000
MAX_FILE_BYTES: Final = 500_000_000
_SEAL: Final = "# sha256 "
_ONNX_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$"
_SHA256 = r"^[0-9a-f]{64}$"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class InputSpec(_Part):
    """What the graph takes: float32 `(N, 3, height, width)`."""

    width: int = Field(ge=0, le=4096)
    """Pixels; 0 where the graph takes any multiple of 32 (detectors)."""
    height: int = Field(ge=0, le=4096)
    channels: Literal["rgb", "bgr"]
    mean: tuple[float, float, float]
    """Subtracted from 0..255 values, in the order of `channels`."""
    std: tuple[PositiveFloat, PositiveFloat, PositiveFloat]
    """Divides after the mean was subtracted."""


class EmbeddingSpec(_Part):
    """What an embedder gives."""

    dimension: int = Field(gt=0, le=4096)
    metric: Literal["l2", "l1", "cosine", "exp_l1"]
    normalised: bool
    """True where the graph's own output has unit length; the app normalises otherwise."""
    alignment: Literal["arcface-112"] = "arcface-112"


class DetectionSpec(_Part):
    """How to read a detector."""

    strides: tuple[int, ...] = (8, 16, 32)
    score_threshold: float = Field(gt=0, lt=1)
    iou_threshold: float = Field(gt=0, lt=1)
    long_side_px: int = Field(ge=64, le=4096)
    """A picture is scaled down so that its longer side is this long."""


class ModelFile(_Part):
    """One precision of the network."""

    name: str = Field(pattern=_ONNX_NAME)
    precision: Literal["fp32", "fp16", "int8"]
    sha256: str = Field(pattern=_SHA256)


class RefinementSpec(_Part):
    """A detector's second network, which looks at each found face closely.

    It takes float32 `(N, 3, side_px, side_px)` of the card's channel order, mean and std: the face
    laid on the 112x112 template with `margin_px` around it, scaled to `side_px`. It gives
    `(N, 11)`: the five points' `(x, y)` distances from the template's places in template eye
    distances, then the logit of this being a face.
    """

    name: str = Field(pattern=_ONNX_NAME)
    precision: Literal["fp32"] = "fp32"
    sha256: str = Field(pattern=_SHA256)
    side_px: int = Field(ge=16, le=256)
    margin_px: int = Field(ge=0, le=112)
    score_threshold: float = Field(gt=0, lt=1)
    passes: int = Field(1, ge=1, le=3)
    parameters: int = Field(ge=0)


class PresenceSpec(_Part):
    """A presence check: what it looks at and where its answers may be trusted.

    The graph takes `near` and `wide`, float32 `(N, 3, side, side)` squares around each face, and
    gives `(N,)` scores from 0, a picture of a face, to 1, a face.
    """

    near_sizes: float = Field(gt=0, le=40)
    """Side of the near view in face sizes (`siamapp.vision.presence_network`)."""
    wide_sizes: float = Field(gt=0, le=40)
    refuse: float = Field(ge=0, le=1)
    """A mean score below this is a picture of a face."""
    accept: float = Field(ge=0, le=1)
    """A mean score from this on looks alive; between the two nothing is decided."""


class OcclusionSpec(_Part):
    """How to read an occlusion measure: from `(N, 3, 112, 112)` aligned faces to shares `(N,)`."""

    limit: float = Field(gt=0, lt=1)
    """Share of the face from which on it is called covered."""


class GoldenSpec(_Part):
    """What the network gave in training's own framework: see `siamapp.vision.selftest`."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.npy$")
    sha256: str = Field(pattern=_SHA256)


class FusionSpec(_Part):
    """How the distances to a person's several templates become one, chosen by measurement."""

    rule: Literal["nearest", "nearest_k", "nearer_half", "learned"] = "nearer_half"
    """"nearest" is the minimum, "nearest_k" the mean of the `k` nearest, "nearer_half" the mean of
    the nearer half; "learned" is `weights` of the minimum, the nearer half's and the whole mean."""
    k: int = Field(1, ge=1, le=64)
    weights: tuple[float, float, float] = (0.0, 1.0, 0.0)
    offsets: tuple[float, ...] = Field((), max_length=64)
    """Added to the fused distance of somebody with 1, 2, 3 ... templates (the last: or more), so
    that it passes strangers as seldom as the one comparison that `thresholds` are about."""
    figures: dict[str, float | int | str] = Field(default_factory=dict)
    """What was measured, with the `command` that did it."""

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> FusionSpec:
        if not (min(self.weights) >= 0 and abs(sum(self.weights) - 1) < 1e-6):
            raise ValueError("weights are not negative and sum to 1")
        return self


class Threshold(_Part):
    """Distance at which a stranger passes at the stated rate, with the evidence for it."""

    fmr: float = Field(gt=0, lt=1)
    distance: float
    impostor_comparisons: int = Field(gt=0)
    fmr_low: float
    """Lower end of the 95 % interval of the rate at this distance."""
    fmr_high: float
    fnmr: float
    """Genuine comparisons refused at this distance."""
    observed_fmr: float | None = None
    """Impostor comparisons that passed at this distance; never above `fmr`."""
    held_out_fmr: float | None = None
    """The same of people who were left out as their distance was chosen."""


def _each_rate_once(rows: tuple[Threshold, ...]) -> tuple[Threshold, ...]:
    if len({row.fmr for row in rows}) < len(rows):
        raise ValueError("a rate is in more than one row")
    return rows


Thresholds: TypeAlias = Annotated[tuple[Threshold, ...], AfterValidator(_each_rate_once)]
"""Of two distances for one rate nobody could say which one counts, nor draw a line between them."""


class ModelCard(_Part):
    """`card.toml`. Unknown keys are refused: a typing error must not pass as a default."""

    card_version: Literal[1] = 1
    name: str
    task: Literal["embedder", "detector", "presence", "occlusion"]
    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    """First 16 hex digits of the fp32 file's SHA-256: the space that templates belong to."""
    created: str
    summary: str
    licence: str
    use: str
    """What the licence and the training data mean for whoever uses the weights."""
    training_data: tuple[str, ...]
    teacher: str = ""
    parameters: int = Field(ge=0)
    input: InputSpec
    embedding: EmbeddingSpec | None = None
    detection: DetectionSpec | None = None
    presence: PresenceSpec | None = None
    occlusion: OcclusionSpec | None = None
    refinement: RefinementSpec | None = None
    golden: GoldenSpec | None = None
    fusion: FusionSpec = FusionSpec()
    files: tuple[ModelFile, ...] = Field(min_length=1)
    thresholds: Thresholds = ()
    figures: dict[str, dict[str, float | int | str]] = Field(default_factory=dict)
    """Measured figures by table, each table with the `command` that made it."""

    @property
    def every_file(self) -> tuple[ModelFile | RefinementSpec, ...]:
        """All ONNX files that the card answers for."""
        return self.files if self.refinement is None else (*self.files, self.refinement)

    def file(self, precision: str) -> ModelFile:
        """The file of that precision, else the fp32 one."""
        by_precision: dict[str, ModelFile] = {file.precision: file for file in self.files}
        return by_precision.get(precision) or by_precision.get("fp32") or self.files[0]


def load_card(folder: Path) -> ModelCard:
    """Read `folder/card.toml`.

    Raises:
        ModelMissing: there is no card.
        ModelIncompatible: the card is not TOML or says something this version does not know.
        ModelTampered: it is not as `sealed` left it.
    """
    return read_card(folder / CARD_NAME)


def read_card(path: Path) -> ModelCard:
    """Read a card; raises as `load_card`."""
    return card_from(path, {})


def card_from(path: Path, defaults: dict[str, Any]) -> ModelCard:
    """Read a card that may leave out what `defaults` has; raises as `load_card`."""
    try:
        text = plain_bytes(path, MAX_CARD_BYTES).decode("utf-8").replace("\r\n", "\n")
    except (ModelMissing, UnicodeDecodeError) as error:
        raise ModelMissing(
            f"No readable model card at {path}.",
            "Choose a folder that holds card.toml and its ONNX files.",
        ) from error
    if f"\n{_SEAL}" in text and text != sealed(text.rpartition(_SEAL)[0]):
        raise ModelTampered(
            f"The card {path} was changed after it was written.",
            "Reinstall the model; do not use this one.",
        )
    try:
        return ModelCard.model_validate({**defaults, **tomllib.loads(text)})
    except tomllib.TOMLDecodeError as error:
        raise ModelIncompatible(f"{path} is not valid TOML: {error}.", "Mend the card.") from error
    except RecursionError as error:
        raise ModelIncompatible(f"{path} is nested too deeply.", "Mend the card.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelIncompatible(f"{path}: {where}: {first['msg']}.", "Mend the card.") from error


def sealed(text: str) -> str:
    """The text of a card with its hash in a last line, so that damage to a limit is noticed.

    Whoever means to change it can write another line: that is for the pins of `installed`.
    """
    return f"{text}{_SEAL}{hashlib.sha256(text.encode()).hexdigest()}\n"


def verified_bytes(
    folder: Path, file: ModelFile | RefinementSpec | GoldenSpec, *, path: Path | None = None
) -> bytes:
    """The model file's bytes, after its hash was checked: what is checked is what is loaded.

    Raises:
        ModelMissing: the file is gone.
        ModelTampered: its hash is not the card's.
        ModelIncompatible: it is no plain file, or too large.
    """
    path = path or folder / file.name
    data = plain_bytes(path, None)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise ModelTampered(
            f"The model file {path} is not the one its card names.",
            "Reinstall the model; do not use this one.",
        )
    return data


def plain_bytes(path: Path, limit: int | None) -> bytes:
    """A plain file's bytes; never a device's or a pipe's, which may have no end.

    Raises:
        ModelMissing: it cannot be read.
        ModelIncompatible: it is no plain file, or larger than `limit` (else `MAX_FILE_BYTES`).
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ModelIncompatible(f"{path} is not a plain file.", "Reinstall the model.")
        if status.st_size > (limit or MAX_FILE_BYTES):
            raise ModelIncompatible(f"{path} is too large.", "Choose another model.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"The model file {path} cannot be read.", "Reinstall the model."
        ) from error
