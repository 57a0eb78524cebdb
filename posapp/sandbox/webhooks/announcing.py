"""Which events there are: one for each payment and refund that reached its last status.

Nothing watches the payments. Whoever wants to know what happened calls :meth:`Announcer.announce`,
which lets the clock take effect and writes an event for whatever has none yet.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from posapp.sandbox import ids
from posapp.sandbox.flowlix_rules import lifecycle
from posapp.sandbox.records import FlowlixPayment, FlowlixRefund
from posapp.sandbox.store import Store
from posapp.sandbox.webhooks.records import WebhookEvent

ENDPOINT = "flowlix"
"""The name of the one endpoint in its table."""


@dataclass(frozen=True, slots=True)
class Views:
    """The objects of the API as a GET shows them."""

    payment: Callable[[FlowlixPayment], dict[str, Any]]
    refund: Callable[[FlowlixPayment, FlowlixRefund], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Happened:
    moment: float
    type: str
    subject: str
    data: Callable[[], dict[str, Any]]


class Announcer:
    def __init__(self, store: Store, views: Views) -> None:
        self._store = store
        self._views = views

    def announce(self, now: float) -> None:
        """Write the events of everything that happened by ``now`` and has none yet."""
        endpoint = self._store.webhook_endpoints.get(ENDPOINT)
        if endpoint is None:
            return
        events = self._store.webhook_events
        happened = [
            one
            for payment in list(self._store.flowlix.newest_first())
            for one in self._of(payment, now)
            if one.type in endpoint.events
            and one.moment >= endpoint.since
            and events.get(one.subject) is None
        ]
        for one in sorted(happened, key=lambda one: one.moment):
            events.put(one.subject, _event(one))

    def _of(self, payment: FlowlixPayment, now: float) -> Iterator[_Happened]:
        lifecycle.settle(self._store.flowlix, payment, now)
        if payment.status in lifecycle.TERMINAL:
            # After its last status a payment changes by refunds alone: without them it is as it
            # was at that moment.
            yield _Happened(
                payment.times[payment.status],
                f"payment.{payment.status}",
                payment.id,
                lambda: {"payment": self._views.payment(dataclasses.replace(payment, refunds=[]))},
            )
        for refund in payment.refunds:
            if refund.completed_at is not None:
                yield _refund_happened(payment, refund, refund.completed_at, self._views)

    def next_moment(self) -> float | None:
        """When the clock alone will bring the next event about, as far as is known."""
        payments = self._store.flowlix.newest_first()
        moments = (lifecycle.next_moment(payment) for payment in payments)
        return min((moment for moment in moments if moment is not None), default=None)


def _refund_happened(
    payment: FlowlixPayment, refund: FlowlixRefund, moment: float, views: Views
) -> _Happened:
    kind = f"refund.{refund.status}"
    return _Happened(moment, kind, refund.id, lambda: {"refund": views.refund(payment, refund)})


def _event(happened: _Happened) -> WebhookEvent:
    event_id = ids.alphanumeric("evt_")
    body = {
        "id": event_id,
        "type": happened.type,
        "created_at": int(happened.moment),
        "livemode": False,
        "data": happened.data(),
    }
    return WebhookEvent(
        id=event_id,
        type=happened.type,
        subject=happened.subject,
        created_at=happened.moment,
        body=json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
        next_try=happened.moment,
    )
