"""The form of one gateway account. Keys can be written and replaced, never read."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.choice import Choice
from posapp.ui.widgets.fields import Field, TextField
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.scroll import Scroll

KINDS = (("payfac", "PayFac"), ("flowlix", "Flowlix"), ("flowlix_classic", "Flowlix classic"))
_MODES = (("test", "Test: no real money"), ("live", "Live: real money"))
_TRAINING = ("training", "Practice: stays on this computer")
_UNITS = (("", "Not proved yet"), ("minor", "Cents (minor units)"), ("major", "Whole units"))
_SECRETS = ("client_secret", "api_key", "signing_secret")
_TEXTS: tuple[tuple[str, str, str], ...] = (
    ("label", "Name of this account", "Main shop"),
    ("currencies", "Currencies", "EUR, USD"),
    ("base_url", "API address", "https://…"),
    ("token_url", "Token address", "https://…"),
    ("client_id", "Client id", ""),
    ("client_secret", "Client secret", ""),
    ("scope", "Scope", "gateway"),
    ("api_key", "API key", ""),
    ("site_identifier", "Site identifier", ""),
    ("signing_secret", "Signing secret for refunds", ""),
    ("payout_source", "Payouts are taken from", "ca_… or ent_…"),
    ("processing_channel_id", "Processing channel of payouts", "pc_…"),
    ("return_url", "Return address after a payment page", "https://…"),
)
_OF_KIND = {
    "payfac": (
        "label", "currencies", "base_url", "token_url", "client_id", "client_secret", "scope",
        "api_key", "site_identifier", "signing_secret", "refund_unit", "payout_source",
        "processing_channel_id",
    ),
    "flowlix": ("label", "base_url", "api_key", "return_url"),
    "flowlix_classic": ("label", "base_url", "api_key", "return_url"),
}  # fmt: skip


class AccountForm(QWidget):
    save_wanted = Signal()
    test_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._id = ""
        self.kind = Choice(name="account.kind")
        self.mode = Choice(name="account.mode")
        self.unit = Choice(name="account.refund_unit")
        for choice, entries in ((self.kind, KINDS), (self.mode, _MODES), (self.unit, _UNITS)):
            for key, words in entries:
                choice.addItem(words, key)
        self.texts = {
            key: TextField(label, name=f"account.{key}", placeholder=example, limit=500)
            for key, label, example in _TEXTS
        }
        for key in _SECRETS:
            self.texts[key].input.setEchoMode(QLineEdit.EchoMode.Password)
        self._fields: dict[str, Field] = {
            "kind": Field("Payment API", self.kind),
            "mode": Field("Mode", self.mode),
            **self.texts,
            "refund_unit": Field("Unit of partial refunds", self.unit),
        }
        self.answer = Label("", size=theme.SMALL, weight=theme.MEDIUM, wrap=True)
        self.test = Button("Test connection", name="account.test")
        self.remove = Button("Remove", name="account.remove", kind="danger")
        self.save = Button("Save account", name="account.save", kind="primary")
        self._grid = QGridLayout()
        self._build()
        self.kind.currentIndexChanged.connect(self._kind_changed)
        self.save.clicked.connect(self.save_wanted)
        self.test.clicked.connect(self.test_wanted)
        self.remove.clicked.connect(self.remove_wanted)
        self._kind_changed()

    def show_account(self, values: Mapping[str, str], *, can_change: bool) -> None:
        """Fill the form; an empty mapping is a new account."""
        self._id = values.get("id", "")
        practice = self.mode.findData(_TRAINING[0])
        if values.get("mode") == _TRAINING[0] and practice < 0:
            self.mode.addItem(_TRAINING[1], _TRAINING[0])
        for choice in (self.kind, self.mode, self.unit):
            key = choice.objectName().removeprefix("account.")
            choice.setCurrentIndex(max(0, choice.findData(values.get(key, ""))))
        for key, text in self.texts.items():
            text.input.setText("" if key in _SECRETS else values.get(key, ""))
            kept = "Kept. Type a new one to replace it." if self._id else ""
            if key in _SECRETS:
                text.input.setPlaceholderText(kept)
        self.kind.setEnabled(not self._id)
        self.remove.setVisible(bool(self._id) and can_change)
        self.save.setVisible(can_change)
        self.show_problems("", {})
        self._kind_changed()
        for field in self._fields.values():
            field.frame.inner.setEnabled(can_change and (field is not self._fields["kind"]
                                                         or not self._id))  # fmt: skip

    def typed(self) -> dict[str, str]:
        kind = str(self.kind.currentData())
        values = {"id": self._id, "kind": kind, "mode": str(self.mode.currentData())}
        for key in _OF_KIND[kind]:
            if key == "refund_unit":
                values[key] = str(self.unit.currentData())
            else:
                values[key] = self.texts[key].text()
        return values

    def show_problems(self, sentence: str, fields: Mapping[str, str]) -> None:
        for key, field in self._fields.items():
            field.problem(fields.get(key))
        first = next((key for key in self._fields if key in fields), None)
        if first:
            self._fields[first].frame.inner.setFocus(Qt.FocusReason.OtherFocusReason)
        self.say("" if first else sentence, wrong=True)

    def say(self, sentence: str, *, wrong: bool = False) -> None:
        self.answer.setText(sentence)
        self.answer.set_ink("not_moved" if wrong else "moved")
        self.answer.setVisible(bool(sentence))

    def forget_keys(self) -> None:
        """What was typed as a key does not stay on the screen after it was saved."""
        for key in _SECRETS:
            self.texts[key].input.clear()

    def _kind_changed(self) -> None:
        wanted = _OF_KIND[str(self.kind.currentData())]
        while self._grid.takeAt(0) is not None:
            pass
        shown = ["kind", "mode", *(key for key in self._fields if key in wanted)]
        for key, field in self._fields.items():
            field.setVisible(key in shown)
        for index, key in enumerate(shown):
            row, column = divmod(index, 2)
            self._grid.addWidget(self._fields[key], row, column, Qt.AlignmentFlag.AlignTop)

    def _build(self) -> None:
        fields = QWidget()
        for field in self._fields.values():
            field.setParent(fields)  # shown without a parent it would be a window of its own
        inner = QVBoxLayout(fields)
        inner.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(theme.GAP)
        for side in (0, 1):
            self._grid.setColumnStretch(side, 1)
        inner.addLayout(self._grid)
        inner.addStretch(1)
        # The fields scroll; what came of them and what can be done stays in sight.
        column.addWidget(Scroll(fields, name="Gateway account, scrollable"), 1)
        column.addWidget(self.answer)
        self.answer.hide()
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.remove)
        foot.addStretch(1)
        foot.addWidget(self.test)
        foot.addWidget(self.save)
        column.addLayout(foot)
