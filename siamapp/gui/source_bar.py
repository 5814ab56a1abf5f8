"""Chooses where pictures come from and starts, pauses and stops them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QWidget,
)

from siamapp.gui.context import Context
from siamapp.gui.dialogs import asked_text
from siamapp.gui.pictures import dialog_filter
from siamapp.gui.theme import SPACE, set_role
from siamapp.live.source import CameraInfo, list_cameras
from siamapp.live.suffixes import PHOTOS, VIDEOS


def is_camera(spec: str) -> bool:
    return spec.isdigit() or spec.startswith("/dev/video")


def is_live(spec: str) -> bool:
    """Whether a spec names something that shows the present, not a recording."""
    return is_camera(spec) or "://" in spec


class SourceBar(QWidget):
    """Cameras by name, files and streams; the spec it hands out is what `open_source` takes."""

    start_wanted = Signal(str)
    stop_wanted = Signal()
    pause_wanted = Signal(bool)
    chosen = Signal()
    """`spec` is another: by the user's choice, or because a camera came or went."""

    def __init__(self, context: Context, *, can_pause: bool) -> None:
        super().__init__()
        self._context = context
        self.choice = QComboBox()
        self.choice.setMinimumWidth(180)
        self.choice.setMaximumWidth(340)
        self.open = QPushButton()
        set_role(self.open, "menu")
        self._file, self._stream, self._again = (
            self._action(slot, keys)
            for slot, keys in (
                (self._on_open_file, "Ctrl+O"),
                (self._on_open_stream, "Ctrl+Shift+O"),
                (self.refresh, "F5"),
            )
        )
        menu = QMenu(self)
        menu.addActions((self._file, self._stream, self._again))
        self.open.setMenu(menu)
        self.toggle = QPushButton()
        set_role(self.toggle, "primary")
        self.toggle.setMinimumWidth(104)
        self.toggle.clicked.connect(self._on_toggled)
        self.pause = QPushButton()
        self.pause.clicked.connect(self._on_paused)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE[2])
        for widget in (self.choice, self.open, self.pause, self.toggle):
            row.addWidget(widget)
        self.pause.setVisible(can_pause)
        self.choice.currentIndexChanged.connect(self._on_chosen)
        context.setting_changed.connect(self._on_setting_changed)
        self._follow_setting = True
        self._running = self._paused = False
        self._icon_colour = "on_accent"
        self.retranslate()

    def retranslate(self) -> None:
        self.choice.setAccessibleName(self.tr("Source"))
        self.choice.setPlaceholderText(self.tr("No camera found"))
        self.open.setText(self.tr("Open"))
        self.open.setAccessibleName(self.tr("Open a file or a stream"))
        self.open.setToolTip(self.tr("Open a video, a photo or a stream (Ctrl+O)"))
        self._file.setText(self.tr("Video or photo…"))
        self._stream.setText(self.tr("Stream address…"))
        self._again.setText(self.tr("Look for cameras again"))
        self.show_running(running=self._running, paused=self._paused)

    def _action(self, slot: Callable[[], None], keys: str) -> QAction:
        action = QAction(self)
        action.setShortcut(keys)
        action.triggered.connect(slot)
        self.addAction(action)
        return action

    def be_second(self) -> None:
        """Where the page has a weightier button than Start."""
        set_role(self.toggle, "")
        self._icon_colour = "text"
        self.show_running(running=self._running, paused=self._paused)

    @property
    def spec(self) -> str:
        """What is chosen; empty where there is nothing to choose."""
        return str(self.choice.currentData() or "")

    def refresh(self) -> None:
        """List the cameras again, keeping the choice."""
        self._context.jobs.submit(list_cameras, done=self._on_cameras)

    def add(self, spec: str) -> None:
        """Offer a file, a stream or a camera number and choose it."""
        if self.choice.findData(spec) < 0:
            text = spec if is_live(spec) else Path(spec).name
            self.choice.addItem(text, spec)
        self.choice.setCurrentIndex(self.choice.findData(spec))

    def show_running(self, *, running: bool, paused: bool) -> None:
        self._running, self._paused = running, paused
        start, stop = self.tr("Start"), self.tr("Stop")
        self.toggle.setText(stop if running else start)
        self.toggle.setAccessibleName(self.toggle.text())
        self._context.theme.set_icon(self.toggle, "stop" if running else "play", self._icon_colour)
        self.toggle.setEnabled(running or bool(self.spec))  # its camera may be gone
        self.pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        self.pause.setAccessibleName(self.pause.text())
        self._context.theme.set_icon(self.pause, "play" if paused else "pause")
        self.pause.setEnabled(running)

    def _on_cameras(self, cameras: list[CameraInfo]) -> None:
        kept = self.spec
        others = [
            (self.choice.itemText(i), self.choice.itemData(i))
            for i in range(self.choice.count())
            if not is_camera(str(self.choice.itemData(i)))
        ]
        self.choice.blockSignals(True)
        self.choice.clear()
        for camera in cameras:
            self.choice.addItem(camera.name, str(camera.index))
        for text, spec in others:
            self.choice.addItem(text, spec)
        wanted = self._context.settings.camera
        by_name = next((i for i, c in enumerate(cameras) if wanted in (c.name, str(c.index))), 0)
        index = self.choice.findData(kept)
        if index < 0 or (self._follow_setting and is_camera(kept)):
            index = by_name if self.choice.count() else -1
        self.choice.setCurrentIndex(index)
        self.choice.blockSignals(False)
        self._follow_setting = False
        self.show_running(running=self._running, paused=self._paused)
        if self.spec != kept:
            self.chosen.emit()

    def _on_setting_changed(self, key: str) -> None:
        self._follow_setting = self._follow_setting or key == "camera"

    def _on_chosen(self) -> None:
        if self._running and self.spec:
            self.start_wanted.emit(self.spec)
        self.show_running(running=self._running, paused=self._paused)
        self.chosen.emit()

    def _on_toggled(self) -> None:
        if self._running:
            self.stop_wanted.emit()
        elif self.spec:
            self.start_wanted.emit(self.spec)

    def _on_paused(self) -> None:
        self.pause_wanted.emit(not self._paused)

    def _on_open_file(self) -> None:
        filters = ";;".join(
            (
                dialog_filter(self.tr("Videos and photos"), VIDEOS | PHOTOS),
                self.tr("All files (*)"),
            )
        )
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Open a video or a photo"), "", filters)
        self._take(path)

    def _on_open_stream(self) -> None:
        address = asked_text(
            self, self.tr("Open a stream"), self.tr("Address of an MJPEG or RTSP stream"),
            action=self.tr("Open"), text="http://",
        )  # fmt: skip
        address = (address or "").strip()
        if address and not address.endswith("://"):
            self._take(address if "://" in address else f"http://{address}")

    def _take(self, spec: str) -> None:
        if not spec:
            return
        was_running = self._running
        self.add(spec)
        if not was_running:
            self.start_wanted.emit(spec)
