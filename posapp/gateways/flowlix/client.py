"""The endpoints of the Flowlix Payments API, one method each; nothing but the call."""

from __future__ import annotations

from posapp.gateways.call import Answer
from posapp.gateways.flowlix_client import PaymentCalls
from posapp.gateways.port import Prepared

REFUNDS = "/v1/refunds"


class FlowlixClient(PaymentCalls):
    async def create_refund(self, prepared: Prepared) -> Answer:
        return await self._post(prepared, REFUNDS)
