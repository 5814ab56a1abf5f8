"""The two schemes, and Qt's palette of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True, slots=True)
class Colours:
    """Text on `window`, `surface`, `raised`: contrast at least 4.5:1 (WCAG 2.2, 1.4.3).

    `faint` is the one exception, for what cannot be pressed now: at least 3:1 on `surface`.
    """

    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    good: str
    warn: str
    bad: str
    good_soft: str
    warn_soft: str
    bad_soft: str


LIGHT: Final = Colours(
    window="#f4f6f7",
    surface="#ffffff",
    raised="#eceff1",
    border="#d3d9dd",
    text="#182126",
    muted="#566269",
    faint="#87939a",
    accent="#0f6a70",
    accent_hover="#0b5459",
    on_accent="#ffffff",
    accent_soft="#dcefee",
    good="#146636",
    warn="#7d4a00",
    bad="#a8231b",
    good_soft="#e0f2e6",
    warn_soft="#fbeed7",
    bad_soft="#fbe4e2",
)
DARK: Final = Colours(
    window="#14191c",
    surface="#1c2327",
    raised="#273036",
    border="#37424a",
    text="#e8edef",
    muted="#a3b0b7",
    faint="#66737b",
    accent="#62c9c2",
    accent_hover="#85dad4",
    on_accent="#06292b",
    accent_soft="#1d3c3f",
    good="#7fd69b",
    warn="#f2bd6a",
    bad="#ff9a90",
    good_soft="#1c3526",
    warn_soft="#3a2e18",
    bad_soft="#432422",
)


def palette_of(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for name, colour in (
        (role.Window, colours.window),
        (role.WindowText, colours.text),
        (role.Base, colours.surface),
        (role.AlternateBase, colours.raised),
        (role.Text, colours.text),
        (role.Button, colours.surface),
        (role.ButtonText, colours.text),
        (role.BrightText, colours.bad),
        (role.PlaceholderText, colours.muted),
        (role.ToolTipBase, colours.text),
        (role.ToolTipText, colours.window),
        (role.Highlight, colours.accent),
        (role.HighlightedText, colours.on_accent),
        (role.Link, colours.accent),
        (role.Mid, colours.border),
        (role.Accent, colours.accent),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colours.muted))
    return palette
