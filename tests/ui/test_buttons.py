"""Buttons, filters and pills: pressed once for one press, and read out as they are shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from posapp.ui.widgets.buttons import Button, Chip
from posapp.ui.widgets.pill import Pill
from tests.ui.conftest import Show

Key = Qt.Key


class Presses:
    def __init__(self, button: Button) -> None:
        self.number = 0
        button.clicked.connect(self.one)

    def one(self) -> None:
        self.number += 1


def hold(button: Button, key: Qt.Key) -> None:
    """What the keyboard sends while a key is held down."""
    kind, none = QEvent.Type.KeyPress, Qt.KeyboardModifier.NoModifier
    for _ in range(10):
        QApplication.sendEvent(button, QKeyEvent(kind, key, none, "\r", True, 1))


@pytest.fixture
def charge(show: Show) -> Button:
    button = Button("Charge", name="card.charge", kind="primary", shortcut="Enter")
    show(button)
    return button


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
def test_a_key_presses_the_button_once(charge: Button, key: Qt.Key) -> None:
    presses = Presses(charge)
    QTest.keyClick(charge, key)
    assert presses.number == 1


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_a_key_that_is_held_down_presses_it_once(charge: Button, key: Qt.Key) -> None:
    presses = Presses(charge)
    QTest.keyPress(charge, key)
    hold(charge, key)
    assert presses.number == 1


def test_a_button_that_is_off_is_not_pressed(charge: Button) -> None:
    presses = Presses(charge)
    charge.setEnabled(False)
    QTest.keyClick(charge, Key.Key_Return)
    QTest.mouseClick(charge, Qt.MouseButton.LeftButton)
    assert presses.number == 0


def test_a_button_can_be_pressed_by_its_key_from_anywhere(show: Show, qtbot: QtBot) -> None:
    first = Button("Next order", name="result.next")
    link = Button("Payment link", name="counter.pay_link", shortcut="F9")
    link.bind("F9")
    window = show(first, link)
    presses = Presses(link)
    QTest.keyClick(window, Key.Key_F9)
    qtbot.waitUntil(lambda: presses.number == 1)
    assert first.hasFocus()


def test_a_button_is_read_out_with_its_shortcut(charge: Button) -> None:
    assert charge.objectName() == "card.charge"
    assert charge.accessibleName() == "Charge (Enter)"
    charge.say("Charge € 12.90", accessible="Charge twelve ninety")
    assert charge.accessibleName() == "Charge twelve ninety (Enter)"
    assert charge.words() == "Charge € 12.90"


@pytest.mark.usefixtures("dressed")
def test_an_ampersand_is_shown_and_makes_no_shortcut() -> None:
    button = Button("Mugs & more", name="x")
    assert button.words() == "Mugs & more"
    assert button.shortcut().isEmpty()
    assert button.accessibleName() == "Mugs & more"


def test_a_button_has_room_for_its_words(charge: Button) -> None:
    short = charge.sizeHint().width()
    charge.say("Charge € 1,234,567.90")
    assert charge.sizeHint().width() > short
    assert charge.minimumSizeHint() == charge.sizeHint()


@pytest.mark.usefixtures("dressed")
def test_a_filter_shows_and_says_its_count() -> None:
    chip = Chip("Not known", name="payments.unknown", tone="not_known")
    assert (chip.text(), chip.accessibleName()) == ("Not known", "Not known")
    narrow = chip.sizeHint().width()
    chip.count(3)
    assert chip.text() == "Not known\u20023"
    assert chip.accessibleName() == "Not known: 3"
    assert chip.sizeHint().width() > narrow
    chip.count(None)
    assert chip.accessibleName() == "Not known"


def test_a_filter_is_switched_by_the_keyboard(show: Show) -> None:
    chip = Chip("All", name="payments.all")
    show(chip)
    off = chip.grab().toImage()
    QTest.keyClick(chip, Key.Key_Space)
    assert chip.isChecked()
    assert chip.grab().toImage() != off


def test_a_pill_says_its_state_and_hides_when_there_is_none(show: Show) -> None:
    pill = Pill(name="payment.state")
    show(pill)
    pill.show_state("Captured", "moved")
    assert (pill.text(), pill.accessibleName(), pill.isVisible()) == ("Captured",) * 2 + (True,)
    pill.show_state("", "neutral")
    assert not pill.isVisible()


@pytest.mark.parametrize("tone", ["moved", "not_known", "not_moved", "neutral"])
def test_each_tone_of_a_pill_looks_different(show: Show, tone: str) -> None:
    pill, other = Pill(), Pill()
    pill.show_state("State", tone)
    other.show_state("State", "moved" if tone != "moved" else "not_moved")
    show(pill, other)
    assert pill.grab().toImage() != other.grab().toImage()
