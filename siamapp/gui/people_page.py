"""Everybody enrolled: search, sort, look; rename, merge, split and delete, each with a way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.carrying import Carrying
from siamapp.gui.changes import Changes
from siamapp.gui.consent_dialog import ConsentDialog
from siamapp.gui.context import Context
from siamapp.gui.controls import Banner, SearchField
from siamapp.gui.dialogs import asked_text
from siamapp.gui.empty_state import EmptyState
from siamapp.gui.error_wording import error_words
from siamapp.gui.group_card import GroupCard
from siamapp.gui.look_alikes_dialog import LookAlikesDialog
from siamapp.gui.page import Page
from siamapp.gui.people_delegate import TILE_PHOTO_PX, PeopleDelegate
from siamapp.gui.people_model import Entry, Order, PeopleModel, entries_of
from siamapp.gui.person_card import PersonCard
from siamapp.gui.theme import SPACE, set_role
from siamapp.gui.thumbnails import Thumbnails
from siamapp.gui.wording import count_of_samples
from siamapp.types import Person


class PeoplePage(Page):
    """The list, and beside it one person, or what can be done with several."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._generation = 0
        self.model = PeopleModel(self)
        self.changes = Changes(context, self)
        self.carrying = Carrying(context, self)
        self.thumbnails = Thumbnails(context, TILE_PHOTO_PX, self)
        self.search = SearchField(context.theme, self)
        self.order = QComboBox()
        self.bring = QPushButton()
        context.theme.set_icon(self.bring, "import")
        self.tiles = QPushButton()
        self.tiles.setCheckable(True)
        context.theme.set_icon(self.tiles, "grid")
        self.alikes = QPushButton()
        context.theme.set_icon(self.alikes, "people")
        self.list = QListView()
        self.delegate = PeopleDelegate(context.theme, self.thumbnails, self.list)
        self.banner = Banner(context.theme)
        self._empty = EmptyState(context.theme, "people", until_told=True)
        self._no_match = EmptyState(context.theme, "search")
        self._set_up_list()
        self._lay_out()
        self._connect()
        self.retranslate()

    def parts(self) -> Iterator[None]:
        card = self.card = PersonCard(self.context)
        self._right.addWidget(card)
        card.renamed.connect(self._on_renamed)
        card.tags_wanted.connect(self._on_tags)
        card.consent_wanted.connect(self._on_consent)
        card.export_wanted.connect(self._on_export)
        card.delete_wanted.connect(self._on_delete)
        card.samples.remove_wanted.connect(self._on_remove)
        card.samples.split_wanted.connect(self._on_split)
        self._add_key(Qt.Key.Key_F2, partial(card.begin_rename, self.list))
        yield
        group = self.group = GroupCard(self.context.theme)
        self._right.addWidget(group)
        group.merge_wanted.connect(self._on_merge)
        group.export_wanted.connect(self._on_export)
        group.delete_wanted.connect(self._on_delete)
        yield

    def _set_up_list(self) -> None:
        set_role(self.list, "people")
        self.list.setModel(self.model)
        self.list.setItemDelegate(self.delegate)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setUniformItemSizes(True)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMouseTracking(True)
        self.list.verticalScrollBar().setSingleStep(24)
        self._show_tiles(False)

    def _lay_out(self) -> None:
        for tool in (self.bring, self.alikes, self.tiles):
            self.header.addWidget(tool)
        self.column.addWidget(self.banner)
        self._body = QStackedWidget()
        self.column.addWidget(self._body, 1)
        self._body.addWidget(self._empty)
        filled, side = QWidget(), QWidget()
        self._body.addWidget(filled)
        row = QHBoxLayout(filled)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE[4])
        row.addWidget(side, 2)
        side.setMinimumWidth(300)
        left = QVBoxLayout(side)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(SPACE[3])
        find = QHBoxLayout()
        left.addLayout(find)
        find.setSpacing(SPACE[2])
        find.addWidget(self.search, 1)
        find.addWidget(self.order)
        self._found = QStackedWidget()
        left.addWidget(self._found, 1)
        self._found.addWidget(self.list)
        self._found.addWidget(self._no_match)
        self._right = QStackedWidget()
        row.addWidget(self._right, 3)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_searched)
        self.order.activated.connect(self._on_ordered)
        self.tiles.toggled.connect(self._show_tiles)
        self.alikes.clicked.connect(self._on_alikes)
        self._empty.acted.connect(lambda: self.context.go_to.emit("enrol", None))
        self.list.selectionModel().selectionChanged.connect(self._on_selected)
        self.thumbnails.ready.connect(self.list.viewport().update)
        self.changes.made.connect(self._on_made)
        self.changes.taken_back.connect(self._on_taken_back)
        self.changes.failed.connect(self._on_failed)
        self.changes.kept.connect(self._on_kept)
        self.banner.acted.connect(self.undo)
        self.bring.clicked.connect(self.carrying.ask_import)
        self.carrying.told.connect(self.banner.show_text)
        self.carrying.failed.connect(self._on_failed)
        self._add_key(QKeySequence.StandardKey.Delete, self._on_delete)

    def _add_key(self, key: Qt.Key | QKeySequence.StandardKey, slot: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self.list, slot)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)

    def retranslate(self) -> None:
        self.set_heading(
            self.tr("People"), self.tr("Everybody in the gallery on this computer, encrypted.")
        )
        self.search.set_words(self.tr("Name or tag"))
        self.list.setAccessibleName(self.tr("People"))
        self.tiles.setText(self.tr("Grid"))
        self.tiles.setAccessibleName(self.tr("Show as a grid"))
        self.tiles.setToolTip(self.tiles.accessibleName())
        self.bring.setText(self.tr("Import…"))
        self.bring.setAccessibleName(self.tr("Import people from an exported file"))
        self.bring.setToolTip(self.bring.accessibleName())
        self.alikes.setText(self.tr("Look-alikes…"))
        self.alikes.setAccessibleName(self.tr("Pairs of people who look alike"))
        self.alikes.setToolTip(self.alikes.accessibleName())
        chosen = max(self.order.currentIndex(), 0)
        self.order.clear()
        for order, text in (
            (Order.NAME, self.tr("By name")),
            (Order.NEWEST, self.tr("Newest first")),
            (Order.SAMPLES, self.tr("Most samples")),
        ):
            self.order.addItem(text, order)
        self.order.setCurrentIndex(chosen)
        self.order.setAccessibleName(self.tr("Order"))
        self._empty.set_words(
            self.tr("Nobody is enrolled yet"),
            self.tr("Enrol the first person from the camera, a video or photos."),
            action=self.tr("Enrol somebody"),
        )
        self._no_match.set_words(
            self.tr("No such name or tag"), self.tr("Try fewer letters, or press Escape.")
        )

    # --- coming and going -------------------------------------------------------------------------

    def enter(self) -> None:
        self.list.setFocus()
        self._empty.invite()

    def leave(self) -> None:
        """What was deleted is complete from here on."""
        self.changes.forget()
        self.banner.clear()

    def undo(self) -> None:
        self.changes.undo()

    def refresh(self) -> None:
        self._generation += 1
        generation, people = self._generation, self.context.recognizer.people

        def done(entries: list[Entry]) -> None:
            if generation == self._generation:
                self._show_people(entries)

        self.context.submit(
            lambda: entries_of(people.all(), people.portraits()), done=done, failed=self._on_failed
        )

    def _show_people(self, entries: list[Entry]) -> None:
        self.thumbnails.keep_only({e.portrait_id for e in entries if e.portrait_id is not None})
        self._rearrange(lambda: self.model.show_people(entries))
        self._empty.give_way(self._body, self.list, filled=bool(entries))
        self.alikes.setEnabled(len(entries) > 1)
        self.tiles.setEnabled(bool(entries))

    def _rearrange(self, change: Callable[[], None]) -> None:
        """Change what the model shows and keep who was selected."""
        kept = [person.person_id for person in self.chosen]
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        change()
        rows = [row for row in map(self.model.row_of, kept) if row is not None]
        if not rows and self.model.rowCount():
            rows = [0]
        flags = QItemSelectionModel.SelectionFlag
        selection.select(self._ranges(rows), flags.ClearAndSelect)
        if rows:
            selection.setCurrentIndex(self.model.index(rows[0]), flags.NoUpdate)
        selection.blockSignals(False)
        self.list.viewport().update()
        self._found.setCurrentIndex(0 if self.model.rowCount() else 1)
        self._show_chosen()

    # --- looking ----------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[Person]:
        """Who is selected, in the order of the list."""
        selection = self.list.selectionModel().selection()
        ranges = map(selection.at, range(selection.count()))
        rows = sorted(row for r in ranges for row in range(r.top(), r.bottom() + 1))
        return [self.model.person(row) for row in rows]

    def _ranges(self, rows: Iterable[int]) -> QItemSelection:
        """Rows as the few ranges that they make: a call per row would take long for thousands."""
        ranges, index = QItemSelection(), self.model.index
        for _, run in groupby(enumerate(sorted(rows)), lambda pair: pair[1] - pair[0]):
            first, *_, last = [row for _, row in run] * 2
            ranges.select(index(first), index(last))
        return ranges

    def _show_tiles(self, on: bool) -> None:
        self.delegate.tiles = on
        self.list.setFlow(QListView.Flow.LeftToRight if on else QListView.Flow.TopToBottom)
        self.list.setWrapping(on)
        self.list.setGridSize(self.delegate.cell() if on else QSize())
        self.list.scheduleDelayedItemsLayout()

    def _on_searched(self, text: str) -> None:
        self._rearrange(lambda: self.model.search(text))
        self.list.scrollTo(self.list.currentIndex())

    def _on_ordered(self) -> None:
        self._rearrange(lambda: self.model.sort_by(self.order.currentData()))
        self.list.scrollTo(self.list.currentIndex())

    def _on_selected(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self.chosen
        self._right.setVisible(bool(chosen))
        if len(chosen) == 1:
            self.card.show_person(chosen[0])
            self._right.setCurrentWidget(self.card)
        elif chosen:
            self.group.show_people(chosen)
            self._right.setCurrentWidget(self.group)

    def _on_alikes(self) -> None:
        dialog = LookAlikesDialog(self.context, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._choose(dialog.chosen)
        dialog.deleteLater()

    def _choose(self, person_ids: tuple[int, ...]) -> None:
        self.search.clear()
        rows = [row for row in map(self.model.row_of, person_ids) if row is not None]
        self.list.selectionModel().select(
            self._ranges(rows), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        if rows:
            self.list.scrollTo(self.model.index(rows[0]))

    # --- changing ---------------------------------------------------------------------------------

    def _on_renamed(self, name: str) -> None:
        person, edits = self.chosen[0], self.context.recognizer.edits
        said = self.tr("{old} is now {new}.").format(old=person.name, new=name.strip())
        self.changes.make([lambda: edits.rename(person.person_id, name)], said)

    def _on_tags(self) -> None:
        person, edits = self.chosen[0], self.context.recognizer.edits
        text = asked_text(
            self,
            self.tr("Tags"),
            self.tr("Tags of {name}, with commas between them").format(name=person.name),
            action=self.tr("Save"),
            text=", ".join(person.tags),
        )
        if text is not None:
            tags = [tag.strip() for tag in text.replace("\uff0c", ",").split(",") if tag.strip()]
            said = self.tr("Tags of {name} changed.").format(name=person.name)
            self.changes.make([lambda: edits.set_tags(person.person_id, tags)], said)

    def _on_consent(self) -> None:
        person, edits = self.chosen[0], self.context.recognizer.edits
        dialog = ConsentDialog(person, self)
        accepted, consent = dialog.exec() == QDialog.DialogCode.Accepted, dialog.consent
        dialog.deleteLater()
        if accepted and consent != person.consent:
            said = self.tr("Consent of {name} changed.").format(name=person.name)
            self.changes.make([lambda: edits.set_consent(person.person_id, consent)], said)

    def _on_delete(self) -> None:
        chosen, edits = self.chosen, self.context.recognizer.edits
        if not chosen:
            return
        said = (
            self.tr("{name} is deleted.").format(name=chosen[0].name)
            if len(chosen) == 1
            else self.tr("{count} people are deleted.").format(count=len(chosen))
        )
        self.list.setFocus()  # the button that was pressed goes, or would delete whoever is next
        self.changes.make([partial(edits.delete, person.person_id) for person in chosen], said)

    def _on_merge(self, kept: Person) -> None:
        edits = self.context.recognizer.edits
        others = [person for person in self.chosen if person.person_id != kept.person_id]
        said = self.tr("Merged into {name}.").format(name=kept.name)
        self.list.setFocus()
        self.changes.make(
            [partial(edits.merge, other.person_id, kept.person_id) for other in others], said
        )

    def _on_remove(self, template_ids: list[int]) -> None:
        edits = self.context.recognizer.edits
        said = self.tr("{count} removed.").format(count=count_of_samples(len(template_ids)))
        self.changes.make([lambda: edits.remove_samples(template_ids)], said)

    def _on_split(self, template_ids: list[int]) -> None:
        edits = self.context.recognizer.edits
        name = asked_text(
            self,
            self.tr("Split off"),
            self.tr("Who is on the chosen samples?"),
            action=self.tr("Split off"),
        )
        if name is not None and name.strip():
            said = self.tr("{name} is a person of their own now.").format(name=name.strip())
            self.changes.make([partial(edits.split, template_ids, name)], said)

    def _on_export(self) -> None:
        self.carrying.ask_export(self.chosen)

    def _on_made(self, said: str) -> None:
        self.banner.show_text(
            self.tr("{said} It can be undone until you leave this page.").format(said=said),
            "info",
            action=self.tr("Undo"),
        )

    def _on_taken_back(self, said: str) -> None:
        self.list.setFocus()
        self.banner.show_text(
            self.tr("Undone: {said}").format(said=said),
            "good",
            action=self.tr("Undo more") if len(self.changes) else "",
        )

    def _on_kept(self, error: SiamError) -> None:
        self.banner.show_text(error_words(error), action=self.tr("Try again"))

    def _on_failed(self, error: SiamError) -> None:
        self.banner.show_text(error_words(error))
