"""What PayFac's contract allows as an answer about a payout, written down by hand."""

from __future__ import annotations

from typing import Any

from tests.sandbox.contract import (
    MOMENT,
    Members,
    among,
    flag,
    like,
    many,
    maybe,
    members,
    shape,
    text,
    whole,
)
from tests.sandbox.contract_payfac import (
    ACTION_ID,
    CODE,
    LINK,
    PAYFAC_DETAILS,
    PAYFAC_PENDING,
    PAYMENT_ID,
    payfac_links,
)

_SECRET = {"number", "account_number", "iban", "bban", "token", "cryptogram", "cvv"}


def destination(value: Any) -> bool:
    """Where the money goes, with no more than the last four characters of a number."""
    assert value["type"] in ("card", "id", "token", "network_token", "bank_account")
    assert not _SECRET & value.keys(), value.keys()
    assert len(value.get("last4", "4444")) == 4
    return like(r"src_\w{26}")(value["id"])


def _short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 50


_PAYOUT: Members = {
    "id": PAYMENT_ID,
    "requested_on": MOMENT,
    "source": shape({"type": among("currency_account|entity"), "id": text}),
    "destination": destination,
    "amount": whole,
    "currency": like("[A-Z]{3}"),
}
_OPTIONAL: Members = {
    "reference": maybe(_short),
    "billing_descriptor": maybe(members),
    "sender": maybe(members),
    "instruction": maybe(members),
}
PAYOUT_CLASSIC = shape(
    {
        **_PAYOUT,
        "status": among("Pending|Paid|Declined|Returned"),
        "approved": flag,
        "_links": payfac_links,
    },
    _OPTIONAL,
)
PAYOUT_NEWER = shape(
    {
        **_PAYOUT,
        "processed_on": maybe(MOMENT),
        "status": among("pending|approved|declined"),
        "links": payfac_links,
    },
    {**_OPTIONAL, "scheme_id": maybe(text), "metadata": maybe(members)},
)
PAYOUT_ACCEPTED = shape(
    {
        "id": PAYMENT_ID,
        "status": among("Pending"),
        "instruction": shape({"value_date": MOMENT}),
        "_links": shape({"self": LINK, "actions": LINK}),
    },
    {"reference": _short},
)
PAYOUT_FOUND = shape(
    {
        "id": PAYMENT_ID,
        "requested_on": MOMENT,
        "destination": destination,
        "amount": whole,
        "currency": like("[A-Z]{3}"),
        "status": text,
    },
    {
        "reference": _short,
        "billing_descriptor": members,
        "processing_channel_id": like(r"pc_\w{26}"),
        "sender": members,
        "metadata": members,
        "actions": many(
            shape({"id": ACTION_ID, "type": text, "response_code": CODE, "response_summary": text})
        ),
    },
)


def accepted(value: Any) -> bool:
    """The 202 of a payment that waits for its payer, or of a payout."""
    return (PAYOUT_ACCEPTED if "instruction" in value else PAYFAC_PENDING)(value)


def details(value: Any) -> bool:
    """A payment, or a payout in either of its shapes."""
    if "destination" not in value:
        return PAYFAC_DETAILS(value)
    return (PAYOUT_NEWER if "links" in value else PAYOUT_CLASSIC)(value)


def found(value: Any) -> bool:
    """A payment or a payout among the results of a search."""
    return (PAYOUT_FOUND if "destination" in value else PAYFAC_DETAILS)(value)


LIST = shape({"limit": whole, "skip": whole, "total_count": whole, "data": many(details)})
FOUND = shape({"data": many(found), "_links": shape({"self": LINK}, {"next": LINK})})
