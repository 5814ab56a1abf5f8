"""The settings that the window offers: where each stands, how it is chosen, what it is called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from siamapp.gui.language import LANGUAGES, tr

CAMERA, DECISION, VERIFY, PRIVACY, MODELS, LOOKS = (
    "camera", "decision", "verify", "privacy", "models", "looks",
)  # fmt: skip
Choices = tuple[tuple[object, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One setting. Without `choices` it is a switch or a number, as its type says."""

    group: str
    key: str
    label: Callable[[], str]
    choices: Callable[[], Choices] | None = None
    """Empty: filled in by the page, which knows what there is."""
    unit: Callable[[float], str] = lambda _value: ""
    """What follows a number."""
    zero: Callable[[], str] = str
    """What a number's smallest value means, where it means something else than so many."""


def group_title(group: str) -> str:
    titles = {
        CAMERA: tr("Camera"),
        DECISION: tr("Decision"),
        VERIFY: tr("Verification"),
        PRIVACY: tr("Privacy"),
        MODELS: tr("Model"),
        LOOKS: tr("Appearance"),
    }
    return titles[group]


def group_note(group: str) -> str:
    notes = {
        DECISION: tr(
            "Stricter means that fewer strangers pass and that enrolled people are refused more "
            "often. The limits come from the model’s card. A presence check makes a photo or a "
            "screen harder to pass off; it is not a lock."
        ),
        PRIVACY: tr(
            "Locking asks for the passphrase again; a key in the system’s keyring "
            "opens without asking. Pictures of decisions show strangers too: tell whoever passes. "
            "Switching them off deletes all that were kept."
        ),
        MODELS: tr("People enrolled with one model are not known to another."),
    }
    return notes.get(group, "")


def provider_names() -> dict[str, str]:
    """What runs the networks, in words."""
    return {
        "cpu": tr("Processor (CPU)"),
        "cuda": tr("NVIDIA graphics card (CUDA)"),
        "tensorrt": tr("NVIDIA graphics card (TensorRT, starts slowly)"),
        "directml": tr("Graphics card (DirectML)"),
        "coreml": tr("Apple processor (Core ML)"),
        "openvino": tr("Intel processor or graphics card (OpenVINO)"),
    }


def _sizes() -> Choices:
    return tuple(
        (size, size.replace("x", " \u00d7 ")) for size in ("640x480", "1280x720", "1920x1080")
    )


def _formats() -> Choices:
    return (
        ("auto", tr("As the camera likes")),
        ("MJPG", tr("MJPEG: compressed, often more pictures per second")),
        ("YUYV", tr("YUYV: uncompressed")),
    )


def _turns() -> Choices:
    return tuple((turn, f"{turn}°") for turn in (0, 90, 180, 270))


def _presence() -> Choices:
    return (
        ("off", tr("Off")),
        ("passive", tr("Watch, without asking for anything")),
        ("active", tr("Ask for a movement")),
    )


def _providers() -> Choices:
    """What the system can have; only a session can tell what it has."""
    names = provider_names()
    there = {
        "darwin": ("cpu", "coreml"),
        "win32": ("cpu", "cuda", "tensorrt", "directml", "openvino"),
    }.get(sys.platform, ("cpu", "cuda", "tensorrt", "openvino"))
    return ("auto", tr("Automatic (the fastest that is right)")), *(
        (name, names[name]) for name in there
    )


def _themes() -> Choices:
    return ("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark"))


def _languages() -> Choices:
    return ("system", tr("As the system")), *LANGUAGES.items()


def _days(count: float) -> str:
    return tr(" day") if count == 1 else tr(" days")


def _for_ever() -> str:
    return tr("Forever")


def _later() -> Choices:
    return ()


ROWS: Final = (
    Row(CAMERA, "camera", lambda: tr("Camera"), _later),
    Row(CAMERA, "camera_size", lambda: tr("Picture size"), _sizes),
    Row(CAMERA, "camera_format", lambda: tr("Picture format"), _formats),
    Row(CAMERA, "rotation", lambda: tr("Turned clockwise"), _turns),
    Row(CAMERA, "mirror", lambda: tr("Show the camera as a mirror does")),
    Row(DECISION, "target_fmr", lambda: tr("Strangers let through"), _later),
    Row(DECISION, "agree_frames", lambda: tr("Frames that must agree")),
    Row(DECISION, "presence", lambda: tr("Presence check"), _presence),
    Row(
        DECISION, "min_eye_distance_px", lambda: tr("Smallest eye distance to enrol"),
        unit=lambda _: tr(" px"),
    ),
    Row(VERIFY, "verify_timeout_s", lambda: tr("Longest try"), unit=lambda _: tr(" s")),
    Row(
        VERIFY, "verify_retries", lambda: tr("Tries that follow by themselves"),
        zero=lambda: tr("None"),
    ),
    Row(
        VERIFY, "lockout_failures", lambda: tr("Refusals in a row that lock a claim"),
        zero=lambda: tr("Never lock"),
    ),
    Row(VERIFY, "lockout_s", lambda: tr("How long it stays locked"), unit=lambda _: tr(" s")),
    Row(PRIVACY, "keep_crops", lambda: tr("Keep the face pictures of samples")),
    Row(PRIVACY, "decision_pictures", lambda: tr("Keep a small face picture with each decision")),
    Row(
        PRIVACY, "auto_lock_min", lambda: tr("Lock the window when unused for"),
        unit=lambda _: tr(" min"), zero=lambda: tr("Never"),
    ),
    Row(PRIVACY, "retention_days", lambda: tr("Keep new people for"), unit=_days, zero=_for_ever),
    Row(PRIVACY, "audit_days", lambda: tr("Keep decisions for"), unit=_days, zero=_for_ever),
    Row(MODELS, "embedder", lambda: tr("Model"), _later),
    Row(MODELS, "provider", lambda: tr("Compute"), _providers),
    Row(LOOKS, "theme", lambda: tr("Colours"), _themes),
    Row(LOOKS, "language", lambda: tr("Language"), _languages),
)  # fmt: skip
