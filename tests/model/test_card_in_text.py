"""Card numbers in texts: found however they are written, and little else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.card import holds_card_number

VISA = "4242424242424242"
AMEX = "378282246310005"


@pytest.mark.parametrize(
    "text",
    [
        VISA,
        AMEX,
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "4242 \u2013 4242 \u2014 4242\u00a04242",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        f"please charge {VISA}, thanks",
        f"card:{VISA}.",
        f"{VISA} 0929",
        f"0929 {VISA}",
        f"{VISA} 09/29 123",
        f"{VISA}0929123",
        f"12{VISA}0929",
        f"+{VISA}",
        "4242\n4242\n4242\n4242",
        "\uff14\uff12" * 8,
        "\u0664\u0662" * 8,
        f"x{VISA}y",
        "4" + "2" * 12,  # the shortest
        "6304" + "0" * 15,  # the longest
    ],
)
def test_a_card_number_is_found_however_it_is_written(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ada Muster",
        "4242424242424241",
        "424242424242",  # twelve digits
        "+49 1512 3456 789",
        "+424242424242426",  # fifteen digits after a plus: a telephone number
        "0049 421 555 0199",
        "0000000000000000",
        "Hauptstr. 5, 28195 Bremen",
        "T1-1043-1-K7QX2",
        "4242/4242/4242/4242",
        "4242.4242.4242.4242",
        "4242a4242b4242c4242",
        "2025-11-21 09:30",
    ],
)
def test_other_figures_are_left_alone(text: str) -> None:
    assert not holds_card_number(text)


@given(
    before=st.text(alphabet="abc. ,/", max_size=20),
    after=st.text(alphabet="abc. ,/", max_size=20),
    marks=st.lists(st.sampled_from(["", " ", "-", "  ", "\u00a0"]), min_size=15, max_size=15),
)
def test_blanks_and_dashes_hide_nothing(before: str, after: str, marks: list[str]) -> None:
    number = VISA[0] + "".join(m + d for m, d in zip(marks, VISA[1:], strict=True))
    assert holds_card_number(before + number + after)


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert holds_card_number(text) in (True, False)


def test_a_very_long_text_is_looked_at_quickly() -> None:
    assert not holds_card_number("0 " * 10_000)
    assert not holds_card_number("1 a" * 10_000)
    assert holds_card_number("7" * 9_000 + VISA)
