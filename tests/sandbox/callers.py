"""Plain HTTP callers of the training gateway, written from the contracts alone."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import time
from typing import Any

import httpx

from posapp.sandbox.endpoints import Endpoints, FlowlixEndpoint

GOOD_CARD = "4242424242424242"
_keys = itertools.count(1)


def fresh_key() -> str:
    return f"key-{next(_keys)}"


class Admin:
    """The admin address."""

    def __init__(self, http: httpx.AsyncClient, endpoints: Endpoints) -> None:
        self._http = http
        self._base = endpoints.admin.base_url

    async def call(self, verb: str, path: str, body: object = None) -> httpx.Response:
        return await self._http.request(verb, f"{self._base}{path}", json=body)

    async def send(self, verb: str, path: str, content: bytes | None) -> httpx.Response:
        """These very bytes as a JSON body."""
        headers = {"Content-Type": "application/json"}
        return await self._http.request(
            verb, f"{self._base}{path}", content=content, headers=headers
        )

    async def forward(self, seconds: float) -> None:
        response = await self.call("POST", "/clock", {"advance_seconds": seconds})
        assert response.status_code == 200, response.text

    async def now(self) -> float:
        return float((await self.call("GET", "/clock")).json()["now"])

    async def settle(self) -> int:
        return int((await self.call("POST", "/settle")).json()["settled"])

    async def fault(self, kind: str, point: str, **more: object) -> None:
        response = await self.call("POST", "/faults", {"kind": kind, "point": point, **more})
        assert response.status_code == 201, response.text

    async def until_the_faults_struck(self) -> None:
        """Return once every fault that was ordered has met its call."""
        for _ in range(1000):
            if not (await self.call("GET", "/faults")).json()["faults"]:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("a fault was ordered for a call that never came")

    async def set(self, **settings: object) -> None:
        response = await self.call("PATCH", "/settings", settings)
        assert response.status_code == 200, response.text

    async def webhooks(self, url: str, **more: object) -> str:
        """Set the merchant's address; returns the secret."""
        answer = await self.call("PUT", "/webhooks/endpoint", {"url": url, **more})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["secret"])

    async def deliveries(self) -> Any:
        return (await self.call("GET", "/webhooks")).json()["deliveries"]

    async def deliver(self) -> Any:
        """Deliver what is due now; returns how every delivery stands after it."""
        answer = await self.call("POST", "/webhooks/deliver")
        assert answer.status_code == 200, answer.text
        return answer.json()["deliveries"]

    async def dump(self) -> Any:
        return (await self.call("GET", "/dump")).json()


class Payfac:
    """PayFac with the fixed training key."""

    def __init__(self, http: httpx.AsyncClient, endpoints: Endpoints, admin: Admin) -> None:
        self.http = http
        self.endpoint = endpoints.payfac
        self.admin = admin
        self.authorization = f"Bearer {self.endpoint.api_key}"

    async def call(
        self, verb: str, path: str, *, key: str | None = None, content: bytes | None = None
    ) -> httpx.Response:
        headers = {"Authorization": self.authorization}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Cko-Idempotency-Key"] = key
        return await self.http.request(
            verb, f"{self.endpoint.base_url}{path}", content=content, headers=headers
        )

    async def get(self, path: str) -> httpx.Response:
        return await self.call("GET", path)

    async def post(self, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        return await self.call("POST", path, content=content, key=key)

    async def pay(
        self, number: str = GOOD_CARD, *, source: dict[str, Any] | None = None, **changes: Any
    ) -> Any:
        """A payment; returns the body of the 201."""
        response = await self.post("/payments", payment(number, source=source, **changes))
        assert response.status_code == 201, response.text
        return response.json()

    async def authorize(self, amount: int = 1000, **changes: Any) -> str:
        """The id of an authorization that waits to be captured."""
        body = await self.pay(amount=amount, capture=False, **changes)
        assert body["status"] == "Authorized", body
        return str(body["id"])

    async def captured(self, amount: int = 1000, **changes: Any) -> str:
        """The id of a captured payment."""
        body = await self.pay(amount=amount, **changes)
        await self.admin.settle()
        return str(body["id"])

    async def details(self, payment_id: str) -> Any:
        response = await self.get(f"/payments/{payment_id}")
        assert response.status_code == 200, response.text
        return response.json()

    async def balances(self, payment_id: str) -> tuple[int, int, int, int]:
        """Total authorized, voided, captured, refunded."""
        found = (await self.details(payment_id))["balances"]
        left = found["total_authorized"] - found["total_voided"] - found["total_captured"]
        assert left == found["available_to_capture"] == found["available_to_void"]
        left = found["total_captured"] - found["total_refunded"]
        assert left == found["available_to_refund"]
        return (
            found["total_authorized"],
            found["total_voided"],
            found["total_captured"],
            found["total_refunded"],
        )

    async def open_session(self, **changes: Any) -> tuple[str, str]:
        """The id and the secret of a new payment session."""
        response = await self.post("/payment-sessions", session(**changes))
        assert response.status_code == 201, response.text
        body = response.json()
        return body["id"], body["payment_session_secret"]

    async def submit(
        self, opened: tuple[str, str], number: str = GOOD_CARD, **changes: Any
    ) -> httpx.Response:
        """Pay an opened session with a card."""
        name, secret = opened
        body = {"session_data": session_data(secret, number), "amount": 1000, **changes}
        return await self.post(f"/payment-sessions/{name}/submit", body)

    def signed(self, payment_id: str, amount: str | None = None, **changes: str) -> bytes:
        """A refund or reversal body; ``amount`` is the number exactly as it is sent."""
        members = {
            "site_identifier": self.endpoint.site_identifier,
            "timestamp": str(int(time.time())),
            "version": "3.0",
            "pnm_payment_identifier": payment_id,
            **changes,
        }
        to_sign = dict(members) if amount is None else {**members, "refund_amount": amount}
        text = "".join(name + to_sign[name] for name in sorted(to_sign))
        secret = self.endpoint.signing_secret.encode()
        members["signature"] = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
        body = json.dumps(members)
        if amount is not None:
            body = f'{body[:-1]}, "refund_amount": {amount}}}'
        return body.encode()

    async def refund(
        self, payment_id: str, amount: str | None = None, key: str | None = None
    ) -> httpx.Response:
        content = self.signed(payment_id, amount)
        return await self.call("POST", f"/payments/{payment_id}/refunds", content=content, key=key)

    async def reverse(self, payment_id: str, **changes: str) -> httpx.Response:
        content = self.signed(payment_id, **changes)
        return await self.call("POST", f"/payments/{payment_id}/reversals", content=content)


def payment(
    number: str = GOOD_CARD, *, source: dict[str, Any] | None = None, **changes: Any
) -> dict[str, object]:
    """The body of a PayFac card payment by phone."""
    card = {"type": "card", "number": number, "expiry_month": 12, "expiry_year": 2090}
    body: dict[str, object] = {
        "source": {**card, **(source or {})},
        "amount": 1000,
        "currency": "USD",
        "payment_type": "MOTO",
        "reference": "ORDER-1",
    }
    return {**body, **changes}


def session(**changes: Any) -> dict[str, Any]:
    """The body that opens a PayFac payment session."""
    body: dict[str, Any] = {
        "amount": 1000,
        "currency": "GBP",
        "billing": {"address": {"country": "GB"}},
        "success_url": "https://shop.test/ok",
        "failure_url": "https://shop.test/no",
        "reference": "ORD-123A",
    }
    return {**body, **changes}


def session_data(secret: str, number: str = GOOD_CARD, **changes: Any) -> str:
    """What Flow would hand over once the customer has typed a card; ``secret``: the session's."""
    card = {"type": "card", "number": number, "expiry_month": 12, "expiry_year": 2090}
    typed = {"payment_session_secret": secret, **card, **changes}
    return base64.urlsafe_b64encode(json.dumps(typed).encode()).decode().rstrip("=")


def codes(response: httpx.Response) -> list[str]:
    """The error codes of a PayFac refusal, whose body must be as documented."""
    assert response.status_code in (400, 422), response.text
    body = response.json()
    assert body["error_type"] == "request_invalid"
    assert body["request_id"] == response.headers["cko-request-id"]
    return list(body["error_codes"])


class Flowlix:
    """Either generation of Flowlix with its training key."""

    def __init__(self, http: httpx.AsyncClient, endpoint: FlowlixEndpoint, admin: Admin) -> None:
        self.http = http
        self.admin = admin
        self.base = endpoint.base_url
        self.api_key = endpoint.api_key

    async def call(
        self, verb: str, path: str, *, key: str | None = None, content: bytes | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.api_key}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.request(verb, f"{self.base}{path}", content=content, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.call("GET", path)

    async def post(self, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        return await self.call("POST", path, content=content, key=key or fresh_key())

    async def read(self, payment_id: str) -> Any:
        response = await self.get(f"/v1/payments/{payment_id}")
        assert response.status_code == 200, response.text
        return response.json()

    async def created(self, body: object, path: str = "/v1/payments") -> Any:
        response = await self.post(path, body)
        assert response.status_code == 201, response.text
        return response.json()


def direct(number: str = "4111111111111111", **changes: Any) -> dict[str, Any]:
    """The body of a direct Flowlix payment."""
    card = {
        "number": number,
        "exp_month": 9,
        "exp_year": 2090,
        "cvc": "321",
        "holder_name": "Ada Muster",
    }
    body: dict[str, Any] = {
        "amount": 1290,
        "currency": "EUR",
        "return_url": "https://shop.test/back",
        "merchant_reference": "cart-77",
        "payment_method_data": {"type": "card", "card": card},
    }
    return {**body, **changes}


CUSTOMER = {
    "email": "ada@shop.test",
    "first_name": "Ada",
    "last_name": "Muster",
    "country": "DE",
    "phone": "+4930111222",
    "address": "Hauptstr. 5",
    "city": "Bremen",
    "zip": "28195",
}
"""A whole customer of the classic generations."""


def classic_direct(number: str = "4111111111111111", **changes: Any) -> dict[str, Any]:
    """The body of a direct payment of the classic generation."""
    card = {
        "number": number,
        "exp_month": 9,
        "exp_year": 2090,
        "cvc": "321",
        "holder_name": "Ada Muster",
    }
    body: dict[str, Any] = {
        "amount": 1290,
        "currency": "eur",
        "return_url": "https://shop.test/back",
        "card": card,
    }
    return {**body, **changes}


def flowlix_error(response: httpx.Response) -> tuple[int, str, str, str | None]:
    """Status, type, code and param of a Flowlix refusal, whose envelope must be as documented."""
    error = response.json()["error"]
    request_id = response.headers.get("request-id") or response.headers["flowlix-request-id"]
    assert error["request_id"] == request_id
    assert error["message"]
    assert error["doc_url"].startswith("https://")
    return response.status_code, error["type"], error["code"], error.get("param")
