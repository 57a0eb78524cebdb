"""PayFac's documents, as the API describes them."""

from __future__ import annotations

PAYMENT_ID = "pay_mbabizu24mvu3mela5njyhpit4"
BASE = "https://payfac.test"


def links(*names: str) -> dict[str, object]:
    return {name: {"href": f"{BASE}/payments/{PAYMENT_ID}/{name}"} for name in names}


def balances(
    *, authorized: int, captured: int = 0, refunded: int = 0, voided: int = 0
) -> dict[str, int]:
    left = authorized - voided - captured
    return {
        "total_authorized": authorized,
        "total_voided": voided,
        "available_to_void": left,
        "total_captured": captured,
        "available_to_capture": left,
        "total_refunded": refunded,
        "available_to_refund": captured - refunded,
    }


SOURCE = {
    "id": "src_nwd3m4in3hkuddfpjsaevunhdy",
    "type": "card",
    "expiry_month": 12,
    "expiry_year": 2030,
    "name": "Ada Muster",
    "scheme": "Visa",
    "last4": "4242",
    "bin": "424242",
    "fingerprint": "F31828E2BDABAE63EB694903825CDD36",
    "card_type": "Credit",
    "avs_check": "Y",
    "cvv_check": "D",
}

AUTHORISED: dict[str, object] = {
    "id": PAYMENT_ID,
    "action_id": "act_mbabizu24mvu3mela5njyhpit4",
    "amount": 1290,
    "currency": "EUR",
    "approved": True,
    "status": "Authorized",
    "auth_code": "643381",
    "response_code": "10000",
    "response_summary": "Approved",
    "expires_on": "2026-01-08T10:11:12Z",
    "risk": {"flagged": False},
    "source": SOURCE,
    "balances": balances(authorized=1290),
    "processed_on": "2026-01-01T10:11:12Z",
    "reference": "T1-1043-1-K7QX",
    "processing": {"retrieval_reference_number": "909913440644"},
    "scheme_id": "489341065491658",
    "_links": links("self", "actions", "capture", "void"),
}

DECLINED: dict[str, object] = {
    "id": PAYMENT_ID,
    "action_id": "act_mbabizu24mvu3mela5njyhpit4",
    "amount": 1290,
    "currency": "EUR",
    "approved": False,
    "status": "Declined",
    "response_code": "20051",
    "response_summary": "Insufficient Funds",
    "processing": {"recommendation_code": "02"},
    "processed_on": "2026-01-01T10:11:12.52Z",
    "reference": "T1-1043-1-K7QX",
    "_links": links("self", "actions"),
}

VERIFIED: dict[str, object] = {
    "id": PAYMENT_ID,
    "action_id": "act_mbabizu24mvu3mela5njyhpit4",
    "currency": "EUR",
    "approved": True,
    "status": "Card Verified",
    "response_code": "10000",
    "source": {"cvv_check": "Y"},
    "_links": links("self", "actions"),
}

WAITING: dict[str, object] = {
    "id": PAYMENT_ID,
    "status": "Pending",
    "reference": "T1-1043-1-K7QX",
    "3ds": {"enrolled": "Y"},
    "_links": {**links("self"), "redirect": {"href": "https://bank.test/3ds/1"}},
}

PAYOUT: dict[str, object] = {
    "id": PAYMENT_ID,
    "status": "Pending",
    "reference": "PO-215-5721",
    "instruction": {"value_date": "2026-01-03T00:00:00Z"},
    "_links": links("self", "actions"),
}

DETAILS: dict[str, object] = {
    "id": PAYMENT_ID,
    "requested_on": "2026-01-01T10:11:11.4737666Z",
    "source": SOURCE,
    "amount": 1290,
    "currency": "EUR",
    "payment_type": "MOTO",
    "reference": "T1-1043-1-K7QX",
    "status": "Partially Refunded",
    "approved": True,
    "balances": balances(authorized=1290, captured=1290, refunded=290),
    "risk": {"flagged": False},
    "metadata": {"agent": "a17"},
    "description": None,
    "expires_on": None,
    "_links": links("self", "actions", "refund"),
}

ACTIONS: list[dict[str, object]] = [
    {
        "id": "act_4",
        "type": "Refund",
        "amount": 290,
        "approved": True,
        "response_code": "10000",
        "response_summary": "Approved",
        "processed_on": "2026-01-02T09:00:00Z",
        "processing": {"acquirer_reference_number": "24021219099007452440"},
    },
    {
        "id": "act_3",
        "type": "Refund",
        "amount": 1000,
        "approved": False,
        "response_code": "20006",
        "processed_on": "2026-01-01T12:00:00Z",
    },
    {
        "id": "act_2",
        "type": "Capture",
        "amount": 1290,
        "approved": True,
        "response_code": "10000",
        "processed_on": "2026-01-01T10:11:13Z",
    },
    {
        "id": "act_1",
        "type": "Authorization",
        "authorization_type": "Final",
        "amount": 1290,
        "approved": True,
        "response_code": "10000",
        "auth_code": "643381",
        "processed_on": "2026-01-01T10:11:12Z",
    },
]

REFUND_TAKEN: dict[str, object] = {
    "action_id": "act_2f56bhkau5dubequbv5aa6w4qi",
    "reference": "T1-1043-1-K7QX",
    "_links": links("payment", "actions"),
}


def refused(*codes: str) -> dict[str, object]:
    return {
        "request_id": "e5a3ce6f-a4e9-4445-9ec7-e5975e9a6213",
        "error_type": "request_invalid",
        "error_codes": list(codes),
    }


def page(*entries: dict[str, object], total: int | None = None) -> dict[str, object]:
    return {
        "limit": 100,
        "skip": 0,
        "total_count": len(entries) if total is None else total,
        "data": list(entries),
    }
