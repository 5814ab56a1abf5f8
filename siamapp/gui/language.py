"""The language of the window, and of its dates and numbers; switched without a restart."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QCoreApplication,
    QLibraryInfo,
    QLocale,
    QObject,
    QTranslator,
    Signal,
)
from PySide6.QtWidgets import QApplication

from siamapp.paths import assets_dir

Choice = Literal["system", "en", "zh_CN"]
LANGUAGES: Final = {"en": "English", "zh_CN": "简体中文"}
"""Each in its own words, so that who cannot read the others finds it."""
# Qt 6.11's own catalogue has these of an earlier Qt, without a key of their own.
QT_TRANSLATE_NOOP("QFileDialog", "&Look in:")
QT_TRANSLATE_NOOP("QFileDialog", "Files of &type:")


def tr(text: str) -> str:
    """Translate in a module that has no widget; `lupdate` finds it as it finds `self.tr`."""
    return QCoreApplication.translate("", text)


class Language(QObject):
    """Installs the translators and the default locale, and has every widget say its text again."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = "system") -> None:
        super().__init__(app)
        self._app = app
        self._translators: list[QTranslator] = []
        self.code = ""
        """`en` or `zh_CN`: what is in use."""
        self.use(choice)

    def use(self, choice: Choice) -> None:
        """Switch; each widget that has a `retranslate` method is asked to set its text again."""
        system = QLocale.system()
        code: str = choice
        if choice == "system":
            code = "zh_CN" if system.language() is QLocale.Language.Chinese else "en"
        # A system in the same language keeps its country's way to write dates and numbers.
        wanted = QLocale(code)
        own = system.language() == wanted.language() and system != QLocale.c()
        QLocale.setDefault(system if own else wanted)
        if code == self.code:
            return
        self.code = code
        for translator in self._translators:
            self._app.removeTranslator(translator)
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        own_folder = str(assets_dir() / "i18n")
        files = () if code == "en" else ((f"qtbase_{code}", qt), (f"siamapp_{code}", own_folder))
        self._translators = [self._installed(name, folder) for name, folder in files]
        for widget in self._app.allWidgets():
            retranslate = getattr(widget, "retranslate", None)
            if retranslate is not None:
                retranslate()
        self.changed.emit()

    def _installed(self, name: str, folder: str) -> QTranslator:
        translator = QTranslator(self)
        if translator.load(name, folder):
            self._app.installTranslator(translator)
        return translator
