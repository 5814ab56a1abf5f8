"""What a person agreed to, on which day, and until when the person is kept: the fields for it."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale, QRect, Qt
from PySide6.QtGui import QPainter, QShowEvent, QTextCharFormat
from PySide6.QtWidgets import (
    QCalendarWidget,
    QCheckBox,
    QDateEdit,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from siamapp.gui.theme import SPACE, set_role
from siamapp.gui.wording import day_format
from siamapp.types import Consent


class ConsentFields(QWidget):
    """Fills in a `Consent`; each part may be left out."""

    def __init__(self) -> None:
        super().__init__()
        self._label = QLabel()
        self.note = QLineEdit()
        self.note.setMaxLength(500)
        self._label.setBuddy(self.note)
        self.given, self.given_on = QCheckBox(), DayField()
        self.kept, self.kept_until = QCheckBox(), DayField()
        self._hint = QLabel()
        set_role(self._hint, "caption")
        self._hint.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE[3])
        grid.setVerticalSpacing(SPACE[2])
        grid.setColumnStretch(1, 1)
        for row, (head, field) in enumerate(
            ((self._label, self.note), (self.given, self.given_on), (self.kept, self.kept_until))
        ):
            grid.addWidget(head, row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(self._hint, 3, 0, 1, 2)
        self.given.toggled.connect(self.given_on.setEnabled)
        self.kept.toggled.connect(self.kept_until.setEnabled)
        self.kept.toggled.connect(self._hint.setVisible)
        self.fill(Consent())
        self.retranslate()

    def retranslate(self) -> None:
        self._label.setText(self.tr("N&ote"))
        self.note.setAccessibleName(self.tr("Note on the consent"))
        self.note.setPlaceholderText(self.tr("Such as where the paper is"))
        self.given.setText(self.tr("&Given on"))
        self.kept.setText(self.tr("&Kept until"))
        for box, field in ((self.given, self.given_on), (self.kept, self.kept_until)):
            box.setAccessibleName(box.text().replace("&", ""))
            field.setAccessibleName(box.accessibleName())
            field.setDisplayFormat(day_format())
        self._hint.setText(
            self.tr("After that day the person is deleted for good, without asking again.")
        )

    @property
    def consent(self) -> Consent:
        """As it is filled in."""
        return Consent(
            self.note.text().strip(),
            _date_of(self.given_on) if self.given.isChecked() else None,
            _date_of(self.kept_until) if self.kept.isChecked() else None,
        )

    def fill(self, consent: Consent) -> None:
        """Show a consent; days that it leaves out are offered as today, and in a year."""
        today = date.today()
        self.kept_until.setMinimumDate(QDate(today.year, today.month, today.day))
        self.note.setText(consent.note)
        for box, field, day, otherwise in (
            (self.given, self.given_on, consent.given_on, today),
            (self.kept, self.kept_until, consent.retain_until, _in_a_year(today)),
        ):
            shown = day or otherwise
            field.setDate(QDate(shown.year, shown.month, shown.day))
            box.setChecked(day is not None)
            field.setEnabled(day is not None)
        self._hint.setVisible(consent.retain_until is not None)


class DayField(QDateEdit):
    """A day with a calendar, which is made when the field is first shown: it takes a while."""

    def __init__(self) -> None:
        super().__init__()
        self.setCalendarPopup(True)
        self._calendar: Calendar | None = None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._calendar is None:
            self._calendar = Calendar()
            self.setCalendarWidget(self._calendar)
        self._calendar.head()  # in the language of now


class Calendar(QCalendarWidget):
    """Headed as the language writes a month; Qt puts the month before a bare year in every one."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(320, 250)
        self.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):  # red means an error here
            self.setWeekdayTextFormat(day, QTextCharFormat())
        self.currentPageChanged.connect(self.head)
        typed = self.findChild(QSpinBox, "qt_calendar_yearedit")
        if typed is not None:  # Qt heads it with what was typed
            typed.editingFinished.connect(self.head)

    def paintCell(self, painter: QPainter, rect: QRect, day: QDate) -> None:
        """The chosen day is rounded as whatever else is chosen is; Qt fills its whole cell."""
        if day != self.selectedDate():
            super().paintCell(painter, rect, day)
            return
        colours = self.palette()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.highlight())
        painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), 7, 7)
        painter.setPen(colours.highlightedText().color())
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, QLocale().toString(day.day()))
        painter.restore()

    def head(self) -> None:
        bar = self.findChild(QWidget, "qt_calendar_navigationbar")
        month = self.findChild(QToolButton, "qt_calendar_monthbutton")
        year = self.findChild(QToolButton, "qt_calendar_yearbutton")
        row = bar.layout() if bar else None
        if not isinstance(row, QHBoxLayout) or month is None or year is None:
            return
        year.setText(self.tr("{year}").format(year=self.yearShown()))
        year_first = QLocale().dateFormat(QLocale.FormatType.LongFormat).startswith("y")
        places = sorted((row.indexOf(month), row.indexOf(year)))
        row.removeWidget(month)
        row.removeWidget(year)
        for place, part in zip(places, (year, month) if year_first else (month, year), strict=True):
            row.insertWidget(place, part)


def _in_a_year(day: date) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + 1, day=last)


def _date_of(field: QDateEdit) -> date:
    day = field.date()
    return date(day.year(), day.month(), day.day())
