"""Every text of the window in every language, and the switch while it is open."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import PySide6
import pytest
from PySide6.QtCore import QDate, QDateTime, QLocale, QPoint, Qt, QTime
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from siamapp.gui.consent_fields import ConsentFields, DayField
from siamapp.gui.context import Context
from siamapp.gui.dialogs import PassphraseDialog
from siamapp.gui.language import Language
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.gui.theme import Theme
from siamapp.gui.wording import day_words, listed, milliseconds, moment_words, percent
from siamapp.paths import assets_dir
from siamapp.types import Consent

GUI = Path(__file__).parents[2] / "siamapp" / "gui"
I18N = assets_dir() / "i18n"
FIELD = re.compile(r"\{[^}]*\}")


def qt_tool(name: str, *arguments: object) -> None:
    suffix = ".exe" if sys.platform == "win32" else ""
    tool = Path(PySide6.__file__).parent / f"{name}{suffix}"
    if not tool.exists():
        pytest.skip(f"{name} is not part of this PySide6")
    subprocess.run([tool, *map(str, arguments)], check=True, capture_output=True)


def texts(ts: Path) -> dict[tuple[str, str], ET.Element]:
    found = {}
    for context in ET.parse(ts).getroot().iter("context"):  # noqa: S314 - our own file
        for message in context.iter("message"):
            key = (context.findtext("name") or "", message.findtext("source") or "")
            translation = message.find("translation")
            assert translation is not None
            found[key] = translation
    return found


@pytest.mark.skipif(
    PySide6.__version_info__ < (6, 9), reason=r"lupdate before 6.9 reads \u00a0 as u00a0"
)
def test_the_file_of_translations_holds_what_the_window_says(tmp_path: Path) -> None:
    """The commands that bring it up to date are in CONTRIBUTING.md."""
    new = tmp_path / "siamapp_zh_CN.ts"
    shutil.copy(I18N / new.name, new)
    sources = sorted(GUI.glob("*.py"))
    qt_tool("lupdate", *sources, "-locations", "none", "-no-obsolete", "-ts", new)
    assert texts(new).keys() == texts(I18N / new.name).keys()


def test_the_compiled_translations_are_those_of_the_file(tmp_path: Path) -> None:
    compiled = tmp_path / "siamapp_zh_CN.qm"
    qt_tool("lrelease", I18N / "siamapp_zh_CN.ts", "-qm", compiled)
    assert compiled.read_bytes() == (I18N / compiled.name).read_bytes()


def test_every_text_has_a_translation_that_holds_the_same_values() -> None:
    for (context, source), translation in texts(I18N / "siamapp_zh_CN.ts").items():
        assert translation.get("type") != "unfinished", (context, source)
        text = translation.text or ""
        assert text.strip() or not source.strip(), (context, source)
        assert sorted(FIELD.findall(text)) == sorted(FIELD.findall(source)), (context, source)
        assert not re.search(r"\s%", text), "no space parts a number from its sign in Chinese"


def test_no_prompt_of_our_own_ends_in_a_colon() -> None:
    for (context, source), translation in texts(I18N / "siamapp_zh_CN.ts").items():
        if not context.startswith("Q"):  # Qt's own dialogs have theirs
            assert not (translation.text or "").endswith((":", "\uff1a")), (context, source)
            assert not source.endswith(":"), (context, source)


def test_lists_and_times_are_put_together_as_the_language_does(language: Language) -> None:
    assert (listed(["Ann", "Bo"]), milliseconds(1.234, 2)) == ("Ann, Bo", "1.23 ms")
    assert percent(3e-6) == "0.0003 %"
    language.use("zh_CN")
    assert (listed(["Ann", "Bo"]), milliseconds(1.5)) == ("Ann、Bo", "1.5 毫秒")
    assert percent(3e-6) == "0.0003%"


def test_a_calendar_is_headed_in_the_order_of_the_language(
    qapp: QApplication, qtbot: QtBot, language: Language
) -> None:
    field = DayField()
    qtbot.addWidget(field)
    for name, year_first in (("en", False), ("zh_CN", True), ("en", False)):
        language.use(name)
        field.hide()
        field.show()
        parts = ("qt_calendar_yearbutton", "qt_calendar_monthbutton")
        year, month = (field.calendarWidget().findChild(QWidget, part) for part in parts)
        row = year.parentWidget().layout()
        assert (row.indexOf(year) < row.indexOf(month)) is year_first


def test_the_chosen_day_is_rounded_as_whatever_else_is_chosen(
    qtbot: QtBot, language: Language, theme: Theme
) -> None:
    field = DayField()
    qtbot.addWidget(field)
    field.show()
    calendar = field.calendarWidget()
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    calendar.paintCell(painter, picture.rect(), calendar.selectedDate())
    painter.end()
    accent = QColor(theme.colours.accent)
    assert picture.pixelColor(20, 5) == accent
    assert picture.pixelColor(3, 3) != accent


def test_a_calendar_s_year_is_named_as_one_and_stays_so_when_turned_over(
    qapp: QApplication, qtbot: QtBot, language: Language
) -> None:
    for code, mark in (("en", ""), ("zh_CN", "年")):
        language.use(code)
        field = DayField()
        qtbot.addWidget(field)
        field.setDate(QDate(2027, 12, 3))
        field.show()
        calendar = field.calendarWidget()
        calendar.show()
        year = calendar.findChild(QToolButton, "qt_calendar_yearbutton")
        assert year.text() == f"2027{mark}"
        calendar.showNextMonth()
        assert year.text() == f"2028{mark}"
        year.click()
        typed = calendar.findChild(QSpinBox, "qt_calendar_yearedit")
        for wanted in (2030, 2030):
            typed.setValue(wanted)
            typed.editingFinished.emit()
            assert year.text() == f"{wanted}{mark}"
        calendar.hide()


def test_the_language_is_switched_while_the_window_is_open(
    window: MainWindow, context: Context
) -> None:
    window.show_page("settings")
    english = window.page("settings").accessibleName()
    for name in ("zh_CN", "en"):
        context.change_setting("language", name)
        QApplication.processEvents()
        page = window.page("settings")
        assert (page.accessibleName() == english) is (name == "en")
        assert (window._buttons["people"].text() == "People") is (name == "en")
        assert QLocale().language().name == ("Chinese" if name == "zh_CN" else "English")
    assert context.settings.language == "en"


def test_qts_own_buttons_and_dates_follow_the_language(language: Language) -> None:
    dialog = PassphraseDialog(None, new=False)
    box = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    cancel = box.button(QDialogButtonBox.StandardButton.Cancel)
    assert "Cancel" in cancel.text()
    language.use("zh_CN")
    QApplication.processEvents()
    assert "取消" in cancel.text()
    day = QLocale().toString(QDate(2026, 11, 25), QLocale.FormatType.LongFormat)
    assert "年" in day
    dialog.deleteLater()


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_no_button_is_cut_in_the_smallest_window(
    window: MainWindow, context: Context, code: str
) -> None:
    context.change_setting("language", code)
    window.resize(window.minimumSize())
    for entry in PAGES:
        window.show_page(entry.key)
        QApplication.processEvents()
        page = window.page(entry.key)
        for button in page.findChildren(QAbstractButton):
            if button.isVisible() and button.text():
                wanted = button.minimumSizeHint().width()
                assert button.width() >= wanted, (entry.key, button.text())
                right = button.mapTo(page, QPoint(button.width(), 0)).x()
                assert right <= page.width(), (entry.key, button.text())


def test_qt_s_own_file_dialog_follows_a_switch(language: Language) -> None:
    def labels() -> list[str]:
        dialog = QFileDialog()
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        said = [label.text() for label in dialog.findChildren(QLabel)]
        dialog.deleteLater()
        return [text for text in said if text]

    english = labels()
    assert len(english) == 3
    language.use("zh_CN")
    assert all(re.search("[一-鿿]", text) for text in labels()), labels()
    language.use("en")
    assert labels() == english


def test_a_day_tells_its_year_in_full(language: Language) -> None:
    fields = ConsentFields()
    for code in ("en", "zh_CN"):
        language.use(code)
        QApplication.processEvents()
        fields.fill(Consent("", date(2026, 11, 25), None))
        told = (day_words(QDate(2026, 11, 25)), fields.given_on.text())
        assert all("2026" in words for words in told), told
        assert "2026" in moment_words(QDateTime(QDate(2026, 11, 25), QTime(15, 4)))
    fields.deleteLater()
