"""Payouts: accepting them, and what time does to them.

A payout is always accepted as Pending. It is paid or declined after the delay of every other
asynchronous action, and a bank payout that comes back does so after the same delay again.
"""

from __future__ import annotations

from posapp.sandbox import cards, ids
from posapp.sandbox.clock import DAY
from posapp.sandbox.http import Call, Reply, json_reply
from posapp.sandbox.payfac import payout_tables, payout_views, tables
from posapp.sandbox.payfac.errors import unprocessable
from posapp.sandbox.payfac.fields import Members
from posapp.sandbox.payfac.payout_rules import Destination, PayoutRequest, read_payout
from posapp.sandbox.payfac.views import SCHEMES
from posapp.sandbox.records import PayfacAction, PayfacPayout, PayoutStep
from posapp.sandbox.store import Table
from posapp.sandbox.world import World


class Payouts:
    """Requesting a payout and reading it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._table: Table[PayfacPayout] = world.store.payfac_payouts
        self._base = world.base("payfac")

    def find(self, name: str, now: float) -> PayfacPayout | None:
        """The payout ``name``, up to date."""
        payout = self._table.get(name)
        if payout is not None:
            settle(self._table, payout, now)
        return payout

    def request(self, call: Call, members: Members) -> Reply:
        wanted = read_payout(members, self._world.settings, call.now)
        if not isinstance(wanted, PayoutRequest):
            return unprocessable(call, wanted)
        call.reference = wanted.reference
        failed = None if call.fail_later is None else call.fail_later or "20006"
        payout = self._new(wanted, failed or wanted.outcome, call.now)
        self._table.put(payout.id, payout)
        return json_reply(202, payout_views.accepted(payout, self._base))

    def details(self, payout: PayfacPayout) -> Reply:
        shape = self._world.settings.payfac_payout_shape
        return json_reply(200, payout_views.details(payout, self._base, shape))

    def actions(self, payout: PayfacPayout) -> Reply:
        entries = [payout_views.action_entry(action) for action in reversed(payout.actions)]
        return json_reply(200, entries)

    def _new(self, wanted: PayoutRequest, code: str, now: float) -> PayfacPayout:
        delay = self._world.settings.payfac_settle_seconds
        returns = wanted.kind == "bank" and code in payout_tables.RETURNS
        paid = tables.APPROVED if returns else code
        steps = [PayoutStep(ids.base32("act_"), "Payout", now + delay, paid)]
        if returns:
            steps.append(PayoutStep(ids.base32("act_"), "Return", now + 2 * delay, code))
        return PayfacPayout(
            id=ids.base32("pay_"),
            requested_on=now,
            amount=wanted.amount,
            currency=wanted.currency,
            kind=wanted.kind,
            status="pending",
            value_date=(now + delay) // DAY * DAY,
            source=wanted.source,
            destination=self._shown(wanted.destination),
            processing_channel_id=wanted.processing_channel_id,
            reference=wanted.reference,
            billing_descriptor=wanted.billing_descriptor,
            sender=wanted.sender,
            instruction=wanted.instruction,
            metadata=wanted.metadata,
            steps=steps,
        )

    def _shown(self, destination: Destination) -> Members:
        """The destination without the number that the money goes to."""
        shown: Members = {
            "type": destination.type,
            "id": destination.id or ids.base32("src_"),
            "last4": destination.last4,
            "account_type": destination.account_type,
            "country": destination.country,
            "account_holder": destination.holder,
        }
        number = destination.number
        if number is not None:
            shown["last4"] = number[-4:]
            shown["expiry_month"] = destination.expiry_month
            shown["expiry_year"] = destination.expiry_year
        if number is not None and destination.type == "card":
            key = self._world.store.keys.digests
            shown["bin"] = number[:6]
            shown["fingerprint"] = cards.fingerprint(number, key)
            shown["scheme"] = SCHEMES.get(cards.brand(number), "Unknown")
        return {name: value for name, value in shown.items() if value is not None}


def settle(table: Table[PayfacPayout], payout: PayfacPayout, now: float) -> None:
    """Let everything happen to ``payout`` that was due by ``now``, in its order."""
    while payout.steps and payout.steps[0].due <= now:
        _happen(payout, payout.steps[0].due)
        table.changed(payout.id)


def settle_all_now(table: Table[PayfacPayout], now: float) -> int:
    """Let the next step of every payout happen at ``now``; returns how many did."""
    count = 0
    for payout in list(table.newest_first()):
        settle(table, payout, now)
        if payout.steps:
            _happen(payout, now)
            count += 1
            table.changed(payout.id)
    return count


def _happen(payout: PayfacPayout, now: float) -> None:
    """The next step happens at ``now``."""
    step = payout.steps.pop(0)
    paid = step.type == "Payout" and step.code == tables.APPROVED
    action = PayfacAction(
        id=step.id,
        type=step.type,
        amount=payout.amount,
        # A return has happened; its code says why.
        approved=paid or step.type == "Return",
        response_code=step.code,
        processed_on=now,
        reference=payout.reference,
        metadata=payout.metadata,
    )
    action.processing["acquirer_transaction_id"] = ids.digits(21)
    payout.actions.append(action)
    if step.type == "Return":
        payout.status = "returned"
        return
    payout.status = "paid" if paid else "declined"
    payout.processed_on = now
    if paid and payout.kind == "card":
        payout.scheme_id = ids.digits(15)
