"""The one visual language: colours, spacing, type, icons. Style sheets only here."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Final, Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QStyleFactory, QWidget
from shiboken6 import isValid

from siamapp.gui.colours import DARK, LIGHT, palette_of
from siamapp.gui.style_sheet import style_sheet
from siamapp.paths import assets_dir

SPACE: Final = (0, 4, 8, 12, 16, 24, 32)
"""The spacing scale in device-independent pixels: `SPACE[4]` is the page margin's unit."""
TYPE_SCALE: Final = {
    "small": 0.88,
    "body": 1.0,
    "heading": 1.15,
    "title": 1.6,
    "display": 2.1,
    "far": 5.0,
}
"""Font size by role, as a multiple of the system's own size, which the user may have enlarged."""
_USUAL_LINE_PX: Final = 14
_FIELD_PX: Final = 20
"""The height of what a field holds, at the usual font size."""
_LISTED_PX: Final = (16, 24)
"""What fields and tables, and lists, draw an icon at."""
_BESIDE: Final = 1 / 6
"""Qt sets a button's text 4 px beside its icon, which is too near; this share of its side more."""
Scheme = Literal["system", "light", "dark"]
_QT_SCHEME: Final = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """Applies a scheme to the application and hands out colours and tinted icons."""

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Scheme = "system") -> None:
        super().__init__(app)
        self._app = app
        self._icons: list[tuple[QAbstractButton | QLabel, str, str, int]] = []
        self._made: dict[tuple[str, str, str | None, int], QIcon] = {}
        """Icons in the colours of now."""
        self._scales = {screen.devicePixelRatio() for screen in app.screens()}
        """What icons are drawn for; each one more would cost every page the time of its icons."""
        self.colours = LIGHT
        app.setStyle(QStyleFactory.create("Fusion"))
        self._app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self.use(scheme)

    def use(self, scheme: Scheme) -> None:
        self._app.styleHints().setColorScheme(_QT_SCHEME[scheme])
        self._wanted = scheme
        self._apply()

    @property
    def is_dark(self) -> bool:
        return self.colours is DARK

    def icon(
        self,
        name: str,
        colour: str = "text",
        *,
        checked_colour: str | None = None,
        button_px: int = 0,
    ) -> QIcon:
        """The icon `assets/icons/NAME.svg` in one of `Colours`' fields, sharp on every screen.

        Args:
            name: of the file.
            colour: of the icon.
            checked_colour: of the icon of a button that is down.
            button_px: the side of an icon beside a button's text, from which it is held off.
        """
        key = name, colour, checked_colour, button_px
        icon = self._made.get(key)
        if icon is not None:  # a table asks for one in each row
            return icon
        icon = self._made[key] = QIcon()
        room = round(_BESIDE * button_px)
        at_1x = (button_px,) if button_px else _LISTED_PX
        for at, scale in product(at_1x, self._scales):
            side_px, room_px = round(at * scale), round(room * scale)
            icon.addPixmap(tinted(name, getattr(self.colours, colour), side_px, room_px))
            if checked_colour:
                pixmap = tinted(name, getattr(self.colours, checked_colour), side_px, room_px)
                icon.addPixmap(pixmap, QIcon.Mode.Normal, QIcon.State.On)
            if button_px:  # as its word; Qt's own grey is too bright on dark
                greyed = self.colours.faint if colour == "muted" else self.colours.muted
                pixmap = tinted(name, greyed, side_px, room_px)
                for state in (QIcon.State.Off, QIcon.State.On):
                    icon.addPixmap(pixmap, QIcon.Mode.Disabled, state)
        return icon

    def set_icon(
        self,
        widget: QAbstractButton | QLabel,
        name: str,
        colour: str = "text",
        *,
        side_px: int = 18,
    ) -> None:
        """Give a button or label an icon that follows the theme."""
        wanted = (widget, name, colour, side_px)
        if wanted in self._icons:
            return
        self._icons = [entry for entry in self._icons if entry[0] is not widget]
        self._icons.append(wanted)
        self._draw(*wanted)

    def draw_at(self, scale: float) -> None:
        """The window came to a screen of this scale: draw the icons for it too."""
        self._scales.add(scale)
        self._made.clear()
        self._draw_all()
        self.changed.emit()

    def _draw_all(self) -> None:
        self._icons = [entry for entry in self._icons if isValid(entry[0])]
        for entry in self._icons:
            self._draw(*entry)

    def _draw(self, widget: QAbstractButton | QLabel, name: str, colour: str, side_px: int) -> None:
        if isinstance(widget, QLabel):
            ratio = widget.devicePixelRatioF()
            pixmap = tinted(name, getattr(self.colours, colour), round(side_px * ratio))
            pixmap.setDevicePixelRatio(ratio)
            widget.setPixmap(pixmap)
        else:
            checked = "accent" if widget.isCheckable() else None
            widget.setIcon(self.icon(name, colour, checked_colour=checked, button_px=side_px))
            widget.setIconSize(QSize(side_px + 2 * round(_BESIDE * side_px), side_px))

    def _on_scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        self._apply()

    def _apply(self) -> None:
        asked = self._wanted == "dark"
        system_dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        dark = system_dark if self._wanted == "system" else asked
        self.colours = DARK if dark else LIGHT
        self._made.clear()
        self._app.setPalette(palette_of(self.colours))
        sheet = style_sheet(self.colours, dark=dark, field_px=scaled(_FIELD_PX))
        self._app.setStyleSheet(sheet)
        for widget in self._app.allWidgets():  # the sheet put the fonts of their first roles back
            if isinstance(widget, QLabel) and (role := widget.property("role")):
                widget.setFont(font(role))
        self._draw_all()
        self.changed.emit()


def set_role(widget: QWidget, role: str, *, tone: str = "") -> None:
    """Name what a widget is for: `title`, `muted`, `primary`, `card`, ... and its tone."""
    if widget.property("role") == role and (widget.property("tone") or "") == tone:
        return
    widget.setProperty("role", role)
    widget.setProperty("tone", tone)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else it comes with showing
        widget.style().unpolish(widget)
        widget.style().polish(widget)
    if isinstance(widget, QLabel):
        widget.setFont(font(role))  # last: polishing puts an earlier font back


def font(role: str) -> QFont:
    size = {"caption": "small", "muted": "body", "strong": "body"}.get(role, role)
    result = QFont(QApplication.font())
    result.setPointSizeF(result.pointSizeF() * TYPE_SCALE.get(size, 1.0))
    if role in ("strong", "heading", "title", "display", "far"):
        result.setBold(True)  # of a font without bold letters Qt makes them from 700 on, not at 600
    return result


def scaled(px: int) -> int:
    """A width that holds words, as wide as `px` at the usual font size, wider at a larger one."""
    return max(px, round(px * _line_px() / _USUAL_LINE_PX))


def _line_px() -> int:
    return QFontMetrics(QApplication.font()).height()


def tinted(name: str, colour: str, side_px: int, room_px: int = 0) -> QPixmap:
    """Render an icon with its `currentColor` replaced, and empty room at its left and right."""
    text = _svg(name).replace("currentColor", colour)
    pixmap = QPixmap(side_px + 2 * room_px, side_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(room_px, 0, side_px, side_px))
    painter.end()
    return pixmap


@cache
def _svg(name: str) -> str:
    return (assets_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
