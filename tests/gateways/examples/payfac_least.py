"""PayFac's answers with the members its source text requires, and no others."""

from __future__ import annotations

from tests.gateways.examples.payfac import BASE, PAYMENT_ID, PAYOUT_ID, SESSION_ID, Document

ERRORS: Document = {
    "request_id": "e5a3ce6f-a4e9-4445-9ec7-e5975e9a6216",
    "error_type": "request_invalid",
    "error_codes": ["reference_invalid"],
}

TOKEN: Document = {"access_token": "a.made-up.token", "token_type": "Bearer", "expires_in": 1799.5}

# The text requires none of these three.
CHARGED: Document = {"id": PAYMENT_ID, "status": "Authorized", "approved": True}

PAYMENT: Document = {
    "id": PAYMENT_ID,
    "requested_on": "2026-01-01T10:11:11Z",
    "amount": 6540,
    "currency": "USD",
    "status": "Captured",
    "approved": True,
    "_links": {
        "self": {"href": f"{BASE}/payments/{PAYMENT_ID}"},
        "actions": {"href": f"{BASE}/payments/{PAYMENT_ID}/actions"},
    },
}

PAYOUT: Document = {
    "id": PAYOUT_ID,
    "requested_on": "2026-01-01T10:11:11Z",
    "source": {"type": "currency_account", "id": "ca_y3oqhf46pyzuxjbcn2giaqnb44"},
    "destination": {"type": "id", "id": "src_gsd2agaqd2sernz5tpcfv555nq"},
    "amount": 1000,
    "currency": "GBP",
    "status": "Paid",
    "approved": True,
    "_links": {"self": {"href": f"{BASE}/payments/{PAYOUT_ID}"}},
}

NEWER_PAYOUT: Document = {
    "id": PAYOUT_ID,
    "requested_on": "2026-01-01T10:11:11Z",
    "processed_on": None,
    "source": {"type": "currency_account", "id": "ca_y3oqhf46pyzuxjbcn2giaqnb44"},
    "destination": {"type": "id", "id": "src_gsd2agaqd2sernz5tpcfv555nq"},
    "amount": 1000,
    "currency": "GBP",
    "status": "approved",
    "links": {"self": {"href": f"{BASE}/payments/{PAYOUT_ID}"}},
}

ACTION: Document = {
    "id": "act_1",
    "type": "Authorization",
    "amount": 6540,
    "response_code": "10000",
    "processed_on": "2026-01-01T10:11:12Z",
    "approved": True,
}

INCREMENT: Document = {
    "action_id": "act_q4dbxom5jbgudnjzjpz7j2z6uq",
    "amount": 460,
    "currency": "USD",
    "approved": False,
    "status": "Declined",
    "response_code": "20051",
    "processed_on": "2026-01-01T11:11:12Z",
    "_links": {"self": {"href": f"{BASE}/payments/{PAYMENT_ID}"}},
}

ACCEPTED: Document = {
    "action_id": "act_2f56bhkau5dubequbv5aa6w4qi",
    "reference": "CAP-1",
    "_links": {
        "payment": {"href": f"{BASE}/payments/{PAYMENT_ID}"},
        "actions": {"href": f"{BASE}/payments/{PAYMENT_ID}/actions"},
    },
}

FOUND_PAYMENT: Document = {
    "id": PAYMENT_ID,
    "requested_on": "2026-01-01T10:11:11Z",
    "source": {"type": "card"},
    "amount": 6540,
    "currency": "USD",
    "status": "Captured",
}

FOUND_PAYOUT: Document = {
    "id": PAYOUT_ID,
    "requested_on": "2026-01-01T10:11:11Z",
    "destination": {"type": "id", "id": "src_gsd2agaqd2sernz5tpcfv555nq"},
    "amount": 1000,
    "currency": "GBP",
    "status": "Paid",
}

SESSION: Document = {
    "id": SESSION_ID,
    "_links": {"self": {"href": f"{BASE}/payment-sessions/{SESSION_ID}"}},
}

SUBMITTED: Document = {"id": PAYMENT_ID, "status": "Approved", "type": ["card"]}

SUBMITTED_TO_CONFIRM: Document = {
    "id": PAYMENT_ID,
    "status": "Action Required",
    "type": "card",
    "action": {"type": "redirect"},
}
