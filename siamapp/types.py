"""What passes between the stages: frozen values with units in their names.

Images are `uint8` arrays `(height, width, 3)`, colour order BGR, unless a name says otherwise.
Boxes are `xyxy` in pixels of the image they were found in. Landmarks are five points, left to
right in the *picture*: eye, eye, nose, mouth corner, mouth corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

BgrImage: TypeAlias = NDArray[np.uint8]
"""`(H, W, 3)` uint8, BGR."""
FloatArray: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a source."""

    bgr: BgrImage
    """`(H, W, 3)`, read-only."""
    time_s: float
    """Seconds on the source's own clock: media time of a video, monotonic time of a camera."""
    index: int
    """Count of frames since the source was opened, from 0; gaps are drops."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One detected face."""

    box_xyxy: FloatArray
    """`(4,)` pixels."""
    landmarks_xy: FloatArray
    """`(5, 2)` pixels."""
    score: float
    """Detector's confidence, 0..1."""

    @property
    def eye_distance_px(self) -> float:
        return float(np.linalg.norm(self.landmarks_xy[1] - self.landmarks_xy[0]))

    @property
    def area_px(self) -> float:
        x1, y1, x2, y2 = self.box_xyxy
        return float(max(x2 - x1, 0) * max(y2 - y1, 0))


@dataclass(frozen=True, slots=True)
class Quality:
    """Measures of one face, named after the components of ISO/IEC 29794-5."""

    eye_distance_px: float
    sharpness: float
    """Variance of the Laplacian of the aligned grey crop, per unit of its contrast (no unit)."""
    luminance: float
    """Mean of the aligned grey crop, 0..1."""
    contrast: float
    """Standard deviation of the aligned grey crop, 0..1."""
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    inside: float
    """Part of the face box that lies inside the picture, 0..1."""
    occlusion: float | None = None
    """Share of the face that something covers, 0..1; None where it was not measured."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One measure that misses its limit, in words a person at the desk can act on."""

    measure: str
    """Field of `Quality`."""
    value: float
    limit: float
    advice: str
    """For example: "move closer: 41 px between the eyes, 64 wanted"."""


class Outcome(StrEnum):
    """What was decided about one face. Unknown and too poor are results, not errors."""

    MATCH = "match"
    UNKNOWN = "unknown"
    UNDECIDED = "undecided"
    """Too few frames so far."""
    POOR = "poor"
    """The face cannot be judged; `Decision.reason` names the measure."""
    EMPTY = "empty"
    """Nobody is enrolled for the embedder in use."""
    NOT_PRESENT = "not_present"
    """The face would match, but the presence check takes it for a picture of a face."""


class PresenceState(StrEnum):
    """What the presence check holds of one face so far."""

    PRESENT = "present"
    NOT_PRESENT = "not_present"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a person is there or a picture of one: a hint against simple tricks, not a lock."""

    state: PresenceState
    reason: str
    """Plain words: what was seen, or what is still missing."""
    score: float | None = None
    """What the network says of the last second, 0 a picture to 1 a face; None before any look."""
    ask: str = ""
    """What the person should do now ("lift your chin"); empty where nothing is asked."""
    seconds_left: float | None = None
    """Time for what is asked."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the gallery with the distance of the probe to that person's templates."""

    person_id: int
    name: str
    distance: float
    apart: float = math.inf
    """Distance between this person's templates and the nearest candidate's: how alike they are."""
    denied: bool = False
    """Somebody said of a face like this one that it is not this person."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer about one face, with the evidence it rests on."""

    outcome: Outcome
    threshold: float
    """Distance at or below which a probe matches."""
    fmr: float
    """False-match rate that the threshold was calibrated at."""
    best: Candidate | None = None
    """Nearest person, whether or not it matches."""
    runner_up: Candidate | None = None
    reason: str = ""
    """Plain words, for the person at the desk."""
    presence: Presence | None = None
    """None where no presence check is made."""
    fmr_high: float = 0.0
    """Upper end of the 95 % interval of `fmr`."""
    comparisons: int = 0
    """Impostor comparisons that the threshold rests on; 0 where they are not known."""

    @property
    def name(self) -> str | None:
        """Name of the person matched, else None."""
        return self.best.name if self.outcome is Outcome.MATCH and self.best else None

    @property
    def person_id(self) -> int | None:
        return self.best.person_id if self.outcome is Outcome.MATCH and self.best else None


@dataclass(frozen=True, slots=True, eq=False)
class FaceResult:
    """One face of one frame, after every stage."""

    track_id: int
    face: Face
    quality: Quality
    shortfalls: tuple[Shortfall, ...]
    decision: Decision
    embedding: FloatArray | None = None
    """`(D,)` unit vector, or None where the face was too poor to embed or no decision needed it."""
    crop_bgr: BgrImage | None = None
    """`(112, 112, 3)` aligned crop, where one was made."""
    presence: Presence | None = None
    """None where no presence check is made."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """All that is known about one frame."""

    index: int
    time_s: float
    width_px: int
    height_px: int
    faces: tuple[FaceResult, ...]
    stage_ms: dict[str, float] = field(default_factory=dict)
    """Milliseconds by stage name: detect, track, align, quality, presence, embed, match,
    decide."""
    rests_until_s: float = -math.inf
    """Nobody is there, and frames before this time will not be searched."""

    @property
    def foremost(self) -> FaceResult | None:
        """The face nearest to the camera: whom a claim is about. A bystander verifies nobody."""
        return max(self.faces, key=lambda seen: seen.face.area_px, default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One picture of a person that is good enough to enrol."""

    crop_bgr: BgrImage
    """`(112, 112, 3)` aligned."""
    embedding: FloatArray
    """`(D,)` unit vector."""
    quality: Quality


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A stored sample."""

    template_id: int
    person_id: int
    embedder_id: str
    embedding: FloatArray
    quality: Quality
    created_utc: str
    """ISO 8601."""
    has_crop: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to, and how long that holds."""

    note: str = ""
    given_on: date | None = None
    retain_until: date | None = None
    """Last day; afterwards the person is deleted. None: until somebody does."""

    @property
    def has_ended(self) -> bool:
        return self.retain_until is not None and self.retain_until < date.today()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody enrolled."""

    person_id: int
    name: str
    created_utc: str
    """ISO 8601."""
    templates: int
    """How many samples are kept."""
    tags: tuple[str, ...] = ()
    consent: Consent = Consent()


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often the claim to be a person was refused since it was last accepted."""

    at_utc: tuple[str, ...] = ()
    """When each was recorded, ISO 8601, the oldest first."""

    @property
    def in_a_row(self) -> int:
        return len(self.at_utc)
