"""Brings events to the merchant's address, at least once each."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback

from posapp.sandbox.webhooks.announcing import ENDPOINT, Announcer
from posapp.sandbox.webhooks.posting import NoAnswer, post
from posapp.sandbox.webhooks.records import WebhookEndpoint, WebhookEvent
from posapp.sandbox.webhooks.signature import signature
from posapp.sandbox.world import World

RETRY_AFTER = (60.0, 300.0, 1800.0, 7200.0, 21_600.0, 86_400.0)
"""Seconds from each failed try to the next; after the last of them an event is given up."""
_LONGEST_SLEEP = 60.0
_PREFIX = "whsec_"
_log = logging.getLogger("posapp.sandbox")


class Courier:
    """Delivers when it is asked to, and by itself while :meth:`run` runs."""

    def __init__(self, world: World, announcer: Announcer) -> None:
        self._world = world
        self._announcer = announcer
        self._one_round = asyncio.Lock()

    def announce(self) -> None:
        """Write down the events of what happened up to now."""
        self._announcer.announce(self._world.clock.now())

    async def run(self) -> None:
        """Write events down, and deliver them if that is set, until this is cancelled."""
        try:
            while True:
                self._world.store.changed.clear()
                if self._endpoint() is not None:
                    await self._round()
                await self._sleep()
        except Exception as error:
            # As in the gate: the text of the error could hold what was to be sent.
            place = "".join(traceback.format_tb(error.__traceback__))
            _log.error("The delivery of webhooks ended: %s\n%s", type(error).__name__, place)
            raise

    async def _round(self) -> None:
        if self._world.settings.flowlix_webhook_delivery == "at_once":
            await self.deliver()
        else:
            self.announce()
            await self._world.store.save()

    async def _sleep(self) -> None:
        """Until something changed or is due; the machine's clock may jump, so never for long."""
        if self._endpoint() is None:
            await self._world.store.changed.wait()
            return
        moments = [event.next_try for event in self._world.store.webhook_events.newest_first()]
        if self._world.settings.flowlix_webhook_delivery == "on_request":
            moments.clear()
        moments.append(self._announcer.next_moment())
        now = self._world.clock.now()
        waits = [moment - now for moment in moments if moment is not None]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min([*waits, _LONGEST_SLEEP]))):
                await self._world.store.changed.wait()

    async def deliver(self) -> None:
        """Try everything that is due by the gateway's clock, one event after the other."""
        async with self._one_round:
            self.announce()
            # The ids of the events are on the disk before anyone else learns of them.
            await self._world.store.save()
            now = self._world.clock.now()
            events = [event for _, event in self._world.store.webhook_events.oldest_first()]
            due = [
                event for event in events if event.next_try is not None and event.next_try <= now
            ]
            if self._world.settings.flowlix_webhook_out_of_order:
                due.reverse()
            for event in due:
                await self._bring(event)

    async def _bring(self, event: WebhookEvent) -> None:
        body = event.body.encode()
        if await self._try(event, body) and self._world.settings.flowlix_webhook_twice:
            await self._try(event, body, again=True)

    async def _try(self, event: WebhookEvent, body: bytes, *, again: bool = False) -> bool:
        """Send ``event`` once. What is written down of it is on the disk when this ends."""
        endpoint = self._endpoint()
        store = self._world.store
        known = store.webhook_events.get(event.subject) is event
        if endpoint is None or not known or (event.next_try is None and not again):
            return False  # meanwhile the admin has taken it away
        status, problem = await self._send(endpoint, event, body)
        now = self._world.clock.now()
        event.tries += 1
        event.last_try, event.last_status, event.last_problem = now, status, problem
        taken = status is not None and 200 <= status < 300
        if taken and event.delivered_at is None:
            event.delivered_at = now
        if taken or event.tries > len(RETRY_AFTER):
            event.give_up()
        elif event.next_try is not None:
            event.next_try = now + RETRY_AFTER[event.tries - 1]
        store.webhook_events.changed(event.subject)
        await store.save()
        return taken

    async def _send(
        self, endpoint: WebhookEndpoint, event: WebhookEvent, body: bytes
    ) -> tuple[int | None, str | None]:
        """The status of the answer, or what there was instead of one."""
        # The merchant's clock is the machine's; each try has a moment of its own all the same.
        event.signed_at = max(int(self._world.clock.unmoved()), event.signed_at + 1)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Flowlix-Webhooks (training)",
            "Flowlix-Signature": signature(self._key(endpoint), event.signed_at, body),
        }
        try:
            async with asyncio.timeout(self._world.settings.flowlix_webhook_timeout_seconds):
                return await post(endpoint.url, headers=headers, body=body), None
        except TimeoutError:
            return None, "no answer in time"
        except NoAnswer as problem:
            return None, str(problem)
        except OSError as error:
            return None, f"no connection: {error.strerror}" if error.strerror else "no connection"

    def _key(self, endpoint: WebhookEndpoint) -> str:
        if self._world.settings.flowlix_webhook_key == "without_prefix":
            return endpoint.secret.removeprefix(_PREFIX)
        return endpoint.secret

    def _endpoint(self) -> WebhookEndpoint | None:
        return self._world.store.webhook_endpoints.get(ENDPOINT)
