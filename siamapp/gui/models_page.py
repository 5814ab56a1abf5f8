"""The networks: where they come from, what they were measured at, and which one is in use."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import tomli_w
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.card_form import CardForm
from siamapp.gui.context import Context
from siamapp.gui.controls import SCROLL_BAR_PX, Banner
from siamapp.gui.dialogs import confirmed, give_room
from siamapp.gui.error_wording import error_words
from siamapp.gui.list_rows import SAID_ROLE, NamedRows
from siamapp.gui.model_rows import ModelRow, latencies, model_rows
from siamapp.gui.model_view import ModelView
from siamapp.gui.model_words import task_words
from siamapp.gui.page import Page
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.gui.wording import count_of_people, fmr_words, listed
from siamapp.switch import Plan, plan_switch, switch_embedder
from siamapp.vision.card import ModelCard
from siamapp.vision.installed import add_model, remove_model

PAINTED_MS: Final = 100


class ModelsPage(Page):
    """Installed models at the left, the chosen one's card at the right."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._rows: list[ModelRow] = []
        self._latencies: dict[str, dict[str, float]] = {}
        self._asked: set[str] = set()
        """Models whose speed was or is being measured."""
        self.add_folder, self.add_file = QPushButton(), QPushButton()
        self.add_folder.clicked.connect(self._on_add_folder)
        self.add_file.clicked.connect(self._on_add_file)
        self.header.addWidget(self.add_file)
        self.header.addWidget(self.add_folder)
        self.error = Banner(context.theme)
        self.list = QListWidget()
        self.list.setItemDelegate(NamedRows(context.theme, self.list))
        self.list.setMaximumWidth(scaled(220))
        self.list.currentRowChanged.connect(self._show_row)
        self.name = QLabel()
        set_role(self.name, "heading")
        self.view = ModelView(context.theme)
        self.use_button, self.measure, self.remove = QPushButton(), QPushButton(), QPushButton()
        set_role(self.use_button, "primary")
        self.use_button.clicked.connect(self._on_use)
        self.measure.clicked.connect(self._on_measure)
        self.remove.clicked.connect(self._on_remove)
        self._lay_out()
        context.setting_changed.connect(self._on_setting_changed)
        self.retranslate()

    def _lay_out(self) -> None:
        self.make_room_for_scroll_bar()
        tools = QHBoxLayout()
        tools.setContentsMargins(0, 0, SCROLL_BAR_PX, 0)
        tools.setSpacing(SPACE[2])
        tools.addWidget(self.name, 1)
        for button in (self.measure, self.remove, self.use_button):
            tools.addWidget(button)
        self._chosen = QWidget()
        column = QVBoxLayout(self._chosen)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[3])
        column.addLayout(tools)
        column.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE[4])
        row.addWidget(self.list, 1)
        row.addWidget(self._chosen, 2)
        self.column_above_scroll().addWidget(self.error)
        self.column.addLayout(row, 1)

    def retranslate(self) -> None:
        self.set_heading(
            self.tr("Models"), self.tr("What finds and tells apart faces, and where it came from.")
        )
        self.add_folder.setText(self.tr("Add folder…"))
        self.add_file.setText(self.tr("Add ONNX file…"))
        self.use_button.setText(self.tr("Use"))
        self.measure.setText(self.tr("Measure again"))
        self.measure.setToolTip(self.tr("How long one picture takes here, on each device"))
        self.remove.setText(self.tr("Remove"))
        self.list.setAccessibleName(self.tr("Installed models"))
        self.view.setAccessibleName(self.tr("Card of the model"))
        self._fill()

    def enter(self) -> None:
        self.list.setFocus()
        self._read()

    def leave(self) -> None:
        self.error.clear()

    def refresh(self) -> None:
        self._read()

    def _on_setting_changed(self, key: str) -> None:
        if key in ("embedder", "detector", "target_fmr"):
            self._fill()

    def _read(self, choose: str = "") -> None:
        paths = self.context.paths
        self.context.jobs.submit(lambda: model_rows(paths), done=lambda r: self._take(r, choose))

    def _take(self, rows: list[ModelRow], choose: str) -> None:
        if rows != self._rows or choose:
            self._rows = rows
            self._fill(choose)
        else:  # as on most visits: what stands there stays
            self._measure_once()

    def _fill(self, choose: str = "") -> None:
        """List the models again and keep the choice."""
        held = choose or (self._row.name if self._row else self.context.settings.embedder)
        self.list.blockSignals(True)
        self.list.clear()
        for row in self._rows:
            item, said = QListWidgetItem(row.name), self._state_of(row)
            item.setData(SAID_ROLE, said)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{row.name}, {said}")
            item.setToolTip(f"{row.name}\n{said}")
            self.list.addItem(item)
        names = [row.name for row in self._rows]
        self.list.setCurrentRow(names.index(held) if held in names else 0)
        self.list.blockSignals(False)
        self._show_row()

    def _state_of(self, row: ModelRow) -> str:
        if row.error:
            return self.tr("cannot be used")
        state = task_words(row.card.task) if row.card else ""
        used = row.in_use(self.context.settings)
        return self.tr("{state}, in use").format(state=state) if used else state

    @property
    def _row(self) -> ModelRow | None:
        at = self.list.currentRow()
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def _show_row(self, _at: int = 0) -> None:
        row = self._row
        self._chosen.setVisible(row is not None)
        if row is None:
            return
        used = row.in_use(self.context.settings)
        usable = row.card is not None and row.card.task in ("embedder", "detector")
        self.use_button.setEnabled(usable and not used and not row.error)
        self.measure.setEnabled(not row.error)
        self.remove.setVisible(row.added)
        self.remove.setEnabled(not used)
        self.name.setText(row.name)
        fmr = self.context.settings.target_fmr if used else None
        self.view.show_row(row, self._latencies.get(row.name), fmr)
        self._measure_once()

    def _measure_once(self) -> None:
        """Once the card is painted: starting a model holds Python's lock, and so the window."""
        QTimer.singleShot(PAINTED_MS, self, self._measure_unasked)

    def _measure_unasked(self) -> None:
        row = self._row
        unasked = row is not None and not row.error and row.name not in self._asked
        if unasked and self.isVisible():
            self._on_measure()

    def _on_measure(self) -> None:
        row = self._row
        if row is None:
            return
        threads = self.context.settings.threads
        self._asked.add(row.name)
        self._latencies.pop(row.name, None)
        self.view.show_speed(None)

        def shown(found: dict[str, float]) -> None:
            self._latencies[row.name] = found
            if self._row == row:
                self.view.show_speed(found)

        self.context.jobs.submit(
            lambda: latencies(row.folder, threads), done=shown, failed=self._on_failed
        )

    def _on_add_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("A model folder with its card"))
        if chosen:
            self.add(Path(chosen))

    def _on_add_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, self.tr("An embedder"), "", self.tr("ONNX (*.onnx)")
        )
        if chosen:
            form = CardForm(self, Path(chosen).stem)
            agreed = form.exec() == QDialog.DialogCode.Accepted
            facts = form.facts()
            form.deleteLater()
            if agreed:
                self.add(Path(chosen), facts)

    def add(self, source: Path, facts: dict[str, object] | None = None) -> None:
        """Check a model, try it and copy it into the home.

        Args:
            source: a folder with its card, or an ONNX file.
            facts: the card of an ONNX file.
        """
        paths = self.context.paths
        self.error.show_text(self.tr("Checking {name}…").format(name=source.name), "info")

        def work() -> ModelCard:
            if facts is None:
                return add_model(paths, source)[1]
            with tempfile.TemporaryDirectory() as made:
                card = Path(made) / "card.toml"
                card.write_text(tomli_w.dumps(facts), "utf-8")
                return add_model(paths, source, card)[1]

        def added(card: ModelCard) -> None:
            self.error.show_text(
                self.tr("{name} was checked and added.").format(name=card.name), "good"
            )
            self._read(card.name)

        self.context.jobs.submit(work, done=added, failed=self._on_failed)

    def _on_remove(self) -> None:
        row = self._row
        if row is not None and confirmed(
            self,
            self.tr("Remove {name}?").format(name=row.name),
            self.tr(
                "Its files are deleted. People enrolled with it are not known to other models."
            ),
            action=self.tr("Remove"),
        ):
            paths = self.context.paths
            self.context.jobs.submit(
                lambda: remove_model(paths, row.name),
                done=lambda _: self._read(),
                failed=self._on_failed,
            )

    def _on_use(self) -> None:
        row = self._row
        if row is None or row.card is None:
            return
        self.error.clear()
        if row.card.task == "detector":
            self.context.change_setting("detector", row.name)
            return
        paths, settings = self.context.paths, self.context.settings
        database = self.context.recognizer.database
        self.context.submit(
            lambda: plan_switch(paths, settings, database, row.folder),
            done=lambda plan: self._on_plan(row, plan),
            failed=self._on_failed,
        )

    def _on_plan(self, row: ModelRow, plan: Plan) -> None:
        re_embed = self.ask(row.name, plan)
        if re_embed is not None:
            self.switch(row, re_embed=re_embed)

    def ask(self, name: str, plan: Plan) -> bool | None:
        """Whether to make new templates as well; None: leave all as it is."""
        box = QMessageBox(QMessageBox.Icon.NoIcon, name, "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Use {name} from now on?").format(name=name))
        box.setInformativeText(self.plan_words(plan))
        renew = None
        if plan.from_crops:
            renew = box.addButton(
                self.tr("Use, with new templates"), QMessageBox.ButtonRole.AcceptRole
            )
        only = box.addButton(self.tr("Use"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(renew or only)
        set_role(renew or only, "primary")
        give_room(box)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked is only:
            return False
        return True if renew is not None and clicked is renew else None

    def plan_words(self, plan: Plan) -> str:
        """What the switch means for the people enrolled."""
        lines = [self.tr("At your rate, {words}.").format(words=fmr_words(plan.evidence.fmr))]
        if plan.from_crops:
            lines.append(
                self.tr("{people} can get new templates from kept pictures.").format(
                    people=count_of_people(len(plan.from_crops))
                )
            )
        if plan.enrol_again:
            lines.append(
                self.tr("To be enrolled again: {names}.").format(names=listed(plan.enrol_again))
            )
        if not plan.from_crops and not plan.enrol_again:
            lines.append(self.tr("Nobody has to be enrolled again."))
        return "\n".join(lines)

    def switch(self, row: ModelRow, *, re_embed: bool) -> None:
        """Use another embedder from now on, with new templates where wanted."""
        if not re_embed:
            self.context.change_setting("embedder", row.name)
            return
        paths, settings = self.context.paths, self.context.settings
        database = self.context.recognizer.database
        self.error.show_text(self.tr("Making new templates…"), "info")

        def switched(_: object) -> None:
            self.error.clear()
            self.context.change_setting("embedder", row.name)

        self.context.submit(
            lambda: switch_embedder(paths, settings, database, row.folder, re_embed=True),
            done=switched,
            failed=self._on_failed,
        )

    def _on_failed(self, error: SiamError) -> None:
        self.error.show_text(error_words(error))
