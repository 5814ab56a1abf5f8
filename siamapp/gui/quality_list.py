"""The measures of the face in view by name, each with its value and its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from siamapp.gui.theme import SPACE, Theme, set_role
from siamapp.gui.wording import degrees, hundredths
from siamapp.pipeline import Seen
from siamapp.vision.quality import Limits

_MEASURES: Final = (
    "faces", "eye_distance_px", "sharpness", "luminance", "contrast", "yaw_deg", "pitch_deg",
    "roll_deg", "inside", "occlusion",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    icon: QLabel
    name: QLabel
    value: QLabel
    limit: QLabel


class QualityList(QWidget):
    """A row per component of ISO/IEC 29794-5 that is measured: a sign, its name, value, limit."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: dict[str, _Row] = {}
        self._limits: Limits | None = None
        self.covered: float | None = None
        """Share of the face in view that is covered, where that is above the limit."""
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE[2])
        grid.setVerticalSpacing(SPACE[1])
        grid.setColumnStretch(1, 1)
        for line, measure in enumerate(_MEASURES):
            row = _Row(QLabel(), QLabel(), QLabel(), QLabel())
            row.icon.setFixedSize(16, 16)
            set_role(row.limit, "caption")
            for label in (row.value, row.limit):
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, label in enumerate((row.icon, row.name, row.value, row.limit)):
                grid.addWidget(label, line, column)
            self._rows[measure] = row
        self.retranslate()
        self.clear()

    def retranslate(self) -> None:
        names = {
            "faces": self.tr("Faces in the picture"),
            "eye_distance_px": self.tr("Between the eyes"),
            "sharpness": self.tr("Sharpness"),
            "luminance": self.tr("Brightness"),
            "contrast": self.tr("Contrast"),
            "yaw_deg": self.tr("Turned"),
            "pitch_deg": self.tr("Nodded"),
            "roll_deg": self.tr("Tilted"),
            "inside": self.tr("In the picture"),
            "occlusion": self.tr("Covered"),
        }
        for measure, row in self._rows.items():
            row.name.setText(names[measure])
        self.setAccessibleName(self.tr("Measures of the face"))
        if self._limits is not None:
            self.set_limits(self._limits)

    def set_limits(self, limits: Limits) -> None:
        self._limits = limits
        words = {
            "faces": "1",
            "eye_distance_px": self.tr("from {low:.0f} px").format(low=limits.eye_distance_px),
            "sharpness": self.tr("from {low:.2f}").format(low=limits.sharpness),
            "luminance": self.tr("{low:.2f} to {high:.2f}").format(
                low=limits.luminance_low, high=limits.luminance_high
            ),
            "contrast": self.tr("from {low:.2f}").format(low=limits.contrast),
            "yaw_deg": self.tr("up to {high:.0f}°").format(high=limits.yaw_deg),
            "pitch_deg": self.tr("up to {high:.0f}°").format(high=limits.pitch_deg),
            "roll_deg": self.tr("up to {high:.0f}°").format(high=limits.roll_deg),
            "inside": self.tr("from {low:.0f} %").format(low=100 * limits.inside),
            "occlusion": self.tr("up to {high:.0f} %").format(high=100 * limits.occlusion)
            if limits.occlusion is not None
            else "",
        }
        for measure, text in words.items():
            self._rows[measure].limit.setText(text)

    def show_face(self, faces: int, main: Seen | None) -> None:
        """Show the measures of the nearest of some faces, or none."""
        limits = self._limits
        if main is None or limits is None:
            self.clear()
            self._show("faces", str(faces), fine=faces == 1)
            return
        q = main.quality
        bright = limits.luminance_low <= q.luminance <= limits.luminance_high
        self._show("faces", str(faces), fine=faces == 1)
        self._show(
            "eye_distance_px",
            self.tr("{value:.0f} px").format(value=q.eye_distance_px),
            fine=q.eye_distance_px >= limits.eye_distance_px,
        )
        self._show("sharpness", f"{q.sharpness:.2f}", fine=q.sharpness >= limits.sharpness)
        self._show("luminance", f"{q.luminance:.2f}", fine=bright)
        self._show("contrast", f"{q.contrast:.2f}", fine=q.contrast >= limits.contrast)
        for measure in ("yaw_deg", "pitch_deg", "roll_deg"):
            value = getattr(q, measure)
            self._show(measure, degrees(value), fine=abs(value) <= getattr(limits, measure))
        self._show("inside", hundredths(f"{100 * q.inside:.0f}"), fine=q.inside >= limits.inside)
        if q.occlusion is not None and limits.occlusion is not None:
            fine = q.occlusion <= limits.occlusion
            self.covered = None if fine else q.occlusion
            self._show("occlusion", hundredths(f"{100 * q.occlusion:.0f}"), fine=fine)

    def clear(self) -> None:
        self.covered = None
        for row in self._rows.values():
            self._theme.set_icon(row.icon, "dot", "muted", side_px=16)
            row.value.setText("\N{EN DASH}")
            set_role(row.value, "body")

    def _show(self, measure: str, text: str, *, fine: bool) -> None:
        row = self._rows[measure]
        icon, tone = ("check-plain", "good") if fine else ("warn", "warn")
        self._theme.set_icon(row.icon, icon, tone, side_px=16)
        set_role(row.value, "body", tone="" if fine else "warn")
        row.value.setText(text)
