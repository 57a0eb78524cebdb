"""What stands on receipts, and how the program looks."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.choice import Choice
from posapp.ui.widgets.fields import Field, TextField
from posapp.ui.widgets.labels import Label

_TEXTS = (
    ("name", "Name of the shop"),
    ("tax_number", "Tax number"),
    ("street", "Street and number"),
    ("town", "Postcode and town"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("receipt_footer", "Last line of the receipt"),
)
THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))


class ShopForm(QWidget):
    save_wanted = Signal()
    theme_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.fields = {
            key: TextField(label, name=f"shop.{key}", limit=120) for key, label in _TEXTS
        }
        self.scheme = Choice(name="settings.theme")
        for key, words in THEMES:
            self.scheme.addItem(words, key)
        self.answer = Label("", size=theme.SMALL, weight=theme.MEDIUM, ink="not_moved", wrap=True)
        self.save = Button("Save shop", name="shop.save", kind="primary")
        self._build()
        self.save.clicked.connect(self.save_wanted)
        self.scheme.activated.connect(self._scheme_chosen)

    def show_shop(self, values: Mapping[str, str], scheme: str) -> None:
        street, _, town = values["address"].partition("\n")
        shown = {**values, "street": street, "town": town.replace("\n", ", ")}
        for key, field in self.fields.items():
            field.input.setText(shown[key])
        self.scheme.setCurrentIndex(self.scheme.findData(scheme))

    def typed(self) -> dict[str, object]:
        values: dict[str, object] = {
            key: field.text() for key, field in self.fields.items() if key not in ("street", "town")
        }
        lines = (self.fields["street"].text(), self.fields["town"].text())
        values["address"] = tuple(line for line in lines if line)
        return values

    def show_problems(self, sentence: str, fields: Mapping[str, str]) -> None:
        for key, field in self.fields.items():
            field.problem(fields.get(key))
        self.answer.setText("" if any(key in self.fields for key in fields) else sentence)
        self.answer.setVisible(bool(self.answer.text()))

    def _scheme_chosen(self) -> None:
        self.theme_wanted.emit(str(self.scheme.currentData()))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.GAP)
        for index, field in enumerate(self.fields.values()):
            grid.addWidget(field, index // 2, index % 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Field("Appearance", self.scheme), 3, 1, Qt.AlignmentFlag.AlignTop)
        for side in (0, 1):
            grid.setColumnStretch(side, 1)
        column.addLayout(grid)
        column.addWidget(self.answer)
        self.answer.hide()
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.save)
        column.addLayout(foot)
        column.addStretch(1)
