"""The few questions that stop the work: a passphrase, a yes or no, and the report of a crash."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from siamapp.errors import SiamError
from siamapp.gui.diagnostics import versions
from siamapp.gui.error_wording import said
from siamapp.gui.language import tr
from siamapp.gui.theme import SPACE, scaled, set_role
from siamapp.gui.wording import listed
from siamapp.store.keys import PASSPHRASE_MIN_CHARACTERS

_MOST_NAMES: Final = 20


class PassphraseDialog(QDialog):
    """Asks for the gallery's passphrase, or that of a file; twice where a new one is chosen."""

    def __init__(
        self, parent: QWidget | None, *, new: bool, title: str = "", text: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title or self.tr("Gallery passphrase"))
        self.setMinimumWidth(scaled(420))
        text = text or (
            self.tr("Choose a passphrase for the gallery. It cannot be recovered if it is lost.")
            if new
            else self.tr("The gallery is locked. Enter its passphrase.")
        )
        heading = QLabel(text)
        set_role(heading, "heading")
        heading.setWordWrap(True)
        self.passphrase = _password(self.tr("Passphrase"))
        self.repeat = _password(self.tr("Passphrase again"))
        self.hint = QLabel()
        set_role(self.hint, "caption")
        fields = [_labelled(self.tr("&Passphrase"), self.passphrase)]
        fields += [_labelled(self.tr("Once &again"), self.repeat)] if new else []
        self._new = new
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        column.setSpacing(SPACE[4])
        column.addWidget(heading)
        for field in fields:
            column.addLayout(field)
        column.addWidget(self.hint)
        column.addWidget(self._buttons)
        for entry in (self.passphrase, self.repeat):
            entry.textChanged.connect(self._check)
        self._check()

    def _check(self) -> None:
        said = self.passphrase.text()
        hint = ""
        if self._new and len(said) < PASSPHRASE_MIN_CHARACTERS:
            hint = self.tr("At least {count} characters.").format(count=PASSPHRASE_MIN_CHARACTERS)
        elif self._new and said != self.repeat.text():
            hint = self.tr("The two differ.")
        self.hint.setText(hint)
        self.hint.setVisible(self._new)
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setText(self.tr("Set passphrase") if self._new else self.tr("Unlock"))
        set_role(ok, "primary")
        ok.setEnabled(bool(said) and not hint)


class CrashDialog(QDialog):
    """Says that something unforeseen happened and offers a report to copy."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setMinimumSize(620, 420)
        title = QLabel(self.tr("This is a fault of SiamApp. Nobody was accepted because of it."))
        set_role(title, "heading")
        title.setWordWrap(True)
        hint = QLabel(
            self.tr(
                "The report below holds no picture, no name and no vector. "
                "Please send it to the makers."
            )
        )
        set_role(hint, "muted")
        hint.setWordWrap(True)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setAccessibleName(self.tr("Report"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = QPushButton(self.tr("&Copy report"))
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(self._on_copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        column.setSpacing(SPACE[3])
        for widget in (title, hint, self.report, buttons):
            column.addWidget(widget)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())


def crash_report(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Versions and the stack, without values: an error's own words may hold a name."""
    where = "".join(traceback.format_tb(trace))
    return f"{versions()}\n\n{where}{kind.__name__}\n"


def confirmed(parent: QWidget, title: str, text: str, *, action: str) -> bool:
    """Whether the user agrees to what cannot be undone; the safe answer is the default."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, title, parent=parent)
    box.setInformativeText(text)
    box.setTextFormat(Qt.TextFormat.PlainText)
    yes = box.addButton(action, QMessageBox.ButtonRole.DestructiveRole)
    set_role(yes, "danger")
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    give_room(box)
    box.exec()
    agreed = box.clickedButton() is yes
    box.deleteLater()
    return agreed


def tell_expired(parent: QWidget, names: Sequence[str]) -> None:
    """Say whose retention has ended; the work goes on beside it."""
    title = tr("Deleted, for the last day to keep them is past")
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, title, parent=parent)
    more = "…" if len(names) > _MOST_NAMES else ""
    box.setInformativeText(listed([*names[:_MOST_NAMES], *more]))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.addButton(QMessageBox.StandardButton.Close)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    give_room(box)
    box.setModal(False)
    box.show()


def tell_error(parent: QWidget, error: SiamError) -> None:
    """Say what could not be done; the work goes on beside it. A newer one takes the place of it."""
    box = parent.findChild(QMessageBox, "error")
    if box is None:
        box = QMessageBox(parent)
        box.setWindowTitle(parent.windowTitle())
        box.setObjectName("error")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setModal(False)
    say_error(box, error)
    box.show()


def say_error(box: QMessageBox, error: SiamError) -> None:
    """Fill a box with what is wrong and what to do, and one button that closes it."""
    what, hint = said(error)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    box.setText(what)
    box.setInformativeText(hint)  # lays the box out anew
    give_room(box)


def asked_text(
    parent: QWidget, title: str, label: str, *, action: str, text: str = ""
) -> str | None:
    """A line that the user types; None where the dialog was cancelled."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(text)
    dialog.setOkButtonText(action)
    give_room(dialog)
    buttons = dialog.findChild(QDialogButtonBox)
    if buttons is not None:
        set_role(buttons.button(QDialogButtonBox.StandardButton.Ok), "primary")
    agreed = dialog.exec() == QDialog.DialogCode.Accepted
    typed = dialog.textValue()
    dialog.deleteLater()
    return typed if agreed else None


def give_room(dialog: QDialog) -> None:
    """The margins of our own dialogs for one of Qt's."""
    dialog.sizeHint()  # an input dialog has no layout before
    layout = dialog.layout()
    if layout is not None:
        layout.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        layout.setSpacing(SPACE[3])
    if isinstance(dialog, QMessageBox) and isinstance(layout, QGridLayout):
        layout.setColumnStretch(1, 1)
        layout.setHorizontalSpacing(0)  # beside an icon that our boxes have not
        beside = layout.itemAtPosition(0, 0)
        spacer = beside.spacerItem() if beside is not None else None
        if spacer is not None:
            spacer.changeSize(0, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


def _labelled(text: str, field: QLineEdit) -> QVBoxLayout:
    label = QLabel(text)
    label.setBuddy(field)
    column = QVBoxLayout()
    column.setSpacing(SPACE[1])
    column.addWidget(label)
    column.addWidget(field)
    return column


def _password(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setAccessibleName(name)
    return field
