"""PayFac's endpoints, one method each; nothing but the call.

The contract names no paths; these are those of the API family, below the account's base address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from posapp.gateways.call import Answer, Request
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.tokens import Tokens
from posapp.gateways.port import GatewayDown, NotSent, RateLimited
from posapp.gateways.transport import Transport
from posapp.model.secret import Secret

PAYMENTS = "/payments"
PAGE = 100
"""The most entries one page of the list can have."""


class PayfacClient:
    """Calls one account. A refused token is replaced once: a 401 means nothing was carried out."""

    def __init__(
        self,
        connection: PayfacConnection,
        transport: Transport,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._transport = transport
        self._tokens = Tokens(connection, transport, clock=clock)

    async def request_payment(self, body: bytearray, *, key: str, reference: str) -> Answer:
        return await self._money(PAYMENTS, PAYMENTS, body, key=key, reference=reference)

    async def refund(self, path: str, body: bytearray, *, key: str, reference: str) -> Answer:
        template = f"{PAYMENTS}/{{id}}/refunds"
        return await self._money(path, template, body, key=key, reference=reference)

    async def details(self, payment_id: str) -> Answer:
        return await self._look(f"{PAYMENTS}/{payment_id}", f"{PAYMENTS}/{{id}}")

    async def actions(self, payment_id: str) -> Answer:
        return await self._look(f"{PAYMENTS}/{payment_id}/actions", f"{PAYMENTS}/{{id}}/actions")

    async def list_by_reference(self, reference: str, *, limit: int, skip: int) -> Answer:
        query = (("reference", reference), ("limit", str(limit)), ("skip", str(skip)))
        return await self._look(PAYMENTS, PAYMENTS, query=query, reference=reference)

    async def _money(
        self, path: str, template: str, body: bytearray, *, key: str, reference: str
    ) -> Answer:
        async def send(token: Secret) -> Answer:
            headers = {"Cko-Idempotency-Key": key}
            return await self._transport.money(
                self._request(
                    "POST", path, template, token, body=body, headers=headers, reference=reference
                )
            )

        token = await self._token_for_money()
        answer = await send(token)
        if answer.status == 401 and self._tokens.renewable:
            self._tokens.forget(token)
            answer = await send(await self._token_for_money())
        return answer

    async def _token_for_money(self) -> Secret:
        """Failing here is proof that the money call itself was not sent."""
        problem: NotSent
        try:
            return await self._tokens.current()
        except (GatewayDown, RateLimited):
            problem = NotSent(
                f"{self._connection.label} did not let this computer in just now, so nothing was "
                "sent. Try again in a moment."
            )
        raise problem

    async def _look(
        self,
        path: str,
        template: str,
        *,
        query: tuple[tuple[str, str], ...] = (),
        reference: str = "",
    ) -> Answer:
        token = await self._tokens.current()
        request = self._request("GET", path, template, token, query=query, reference=reference)
        answer = await self._transport.look(request)
        if answer.status == 401 and self._tokens.renewable:
            self._tokens.forget(token)
            token = await self._tokens.current()
            request = self._request("GET", path, template, token, query=query, reference=reference)
            answer = await self._transport.look(request)
        return answer

    def _request(
        self,
        method: str,
        path: str,
        template: str,
        token: Secret,
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
            authorization=token,
            body=body,
            reference=reference,
        )
