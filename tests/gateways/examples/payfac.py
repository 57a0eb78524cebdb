"""Every answer that the contract of PayFac shows as an example."""

from __future__ import annotations

BASE = "https://payfac.test"
PAYMENT_ID = "pay_mbabizu24mvu3mela5njyhpit4"
PAYOUT_ID = "pay_gwlowf7eap7uzm4cyaaqoq62au"
SESSION_ID = "ps_2vaDhY1qF02L0SXjgtQ03gucNPq"

Document = dict[str, object]


def links(payment_id: str, *names: str) -> Document:
    """``_links`` as they come with a payment: itself, its actions, and what may be done next."""
    own = f"{BASE}/payments/{payment_id}"
    after: Document = {name: {"href": f"{own}/{name}s"} for name in names}
    return after | {"self": {"href": own}, "actions": {"href": f"{own}/actions"}}


def balances(
    *, authorized: int, voided: int = 0, captured: int = 0, refunded: int = 0
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


_SOURCE: Document = {
    "id": "src_nwd3m4in3hkuddfpjsaevunhdy",
    "type": "card",
    "expiry_month": 12,
    "expiry_year": 2030,
    "name": "Ada Muster",
    "scheme": "Visa",
    "last4": "4242",
    "bin": "424242",
    "fingerprint": "F31828E2BDABAE63EB694903825CDD36041CC6ED461440B81415895855502832",
    "card_type": "Credit",
    "card_category": "Consumer",
    "issuer_country": "GB",
    "product_id": "F",
    "product_type": "Visa Classic",
    "avs_check": "Y",
    "cvv_check": "Y",
}

TOKEN: Document = {"access_token": "a.made-up.token", "token_type": "Bearer", "expires_in": 3600}

TOKEN_REFUSED: Document = {"error": "invalid_client"}

AUTHORISED: Document = {
    "id": PAYMENT_ID,
    "action_id": "act_mbabizu24mvu3mela5njyhpit4",
    "amount": 6540,
    "currency": "USD",
    "approved": True,
    "status": "Authorized",
    "auth_code": "643381",
    "response_code": "10000",
    "response_summary": "Approved",
    "expires_on": "2026-01-08T10:11:12Z",
    "risk": {"flagged": False},
    "source": _SOURCE,
    "balances": balances(authorized=6540),
    "processed_on": "2026-01-01T10:11:12Z",
    "reference": "ORD-5023-4E89",
    "processing": {
        "retrieval_reference_number": "909913440644",
        "acquirer_transaction_id": "440644309099499894406",
    },
    "scheme_id": "489341065491658",
    "_links": links(PAYMENT_ID, "authorization", "capture", "void"),
}

DECLINED: Document = {
    "id": PAYMENT_ID,
    "action_id": "act_mbabizu24mvu3mela5njyhpit4",
    "amount": 6540,
    "currency": "USD",
    "approved": False,
    "status": "Declined",
    "response_code": "20051",
    "response_summary": "Insufficient Funds",
    "processing": {"recommendation_code": "02"},
    "processed_on": "2026-01-01T10:11:12Z",
    "reference": "ORD-5023-4E89",
    "_links": links(PAYMENT_ID),
}

REFUSED: Document = {
    "request_id": "e5a3ce6f-a4e9-4445-9ec7-e5975e9a6213",
    "error_type": "request_invalid",
    "error_codes": ["card_number_invalid"],
}

VERIFIED: Document = {
    "id": PAYMENT_ID,
    "action_id": "act_mbabizu24mvu3mela5njyhpit4",
    "currency": "USD",
    "approved": True,
    "status": "Card Verified",
    "response_code": "10000",
    "source": {"cvv_check": "Y"},
    "_links": links(PAYMENT_ID),
}

PAYOUT_ACCEPTED: Document = {
    "id": PAYOUT_ID,
    "status": "Pending",
    "reference": "PO-215-5721",
    "instruction": {"value_date": "2026-01-03T00:00:00Z"},
    "_links": links(PAYOUT_ID),
}

DETAILS: Document = {
    "id": PAYMENT_ID,
    "requested_on": "2026-01-01T10:11:11Z",
    "source": _SOURCE,
    "amount": 6540,
    "currency": "USD",
    "payment_type": "MOTO",
    "reference": "ORD-5023-4E89",
    "status": "Partially Refunded",
    "approved": True,
    "balances": balances(authorized=7000, captured=7000, refunded=500),
    "risk": {"flagged": False},
    "metadata": {"agent": "a17"},
    "_links": links(PAYMENT_ID, "refund"),
}

_APPROVED: Document = {
    "approved": True,
    "response_code": "10000",
    "response_summary": "Approved",
}

ACTIONS: list[Document] = [
    {
        "id": "act_4",
        "type": "Refund",
        "amount": 500,
        "processed_on": "2026-01-03T10:11:12Z",
        "processing": {"acquirer_reference_number": "24021219099007452440793"},
    }
    | _APPROVED,
    {
        "id": "act_3",
        "type": "Capture",
        "amount": 7000,
        "processed_on": "2026-01-02T10:11:12Z",
    }
    | _APPROVED,
    {
        "id": "act_2",
        "type": "Authorization",
        "authorization_type": "Incremental",
        "amount": 460,
        "auth_code": "503198",
        "processed_on": "2026-01-01T11:11:12Z",
    }
    | _APPROVED,
    {
        "id": "act_1",
        "type": "Authorization",
        "authorization_type": "Estimated",
        "amount": 6540,
        "auth_code": "643381",
        "processed_on": "2026-01-01T10:11:12Z",
    }
    | _APPROVED,
]

INCREMENTED: Document = {
    "action_id": "act_q4dbxom5jbgudnjzjpz7j2z6uq",
    "amount": 460,
    "currency": "USD",
    "approved": True,
    "status": "Authorized",
    "auth_code": "503198",
    "response_code": "10000",
    "response_summary": "Approved",
    "expires_on": "2026-01-08T11:11:12Z",
    "balances": balances(authorized=7000),
    "processed_on": "2026-01-01T11:11:12Z",
    "reference": "ORD-5023-4E89",
    "_links": links(PAYMENT_ID, "authorization", "capture", "void"),
}


def _accepted(action_id: str, reference: str) -> Document:
    own = f"{BASE}/payments/{PAYMENT_ID}"
    shown = {"payment": {"href": own}, "actions": {"href": f"{own}/actions"}}
    return {"action_id": action_id, "reference": reference, "_links": shown}


CAPTURE_ACCEPTED = _accepted("act_2f56bhkau5dubequbv5aa6w4qi", "CAP-1")
VOID_ACCEPTED = _accepted("act_2f56bhkau5dubequbv5aa6w4qi", "VOID-1")
CANCELLATION_ACCEPTED = _accepted("act_2f56bhkau5dubequbv5aa6w4qi", "CANCEL-1")
REFUND_ACCEPTED = _accepted("act_4", "ORD-5023-4E89")
REVERSAL_ACCEPTED = _accepted("act_5", "ORD-5023-4E89")

CAPTURE_REFUSED: Document = {
    "request_id": "e5a3ce6f-a4e9-4445-9ec7-e5975e9a6214",
    "error_type": "request_invalid",
    "error_codes": ["capture_value_greater_than_remaining_authorized"],
}

FOUND: Document = {
    "data": [
        {
            "id": PAYMENT_ID,
            "requested_on": "2026-01-01T10:11:11Z",
            "source": _SOURCE,
            "amount": 6540,
            "currency": "USD",
            "status": "Captured",
        }
    ],
    "_links": {
        "self": {"href": f"{BASE}/payments/search"},
        "next": {"href": f"{BASE}/payments/search?cursor=bmV4dA"},
    },
}

LISTED: Document = {"limit": 10, "skip": 0, "total_count": 1, "data": [DETAILS]}

PAGING_REFUSED: Document = {
    "request_id": "e5a3ce6f-a4e9-4445-9ec7-e5975e9a6215",
    "error_type": "request_invalid",
    "error_codes": ["paging_limit_invalid"],
}

SESSION: Document = {
    "id": SESSION_ID,
    "payment_session_token": "a-made-up-session-token",
    "payment_session_secret": "pss_00000000-0000-4000-8000-000000000001",
    "_links": {"self": {"href": f"{BASE}/payment-sessions/{SESSION_ID}"}},
}

SESSION_PAID: Document = {"id": PAYMENT_ID, "status": "Approved", "type": ["card"]}

SESSION_TO_CONFIRM: Document = {
    "id": PAYMENT_ID,
    "status": "Action Required",
    "type": "card",
    "action": {"type": "redirect", "url": "https://acs.sandbox.test/challenge/1"},
}

SESSION_DETAILS: Document = SESSION | {
    "status": "Approved",
    "payment_id": PAYMENT_ID,
    "amount": 1000,
    "currency": "GBP",
    "reference": "ORD-123A",
    "description": None,
    "expires_on": "2026-01-01T11:11:12Z",
    "customer": None,
    "billing": {"address": {"country": "GB"}},
    "products": [],
}
