"""What Flowlix tells by itself, from the training gateway's courier to our event."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.flowlix.webhook import HEADER, Event, event_from
from posapp.gateways.port import NotGenuine
from posapp.model.money import Money
from posapp.model.payment import ActionState, Payment
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.gateways.contract.flowlix_rows import CHALLENGED, DECLINED, GOOD
from tests.gateways.contract.training import PART, Training, asked, charged, paid, refunded
from tests.gateways.peers import Received, peer, saying

_TAKEN, _REFUSED = saying(204), saying(400)


@dataclass(slots=True)
class Receiver:
    """A merchant's address: takes what is proved and refuses all else."""

    secrets: Sequence[Secret] = ()
    bare_key: bool = False
    events: list[Event] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def __call__(self, one: Received, writer: asyncio.StreamWriter) -> None:
        try:
            event = event_from(
                one.headers.get(HEADER.lower(), ""),
                one.body,
                secrets=self.secrets,
                now=samples.present(),
                account="flowlix",
                bare_key=self.bare_key,
            )
        except NotGenuine as problem:
            self.refused.append(str(problem))
            await _REFUSED(one, writer)
        else:
            self.events.append(event)
            await _TAKEN(one, writer)


async def _as_read(shop: FlowlixGateway, payment_id: str) -> Payment:
    return replace(await shop.read(payment_id), request_id="")


async def proved(training: Training) -> None:
    """Each of the six kinds arrives, and says what reading the payment says."""
    await training.admin.set(flowlix_webhook_delivery="on_request")
    shop, receiver = training.flowlix(), Receiver()
    async with peer(receiver) as merchant:
        receiver.secrets = [Secret(await training.admin.webhooks(merchant.url))]
        good = await paid(training, shop, GOOD)
        bad = await paid(training, shop, DECLINED, reference="T1-2")
        page = await shop.send_page(shop.prepare_page(asked(reference="T1-3")))
        await training.browser.post(page.action_url, data={"do": "cancel"})
        await training.admin.deliver()
        succeeded, failed, canceled = receiver.events
        for event, kind, payment_id in (
            (succeeded, "payment.succeeded", good.id),
            (failed, "payment.failed", bad.id),
            (canceled, "payment.canceled", page.id),
        ):
            assert (event.kind, event.payment_id, event.live) == (kind, payment_id, False)
            assert event.payment == await _as_read(shop, payment_id)
        receiver.events.clear()
        given = await refunded(shop, good, PART)
        await training.settle()
        await training.admin.fault("fail_later", "flowlix.create_refund", code="do_not_honor")
        rest = await refunded(shop, await shop.read(good.id), Money(1, "EUR"))
        late = await charged(shop, CHALLENGED, asked(reference="T1-4"))
        await training.settle()
        await training.admin.forward(7200)
        await training.admin.deliver()
        told = {event.kind: event for event in receiver.events}
        assert set(told) == {"refund.succeeded", "refund.failed", "payment.expired"}
        shown = {refund.id: refund for refund in (await shop.read(good.id)).refunds}
        for kind, refund in (("refund.succeeded", given), ("refund.failed", rest)):
            assert told[kind].payment_id == good.id
            assert told[kind].refund == shown[refund.id]
        assert told["payment.expired"].payment == await _as_read(shop, late.id)
        assert receiver.refused == []


async def refused(training: Training) -> None:
    """Under another secret nothing is taken; while both are known, everything is again."""
    await training.admin.set(flowlix_webhook_delivery="on_request")
    receiver = Receiver(secrets=[Secret("whsec_somebody_else")])
    async with peer(receiver) as merchant:
        secret = Secret(await training.admin.webhooks(merchant.url))
        await paid(training, training.flowlix(), GOOD)
        [delivery] = await training.admin.deliver()
        assert (delivery["last_status"], receiver.events) == (400, [])
        assert "not made with the signing secret" in receiver.refused[0]
        receiver.secrets = [*receiver.secrets, secret]
        await training.admin.forward(61)
        [delivery] = await training.admin.deliver()
        assert (delivery["last_status"], len(receiver.events)) == (204, 1)


async def twice_and_out_of_order(training: Training) -> None:
    """The id tells a repetition, and reading tells what is true whatever came first."""
    await training.admin.set(
        flowlix_webhook_delivery="on_request",
        flowlix_webhook_twice=True,
        flowlix_webhook_out_of_order=True,
    )
    shop, receiver = training.flowlix(), Receiver()
    async with peer(receiver) as merchant:
        receiver.secrets = [Secret(await training.admin.webhooks(merchant.url))]
        payment = await paid(training, shop, GOOD)
        await refunded(shop, payment, PART)
        await training.admin.forward(3601)
        await training.admin.deliver()
    kinds = [event.kind for event in receiver.events]
    assert kinds == ["refund.succeeded", "refund.succeeded", *["payment.succeeded"] * 2]
    assert len({event.id for event in receiver.events}) == 2
    assert receiver.events[0] == receiver.events[1]
    latest = await shop.read(receiver.events[-1].payment_id)
    assert (latest.refunded, latest.refundable) == (290, 1000)


async def with_the_bare_key(training: Training) -> None:
    await training.admin.set(
        flowlix_webhook_delivery="on_request", flowlix_webhook_key="without_prefix"
    )
    receiver = Receiver(bare_key=True)
    async with peer(receiver) as merchant:
        receiver.secrets = [Secret(await training.admin.webhooks(merchant.url))]
        payment = await paid(training, training.flowlix(), GOOD)
        await training.admin.deliver()
    [event] = receiver.events
    assert event.payment_id == payment.id
    assert event.payment is not None
    assert event.payment.history[-1].state is ActionState.DONE
