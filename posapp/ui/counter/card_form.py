"""Card by phone: number, expiry, code, postcode, name, and the amount on the button."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from posapp.model.card import (
    LONGEST_NUMBER,
    Card,
    Expiry,
    brand_of,
    code_length,
    code_problem,
    number_problem,
    parse_expiry,
)
from posapp.ui import theme
from posapp.ui.counter.expiry import local_today, spread
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.choice import Choice
from posapp.ui.widgets.fields import Field, TextField
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Panel
from posapp.ui.widgets.secret_field import DigitsInput


class CardForm(Panel):
    """``charge_wanted`` when everything typed is right and the button or Enter was pressed."""

    charge_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(gap=theme.STEP * 2 + 2)
        self.pay_card = Button(
            "Card by phone", name="counter.pay_card", kind="quiet", compact=True, shortcut="F8"
        )
        self.account = Choice(name="counter.account", trailing=True)
        self.account.setAccessibleName("Gateway account that charges")
        self.number = DigitsInput(
            name="card.number",
            most=LONGEST_NUMBER,
            grouped=True,
            shown_at_rest=4,
            shown_while_typing=True,
            placeholder="Read the digits back in groups",
        )
        self.number_field = Field("Card number", self.number)
        self.expiry_field = TextField("Expiry", name="card.expiry", placeholder="MM / YY", limit=12)
        self.code = DigitsInput(
            name="card.code",
            most=4,
            grouped=False,
            shown_at_rest=0,
            shown_while_typing=False,
        )
        self.code_field = Field("Security code", self.code)
        self.postcode_field = TextField("Postcode", name="card.postcode", limit=16)
        self.name_field = TextField("Name on card", name="card.name", limit=60)
        self.charge = Button("Charge", name="card.charge", kind="primary", shortcut="Enter")
        self.notice = Label("", size=theme.SMALL, weight=theme.MEDIUM, ink="not_moved", wrap=True)
        self._expiry_before = ""
        self._build()
        self._connect()
        self._brand()

    def focus_number(self) -> None:
        self.number.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_accounts(self, accounts: tuple[tuple[str, str], ...]) -> None:
        """Offer these accounts, as (id, label); the chosen one stays chosen where it can."""
        kept = self.account.currentData()
        self.account.clear()
        for account, label in accounts:
            self.account.addItem(label, account)
        self.account.setCurrentIndex(max(0, self.account.findData(kept)))

    def chosen_account(self) -> str:
        return str(self.account.currentData() or "")

    def say_charge(self, words: str) -> None:
        self.charge.say(words)

    def card(self, today: date) -> Card | None:
        """The card, if everything is right; otherwise the cursor goes to the first wrong field.

        The digits are the fields' own: they stay there until whoever builds the request wipes
        them, so that a charge that is refused before that can be mended and tried again.
        """
        expiry = self._checked(today)
        if expiry is None:
            return None
        return Card(
            number=self.number.digits,
            expiry=expiry,
            code=self.code.digits,
            name=self.name_field.text(),
            postcode=self.postcode_field.text(),
        )

    def card_used(self) -> None:
        """The digits may have been wiped: show what is left of them."""
        self.number.refresh()
        self.code.refresh()

    def suggest_name(self, name: str) -> None:
        """Offer the customer's name where no name was typed."""
        if not self.name_field.text():
            self.name_field.input.setText(name)

    def show_problems(self, sentence: str, fields: Mapping[str, str]) -> None:
        """Say what was refused, beside the fields it is about, and above the button."""
        known = {
            "number": self.number_field,
            "expiry": self.expiry_field,
            "code": self.code_field,
            "postcode": self.postcode_field,
            "name": self.name_field,
        }
        first: Field | None = None
        for name, problem in fields.items():
            if name in known:
                known[name].problem(problem)
                first = first or known[name]
        unplaced = not fields or any(name not in known for name in fields)
        self._notice(sentence if unplaced else "")
        if first is not None:
            first.frame.inner.setFocus()

    def wipe(self) -> None:
        """Empty everything that belongs to one card."""
        self.number.wipe()
        self.code.wipe()
        for field in (self.expiry_field, self.name_field, self.postcode_field):
            field.input.clear()
        self._expiry_before = ""
        for known in self._fields():
            known.problem(None)
        self._notice("")
        self._brand()

    def _fields(self) -> tuple[Field, ...]:
        return (
            self.number_field,
            self.expiry_field,
            self.code_field,
            self.postcode_field,
            self.name_field,
        )

    def _checked(self, today: date) -> Expiry | None:
        for field in (self.postcode_field, self.name_field):
            field.problem(None)  # only a gateway judges these, and it is asked again
        problem = number_problem(self.number.digits, finished=True)
        self.number_field.problem(problem)
        expiry: Expiry | None = None
        try:
            expiry = parse_expiry(self.expiry_field.text(), today)
            self.expiry_field.problem(None)
        except ValueError as sentence:
            self.expiry_field.problem(str(sentence))
        self.code_field.problem(code_problem(self.code.digits, self.number.digits))
        wrong = [field for field in self._fields() if field.frame.wrong]
        if wrong:
            wrong[0].frame.inner.setFocus(Qt.FocusReason.OtherFocusReason)
            return None
        return expiry

    def _connect(self) -> None:
        self.number.changed.connect(self._number_changed)
        self.number.finished.connect(self._number_left)
        self.code.changed.connect(self._code_changed)
        self.code.finished.connect(self._code_left)
        self.expiry_field.input.textEdited.connect(self._expiry_edited)
        self.expiry_field.input.editingFinished.connect(self._expiry_left)
        for secret in (self.number, self.code):
            secret.submitted.connect(self._submit)
        for field in (self.expiry_field, self.postcode_field, self.name_field):
            field.input.returnPressed.connect(self._submit)
        self.charge.clicked.connect(self._submit)
        self.pay_card.clicked.connect(self.focus_number)
        QShortcut(QKeySequence("F8"), self).activated.connect(self.focus_number)

    def _submit(self) -> None:
        self._notice("")
        self.charge_wanted.emit()

    def _number_changed(self) -> None:
        self._brand()
        self.number_field.problem(number_problem(self.number.digits, finished=False))
        if len(self.code.digits):
            self._code_changed()

    def _number_left(self) -> None:
        if len(self.number.digits):
            self.number_field.problem(number_problem(self.number.digits, finished=True))

    def _code_changed(self) -> None:
        too_long = len(self.code.digits) > code_length(self.number.digits)
        problem = code_problem(self.code.digits, self.number.digits)
        self.code_field.problem(problem if too_long else None)

    def _code_left(self) -> None:
        if len(self.code.digits):
            self.code_field.problem(code_problem(self.code.digits, self.number.digits))

    def _expiry_edited(self, text: str) -> None:
        shown = spread(text, before=self._expiry_before)
        self._expiry_before = shown
        if shown != text:
            self.expiry_field.input.setText(shown)
        self.expiry_field.problem(None)

    def _expiry_left(self) -> None:
        if not self.expiry_field.text():
            return
        try:
            parse_expiry(self.expiry_field.text(), local_today())
            self.expiry_field.problem(None)
        except ValueError as sentence:
            self.expiry_field.problem(str(sentence))

    def _brand(self) -> None:
        self.number_field.hint(brand_of(self.number.digits) or "")
        self.code_field.hint(f"{code_length(self.number.digits)} digits")

    def _notice(self, sentence: str) -> None:
        self.notice.setText(sentence)
        self.notice.setVisible(bool(sentence))

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.pay_card)
        head.addStretch(1)
        head.addWidget(self.account)
        self.account.setMinimumWidth(190)
        self.account.setFont(theme.font(theme.SMALL, theme.MEDIUM))
        self.body.addLayout(head)
        self.body.addWidget(self.number_field)
        three = QGridLayout()
        three.setHorizontalSpacing(theme.GAP)
        for column, field in enumerate((self.expiry_field, self.code_field, self.postcode_field)):
            three.addWidget(field, 0, column, Qt.AlignmentFlag.AlignTop)
            three.setColumnStretch(column, 1)
        self.body.addLayout(three)
        self.body.addWidget(self.name_field)
        pause = Label(
            "Pause the call recording while the card is read out.",
            size=theme.TINY,
            ink="secondary",
        )
        self.body.addWidget(pause)
        self.body.addWidget(self.notice)
        self.notice.hide()
        self.body.addWidget(self.charge)
        order: tuple[QWidget, ...] = (
            self.number,
            self.expiry_field.input,
            self.code,
            self.postcode_field.input,
            self.name_field.input,
            self.charge,
        )
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
