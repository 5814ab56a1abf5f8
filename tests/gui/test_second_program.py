"""A window stays open while another program changes the gallery."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from siamapp.gui.context import Context
from siamapp.gui.main_window import MainWindow
from siamapp.settings import Settings
from tests.gui.conftest import enrol, told
from tests.gui.scripted import astronaut, hopper, open_scripted, write_photo

Until = Callable[[Callable[[], bool]], None]


def test_whom_another_program_deletes_is_not_named_any_more(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    enrol(context, until, Ada=[astronaut()], Grace=[hopper()])
    window.show_page("live")
    page = window.page("live")
    page.receive(str(write_photo(tmp_path / "ada.png", astronaut())))
    until(lambda: "Ada" in told(page))
    with open_scripted(context.paths.home, Settings()) as other:
        other.edits.delete(other.people.by_name("Ada").person_id)
    until(lambda: bool(page.cards) and "Ada" not in told(page))
    assert list(context.recognizer.gallery.names.values()) == ["Grace"]


def test_a_gallery_that_another_program_replaced_is_left(
    window: MainWindow, context: Context, until: Until
) -> None:
    enrol(context, until, Ada=[astronaut()])
    path = context.paths.home / "gallery.db"
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)
    until(lambda: not context.is_open)
    until(lambda: "replaced" in window.opening.title.text())
    window.opening.retry.click()
    until(lambda: context.is_open)
    assert list(context.recognizer.gallery.names.values()) == ["Ada"]
