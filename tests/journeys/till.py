"""Drives the real window in the words of the trade, with the keyboard only.

Keys go to whatever has the focus, as they do for a person; widgets are found by object name and
only read. Nothing here touches a private attribute or presses a mouse button.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from tests.waiting import until

NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
SAVE_AS = "file.save"
_PATIENCE = 20.0  # seconds; a bound for hangs, never a measure
_STATIONS = 80  # more than any screen has


class Till:
    """One person at the window. ``pace`` is the pause in seconds after each key."""

    def __init__(self, window: QWidget, *, pace: float = 0.0) -> None:
        self.window = window
        self.pace = pace

    # What stands on the screen.

    def find(self, name: str) -> QWidget:
        """The widget with this object name, wherever it is."""
        found = self.window.findChildren(QWidget, name)
        assert found, f"There is no {name} in the window"
        shown = [widget for widget in found if widget.isVisible()]
        return (shown or found)[-1]

    def shows(self, name: str) -> bool:
        """Whether a widget with this name can be seen now."""
        return any(widget.isVisible() for widget in self.window.findChildren(QWidget, name))

    def reads(self, name: str) -> str:
        """The text of a label, line, button or choice; the spoken name of anything else."""
        widget = self.find(name)
        if isinstance(widget, QLabel | QLineEdit):
            return widget.text()
        if isinstance(widget, QPushButton):
            return widget.text().replace("&&", "&")
        if isinstance(widget, QComboBox):
            return widget.currentText()
        return widget.accessibleName()

    def problem(self, name: str) -> str:
        """The sentence beside a field, as it is read out."""
        return self.find(name).accessibleDescription()

    def rows(self, name: str) -> list[str]:
        """The rows of a list, as they are read out."""
        view = self.find(name)
        assert isinstance(view, QAbstractItemView)
        model: QAbstractItemModel = view.model()
        spoken = Qt.ItemDataRole.AccessibleTextRole
        return [str(model.index(row, 0).data(spoken)) for row in range(model.rowCount())]

    def fact(self, name: str) -> str:
        """A value that stands beside its name, as it is read out (``Refunded: € 5.00``); empty
        where that name does not stand on the screen."""
        lead = f"{name}: "
        spoken = [
            label.accessibleName().removeprefix(lead)
            for label in self.window.findChildren(QLabel)
            if label.isVisible() and label.accessibleName().startswith(lead)
        ]
        return plain(spoken[-1]) if spoken else ""

    def words(self) -> str:
        """Everything that can be read in all windows, line by line."""
        lines: list[str] = []
        for top in QApplication.topLevelWidgets():
            for widget in (top, *top.findChildren(QWidget)):
                lines += said_by(widget)
        return "\n".join(line for line in lines if line)

    def sees(self, words: str) -> bool:
        """Whether these words stand on a label that can be seen."""
        return any(
            plain(words) in plain(label.text())
            for label in self.window.findChildren(QLabel)
            if label.isVisible()
        )

    @property
    def focus(self) -> str:
        """The object name of what the keyboard goes to."""
        widget = QApplication.focusWidget()
        return widget.objectName() if widget is not None else ""

    # Keys.

    async def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(await self._hands(), key, modifiers)
        await asyncio.sleep(self.pace)

    async def type(self, text: str) -> None:
        for character in text:
            QTest.keyClicks(await self._hands(), character)
            await asyncio.sleep(self.pace)

    async def hold_enter(self, until_result: str) -> None:
        """Enter, kept down until this result stands there, and a while longer.

        The system repeats the press as long as a hand rests on the key.
        """
        key, more = Qt.Key.Key_Return, 20
        repeated = False
        async with asyncio.timeout(_PATIENCE):
            while more:
                press = QKeyEvent(QEvent.Type.KeyPress, key, NONE, "\r", repeated, 1)
                QApplication.sendEvent(await self._hands(), press)
                await asyncio.sleep(0.01)
                repeated = True
                more -= self.status() == until_result
        QTest.keyRelease(await self._hands(), key)

    async def tab_to(self, name: str) -> None:
        """Press Tab until the focus is there; fails where Tab does not lead there."""
        seen: list[str] = []
        await self._hands()
        for _ in range(_STATIONS):
            if self.focus == name:
                return
            seen.append(self.focus)
            await self.press(Qt.Key.Key_Tab)
        raise AssertionError(
            f"Tab does not lead to {name}; it leads to {list(dict.fromkeys(seen))}"
        )

    async def replace(self, text: str) -> None:
        """Type over what is in the line that has the focus."""
        await self.press(Qt.Key.Key_A, CTRL)
        if text:
            await self.type(text)
        else:
            await self.press(Qt.Key.Key_Delete)

    async def fill(self, name: str, text: str) -> None:
        await self.tab_to(name)
        await self.replace(text)

    async def choose(self, name: str, words: str) -> None:
        """Go to a drop-down and press Down until these words stand in it."""
        await self.tab_to(name)
        choice = self.find(name)
        assert isinstance(choice, QComboBox)
        await self.press(Qt.Key.Key_Home)
        for _ in range(choice.count()):
            if choice.currentText() == words:
                return
            await self.press(Qt.Key.Key_Down)
        raise AssertionError(f"There is no “{words}” in {name}")

    # The order.

    async def find_product(self, words: str) -> None:
        """F2, type, Enter: the best match becomes a line."""
        before = len(self.lines())
        await self.press(Qt.Key.Key_F2)
        await self.type(words)
        await self.press(Qt.Key.Key_Return)
        await until(lambda: len(self.lines()) == before + 1, _PATIENCE, what=f"line for {words}")

    async def custom_line(self, words: str) -> None:
        """A name and a price that are in no catalogue; the same keys."""
        await self.find_product(words)

    def lines(self) -> list[str]:
        return [plain(row) for row in self.rows("counter.lines")]

    def total(self) -> str:
        return plain(self.reads("counter.total"))

    async def customer(self, words: str) -> None:
        """F3, a name, a phone number or an e-mail address, Enter."""
        await self.press(Qt.Key.Key_F3)
        await self.type(words)
        await self.press(Qt.Key.Key_Return)

    async def account(self, label: str) -> None:
        """Choose the gateway account that charges."""
        await self.choose("counter.account", label)

    # The card.

    async def card_number(self, number: str) -> None:
        await self.press(Qt.Key.Key_F8)
        await self.type(number)

    async def key_card(
        self, number: str, *, expiry: str = "12 40", code: str = "123", postcode: str = "28195"
    ) -> None:
        """F8, then field after field with Tab."""
        await self.card_number(number)
        for name, text in (
            ("card.expiry", expiry),
            ("card.code", code),
            ("card.postcode", postcode),
        ):
            await self.tab_to(name)
            await self.type(text)

    async def charge(self) -> str:
        """Enter, and wait for the answer: approved, declined, unknown or action_needed."""
        await self.press(Qt.Key.Key_Return)
        return await self.result()

    async def result(self) -> str:
        await until(self.status, _PATIENCE, what="the result of the charge")
        return self.status()

    async def becomes(self, status: str) -> None:
        await until(lambda: self.status() == status, _PATIENCE, what=f"{status} on the screen")

    def status(self) -> str:
        """What the result says; empty while there is none on the screen."""
        return str(self.find("result.status").property("status") or "")

    async def go_on(self) -> None:
        """The button on the result has the focus: Enter."""
        await self._hands()
        assert self.focus == "result.next", f"The focus is at {self.focus}"
        await self.press(Qt.Key.Key_Return)
        await until(lambda: self.shows("card.number"), _PATIENCE, what="the card form")

    async def phone_order(self, *, product: str = "mug", caller: str = "Ada Muster") -> None:
        """A usual order up to the card: one line, one customer."""
        await self.find_product(product)
        await self.customer(caller)

    # The receipt.

    async def receipt(self) -> None:
        """Ctrl+P on the result."""
        await self.press(Qt.Key.Key_P, CTRL)
        await until(lambda: self.shows("receipt"), _PATIENCE, what="the receipt")

    async def save_receipt(self, path: Path) -> None:
        """Ctrl+S, the name of the file, Enter."""
        await self.press(Qt.Key.Key_S, CTRL)
        await until(lambda: self.shows(SAVE_AS), _PATIENCE, what="the save dialog")
        await self.replace(str(path))
        await self.press(Qt.Key.Key_Return)
        await until(lambda: not self.shows(SAVE_AS), _PATIENCE, what="the save dialog to close")
        await until(path.exists, _PATIENCE, what="the file")

    async def leave(self, name: str) -> None:
        """Esc closes a dialog."""
        await self.press(Qt.Key.Key_Escape)
        await until(lambda: not self.shows(name), _PATIENCE, what=f"{name} to close")

    # Payments.

    async def counter(self) -> None:
        await self.press(Qt.Key.Key_1, CTRL)
        await until(lambda: self.shows("counter"), _PATIENCE, what="the counter")

    async def settings(self) -> None:
        await self.press(Qt.Key.Key_5, CTRL)
        await until(lambda: self.shows("settings"), _PATIENCE, what="the settings")

    async def payments(self) -> None:
        await self.press(Qt.Key.Key_2, CTRL)
        await until(lambda: self.shows("payments"), _PATIENCE, what="the payments")

    async def look_up(self, words: str, *, found: int) -> None:
        """Search the payments and wait for so many rows."""
        await self.press(Qt.Key.Key_F, CTRL)
        await self.replace(words)
        await self.press(Qt.Key.Key_Return)
        await until(
            lambda: self.shown_payments() == found, _PATIENCE, what=f"{found} rows for “{words}”"
        )

    def shown_payments(self) -> int:
        return len(self.rows("payments.list")) if self.shows("payments.list") else 0

    async def check_with_gateway(self) -> None:
        await self.tab_to("payment.check")
        await self.press(Qt.Key.Key_Return)
        await until(lambda: self.find("payment.check").isEnabled(), _PATIENCE, what="the answer")

    async def ask_refund(self) -> None:
        """Open the refund dialog of the payment that is shown."""
        await until(
            lambda: self.find("payment.refund").isEnabled(), _PATIENCE, what="a refundable payment"
        )
        await self.tab_to("payment.refund")
        await self.press(Qt.Key.Key_Return)
        await until(lambda: self.shows("refund"), _PATIENCE, what="the refund dialog")

    async def refund(self, amount: str, *, reason: str) -> None:
        """Fill the dialog and send it; leaves when it has closed."""
        await self.ask_refund()
        await self.fill("refund.amount", amount)
        await self.fill("refund.reason", reason)
        await self.press(Qt.Key.Key_Return)
        await until(lambda: not self.shows("refund"), _PATIENCE, what="the refund to be taken")

    def timeline(self) -> list[str]:
        return [plain(row) for row in self.rows("payment.timeline")]

    # Open cases.

    async def cases(self) -> None:
        await self.press(Qt.Key.Key_3, CTRL)
        await until(lambda: self.shows("cases"), _PATIENCE, what="the open cases")

    def open_cases(self) -> list[str]:
        return [plain(row) for row in self.rows("cases.list")] if self.shows("cases.list") else []

    async def open_case(self, dialog: str = "case") -> None:
        """Enter on the row one stands on."""
        await self.tab_to("cases.list")
        await self.press(Qt.Key.Key_Return)
        await until(lambda: self.shows(dialog), _PATIENCE, what=f"the dialog {dialog}")

    # The lock.

    async def lock(self) -> None:
        await self.press(Qt.Key.Key_L, CTRL)
        await until(lambda: self.shows("lock"), _PATIENCE, what="the lock")

    async def unlock(self, pin: str) -> None:
        await self.type(pin)
        await self.press(Qt.Key.Key_Return)
        await until(lambda: not self.shows("lock"), _PATIENCE, what="the lock to open")

    async def _hands(self) -> QWidget:
        """Where the keys of a person go now.

        A dialog that has just opened is on top of everything, though the keyboard reaches it a
        moment later. When it closes, a window manager hands the keyboard back to the window below;
        the offscreen platform has none, so that is done here.
        """
        if not _keyboard_is_on_top():
            (QApplication.activeModalWidget() or self.window).activateWindow()
            await until(_keyboard_is_on_top, _PATIENCE, what="a window with the keyboard")
        return QApplication.focusWidget() or QApplication.activeWindow() or self.window


def _keyboard_is_on_top() -> bool:
    active, modal = QApplication.activeWindow(), QApplication.activeModalWidget()
    return active is not None and (modal is None or active is modal)


def plain(text: str) -> str:
    """With usual spaces, as a person would write it."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def said_by(widget: QObject) -> list[str]:
    """Every text a widget can give away: what it shows, says, hints at or keeps."""
    said = [
        getattr(widget, name)()
        for name in (
            "text",
            "placeholderText",
            "currentText",
            "toolTip",
            "accessibleName",
            "accessibleDescription",
            "windowTitle",
            "statusTip",
            "whatsThis",
        )
        if callable(getattr(widget, name, None))
    ]
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        said += [model.index(row, 0).data() for row in range(model.rowCount())]
    names = [str(name.data(), "utf-8") for name in widget.dynamicPropertyNames()]
    said += [widget.property(name) for name in names if not name.startswith("_")]  # Qt’s own
    return [str(text) for text in said if text]
