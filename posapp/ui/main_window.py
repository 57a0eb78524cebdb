"""The window: a banner in training, the navigation, one screen at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from posapp.desk.errors import Refused
from posapp.model.display import AmountStyle
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.counter.screen import CounterScreen
from posapp.ui.doing import do
from posapp.ui.messages import Messages
from posapp.ui.navigation import Navigation, Place
from posapp.ui.opening import Opening
from posapp.ui.widgets.banner import Banner

if TYPE_CHECKING:
    from posapp.desk.desk import Desk
    from posapp.desk.soundness import Notice
    from posapp.model.secret import Secret
    from posapp.ui.cases.screen import CasesScreen
    from posapp.ui.lock.screen import LockScreen
    from posapp.ui.notices.strip import NoticeStrip
    from posapp.ui.payments.screen import PaymentsScreen
    from posapp.ui.reconcile.screen import ReconcileScreen
    from posapp.ui.settings.screen import SettingsScreen

_PLACES = (
    Place("counter", "Counter", "Ctrl+1"),
    Place("payments", "Payments", "Ctrl+2"),
    Place("cases", "Open cases", "Ctrl+3"),
    Place("reconcile", "Reconcile", "Ctrl+4"),
    Place("settings", "Settings", "Ctrl+5"),
)

_CUT_OFF = (
    "The shared ledger does not answer. No payment or refund can be made until it is back; "
    "nothing that was sent is lost."
)


class MainWindow(QMainWindow):
    """``painted`` once, after the first paint; ``close_wanted`` when somebody closes it.

    The window never closes by itself: whoever owns it ends what is running and then calls
    ``leave``.
    """

    painted = Signal()
    close_wanted = Signal()
    used = Signal()

    def __init__(self, opening: Opening, style: AmountStyle, *, training: bool, currency: str):
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("posapp – training" if training else "posapp")
        self.resize(*theme.WINDOW)
        self._opening = opening
        self._style = style
        self._training = training
        self.insisted = False  # somebody closed it a second time while money was on its way
        self._may_close = False
        self._was_painted = False
        self._desk: Desk | None = None
        self.messages = Messages(self)
        self.banner = Banner()
        if not training:
            self.banner.hide()
        self.banner.words.setText("Training — no real money moves")
        self.cut_off = Banner(name="cut_off", tone="not_moved")
        self.cut_off.words.setText(_CUT_OFF)
        self.cut_off.hide()
        self.navigation = Navigation(_PLACES)
        self.counter = CounterScreen(opening, self.messages, style, currency=currency)
        self._lock: LockScreen | None = None
        self.notices: NoticeStrip | None = None
        self.payments: PaymentsScreen | None = None
        self.cases: CasesScreen | None = None
        self.reconcile: ReconcileScreen | None = None
        self.settings: SettingsScreen | None = None
        self._screens = QStackedWidget()
        self._above = QVBoxLayout()  # what stands over every screen
        self._front = QStackedWidget()
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._build()
        self.navigation.stand_on("counter")
        self.navigation.chosen.connect(self.go_to)
        self.navigation.lock_wanted.connect(self.lock_now)
        self.counter.receipt_wanted.connect(self.show_receipt)
        self._idle.timeout.connect(self.lock_now)

    @property
    def desk(self) -> Desk | None:
        """The desk, once it is open."""
        return self._desk

    def lock_screen(self) -> LockScreen:
        """The lock screen, made when it is first needed."""
        if self._lock is None:
            from posapp.ui.lock.screen import LockScreen

            self._lock = LockScreen()
            self._lock.entered.connect(self._back_from_lock)
            self._front.addWidget(self._lock)
        return self._lock

    def complete(self) -> None:
        """Build what the first paint did not need."""
        self.counter.complete()

    @property
    def locked(self) -> bool:
        return self._front.currentWidget() is not self._work

    async def begin(self, desk: Desk) -> None:
        """The desk is open: fill the screens and hand them over."""
        self._desk = desk
        self.navigation.shop.setText(desk.settings.shop.name)
        self._show_person()
        await self.counter.begin()
        self.counter.card_form.account.currentIndexChanged.connect(self._show_mode)
        self._show_mode()
        desk.news.listen(self._something_changed)
        await self._show_notices()
        if not desk.training:
            self._idle.setInterval(desk.settings.lock_after_minutes * 60_000)
            self._idle.start()
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def make_back_office(self, desk: Desk) -> None:
        """Build the screens that no caller waits for."""
        self.lock_screen()
        from posapp.ui.cases.screen import CasesScreen
        from posapp.ui.payments.screen import PaymentsScreen
        from posapp.ui.reconcile.screen import ReconcileScreen
        from posapp.ui.settings.screen import SettingsScreen

        self.payments = PaymentsScreen(self._opening, self.messages, self._style)
        self.payments.receipt_wanted.connect(self.show_receipt)
        self.payments.counted.connect(self._badge)
        self.cases = CasesScreen(self._opening, self.messages, self._style)
        self.cases.counted.connect(self._badge_cases)
        self.counter.case_wanted.connect(self.cases.open_case)
        self._above.addWidget(self.cases.banner)
        self.reconcile = ReconcileScreen(self._opening, self.messages, self._style)
        self.settings = SettingsScreen(desk, self.messages)
        self._screens.addWidget(self.payments)
        self._screens.addWidget(self.cases)
        self._screens.addWidget(self.reconcile)
        self._screens.addWidget(self.settings)
        do(
            self.payments.begin(),
            name="open the payments",
            owner=self.payments,
            messages=self.messages,
        )
        do(self.cases.begin(), name="open the cases", owner=self.cases, messages=self.messages)

    def go_to(self, key: str) -> None:
        """Bring a screen to the front: one of ``_PLACES``, by its key."""
        screen = {
            "counter": self.counter,
            "payments": self.payments,
            "cases": self.cases,
            "reconcile": self.reconcile,
            "settings": self.settings,
        }[key]
        if screen is None:
            self.navigation.stand_on("counter")
            return
        self.messages.clear()
        self._screens.setCurrentWidget(screen)
        self.navigation.stand_on(key)
        if self.payments is not None and screen is self.payments:
            self.payments.activate()
        elif self.reconcile is not None and screen is self.reconcile:
            self.reconcile.activate()
        elif screen is self.counter:
            self.counter.order_panel.focus_search()
        elif self.cases is not None and screen is self.cases:
            self.cases.activate()
        elif self.settings is not None:
            self.settings.activate()

    def ask_passphrase(self, shop: str, check: Callable[[Secret], Awaitable[None]]) -> None:
        """Stand at the door until the vault is open."""
        lock = self.lock_screen()
        self._bring(lock)
        lock.ask_passphrase(shop, check)

    def show_front(self, widget: QWidget) -> None:
        """Put something else than the work in front (the first start)."""
        if self._front.indexOf(widget) < 0:
            self._front.addWidget(widget)
        self._bring(widget)

    def show_work(self) -> None:
        self._bring(self._work)
        self.counter.order_panel.focus_search()

    def _bring(self, widget: QWidget) -> None:
        """To the front. Work that goes on behind it can take neither keys nor the focus."""
        self._work.setEnabled(widget is self._work)
        self._front.setCurrentWidget(widget)
        if self.notices is not None:
            self.notices.lock(widget is not self._work)

    def lock_now(self) -> None:
        """Somebody leaves the till. Work waits behind the lock; card fields are emptied."""
        if self._desk is None or self.locked:
            return
        self.counter.lock()
        self.messages.clear()
        lock = self.lock_screen()
        self._bring(lock)
        hint = (
            f"Practise the lock: the PIN here is {self._desk.people.training_pin}."
            if self._training
            else ""
        )
        lock.ask_pin(self._desk.people.name, self._desk.people.enter, hint=hint)
        do(self._desk.people.leave(), name="lock", owner=None, messages=self.messages)

    def show_receipt(self, attempt_id: int) -> None:
        spawn(self._show_receipt(attempt_id), name="receipt", owner=self)

    def leave(self) -> None:
        """Close for good."""
        self._may_close = True
        self._idle.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.messages.place()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self._idle.start()
        return False

    async def _show_receipt(self, attempt_id: int) -> None:
        from posapp.runtime.dialogs import show
        from posapp.ui.receipt.dialog import ReceiptDialog

        desk = await self._opening.desk()
        try:
            receipt = await desk.papers.receipt(attempt_id, self._style)
        except Refused as problem:
            self.messages.problem(str(problem))
            return
        await show(ReceiptDialog(receipt, self))

    def _show_mode(self) -> None:
        """Test looks like test: the strip stands there unless the chosen account is live."""
        if self._desk is None:
            return
        chosen = self.counter.card_form.chosen_account()
        accounts = {account.id: account for account in self._desk.settings.accounts}
        account = accounts.get(chosen)
        self.banner.setVisible(self._training or (account is not None and account.mode != "live"))
        if not self._training:
            self.banner.words.setText("Test account — no real money moves")
        label = account.label if account else "No gateway account yet"
        self.banner.place.setText(f"{label} · Till {self._desk.till.name}")

    def _badge(self, number: int) -> None:
        self.navigation.badge("payments", number)

    def _badge_cases(self, number: int) -> None:
        self.navigation.badge("cases", number)

    def _something_changed(self) -> None:
        if self._desk is not None:
            self.navigation.shop.setText(self._desk.settings.shop.name)
            self._show_mode()
            self._show_cut_off(self._desk.till.is_cut_off)
            spawn(self._show_notices(), name="show notices", owner=self)

    def _show_cut_off(self, cut_off: bool) -> None:
        """Said aloud once, when it happens."""
        if cut_off and self.cut_off.isHidden():
            self.messages.speak(_CUT_OFF)
        self.cut_off.setVisible(cut_off)

    async def _show_notices(self) -> None:
        """What everybody at the till has to know; the strip is made with the first such thing."""
        if self._desk is None:
            return
        found = await self._desk.soundness.notices()
        if self.notices is None:
            if not found:
                return
            from posapp.ui.notices.strip import NoticeStrip

            self.notices = NoticeStrip()
            self.notices.wanted.connect(self._act_on)
            self.notices.lock(self.locked)
            self._whole.insertWidget(1, self.notices)
        self.notices.show_notices(found)

    def _act_on(self, notice: Notice) -> None:
        desk = self._desk
        if desk is None:
            return
        who = desk.people.who
        act = (
            desk.soundness.resume(notice.account, who=who)
            if notice.account
            else self._accept_copy(desk)
        )
        do(act, name="act on a notice", owner=self, messages=self.messages)

    async def _accept_copy(self, desk: Desk) -> None:
        await desk.soundness.accept_copy(who=desk.people.who)
        await self.counter.take_up()

    def _back_from_lock(self) -> None:
        if self._desk is not None:
            self.show_work()
            self._show_person()

    def _show_person(self) -> None:
        if self._desk is not None:
            who = self._desk.people.who or self._desk.people.name
            self.navigation.who.setText(f"{who} · till {self._desk.till.name}")

    def _build(self) -> None:
        self._work = QWidget()
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        self._screens.addWidget(self.counter)
        side = QVBoxLayout()
        side.setSpacing(0)
        side.addLayout(self._above)
        side.addWidget(self._screens, 1)
        row.addLayout(side, 1)
        self.messages.stand_on(self._screens)
        self._front.addWidget(self._work)
        whole = QWidget()
        column = self._whole = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.cut_off)
        column.addWidget(self._front, 1)
        self.setCentralWidget(whole)
        self.counter.order_panel.search.input.setFocus(Qt.FocusReason.OtherFocusReason)
