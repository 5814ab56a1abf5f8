"""Evaluate: rates of a folder, a threshold in use, a report; real store, scripted networks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from siamapp.evaluation.rates import Curve
from siamapp.gui.evaluate_page import EvaluatePage
from siamapp.gui.evaluating import Asked
from siamapp.gui.main_window import MainWindow
from siamapp.gui.rate_charts import Chart, thinned
from siamapp.gui.theme import Theme
from siamapp.gui.wording import significant
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
    assert "of strangers let through" in before
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.value.text() != before, "a chart can be read without a mouse"
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    first = chart.value.text()
    assert ": 0 % of strangers let through" in first
    qtbot.keyClick(chart, Qt.Key.Key_PageDown)
    assert chart._at > 10
    qtbot.keyClick(chart, Qt.Key.Key_PageUp)
    assert chart.value.text() == first
    qtbot.keyClick(chart, Qt.Key.Key_End)
    assert "100 % of strangers let through" in chart.value.text()


def hovered(chart: Chart, x: float, y: float, qtbot: QtBot, until: Until) -> list[float]:
    """The numbers that the chart says once the pointer was moved onto `x` and `y` as drawn."""
    plot = chart.plot
    assert plot is not None
    plot.grab()  # what was drawn has its place once it is painted
    view = plot.getPlotItem().vb

    def pixel(x: float) -> QPoint:
        return plot.mapFromScene(view.mapViewToScene(QPointF(x, y)))

    qtbot.mouseMove(plot.viewport(), QPoint(plot.width() // 2, 20))
    qtbot.mouseMove(plot.viewport(), pixel(x))
    until(lambda: abs(pixel(chart._line.value()).x() - pixel(x).x()) <= plot.width() / 40)
    assert chart.accessibleDescription() == chart.value.text()
    return [float(number) for number in re.findall(r"[0-9.]*[0-9]", chart.value.text())]


@pytest.mark.parametrize("kind", ["det", "roc"])
def test_the_pointer_on_a_curve_tells_the_rates_that_stand_there(
    page: EvaluatePage, people: Path, until: Until, qtbot: QtBot, kind: str
) -> None:
    evaluated(page, people, until)
    chart = getattr(page.charts, kind)
    page.charts.setCurrentWidget(chart)
    scores = page._found.evaluation.scores  # type: ignore[union-attr]
    own, others = scores.distances[scores.genuine], scores.distances[~scores.genuine]
    told = []
    for accepted in (0.002, 0.05, 0.5):  # of strangers
        limit = float(np.quantile(others, accepted))
        fmr, fnmr = float(np.mean(others <= limit)), float(np.mean(own > limit))
        lowest = 0.5 / len(own)  # "none seen" is drawn there
        det = (np.log10(fmr), np.log10(max(fnmr, lowest)))
        place = det if kind == "det" else (fmr, 1 - fnmr)
        distance, strangers, refused = hovered(chart, *place, qtbot, until)
        assert strangers == pytest.approx(100 * fmr, rel=0.1, abs=0.5)
        low, high = (
            distance - 6e-4,
            distance + 6e-4,
        )  # it is told with three decimals, rates with one
        rates = 100 * np.mean(others <= low), 100 * np.mean(others <= high)
        assert rates[0] - 0.06 <= strangers <= rates[1] + 0.06
        rates = 100 * np.mean(own > high), 100 * np.mean(own > low)
        assert rates[0] - 0.06 <= refused <= rates[1] + 0.06
        told.append(distance)
    assert told == sorted(set(told))


def test_the_pointer_where_a_curve_is_steep_tells_the_point_at_its_height(
    theme: Theme, qtbot: QtBot, until: Until
) -> None:
    chart = Chart(theme)
    qtbot.addWidget(chart)
    chart.resize(500, 300)
    chart.show()
    accepted = np.array([0.0, 0.0, 0.0, 0.0, 0.4, 1.0])
    found = np.array([0.0, 0.3, 0.6, 0.9, 0.95, 1.0])
    chart.show_points(accepted, [(found, "accent")], [f"point {n}" for n in range(6)])
    for point in (1, 2, 0, 4):
        assert hovered(chart, accepted[point], found[point], qtbot, until) == [point]


def test_the_pointer_on_the_histogram_counts_what_is_that_far_apart(
    page: EvaluatePage, people: Path, until: Until, qtbot: QtBot
) -> None:
    evaluated(page, people, until)
    chart = page.charts.scores
    page.charts.setCurrentWidget(chart)
    scores = page._found.evaluation.scores  # type: ignore[union-attr]
    near, far = scores.distances.min(), scores.distances.max()
    half = (far - near) / 120  # of a bar
    for share in (0.9, 0.6, 0.3):
        middle = near + (int(share * 60) + 0.5) * 2 * half
        within = np.abs(scores.distances - middle) <= half
        distance, own, others = hovered(chart, float(middle), 0.01, qtbot, until)
        assert distance == pytest.approx(middle, abs=0.006)
        assert own == np.sum(within & scores.genuine)
        assert others == np.sum(within & ~scores.genuine)


def test_a_chart_that_the_keys_go_to_shows_it(
    page: EvaluatePage, people: Path, until: Until, qtbot: QtBot
) -> None:
    evaluated(page, people, until)
    chart = page.charts.det
    page.folder.setFocus()
    before = chart.grab().toImage()
    chart.setFocus()
    until(chart.hasFocus)
    assert chart.grab().toImage() != before


def test_what_stands_above_the_cards_ends_where_they_do(
    page: EvaluatePage, people: Path, until: Until
) -> None:
    evaluated(page, people, until)
    page.export_to(Path("nowhere") / "report.pdf")
    until(page.error.isVisible)

    def right(widget: QWidget) -> int:
        return widget.mapTo(page, widget.rect().topRight()).x()

    until(lambda: right(page.error) == right(page._curves) == right(page.export))


def test_what_the_y_axis_tells_is_not_cut_in_the_smallest_window(
    page: EvaluatePage, window: MainWindow, people: Path, until: Until
) -> None:
    evaluated(page, people, until)
    window.resize(window.minimumSize())
    until(lambda: window.size() == window.minimumSize())
    for chart, words in (
        (page.charts.det, "Refused (FNMR)"),
        (page.charts.roc, "Accepted"),
        (page.charts.scores, "Share"),
    ):
        page.charts.setCurrentWidget(chart)
        label = next(c for c in chart.findChildren(QLabel) if c.text() == words)
        seen = label.visibleRegion().boundingRect()
        assert seen.width() >= label.sizeHint().width()
        assert seen.height() >= label.sizeHint().height()


def chosen(
    monkeypatch: pytest.MonkeyPatch, page: EvaluatePage, pairs: Path | str, images: Path | str
) -> None:
    """Press "Pairs file…" and answer its two dialogs."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(pairs), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(images))
    page.pairs.click()


def test_a_pairs_file_says_what_is_compared(
    page: EvaluatePage, people: Path, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["first,second,genuine"]
    lines += [f"p{n:02d}/0.png,p{n:02d}/{k}.png,1" for n in range(12) for k in (1, 2)]
    lines += [f"p{n:02d}/0.png,p{n + 1:02d}/0.png,0" for n in range(11)]
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("\n".join(lines))
    page.aligned.setChecked(True)
    chosen(monkeypatch, page, "", people)
    chosen(monkeypatch, page, pairs, "")
    assert page.empty.isVisible(), "a dialog that was left asks for nothing"
    chosen(monkeypatch, page, pairs, people)
    assert page.cancel.isVisible()
    until(lambda: page._results.isVisible())
    assert "36 pictures of 12 people" in page.summary.text()
    assert "24 comparisons of one person and 11 of strangers" in page.summary.text()
    assert page.export.isEnabled()


def test_a_pairs_file_with_a_wrong_line_is_refused_by_its_number(
    page: EvaluatePage, people: Path, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("first,second,genuine\np00/0.png,p00/1.png,maybe\n")
    chosen(monkeypatch, page, pairs, people)
    until(lambda: "pairs.csv, line 2" in page.error.text)
    assert page.empty.isVisible()


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


def test_rates_of_one_column_are_equally_exact() -> None:
    assert [significant(rate, 2) for rate in (12.3, 3.84, 0.4, 0.00074)] == [
        "12", "3.8", "0.40", "0.00074",
    ]  # fmt: skip
