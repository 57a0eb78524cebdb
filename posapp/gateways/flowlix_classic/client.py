"""The endpoints of the older Flowlix generation, one method each; nothing but the call."""

from __future__ import annotations

from posapp.gateways.call import Answer
from posapp.gateways.flowlix_client import PAYMENTS, PaymentCalls
from posapp.gateways.port import Prepared


class FlowlixClassicClient(PaymentCalls):
    async def refund(self, prepared: Prepared) -> Answer:
        template = f"{PAYMENTS}/{{id}}/refund"
        return await self._post(prepared, prepared.path, template=template)
