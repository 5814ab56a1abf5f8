"""Evaluate: rates of a folder, a threshold in use, a report; real store, scripted networks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from siamapp.evaluation.rates import Curve
from siamapp.gui.evaluate_page import EvaluatePage
from siamapp.gui.evaluating import Asked
from siamapp.gui.main_window import MainWindow
from siamapp.gui.rate_charts import thinned
from tests.small_model import patterns

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return patterns(tmp_path_factory.mktemp("people") / "twelve", people=12, each=4)


@pytest.fixture
def page(window: MainWindow) -> EvaluatePage:
    window.show_page("evaluate")
    shown = window.page("evaluate")
    assert isinstance(shown, EvaluatePage)
    return shown


def evaluated(page: EvaluatePage, people: Path, until: Until) -> EvaluatePage:
    page.start(Asked(people, aligned=True))
    assert page.cancel.isVisible()
    until(lambda: page.table.rowCount() > 0)
    return page


def test_a_folder_gives_rates_with_what_they_rest_on(
    page: EvaluatePage, people: Path, until: Until, qtbot: QtBot
) -> None:
    assert page.empty.isVisible()
    assert not page.export.isEnabled()
    evaluated(page, people, until)
    assert not page.progress.isVisible()
    assert "48 pictures of 12 people" in page.summary.text()
    assert "1,056 of strangers" in page.summary.text()
    assert page.table.item(0, 2).text() == "1,056"
    assert "at 95\u00a0%" in page.table.horizontalHeaderItem(3).text()
    assert page.table.item(0, 3).text().endswith("%")
    chart = page.charts.det
    before = chart.value.text()
    assert "of strangers accepted" in before
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.value.text() != before, "a chart can be read without a mouse"
    view = chart.plot.viewport()
    qtbot.mouseMove(view, QPoint(view.width() - 20, view.height() // 2))
    until(lambda: chart.value.text().startswith("Distance"))


def test_one_click_makes_a_threshold_the_live_one(
    page: EvaluatePage, people: Path, until: Until
) -> None:
    evaluated(page, people, until)
    recognizer, rates = page.context.recognizer, page.table.rowCount()
    line = next(i for i in range(rates) if page.table.item(i, 0).text() == "1 %")
    distance = float(page.table.item(line, 1).text())
    assert recognizer.policy.threshold != pytest.approx(distance, abs=1e-3)
    button = page.table.cellWidget(line, 5)
    assert isinstance(button, QPushButton)
    button.click()
    until(lambda: "In use" in page.error.text)
    assert page.context.settings.target_fmr == 0.01
    assert recognizer.policy.threshold == pytest.approx(distance, abs=1e-3)
    assert recognizer.evidence().comparisons == 1056
    [file] = page.context.paths.calibrations_dir.iterdir()
    assert "thresholds" in file.read_text()
    used = page.table.cellWidget(line, 5)
    assert isinstance(used, QPushButton)
    assert (used.text(), used.isEnabled()) == ("In use", False)


def test_the_report_is_written_as_html_and_as_pdf(
    page: EvaluatePage, people: Path, until: Until, tmp_path: Path
) -> None:
    evaluated(page, people, until)
    for name, head in (("report.html", b"<!doctype html>"), ("report.pdf", b"%PDF")):
        page.export_to(tmp_path / name)
        until(lambda name=name: name in page.error.text)
        assert (tmp_path / name).read_bytes().startswith(head)
    page.export_to(tmp_path / "nowhere" / "report.pdf")
    until(lambda: "cannot be written" in page.error.text)


def test_an_evaluation_can_be_cancelled_and_says_what_is_wrong(
    page: EvaluatePage, people: Path, until: Until, tmp_path: Path
) -> None:
    page.start(Asked(people, aligned=True))
    page.cancel.click()
    assert page.empty.isVisible()
    page.start(Asked(tmp_path / "none"))
    until(lambda: bool(page.error.text))
    assert "not a folder" in page.error.text
    assert page.table.rowCount() == 0, "what was cancelled shows nothing"


def test_too_few_people_give_rates_but_no_thresholds(
    page: EvaluatePage, tmp_path: Path, until: Until
) -> None:
    page.start(Asked(patterns(tmp_path / "few", people=3, each=3), aligned=True))
    until(lambda: "too few" in page.note.text())
    assert page.table.rowCount() == 0
    assert "9 pictures of 3 people" in page.summary.text()


def test_a_thinned_curve_keeps_its_ends_and_its_rare_part() -> None:
    rates = np.linspace(0, 1, 100_000)
    thin = thinned(Curve(rates, rates, 1 - rates))
    assert len(thin.fmr) <= 1500
    assert (thin.fmr[0], thin.fmr[-1]) == (0, 1)
    assert np.sum(thin.fmr < 1e-3) > 80, "of the hundred that are there"
