"""Giving money back: how much, why, and one button that says the amount."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome, Result
from posapp.model.display import AmountStyle
from posapp.model.history import PaymentDetail
from posapp.model.money import Money, MoneyProblem
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.opening import Opening
from posapp.ui.payments.state import attempt_words
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.dialog import Dialog
from posapp.ui.widgets.fields import TextField
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Hairline

_REASON_LIMIT = 50


class RefundDialog(Dialog):
    """Stays open until the gateway has answered; ``outcome`` is then what is committed."""

    def __init__(
        self,
        detail: PaymentDetail,
        left: Money,
        opening: Opening,
        style: AmountStyle,
        parent: QWidget,
    ) -> None:
        super().__init__("Refund", name="refund", parent=parent)
        self._detail = detail
        self._left = left
        self._opening = opening
        self._style = style
        self._running = False
        self.outcome: Outcome | None = None
        self.amount = TextField("Amount", name="refund.amount", limit=20)
        self.reason = TextField(
            "Reason", name="refund.reason", placeholder="Item returned", limit=_REASON_LIMIT
        )
        self.preview = Label("", size=theme.SMALL, ink="secondary", wrap=True)
        self.notice = Label(
            "", size=theme.SMALL, weight=theme.MEDIUM, ink="not_moved", wrap=True,
            name="refund.notice",
        )  # fmt: skip
        self.confirm = Button("", name="refund.confirm", kind="primary", shortcut="Enter")
        self.leave = Button("Cancel", name="refund.cancel", shortcut="Esc")
        self._build()
        self.amount.input.setText(style.number(left))
        self.amount.input.textChanged.connect(self._typed)
        self.reason.input.textChanged.connect(self._typed)
        self.amount.input.returnPressed.connect(self._confirm)
        self.reason.input.returnPressed.connect(self._confirm)
        self.confirm.clicked.connect(self._confirm)
        self.leave.clicked.connect(self.reject)
        self._typed("")
        self.amount.input.setFocus()
        self.amount.input.selectAll()

    def reject(self) -> None:
        """Esc leaves; while a refund is on its way the dialog stays to show how it ends."""
        if not self._running:
            super().reject()

    def _typed(self, text: str) -> None:
        self.amount.problem(None)
        self.reason.problem(None)
        self.notice.hide()
        amount = self._amount()
        fits = amount is not None and 0 < amount.minor <= self._left.minor
        words = self._style.money(amount) if amount is not None and fits else ""
        self.confirm.say(f"Refund {words}".strip())
        self.preview.setText(
            f"The customer gets {words} back on the card they paid with. "
            "It stays pending until the gateway confirms it."
            if words
            else ""
        )

    def _amount(self) -> Money | None:
        try:
            return self._style.parse(self.amount.text(), self._left.currency)
        except MoneyProblem:
            return None

    def _confirm(self) -> None:
        if self._running:
            return
        try:
            amount = self._style.parse(self.amount.text(), self._left.currency)
        except MoneyProblem as problem:
            self._wrong(self.amount, str(problem))
            return
        if amount.minor <= 0:
            self._wrong(self.amount, "Type an amount above zero.")
        elif amount.minor > self._left.minor:
            most = self._style.money(self._left)
            self._wrong(self.amount, f"At most {most} is left to refund on this payment.")
        elif not self.reason.text():
            self._wrong(self.reason, "Give a reason; it is kept with the payment.")
        else:
            self._running = True
            self._busy(True)
            spawn(self._refund(amount, self.reason.text()), name="refund")

    async def _refund(self, amount: Money, reason: str) -> None:
        desk = await self._opening.desk()
        try:
            self.outcome = await desk.refunds.refund(
                self._detail.attempt.id, amount, reason=reason, who=desk.people.who
            )
        except Refused as problem:
            self._running = False
            self._busy(False)
            self.notice.setText(f"{problem} Nothing was refunded.".replace("..", "."))
            self.notice.show()
            return
        self._running = False
        if self.outcome.result is Result.DECLINED:
            self._busy(False)
            self.notice.setText("The gateway reports that this refund failed. No money moved.")
            self.notice.show()
            return
        self.accept()

    def _wrong(self, field: TextField, sentence: str) -> None:
        field.problem(sentence)
        field.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _busy(self, running: bool) -> None:
        for widget in (self.amount, self.reason, self.leave):
            widget.setEnabled(not running)
        self.confirm.setEnabled(not running)
        amount = self._amount()
        words = self._style.money(amount) if amount else ""
        self.confirm.say(f"Refunding {words}…" if running else f"Refund {words}".strip())

    def _build(self) -> None:
        self.body.addLayout(self._balance())
        self.body.addWidget(Hairline())
        self.body.addWidget(self.amount)
        self.body.addWidget(self.reason)
        self.body.addWidget(self.preview)
        self.body.addWidget(self.notice)
        self.notice.hide()
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.leave)
        foot.addWidget(self.confirm, 1)
        self.body.addLayout(foot)

    def _balance(self) -> QGridLayout:
        payment = self._detail.payment
        style, currency = self._style, self._left.currency
        rows = [("Paid", style.money(self._detail.attempt.intent.amount))]
        if payment is not None and payment.refunded:
            rows.append(("Already refunded", style.money(Money(payment.refunded, currency))))
        rows += [
            ("Refund on its way", attempt_words(refund, style))
            for refund in self._detail.refunds
            if refund.state.is_open
        ]
        rows.append(("Can be refunded", style.money(self._left)))
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(theme.STEP)
        for row, (name, value) in enumerate(rows):
            grid.addWidget(Label(name, size=theme.SMALL, ink="secondary"), row, 0)
            shown = Label(value, weight=theme.MEDIUM)
            grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTrailing)
        return grid
