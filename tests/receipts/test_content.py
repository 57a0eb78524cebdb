"""A receipt says what was sold, what was paid and how it stands, and no more."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from posapp.model.card import CardSummary
from posapp.model.display import AmountStyle
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import ActionState, Decline, DeclineClass, PaymentStatus
from posapp.model.shop import Shop
from posapp.receipts.content import Fact, Item, Receipt
from posapp.receipts.wording import TRAINING, Tone
from tests.receipts.samples import (
    CARD_NUMBER,
    MIXED_ORDER,
    NOW,
    ORDER,
    PAYMENT,
    REFUND,
    SHOP,
    line,
    refund,
    sale,
)

EURO_27_80 = "€\u00a027.80"


def fact(receipt: Receipt, label: str) -> str | None:
    found = [f.value for f in (*receipt.about, *receipt.payment) if f.label == label]
    assert len(found) <= 1
    return found[0] if found else None


def test_a_paid_sale_says_everything_in_order() -> None:
    assert sale() == Receipt(
        shop="Muster & Co",
        shop_lines=("Hauptstr. 5", "28195 Bremen", "+49 30 111222", "VAT no. DE123456789"),
        title="Receipt",
        mark="",
        result=sale().result,
        total=Fact("Total", EURO_27_80),
        about=(
            Fact("Order", "1043"),
            Fact("Date", "21 Nov 2025, 14:02 UTC+01:00"),
            Fact("Customer", "Ada Muster"),
            Fact("Till", "2"),
            Fact("Served by", "Ana"),
        ),
        items=(
            Item("Ceramic mug, blue", "2", "12.90", "25.80"),
            Item("Gift wrapping", "1", "2.00", "2.00"),
        ),
        taxes=(Fact("VAT 19\u00a0% included", "4.44"),),
        payment_heading="Payment",
        payment=(
            Fact("Amount", EURO_27_80),
            Fact("Card", "Visa •••• 4242"),
            Fact("Auth code", "643381"),
            Fact("Reference", "T2-1043-1-K7QX"),
        ),
        footer=(
            "Thank you for your order.",
            "Goods can be returned within 14 days.",
            "Issued 21 Nov 2025, 14:02 UTC+01:00",
        ),
        file_name="receipt-1043",
    )
    assert (sale().result.words, sale().result.tone) == ("Paid", Tone.MOVED)


def test_a_receipt_can_be_read_aloud() -> None:
    assert refund(payment=replace(PAYMENT, live=False)).plain().splitlines()[5:10] == [
        TRAINING,
        "Refund notice",
        "Refund requested, not yet confirmed",
        "It is complete only once it is confirmed.",
        "Order: 1043",
    ]
    spoken = sale().plain().splitlines()
    assert "2 × Ceramic mug, blue, 12.90: 25.80" in spoken
    assert f"Total: {EURO_27_80}" in spoken
    assert "Card: Visa •••• 4242" in spoken
    assert all(spoken)


def test_amounts_follow_the_locale() -> None:
    receipt = sale(style=AmountStyle(decimal=",", group=".", symbol_first=False))
    assert receipt.total.value == "27,80\u00a0€"
    assert receipt.items[0].total == "25,80"


def test_taxes_are_shown_by_rate_and_lines_name_theirs_only_when_rates_differ() -> None:
    mixed = sale(MIXED_ORDER, replace(PAYMENT, amount=MIXED_ORDER.total))
    assert [tax.label for tax in mixed.taxes] == ["VAT 7\u00a0% included", "VAT 19\u00a0% included"]
    assert [tax.value for tax in mixed.taxes] == ["1.63", "4.90"]
    assert [item.rate for item in mixed.items] == ["19\u00a0%", "7\u00a0%", "19\u00a0%"]
    assert [item.rate for item in sale().items] == ["", ""]


@pytest.mark.parametrize(
    ("live", "account_live", "marked"),
    [
        (True, None, False),
        (False, None, True),
        (None, None, False),
        (None, True, False),
        (None, False, True),
        (True, False, False),
        (False, True, True),
    ],
)
def test_training_is_marked_by_the_payment_or_else_by_its_account(
    live: bool | None, account_live: bool | None, marked: bool
) -> None:
    receipt = sale(payment=replace(PAYMENT, live=live), account_live=account_live)
    assert receipt.mark == (TRAINING if marked else "")


@pytest.mark.parametrize("status", PaymentStatus)
def test_only_a_successful_payment_is_called_a_receipt(status: PaymentStatus) -> None:
    receipt = sale(payment=replace(PAYMENT, status=status))
    assert (receipt.title == "Receipt") is status.is_success
    if not status.is_success:
        assert receipt.title == "Payment notice"
        assert not receipt.result.words.startswith(("Paid", "Approved"))


def test_a_decline_is_told_in_its_own_sentence() -> None:
    decline = Decline("51", DeclineClass.SOFT, "The bank refused it.", "Other card.", False)
    receipt = sale(payment=replace(PAYMENT, status=PaymentStatus.DECLINED, decline=decline))
    assert receipt.result.words == "Declined – not paid"
    assert receipt.result.advice == "The bank refused it."
    assert receipt.result.tone is Tone.NOT_MOVED


def test_an_unknown_payment_is_not_shown_as_failed() -> None:
    result = sale(payment=replace(PAYMENT, status=PaymentStatus.UNKNOWN)).result
    assert result.tone is Tone.NOT_KNOWN
    assert "being checked" in result.words


def test_balances_appear_when_they_tell_something_new() -> None:
    plain = sale()
    assert fact(plain, "Collected") is None
    assert fact(plain, "Refunded") is None
    told = sale(payment=replace(PAYMENT, captured=1000, refunded=300, refund_pending=200))
    assert fact(told, "Collected") == "€\u00a010.00"
    assert fact(told, "Refunded") == "€\u00a03.00"
    assert fact(told, "Refund not yet confirmed") == "€\u00a02.00"


def test_what_is_not_known_leaves_no_empty_line() -> None:
    bare = sale(
        replace(ORDER, customer=Customer()),
        replace(PAYMENT, card=None, auth_code=""),
        shop=Shop(name=""),
        who="",
    )
    assert bare.shop_lines == ()
    assert bare.footer == ("Issued 21 Nov 2025, 14:02 UTC+01:00",)
    assert [f.label for f in bare.about] == ["Order", "Date", "Till"]
    assert [f.label for f in bare.payment] == ["Amount", "Reference"]


def test_a_line_without_name_is_still_a_line() -> None:
    assert sale(replace(ORDER, lines=(line(" \u202e ", 100),))).items[0].name == "Item"


def test_the_payment_keeps_its_own_time_however_late_the_receipt_is_issued() -> None:
    later = NOW + timedelta(days=3)
    receipt = sale(at=later)
    assert fact(receipt, "Date") == "21 Nov 2025, 14:02 UTC+01:00"
    assert receipt.footer[-1] == "Issued 24 Nov 2025, 14:02 UTC+01:00"


def test_times_are_shown_in_the_zone_of_the_till() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert fact(sale(at=tokyo), "Date") == "21 Nov 2025, 22:02 UTC+09:00"


@pytest.mark.parametrize(
    ("at", "paid_at"),
    [(NOW.replace(tzinfo=None), NOW), (NOW, NOW.replace(tzinfo=None))],
)
def test_a_time_without_zone_is_refused(at: datetime, paid_at: datetime) -> None:
    payment = replace(PAYMENT, created_at=paid_at)
    with pytest.raises(ValueError, match="needs its time zone"):
        sale(payment=payment, at=at)


def test_a_pending_refund_is_never_shown_as_done() -> None:
    receipt = refund()
    assert receipt.title == "Refund notice"
    assert receipt.result.words == "Refund requested, not yet confirmed"
    assert receipt.result.advice == "It is complete only once it is confirmed."
    assert receipt.result.tone is Tone.NOT_KNOWN
    assert receipt.total == Fact("Refund requested", "€\u00a012.90")
    assert receipt.taxes == ()
    assert "Refunded" not in repr(receipt)


def test_a_done_refund_names_the_payment_it_belongs_to() -> None:
    receipt = refund(replace(REFUND, state=ActionState.DONE))
    assert receipt.title == "Refund receipt"
    assert receipt.result.words == "Refunded"
    assert receipt.result.advice == ""
    assert receipt.total == Fact("Refunded", "€\u00a012.90")
    assert receipt.items == ()
    assert receipt.payment_heading == "Original payment"
    assert receipt.payment == (
        Fact("Amount", EURO_27_80),
        Fact("Date", "21 Nov 2025, 14:02 UTC+01:00"),
        Fact("Card", "Visa •••• 4242"),
        Fact("Auth code", "643381"),
        Fact("Reference", "T2-1043-1-K7QX"),
        Fact("Refund", "ref_8HHs72hsKKs8"),
    )
    assert fact(replace(receipt, payment=()), "Date") == "22 Nov 2025, 10:00 UTC+01:00"
    assert receipt.file_name == "refund-1043"


def test_a_failed_refund_says_that_no_money_came_back() -> None:
    receipt = refund(replace(REFUND, state=ActionState.FAILED))
    assert receipt.title == "Refund notice"
    assert receipt.result.words == "Refund failed – no money was returned"
    assert receipt.result.tone is Tone.NOT_MOVED
    assert receipt.total.label == "Refund requested"


def test_a_refund_the_gateway_gave_no_time_is_dated_now() -> None:
    receipt = refund(replace(REFUND, at=None))
    assert fact(replace(receipt, payment=()), "Date") == "21 Nov 2025, 14:02 UTC+01:00"


def test_the_tax_in_a_refund_is_shown_where_it_is_certain() -> None:
    done = replace(REFUND, state=ActionState.DONE)
    assert refund(done).taxes == (Fact("VAT 19\u00a0% included", "2.06"),)
    whole = refund(replace(done, amount=MIXED_ORDER.total), MIXED_ORDER)
    assert [tax.value for tax in whole.taxes] == ["1.63", "4.90"]
    assert refund(done, MIXED_ORDER).taxes == ()


def test_the_shops_reason_stays_with_the_shop() -> None:
    assert REFUND.reason not in repr(refund(replace(REFUND, state=ActionState.DONE)))


def test_no_text_holds_more_of_a_card_than_its_last_four_digits() -> None:
    hostile = replace(
        ORDER,
        customer=Customer(name=f"Ada {CARD_NUMBER}"),
        lines=(line(f"Card {CARD_NUMBER}", 100),),
    )
    payment = replace(
        PAYMENT,
        card=CardSummary("Visa", CARD_NUMBER, first6="424242"),
        auth_code=CARD_NUMBER,
        reference=CARD_NUMBER,
        decline=Decline("x", DeclineClass.HARD, f"Card {CARD_NUMBER} refused.", "", False),
    )
    for receipt in (
        sale(hostile, payment, who=CARD_NUMBER),
        refund(replace(REFUND, id=CARD_NUMBER), hostile, payment),
    ):
        shown = repr(asdict(receipt))
        assert "•••• 4242" in shown
        assert not re.search(r"42[^0-9]?42[^0-9]?42", shown)
        assert "12/30" not in shown


def test_the_contact_details_of_the_customer_are_not_printed() -> None:
    shown = repr(sale(shop=replace(SHOP, phone="")))
    assert "ada@example.com" not in shown
    assert "111222" not in shown


def test_an_order_in_another_currency_keeps_it() -> None:
    yen = replace(
        ORDER,
        currency="JPY",
        lines=(replace(ORDER.lines[0], unit_price=Money(1290, "JPY"), tax_percent=Decimal(10)),),
    )
    receipt = sale(yen, replace(PAYMENT, amount=yen.total))
    assert receipt.total.value == "¥\u00a02,580"
    assert receipt.items[0].price == "1,290"
