"""How every kind of widget is drawn, in the colours of a scheme."""

from __future__ import annotations

from string import Template
from typing import Final

from siamapp.gui.colours import LIGHT, Colours
from siamapp.paths import assets_dir

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
    border-radius: 7px; padding: 6px 14px; min-height: ${field_px}px; outline: none; }
QPushButton:hover, QToolButton:hover { background: $raised; }
QPushButton:pressed, QToolButton:pressed { background: $border; }
QPushButton:disabled, QToolButton:disabled { color: $muted; background: $window; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent;
    font-weight: 700; }
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
QToolButton[role="rail"]:checked { background: $accent_soft; color: $accent; font-weight: 700; }
QToolButton[role="rail"]:focus { border: 2px solid $accent; }
QToolButton[role="rail"]:disabled { color: $faint; background: transparent;
    font-weight: 400; }
QPushButton::menu-indicator { image: url("$chevron"); width: 12px; height: 12px;
    subcontrol-origin: padding; subcontrol-position: center right; right: 8px; }
QPushButton[role="menu"] { padding-right: 26px; }
QPushButton[role="menu"]:focus { padding-right: 25px; }
QPlainTextEdit { background: $surface; color: $text; border: 1px solid $border;
    border-radius: 10px; padding: 6px; }
QPlainTextEdit:focus { border: 2px solid $accent; padding: 5px; }
QLineEdit, QComboBox, QAbstractSpinBox { background: $surface; color: $text;
    border: 1px solid $border; lineedit-clear-button-icon: url("$clear");
    border-radius: 7px; padding: 6px 10px; min-height: ${field_px}px;
    selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $muted; }
QLineEdit:focus, QComboBox:focus,
QAbstractSpinBox:focus { border: 2px solid $accent; padding: 5px 9px; }
QLineEdit:disabled, QComboBox:disabled,
QAbstractSpinBox:disabled { color: $muted; background: $window; }
QLineEdit[role="search"], QLineEdit[role="search"]:focus { padding-left: 2px; }
QLineEdit > QToolButton, QLineEdit > QToolButton:hover { background: transparent; border: none;
    padding: 0; min-height: 0; }
QComboBox::drop-down { border: none; width: 26px; }
QAbstractSpinBox { max-height: ${field_px}px; }
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
QCalendarWidget QToolButton#qt_calendar_monthbutton,
QCalendarWidget QToolButton#qt_calendar_yearbutton { padding: 4px; }
QCalendarWidget QToolButton::menu-indicator { image: none; width: 0; }
QCalendarWidget QTableView, QCalendarWidget QTableView:focus { border: none; border-radius: 0;
    padding: 4px; alternate-background-color: $surface;
    selection-background-color: transparent; }
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
QCheckBox, QRadioButton { spacing: 8px; padding: 4px 0; }
QCheckBox::indicator, QRadioButton::indicator { width: 18px; height: 18px;
    border: 1px solid $muted; border-radius: 5px; background: $surface; }
QRadioButton::indicator { border-radius: 10px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { width: 16px; height: 16px;
    border: 2px solid $accent; }
QCheckBox::indicator:checked:focus, QRadioButton::indicator:checked:focus { border-color: $text; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { background: $check_fill;
    border-color: $check_fill; image: url("$check"); }
QRadioButton::indicator:checked { image: url("$radio"); }
QListWidget { background: $surface; border: 1px solid $border; border-radius: 10px;
    padding: 6px; outline: none; }
QListWidget:focus { border: 2px solid $accent; padding: 5px; }
QListWidget::item { border-radius: 8px; padding: 6px; color: $text; }
QListWidget::item:hover { background: $raised; }
QListWidget::item:selected { background: $accent_soft; color: $text; }
QListWidget[role="plain"], QListWidget[role="log"] { background: transparent;
    border: 1px solid transparent; padding: 0; }
QListWidget[role="plain"]:focus, QListWidget[role="log"]:focus { border: 1px solid $accent; }
QListWidget[role="log"]::item { padding: 6px 0; }
QListView[role="people"], QTableView { background: $surface; border: 1px solid $border;
    border-radius: 10px; padding: 6px; outline: none; alternate-background-color: $window;
    selection-background-color: $accent_soft; selection-color: $text; }
QListView[role="people"]:focus, QTableView:focus { border: 2px solid $accent; padding: 5px; }
QTableView::item { padding: 2px 8px; border: none; }
QCalendarWidget QTableView::item { padding: 0; }
QHeaderView { background: transparent; border: none; border-bottom: 1px solid $border; }
QHeaderView::section { background: transparent; color: $muted; border: none;
    padding: 4px 11px; }
QTableCornerButton::section { background: transparent; border: none; }
QTableView[role="plain"] { border: none; border-radius: 0; padding: 0; background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QSplitter::handle { background: transparent; image: none; }
QSplitter::handle:hover { background: $raised; border-radius: 3px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: $border; border-radius: 3px; min-width: 32px; }
QScrollBar::handle:horizontal:hover { background: $muted; }
QProgressBar { background: $raised; border: none; border-radius: 4px; max-height: 8px;
    min-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QWidget[role="chart"] { border: 2px solid transparent; border-radius: 7px; }
QWidget[role="chart"]:focus { border-color: $accent; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar::tab { background: transparent; color: $muted; border: 2px solid transparent;
    border-bottom-color: transparent; padding: 6px 12px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $accent; border-bottom-color: $accent; font-weight: 700; }
QTabBar::tab:focus { border-color: $accent; border-radius: 7px; }
QFileDialog { backward-icon: url("$chevron_left"); forward-icon: url("$chevron_right");
    filedialog-parent-directory-icon: url("$chevron_up"); }
QFileDialog QToolButton { padding: 6px; }
QFileDialog QToolButton:focus { padding: 5px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMessageBox QLabel#qt_msgbox_informativelabel { min-width: 320px; }
QMessageBox QLabel#qt_msgbox_label { font-weight: 700; }
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


def style_sheet(colours: Colours, *, dark: bool, field_px: int) -> str:
    """`field_px` is the height of what a field holds."""
    fields = {name: getattr(colours, name) for name in Colours.__slots__}
    return _STYLE.substitute(
        fields,
        field_px=field_px,
        # Tick and dot are white, so what they stand in keeps the deep accent in both schemes.
        check_fill=LIGHT.accent if not dark else "#2b8a86",
        chevron=(assets_dir() / "icons" / "chevron-down.svg").as_posix(),
        chevron_left=(assets_dir() / "icons" / "chevron-left.svg").as_posix(),
        chevron_right=(assets_dir() / "icons" / "chevron-right.svg").as_posix(),
        chevron_up=(assets_dir() / "icons" / "chevron-up.svg").as_posix(),
        clear=(assets_dir() / "icons" / "clear.svg").as_posix(),
        check=(assets_dir() / "icons" / "check.svg").as_posix(),
        radio=(assets_dir() / "icons" / "radio.svg").as_posix(),
    )
