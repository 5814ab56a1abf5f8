"""What was gathered and typed on the page Enrol stays there until it is saved or started over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from siamapp.errors import AlreadyKnown
from siamapp.gui.enroll_page import EnrollPage
from siamapp.gui.main_window import MainWindow
from tests.gui.scripted import astronaut, empty_room, write_photo, write_video

Until = Callable[[Callable[[], bool]], None]


def with_a_photo(window: MainWindow, until: Until, tmp_path: Path) -> EnrollPage:
    """The page Enrol with one sample, of a photo."""
    window.show_page("enrol")
    page = window.page("enrol")
    assert isinstance(page, EnrollPage)
    page.take_files([write_photo(tmp_path / "a.png", astronaut())])
    until(lambda: bool(page.form.samples))
    return page


def test_save_keeps_the_keyboard_in_the_form(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    """On the rail the next name's space would press a page."""
    window.activateWindow()
    window.show_page("enrol")
    page = window.page("enrol")
    form = page.form
    photo = write_photo(tmp_path / "a.png", astronaut())
    for name, said in (("Ada", "Ada is enrolled"), ("Bea", "Not enrolled.")):
        page.take_files([photo])
        until(lambda: bool(form.samples))
        form.name.setText(name)
        form.save.setFocus()
        form.save.click()
        until(lambda said=said: said in form.coaching.text())  # type: ignore[misc]
        assert QApplication.focusWidget() is form.name


def test_more_looks_and_their_saving_do_not_cross(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    """Nothing is saved while more looks are gathered, and leaving keeps what there was before."""
    page = with_a_photo(window, until, tmp_path)
    form = page.form
    form.name.setText("Ada")
    assert form.save.isEnabled()
    before = form.samples
    page.source.add(str(write_video(tmp_path / "a.avi", astronaut(), frames=1500)))
    form.review.more.click()
    until(lambda: page._gathering is not None and page._gathering.look is not None)
    assert not form.save.isEnabled()
    window.show_page("people")
    until(lambda: form.save.isEnabled())
    assert not page.form.isAncestorOf(QApplication.focusWidget() or window)
    window.show_page("enrol")
    assert form.samples == before
    assert form.review.isVisible()


def test_photos_that_are_added_leave_consent_and_samples(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    page = with_a_photo(window, until, tmp_path)
    form = page.form
    form.review.with_consent.setChecked(True)
    form.review.fields.note.setText("Folder 3")
    page._kept = form.samples
    ramp = np.linspace(0.75, 1.1, 512)[None, :, None]
    from_the_side = np.clip(astronaut() * ramp, 0, 255).astype(np.uint8)
    page.take_files([write_photo(tmp_path / "b.png", from_the_side)])
    until(lambda: len(form.samples) == 2 and form.review.isVisible())
    assert form.consent.note == "Folder 3"
    page._kept = form.samples
    page.take_files([write_photo(tmp_path / "nobody.png", empty_room())])
    until(lambda: bool(form.error.text) and form.review.isVisible())
    assert len(form.samples) == 2
    assert form.consent.note == "Folder 3"


def test_a_camera_that_fails_leaves_what_was_gathered_before(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    page = with_a_photo(window, until, tmp_path)
    form = page.form
    form.name.setText("Ada")
    page.source.add(str(tmp_path / "gone.avi"))
    form.review.more.click()
    assert not form.save.isEnabled()
    until(form.save.isEnabled)
    assert form.review.isVisible()


def test_where_there_is_little_room_nothing_is_squeezed(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    """What has no room is scrolled to: with a look-alike, a consent, an error and its way out."""
    window.show_page("enrol")
    page = window.page("enrol")
    form = page.form
    form.setFixedHeight(400)  # as on a small screen, in large letters
    page.take_files([write_photo(tmp_path / "a.png", astronaut())])
    until(lambda: bool(form.samples))
    form.review.alike.show_text("Looks like Ada, who is enrolled: distance 0.3, limit 0.4.", "warn")
    form.review.with_consent.setChecked(True)
    form.review.fields.kept.setChecked(True)
    form.show_known(AlreadyKnown("This face is already enrolled as Ada."))
    form.review.alike.show_text("Looks like Ada, who is enrolled: distance 0.3, limit 0.4.", "warn")
    fields = form.review.fields
    parts = (
        form.review.more, form.review.with_consent, form.review.alike, fields.note,
        fields.given_on, fields.kept_until, form.error, form.anyway, form.save,
    )  # fmt: skip
    whole = form.save.fontMetrics().height() + 12  # a line, and air above and below
    until(lambda: all(part.isVisible() and part.height() >= whole for part in parts))
