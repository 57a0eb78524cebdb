"""PayFac payouts: their bodies, and the calls that tests make with them."""

from __future__ import annotations

from typing import Any

from tests.sandbox import payout_contract
from tests.sandbox.callers import Payfac
from tests.sandbox.contract_payfac import PAYFAC_ACTIONS

PAID_CARD = "4921817844445119"
REFUSED_CARD = "4818192525595285"
NOT_PERMITTED_CARD = "4818192160565981"
# The example account of the IBAN registry; nobody has it.
IBAN = "GB29NWBK60161331926819"
STORED = "src_gsd2agaqd2sernz5tpcfv555nq"
TOKEN = "tok_ubfj2q76miwundwlk72vxt2i7q"
QUOTE = "qte_xrhaw53z5m6ehbbxz2n6n5lk74"

PERSON: dict[str, Any] = {"type": "individual", "first_name": "Ada", "last_name": "Muster"}
COMPANY: dict[str, Any] = {"type": "corporate", "company_name": "Muster Shop"}
AUTHORITY: dict[str, Any] = {"type": "government", "company_name": "City of Muster"}
ADDRESS: dict[str, Any] = {
    "address_line1": "1 High Street",
    "city": "London",
    "zip": "W1T 4TJ",
    "country": "GB",
}


def payout(destination: dict[str, Any], /, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "source": {"type": "currency_account", "id": "ca_y3oqhf46pyzuxjbcn2giaqnb44"},
        "destination": destination,
        "amount": 1000,
        "currency": "GBP",
        "reference": "PO-1",
        "processing_channel_id": "pc_hpswyyx23geezflc2ocz3exn4y",
    }
    return {**body, **changes}


def card_payout(number: str = PAID_CARD, **changes: Any) -> dict[str, Any]:
    """To a card whose number is told in full."""
    card = {"type": "card", "number": number, "expiry_month": 12, "expiry_year": 2090}
    more = {"instruction": {"purpose": "pension", "funds_transfer_type": "PP"}, **changes}
    return payout({**card, "account_holder": PERSON}, **more)


def bank_payout(**changes: Any) -> dict[str, Any]:
    """To a bank account that is told in full."""
    account = {"type": "bank_account", "iban": IBAN, "country": "GB", "account_type": "current"}
    more: dict[str, Any] = {
        "billing_descriptor": {"reference": "Withdrawal"},
        "instruction": {"purpose": "Withdrawal", "scheme": "local"},
    }
    return payout({**account, "account_holder": COMPANY}, **{**more, **changes})


PAYOUTS: list[dict[str, Any]] = [
    card_payout(),
    card_payout(REFUSED_CARD),
    card_payout(metadata={"training_outcome": "50003", "till": 4}),
    card_payout(
        sender={**AUTHORITY, "address": ADDRESS, "reference": "S-1"},
        billing_descriptor={"reference": "Refund"},
    ),
    payout({"type": "token", "token": TOKEN, "account_holder": AUTHORITY}),
    payout({"type": "id", "id": STORED}, instruction={"funds_transfer_type": "C07"}),
    payout(
        {
            "type": "network_token",
            "token": PAID_CARD,
            "token_type": "vts",
            "expiry_month": 12,
            "expiry_year": 2090,
            "cryptogram": "AhJ3hnYAoAbVz5zg1e17MAACAAA=",
            "eci": "7",
        }
    ),
    bank_payout(),
    bank_payout(metadata={"training_outcome": "50260"}),
    bank_payout(
        source={"type": "entity", "id": "ent_w4jelhppmfiufdnatam37wrfc4", "amount": 1200},
        sender={**PERSON, "address": ADDRESS, "date_of_birth": "1986-01-01"},
        instruction={"charge_bearer": "SHA", "scheme": "swift", "repair": True, "quote_id": QUOTE},
    ),
    payout({"type": "id", "id": STORED}, billing_descriptor={"reference": "Withdrawal"}),
]


async def sent(payfac: Payfac, body: dict[str, Any], key: str | None = None) -> str:
    """The id of a payout that was accepted."""
    answer = await payfac.post("/payments", body, key)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert payout_contract.PAYOUT_ACCEPTED(told)
    return str(told["id"])


async def actions(payfac: Payfac, payout_id: str) -> list[dict[str, Any]]:
    answer = await payfac.get(f"/payments/{payout_id}/actions")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    assert PAYFAC_ACTIONS(found)
    return found


async def search(payfac: Payfac, query: str, **more: Any) -> dict[str, Any]:
    answer = await payfac.post("/payments/search", {"query": query, **more})
    assert answer.status_code == 202, answer.text
    page: dict[str, Any] = answer.json()
    assert payout_contract.FOUND(page)
    return page
