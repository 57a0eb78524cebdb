"""Plain text for paper: exact lines, never wider than the paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.money import Money
from posapp.model.payment import PaymentStatus
from posapp.receipts.text import as_text, width_of, wrapped
from tests.receipts.samples import MIXED_ORDER, ORDER, PAYMENT, line, refund, sale

SALE = """\
               Muster & Co
               Hauptstr. 5
               28195 Bremen
              +49 30 111222
           VAT no. DE123456789

                 RECEIPT
                   Paid
------------------------------------------
Order                                 1044
Date          21 Nov 2025, 14:02 UTC+01:00
Customer                        Ada Muster
Till                                     2
Served by                              Ana
------------------------------------------
Ceramic mug, blue
  2 × 12.90  VAT 19 %                25.80
Cookbook “Winter evenings”, hard cover,
second edition
  1 × 24.95  VAT 7 %                 24.95
Shipping, standard
  1 × 4.90  VAT 19 %                  4.90
------------------------------------------
TOTAL                              € 55.65
VAT 7 % included                      1.63
VAT 19 % included                     4.90
------------------------------------------
Payment
Amount                             € 55.65
Card                        Visa •••• 4242
Auth code                           643381
Reference                   T2-1043-1-K7QX
------------------------------------------
        Thank you for your order.
  Goods can be returned within 14 days.
   Issued 21 Nov 2025, 14:02 UTC+01:00
"""
TRAINING_REFUND = """\
               Muster & Co
               Hauptstr. 5
               28195 Bremen
              +49 30 111222
           VAT no. DE123456789

******************************************
        TRAINING – NO MONEY MOVED
******************************************

              REFUND NOTICE
   Refund requested, not yet confirmed
It is complete only once it is confirmed.
------------------------------------------
Order                                 1043
Date          22 Nov 2025, 10:00 UTC+01:00
Customer                        Ada Muster
Till                                     2
Served by                              Ana
------------------------------------------
REFUND REQUESTED                   € 12.90
------------------------------------------
Original payment
Amount                             € 27.80
Date          21 Nov 2025, 14:02 UTC+01:00
Card                        Visa •••• 4242
Auth code                           643381
Reference                   T2-1043-1-K7QX
Refund                    ref_8HHs72hsKKs8
------------------------------------------
        Thank you for your order.
  Goods can be returned within 14 days.
   Issued 21 Nov 2025, 14:02 UTC+01:00
"""


def test_a_sale_with_two_rates_fills_42_columns_exactly() -> None:
    total = MIXED_ORDER.total
    receipt = sale(MIXED_ORDER, replace(PAYMENT, amount=total, captured=total.minor))
    assert as_text(receipt) == SALE


def test_a_training_refund_says_twice_that_nothing_is_done() -> None:
    assert as_text(refund(payment=replace(PAYMENT, live=False))) == TRAINING_REFUND


def test_what_does_not_fit_beside_its_name_goes_below_it() -> None:
    receipt = sale(replace(ORDER, lines=(line("Gold", 99_999_999, 9999, "19"),)))
    lines = as_text(receipt, columns=24).splitlines()
    at = lines.index("Gold")
    assert lines[at + 1 : at + 3] == ["  9999 × 999,999.99", "        9,998,999,900.01"]
    reference = lines.index("Reference")
    assert lines[reference + 1] == "          T2-1043-1-K7QX"


def test_wide_letters_count_double_and_marks_not_at_all() -> None:
    assert width_of("漢字") == 4
    assert width_of("ｱ") == 1
    assert width_of("e\u0301\u200d") == 1
    assert width_of("€ 12.90 ••••") == 12
    receipt = sale(replace(ORDER, lines=(line("漢字の長い商品名" * 5, 500, 2),)))
    lines = as_text(receipt).splitlines()
    full = "漢字の長い商品名漢字の長い商品名漢字の長い"
    assert full in lines
    assert width_of(full) == 42


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("", 5, [""]),
        ("ab cd ef", 5, ["ab cd", "ef"]),
        ("abcdefgh", 5, ["abcde", "fgh"]),
        ("ab cdefghij", 5, ["ab", "cdefg", "hij"]),
        ("漢字漢", 5, ["漢字", "漢"]),
        ("abcde\u0301f", 5, ["abcde\u0301", "f"]),
        ("  ab   cd  ", 9, ["ab cd"]),
    ],
)
def test_lines_break_at_blanks_and_else_between_letters(
    text: str, columns: int, lines: list[str]
) -> None:
    assert wrapped(text, columns) == lines


@given(text=st.text(), columns=st.integers(2, 60))
def test_wrapping_loses_nothing_and_never_overflows(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(part) <= columns for part in lines)


@given(
    name=st.text(max_size=300),
    customer=st.text(max_size=300),
    minor=st.integers(0, 10**10),
    quantity=st.integers(1, 9999),
    columns=st.integers(24, 64),
)
def test_no_name_or_amount_makes_a_line_too_long(
    name: str, customer: str, minor: int, quantity: int, columns: int
) -> None:
    order = replace(
        ORDER,
        customer=replace(ORDER.customer, name=customer),
        lines=(line(name, minor, quantity),),
    )
    text = as_text(sale(order, replace(PAYMENT, amount=Money(minor, "EUR"))), columns=columns)
    assert all(width_of(part) <= columns for part in text.splitlines())
    assert text.splitlines() == text.split("\n")[:-1]
    assert "\u00a0" not in text


def test_markup_and_direction_marks_in_a_name_do_nothing() -> None:
    text = as_text(sale(replace(ORDER, lines=(line("<b>Mug</b> \u202eblue\u202c", 100),))))
    assert "\n<b>Mug</b> blue\n" in text


@pytest.mark.parametrize("status", PaymentStatus)
def test_the_result_is_always_in_words(status: PaymentStatus) -> None:
    receipt = sale(payment=replace(PAYMENT, status=status))
    assert receipt.result.words in " ".join(as_text(receipt).split())


def test_paper_too_narrow_for_a_receipt_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 24 columns"):
        as_text(sale(), columns=23)
