"""Guided enrolment: coverage, measures, retakes, look-alikes, consent, and a folder of people."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from siamapp.errors import Inconsistent
from siamapp.gui.context import Context
from siamapp.gui.coverage import Coverage, Direction
from siamapp.gui.gathering import EVERY_S, Gathering
from siamapp.gui.import_dialog import ENROLLED, KNOWN, REFUSED, ImportDialog
from siamapp.gui.main_window import MainWindow
from siamapp.gui.quality_list import QualityList
from siamapp.gui.theme import Theme
from siamapp.pipeline import Seen
from siamapp.types import BgrImage, Consent, Face, Frame, Person, Quality, Sample
from siamapp.vision.quality import ENROL
from tests.gui.scripted import (
    DIMENSION,
    ScriptedDetector,
    astronaut,
    empty_room,
    hopper,
    write_photo,
    write_video,
)  # fmt: skip

Until = Callable[[Callable[[], bool]], None]
NOSE_PX = {
    Direction.FRONT: (0, 0), Direction.LEFT: (11, 0), Direction.RIGHT: (-11, 0),
    Direction.UP: (0, -7), Direction.DOWN: (0, 7),
}  # fmt: skip


class TurningDetector(ScriptedDetector):
    """The scripted face turns its nose where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = Direction.FRONT

    def detect(self, bgr: BgrImage) -> list[Face]:
        moved = []
        for face in super().detect(bgr):
            points = face.landmarks_xy.copy()
            points[2] += np.array(NOSE_PX[self.looks], np.float32)
            moved.append(Face(face.box_xyxy, points, face.score))
        return moved


def quality(yaw_deg: float, pitch_deg: float = 0.0) -> Quality:
    return Quality(64, 0.4, 0.5, 0.2, yaw_deg, pitch_deg, 0, 1)


def people(context: Context, until: Until) -> list[Person]:
    found: list[list[Person]] = []
    context.jobs.submit(context.recognizer.people.all, done=found.append)
    until(lambda: bool(found))
    return found[0]


def test_turns_are_counted_from_where_the_person_looks_straight() -> None:
    coverage = Coverage()
    assert coverage.add(quality(8, -6)) is Direction.FRONT
    assert coverage.add(quality(20, -6)) is Direction.FRONT
    assert coverage.add(quality(22, -6)) is Direction.LEFT
    assert coverage.add(quality(-6, -6)) is Direction.RIGHT
    assert coverage.add(quality(8, -16)) is Direction.UP
    assert coverage.add(quality(10, 6)) is Direction.DOWN
    assert coverage.next is Direction.FRONT
    coverage.add(quality(8, -6))
    assert coverage.next is Direction.LEFT
    assert 0 < coverage.progress < 1


def test_the_page_leads_through_every_turn_and_stops_by_itself(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    detector = TurningDetector()
    context.recognizer.pipeline.detector = detector
    window.show_page("enrol")
    page = window.page("enrol")
    page.source.add(str(write_video(tmp_path / "long.avi", astronaut(), frames=1500)))
    page.source.toggle.click()
    asked: list[Direction] = []

    def follow() -> bool:
        look = page._gathering.look if page._gathering else None
        if look is not None and look.next is not None and look.next not in asked:
            asked.append(look.next)
            detector.looks = look.next
        return bool(page.form.samples)

    until(follow)
    assert asked == list(Direction)
    assert not page._is_active


def test_only_what_was_begun_can_be_started_over(
    window: MainWindow, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    window.show_page("enrol")
    page = window.page("enrol")
    form = page.form
    assert not form.again.isEnabled()
    form.name.setText("Ada")
    form.again.setFocus()
    form.again.click()
    assert not form.again.isEnabled()
    assert form.name.hasFocus()
    page.take_files([write_photo(tmp_path / "nobody.png", empty_room())])
    until(lambda: form.again.isEnabled() and bool(form.error.text))
    form.again.click()
    page.source.add(str(write_video(tmp_path / "a.avi", astronaut(), frames=1500)))
    page.source.toggle.click()
    assert form.again.isEnabled()
    form.again.click()
    assert not form.again.isEnabled()
    assert form.coaching.text().startswith("Give a name and choose")


@pytest.mark.parametrize("willing", [True, False])
def test_an_enrolment_takes_under_15_s(context: Context, until: Until, willing: bool) -> None:
    """By the frames' own times, of somebody who follows within 1.5 s or never does."""
    context.open()
    until(lambda: context.is_open)
    recognizer = context.recognizer
    detector = recognizer.pipeline.detector = TurningDetector()
    gathering = Gathering(recognizer.collector(every_s=EVERY_S), Coverage(), live=True)
    asked, since_s, time_s = Direction.FRONT, 0.0, 0.0
    while gathering.look is None or not gathering.look.complete:
        time_s += 1 / 30
        gathering(Frame(astronaut(), time_s, round(30 * time_s)))
        wanted = gathering.look.next
        if wanted is not None and wanted is not asked:
            asked, since_s = wanted, time_s
        if willing and time_s - since_s > 1.5:
            detector.looks = asked
    assert time_s < 15
    assert (time_s < 10) == willing
    assert (gathering.look.next is None) == willing


def test_each_measure_is_shown_with_its_limit_and_the_worst_one_is_coached(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    context.change_setting("min_eye_distance_px", 64)
    window.show_page("enrol")
    page = window.page("enrol")
    page.source.add(str(write_video(tmp_path / "a.avi", astronaut(), frames=500)))
    page.source.toggle.click()
    until(lambda: "Move closer: 47 px between the eyes, 64 wanted." in page.form.coaching.text())
    row = page.form.quality._rows["eye_distance_px"]
    assert (row.value.text(), row.limit.text()) == ("47 px", "from 64 px")
    assert row.value.property("tone") == "warn"
    assert page.form.quality._rows["faces"].value.property("tone") == ""


def test_a_sample_is_taken_again_by_a_click(
    window: MainWindow, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    window.show_page("enrol")
    page = window.page("enrol")
    ramp = np.linspace(0.75, 1.1, 512)[None, :, None]
    from_the_side = np.clip(astronaut() * ramp, 0, 255).astype(np.uint8)
    photos = [
        write_photo(tmp_path / f"{n}.png", picture)
        for n, picture in enumerate((astronaut(), from_the_side))
    ]
    page.take_files(photos)
    until(lambda: len(page.form.samples) == 2)
    page.source.add(str(write_video(tmp_path / "a.avi", astronaut(), frames=50)))
    before = page.form.samples
    thumbs = page.form.review.thumbs
    place = thumbs.visualItemRect(thumbs.item(0)).center()
    qtbot.mouseClick(thumbs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    until(lambda: page._gathering is not None)
    until(lambda: page._gathering is None and not page.form._busy)
    assert page.form.error.text == ""
    after = page.form.samples
    assert before[0] not in after
    assert after
    assert not set(map(id, after)) <= set(map(id, before))


def test_all_that_are_said_to_be_kept_are_saved(
    window: MainWindow, context: Context, until: Until
) -> None:
    """Those chosen are the most different of many: chosen from once more, they would not agree."""
    random, anna = np.random.default_rng(0), np.eye(1, DIMENSION)[0]

    def look(away: float) -> Sample:
        aside = random.standard_normal(DIMENSION)
        vector = anna + away * aside / np.linalg.norm(aside)
        unit = (vector / np.linalg.norm(vector)).astype(np.float32)
        return Sample(np.zeros((112, 112, 3), np.uint8), unit, quality(0))

    window.show_page("enrol")
    page = window.page("enrol")
    page.receive([look(0.42 if n % 4 == 0 else 0.2) for n in range(60)])
    until(lambda: bool(page.form.samples))
    shown = page.form.samples
    with pytest.raises(Inconsistent):
        context.recognizer.choose(shown)
    assert "8 kept" in page.form.review._hint.text()
    page.form.review.retake_wanted.emit(0)
    until(lambda: page.form.samples == shown[1:])
    page.form.name.setText("Anna")
    page.form.save.click()
    until(lambda: "Anna is enrolled with 7 samples" in page.form.coaching.text())
    assert people(context, until)[0].templates == 7


def test_a_look_alike_is_told_before_saving(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    photo = write_photo(tmp_path / "a.png", astronaut())
    window.show_page("enrol")
    form = window.page("enrol").form
    window.page("enrol").take_files([photo])
    until(lambda: bool(form.samples))
    assert form.review.alike.isHidden()
    form.name.setText("Ada")
    form.save.click()
    until(lambda: "Ada is enrolled" in form.coaching.text())
    window.page("enrol").take_files([photo])
    until(lambda: bool(form.samples))
    assert "Looks like Ada, who is enrolled: distance 0.00, limit 0.40." in form.review.alike.text


def test_consent_and_retention_are_kept_with_the_person(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    context.change_setting("retention_days", 30)
    window.show_page("enrol")
    form = window.page("enrol").form
    window.page("enrol").take_files([write_photo(tmp_path / "a.png", astronaut())])
    until(lambda: bool(form.samples))
    assert form.consent.retain_until is not None
    assert (form.consent.retain_until - date.today()).days == 30
    form.review.fields.fill(Consent("Folder 3", date(2026, 11, 25), date(2027, 11, 25)))
    form.name.setText("Ada")
    form.save.click()
    until(lambda: "Ada is enrolled" in form.coaching.text())
    assert people(context, until)[0].consent == Consent(
        "Folder 3", date(2026, 11, 25), date(2027, 11, 25)
    )
    assert form.consent.note == ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two people, somebody who cannot be seen, and an empty one."""
    root = tmp_path / "people"
    for name, picture in (("Ada", astronaut()), ("Bea", hopper()), ("Nobody", empty_room())):
        (root / name).mkdir(parents=True)
        write_photo(root / name / "1.png", picture)
    (root / "Void").mkdir()
    return root


def test_a_folder_is_enrolled_with_reasons_and_goes_on_where_it_was_left(
    window: MainWindow, context: Context, until: Until, folder: Path, tmp_path: Path
) -> None:
    dialog = ImportDialog(context, window)
    dialog.show()
    dialog.take(folder)
    dialog.start.click()
    until(lambda: bool(dialog.outcomes))
    dialog.start.click()  # stops
    assert not dialog.running
    until(lambda: context.jobs._pending == 0)
    first = {o.name: o.state for o in dialog.outcomes}
    assert first["Ada"] == ENROLLED
    dialog.start.click()
    until(lambda: not dialog.running and len(dialog.outcomes) == 4)
    states = {o.name: o.state for o in dialog.outcomes}
    assert states == {"Ada": KNOWN, "Bea": states["Bea"], "Nobody": REFUSED, "Void": REFUSED}
    assert states["Bea"] in (ENROLLED, KNOWN)  # the job in hand may end after the stop
    assert {p.name for p in people(context, until)} == {"Ada", "Bea"}
    heights_px = [dialog.table.rowHeight(row) for row in range(4)]
    assert heights_px[0] == min(heights_px), "whom the run passes by stands in no taller a row"
    assert dialog.progress.value() == dialog.progress.maximum() == 4
    told = list(map(int, re.findall(r"\d+", dialog._count.text())))
    assert told[:2] == [4, 4]
    assert sum(told[2:]) == 4, "everybody is in one of the counts"
    report = tmp_path / "report.csv"
    dialog.save_report(report)
    with report.open(encoding="utf-8") as file:
        rows = {row["person"]: row for row in csv.DictReader(file)}
    assert "neither photos nor videos" in rows["Void"]["reason"]
    said = [dialog.table.item(row, 1).text() for row in range(4)]
    context.language.use("zh_CN")
    assert not set(said) & {dialog.table.item(row, 1).text() for row in range(4)}
    context.language.use("en")
    assert said == [dialog.table.item(row, 1).text() for row in range(4)]
    dialog.close()
    dialog.deleteLater()


def test_an_import_ends_quietly_when_its_dialog_is_gone_or_the_window_locks(
    window: MainWindow,
    context: Context,
    until: Until,
    folder: Path,
) -> None:
    gone = ImportDialog(context, window)
    gone.take(folder)
    gone.start.click()
    gone.close()
    gone.deleteLater()
    until(lambda: context.jobs._pending == 0)
    locked = ImportDialog(context, window)
    locked.take(folder)
    locked.start.click()
    context.lock()
    until(lambda: context.jobs._pending == 0)
    assert not locked.running
    assert locked.error.text == ""
    locked.close()
    locked.deleteLater()


def test_a_folder_without_folders_is_refused_in_one_line(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    dialog = ImportDialog(context, window)
    dialog.show()
    dialog.take(tmp_path / "nowhere")
    dialog.start.click()
    until(lambda: "There is no folder" in dialog.error.text)
    assert not dialog.running
    dialog.close()
    dialog.deleteLater()


def test_a_file_is_not_to_be_looked_at_as_a_camera_is(window: MainWindow, tmp_path: Path) -> None:
    window.show_page("enrol")
    page = window.page("enrol")
    page.source.add(str(tmp_path / "ada.avi"))
    assert page.video.notice.title == "Press Start to go through the file"


def test_samples_that_another_page_brings_can_be_named_and_saved(
    window: MainWindow, context: Context, until: Until, tmp_path: Path
) -> None:
    from siamapp.types import Frame

    samples = context.recognizer.samples_from([Frame(astronaut(), 0.0, 0)], still=True)
    context.go_to.emit("enrol", samples)
    form = window.page("enrol").form
    until(lambda: len(form.samples) == 1)
    form.name.setText("Seen Live")
    form.save.click()
    until(lambda: "Seen Live is enrolled" in form.coaching.text())


def test_four_of_the_looks_stand_beside_each_other(window: MainWindow) -> None:
    window.show_page("enrol")
    form = window.page("enrol").form
    sample = Sample(astronaut()[:112, :112], np.zeros(4, np.float32), quality(0))
    form.show_samples([sample] * 8, None)
    QApplication.processEvents()
    thumbs = form.review.thumbs
    tops = [thumbs.visualItemRect(thumbs.item(n)).top() for n in range(8)]
    assert [tops.count(top) for top in sorted(set(tops))] == [4, 4]


def test_an_angle_has_a_minus_sign(theme: Theme) -> None:
    measures = QualityList(theme)
    measures.set_limits(ENROL)
    turned = replace(quality(0), yaw_deg=-2.4, pitch_deg=3.0, roll_deg=-0.4)
    measures.show_face(1, Seen(ScriptedDetector().detect(astronaut())[0], astronaut(), turned))
    told = [measures._rows[name].value.text() for name in ("yaw_deg", "pitch_deg", "roll_deg")]
    assert told == ["\N{MINUS SIGN}2°", "3°", "0°"]
    measures.deleteLater()


def test_what_covers_the_face_is_named_with_value_and_limit(theme: Theme) -> None:
    measures = QualityList(theme)
    measures.set_limits(replace(ENROL, occlusion=0.12))
    seen = Seen(ScriptedDetector().detect(astronaut())[0], astronaut(), quality(0))
    for share, fine in ((0.05, True), (0.4, False)):
        measures.show_face(1, replace(seen, quality=replace(seen.quality, occlusion=share)))
        row = measures._rows["occlusion"]
        assert (row.name.text(), row.limit.text()) == ("Covered", "up to 12 %")
        assert row.value.text() == f"{100 * share:.0f} %"
        assert (measures.covered is None) is fine
    measures.deleteLater()
