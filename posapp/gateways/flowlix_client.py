"""The calls that both Flowlix generations take alike; nothing but the call."""

from __future__ import annotations

from typing import Protocol

from posapp.gateways.call import Answer, Request
from posapp.gateways.port import Prepared
from posapp.gateways.transport import Transport
from posapp.model.secret import Secret

PAYMENTS = "/v1/payments"
PAGES = "/v1/payments/hpp"


class Access(Protocol):
    """The part of a connection that says where an account is and how to be let in."""

    @property
    def label(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def api_key(self) -> Secret: ...


class PaymentCalls:
    """Payments and pages of one account; a generation adds its own call for a refund."""

    def __init__(self, access: Access, transport: Transport) -> None:
        self._access = access
        self._transport = transport

    async def create_payment(self, prepared: Prepared) -> Answer:
        return await self._post(prepared, PAYMENTS)

    async def create_page(self, prepared: Prepared) -> Answer:
        return await self._post(prepared, PAGES)

    async def payment(self, payment_id: str) -> Answer:
        return await self._get(f"{PAYMENTS}/{payment_id}", template=f"{PAYMENTS}/{{id}}")

    async def payments(
        self,
        *,
        limit: int,
        status: str = "",
        created_from: int = 0,
        created_before: int = 0,
        after: str = "",
        before: str = "",
    ) -> Answer:
        """One page, newest first; zero and empty leave a filter or a cursor out.

        Args:
            limit: 1 to 100.
            status: a status in the generation's own letters.
            created_from, created_before: Unix seconds, the first included and the last not. The
                newest generation does not show the names of these two; they are its forerunners'.
            after, before: a payment's id; not both. The middle generation knows only ``after``.
        """
        wanted = {
            "limit": limit,
            "status": status,
            "created[gte]": created_from,
            "created[lt]": created_before,
            "starting_after": after,
            "ending_before": before,
        }
        query = tuple((name, str(value)) for name, value in wanted.items() if value)
        # What a list does not show counts as absent, so no older answer may be taken for it.
        return await self._get(PAYMENTS, template=PAYMENTS, query=query, alone=True)

    async def _post(self, prepared: Prepared, path: str, *, template: str = "") -> Answer:
        request = Request(
            peer=self._access.label,
            method="POST",
            base_url=self._access.base_url,
            path=path,
            template=template or path,
            headers={"Idempotency-Key": prepared.key},
            authorization=self._bearer(),
            body=prepared.body,
            reference=prepared.reference,
        )
        return await self._transport.money(request)

    async def _get(
        self,
        path: str,
        *,
        template: str,
        query: tuple[tuple[str, str], ...] = (),
        alone: bool = False,
    ) -> Answer:
        request = Request(
            peer=self._access.label,
            method="GET",
            base_url=self._access.base_url,
            path=path,
            template=template,
            query=query,
            authorization=self._bearer(),
            alone=alone,
        )
        return await self._transport.look(request)

    def _bearer(self) -> Secret:
        return Secret(f"Bearer {self._access.api_key.reveal()}")
