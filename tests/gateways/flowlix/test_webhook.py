"""A notice of Flowlix counts only when its signature proves who sent it, and that it is fresh."""

from __future__ import annotations

import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.gateways.flowlix.webhook import LARGEST_BODY, TOLERANCE, Event, event_from
from posapp.gateways.port import GatewayDown, NotGenuine
from posapp.model.money import Money
from posapp.model.payment import ActionState, PaymentStatus, RefundRecord
from posapp.model.secret import Secret
from tests.gateways.flowlix import documents
from tests.gateways.flowlix.documents import PAYMENT_ID

# The worked example of the contract, byte for byte.
SECRET = "whsec_demo_secret_0001"
SIGNED_AT = 1760000600
BODY = (
    b'{"id":"evt_Pl1Ok2Ij3Uh4Yg5Tf6Rd7Es8","type":"refund.succeeded","created_at":1760000599,'
    b'"livemode":false,"data":{"refund":{"id":"ref_Qa1Wz2Sx3Ed4Cr5Fv6Tg7By8",'
    b'"payment_id":"pay_Aq1Ws2Ed3Rf4Tg5Yh6Uj7Ik8","amount":290,"currency":"EUR",'
    b'"status":"SUCCEEDED"}}}'
)
SIGNATURE = "a07a4c07d00292701d78534b8aaae1fc9c0532e2ce5fc5cf4982baa81c34405f"
HEADER = f"t={SIGNED_AT},v1={SIGNATURE}"
NOW = datetime.fromtimestamp(SIGNED_AT, UTC) + timedelta(seconds=3)


def told(
    header: str = HEADER,
    body: bytes = BODY,
    *,
    secrets: tuple[str, ...] = (SECRET,),
    now: datetime = NOW,
    bare_key: bool = False,
) -> Event:
    keys = [Secret(secret) for secret in secrets]
    return event_from(header, body, secrets=keys, now=now, account="till", bare_key=bare_key)


def signature(body: bytes, *, key: str = SECRET, at: int = SIGNED_AT) -> str:
    return hmac.new(key.encode(), f"{at}.".encode() + body, sha256).hexdigest()


def notice(kind: str = "payment.succeeded", **changed: object) -> bytes:
    document: dict[str, object] = {
        "id": "evt_Pl1Ok2Ij3Uh4Yg5Tf6Rd7Es8",
        "type": kind,
        "created_at": 1760000599,
        "livemode": False,
        "data": {"payment": documents.SUCCEEDED},
    }
    return json.dumps(document | changed).encode()


def signed(body: bytes) -> Event:
    return told(f"t={SIGNED_AT},v1={signature(body)}", body)


def test_the_worked_example_of_the_contract_is_genuine() -> None:
    assert told() == Event(
        id="evt_Pl1Ok2Ij3Uh4Yg5Tf6Rd7Es8",
        kind="refund.succeeded",
        created_at=datetime.fromtimestamp(1760000599, UTC),
        live=False,
        payment_id=PAYMENT_ID,
        refund=RefundRecord(
            id="ref_Qa1Wz2Sx3Ed4Cr5Fv6Tg7By8",
            amount=Money(290, "EUR"),
            state=ActionState.DONE,
        ),
    )


def test_the_same_notice_again_has_the_same_id_under_another_signature() -> None:
    later = SIGNED_AT + 3600
    again = told(
        f"t={later},v1={signature(BODY, at=later)}", now=datetime.fromtimestamp(later, UTC)
    )
    assert again == told()


@pytest.mark.parametrize(
    ("kind", "document", "status"),
    [
        ("payment.succeeded", documents.SUCCEEDED, PaymentStatus.CAPTURED),
        ("payment.failed", documents.DECLINED, PaymentStatus.DECLINED),
        ("payment.canceled", documents.HOSTED | {"status": "CANCELED"}, PaymentStatus.CANCELED),
        ("payment.expired", documents.HOSTED | {"status": "EXPIRED"}, PaymentStatus.EXPIRED),
    ],
)
def test_a_notice_about_a_payment_carries_it(
    kind: str, document: dict[str, object], status: PaymentStatus
) -> None:
    event = signed(notice(kind, data={"payment": document}))
    assert (event.kind, event.refund) == (kind, None)
    assert event.payment is not None
    assert (event.payment.account, event.payment.status) == ("till", status)
    assert event.payment_id == event.payment.id == document["id"]


def test_a_notice_about_a_failed_refund_says_why() -> None:
    failed = documents.REFUND | {"status": "FAILED", "failure_code": "account_closed"}
    event = signed(notice("refund.failed", data={"refund": failed}))
    assert event.payment is None
    assert event.refund is not None
    assert event.refund.state is ActionState.FAILED
    assert event.refund.decline is not None
    assert event.refund.decline.code == "account_closed"


def test_real_and_training_notices_are_told_apart() -> None:
    assert signed(notice(livemode=True)).live
    assert not signed(notice(livemode=False)).live


def test_a_kind_that_is_not_known_yet_is_told_without_a_subject() -> None:
    event = signed(notice("payout.paid", data={"payout": {"id": "po_1"}}))
    assert (event.kind, event.payment_id) == ("payout.paid", "")
    assert (event.payment, event.refund) == (None, None)


@pytest.mark.parametrize(
    "header",
    [
        f" t={SIGNED_AT} , v1={SIGNATURE} ",
        f"v1={SIGNATURE},t={SIGNED_AT}",
        f"t={SIGNED_AT},v0=abc,v1={SIGNATURE},v2=,scheme",
        f"t={SIGNED_AT},v1={'0' * 64},v1={SIGNATURE}",
        f"t={SIGNED_AT},v1={SIGNATURE},v1=short",
        f"t={SIGNED_AT},v1={SIGNATURE.upper()}",
        f"t={SIGNED_AT},t={SIGNED_AT},v1={SIGNATURE}",
    ],
)
def test_any_good_signature_counts_and_unknown_parts_do_not(header: str) -> None:
    assert told(header) == told()


def test_while_a_secret_is_replaced_either_one_is_good() -> None:
    for secrets in ((SECRET, "whsec_next"), ("whsec_next", SECRET)):
        assert told(secrets=secrets) == told()
    with pytest.raises(NotGenuine):
        told(secrets=("whsec_next", "whsec_other"))


def test_the_key_can_be_the_secret_without_its_mark() -> None:
    bare = f"t={SIGNED_AT},v1={signature(BODY, key='demo_secret_0001')}"
    assert told(bare, bare_key=True) == told()
    for header, bare_key in ((bare, False), (HEADER, True)):
        with pytest.raises(NotGenuine, match="signing secret that is set"):
            told(header, bare_key=bare_key)


@pytest.mark.parametrize("seconds", [-TOLERANCE, 0, TOLERANCE])
def test_a_notice_counts_for_five_minutes_either_way(seconds: int) -> None:
    assert told(now=datetime.fromtimestamp(SIGNED_AT + seconds, UTC)) == told()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(TOLERANCE + 1, "more than five minutes ago"), (-TOLERANCE - 1, "in the future"),
     (10**9, "more than five minutes ago")],
)  # fmt: skip
def test_an_old_notice_and_one_from_the_future_are_refused(seconds: int, words: str) -> None:
    with pytest.raises(NotGenuine, match=words):
        told(now=datetime.fromtimestamp(SIGNED_AT + seconds, UTC))


NOT_GENUINE: dict[str, tuple[str, bytes, str]] = {
    "no header": ("", BODY, "missing"),
    "no moment": (f"v1={SIGNATURE}", BODY, "when it was signed"),
    "two moments": (f"t={SIGNED_AT},t=1,v1={SIGNATURE}", BODY, "when it was signed"),
    "a moment in words": (f"t=now,v1={SIGNATURE}", BODY, "when it was signed"),
    "a moment below zero": (f"t=-{SIGNED_AT},v1={SIGNATURE}", BODY, "when it was signed"),
    "a moment with a dot": (f"t={SIGNED_AT}.0,v1={SIGNATURE}", BODY, "when it was signed"),
    "a moment of odd digits": (f"t=١٧٦٠٠٠٠٦٠٠,v1={SIGNATURE}", BODY, "when it was signed"),
    "an endless moment": (f"t={'9' * 3000},v1={SIGNATURE}", BODY, "when it was signed"),
    "no signature": (f"t={SIGNED_AT}", BODY, "holds no signature"),
    "an empty signature": (f"t={SIGNED_AT},v1=", BODY, "holds no signature"),
    "a short signature": (f"t={SIGNED_AT},v1={SIGNATURE[:-1]}", BODY, "holds no signature"),
    "a longer signature": (f"t={SIGNED_AT},v1={SIGNATURE}0", BODY, "holds no signature"),
    "odd letters": (f"t={SIGNED_AT},v1={'é' * 64}", BODY, "holds no signature"),
    "another scheme": (f"t={SIGNED_AT},v2={SIGNATURE}", BODY, "holds no signature"),
    "another moment": (f"t={SIGNED_AT + 1},v1={SIGNATURE}", BODY, "not made with"),
    "another body": (HEADER, BODY.replace(b"290", b"291"), "not made with"),
    "a body with a line more": (HEADER, BODY + b"\n", "not made with"),
    "no body": (HEADER, b"", "not made with"),
    "one wrong digit": (HEADER[:-1] + "e", BODY, "not made with"),
    "a huge header": (HEADER + ",v1=" + "0" * 10_000, BODY, "too long"),
    "a huge body": (HEADER, b" " * (LARGEST_BODY + 1), "too large"),
}


@pytest.mark.parametrize(("header", "body", "words"), NOT_GENUINE.values(), ids=NOT_GENUINE.keys())
def test_what_is_not_proved_is_refused_and_the_check_that_failed_is_named(
    header: str, body: bytes, words: str
) -> None:
    with pytest.raises(NotGenuine, match=words) as raised:
        told(header, body)
    for hidden in ("pay_", "290", SIGNATURE[:8], SECRET):
        assert hidden not in f"{raised.value}{raised.value.said}{raised.value!r}"


@pytest.mark.parametrize(
    ("secrets", "bare_key"), [((), False), (("",), False), (("whsec_",), True), ((), True)]
)
def test_without_a_secret_nothing_is_genuine(secrets: tuple[str, ...], bare_key: bool) -> None:
    """An empty key would let anyone sign."""
    header = f"t={SIGNED_AT},v1={signature(BODY, key='')}"
    with pytest.raises(NotGenuine, match="no signing secret"):
        told(header, secrets=secrets, bare_key=bare_key)


def test_an_empty_secret_beside_a_good_one_lets_nobody_in() -> None:
    with pytest.raises(NotGenuine):
        told(f"t={SIGNED_AT},v1={signature(BODY, key='')}", secrets=("", SECRET))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"<html>",
        b"\xff",
        b'{"id":"evt_1","id":"evt_2"}',
        b"[" * 10_000,
        notice(id=""),
        notice(id="../evt"),
        notice(type=None),
        notice(type="payment succeeded \u202e"),
        notice(created_at="now"),
        notice(created_at=10**12),
        notice(livemode="perhaps"),
        notice(livemode=None),
        notice(data=None),
        notice(data={}),
        notice(data={"payment": None}),
        notice(data={"refund": documents.REFUND}),
        notice(data={"payment": documents.SUCCEEDED | {"amount": "1290"}}),
        notice("refund.failed"),
        notice("refund.failed", data={"refund": documents.REFUND | {"payment_id": None}}),
        notice("refund.failed", data={"refund": documents.REFUND | {"currency": None}}),
        notice("refund.failed", data={"refund": documents.REFUND | {"amount": -1}}),
    ],
)
def test_a_genuine_notice_that_cannot_be_read_says_so(body: bytes) -> None:
    with pytest.raises(GatewayDown, match="cannot be read"):
        signed(body)


@given(header=st.text(max_size=200), body=st.binary(max_size=200))
def test_no_header_and_no_body_raise_anything_else(header: str, body: bytes) -> None:
    with pytest.raises(NotGenuine):
        told(header, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(data=JSON, kind=st.sampled_from(["payment.succeeded", "refund.failed", "other"]) | JSON)
def test_no_signed_document_raises_anything_else(data: object, kind: object) -> None:
    with suppress(GatewayDown):
        assert signed(notice(data=data, type=kind)).kind == kind
