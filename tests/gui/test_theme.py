"""One visual language: readable in both schemes, icons that follow, no stray style sheets."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from siamapp.gui.colours import DARK, LIGHT, Colours
from siamapp.gui.theme import Scheme, Theme, font, scaled, set_role, tinted
from siamapp.paths import assets_dir

GUI = Path(__file__).parents[2] / "siamapp" / "gui"


def luminance(name: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = (QColor(name).redF(), QColor(name).greenF(), QColor(name).blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["text", "muted", "accent", "good", "warn", "bad"])
@pytest.mark.parametrize("ground", ["window", "surface"])
def test_text_can_be_read(colours: Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_the_accent_and_on_selections_can_be_read(colours: Colours) -> None:
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.text, colours.accent_soft) >= 4.5
    assert contrast(colours.muted, colours.raised) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("tone", "ground"),
    [("good", "good_soft"), ("warn", "warn_soft"), ("bad", "bad_soft"), ("accent", "accent_soft"),
     ("muted", "raised")],
)  # fmt: skip
def test_banners_and_results_can_be_read(colours: Colours, tone: str, ground: str) -> None:
    for text in (tone, "text"):
        assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5
    # Their signs and frames need 3:1 (WCAG 2.2, 1.4.11).
    assert contrast(getattr(colours, tone), colours.window) >= 3


def test_switching_recolours_palette_and_icons(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme(qapp, "light")
    button = QPushButton("x")
    qtbot.addWidget(button)
    theme.set_icon(button, "people")
    before = button.icon().pixmap(24, 24).toImage()
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.window)
    with qtbot.waitSignal(theme.changed):
        theme.use("dark")
    assert theme.is_dark
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
    assert button.icon().pixmap(24, 24).toImage() != before
    theme.use("light")
    assert button.icon().pixmap(24, 24).toImage() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_icon_of_a_greyed_button_is_as_muted_as_its_word(
    qapp: QApplication, qtbot: QtBot, scheme: Scheme
) -> None:
    theme = Theme(qapp, scheme)
    button = QPushButton("x")
    qtbot.addWidget(button)
    theme.set_icon(button, "people")
    size = button.iconSize()
    enabled = button.icon().pixmap(size).toImage()
    theme.set_icon(button, "people", "muted")
    muted = button.icon().pixmap(size).toImage()
    theme.set_icon(button, "people")
    assert button.icon().pixmap(size, QIcon.Mode.Disabled).toImage() == muted != enabled


def test_an_icon_is_drawn_only_for_the_scales_of_the_screens(
    qapp: QApplication, qtbot: QtBot
) -> None:
    theme = Theme(qapp, "light")
    button = QPushButton("x")
    qtbot.addWidget(button)
    theme.set_icon(button, "people")
    assert button.icon().availableSizes() == [button.iconSize()]
    assert {size.width() for size in theme.icon("people").availableSizes()} == {16, 24}


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_an_icon_is_sharp_on_the_screen_that_the_window_came_to(
    qapp: QApplication, qtbot: QtBot, scale: float
) -> None:
    theme = Theme(qapp, "light")
    button, label = QPushButton("x"), QLabel()
    for widget in (button, label):
        qtbot.addWidget(widget)
        theme.set_icon(widget, "people", side_px=20)
    theme.draw_at(scale)
    drawn = button.icon().pixmap(button.iconSize(), scale).toImage()
    drawn.setDevicePixelRatio(1)  # it is compared too
    assert drawn == tinted("people", LIGHT.text, round(20 * scale), round(3 * scale)).toImage()
    assert not label.pixmap().isNull()


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_what_cannot_be_pressed_is_paler_and_still_seen(colours: Colours) -> None:
    faint, muted = (contrast(c, colours.surface) for c in (colours.faint, colours.muted))
    assert 3 <= faint <= 0.55 * muted


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_icons_of_a_closed_rail_are_faint(
    qapp: QApplication, qtbot: QtBot, scheme: Scheme
) -> None:
    theme = Theme(qapp, scheme)
    button = QToolButton()
    qtbot.addWidget(button)
    set_role(button, "rail")
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setText("Identify")
    theme.set_icon(button, "live", "muted", side_px=22)
    button.setEnabled(False)
    for chosen in (False, True):
        button.setChecked(chosen)
        picture = button.grab().toImage()
        across, down = picture.width(), picture.height()
        inks = {picture.pixelColor(x, y).name() for x in range(across) for y in range(down)}
        assert theme.colours.faint in inks
        assert not inks & {theme.colours.muted, theme.colours.accent, theme.colours.text}


@pytest.mark.parametrize("icon", sorted(p.stem for p in (assets_dir() / "icons").glob("*.svg")))
def test_every_icon_draws_something(qapp: QApplication, icon: str) -> None:
    image = tinted(icon, "#ff0000", 32).toImage()
    alphas = [image.pixelColor(x, y).alpha() for x in range(32) for y in range(32)]
    assert max(alphas) > 100
    assert min(alphas) == 0


def test_style_sheets_are_set_in_one_place_only() -> None:
    users = [path.name for path in GUI.glob("*.py") if "setStyleSheet" in path.read_text()]
    assert users == ["theme.py"]


def test_what_holds_words_grows_with_the_font_that_the_user_enlarged(qapp: QApplication) -> None:
    usual = qapp.font()
    narrow, large = scaled(100), QFont(usual)
    large.setPointSizeF(1.5 * usual.pointSizeF())
    qapp.setFont(large)
    try:
        assert scaled(100) >= 1.4 * narrow
    finally:
        qapp.setFont(usual)
    assert scaled(100) == narrow


def test_a_label_keeps_the_size_of_its_role(qapp: QApplication, qtbot: QtBot) -> None:
    """Whatever tone it takes on, and in whichever scheme: polishing puts earlier fonts back."""
    theme = Theme(qapp, "light")
    label = QLabel("Yes")
    qtbot.addWidget(label)
    set_role(label, "display", tone="muted")
    label.show()
    set_role(label, "far", tone="good")
    sizes = [label.font().pointSizeF()]
    set_role(label, "far", tone="bad")
    sizes.append(label.font().pointSizeF())
    theme.use("dark")
    sizes.append(label.font().pointSizeF())
    theme.use("light")
    assert sizes == [font("far").pointSizeF()] * 3


def ink(text: str, how: QFont) -> int:
    picture = QImage(400, 80, QImage.Format.Format_Grayscale8)
    picture.fill(255)
    painter = QPainter(picture)
    painter.setFont(how)
    painter.drawText(10, 50, text)
    painter.end()
    return sum(255 - level for level in bytes(picture.constBits()))


def test_chinese_headings_are_bold_with_a_font_that_has_no_bold_letters(qapp: QApplication) -> None:
    if not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        pytest.skip("no font with Chinese letters is installed")
    plain = font("heading")
    plain.setWeight(QFont.Weight.Normal)
    assert ink("错误率", font("heading")) > 1.15 * ink("错误率", plain)
