"""Adds a person: from a camera or video with live coaching, or from photos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from siamapp.enroll import nearest
from siamapp.errors import AlreadyKnown, EnrolError, SiamError
from siamapp.gui import notices
from siamapp.gui.context import Context
from siamapp.gui.coverage import Coverage, Direction
from siamapp.gui.enroll_form import EnrollForm
from siamapp.gui.feed import Feed
from siamapp.gui.gathering import EVERY_S, Gathering
from siamapp.gui.import_dialog import ImportDialog
from siamapp.gui.page import Page
from siamapp.gui.pictures import dialog_filter, files_of
from siamapp.gui.source_bar import SourceBar, is_camera, is_live
from siamapp.gui.source_page import DISPLAY_MS, SIDE_PX, STALE_S
from siamapp.gui.theme import SPACE, scaled
from siamapp.gui.video_view import Notice, VideoView
from siamapp.live.photos import read_image
from siamapp.live.session import SessionStatus, State
from siamapp.live.suffixes import PHOTOS, VIDEOS
from siamapp.store.names import name_key
from siamapp.types import Candidate, Frame, Person, Sample

MORE_LOOKS: Final = {Direction.FRONT: 2, Direction.LEFT: 1, Direction.RIGHT: 1}
"""What is gathered on top for somebody with glasses on and off."""
Checked = tuple[list[Sample], Candidate | None]


class EnrollPage(Page):
    """Gathers samples, asks for a name and saves."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.source = SourceBar(context, can_pause=False)
        self.photos = QPushButton()
        context.theme.set_icon(self.photos, "photos")
        self.folder = QPushButton()
        context.theme.set_icon(self.folder, "folder")
        self.video = VideoView()
        self.feed = Feed(context, self)
        self._gathering: Gathering | None = None
        self._kept: list[Sample] = []
        """Samples of this person from before: taking one again, or more looks, adds to them."""
        self._status = SessionStatus(session=0)
        self._shown_index = -1
        self._import: ImportDialog | None = None
        self._go_on_with: Path | None = None
        """The folder whose import a lock has interrupted."""
        self._timer = QTimer(self)
        self._timer.setInterval(DISPLAY_MS)
        self._timer.timeout.connect(self._on_tick)
        self.setAcceptDrops(True)
        for widget in (self.folder, self.photos, self.source):
            self.header.addWidget(widget)
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE[4])
        self._row.addWidget(self.video, 1)
        self.column.addLayout(self._row, 1)
        self.retranslate()

    def parts(self) -> Iterator[None]:
        self.form = EnrollForm(self.context)
        self.form.setFixedWidth(scaled(SIDE_PX))
        self._row.addWidget(self.form)
        self._connect()
        yield

    def _connect(self) -> None:
        self.photos.clicked.connect(self._on_photos)
        self.folder.clicked.connect(lambda: self._on_folder())
        self.source.start_wanted.connect(self._on_start)
        self.source.stop_wanted.connect(self._finish)
        self.source.chosen.connect(self._show_status)
        self.form.save_wanted.connect(self._on_save)
        self.form.again_wanted.connect(self._start_over)
        self.form.review.retake_wanted.connect(self._on_retake)
        self.form.review.more_wanted.connect(self._on_more)
        self.feed.status_changed.connect(self._on_status)
        self.feed.failed.connect(self._on_failed)
        self.context.closing.connect(self._on_closing)

    def retranslate(self) -> None:
        self.set_heading(
            self.tr("Enrol"), self.tr("Add a person from a camera, a video or photos.")
        )
        self.photos.setText(self.tr("Photos…"))
        self.photos.setToolTip(self.tr("Photos or a video of one person"))
        self.folder.setText(self.tr("Folder…"))
        self.folder.setToolTip(self.tr("Enrol many: a folder that holds a folder per person"))
        self._show_status()

    def enter(self) -> None:
        self.source.refresh()
        self._timer.start()
        self._show_status()
        self.form.name.setFocus()
        folder, self._go_on_with = self._go_on_with, None
        if folder is not None:
            QTimer.singleShot(0, self, lambda: self._on_folder(folder))

    def interrupt(self) -> str:
        dialog = self._import
        if dialog is None or not dialog.running:
            return ""
        self._go_on_with = dialog.folder
        return self.tr("The import of the folder is interrupted; it goes on after the unlocking.")

    def leave(self) -> None:
        self._timer.stop()
        if self._gathering is not None:
            self._gathering = None
            self.form.begin()
            self.video.clear()
            self._take_back()
        self.feed.stop()

    def receive(self, brought: object) -> None:
        """Samples of somebody seen live: name them and save."""
        if isinstance(brought, list) and brought:
            self._start_over()
            self._check(brought)

    def _on_closing(self) -> None:
        """What the form waits for will not be answered, and what it holds is of whoever was there,
        and of the embedder that was in use.
        """
        self._start_over()

    @property
    def _is_active(self) -> bool:
        return self._status.state in (State.OPENING, State.RUNNING)

    def _start_over(self) -> None:
        self._gathering = None
        self._kept = []
        self.feed.stop()
        self.form.reset()
        self.video.clear()
        self._show_status()

    def _on_start(self, spec: str) -> None:
        self._kept = []
        self._gather(spec, Coverage())

    def _on_retake(self, index: int) -> None:
        samples = self.form.samples
        self._kept = self.form.review.drop(index)
        if self.source.spec:
            direction = Coverage().add(samples[index].quality)
            self._gather(self.source.spec, Coverage({direction: 1}))
        elif self._kept:
            self._check([])
        else:
            self._start_over()

    def _on_more(self) -> None:
        self._kept = self.form.samples
        if self.source.spec:
            self._gather(self.source.spec, Coverage(MORE_LOOKS))
        else:
            self._on_photos()

    def _gather(self, spec: str, coverage: Coverage) -> None:
        collector = self.context.recognizer.collector(every_s=EVERY_S)
        gathering = self._gathering = Gathering(collector, coverage, live=is_live(spec))
        self._shown_index = -1
        self.form.begin(collector.limits)
        self.video.clear()
        self.video.show_notice(notices.opening())
        self.feed.start(spec, lambda: gathering)

    def _on_tick(self) -> None:
        frame, gathering = self.feed.frame, self._gathering
        if frame is None or gathering is None:
            return
        look = gathering.look
        if frame.index != self._shown_index:
            self._shown_index = frame.index
            mirrored = self.context.settings.mirror and is_camera(self.source.spec)
            self.video.show_frame(frame.bgr, self.video.overlays, mirrored=mirrored)
            self._show_status()
        if look is None:
            return
        fresh = abs(frame.time_s - look.time_s) <= STALE_S
        self.video.show_overlays(look.overlays if fresh else ())
        self.video.show_guide(look.guide)
        self.form.show_look(look)
        if look.complete:
            self._finish()

    def _on_status(self, status: SessionStatus) -> None:
        self._status = status
        self._show_status()
        if status.state is State.IDLE and self._gathering is not None:
            self._finish()  # the recording is over

    def _finish(self) -> None:
        """Stop the source and take what was gathered."""
        gathering, self._gathering = self._gathering, None
        self.video.show_guide(None)
        if gathering is None:
            self.feed.stop()
            return

        def take() -> None:
            try:
                self._check(gathering.samples())
            except EnrolError as error:
                self._take_back(error)

        self.form.show_busy(lambda: self.tr("Choosing the best…"))
        self.feed.stop(take)

    def _take_back(self, error: SiamError | None = None) -> None:
        """Nothing came to what was kept before: show that again, and what went wrong."""
        if self._kept:
            self._check([])
        if error is not None:
            self.form.show_error(error)

    def _check(self, samples: Sequence[Sample]) -> None:
        """Prune what was gathered, and look for somebody alike, before anything is saved."""
        recognizer, everything = self.context.recognizer, [*self._kept, *samples]

        def work() -> Checked:
            # What stayed of those chosen is not chosen from again: the most different are left.
            chosen = recognizer.choose(everything) if samples else everything
            gallery, metric = recognizer.gallery, recognizer.pipeline.metric
            return chosen, nearest(chosen, gallery, metric)

        def done(checked: Checked) -> None:
            self.form.show_samples(*checked)

        self.context.submit(work, done=done, failed=self.form.show_error)

    def _show_status(self) -> None:
        self.source.show_running(running=self._is_active, paused=False)
        if self._status.state is State.IDLE or self._gathering is None:
            self.video.show_notice(None if self.video.has_picture else self._invitation())
            return
        self.video.show_notice(notices.of_status(self._status, has_frame=self.video.has_picture))

    def _invitation(self) -> Notice:
        if self.source.spec and not is_live(self.source.spec):
            return Notice(
                "enrol",
                self.tr("Press Start to go through the file"),
                self.tr("Or drop photos or another video here."),
            )
        if self.source.spec:
            return Notice(
                "enrol",
                self.tr("Press Start and look at the camera"),
                self.tr("Turn your head a little to each side. Or drop photos or a video here."),
            )
        return Notice(
            "photos",
            self.tr("Drop photos or a video here"),
            self.tr("No camera was found. Plug one in and press F5, or choose files above."),
        )

    def _on_failed(self, error: SiamError) -> None:
        self._gathering = None
        self.form.begin()
        self._take_back()
        self._status = SessionStatus(session=0)
        self._show_status()
        self.video.show_notice(notices.failure(error))

    # --- photos and dropped files -----------------------------------------------------------------

    def _on_photos(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self,
            self.tr("Photos or a video of one person"),
            "",
            dialog_filter(self.tr("Photos and videos"), PHOTOS | VIDEOS),
        )
        if names:
            self.take_files([Path(name) for name in names])

    def _on_folder(self, interrupted: Path | None = None) -> None:
        dialog = self._import = ImportDialog(self.context, self)
        if interrupted is not None:
            dialog.go_on(interrupted)
        dialog.exec()
        self._import = None
        dialog.deleteLater()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take_files([Path(url.toLocalFile()) for url in event.mimeData().urls()])

    def take_files(self, paths: list[Path]) -> None:
        """Enrol from photos, or from one video as if it were a camera."""
        photos, videos = files_of(paths)
        if photos:
            self._read_photos(photos)
        elif videos:
            self.source.add(str(videos[0]))
            if not self._is_active:
                self._on_start(str(videos[0]))
        else:
            self.form.show_text(
                self.tr("There is no photo or video among these files. Choose JPEG, PNG or MP4.")
            )

    def _read_photos(self, photos: Sequence[Path]) -> None:
        if not self.form.samples:
            self._kept = []
        self._gathering = None
        self.feed.stop()
        self.video.clear()
        self.form.begin()  # name and consent stay
        self._show_status()
        self.form.show_busy(
            lambda: (
                self.tr("Looking at {count} photos…").format(count=len(photos))
                if len(photos) > 1
                else self.tr("Looking at the photo…")
            )
        )
        recognizer = self.context.recognizer

        def frames() -> Iterator[Frame]:
            for index, path in enumerate(photos):
                yield Frame(read_image(path), float(index), index)

        def work() -> list[Sample]:
            return recognizer.samples_from(frames(), still=True)

        self.context.submit(work, done=self._check, failed=self._take_back)

    # --- saving -----------------------------------------------------------------------------------

    def _on_save(self, name: str, anyway: bool) -> None:
        recognizer, samples = self.context.recognizer, self.form.samples
        consent = self.form.consent
        self.form.show_busy(lambda: self.tr("Saving…"))
        self.context.submit(
            lambda: recognizer.enroll(
                name, samples, chosen=True, allow_duplicate=anyway, consent=consent
            ),
            done=self._on_saved,
            failed=self._on_save_failed,
        )

    def _on_saved(self, person: Person) -> None:
        self.video.clear()
        self.form.show_saved(person)
        self._show_status()
        self.context.people_changed.emit()

    def _on_save_failed(self, error: SiamError) -> None:
        if not isinstance(error, AlreadyKnown):
            self.form.show_error(error)
            return
        # A taken name is AlreadyKnown too, and nothing can override that.
        wanted, people = name_key(self.form.name.text()), self.context.recognizer.people

        def show(persons: list[Person]) -> None:
            taken = wanted in {name_key(person.name) for person in persons}
            (self.form.show_error if taken else self.form.show_known)(error)

        self.context.submit(people.all, done=show)
