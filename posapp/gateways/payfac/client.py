"""PayFac's endpoints, one method each; nothing but the call.

The contract names no paths; these are those of the API family, below the account's base address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from posapp.gateways.call import Answer, Request
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.search import SEARCH
from posapp.gateways.payfac.tokens import Tokens
from posapp.gateways.port import GatewayDown, NotSent, Prepared, RateLimited
from posapp.gateways.transport import Transport
from posapp.model.secret import Secret

PAYMENTS = "/payments"
SESSIONS = "/payment-sessions"
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

    async def request_payment(self, prepared: Prepared) -> Answer:
        return await self._money(prepared, PAYMENTS, PAYMENTS)

    async def act(self, prepared: Prepared) -> Answer:
        """A refund, capture, void or whatever else is asked of a payment that is there."""
        last = prepared.path.rpartition("/")[2]
        return await self._money(prepared, prepared.path, f"{PAYMENTS}/{{id}}/{last}")

    async def details(self, payment_id: str) -> Answer:
        return await self._look(f"{PAYMENTS}/{payment_id}", f"{PAYMENTS}/{{id}}")

    async def actions(self, payment_id: str) -> Answer:
        return await self._look(f"{PAYMENTS}/{payment_id}/actions", f"{PAYMENTS}/{{id}}/actions")

    async def list_by_reference(self, reference: str, *, limit: int, skip: int) -> Answer:
        query = (("reference", reference), ("limit", str(limit)), ("skip", str(skip)))
        # What a list does not show counts as absent, so no older answer may be taken for it.
        return await self._look(PAYMENTS, PAYMENTS, query=query, reference=reference, alone=True)

    async def search(self, body: bytearray, page: tuple[tuple[str, str], ...] = ()) -> Answer:
        """One page. The contract does not say how the next one is asked for: with GET, and where
        the gateway will not have that, by asking again with the same body."""
        if page:
            answer = await self._look(SEARCH, SEARCH, query=page, alone=True)
            if answer.status != 405:
                return answer
        return await self._look(SEARCH, SEARCH, query=page, body=body, alone=True)

    async def open_session(self, prepared: Prepared) -> Answer:
        return await self._money(prepared, SESSIONS, SESSIONS, keyed=False)

    async def submit_session(self, prepared: Prepared) -> Answer:
        return await self._money(prepared, prepared.path, f"{SESSIONS}/{{id}}/submit", keyed=False)

    async def session(self, session_id: str) -> Answer:
        return await self._look(f"{SESSIONS}/{session_id}", f"{SESSIONS}/{{id}}")

    async def _money(
        self, prepared: Prepared, path: str, template: str, *, keyed: bool = True
    ) -> Answer:
        async def send(token: Secret) -> Answer:
            request = Request(
                peer=self._connection.label,
                method="POST",
                base_url=self._connection.base_url,
                path=path,
                template=template,
                headers={"Cko-Idempotency-Key": prepared.key} if keyed else {},
                authorization=token,
                body=prepared.body,
                reference=prepared.reference,
            )
            return await self._transport.money(request)

        return await self._let_in(send, self._token_for_money)

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
        alone: bool = False,
        body: bytearray | None = None,
    ) -> Answer:
        """Something that changes nothing; with a body it is a POST."""

        async def send(token: Secret) -> Answer:
            request = Request(
                peer=self._connection.label,
                method="POST" if body else "GET",
                base_url=self._connection.base_url,
                path=path,
                template=template,
                query=query,
                authorization=token,
                reference=reference,
                alone=alone,
                body=body or b"",
            )
            return await self._transport.look(request)

        return await self._let_in(send, self._tokens.current)

    async def _let_in(
        self,
        send: Callable[[Secret], Awaitable[Answer]],
        token_for: Callable[[], Awaitable[Secret]],
    ) -> Answer:
        """Send with a token; once more with a new one when the first is not accepted."""
        token = await token_for()
        answer = await send(token)
        if answer.status == 401 and self._tokens.renewable:
            self._tokens.forget(token)
            answer = await send(await token_for())
        return answer
