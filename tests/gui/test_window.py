"""The window by clicks and keys, on the real core around two scripted networks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDropEvent, QScreen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QWidget,
)
from pytestqt.qtbot import QtBot

from siamapp.gui.context import Context
from siamapp.gui.main_window import MainWindow
from siamapp.gui.pages import PAGES
from siamapp.gui.source_bar import SourceBar
from siamapp.gui.source_page import STALE_S
from siamapp.live.cameras import CameraInfo
from siamapp.live.session import Picture, SessionStatus, State
from siamapp.paths import Paths
from siamapp.settings import Settings
from siamapp.types import Frame
from tests.gui.conftest import enrol, told
from tests.gui.scripted import astronaut, empty_room, write_photo, write_video

Until = Callable[[Callable[[], bool]], None]
LEFT = Qt.MouseButton.LeftButton


def enrol_photo(window: MainWindow, until: Until, photo: Path, name: str) -> None:
    window.show_page("enrol")
    form = window.page("enrol").form
    window.page("enrol").take_files([photo])
    until(lambda: bool(form.samples))
    form.name.setText(name)
    form.save.click()
    until(lambda: "enrolled" in form.coaching.text())


def names(window: MainWindow) -> list[str]:
    model = window.page("people").model
    return [model.index(row).data() for row in range(model.rowCount())]


def test_a_person_is_enrolled_from_a_video_seen_live_renamed_and_deleted(
    window: MainWindow, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "ada.avi", astronaut(), frames=125)
    form = window.page("enrol").form
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    until(form.name.hasFocus)
    qtbot.keyClicks(form.name, "Ada Example")
    window.page("enrol").source.add(str(video))
    qtbot.mouseClick(window.page("enrol").source.toggle, LEFT)
    until(lambda: form.progress.value() >= 2)
    assert form.coaching.text().startswith("Good.")
    assert not form.save.isEnabled()
    until(lambda: bool(form.samples))
    qtbot.keyClick(form.name, Qt.Key.Key_Return)
    until(lambda: "Ada Example is enrolled" in form.coaching.text())

    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    window.page("live").source.add(str(video))
    qtbot.mouseClick(window.page("live").source.toggle, LEFT)
    until(lambda: "Ada Example" in told(window.page("live")))
    until(lambda: any("Ada Example" in o.text for o in window.page("live").video.overlays))
    until(lambda: window.page("live").recent.list.count() > 0)
    assert "Ada Example" in window.page("live").recent.list.item(0).text()
    (card,) = window.page("live").cards.values()
    assert "about 1 stranger in 1,000 would pass" in card.facts.text()

    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    until(lambda: names(window) == ["Ada Example"])
    card = window.page("people").card
    qtbot.mouseClick(card.rename, LEFT)
    qtbot.keyClicks(card.name_field, "Ada Renamed")
    qtbot.keyClick(card.name_field, Qt.Key.Key_Return)
    until(lambda: names(window) == ["Ada Renamed"])
    until(lambda: 1 <= card.samples.list.count() <= 8)
    qtbot.mouseClick(card.delete, LEFT)
    until(lambda: names(window) == [])


@pytest.mark.parametrize(
    ("picture", "words"),
    [("empty", "no face was found"), ("none", "no photo or video"), ("heic", "HEIC")],
)
def test_what_cannot_be_enrolled_is_refused_in_one_line(
    window: MainWindow, until: Until, tmp_path: Path, picture: str, words: str
) -> None:
    files = {
        "empty": write_photo(tmp_path / "empty.png", empty_room()),
        "none": tmp_path / "notes.txt",
        "heic": tmp_path / "photo.heic",
    }
    files["none"].write_text("nothing")
    files["heic"].write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    window.show_page("enrol")
    window.page("enrol").take_files([files[picture]])
    form = window.page("enrol").form
    until(lambda: words in form.error.text)
    form.name.setText("Somebody")
    assert not form.save.isEnabled()


def test_a_known_face_needs_a_second_yes_and_a_taken_name_another_name(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    photo = write_photo(tmp_path / "a.png", astronaut())
    enrol_photo(window, until, photo, "Ada")
    form = window.page("enrol").form
    window.page("enrol").take_files([photo])
    until(lambda: bool(form.samples))
    form.name.setText("Bea")
    form.save.click()
    until(lambda: "Ada" in form.error.text)
    assert form.anyway.isVisible()
    form.anyway.click()
    form.save.click()
    until(lambda: "Bea is enrolled" in form.coaching.text())

    window.page("enrol").take_files([photo])
    until(lambda: bool(form.samples))
    form.name.setText("ADA")
    form.save.click()
    until(lambda: bool(form.error.text))
    assert "Choose another name" in form.error.text
    assert not form.anyway.isVisible()


def test_photos_can_be_dropped(window: MainWindow, until: Until, tmp_path: Path) -> None:
    window.show_page("enrol")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write_photo(tmp_path / "a.png", astronaut())))])
    window.page("enrol").dropEvent(
        QDropEvent(
            QPointF(200, 200), Qt.DropAction.CopyAction, data, LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip
    until(lambda: len(window.page("enrol").form.samples) == 1)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (Picture.BLACK, "black"),
        (Picture.FROZEN, "stands still"),
        (Picture.LOST, "gone"),
    ],
)
def test_no_name_stands_beside_a_picture_that_proves_nothing(
    window: MainWindow, until: Until, tmp_path: Path, picture: Picture, words: str
) -> None:
    enrol_photo(window, until, write_photo(tmp_path / "a.png", astronaut()), "Ada")
    window.show_page("live")
    window.page("live").source.add(str(write_video(tmp_path / "a.avi", astronaut(), frames=500)))
    window.page("live").source.toggle.click()
    until(lambda: "Ada" in told(window.page("live")))
    window.page("live").feed.status_changed.emit(SessionStatus(9, State.RUNNING, picture))
    notice = window.page("live").video.notice
    assert notice is not None
    assert words in notice.title
    until(lambda: window.page("live").video.overlays == ())
    assert told(window.page("live")).startswith("Cannot see")


def test_a_missing_source_says_so_and_what_to_do(window: MainWindow, until: Until) -> None:
    window.page("live").source.add("/nowhere/video.mp4")
    window.page("live").source.toggle.click()
    until(lambda: "There is no file" in window.page("live").video.accessibleDescription())
    notice = window.page("live").video.notice
    assert notice is not None
    assert notice.hint


def test_the_camera_is_let_go_of_when_its_page_is_left(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "a.avi", astronaut(), frames=500)
    window.page("live").source.add(str(video))
    window.page("live").source.toggle.click()
    until(lambda: window.page("live").video.has_picture)
    statuses: list[SessionStatus] = []
    window.page("live").feed.status_changed.connect(statuses.append)
    window.show_page("settings")
    until(lambda: bool(statuses) and statuses[-1].state is State.IDLE)
    left = len(statuses)
    window.show_page("live")
    until(lambda: any(status.state is State.RUNNING for status in statuses[left:]))


def test_nothing_runs_on_after_the_window_was_closed(
    window: MainWindow, until: Until, tmp_path: Path
) -> None:
    """Not on a page in the background either: the interpreter must not end below OpenCV's feet."""

    def running() -> set[str]:
        return {thread.name for thread in threading.enumerate() if "siam-" in thread.name}

    window.show_page("people")
    window.page("live").receive(str(write_video(tmp_path / "a.avi", astronaut(), frames=1500)))
    until(lambda: running() >= {"siam-jobs", "siam-camera", "siam-vision"})
    window.close()
    assert not running()


def test_an_old_overlay_is_not_drawn(window: MainWindow, until: Until, tmp_path: Path) -> None:
    video = write_video(tmp_path / "a.avi", astronaut(), frames=250)
    window.page("live").source.add(str(video))
    window.page("live").source.toggle.click()
    until(lambda: bool(window.page("live").video.overlays))
    window.page("live").feed.pause(paused=True)
    until(lambda: window.page("live").source.pause.text() == "Resume")
    frame, session = window.page("live").feed.frame, window.page("live").feed._session
    assert frame is not None
    assert session is not None
    late = type(frame)(frame.bgr, frame.time_s + STALE_S + 0.05, frame.index + 1)

    def hidden() -> bool:
        session.latest_frame.put(late)  # a frame that was under way when pausing may come yet
        return window.page("live").video.overlays == ()

    until(hidden)


def test_a_setting_is_kept_and_applied(
    window: MainWindow, context: Context, paths: Paths, until: Until
) -> None:
    window.show_page("settings")
    page = window.page("settings")
    until(lambda: page.fields["target_fmr"].count() == 3)
    until(lambda: page.in_use.text() == "CPU: detector 1.5 ms, embedder 1.5 ms")
    page.fields["target_fmr"].setCurrentIndex(page.fields["target_fmr"].findData(1e-4))
    page.fields["target_fmr"].activated.emit(page.fields["target_fmr"].currentIndex())
    until(lambda: paths.settings_file.exists())
    assert Settings.load(paths).target_fmr == 1e-4
    assert context.recognizer.policy.threshold == 0.3
    page.fields["theme"].setCurrentIndex(page.fields["theme"].findData("dark"))
    page.fields["theme"].activated.emit(page.fields["theme"].currentIndex())
    assert context.theme.is_dark


def test_the_window_fits_a_small_screen(window: MainWindow) -> None:
    for page in [entry.key for entry in PAGES]:
        window.show_page(page)
        window.resize(860, 600)
        QApplication.processEvents()
        assert window.width() <= 900
        assert window.height() <= 640
        for widget in window.findChildren(QAbstractButton):
            if widget.isVisible() and widget.visibleRegion().isEmpty() is False:
                corner = widget.mapTo(window, QPoint(widget.width(), 0))
                assert corner.x() <= window.width(), widget.accessibleName()


@pytest.fixture(
    params=[
        (1.0, 1280, 720),
        (1.5, 1280, 720),
        (2.0, 1920, 1080),
        (2.0, 1366, 768),
        (2.0, 1280, 720),
    ]
)
def font_and_screen(
    request: pytest.FixtureRequest, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The user's font, so many times as large as usual, on a screen of so many pixels."""
    usual, larger = qapp.font(), qapp.font()
    scale, width, height = request.param
    larger.setPointSizeF(scale * usual.pointSizeF())
    monkeypatch.setattr(QScreen, "availableSize", lambda _: QSize(width, height))
    qapp.setFont(larger)
    yield
    qapp.setFont(usual)


@pytest.mark.usefixtures("font_and_screen")
def test_nothing_is_cut_at_the_right_in_the_smallest_window(
    window: MainWindow, context: Context, until: Until
) -> None:
    enrol(context, until, Ada=[astronaut()])
    window.page("enrol").receive(
        context.recognizer.samples_from([Frame(astronaut(), 0.0, 0)], still=True)
    )
    for key in [entry.key for entry in PAGES]:
        window.show_page(key)
    until(lambda: context.jobs._pending == 0)
    for code in ("en", "zh_CN"):
        context.language.use(code)
        window.resize(window.minimumSize())
        for key in [entry.key for entry in PAGES]:
            window.show_page(key)
            QApplication.processEvents()
            page = window.page(key)
            beyond = [
                (type(widget).__name__, widget.accessibleName(), getattr(widget, "text", str)())
                for widget in page.findChildren(QWidget)
                if widget.isVisible()
                and widget.mapTo(page, widget.rect().topRight()).x() >= page.width()
            ]
            assert not beyond, (code, key)
            for area in page.findChildren(QAbstractScrollArea):
                if area.isVisible():
                    assert area.horizontalScrollBar().maximum() == 0, (code, key)


def test_a_window_opens_as_large_as_it_was_closed(
    window: MainWindow, context: Context, qtbot: QtBot
) -> None:
    window.resize(860, 640)  # no more fits onto the screen that tests have
    size = window.size()
    window.close()
    again = MainWindow(context)
    qtbot.addWidget(again)
    assert again.size() == size


@pytest.mark.parametrize("key", ["live", "verify", "enrol"])
def test_a_camera_that_comes_or_goes_changes_what_is_asked_for(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, until: Until, key: str
) -> None:
    """Nobody is told to press a Start that is greyed, nor to plug in what is there."""
    window.show_page(key)
    page = window.page(key)

    def said() -> str:
        return f"{page.video.notice.title} {page.video.notice.hint}"

    for cameras in ([], [CameraInfo(0, "Desk", "/dev/video0")], []):
        monkeypatch.setattr("siamapp.gui.source_bar.list_cameras", lambda found=cameras: found)
        page.source.refresh()
        until(lambda able=bool(cameras): page.source.toggle.isEnabled() == able)
        assert ("Plug one in" in said()) == (not cameras)
        assert ("ress Start" in said() or "ress Verify" in said()) == bool(cameras)


def test_what_runs_can_be_stopped_though_its_camera_is_not_listed_any_more(
    context: Context, qtbot: QtBot
) -> None:
    source = SourceBar(context, can_pause=False)
    qtbot.addWidget(source)
    source._on_cameras([CameraInfo(0, "Desk", "/dev/video0")])
    source.show_running(running=True, paused=False)
    source._on_cameras([])
    assert source.toggle.isEnabled()
    source.show_running(running=False, paused=False)
    assert not source.toggle.isEnabled()


@pytest.mark.parametrize(
    ("typed", "opened"),
    [
        (" 192.0.2.5:8080/video ", ["http://192.0.2.5:8080/video"]),
        ("rtsp://192.0.2.5/a", ["rtsp://192.0.2.5/a"]),
        ("http://", []),
        ("  ", []),
    ],
)
def test_a_stream_is_opened_by_its_address_with_or_without_its_kind(
    context: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, typed: str, opened: list[str]
) -> None:
    source = SourceBar(context, can_pause=False)
    qtbot.addWidget(source)
    started: list[str] = []
    source.start_wanted.connect(started.append)
    monkeypatch.setattr("siamapp.gui.source_bar.asked_text", lambda *_args, **_more: typed)
    source._on_open_stream()
    assert started == opened


def test_the_camera_chosen_in_the_settings_is_the_one_offered(
    window: MainWindow, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras = [CameraInfo(0, "Front", "/dev/video0"), CameraInfo(2, "Desk", "/dev/video2")]
    for page in ("source_bar", "settings_page"):
        monkeypatch.setattr(f"siamapp.gui.{page}.list_cameras", lambda: cameras)
    window.page("live").source.refresh()
    until(lambda: window.page("live").source.choice.count() == 2)
    assert (window.page("live").source.choice.currentText(), window.page("live").source.spec) == (
        "Front",
        "0",
    )
    window.show_page("settings")
    box = window.page("settings").fields["camera"]
    until(lambda: box.count() == 3)
    box.setCurrentIndex(box.findText("Desk"))
    box.activated.emit(box.currentIndex())
    window.show_page("live")
    until(lambda: window.page("live").source.choice.currentText() == "Desk")
    assert window.page("live").source.spec == "2"
