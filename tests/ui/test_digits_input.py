"""The fields for card number and code: typed, pasted, moved out, and never anywhere else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from posapp.ui.widgets.fields import Field
from posapp.ui.widgets.secret_field import DigitsInput
from tests.ui.conftest import Show

NUMBER = "4242424242424242"
AMEX = "378282246310005"
Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def number(show: Show) -> DigitsInput:
    field = number_field()
    show(field, QLineEdit())
    return field


def number_field() -> DigitsInput:
    return DigitsInput(
        name="card.number", most=19, grouped=True, shown_at_rest=4, shown_while_typing=True
    )


def code_field() -> DigitsInput:
    return DigitsInput(
        name="card.code", most=4, grouped=False, shown_at_rest=0, shown_while_typing=False
    )


def held(field: DigitsInput) -> str:
    return bytes(field.digits.view()).decode()


def at_rest(show: Show, field: DigitsInput, digits: str) -> QImage:
    """A picture of the field after the digits were typed and the focus went on."""
    other = QLineEdit()
    show(field, other)
    field.setFixedSize(320, 36)
    QTest.keyClicks(field, digits)
    other.setFocus()
    assert not field.hasFocus()
    return field.grab().toImage()


def test_digits_are_taken_as_they_are_typed(number: DigitsInput) -> None:
    changes: list[int] = []
    number.changed.connect(lambda: changes.append(len(number.digits)))
    QTest.keyClicks(number, "4242 42-42.x!")
    assert held(number) == "42424242"
    assert changes == list(range(1, 9))


def test_no_more_digits_are_taken_than_there_is_room_for(show: Show) -> None:
    field = code_field()
    show(field)
    QTest.keyClicks(field, "73712")
    assert held(field) == "7371"


def test_the_cursor_goes_where_the_keys_say(number: DigitsInput) -> None:
    QTest.keyClicks(number, "123")
    QTest.keyClick(number, Key.Key_Home)
    QTest.keyClicks(number, "9")
    QTest.keyClick(number, Key.Key_Right)
    QTest.keyClicks(number, "8")
    QTest.keyClick(number, Key.Key_End)
    QTest.keyClicks(number, "7")
    QTest.keyClick(number, Key.Key_Left)
    QTest.keyClicks(number, "6")
    assert held(number) == "9182367"


def test_the_cursor_stays_inside_the_digits(number: DigitsInput) -> None:
    QTest.keyClicks(number, "12")
    for _ in range(5):
        QTest.keyClick(number, Key.Key_Right)
    QTest.keyClicks(number, "3")
    for _ in range(9):
        QTest.keyClick(number, Key.Key_Left)
    QTest.keyClicks(number, "0")
    assert held(number) == "0123"


def test_backspace_and_delete_take_the_digit_beside_the_cursor(number: DigitsInput) -> None:
    QTest.keyClicks(number, "12345")
    QTest.keyClick(number, Key.Key_Backspace)
    assert held(number) == "1234"
    QTest.keyClick(number, Key.Key_Home)
    QTest.keyClick(number, Key.Key_Backspace)
    assert held(number) == "1234"
    QTest.keyClick(number, Key.Key_Delete)
    assert held(number) == "234"
    QTest.keyClick(number, Key.Key_End)
    QTest.keyClick(number, Key.Key_Delete)
    assert held(number) == "234"
    QTest.keyClick(number, Key.Key_Left)
    QTest.keyClick(number, Key.Key_Backspace, CTRL)
    assert held(number) == "4"


def test_enter_submits(number: DigitsInput, qtbot: QtBot) -> None:
    with qtbot.waitSignal(number.submitted):
        QTest.keyClick(number, Key.Key_Return)
    with qtbot.waitSignal(number.submitted):
        QTest.keyClick(number, Key.Key_Enter)


def test_a_pad_on_the_screen_types_and_erases(number: DigitsInput) -> None:
    for key in "4242":
        number.press(key)
    number.erase()
    assert held(number) == "424"


@pytest.mark.usefixtures("clipboard")
@pytest.mark.parametrize(
    "pasted",
    [NUMBER, "4242 4242 4242 4242", "4242-4242-4242-4242", " 4242\u00a04242\t42424242\r\n"],
)
def test_a_number_is_pasted_with_or_without_gaps(
    number: DigitsInput, qtbot: QtBot, pasted: str
) -> None:
    QTest.keyClicks(number, "999")
    QGuiApplication.clipboard().setText(pasted)
    with qtbot.waitSignal(number.changed):
        QTest.keyClick(number, Key.Key_V, CTRL)
    assert held(number) == NUMBER


@pytest.mark.usefixtures("clipboard")
@pytest.mark.parametrize(
    "pasted",
    ["", "  ", " - ", "Ada Muster", "card 4242424242424242", "42424242424242424242", "٤٢٤٢",
     "4242 ٤٢٤٢"],
)  # fmt: skip
def test_what_is_no_number_is_not_pasted_and_takes_nothing_away(
    number: DigitsInput, pasted: str
) -> None:
    QTest.keyClicks(number, "999")
    QGuiApplication.clipboard().setText(pasted)
    QTest.keyClick(number, Key.Key_V, CTRL)
    assert held(number) == "999"


@pytest.mark.usefixtures("clipboard")
@pytest.mark.parametrize("key", [Key.Key_C, Key.Key_X, Key.Key_Insert])
def test_nothing_can_be_copied_or_cut(number: DigitsInput, key: Qt.Key) -> None:
    QGuiApplication.clipboard().setText("as before")
    QTest.keyClicks(number, NUMBER)
    QTest.keyClick(number, Key.Key_A, CTRL)
    QTest.keyClick(number, key, CTRL)
    QTest.mouseDClick(number, Qt.MouseButton.LeftButton)
    QTest.keyClick(number, key, CTRL)
    assert QGuiApplication.clipboard().text() == "as before"
    assert held(number) == NUMBER


@pytest.mark.usefixtures("clipboard")
def test_the_middle_button_pastes_nothing(number: DigitsInput) -> None:
    QGuiApplication.clipboard().setText(NUMBER)
    QTest.mouseClick(number, Qt.MouseButton.MiddleButton)
    assert held(number) == ""


def test_what_an_input_method_commits_is_typed(number: DigitsInput) -> None:
    event = QInputMethodEvent("", [])
    event.setCommitString("42a42")
    QApplication.sendEvent(number, event)
    assert held(number) == "4242"


def test_wiping_empties_field_and_memory(number: DigitsInput, qtbot: QtBot) -> None:
    QTest.keyClicks(number, NUMBER)
    memory = number.digits.view()
    with qtbot.waitSignal(number.changed):
        number.wipe()
    assert held(number) == ""
    assert not any(memory)
    QTest.keyClicks(number, "1")
    assert held(number) == "1"


def test_taking_moves_the_digits_out_without_a_copy(number: DigitsInput) -> None:
    QTest.keyClicks(number, NUMBER)
    typed = number.digits
    taken = number.take()
    assert taken is typed
    assert bytes(taken.view()).decode() == NUMBER
    assert held(number) == ""
    QTest.keyClicks(number, "1")
    assert (held(number), len(taken)) == ("1", 16)


def test_the_digits_are_no_text_of_any_widget(show: Show) -> None:
    number, code = number_field(), code_field()
    window = show(Field("Card number", number), Field("Security code", code))
    QTest.keyClicks(number, NUMBER)
    QTest.keyClicks(code, "7377")
    for widget in (window, *window.findChildren(QWidget)):
        meta = widget.metaObject()
        names = [str(meta.property(i).name()) for i in range(meta.propertyCount())]
        said = " ".join(str(widget.property(name)) for name in names) + repr(widget)
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            said += " ".join(interface.text(kind) for kind in QAccessible.Text)
            assert interface.valueInterface() is None or widget not in (number, code)
        assert NUMBER not in said
        assert "7377" not in said
    assert QAccessible.queryAccessibleInterface(number).text(QAccessible.Text.Name)


def test_a_number_at_rest_shows_its_last_four_and_nothing_else(show: Show) -> None:
    shown = at_rest(show, number_field(), "4242424242424242")
    same_end = at_rest(show, number_field(), "4000058260004242")
    other_end = at_rest(show, number_field(), "4242424242424243")
    assert shown == same_end
    assert shown != other_end


def test_a_code_at_rest_shows_only_how_long_it_is(show: Show) -> None:
    shown = at_rest(show, code_field(), "737")
    assert shown == at_rest(show, code_field(), "100")
    assert shown != at_rest(show, code_field(), "1000")


def test_a_code_is_hidden_while_it_is_typed(show: Show) -> None:
    pictures = []
    for digits in ("737", "100"):
        field = code_field()
        show(field)
        field.setFixedSize(120, 36)
        QTest.keyClicks(field, digits)
        assert field.hasFocus()
        pictures.append(field.grab().toImage())
    assert pictures[0] == pictures[1]


def test_a_number_is_shown_while_it_is_typed(show: Show) -> None:
    pictures = []
    for digits in ("4242424242424242", "4000058260004242"):
        field = number_field()
        show(field)
        field.setFixedSize(320, 36)
        QTest.keyClicks(field, digits)
        pictures.append(field.grab().toImage())
    assert pictures[0] != pictures[1]


def test_a_click_puts_the_cursor_between_the_digits(number: DigitsInput) -> None:
    QTest.keyClicks(number, "1234")
    QTest.mouseClick(number, Qt.MouseButton.LeftButton, pos=QPoint(0, 10))
    QTest.keyClicks(number, "9")
    QTest.mouseClick(number, Qt.MouseButton.LeftButton, pos=QPoint(300, 10))
    QTest.keyClicks(number, "8")
    assert held(number) == "912348"


def test_an_amex_number_of_fifteen_digits_is_painted_in_its_own_groups(show: Show) -> None:
    amex, visa = number_field(), number_field()
    show(amex, visa)
    QTest.keyClicks(amex, AMEX)
    QTest.keyClicks(visa, NUMBER)
    assert held(amex) == AMEX
    assert amex.grab().toImage() != visa.grab().toImage()


def test_leaving_the_field_says_that_it_is_finished(number: DigitsInput, qtbot: QtBot) -> None:
    QTest.keyClicks(number, "42")
    with qtbot.waitSignal(number.finished):
        number.clearFocus()


def test_nothing_can_be_dropped_and_no_input_method_looks_on(number: DigitsInput) -> None:
    assert not number.acceptDrops()
    assert not number.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
