"""Every text of the window in every language, and the switch while it is open."""

from __future__ import annotations

from PySide6.QtCore import QDate, QLocale
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from siamapp.gui.context import Context
from siamapp.gui.dialogs import PassphraseDialog
from siamapp.gui.language import Language
from siamapp.gui.main_window import MainWindow


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
