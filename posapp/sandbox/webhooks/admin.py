"""The admin's calls for webhooks: set the address, see the deliveries, deliver now."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from posapp.sandbox import ids
from posapp.sandbox.admin_calls import Wrong, object_of, refused
from posapp.sandbox.api import Operation
from posapp.sandbox.codec import CodecError, from_plain
from posapp.sandbox.http import Call, Reply, json_reply
from posapp.sandbox.shapes import is_web_address
from posapp.sandbox.webhooks.announcing import ENDPOINT
from posapp.sandbox.webhooks.courier import Courier
from posapp.sandbox.webhooks.records import EVENT_TYPES, WebhookEndpoint, WebhookEvent
from posapp.sandbox.world import World

_LONGEST_URL = 2048


@dataclass(frozen=True, slots=True)
class _Order:
    """What the admin asks for: where to, and which events (all, if none are named)."""

    url: str
    events: list[str] = field(default_factory=lambda: list(EVENT_TYPES))


class WebhookCalls:
    def __init__(self, world: World, courier: Courier) -> None:
        self._world = world
        self._courier = courier

    def operations(self) -> list[Operation]:
        deliver = self._courier.deliver
        return [
            Operation("admin.webhooks", "GET", "/webhooks", self._show),
            Operation(
                "admin.deliver_webhooks", "POST", "/webhooks/deliver", self._show, first=deliver
            ),
            Operation("admin.set_webhook_endpoint", "PUT", "/webhooks/endpoint", self._set),
            Operation(
                "admin.remove_webhook_endpoint", "DELETE", "/webhooks/endpoint", self._remove
            ),
        ]

    def _set(self, call: Call) -> Reply:
        """Set the address, from now on. Its secret is new each time and is shown here only."""
        try:
            order = from_plain(_Order, object_of(call), "endpoint")
            _check(order)
        except (Wrong, CodecError) as error:
            return refused(400, str(error))
        self._courier.announce()  # what happened before belongs to the address before
        secret = ids.alphanumeric("whsec_", 32)
        endpoint = WebhookEndpoint(order.url, order.events, call.now, secret)
        self._world.store.webhook_endpoints.put(ENDPOINT, endpoint)
        return json_reply(200, {**_endpoint(endpoint), "secret": secret})

    def _remove(self, _call: Call) -> Reply:
        """Forget the address; what was not delivered yet is given up."""
        store = self._world.store
        store.webhook_endpoints.remove(ENDPOINT)
        for subject, event in store.webhook_events.oldest_first():
            if event.next_try is not None:
                event.give_up()
                store.webhook_events.changed(subject)
        return Reply(204)

    def _show(self, _call: Call) -> Reply:
        """How every delivery stands, oldest event first; neither the secret nor what is sent."""
        self._courier.announce()
        store = self._world.store
        endpoint = store.webhook_endpoints.get(ENDPOINT)
        deliveries = [_delivery(event) for _, event in store.webhook_events.oldest_first()]
        shown = None if endpoint is None else _endpoint(endpoint)
        return json_reply(200, {"endpoint": shown, "deliveries": deliveries})


def _endpoint(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {"url": endpoint.url, "events": endpoint.events, "since": endpoint.since}


def _delivery(event: WebhookEvent) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "type": event.type,
        "subject": event.subject,
        "created_at": event.created_at,
        "tries": event.tries,
        "last_try": event.last_try,
        "last_status": event.last_status,
        "last_problem": event.last_problem,
        "next_try": event.next_try,
        "delivered_at": event.delivered_at,
    }


def _check(order: _Order) -> None:
    """Raises Wrong unless this is an address that may be told.

    The API itself takes https only. Plain http is taken for this computer, where nobody else
    listens and a developer has no certificate; across a network it would show what is signed
    to everyone on the way.
    """
    if len(order.url) > _LONGEST_URL or not order.url.isascii() or not is_web_address(order.url):
        raise Wrong("endpoint.url must be a complete http or https address in ASCII")
    parts = urlsplit(order.url)
    try:
        _ = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise Wrong("endpoint.url has a host or a port that cannot be") from None
    if "@" in parts.netloc or parts.fragment:
        raise Wrong("endpoint.url must have no user, password or fragment")
    if parts.scheme == "http" and not _is_this_computer(host):
        raise Wrong("endpoint.url must be https, or http to this computer (127.0.0.1, localhost)")
    unknown = [name for name in order.events if name not in EVENT_TYPES]
    if unknown or not order.events or len(set(order.events)) != len(order.events):
        raise Wrong(f"endpoint.events must be some of {', '.join(EVENT_TYPES)}, each once")


def _is_this_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
