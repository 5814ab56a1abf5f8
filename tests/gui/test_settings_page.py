"""Settings: search, the warning about another provider, measurements, a report without people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QSpinBox

from siamapp.gui.context import Context
from siamapp.gui.diagnostics import RunFacts
from siamapp.gui.engine_facts import EngineFacts
from siamapp.gui.main_window import MainWindow
from siamapp.gui.settings_rows import ROWS
from siamapp.settings import Settings

Until = Callable[[Callable[[], bool]], None]
FACTS = EngineFacts("cpu", "", 6.0, 3.0, (1e-2, 1e-3))


def test_the_search_leaves_what_is_meant(window: MainWindow) -> None:
    window.show_page("settings")
    page = window.page("settings")
    page.search.setText("language")
    shown = [row.key for row in ROWS if page.fields[row.key].isVisible()]
    assert shown == ["language"]
    page.search.setText("zzz")
    assert page._none.isVisible()
    assert not page._area.isVisible()
    page.search.clear()
    assert all(page.fields[row.key].isVisible() for row in ROWS)


def test_a_provider_that_is_not_the_one_running_is_told_in_red(
    window: MainWindow, context: Context
) -> None:
    window.show_page("settings")
    page = window.page("settings")
    context.settings = Settings(provider="cuda")
    page._on_facts(FACTS)
    assert page.not_running.text == "CUDA was chosen, but the models run on CPU."
    assert page.not_running.property("tone") == "bad"
    other = "CUDA computes something else here than the CPU (cosine 0.9123)."
    for provider in ("cuda", "auto"):
        context.settings = Settings(provider=provider)
        page._on_facts(replace(FACTS, refused=other))
        assert other in page.not_running.text
    page._on_facts(FACTS)
    assert page.not_running.text == ""


def test_a_rate_is_offered_where_it_is_shown_and_one_that_is_refused_is_not_shown(
    window: MainWindow, context: Context
) -> None:
    """A calibration of one's own shows other rates than the card."""
    recognizer = context.recognizer
    card = recognizer.pipeline.embedder.model.card
    strict = card.model_copy(update={"thresholds": card.thresholds[:2]})
    window.show_page("settings")
    page = window.page("settings")
    box = page.fields["target_fmr"]
    assert isinstance(box, QComboBox)
    context._others.stop()  # it would put back what lies in the home
    recognizer.calibrated = strict
    box.setCurrentIndex(box.findData(1e-4))
    box.activated.emit(box.currentIndex())
    assert "not measured" in page.error.text
    assert (box.currentData(), context.settings.target_fmr) == (1e-3, 1e-3)
    context.change_setting("target_fmr", 2e-3)
    page._show_facts()
    assert [box.itemData(i) for i in range(box.count())] == [1e-2, 2e-3, 1e-3]
    assert box.currentData() == 2e-3


def test_the_report_holds_what_was_measured_and_nobody(
    window: MainWindow, context: Context
) -> None:
    context.settings = Settings(camera="Ada's webcam")
    context.last_run = RunFacts(120, 3, 24.5, {"detect": 6.25, "embed": 3.0}, "YUYV")
    window.show_page("settings")
    page = window.page("settings")
    page._on_facts(FACTS)
    assert "120 frames, 3 dropped, 24.5 results/s" in page.measured.text()
    assert "The camera sends YUYV." in page.measured.text()
    page.copy.click()
    report = QGuiApplication.clipboard().text()
    assert "dropped 3" in report
    assert "camera format wanted auto, sent YUYV" in report
    assert "detect 6.2 ms" in report
    assert "Ada" not in report


def test_a_number_is_kept_within_the_setting_s_range(
    window: MainWindow, context: Context, until: Until
) -> None:
    window.show_page("settings")
    field = window.page("settings").fields["retention_days"]
    assert isinstance(field, QSpinBox)
    assert field.text() == "Forever"
    field.setValue(1)
    assert field.text() == "1 day"
    field.setValue(365)
    assert field.text() == "365 days"
    assert context.settings.retention_days == 365
    assert (field.minimum(), field.maximum()) == (0, 36_500)
