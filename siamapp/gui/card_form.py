"""The card of a stranger's ONNX file, filled in by hand."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from siamapp.gui.theme import SPACE, scaled, set_role

_FIELD_PX: Final = 34


class CardForm(QDialog):
    """What has to be known of an embedder to feed it rightly; `facts` is its card."""

    def __init__(self, parent: QWidget | None, name: str) -> None:
        super().__init__(parent)
        self.setMinimumWidth(scaled(560))
        self._title, self._hint = QLabel(), QLabel()
        self._hint.setWordWrap(True)
        set_role(self._title, "heading")
        set_role(self._hint, "caption")
        self.name = QLineEdit(name)
        self.licence, self.use = QLineEdit(), QLineEdit()
        self.channels = QComboBox()
        self.channels.addItems(["rgb", "bgr"])
        self.mean = [_number(127.5) for _ in range(3)]
        self.std = [_number(127.5, least=0.001) for _ in range(3)]
        self.side = QSpinBox()
        self.side.setRange(16, 1024)
        self.side.setValue(112)
        self.dimension = QSpinBox()
        self.dimension.setRange(1, 4096)
        self.dimension.setValue(512)
        self.distance = QComboBox()
        self.distance.addItems(["l2", "cosine", "l1", "exp_l1"])
        self.normalised = QCheckBox()
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._labels: list[tuple[QLabel, list[QWidget]]] = []
        form = QFormLayout()
        form.setVerticalSpacing(SPACE[2])
        lines: tuple[list[QWidget], ...] = (
            [self.name], [self.licence], [self.use], [self.channels], [*self.mean], [*self.std],
            [self.side], [self.dimension], [self.distance], [self.normalised],
        )  # fmt: skip
        for fields in lines:
            label, row = QLabel(), QHBoxLayout()
            label.setBuddy(fields[0])
            label.setMinimumSize(scaled(150), _FIELD_PX)  # else a row of fields cuts it
            row.setSpacing(SPACE[2])
            for field in fields:
                field.setMinimumHeight(_FIELD_PX)
                if isinstance(field, QAbstractSpinBox):
                    field.lineEdit().setTextMargins(SPACE[2], 0, 0, 0)
                row.addWidget(field)
            self._labels.append((label, fields))
            form.addRow(label, row)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[5], SPACE[5], SPACE[5])
        column.setSpacing(SPACE[3])
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addLayout(form)
        column.addWidget(self._buttons)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Model card"))
        self._title.setText(self.tr("Input of this model"))
        self._hint.setText(
            self.tr(
                "Its makers say so beside the file. With wrong values it still answers, but knows "
                "fewer people: calibrate it before you use it."
            )
        )
        add = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        add.setText(self.tr("Check and add"))
        set_role(add, "primary")
        colours = (self.tr("1st colour"), self.tr("2nd colour"), self.tr("3rd colour"))
        words = (
            self.tr("Name"),
            self.tr("Licence"),
            self.tr("May be used for"),
            self.tr("Colour order"),
            self.tr("Mean of each colour"),
            self.tr("Divisor of each colour"),
            self.tr("Picture side, px"),
            self.tr("Numbers per face"),
            self.tr("Distance"),
            self.tr("Unit length already"),
        )
        for (label, fields), text in zip(self._labels, words, strict=True):
            label.setText(text)
            for field, colour in zip(fields, colours, strict=False):
                said = self.tr("{what}: {colour}").format(what=text, colour=colour)
                field.setAccessibleName(said if len(fields) > 1 else text)

    def facts(self) -> dict[str, Any]:
        """The card without what the file itself tells."""
        return {
            "name": self.name.text().strip(),
            "task": "embedder",
            "summary": "",
            "licence": self.licence.text().strip(),
            "use": self.use.text().strip(),
            "training_data": [],
            "parameters": 0,
            "input": {
                "width": self.side.value(),
                "height": self.side.value(),
                "channels": self.channels.currentText(),
                "mean": [box.value() for box in self.mean],
                "std": [box.value() for box in self.std],
            },
            "embedding": {
                "dimension": self.dimension.value(),
                "metric": self.distance.currentText(),
                "normalised": self.normalised.isChecked(),
            },
        }


def _number(value: float, *, least: float = 0.0) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(3)
    box.setRange(least, 1000)
    box.setValue(value)
    return box
