"""What a payout request must hold, and the code of everything that is wrong with it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.sandbox.callers import Admin, Payfac, codes, payment
from tests.sandbox.payouts import (
    ADDRESS,
    AUTHORITY,
    COMPANY,
    IBAN,
    PAID_CARD,
    PAYOUTS,
    PERSON,
    QUOTE,
    STORED,
    bank_payout,
    card_payout,
    payout,
    sent,
)

pytestmark = pytest.mark.asyncio

CARD = card_payout()["destination"]
BANK = bank_payout()["destination"]
NETWORK = next(b for b in PAYOUTS if b["destination"]["type"] == "network_token")["destination"]
DESCRIBED: dict[str, Any] = {"billing_descriptor": {"reference": "Withdrawal"}}
GONE = object()


def changed(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """``body`` with the member at ``path`` replaced, or taken out (GONE)."""
    made = copy.deepcopy(body)
    *way, last = path.split(".")
    part: Any = made
    for name in way:
        part = part.setdefault(name, {})
    if value is GONE:
        part.pop(last, None)
    else:
        part[last] = value
    return made


CARD_REFUSALS: list[tuple[str, object, str]] = [
    ("currency", GONE, "currency_required"),
    ("currency", "gbp", "currency_invalid"),
    ("amount", GONE, "amount_invalid"),
    ("amount", 0, "amount_invalid"),
    ("amount", -1, "amount_invalid"),
    ("amount", 10.5, "amount_invalid"),
    ("amount", "10", "amount_invalid"),
    ("amount", 1_000_000_000, "amount_invalid"),
    ("source", GONE, "payment_source_required"),
    ("source", [], "source_invalid"),
    ("source.type", GONE, "source_type_required"),
    ("source.type", "card", "source_invalid"),
    ("source.type", [], "source_invalid"),
    ("source.id", GONE, "source_id_required"),
    ("source.id", "ent_y3oqhf46pyzuxjbcn2giaqnb44", "source_id_invalid"),
    ("source.id", "ca_y3oqhf46pyzuxjbcn2giaqnb4", "source_id_invalid"),
    ("source.amount", -1, "amount_invalid"),
    ("destination", GONE, "destination_required"),
    ("destination", "card", "destination_invalid"),
    ("destination.type", GONE, "destination_type_required"),
    ("destination.type", "wallet", "destination_invalid"),
    ("destination.type", {}, "destination_invalid"),
    ("destination.number", GONE, "card_number_required"),
    ("destination.number", "4012888888881881", "card_number_invalid"),
    ("destination.number", 4921817844445119, "card_number_invalid"),
    ("destination.expiry_month", GONE, "card_expiry_month_required"),
    ("destination.expiry_month", 13, "card_expiry_month_invalid"),
    ("destination.expiry_year", GONE, "card_expiry_year_required"),
    ("destination.expiry_year", 90, "card_expiry_year_invalid"),
    ("destination.expiry_year", 2020, "card_expired"),
    ("destination.account_holder", [], "account_holder_invalid"),
    ("destination.account_holder.type", GONE, "account_holder_type_required"),
    ("destination.account_holder.type", "instrument", "account_holder_type_invalid"),
    ("destination.account_holder.first_name", GONE, "first_name_required"),
    ("destination.account_holder.last_name", GONE, "last_name_required"),
    ("destination.account_holder.last_name", "n" * 51, "last_name_invalid"),
    ("destination.account_holder.middle_name", "", "middle_name_invalid"),
    ("destination.account_holder.type", "corporate", "company_name_required"),
    ("destination.account_holder.type", "government", "company_name_required"),
    ("destination.account_holder.email", "ada", "email_invalid"),
    ("destination.account_holder.phone", {"country_code": "x"}, "country_phone_code_invalid"),
    ("destination.account_holder.billing_address", {"zip": "z" * 51}, "zip_invalid"),
    ("destination.account_holder.date_of_birth", "1986-02-30", "parameter_invalid"),
    ("destination.account_holder.date_of_birth", "19860101", "parameter_invalid"),
    ("destination.account_holder.country_of_birth", "gb", "country_invalid"),
    ("destination.account_holder.residential_status", "guest", "parameter_invalid"),
    ("destination.account_holder.account_name_inquiry", "yes", "parameter_invalid"),
    ("destination.account_holder.tax_id", 5, "parameter_invalid"),
    ("destination.account_holder.identification", {}, "identification_type_required"),
    ("destination.account_holder.identification.type", "badge", "identification_type_invalid"),
    (
        "destination.account_holder.identification",
        {"type": "passport", "number": "n" * 26},
        "parameter_invalid",
    ),
    ("reference", "r" * 51, "parameter_invalid"),
    ("billing_descriptor", {"reference": "r" * 51}, "billing_descriptor_reference_invalid"),
    ("billing_descriptor", [], "parameter_invalid"),
    ("sender", "me", "sender_invalid"),
    ("sender", {}, "sender_type_required"),
    ("sender", {"type": "person"}, "sender_type_invalid"),
    ("sender", PERSON, "sender_address_required"),
    ("sender", {"type": "corporate", "address": ADDRESS}, "company_name_required"),
    ("sender", {"type": "instrument", "source_of_funds": "theft"}, "parameter_invalid"),
    ("sender", {"type": "instrument", "reference": "r" * 51}, "parameter_invalid"),
    ("instruction", 5, "parameter_invalid"),
    ("instruction.purpose", 5, "parameter_invalid"),
    ("instruction.funds_transfer_type", "pp", "parameter_invalid"),
    ("instruction.charge_bearer", "BEN", "parameter_invalid"),
    ("instruction.scheme", "SWIFT", "parameter_invalid"),
    ("instruction.repair", "true", "parameter_invalid"),
    ("instruction.quote_id", QUOTE.upper(), "parameter_invalid"),
    ("instruction.quote_id", QUOTE + "a", "parameter_invalid"),
    ("instruction.quote_id", "qte_" + "1" * 26, "parameter_invalid"),
    ("processing_channel_id", GONE, "processing_channel_id_required"),
    ("processing_channel_id", "pc_short", "parameter_invalid"),
    ("metadata", {str(n): n for n in range(21)}, "metadata_key_invalid"),
    ("metadata", {"a": "x" * 256}, "parameter_invalid"),
    ("metadata", {"a": {}}, "parameter_invalid"),
    ("processing", [], "parameter_invalid"),
    ("segment", "shop", "parameter_invalid"),
]
BANK_REFUSALS: list[tuple[str, object, str]] = [
    ("destination.country", GONE, "country_required"),
    ("destination.country", "GBR", "country_invalid"),
    ("destination.iban", GONE, "account_number_required"),
    ("destination.iban", "GB28NWBK60161331926819", "iban_invalid"),
    ("destination.iban", IBAN.lower(), "iban_invalid"),
    ("destination.account_number", "a" * 35, "account_number_invalid"),
    ("destination.account_number", 31926819, "account_number_invalid"),
    ("destination.bban", "b" * 31, "bban_invalid"),
    ("destination.swift_bic", "NWBKGB2", "swift_bic_invalid"),
    ("destination.bank_code", "?", "bank_code_invalid"),
    ("destination.branch_code", [], "branch_code_invalid"),
    ("destination.account_type", "checking", "parameter_invalid"),
    ("destination.bank", "NatWest", "parameter_invalid"),
    ("billing_descriptor", GONE, "billing_descriptor_reference_required"),
    ("billing_descriptor", {"name": "Shop"}, "billing_descriptor_reference_required"),
    ("billing_descriptor.reference", "", "billing_descriptor_reference_invalid"),
    ("billing_descriptor.reference", "r" * 51, "billing_descriptor_reference_invalid"),
    ("sender", {**AUTHORITY, "address": ADDRESS}, "sender_type_invalid"),
]
OTHER_REFUSALS: list[tuple[dict[str, Any], str]] = [
    (payout({"type": "id"}, **DESCRIBED), "destination_id_required"),
    (payout({"type": "id", "id": "src_x"}, **DESCRIBED), "destination_id_invalid"),
    (payout({"type": "id", "id": STORED}), "billing_descriptor_reference_required"),
    (payout({"type": "token"}), "token_required"),
    (payout({"type": "token", "token": STORED}), "token_invalid"),
    (payout({**NETWORK, "token": "4012888888881881"}), "token_invalid"),
    (payout({**NETWORK, "token_type": "visa"}), "token_type_invalid"),
    (payout({**NETWORK, "token_type": None}), "token_type_required"),
    (payout({**NETWORK, "cryptogram": "c" * 51}), "parameter_invalid"),
    (payout({**NETWORK, "eci": "777"}), "parameter_invalid"),
    (payout({**NETWORK, "expiry_year": 2020}), "card_expired"),
    (card_payout(currency="KWD", amount=1001), "amount_invalid"),
    (card_payout(amount=None, source={**card_payout()["source"], "amount": 0}), "amount_invalid"),
]
SOUND: list[dict[str, Any]] = [
    card_payout(destination={**CARD, "account_holder": None}),
    card_payout(destination={**CARD, "account_holder": AUTHORITY}),
    card_payout(
        destination={
            **CARD,
            "account_holder": {
                **PERSON,
                "middle_name": "B",
                "email": "ada@shop.test",
                "phone": {"country_code": "44", "number": "2071234567"},
                "billing_address": ADDRESS,
                "date_of_birth": "1986-01-01",
                "country_of_birth": "FR",
                "residential_status": "resident",
                "identification": {
                    "type": "driving_licence",
                    "number": "N-1",
                    "issuing_country": "FR",
                    "date_of_expiry": "2090-01-01",
                },
            },
        }
    ),
    card_payout(reference=None, instruction=None),
    card_payout(reference="r" * 50, metadata={str(n): "x" * 255 for n in range(20)}),
    card_payout(billing_descriptor={}, processing={}, segment={"brand": "shop"}),
    card_payout(amount=999_999_999),
    card_payout(amount=None, source={**card_payout()["source"], "amount": 700}),
    bank_payout(destination={**BANK, "iban": None, "account_number": "31926819"}),
    bank_payout(destination={**BANK, "iban": None, "bban": "NWBK 6016 1331 9268 19"}),
    bank_payout(destination={**BANK, "swift_bic": "NWBKGB2L", "bank_code": "60-16-13"}),
    bank_payout(destination={**BANK, "bank": {"name": "b", "address": {}}}),
    bank_payout(billing_descriptor={"reference": "r" * 50}, instruction=None),
    bank_payout(sender={"type": "instrument", "reference": "S-1"}),
    bank_payout(sender={**COMPANY, "address": ADDRESS, "source_of_funds": "cash"}),
]


async def test_a_wrong_payout_is_refused_by_its_code(payfac: Payfac) -> None:
    rows = [(changed(card_payout(), path, value), code) for path, value, code in CARD_REFUSALS]
    rows += [(changed(bank_payout(), path, value), code) for path, value, code in BANK_REFUSALS]
    for body, code in rows + OTHER_REFUSALS:
        answer = await payfac.post("/payments", body)
        assert (code, codes(answer)) == (code, [code]), body


async def test_a_misspelt_outcome_is_refused(payfac: Payfac) -> None:
    for code in ("50004", "50031", "5000", "x", "", 50003, True):
        body = bank_payout(metadata={"training_outcome": code})
        assert codes(await payfac.post("/payments", body)) == ["parameter_invalid"], code


async def test_all_that_is_wrong_with_a_payout_is_told_at_once(payfac: Payfac) -> None:
    body = bank_payout(
        currency="XXX",
        source={"type": "entity"},
        destination={"type": "bank_account", "account_holder": {"type": "individual"}},
        amount=0,
        billing_descriptor={},
        sender={"type": "corporate"},
        processing_channel_id=None,
    )
    assert codes(await payfac.post("/payments", body)) == [
        "currency_invalid",
        "source_id_required",
        "country_required",
        "account_number_required",
        "first_name_required",
        "last_name_required",
        "amount_invalid",
        "billing_descriptor_reference_required",
        "company_name_required",
        "sender_address_required",
        "processing_channel_id_required",
    ]
    assert (await payfac.get("/payments?reference=PO-1")).json()["total_count"] == 0


async def test_a_sound_payout_is_accepted(payfac: Payfac) -> None:
    for body in SOUND:
        made = await payfac.details(await sent(payfac, body))
        assert made["amount"] == (body["amount"] or body["source"]["amount"])
        assert made.get("reference") == body["reference"]


async def test_a_stored_instrument_is_an_account_unless_the_instruction_is_for_a_card(
    payfac: Payfac,
) -> None:
    stored = {"type": "id", "id": STORED}
    bank = await payfac.details(await sent(payfac, payout(stored, **DESCRIBED)))
    card = payout(stored, instruction={"funds_transfer_type": "C07"})
    shown = await payfac.details(await sent(payfac, card))
    assert ("_links" in bank, "links" in shown) == (True, True)
    assert bank["destination"] == shown["destination"] == stored


async def test_unknown_members_of_a_payout_are_refused_only_on_request(
    payfac: Payfac, admin: Admin
) -> None:
    spoiled = [
        changed(body, path, 1)
        for body, path in (
            (card_payout(), "colour"),
            (card_payout(), "source.colour"),
            (card_payout(), "destination.iban2"),
            (card_payout(), "destination.account_holder.colour"),
            (card_payout(), "destination.account_holder.address"),
            (card_payout(sender={**AUTHORITY, "address": ADDRESS}), "sender.colour"),
            (card_payout(sender={"type": "instrument"}), "sender.email"),
            (bank_payout(), "destination.number"),
            (bank_payout(), "instruction.colour"),
            (bank_payout(), "billing_descriptor.name"),
        )
    ]
    spoiled.append(
        changed(card_payout(), "destination.account_holder.identification", {"type": "tax_id"})
    )
    spoiled[-1]["destination"]["account_holder"]["identification"]["colour"] = 1
    for body in spoiled:
        await sent(payfac, body)
    await admin.set(payfac_refuse_unknown_members=True)
    for body in spoiled:
        assert codes(await payfac.post("/payments", body)) == ["parameter_invalid"]
    for body in PAYOUTS:
        await sent(payfac, body)


async def test_a_payment_stays_a_payment(payfac: Payfac) -> None:
    assert (await payfac.post("/payments", payment(destination=None))).status_code == 201
    both = payment(destination={"type": "card"}, processing_channel_id="pc_" + "a" * 26)
    assert codes(await payfac.post("/payments", both))[0] == "source_invalid"
    # The cards that money is sent to are no cards that pay.
    assert codes(await payfac.post("/payments", payment(PAID_CARD))) == ["card_number_invalid"]
