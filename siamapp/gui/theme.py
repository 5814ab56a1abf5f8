"""The one visual language: colours, spacing, type, icons. Style sheets only here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from string import Template
from typing import Final, Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QStyleFactory, QWidget
from shiboken6 import isValid

from siamapp.paths import assets_dir

SPACE: Final = (0, 4, 8, 12, 16, 24, 32)
"""The spacing scale in device-independent pixels: `SPACE[4]` is the page margin's unit."""
TYPE_SCALE: Final = {
    "small": 0.88,
    "body": 1.0,
    "heading": 1.15,
    "title": 1.6,
    "display": 2.1,
    "huge": 3.2,
}
"""Font size by role, as a multiple of the system's own size, which the user may have enlarged."""
Scheme = Literal["system", "light", "dark"]
_QT_SCHEME: Final = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


@dataclass(frozen=True, slots=True)
class Colours:
    """Text on `window`, `surface`, `raised`: contrast at least 4.5:1 (WCAG 2.2, 1.4.3)."""

    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
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

_STYLE: Final = Template("""
QWidget#rail { background: $surface; border: none; border-right: 1px solid $border; }
QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 10px; }
QFrame[role="banner"] { background: $accent_soft; border: 1px solid $accent; border-radius: 8px; }
QFrame[role="result"] { background: $surface; border: 2px solid $border; border-radius: 14px; }
QFrame[tone="good"] { background: $good_soft; border-color: $good; }
QFrame[tone="warn"] { background: $warn_soft; border-color: $warn; }
QFrame[tone="bad"] { background: $bad_soft; border-color: $bad; }
QLabel { background: transparent; border: none; }
QLabel[tone] { background: transparent; }
QLabel[tone="info"] { color: $accent; }
QLabel[role="muted"], QLabel[role="caption"], QLabel[tone="muted"] { color: $muted; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="bad"] { color: $bad; }
QPushButton, QToolButton { background: $surface; color: $text; border: 1px solid $border;
    border-radius: 7px; padding: 6px 14px; min-height: 20px; }
QPushButton:hover, QToolButton:hover { background: $raised; }
QPushButton:pressed, QToolButton:pressed { background: $border; }
QPushButton:disabled, QToolButton:disabled { color: $muted; background: $window; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent;
    font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:disabled { background: $raised; color: $muted; border-color: $border; }
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="danger"] { color: $bad; }
QPushButton[role="danger"]:disabled { color: $muted; }
QToolButton[role="fold"] { background: transparent; border: 2px solid transparent;
    padding: 4px 6px; text-align: left; }
QToolButton[role="fold"]:hover { background: $raised; }
QToolButton[role="fold"]:focus { border: 2px solid $accent; }
QToolButton[role="rail"] { background: transparent; border: 2px solid transparent;
    border-radius: 10px; padding: 6px 8px; color: $muted; }
QToolButton[role="rail"]:hover { background: $raised; color: $text; }
QToolButton[role="rail"]:checked { background: $accent_soft; color: $accent; font-weight: 600; }
QToolButton[role="rail"]:focus { border: 2px solid $accent; }
QToolButton[role="rail"]:disabled { color: $muted; background: transparent; }
QPushButton::menu-indicator { image: url("$chevron"); width: 12px; height: 12px;
    subcontrol-origin: padding; subcontrol-position: center right; right: 8px; }
QPushButton[role="menu"] { padding-right: 26px; }
QPushButton[role="menu"]:focus { padding-right: 25px; }
QPlainTextEdit { background: $surface; color: $text; border: 1px solid $border;
    border-radius: 10px; padding: 6px; }
QPlainTextEdit:focus { border: 2px solid $accent; padding: 5px; }
QLineEdit, QComboBox, QAbstractSpinBox { background: $surface; color: $text;
    border: 1px solid $border;
    border-radius: 7px; padding: 6px 10px; min-height: 20px;
    selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $muted; }
QLineEdit:focus, QComboBox:focus,
QAbstractSpinBox:focus { border: 2px solid $accent; padding: 5px 9px; }
QLineEdit:disabled, QComboBox:disabled,
QAbstractSpinBox:disabled { color: $muted; background: $window; }
QLineEdit > QToolButton, QLineEdit > QToolButton:hover { background: transparent; border: none;
    padding: 0; min-height: 0; }
QComboBox::drop-down { border: none; width: 26px; }
QAbstractSpinBox > QLineEdit { border: none; background: transparent; padding: 0 8px;
    min-height: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 24px;
    background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow { image: url("$chevron_up"); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url("$chevron"); width: 10px; height: 10px; }
QDateEdit::drop-down { border: none; width: 26px; }
QCalendarWidget QWidget#qt_calendar_navigationbar { background: $surface; }
QCalendarWidget QToolButton { border: none; padding: 4px 8px; min-width: 20px; }
QCalendarWidget QToolButton#qt_calendar_prevmonth { qproperty-icon: url("$chevron_left"); }
QCalendarWidget QToolButton#qt_calendar_nextmonth { qproperty-icon: url("$chevron_right"); }
QCalendarWidget QToolButton::menu-indicator { image: none; }
QCalendarWidget QTableView, QCalendarWidget QTableView:focus { border: none; border-radius: 0;
    padding: 4px; alternate-background-color: $surface;
    selection-background-color: $accent; selection-color: $on_accent; }
QDateEdit::down-arrow { image: url("$chevron"); width: 12px; height: 12px; }
QComboBox::down-arrow { image: url("$chevron"); width: 12px; height: 12px; }
QComboBox { combobox-popup: 0; }
QListView[role="choices"] { background: $surface; border: 1px solid $border; outline: none;
    selection-background-color: $accent_soft; selection-color: $text; }
QListView[role="choices"]::item { min-height: 28px; padding: 0 8px; }
QListView[role="choices"]::item:selected { background: $accent_soft; color: $text; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $border;
    outline: none; selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 8px; }
QCheckBox { spacing: 8px; padding: 3px; border: 2px solid transparent; border-radius: 7px; }
QCheckBox:focus { border-color: $accent; }
QCheckBox::indicator { width: 18px; height: 18px; border: 1px solid $muted; border-radius: 5px;
    background: $surface; }
QCheckBox::indicator:checked { background: $check_fill; border-color: $check_fill;
    image: url("$check"); }
QRadioButton { spacing: 8px; padding: 3px; border: 2px solid transparent; border-radius: 7px; }
QRadioButton:focus { border-color: $accent; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $muted; border-radius: 9px;
    background: $surface; }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid $accent;
    background: $on_accent; }
QListWidget { background: $surface; border: 1px solid $border; border-radius: 10px;
    padding: 6px; outline: none; }
QListWidget:focus { border: 2px solid $accent; padding: 5px; }
QListWidget::item { border-radius: 8px; padding: 6px; color: $text; }
QListWidget::item:hover { background: $raised; }
QListWidget::item:selected { background: $accent_soft; color: $text; }
QListWidget[role="plain"] { background: transparent; border: 1px solid transparent; padding: 0; }
QListWidget[role="plain"]:focus { border: 1px solid $accent; }
QListView[role="people"], QTableView { background: $surface; border: 1px solid $border;
    border-radius: 10px; padding: 6px; outline: none; alternate-background-color: $window;
    selection-background-color: $accent_soft; selection-color: $text; }
QListView[role="people"]:focus, QTableView:focus { border: 2px solid $accent; padding: 5px; }
QTableView::item { padding: 2px 8px; border: none; }
QCalendarWidget QTableView::item { padding: 0; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: $muted; border: none;
    border-bottom: 1px solid $border; padding: 4px 8px; }
QTableCornerButton::section { background: transparent; border: none; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: $border; border-radius: 3px; min-width: 32px; }
QScrollBar::handle:horizontal:hover { background: $muted; }
QProgressBar { background: $raised; border: none; border-radius: 4px; max-height: 8px;
    min-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar::tab { background: transparent; color: $muted; border: 2px solid transparent;
    border-bottom-color: transparent; padding: 6px 12px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $accent; border-bottom-color: $accent; font-weight: 600; }
QTabBar::tab:focus { border-color: $accent; border-radius: 7px; }
QMessageBox QLabel { min-width: 320px; }
QInputDialog QLineEdit { min-width: 320px; }
QScrollArea, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: $border; border-radius: 3px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QToolTip { background: $text; color: $window; border: none; padding: 4px 8px; }
QMenu { background: $surface; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 18px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
""")


class Theme(QObject):
    """Applies a scheme to the application and hands out colours and tinted icons."""

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Scheme = "system") -> None:
        super().__init__(app)
        self._app = app
        self._icons: list[tuple[QAbstractButton | QLabel, str, str, int]] = []
        self._made: dict[tuple[str, str, str | None], QIcon] = {}
        """Icons in the colours of now."""
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

    def icon(self, name: str, colour: str = "text", *, checked_colour: str | None = None) -> QIcon:
        """The icon `assets/icons/NAME.svg` in one of `Colours`' fields, sharp at every scale."""
        key = name, colour, checked_colour
        icon = self._made.get(key)
        if icon is not None:  # a table asks for one in each row
            return icon
        icon = self._made[key] = QIcon()
        for side_px in (16, 24, 32, 48, 64, 96):
            icon.addPixmap(tinted(name, getattr(self.colours, colour), side_px))
            if checked_colour:
                pixmap = tinted(name, getattr(self.colours, checked_colour), side_px)
                icon.addPixmap(pixmap, QIcon.Mode.Normal, QIcon.State.On)
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

    def _draw(self, widget: QAbstractButton | QLabel, name: str, colour: str, side_px: int) -> None:
        if isinstance(widget, QLabel):
            ratio = widget.devicePixelRatioF()
            pixmap = tinted(name, getattr(self.colours, colour), round(side_px * ratio))
            pixmap.setDevicePixelRatio(ratio)
            widget.setPixmap(pixmap)
        else:
            checked = "accent" if widget.isCheckable() else None
            widget.setIcon(self.icon(name, colour, checked_colour=checked))

    def _on_scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        self._apply()

    def _apply(self) -> None:
        asked = self._wanted == "dark"
        system_dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        dark = system_dark if self._wanted == "system" else asked
        self.colours = DARK if dark else LIGHT
        self._made.clear()
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(_style_sheet(self.colours, dark=dark))
        self._icons = [entry for entry in self._icons if isValid(entry[0])]
        for entry in self._icons:
            self._draw(*entry)
        self.changed.emit()


def set_role(widget: QWidget, role: str, *, tone: str = "") -> None:
    """Name what a widget is for: `title`, `muted`, `primary`, `card`, ... and its tone."""
    role_changed = widget.property("role") != role
    if not role_changed and (widget.property("tone") or "") == tone:
        return
    widget.setProperty("role", role)
    widget.setProperty("tone", tone)
    if isinstance(widget, QLabel) and role_changed:
        widget.setFont(font(role))
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else it comes with showing
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def font(role: str) -> QFont:
    size = {"caption": "small", "muted": "body"}.get(role, role)
    result = QFont(QApplication.font())
    result.setPointSizeF(result.pointSizeF() * TYPE_SCALE.get(size, 1.0))
    if role in ("heading", "title", "display", "huge"):
        result.setWeight(QFont.Weight.DemiBold)
    return result


def tinted(name: str, colour: str, side_px: int) -> QPixmap:
    """Render an icon with its `currentColor` replaced."""
    text = _svg(name).replace("currentColor", colour)
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, side_px, side_px))
    painter.end()
    return pixmap


@cache
def _svg(name: str) -> str:
    return (assets_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def _style_sheet(colours: Colours, *, dark: bool) -> str:
    fields = {name: getattr(colours, name) for name in Colours.__slots__}
    return _STYLE.substitute(
        fields,
        # The tick is white, so its box keeps the deep accent in both schemes.
        check_fill=LIGHT.accent if not dark else "#2b8a86",
        chevron=(assets_dir() / "icons" / "chevron-down.svg").as_posix(),
        chevron_left=(assets_dir() / "icons" / "chevron-left.svg").as_posix(),
        chevron_right=(assets_dir() / "icons" / "chevron-right.svg").as_posix(),
        chevron_up=(assets_dir() / "icons" / "chevron-up.svg").as_posix(),
        check=(assets_dir() / "icons" / "check.svg").as_posix(),
    )


def _palette(colours: Colours) -> QPalette:
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
