"""The pages of the window, in the order of the rail; a new page is one line here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Final, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtWidgets import QWidget

from siamapp.gui import core_words
from siamapp.gui.context import Context
from siamapp.gui.page import Page


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the rail. The page's module is imported when the page is first shown."""

    key: str
    """What `show_page` takes."""
    icon: str
    name: object
    """In English, as `QT_TRANSLATE_NOOP` marks it; shown translated."""
    where: str
    """`module.Class` in `siamapp.gui`."""
    needs_gallery: bool = True
    """Whether it can be shown only once the gallery is open."""

    @property
    def label(self) -> str:
        return QCoreApplication.translate("pages", str(self.name))

    def load(self) -> type[Page]:
        """Import the page's module; some bring a chart library that takes a second."""
        module, kind = self.where.split(".")
        return cast("type[Page]", getattr(import_module(f"siamapp.gui.{module}"), kind))

    def make(self, context: Context, parent: QWidget) -> Page:
        return self.load()(context, parent)


PAGES: Final = (
    Entry("live", "live", QT_TRANSLATE_NOOP("pages", "Identify"), "identify_page.IdentifyPage"),
    Entry("verify", "verify", QT_TRANSLATE_NOOP("pages", "Verify"), "verify_page.VerifyPage"),
    Entry("enrol", "enrol", QT_TRANSLATE_NOOP("pages", "Enrol"), "enroll_page.EnrollPage"),
    Entry("people", "people", QT_TRANSLATE_NOOP("pages", "People"), "people_page.PeoplePage"),
    Entry("history", "history", QT_TRANSLATE_NOOP("pages", "History"), "history_page.HistoryPage"),
    Entry(
        "evaluate", "evaluate", QT_TRANSLATE_NOOP("pages", "Evaluate"),
        "evaluate_page.EvaluatePage",
    ),
    Entry("models", "models", QT_TRANSLATE_NOOP("pages", "Models"), "models_page.ModelsPage"),
    # Another model or provider may be the way out where the gallery does not open.
    Entry(
        "settings", "settings", QT_TRANSLATE_NOOP("pages", "Settings"),
        "settings_page.SettingsPage", needs_gallery=False,
    ),
)  # fmt: skip


def load_all() -> None:
    """Make ready what pages need, off the GUI thread: some modules take a second to import."""
    for entry in PAGES:
        entry.load()
    core_words.patterns()
