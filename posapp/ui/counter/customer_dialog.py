"""Everything about the customer: what the bank compares and where the receipt goes."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from posapp.model.order import Customer
from posapp.ui import theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.dialog import Dialog
from posapp.ui.widgets.fields import TextField

_FIELDS = (
    ("name", "Name", 100),
    ("phone", "Phone", 40),
    ("email", "E-mail", 120),
    ("address", "Street and number", 120),
    ("postcode", "Postcode", 16),
    ("city", "City", 60),
    ("country", "Country (two letters)", 2),
)


class CustomerDialog(Dialog):
    def __init__(self, customer: Customer, parent: QWidget) -> None:
        super().__init__("Customer", name="customer", parent=parent)
        self._customer = customer
        self._fields = {
            key: TextField(label, name=f"customer.{key}", limit=limit)
            for key, label, limit in _FIELDS
        }
        self.keep = Button("Keep customer", name="customer.keep", kind="primary", shortcut="Enter")
        self.leave = Button("Cancel", name="customer.cancel", shortcut="Esc")
        self._build()
        for key, field in self._fields.items():
            field.input.setText(getattr(customer, key))
            field.input.returnPressed.connect(self._keep)
        self.keep.clicked.connect(self._keep)
        self.leave.clicked.connect(self.reject)

    def customer(self) -> Customer:
        typed = {key: field.text() for key, field in self._fields.items()}
        typed["country"] = typed["country"].upper()
        return replace(self._customer, **typed)

    def _keep(self) -> None:
        checks = {
            "email": "An e-mail address looks like name@shop.example.",
            "country": "Use the two letters of the country, for example DE.",
        }
        email, country = self._fields["email"].text(), self._fields["country"].text()
        wrong = {
            "email": bool(email) and ("@" not in email or " " in email),
            "country": bool(country) and not (len(country) == 2 and country.isalpha()),
        }
        for key, bad in wrong.items():
            self._fields[key].problem(checks[key] if bad else None)
        for key, bad in wrong.items():
            if bad:
                self._fields[key].input.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.accept()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.GAP)
        places = {
            "name": (0, 0, 2), "phone": (1, 0, 1), "email": (1, 1, 1), "address": (2, 0, 2),
            "postcode": (3, 0, 1), "city": (3, 1, 1), "country": (4, 0, 1),
        }  # fmt: skip
        for key, (row, col, span) in places.items():
            grid.addWidget(self._fields[key], row, col, 1, span, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(grid)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.leave)
        foot.addWidget(self.keep, 1)
        self.body.addLayout(foot)
