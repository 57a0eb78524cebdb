"""Text from outside is made safe to print; dates, rates and statuses have fixed words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.card import CardSummary
from posapp.model.display import AmountStyle
from posapp.model.payment import ActionState, PaymentStatus
from posapp.receipts import wording
from posapp.receipts.wording import (
    LONGEST_TEXT,
    Tone,
    card_line,
    day_and_time,
    from_outside,
    identifier,
    percent,
    printable,
)
from tests.receipts.samples import CARD_NUMBER

GROUPED = " ".join(CARD_NUMBER[at : at + 4] for at in range(0, 16, 4))


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("Ada Muster", "Ada Muster"),
        ("  Ada \t\n Muster\r\n", "Ada Muster"),
        ("one\u2028two\u2029three\x85four", "one two three four"),
        ("no\u00a0break\u202fblanks", "no break blanks"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066left\u2069 \u200fright\u200e\u061c", "left right"),
        ("bell\x07 null\x00 escape\x1b[31m", "bell null escape[31m"),
        ("\ufeffmark\u00ad\u200b", "mark"),
        ("picture \ufffc frame \ufdd0\ufdd1 end \uffff\U0001fffe", "picture frame end"),
        ("lone \ud800 half", "lone half"),
        ("private \ue000 use", "private use"),
        ("\U000e0041tagged", "tagged"),
        ("<b>bold</b> &amp; co", "<b>bold</b> &amp; co"),
        ("שלום עולם", "שלום עולם"),
        ("漢字", "漢字"),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467"),
        ("e\u0301", "é"),
        ("z" + "\u0301" * 50 + "y", "ź" + "\u0301" * 3 + "y"),
        ("", ""),
    ],
)
def test_text_becomes_one_harmless_line(given_text: str, shown: str) -> None:
    assert printable(given_text) == shown


def test_text_without_end_is_cut_with_an_ellipsis() -> None:
    assert printable("W" * LONGEST_TEXT) == "W" * LONGEST_TEXT
    cut = printable("W" * 10_000)
    assert cut == "W" * (LONGEST_TEXT - 1) + "…"


@pytest.mark.parametrize("number", [CARD_NUMBER, GROUPED, GROUPED.replace(" ", "-")])
@pytest.mark.parametrize("shape", ["{}", "Ada {} Muster", "no. 7 {}", "{} 7", "x{}y", "{0} {0}"])
def test_a_card_number_typed_as_a_name_loses_all_but_its_last_four(number: str, shape: str) -> None:
    shown = from_outside(shape.format(number))
    assert "•••• 4242" in shown
    assert not re.search(r"42[^•]{0,3}42[^•]{0,3}42", shown)


def test_other_digits_and_separators_do_not_hide_a_card_number() -> None:
    fullwidth = "".join(chr(ord("\uff10") + int(digit)) for digit in CARD_NUMBER)
    assert from_outside(fullwidth) == "•••• 4242"
    assert from_outside("4242 - 4242 - 4242 - 4242") == "•••• 4242"
    assert from_outside(f"1043{CARD_NUMBER}99") == "1043•••• 424299"


def test_a_card_number_at_the_cut_does_not_slip_through() -> None:
    for shift in range(20):
        text = "W" * (LONGEST_TEXT - shift) + CARD_NUMBER
        assert "42424" not in from_outside(text)


@pytest.mark.parametrize(
    "text", ["Mug 0815", "+49 421 555 0100", "EAN 4006381333931", "4242", "4242424242424241", ""]
)
def test_other_numbers_stay_as_they_are(text: str) -> None:
    assert from_outside(text) == text


def test_references_keep_their_dashes_but_not_a_card_number() -> None:
    dashed = GROUPED.replace(" ", "-")
    assert identifier(dashed) == dashed  # short numbers joined by dashes, as in T2-1043-1
    assert identifier(f"order {CARD_NUMBER}") == "order •••• 4242"


@given(st.text())
def test_whatever_is_typed_stays_one_line_and_is_stable(text: str) -> None:
    shown = from_outside(text)
    assert len(shown) <= LONGEST_TEXT
    assert shown == shown.strip()
    assert not any(char in shown for char in "\n\r\t\x00\u2028\u2029\u202e\u2066\ufffc\ufdd0")
    assert from_outside(shown) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        (CardSummary("Visa", "4242", "424242"), "Visa •••• 4242"),
        (CardSummary("", "0005"), "Card •••• 0005"),
        (CardSummary("Visa", ""), "Visa ••••"),
        (CardSummary("Visa", CARD_NUMBER), "Visa •••• 4242"),
        (CardSummary(f"Visa {CARD_NUMBER}", "4242"), "Visa •••• 4242"),
        (CardSummary("Visa\u202e", "42-42"), "Visa •••• 4242"),
    ],
)
def test_a_card_shows_its_brand_and_four_digits_at_most(card: CardSummary, shown: str) -> None:
    assert card_line(card) == shown


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2025, 11, 21, 14, 2, tzinfo=UTC), "21 Nov 2025, 14:02 UTC"),
        (
            datetime(2026, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))),
            "1 Jan 2026, 00:00 UTC+05:45",
        ),
        (
            datetime(2026, 9, 9, 9, 9, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
            "9 Sep 2026, 09:09 UTC-03:30",
        ),
    ],
)
def test_times_carry_their_zone(at: datetime, shown: str) -> None:
    assert day_and_time(at) == shown


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its time zone"):
        day_and_time(NAIVE)


NAIVE = datetime(2025, 11, 21, 14, 2, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("rate", "decimal", "shown"),
    [
        ("19", ".", "19\u00a0%"),
        ("19.00", ".", "19\u00a0%"),
        ("5.50", ".", "5.5\u00a0%"),
        ("5.5", ",", "5,5\u00a0%"),
        ("0", ".", "0\u00a0%"),
        ("100", ".", "100\u00a0%"),
        ("1E+1", ".", "10\u00a0%"),
    ],
)
def test_rates_have_no_needless_zeros(rate: str, decimal: str, shown: str) -> None:
    assert percent(Decimal(rate), AmountStyle(decimal=decimal)) == shown


def test_every_status_has_words_of_its_own_and_open_ones_never_sound_final() -> None:
    assert wording.SALE_RESULT.keys() == set(PaymentStatus)
    assert wording.REFUND_RESULT.keys() == set(ActionState)
    words = [words for words, _ in wording.SALE_RESULT.values()]
    assert len(set(words)) == len(words)
    for status, (said, tone) in wording.SALE_RESULT.items():
        assert (tone is Tone.NOT_KNOWN) is not (status.is_success or status.is_final_failure)
        assert said.startswith("Paid") <= (tone is Tone.MOVED)
        assert ("not paid" in said) is status.is_final_failure
