"""Every choice the user has, applied as it is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner
from siamapp.gui.engine_facts import EngineFacts, embedder_names, engine_facts
from siamapp.gui.page import Page
from siamapp.gui.theme import SPACE, set_role
from siamapp.gui.wording import fmr_words
from siamapp.live.source import CameraInfo, list_cameras

_FIELD_PX: Final = 380


class SettingsPage(Page):
    """Camera, target rate, model, provider, theme."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.camera = self._choice(self.tr("Camera"), "camera")
        self.mirror = QCheckBox(self.tr("Show the camera as a mirror does"))
        self.mirror.setChecked(context.settings.mirror)
        self.mirror.toggled.connect(self._on_mirror)
        self.fmr = self._choice(self.tr("Target false-match rate"), "target_fmr")
        self.embedder = self._choice(self.tr("Model"), "embedder")
        self.provider = self._choice(self.tr("Compute"), "provider")
        self.theme = self._choice(self.tr("Colours"), "theme")
        self.in_use = QLabel()
        self.in_use.setMinimumSize(_FIELD_PX, 34)
        self.in_use.setAccessibleName(self.tr("In use"))
        self.error = Banner(context.theme)
        self._lay_out()
        self._fill_fixed()
        context.opened.connect(self._on_opened)
        if context.is_open:
            self._on_opened()
        self.retranslate()

    def _choice(self, name: str, key: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setFixedWidth(_FIELD_PX)
        box.activated.connect(lambda _index: self._change(key, box.currentData()))
        return box

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE[3], 0)
        column.setSpacing(SPACE[4])
        column.addWidget(
            self._card(
                self.tr("Camera"),
                (self.tr("Camera"), self.camera),
                ("", self.mirror),
            )
        )
        column.addWidget(
            self._card(
                self.tr("Decision"),
                (self.tr("Strangers let through"), self.fmr),
                note=self.tr(
                    "Stricter means that fewer strangers pass and that enrolled people are refused "
                    "more often. The limits come from the model's card."
                ),
            )
        )
        column.addWidget(
            self._card(
                self.tr("Model"),
                (self.tr("Model"), self.embedder),
                (self.tr("Compute"), self.provider),
                (self.tr("In use"), self.in_use),
                note=self.tr("People enrolled with one model are not known to another."),
            )
        )
        column.addWidget(self._card(self.tr("Appearance"), (self.tr("Colours"), self.theme)))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column.addWidget(self.error)
        self.column.addWidget(area, 1)

    def _card(self, title: str, *rows: tuple[str, QWidget], note: str = "") -> QFrame:
        card = QFrame()
        set_role(card, "card")
        heading = QLabel(title)
        set_role(heading, "heading")
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE[5])
        form.setVerticalSpacing(SPACE[3])
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        for text, widget in rows:
            label = QLabel(text)
            label.setMinimumSize(170, 34)
            label.setBuddy(widget)
            form.addRow(label, widget)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        column.setSpacing(SPACE[3])
        column.addWidget(heading)
        column.addLayout(form)
        if note:
            line = QLabel(note)
            set_role(line, "caption")
            line.setWordWrap(True)
            column.addWidget(line)
        return card

    def _fill_fixed(self) -> None:
        settings = self.context.settings
        providers = (
            ("auto", self.tr("Automatic (graphics card where it works)")),
            ("cpu", self.tr("Processor (CPU)")),
            ("cuda", self.tr("NVIDIA graphics card (CUDA)")),
        )
        themes = (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        )
        fill(self.provider, providers, settings.provider)
        fill(self.theme, themes, settings.theme)

    def retranslate(self) -> None:
        self.set_heading(self.tr("Settings"), self.tr("Changes apply at once and are kept."))

    def enter(self) -> None:
        models = [(name, name) for name in embedder_names(self.context.paths)]
        self._fill_with(self.embedder, models, self.context.settings.embedder)
        self.context.jobs.submit(list_cameras, done=self._on_cameras)

    def _on_cameras(self, cameras: list[CameraInfo]) -> None:
        first = ("", self.tr("First camera found") if cameras else self.tr("No camera found"))
        named = [(camera.name, camera.name) for camera in cameras]
        self._fill_with(self.camera, [first, *named], self.context.settings.camera)

    def _fill_with(self, box: QComboBox, entries: list[tuple[str, str]], chosen: str) -> None:
        """Fill a box, and keep what was chosen although it is gone."""
        if chosen not in [value for value, _ in entries]:
            entries = [*entries, (chosen, self.tr("{name} (not there now)").format(name=chosen))]
        fill(box, entries, chosen)

    def _on_opened(self) -> None:
        self.error.clear()
        context = self.context
        recognizer = context.recognizer
        self.in_use.setText(self.tr("Measuring…"))
        context.jobs.submit(lambda: engine_facts(recognizer), done=self._on_facts)

    def _on_facts(self, facts: EngineFacts) -> None:
        rates = tuple(
            (rate, f"{rate:g}: {fmr_words(rate)}") for rate in sorted(facts.fmrs, reverse=True)
        )
        fill(self.fmr, rates, self.context.settings.target_fmr)
        self.in_use.setText(
            self.tr("{provider}: detector {detector:.1f} ms, embedder {embedder:.1f} ms").format(
                provider=facts.provider.upper(),
                detector=facts.detector_ms,
                embedder=facts.embedder_ms,
            )
        )

    def _on_mirror(self, checked: bool) -> None:
        self._change("mirror", checked)

    def _change(self, key: str, value: object) -> None:
        self.error.clear()
        try:
            self.context.change_setting(key, value)
        except SiamError as error:
            self.error.show_text(str(error))


def fill(box: QComboBox, entries: Iterable[tuple[object, str]], chosen: object) -> None:
    """Put `(value, text)` entries into a box and choose one, without telling anybody."""
    box.blockSignals(True)
    box.clear()
    for value, text in entries:
        box.addItem(text, value)
    box.setCurrentIndex(box.findData(chosen))
    box.blockSignals(False)
