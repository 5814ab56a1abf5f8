"""Models: cards, adding somebody else's, switching with new templates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QToolButton

from siamapp.gui.card_form import CardForm
from siamapp.gui.list_rows import SAID_ROLE
from siamapp.gui.main_window import MainWindow
from siamapp.gui.models_page import ModelsPage
from siamapp.switch import plan_switch
from siamapp.types import Frame
from tests.gui.scripted import astronaut
from tests.small_model import graph, write

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def page(window: MainWindow, until: Until) -> ModelsPage:
    window.show_page("models")
    shown = window.page("models")
    assert isinstance(shown, ModelsPage)
    until(lambda: shown.list.count() > 0)
    return shown


def listed(page: ModelsPage) -> list[str]:
    return [page.list.item(i).text() for i in range(page.list.count())]


def choose(page: ModelsPage, name: str) -> None:
    page.list.setCurrentRow(listed(page).index(name))


def small_card(form: CardForm) -> dict[str, object]:
    form.dimension.setValue(48)
    return form.facts()


def test_the_card_tells_where_a_model_came_from(page: ModelsPage, until: Until) -> None:
    choose(page, "siamface-v1")
    until(lambda: " ms" in page.view.text)
    for fold in page.view.findChildren(QToolButton):
        fold.setChecked(True)
    for part in ("Right on pairs", "Licence", "Trained on", "Families in the Wild", "1,384,115"):
        assert part in page.view.text
    assert not page.remove.isVisible(), "what came with the app stays"
    page.measure.click()
    assert "being measured" in page.view.text
    until(lambda: " ms" in page.view.text)


def test_the_card_is_short_until_it_is_opened_and_never_scrolls_sideways(
    page: ModelsPage, window: MainWindow
) -> None:
    window.resize(window.minimumSize())
    for name in ("siamface-v1", "siamdetect-v1", "siamocclusion-v1", "siampresence-v1"):
        choose(page, name)
        folds = [b for b in page.view.findChildren(QToolButton) if b.isCheckable()]
        assert not any(fold.isChecked() for fold in folds[1:])
        folds[0].setChecked(True)
        told = [label for label in page.view.findChildren(QLabel) if label.isVisible()]
        assert any("Trained on" in label.text() for label in told)
        for fold in folds:
            fold.setChecked(True)
        QApplication.processEvents()
        inner = page.view.widget()
        assert inner.minimumSizeHint().width() <= page.view.viewport().width()
        for fold in folds[1:]:
            fold.setChecked(False)


def test_what_a_model_does_is_muted_below_its_name_and_read_out_with_it(
    page: ModelsPage, window: MainWindow
) -> None:
    assert page.list.hasFocus(), "the arrow keys choose a model at once"
    item = page.list.item(listed(page).index("siamdetect-v1"))
    assert item.data(SAID_ROLE) == "finds faces, in use"
    told = item.data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "siamdetect-v1, finds faces, in use"
    row = page.list.visualItemRect(item)
    picture = page.list.viewport().grab(row).toImage()
    half = picture.height() // 2
    upper, lower = (
        {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in rows}
        for rows in (range(half), range(half, picture.height()))
    )
    colours = page.context.theme.colours
    assert colours.text in upper
    assert colours.muted in lower
    assert colours.muted not in upper
    assert colours.text not in lower


def test_an_onnx_file_is_added_by_a_form_and_removed(
    page: ModelsPage, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = CardForm(page, "small")
    facts = small_card(form)
    form.deleteLater()
    page.add(write(tmp_path / "theirs"), facts)
    until(lambda: "checked and added" in page.error.text)
    until(lambda: "small" in listed(page))
    choose(page, "small")
    assert "no thresholds yet" in page.view.text
    page.use_button.click()
    until(lambda: "no thresholds" in page.error.text)
    monkeypatch.setattr("siamapp.gui.models_page.confirmed", lambda *_, **__: True)
    page.remove.click()
    until(lambda: "small" not in listed(page))


def test_a_model_that_is_not_to_be_trusted_is_one_line(
    page: ModelsPage, until: Until, tmp_path: Path
) -> None:
    form = CardForm(page, "small")
    facts = small_card(form)
    form.deleteLater()
    page.add(write(tmp_path / "theirs", graph(shape=("n", 3, 64, 64))), facts)
    until(lambda: "64 px" in page.error.text)
    assert "small" not in listed(page)


def test_a_switch_tells_who_is_concerned_and_makes_new_templates(
    page: ModelsPage, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognizer, context = page.context.recognizer, page.context
    frames = [Frame(astronaut(), 0.0, 0)]
    context.change_people(
        lambda: recognizer.enroll("Eileen", recognizer.samples_from(frames, still=True))
    )
    until(lambda: len(recognizer.gallery) == 1)
    choose(page, "siamface-v1")
    row = page._row
    assert row is not None
    plans = []
    context.jobs.submit(
        lambda: plan_switch(context.paths, context.settings, recognizer.database, row.folder),
        done=plans.append,
    )
    until(lambda: bool(plans))
    assert plans[0].from_crops == ("Eileen",), "the scripted embedder is another one"
    assert "1 person can get new templates" in page.plan_words(plans[0])
    monkeypatch.setattr(QMessageBox, "exec", lambda box: box.defaultButton().click())
    assert page.ask("siamface-v1", plans[0]) is True
    page.switch(row, re_embed=True)
    until(lambda: "new templates" not in page.error.text)
    until(lambda: context.is_open and context.settings.embedder == "siamface-v1")
    held: list[dict[str, int]] = []
    context.jobs.submit(lambda: context.recognizer.people.embedder_ids(), done=held.append)
    until(lambda: bool(held))
    assert row.card is not None
    assert held == [{row.card.id: 1}]
