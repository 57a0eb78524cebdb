"""The calls of PayFac beyond charge, read and refund: actions, search, sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from posapp.gateways.abilities import (
    ActionRequest,
    Capture,
    Increment,
    RetryCancellation,
    Reversal,
    SearchTerms,
    Void,
)
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import NotAllowed
from posapp.model.money import Money
from posapp.model.payment import ActionState, Payment, PaymentStatus
from posapp.model.payment_session import PaymentSession, SessionRequest, Submission
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.gateways.contract.payfac_rows import DECLINED, GOOD
from tests.gateways.contract.training import (
    PART,
    REFERENCE,
    REST,
    TOTAL,
    Training,
    asked,
    charged,
    paid,
)
from tests.sandbox.callers import Payfac, session_data


async def _reserved(shop: PayfacGateway, *, estimated: bool = False) -> Payment:
    charge = replace(asked(), capture=False, estimated=estimated)
    return await shop.read((await charged(shop, GOOD, charge)).id)


async def _done(training: Training, shop: PayfacGateway, asked_for: ActionRequest) -> Payment:
    """Accepted is not done: the action turns up once it took effect."""
    record = await shop.send_action(shop.prepare_action(asked_for))
    assert record.state is ActionState.PENDING
    assert (await shop.read(asked_for.payment.id)).state_of(record.id) is ActionState.PENDING
    await training.settle()
    payment = await shop.read(asked_for.payment.id)
    assert payment.state_of(record.id) is ActionState.DONE
    return payment


async def card_verification(training: Training) -> None:
    shop = training.payfac()
    payment = await charged(shop, "4659105569051157", asked(Money(0, "EUR")))
    assert (payment.status, payment.amount) == (PaymentStatus.VERIFIED, Money(0, "EUR"))
    refused = await charged(shop, DECLINED, asked(Money(0, "EUR"), reference="T1-2"))
    assert refused.status is PaymentStatus.DECLINED


async def capture_in_full(training: Training) -> None:
    shop = training.payfac()
    payment = await _reserved(shop)
    payment = await _done(training, shop, Capture(payment, TOTAL, "k", "CAP-1"))
    assert (payment.status, payment.captured) == (PaymentStatus.CAPTURED, 1290)


async def capture_a_part(training: Training) -> None:
    shop = training.payfac()
    payment = await _reserved(shop)
    payment = await _done(training, shop, Capture(payment, PART, "k", "CAP-1", final=False))
    assert (payment.captured, payment.capturable) == (290, 1000)
    payment = await _done(training, shop, Capture(payment, REST, "k2", "CAP-2", final=False))
    assert (payment.captured, payment.capturable) == (1290, 0)


async def capture_a_final_part(training: Training) -> None:
    shop = training.payfac()
    payment = await _reserved(shop)
    payment = await _done(training, shop, Capture(payment, PART, "k", "CAP-1", final=True))
    assert (payment.captured, payment.capturable, payment.voided) == (290, 0, 1000)


async def void(training: Training) -> None:
    shop = training.payfac()
    payment = await _done(training, shop, Void(await _reserved(shop), "k", "VOID-1"))
    assert (payment.status, payment.voided) == (PaymentStatus.VOIDED, 1290)


async def increment(training: Training) -> None:
    shop = training.payfac()
    payment = await _reserved(shop, estimated=True)
    asked_for = Increment(payment, PART, "k", "INC-1")
    record = await shop.send_action(shop.prepare_action(asked_for))
    assert record.state is ActionState.DONE
    payment = await shop.read(payment.id)
    assert (payment.authorised, payment.capturable) == (1580, 1580)


async def reverse(training: Training) -> None:
    shop = training.payfac()
    payment = await paid(training, shop, GOOD)
    payment = await _done(training, shop, Reversal(payment, "k", "REV-1", who="agent-7"))
    assert payment.status is PaymentStatus.REFUNDED


async def reverse_again(training: Training) -> None:
    shop = training.payfac()
    payment = await _done(training, shop, Void(await _reserved(shop), "k", "VOID-1"))
    again = Reversal(replace(payment, capturable=1290), "k2", "REV-1")
    record = await shop.send_action(shop.prepare_action(again))
    assert (record.id, record.state) == ("", ActionState.DONE)
    assert (await training.reached())["payfac.reverse"] == [204]


async def reverse_refused(training: Training) -> None:
    shop = training.payfac()
    payment = await charged(shop, DECLINED)
    asked_for = Reversal(replace(payment, capturable=1290), "k", "REV-1")
    with pytest.raises(NotAllowed):
        await shop.send_action(shop.prepare_action(asked_for))
    assert (await training.reached())["payfac.reverse"] == [403]


async def cancel_retry(training: Training) -> None:
    """Only what a merchant starts by itself is tried again, so the payment is made by hand."""
    raw = Payfac(training.browser, training.endpoints, training.admin)
    made = await raw.pay(
        DECLINED,
        payment_type="Recurring",
        merchant_initiated=True,
        retry={"dunning": {"enabled": True, "max_attempts": 3}},
    )
    shop = training.payfac()
    payment = await shop.read(made["id"])
    assert payment.status is PaymentStatus.RETRY_SCHEDULED
    record = await shop.send_action(
        shop.prepare_action(RetryCancellation(payment, "k", "CANCEL-1"))
    )
    assert record.state is ActionState.PENDING
    await training.settle()
    assert (await shop.read(payment.id)).status is PaymentStatus.CANCELED


def _span() -> tuple[datetime, datetime]:
    now = samples.present()
    return now - timedelta(hours=1), now + timedelta(hours=1)


async def search_by_query(training: Training) -> None:
    shop = training.payfac()
    payment = await charged(shop, GOOD)
    await charged(shop, DECLINED, asked(PART, reference="it's a \\ trap"))
    since, until = _span()
    for terms, references in (
        (SearchTerms(payment_id=payment.id), [REFERENCE]),
        (SearchTerms(reference=REFERENCE), [REFERENCE]),
        (SearchTerms(reference="it's a \\ trap"), ["it's a \\ trap"]),
        (SearchTerms(last4="4242"), [REFERENCE]),
        (SearchTerms(amount=PART), ["it's a \\ trap"]),
        (SearchTerms(status=PaymentStatus.DECLINED, last4="3670"), ["it's a \\ trap"]),
        (SearchTerms(reference=REFERENCE, amount=PART), []),
    ):
        page = await shop.search(terms, since=since, until=until)
        assert [one.reference for one in page.payments] == references, terms
        assert (page.next_page, page.unreadable) == ("", 0)


async def search_pages(training: Training) -> None:
    """More than one page of payments, each of them once, and none of another span."""
    raw = Payfac(training.browser, training.endpoints, training.admin)
    made = [(await raw.pay(reference=f"T1-{number}"))["id"] for number in range(103)]
    shop = training.payfac()
    since, until = _span()
    first = await shop.history(since=since, until=until)
    assert len(first.payments) == 100
    assert first.next_page
    rest = await shop.history(since=since, until=until, page=first.next_page)
    shown = [one.id for one in (*first.payments, *rest.payments)]
    assert shown == made[::-1]
    assert rest.next_page == ""


async def search_by_date(training: Training) -> None:
    shop = training.payfac()
    early = await charged(shop, GOOD)
    await training.admin.forward(7200)
    late = await charged(shop, GOOD, asked(reference="T1-2"))
    cut = early.created_at + timedelta(hours=1)
    before = await shop.history(since=cut - timedelta(hours=2), until=cut)
    after = await shop.history(since=cut, until=cut + timedelta(hours=3))
    assert [one.id for one in before.payments] == [early.id]
    assert [one.id for one in after.payments] == [late.id]


async def _session(training: Training) -> tuple[PayfacGateway, PaymentSession]:
    shop = training.payfac(change=lambda made: replace(made, scope="gateway payment-sessions"))
    wanted = SessionRequest(
        amount=TOTAL,
        reference=REFERENCE,
        country="DE",
        success_url="https://shop.test/ok",
        failure_url="https://shop.test/ko",
    )
    return shop, await shop.send_session(shop.prepare_session(wanted))


async def session_create(training: Training) -> None:
    _, session = await _session(training)
    assert session.id.startswith("ps_")
    assert session.token is not None
    assert session.secret is not None


async def session_submit(training: Training) -> None:
    shop, session = await _session(training)
    assert session.secret is not None
    data = Secret(session_data(session.secret.reveal()))
    wanted = Submission(session_id=session.id, data=data, amount=TOTAL, reference=REFERENCE)
    payment = await shop.send_submission(shop.prepare_submission(wanted))
    assert (payment.status, payment.amount) == (PaymentStatus.AUTHORISED, TOTAL)


async def session_details(training: Training) -> None:
    shop, session = await _session(training)
    known = await shop.read_session(session.id)
    assert (known.id, known.amount, known.reference) == (session.id, TOTAL, REFERENCE)
    assert (known.token, known.secret, known.payment_id) == (None, None, "")
