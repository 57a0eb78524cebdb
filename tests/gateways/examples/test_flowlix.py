"""Each answer that the Flowlix contracts show is understood, with the right status and sums."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from posapp.gateways.answers import Explained
from posapp.gateways.call import Answer
from posapp.gateways.flowlix import wire
from posapp.gateways.flowlix.translate import payment_from, refund_from
from posapp.gateways.flowlix_answers import explain
from posapp.gateways.flowlix_classic import translate as classic_translate
from posapp.gateways.flowlix_classic import wire as classic_wire
from posapp.gateways.payment_list import page_of
from posapp.model.money import Money
from posapp.model.payment import ActionState, Payment, PaymentStatus
from tests.gateways.examples import flowlix, flowlix_classic
from tests.gateways.examples.documents_of import documents_of

S = PaymentStatus


@dataclass(frozen=True, slots=True)
class Shown:
    """What one example says, worked out by hand."""

    status: PaymentStatus
    amount: Money
    captured: int = 0
    refunded: int = 0
    pending: int = 0
    refundable: int = 0
    last4: str = ""
    reference: str = ""
    decline: str = ""
    address: str = ""
    whole_only: bool = False


def shown(payment: Payment) -> Shown:
    return Shown(
        status=payment.status,
        amount=payment.amount,
        captured=payment.captured,
        refunded=payment.refunded,
        pending=payment.refund_pending,
        refundable=payment.refundable,
        last4=payment.card.last4 if payment.card else "",
        reference=payment.reference,
        decline=payment.decline.code if payment.decline else "",
        address=payment.action_url,
        whole_only=payment.refund_whole_only,
    )


def current(document: object) -> Payment:
    said = wire.read(wire.PaymentAnswer, document)
    return payment_from(said, account="till", request_id="")


def older(document: object) -> Payment:
    said = classic_wire.read(classic_wire.PaymentAnswer, document)
    return classic_translate.payment_from(said, account="till", request_id="")


MUGS, CART, ORDER = Money(1290, "EUR"), Money(4500, "EUR"), Money(4999, "EUR")
PAGE = "https://pay.flowlix.dev/hpp/"
CURRENT = {
    "CREATED": Shown(S.PENDING, MUGS, last4="1111", reference="cart-77"),
    "CHALLENGED": Shown(
        S.ACTION_NEEDED,
        MUGS,
        last4="1111",
        reference="cart-77",
        address=f"https://pay.flowlix.dev/3ds/{flowlix.PAYMENT_ID}",
    ),
    "DECLINED": Shown(
        S.DECLINED, MUGS, last4="1111", reference="cart-77", decline="insufficient_funds"
    ),
    "HOSTED": Shown(
        S.ACTION_NEEDED, CART, reference="cart-78", address=f"{PAGE}pay_Zx1Cv2Bn3Ma4Sd5Fg6Hj7Kl8"
    ),
    "READ": Shown(
        S.PARTLY_REFUNDED,
        MUGS,
        captured=1290,
        refunded=290,
        refundable=1000,
        last4="1111",
        reference="cart-77",
    ),
    "DESCRIBED": Shown(S.CAPTURED, ORDER, captured=4999, refundable=4999, reference="ord_1234"),
}
OLDER = {
    "CREATED": Shown(S.PENDING, MUGS, last4="2223"),
    "CHALLENGED": Shown(
        S.ACTION_NEEDED, MUGS, last4="2223", address="https://acs.sandbox.test/challenge/1"
    ),
    "HOSTED": Shown(
        S.ACTION_NEEDED, CART, address=f"{PAGE}pay_7c9e6679-7425-40de-944b-e07fc1f90ae7"
    ),
    "REFUND_ACCEPTED": Shown(
        S.CAPTURED, MUGS, captured=1290, pending=290, refundable=1000, last4="2223"
    ),
    "FORERUNNER_PAID": Shown(
        S.CAPTURED, MUGS, captured=1290, refundable=1290, last4="4242", whole_only=True
    ),
    "FORERUNNER_REFUNDED": Shown(
        S.REFUNDED, MUGS, captured=1290, refunded=1290, last4="4242", whole_only=True
    ),
    "DESCRIBED": Shown(S.CAPTURED, ORDER, captured=4999, refundable=4999),
}
CURRENT_REFUSALS = {
    "NO_KEY": Explained(said="invalid_request_error parameter_missing Idempotency-Key"),
    "KEY_IN_USE": Explained(said="idempotency_error idempotency_key_in_use"),
}
AMOUNT_WORDS = "The gateway does not accept this amount."
OLDER_REFUSALS = {
    "TOO_SMALL": Explained(
        AMOUNT_WORDS,
        {"amount": AMOUNT_WORDS},
        "invalid_request_error parameter_invalid amount",
    ),
    "FORERUNNER_DECLINED": Explained(said="card_error card_declined insufficient_funds"),
}
READ_ELSEWHERE = {"REFUND_ACCEPTED", "LISTED", "NOTICE"}


@pytest.mark.parametrize(("name", "expected"), CURRENT.items())
def test_a_payment_of_the_newest_generation_is_understood(name: str, expected: Shown) -> None:
    assert shown(current(getattr(flowlix, name))) == expected


@pytest.mark.parametrize(("name", "expected"), OLDER.items())
def test_a_payment_of_the_older_generations_is_understood(name: str, expected: Shown) -> None:
    assert shown(older(getattr(flowlix_classic, name))) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [(getattr(flowlix, name), expected) for name, expected in CURRENT_REFUSALS.items()]
    + [(getattr(flowlix_classic, name), expected) for name, expected in OLDER_REFUSALS.items()],
)
def test_a_refusal_is_understood(document: object, expected: Explained) -> None:
    answer = Answer(status=400, headers={}, body=json.dumps(document).encode())
    assert explain(answer) == expected


def test_a_refund_of_the_newest_generation_is_understood() -> None:
    said = wire.read(wire.RefundAnswer, flowlix.REFUND_ACCEPTED)
    record = refund_from(said, "EUR")
    assert (record.id, said.payment_id) == (flowlix.REFUND_ID, flowlix.PAYMENT_ID)
    assert (record.amount, record.state) == (Money(290, "EUR"), ActionState.PENDING)
    [listed] = current(flowlix.READ).refunds
    assert (listed.id, listed.state) == (flowlix.REFUND_ID, ActionState.DONE)


def test_a_notice_is_understood() -> None:
    said = wire.read(wire.Notice, flowlix.NOTICE)
    assert (said.id, said.type) == ("evt_Pl1Ok2Ij3Uh4Yg5Tf6Rd7Es8", "refund.succeeded")
    assert said.data.refund is not None
    assert refund_from(said.data.refund, "EUR").state is ActionState.DONE


@pytest.mark.asyncio
async def test_the_lists_are_understood() -> None:
    def answered(document: object) -> Answer:
        return Answer(status=200, headers={}, body=json.dumps(document).encode())

    page = await page_of(answered(flowlix.LISTED), "Flowlix")
    assert (page.has_more, page.last_id) == (False, flowlix.PAYMENT_ID)
    [entry] = page.data
    assert shown(current(entry)) == Shown(
        S.PARTLY_REFUNDED, MUGS, captured=1290, refunded=290, refundable=1000
    )
    empty = await page_of(answered(flowlix_classic.LISTED), "Flowlix")
    assert (empty.data, empty.has_more) == ([], False)


def test_no_example_was_left_out() -> None:
    tried = {*CURRENT, *CURRENT_REFUSALS, *READ_ELSEWHERE}
    assert documents_of(flowlix) == tried
    tried = {*OLDER, *OLDER_REFUSALS, "LISTED"}
    assert documents_of(flowlix_classic) == tried
