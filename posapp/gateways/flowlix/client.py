"""The endpoints of the Flowlix Payments API, one method each; nothing but the call."""

from __future__ import annotations

from posapp.gateways.call import Answer, Request
from posapp.gateways.flowlix.connection import FlowlixConnection
from posapp.gateways.transport import Transport
from posapp.model.secret import Secret

PAYMENTS = "/v1/payments"
PAGES = "/v1/payments/hpp"
REFUNDS = "/v1/refunds"


class FlowlixClient:
    def __init__(self, connection: FlowlixConnection, transport: Transport) -> None:
        self._connection = connection
        self._transport = transport

    async def create_payment(self, body: bytearray, *, key: str, reference: str) -> Answer:
        return await self._transport.money(self._post(PAYMENTS, body, key, reference))

    async def create_page(self, body: bytearray, *, key: str, reference: str) -> Answer:
        return await self._transport.money(self._post(PAGES, body, key, reference))

    async def create_refund(self, body: bytearray, *, key: str, reference: str) -> Answer:
        return await self._transport.money(self._post(REFUNDS, body, key, reference))

    async def payment(self, payment_id: str) -> Answer:
        path, template = f"{PAYMENTS}/{payment_id}", f"{PAYMENTS}/{{id}}"
        return await self._transport.look(self._request("GET", path, template))

    async def payments(self, *, limit: int, created_from: int = 0, after: str = "") -> Answer:
        """One page, newest first; zero and empty leave the filter and the cursor out."""
        query = [("limit", str(limit))]
        if created_from:
            query.append(("created[gte]", str(created_from)))
        if after:
            query.append(("starting_after", after))
        request = self._request("GET", PAYMENTS, PAYMENTS, query=tuple(query))
        return await self._transport.look(request)

    def _post(self, path: str, body: bytearray, key: str, reference: str) -> Request:
        return self._request(
            "POST",
            path,
            path,
            body=body,
            headers={"Idempotency-Key": key},
            reference=reference,
        )

    def _request(
        self,
        method: str,
        path: str,
        template: str,
        *,
        query: tuple[tuple[str, str], ...] = (),
        body: bytearray | bytes = b"",
        headers: dict[str, str] | None = None,
        reference: str = "",
    ) -> Request:
        return Request(
            peer=self._connection.label,
            method=method,
            base_url=self._connection.base_url,
            path=path,
            template=template,
            query=query,
            headers=headers or {},
            authorization=Secret(f"Bearer {self._connection.api_key.reveal()}"),
            body=body,
            reference=reference,
        )
