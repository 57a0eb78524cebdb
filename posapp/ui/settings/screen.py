"""Settings: gateway accounts, the shop, appearance."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from posapp.desk.errors import Refused
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.messages import Messages
from posapp.ui.settings.account_form import KINDS, AccountForm
from posapp.ui.settings.shop_form import ShopForm
from posapp.ui.settings.tills_page import TillsPage
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Panel
from posapp.ui.widgets.scroll import Scroll

if TYPE_CHECKING:
    from posapp.desk.desk import Desk
    from posapp.desk.settings import AccountRow

_SIDE = 300
_MODE_WORDS = {"live": "Live", "test": "Test", "training": "Practice"}


class _Entry(QPushButton):
    """One thing to choose on the left: a name and a second line."""

    def __init__(self, title: str, detail: str, *, key: str) -> None:
        super().__init__()
        self.key = key
        self.setObjectName(f"settings.entry_{key}")
        self.setAccessibleName(f"{title}, {detail}" if detail else title)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._title, self._detail = title, detail

    def sizeHint(self) -> QSize:
        return QSize(_SIDE - 40, theme.LINE_HEIGHT - 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.accent_wash)
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(tokens.accent, theme.FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        half = self.height() // 2
        words = self.rect().adjusted(theme.GAP, 0, -theme.GAP, 0)
        lead = Qt.AlignmentFlag.AlignLeft
        painter.setFont(theme.font(theme.TEXT, theme.SEMIBOLD))
        painter.setPen(tokens.text)
        upper = words.adjusted(0, 6, 0, -half) if self._detail else words
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | lead, self._title)
        painter.setFont(theme.font(theme.TINY))
        painter.setPen(tokens.secondary)
        lower = words.adjusted(0, half, 0, -6)
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter | lead, self._detail)
        painter.end()


class SettingsScreen(QWidget):
    def __init__(self, desk: Desk, messages: Messages) -> None:
        super().__init__()
        self.setObjectName("settings")
        self._desk = desk
        self._messages = messages
        self.account = AccountForm()
        self.shop = ShopForm()
        self.tills = TillsPage(desk)
        self.add = Button("Add account", name="settings.add_account", icon="plus", compact=True)
        self.title = Label("", size=theme.TITLE, weight=theme.SEMIBOLD)
        self.words = Label("", size=theme.SMALL, ink="secondary", wrap=True)
        self._entries: list[_Entry] = []
        self._pages = QStackedWidget()
        self._build()
        self.add.clicked.connect(self._new_account)
        self.account.save_wanted.connect(self._save_account)
        self.account.test_wanted.connect(self._test_account)
        self.account.remove_wanted.connect(self._remove_account)
        self.shop.save_wanted.connect(self._save_shop)
        self.shop.theme_wanted.connect(self._set_theme)
        self._fill(chosen="")

    def activate(self) -> None:
        """The screen comes to the front."""
        for entry in self._entries:
            if entry.isChecked():
                entry.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _fill(self, *, chosen: str) -> None:
        for entry in self._entries:
            entry.hide()
            entry.deleteLater()
        self._entries = [self._account_entry(row) for row in self._desk.settings.accounts]
        self._entries.append(_Entry("Shop and appearance", "Receipts, colours", key="shop"))
        name = f"This one is {self._desk.till.name}"
        self._entries.append(_Entry("Tills and shared ledger", name, key="tills"))
        for entry in self._entries:
            entry.clicked.connect(self._entry_chosen)
            self._list.insertWidget(self._list.count(), entry)
        self.add.setVisible(not self._desk.training)
        keys = [entry.key for entry in self._entries]
        self._open(chosen if chosen in keys else keys[0])

    def _account_entry(self, row: AccountRow) -> _Entry:
        kind = dict(KINDS)[row.kind]
        return _Entry(row.label, f"{kind} · {_MODE_WORDS[row.mode]}", key=row.id)

    def _entry_chosen(self) -> None:
        sender = self.sender()
        if isinstance(sender, _Entry):
            self._open(sender.key)

    def _open(self, key: str) -> None:
        for entry in self._entries:
            entry.setChecked(entry.key == key)
        if key == "shop":
            self.title.setText("Shop and appearance")
            self.words.setText("This stands on every receipt.")
            self.shop.show_shop(self._desk.settings.shop_form(), self._desk.settings.theme)
            self._pages.setCurrentIndex(1)
            return
        if key == "tills":
            self.title.setText("Tills and shared ledger")
            self.words.setText(
                "Practice keeps its own ledger on this computer."
                if self._desk.training
                else self._desk.tills.state()
            )
            self.tills.open()
            self._pages.setCurrentWidget(self.tills)
            return
        self.title.setText(next(row.label for row in self._desk.settings.accounts if row.id == key))
        self.words.setText(
            "Practice accounts belong to the training gateway and cannot be changed."
            if self._desk.training
            else "Keys can be replaced, never read. They are kept encrypted on this computer."
        )
        self.account.show_account(
            self._desk.settings.account_form(key), can_change=not self._desk.training
        )
        self._pages.setCurrentIndex(0)

    def _new_account(self) -> None:
        for entry in self._entries:
            entry.setChecked(False)
        self.title.setText("New account")
        self.words.setText("Copy address and keys from the gateway's own portal.")
        self.account.show_account({}, can_change=True)
        self._pages.setCurrentIndex(0)
        self.account.kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save_account(self) -> None:
        spawn(self._keep_account(), name="save an account", owner=self)

    async def _keep_account(self) -> None:
        try:
            account = self._desk.settings.read_account(self.account.typed())
            await self._desk.settings.save_account(account)
        except Refused as problem:
            self.account.show_problems(str(problem), problem.fields)
            return
        self.account.forget_keys()
        self._fill(chosen=account.id)
        self._messages.tell(f"{account.label} is saved.")

    def _test_account(self) -> None:
        spawn(self._try_account(), name="test an account", owner=self)

    async def _try_account(self) -> None:
        self.account.test.setEnabled(False)
        self.account.test.say("Testing…")
        try:
            account = self._desk.settings.read_account(self.account.typed())
            self.account.say(await self._desk.accounts.test(account))
        except Refused as problem:
            self.account.show_problems(str(problem), problem.fields)
        finally:
            self.account.test.setEnabled(True)
            self.account.test.say("Test connection")

    def _remove_account(self) -> None:
        spawn(self._take_out(self.account.typed()["id"]), name="remove an account", owner=self)

    async def _take_out(self, account_id: str) -> None:
        try:
            await self._desk.settings.remove_account(account_id)
        except Refused as problem:
            self.account.show_problems(str(problem), {})
            return
        self._fill(chosen="")

    def _save_shop(self) -> None:
        spawn(self._keep_shop(), name="save the shop", owner=self)

    async def _keep_shop(self) -> None:
        try:
            await self._desk.settings.set_shop(self.shop.typed())
        except Refused as problem:
            self.shop.show_problems(str(problem), problem.fields)
            return
        self.shop.show_problems("", {})
        self._messages.tell("Saved.")

    def _set_theme(self, scheme: str) -> None:
        spawn(self._keep_theme(scheme), name="appearance", owner=self)

    async def _keep_theme(self, scheme: str) -> None:
        app = cast("QApplication", QApplication.instance())
        theme.apply(app, dark=scheme == "dark" or (scheme == "system" and theme.system_is_dark()))
        try:
            await self._desk.settings.set_theme(scheme)
        except Refused as problem:
            self._messages.problem(str(problem))

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.PAD, theme.PAD, theme.PAD, theme.PAD)
        row.setSpacing(theme.STEP * 4)
        side = Panel(gap=theme.STEP)
        side.setFixedWidth(_SIDE)
        head = QHBoxLayout()
        head.addWidget(Label("Settings", size=theme.TITLE, weight=theme.SEMIBOLD), 1)
        head.addWidget(self.add)
        side.body.addLayout(head)
        side.body.addSpacing(theme.STEP * 2)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.STEP)
        side.body.addLayout(self._list)
        side.body.addStretch(1)
        row.addWidget(side)
        page = Panel()
        page.body.addWidget(self.title)
        page.body.addWidget(self.words)
        self._pages.addWidget(self.account)
        self._pages.addWidget(Scroll(self.shop, name="Shop and appearance, scrollable"))
        self._pages.addWidget(self.tills)
        page.body.addWidget(self._pages, 1)
        row.addWidget(page, 1)
