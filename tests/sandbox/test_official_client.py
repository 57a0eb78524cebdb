"""The official client of the PayFac family works against the training gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from checkout_sdk.common.enums import Currency
from checkout_sdk.exception import CheckoutApiException
from checkout_sdk.payments.payments import (
    AuthorizationRequest,
    CaptureRequest,
    CaptureType,
    PaymentRequest,
    PaymentRequestIdDestination,
    PaymentsQueryFilter,
    PaymentsSearchRequest,
    RefundRequest,
    ThreeDsRequest,
    VoidRequest,
)
from checkout_sdk.payments.sessions.sessions import (
    BillingAddress,
    CustomerRetry,
    PaymentSessionsRequest,
    SessionBilling,
    SubmitPaymentSessionRequest,
)

from posapp.sandbox.server import Sandbox
from tests.sandbox.callers import GOOD_CARD, Admin, session_data
from tests.sandbox.official import (
    bank_destination,
    card_destination,
    official_client,
    payout_order,
    phone_order,
)

pytestmark = pytest.mark.asyncio


class Client:
    """Payments and payment sessions of the official client, every call in a worker thread."""

    def __init__(self, api: Any, admin: Admin) -> None:
        self._payments = api.payments
        self._sessions = api.payment_sessions
        self._admin = admin

    async def call(self, name: str, *told: object) -> Any:
        part = self._payments if hasattr(self._payments, name) else self._sessions
        method: Callable[..., Any] = getattr(part, name)
        return await asyncio.to_thread(method, *told)

    async def opened(self, **changes: object) -> Any:
        """A payment session over 10.00 GBP."""
        address = request_of(BillingAddress, country="GB")
        asked = request_of(
            PaymentSessionsRequest,
            amount=1000,
            currency=Currency.GBP,
            billing=request_of(SessionBilling, address=address),
            success_url="https://shop.test/ok",
            failure_url="https://shop.test/no",
            **changes,
        )
        return await self.call("create_payment_sessions", asked)

    async def submitted(self, session: Any, number: str = GOOD_CARD, **changes: object) -> Any:
        data = session_data(session.payment_session_secret, number)
        asked = request_of(SubmitPaymentSessionRequest, session_data=data, amount=1000, **changes)
        return await self.call("submit_payment_session", session.id, asked)

    async def authorised(self, amount: int = 1000, **changes: Any) -> str:
        made = await self.call("request_payment", phone_order(amount, **changes))
        assert (made.approved, made.status, made.amount) == (True, "Authorized", amount)
        return str(made.id)

    async def captured(self, amount: int = 1000) -> str:
        payment_id = await self.authorised(amount)
        await self.done("capture_payment", payment_id)
        return payment_id

    async def done(self, name: str, payment_id: str, request: object = None) -> str:
        """The id of an accepted action that has taken effect since."""
        accepted = await self.call(name, payment_id, request)
        assert accepted.http_metadata.status_code == 202
        await self._admin.settle()
        return str(accepted.action_id)

    async def details(self, payment_id: str) -> Any:
        return await self.call("get_payment_details", payment_id)

    async def history(self, payment_id: str) -> list[tuple[str, int, bool]]:
        """Type, amount and success of every action, newest first."""
        found = await self.call("get_payment_actions", payment_id)
        return [(action.type, action.amount, action.approved) for action in found.items]


@pytest_asyncio.fixture
async def client(sandbox: Sandbox, admin: Admin) -> AsyncIterator[Client]:
    with official_client(sandbox.endpoints.payfac) as api:
        yield Client(api, admin)


def request_of(kind: type[Any], **members: object) -> Any:
    made = kind()
    for name, value in members.items():
        setattr(made, name, value)
    return made


async def test_a_payment_and_its_details_are_the_same_payment(client: Client) -> None:
    asked = phone_order(6540, reference="ORD-1", metadata={"agent": "a17"})
    made = await client.call("request_payment", asked, "key-1")
    assert made.http_metadata.status_code == 201
    assert (made.status, made.response_code, made.source.last4) == ("Authorized", "10000", "4242")
    assert (await client.call("request_payment", asked, "key-1")).id == made.id
    details = await client.details(made.id)
    assert (details.id, details.amount, details.currency) == (made.id, 6540, "USD")
    assert (details.reference, details.metadata.agent) == ("ORD-1", "a17")
    assert details.balances.available_to_capture == 6540


async def test_a_declined_payment_is_an_answer(client: Client) -> None:
    made = await client.call("request_payment", phone_order(1000, number="4544249167673670"))
    assert (made.approved, made.status, made.response_code) == (False, "Declined", "20051")


async def test_a_refusal_carries_its_codes(client: Client) -> None:
    with pytest.raises(CheckoutApiException) as raised:
        await client.call("request_payment", phone_order(1000, number="4242424242424241"))
    assert raised.value.http_metadata.status_code == 422
    assert raised.value.error_type == "request_invalid"
    assert raised.value.error_details == ["card_number_invalid"]


async def test_a_payment_context_pays(client: Client) -> None:
    name = "pct_paypalapprovedaaaaaaaaaaaa"
    asked = request_of(PaymentRequest, payment_context_id=name, amount=1000, currency="USD")
    made = await client.call("request_payment", asked)
    assert (made.status, made.source.type) == ("Authorized", "paypal")


async def test_an_unknown_payment_is_not_found(client: Client) -> None:
    with pytest.raises(CheckoutApiException) as raised:
        await client.details("pay_" + "a" * 26)
    assert raised.value.http_metadata.status_code == 404


async def test_an_authorisation_is_raised_and_captured_in_parts(client: Client) -> None:
    payment_id = await client.authorised(1000, authorization_type="Estimated")
    raised = await client.call(
        "increment_payment_authorization", payment_id, request_of(AuthorizationRequest, amount=500)
    )
    assert (raised.status, raised.amount, raised.balances.total_authorized) == (
        "Authorized", 500, 1500,
    )  # fmt: skip
    part = request_of(CaptureRequest, amount=600, capture_type=CaptureType.NON_FINAL)
    await client.done("capture_payment", payment_id, part)
    assert (await client.details(payment_id)).status == "Partially Captured"
    await client.done("capture_payment", payment_id)
    assert await client.history(payment_id) == [
        ("Capture", 900, True),
        ("Capture", 600, True),
        ("Authorization", 500, True),
        ("Authorization", 1000, True),
    ]
    assert (await client.details(payment_id)).status == "Captured"


async def test_a_partial_refund_without_a_signature_needs_the_lenient_switch(
    client: Client, admin: Admin
) -> None:
    payment_id = await client.captured(1000)
    part = request_of(RefundRequest, amount=300, reference="R-1")
    with pytest.raises(CheckoutApiException) as raised:
        await client.call("refund_payment", payment_id, part)
    assert raised.value.http_metadata.status_code == 422
    assert "signature_required" in raised.value.error_details
    await admin.set(payfac_refund_signature="lenient")
    action_id = await client.done("refund_payment", payment_id, part)
    details = await client.details(payment_id)
    assert (details.status, details.balances.total_refunded) == ("Partially Refunded", 300)
    newest, *_ = (await client.call("get_payment_actions", payment_id)).items
    assert (newest.id, newest.type, newest.amount, newest.reference) == (
        action_id, "Refund", 300, "R-1",
    )  # fmt: skip


async def test_everything_is_refunded_without_a_body(client: Client, admin: Admin) -> None:
    await admin.set(payfac_refund_signature="lenient")
    payment_id = await client.captured(1000)
    await client.done("refund_payment", payment_id)
    assert (await client.details(payment_id)).status == "Refunded"


async def test_an_authorisation_is_voided(client: Client) -> None:
    payment_id = await client.authorised()
    await client.done("void_payment", payment_id, request_of(VoidRequest, reference="V-1"))
    assert (await client.details(payment_id)).status == "Voided"
    with pytest.raises(CheckoutApiException) as raised:
        await client.call("capture_payment", payment_id)
    assert raised.value.http_metadata.status_code == 403


@pytest.mark.parametrize(("captured", "after"), [(False, "Voided"), (True, "Refunded")])
async def test_a_reversal_does_what_the_state_asks_for(
    client: Client, admin: Admin, captured: bool, after: str
) -> None:
    await admin.set(payfac_refund_signature="lenient")
    payment_id = await (client.captured() if captured else client.authorised())
    await client.done("reverse_payment", payment_id)
    assert (await client.details(payment_id)).status == after
    again = await client.call("reverse_payment", payment_id)
    assert again.http_metadata.status_code == 204


async def test_payments_are_listed_by_reference_and_found_by_searching(client: Client) -> None:
    made = [await client.authorised(1000 + n, reference="ORD-7") for n in range(3)]
    await client.authorised(reference="ORD-8")
    query = request_of(PaymentsQueryFilter, reference="ORD-7", limit=2, skip=1)
    page = await client.call("get_payments_list", query)
    assert page.total_count == 3
    assert [payment.id for payment in page.data] == [made[1], made[0]]
    search = request_of(PaymentsSearchRequest, query="reference:'ORD-7'", limit=10)
    found = await client.call("search_payments", search)
    assert {payment.id for payment in found.data} == set(made)


async def test_money_is_sent_to_a_card_and_read_in_the_newer_shape(
    client: Client, admin: Admin
) -> None:
    card = card_destination("4921817844445119")
    asked = payout_order(card, 1500, reference="PO-7", metadata={"till": 4})
    made = await client.call("request_payout", asked, "key-1")
    assert made.http_metadata.status_code == 202
    assert (made.status, made.reference) == ("Pending", "PO-7")
    assert made.instruction.value_date
    assert (await client.call("request_payout", asked, "key-1")).id == made.id
    before = await client.details(made.id)
    assert (before.status, before.processed_on) == ("pending", None)
    await admin.settle()
    after = await client.details(made.id)
    assert (after.id, after.amount, after.currency, after.status) == (
        made.id, 1500, "GBP", "approved",
    )  # fmt: skip
    assert (after.destination.last4, after.metadata.till) == ("5119", 4)
    assert await client.history(made.id) == [("Payout", 1500, True)]


async def test_money_is_sent_to_a_bank_account_and_read_in_the_classic_shape(
    client: Client, admin: Admin
) -> None:
    made = await client.call("request_payout", payout_order(bank_destination(), 1500))
    assert made.http_metadata.status_code == 202
    before = await client.details(made.id)
    assert (before.status, before.approved) == ("Pending", False)
    await admin.settle()
    after = await client.details(made.id)
    assert (after.status, after.approved, after.amount) == ("Paid", True, 1500)
    assert (after.destination.type, after.destination.last4) == ("bank_account", "6819")
    assert after.instruction.scheme == "local"
    with pytest.raises(CheckoutApiException) as raised:
        await client.call("void_payment", made.id)
    assert raised.value.http_metadata.status_code == 403


async def test_a_payout_to_something_stored_is_listed_and_found(client: Client) -> None:
    stored = PaymentRequestIdDestination()
    stored.id = "src_gsd2agaqd2sernz5tpcfv555nq"
    made = await client.call("request_payout", payout_order(stored, 1500, reference="PO-8"))
    query = request_of(PaymentsQueryFilter, reference="PO-8")
    page = await client.call("get_payments_list", query)
    assert [(shown.id, shown.status) for shown in page.data] == [(made.id, "Pending")]
    search = request_of(PaymentsSearchRequest, query="reference:'PO-8'", limit=10)
    (shown,) = (await client.call("search_payments", search)).data
    assert (shown.id, shown.destination.id) == (made.id, stored.id)


async def test_a_refused_payout_carries_its_codes(client: Client) -> None:
    asked = payout_order(bank_destination(), 1500, billing_descriptor=None)
    with pytest.raises(CheckoutApiException) as raised:
        await client.call("request_payout", asked)
    assert raised.value.error_details == ["billing_descriptor_reference_required"]


async def test_a_payment_session_is_opened_and_paid(client: Client, admin: Admin) -> None:
    session = await client.opened(
        reference="ORD-9",
        payment_type="Regular",
        metadata={"agent": "a17"},
        customer_retry=request_of(CustomerRetry, max_attempts=3),
        expires_on=datetime(2999, 1, 1, tzinfo=UTC),
        locale="en-GB",
    )
    assert session.http_metadata.status_code == 201
    assert session.payment_session_token
    declined = await client.submitted(session, "4544249167673670")
    assert (declined.status, declined.decline_reason) == ("Declined", "Insufficient Funds")
    paid = await client.submitted(session, ip_address="203.0.113.7")
    assert (paid.http_metadata.status_code, paid.status) == (201, "Approved")
    await admin.settle()
    details = await client.details(paid.id)
    assert (details.status, details.reference, details.metadata.agent) == (
        "Captured", "ORD-9", "a17",
    )  # fmt: skip
    with pytest.raises(CheckoutApiException) as raised:
        await client.submitted(session)
    assert raised.value.http_metadata.status_code == 429
    assert raised.value.error_details == ["duplicate_request"]


async def test_a_payment_session_sends_the_customer_to_a_page(client: Client) -> None:
    session = await client.opened(three_ds=request_of(ThreeDsRequest, enabled=True))
    waiting = await client.submitted(session)
    assert (waiting.http_metadata.status_code, waiting.status) == (202, "Action Required")
    assert (waiting.type, waiting.action.type) == ("card", "redirect")
    assert waiting.action.url.startswith("http://127.0.0.1:")
    assert (await client.details(waiting.id)).status == "Pending"


async def test_the_client_gets_in_with_an_access_token(sandbox: Sandbox) -> None:
    def pay() -> Any:
        with official_client(sandbox.endpoints.payfac, with_token=True) as api:
            made = api.payments.request_payment(phone_order(1000))
            return api.payments.get_payment_details(made.id)

    assert (await asyncio.to_thread(pay)).status == "Authorized"
