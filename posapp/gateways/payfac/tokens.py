"""Access to PayFac: a token for client id and secret, kept until shortly before it ends."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

from posapp.gateways import json_body
from posapp.gateways.answers import document_of, reading_of
from posapp.gateways.call import Answer, Request
from posapp.gateways.outside_text import code
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.port import GatewayDown, GatewayError, Unauthorised
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.transport import Transport
from posapp.model.secret import Secret

_WORDS = {
    "invalid_client": "The client id or the client secret is not right.",
    "unauthorized_client": "This client id may not sign in here.",
    "invalid_scope": "The scope is not one this client id may have.",
}


class Tokens:
    """Gives out the value of the Authorization header.

    A token is renewed at nine tenths of its life or a minute before its end, whichever is
    earlier; one that lives less than two minutes, at half of its life.
    """

    def __init__(
        self,
        connection: PayfacConnection,
        transport: Transport,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._transport = transport
        self._clock = clock
        self._lock = asyncio.Lock()
        self._bearer: Secret | None = None
        self._renew_at = clock()
        self._asked_at = self._renew_at

    @property
    def renewable(self) -> bool:
        """Whether a refused token can be replaced by another; a fixed key cannot."""
        return self._connection.api_key is None

    async def current(self) -> Secret:
        """A value that is good now.

        Raises:
            Unauthorised: client id, secret or scope are not accepted, or none are set.
            NotSent, RateLimited, GatewayDown: the token could not be had.
        """
        if self._connection.api_key is not None:
            return Secret(f"Bearer {self._connection.api_key.reveal()}")
        async with self._lock:
            # Earlier than the last asking: the clock was set back, nothing is known.
            if self._bearer is None or not self._asked_at <= self._clock() < self._renew_at:
                self._bearer = await self._fetch()
            return self._bearer

    def forget(self, refused: Secret) -> None:
        """This value was refused: do not use it again."""
        if self._bearer is refused:
            self._bearer = None

    async def _fetch(self) -> Secret:
        peer, now = self._connection.label, self._clock()
        answer = await self._transport.look(self._request())
        if not answer.accepted:
            raise await self._refused(answer)
        token = await reading_of(answer, lambda said: wire.read(wire.Token, said), peer)
        life = float(token.expires_in)
        wait = min(life * 0.9, life - 60) if life >= 120 else life / 2
        self._asked_at, self._renew_at = now, now + timedelta(seconds=wait)
        return Secret(f"Bearer {token.access_token}")

    def _request(self) -> Request:
        connection = self._connection
        if connection.client_secret is None or not connection.client_id:
            raise Unauthorised(
                f"{connection.label} has no key. Type the key, or client id and secret, "
                "in the settings."
            )
        secret = connection.client_secret.reveal()
        fields = {
            "grant_type": "client_credentials",
            "client_id": connection.client_id,
            "client_secret": secret,
            "scope": connection.scope,
        }
        form = connection.token_body == "form"
        basic = base64.b64encode(f"{quote(connection.client_id)}:{quote(secret)}".encode()).decode()
        parts = urlsplit(connection.token_url)
        return Request(
            peer=connection.label,
            method="POST",
            base_url=connection.token_url,
            path="",
            template=parts.path,
            authorization=Secret(f"Basic {basic}") if form else None,
            body=urlencode(fields).encode() if form else json_body.build(fields).body,
            content_type="application/x-www-form-urlencoded" if form else "application/json",
        )

    async def _refused(self, answer: Answer) -> GatewayError:
        peer = self._connection.label
        try:
            error = code(wire.read(wire.TokenError, await document_of(answer)).error)
        except Unreadable:
            error = ""
        if error or answer.status in (400, 401, 403):
            return Unauthorised(
                f"{peer} does not let this computer in. "
                f"{_WORDS.get(error, 'The key details are not accepted.')} "
                "Check them in the settings.",
                said=error or f"HTTP {answer.status}",
                request_id=answer.request_id,
            )
        return GatewayDown(
            f"{peer} gives out no access at this address (HTTP {answer.status}). "
            "Check the token address in the settings.",
            said=f"HTTP {answer.status}",
            request_id=answer.request_id,
        )
