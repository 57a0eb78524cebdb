"""Secret digits: typed and deleted as in any field, wiped for good, never shown or copied."""

from __future__ import annotations

import copy
import ctypes
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.card import Card, Digits, Expiry

TRAINING_CARD = "4242424242424242"

digit_text = st.text(alphabet="0123456789", max_size=40)


def digits(text: str) -> Digits:
    return Digits(text.encode("ascii"))


def read(hidden: Digits) -> str:
    return bytes(hidden.view()).decode("ascii")


def whole_room(hidden: Digits) -> memoryview:
    """All the bytes the digits are kept in."""
    room = hidden.view().obj
    assert isinstance(room, bytearray)
    return memoryview(room)


edits = st.lists(
    st.tuples(st.integers(-2, 45), st.integers(-2, 45), st.sampled_from("0123456789x")),
    max_size=60,
)


@given(start=digit_text, changes=edits)
def test_typing_and_deleting_do_what_they_do_in_any_field(
    start: str, changes: list[tuple[int, int, str]]
) -> None:
    hidden, shown = digits(start), start
    for position, end, char in changes:
        if char == "x":
            hidden.delete(position, end)
            shown = shown[: max(0, position)] + shown[max(0, position, end) :]
        else:
            hidden.insert(position, ord(char))
            shown = shown[: max(0, position)] + char + shown[max(0, position) :]
        assert read(hidden) == shown
        assert len(hidden) == len(shown)
        assert hidden.last(4) == shown[-4:]
        assert hidden.first(6) == shown[:6]


@pytest.mark.parametrize("code", [47, 58, 0, ord("a"), 0x660])
def test_only_digits_go_in(code: int) -> None:
    hidden = digits("12")
    with pytest.raises(ValueError, match="Only digits"):
        hidden.insert(0, code)
    assert read(hidden) == "12"


@pytest.mark.parametrize("count", [-3, -1, 0, 1, 3, 4, 6, 16, 99])
def test_never_more_than_four_last_and_six_first_digits_are_given(count: int) -> None:
    hidden = digits(TRAINING_CARD)
    assert hidden.last(count) == TRAINING_CARD[16 - min(max(count, 0), 4) :]
    assert hidden.first(count) == TRAINING_CARD[: min(max(count, 0), 6)]


def test_wiping_leaves_zeros() -> None:
    hidden = digits(TRAINING_CARD)
    room, seen = whole_room(hidden), hidden.view()
    hidden.wipe()
    assert bytes(room) == bytes(len(room))
    assert bytes(seen) == bytes(16)
    assert len(hidden) == 0
    assert read(hidden) == ""
    hidden.insert(0, ord("7"))
    assert read(hidden) == "7"


def test_deleting_overwrites_what_was_there() -> None:
    hidden = digits(TRAINING_CARD)
    room = whole_room(hidden)
    hidden.delete(4, 16)
    assert bytes(room).rstrip(b"\0") == b"4242"
    hidden.delete(0, 1)
    assert bytes(room).rstrip(b"\0") == b"242"
    hidden.delete(3, 2)
    hidden.delete(5, 9)
    assert read(hidden) == "242"


def test_typing_a_number_leaves_no_outgrown_copy_behind() -> None:
    hidden = Digits()
    place = address(hidden)
    for char in TRAINING_CARD + "123":
        hidden.insert(len(hidden), ord(char))
        assert address(hidden) == place
    hidden.delete(0, 7)
    hidden.wipe()
    assert address(hidden) == place


def address(hidden: Digits) -> int:
    room = hidden.view().obj
    assert isinstance(room, bytearray)
    return ctypes.addressof(ctypes.c_char.from_buffer(room))


def test_a_longer_secret_moves_once_and_its_old_room_is_wiped() -> None:
    hidden = digits("7" * 32)
    old = whole_room(hidden)
    assert len(old) == 32
    hidden.insert(32, ord("8"))
    assert bytes(old) == bytes(32)
    assert read(hidden) == "7" * 32 + "8"
    long = digits("5" * 100)
    long.insert(0, ord("6"))
    assert read(long) == "6" + "5" * 100


@pytest.mark.parametrize("show", [repr, str, "{}".format, "%s".__mod__, "%r".__mod__, ascii])
def test_digits_and_cards_never_show_themselves(show: Callable[[object], str]) -> None:
    hidden = digits("4242")
    assert show(hidden) == "Digits(4 hidden)"
    card = Card(number=digits(TRAINING_CARD), expiry=Expiry(9, 2029), code=digits("987"))
    assert show(card) == "Card(hidden)"


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy])
def test_digits_are_never_written_or_copied(way: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="not written anywhere"):
        way(digits(TRAINING_CARD))
    with pytest.raises(TypeError, match="not written anywhere"):
        way([digits(TRAINING_CARD)]) if way is not copy.copy else way(digits("1"))


def test_wiping_a_card_wipes_number_and_code() -> None:
    card = Card(number=digits(TRAINING_CARD), expiry=Expiry(9, 2029), code=digits("987"))
    rooms = whole_room(card.number), whole_room(card.code)
    card.wipe()
    assert [bytes(room).strip(b"\0") for room in rooms] == [b"", b""]
    assert (len(card.number), len(card.code)) == (0, 0)
