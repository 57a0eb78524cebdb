"""Our intention to move money: its kinds, its states and the only allowed changes of state."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from posapp.model.money import Money

KEY_LIFETIME = timedelta(hours=23)
"""Keys are honoured for 24 hours by every gateway; one hour is kept as a margin."""

ABSENT_AFTER = timedelta(minutes=15)
"""The later of two complete negative look-ups must be at least this long after the last byte."""

CASE_AFTER = timedelta(hours=3)
"""An attempt still unknown after this long becomes an open case."""

CLOCKS_DIFFER = timedelta(minutes=2)
"""How far two clocks may be apart that are both taken as right."""

LOOK_UP_DELAYS = tuple(
    timedelta(seconds=s) for s in (2, 5, 10, 20, 50, 110, 230, 600, 900, 1800, 3600, 7200, 10800)
)
"""When to look an unknown attempt up, counted from the last byte."""

SWEEPS = (timedelta(hours=1), timedelta(hours=24), timedelta(hours=72))
"""When to look once more for a charge that was taken as not charged."""


class Kind(StrEnum):
    """What can be asked that moves money, or may. A VERIFY only asks whether a card is good."""

    CHARGE = "charge"
    VERIFY = "verify"
    HOSTED = "hosted"
    CAPTURE = "capture"
    VOID = "void"
    INCREMENT = "increment"
    REVERSAL = "reversal"
    RETRY_CANCELLATION = "retry_cancellation"
    REFUND = "refund"
    PAYOUT = "payout"

    @property
    def pays_order(self) -> bool:
        return self in PAYS_ORDER

    @property
    def takes_money(self) -> bool:
        """Done unnoticed, it leaves the customer charged."""
        return self in (Kind.CHARGE, Kind.HOSTED, Kind.CAPTURE)

    @property
    def acts_on_payment(self) -> bool:
        """Whether it is asked of a payment that is there already."""
        return self is Kind.REFUND or self in ACTIONS


PAYS_ORDER = (Kind.CHARGE, Kind.HOSTED)
ACTIONS = (
    Kind.CAPTURE,
    Kind.VOID,
    Kind.INCREMENT,
    Kind.REVERSAL,
    Kind.RETRY_CANCELLATION,
)
"""What is asked of a payment besides refunds: one of them at a time."""

LISTED = (*PAYS_ORDER, Kind.VERIFY, Kind.PAYOUT)
"""What stands in the history by itself; everything else stands with its payment."""


class State(StrEnum):
    """See ``NEXT`` for what may follow what."""

    PREPARED = "prepared"
    SENDING = "sending"
    SETTLED = "settled"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    PENDING = "pending"
    UNKNOWN = "unknown"
    NOT_CHARGED = "not_charged"
    OPEN_CASE = "open_case"

    @property
    def is_open(self) -> bool:
        """Money may have moved or may still move; nothing else may be tried on this order."""
        return self in OPEN_STATES


OPEN_STATES = frozenset(
    {State.PREPARED, State.SENDING, State.PENDING, State.UNKNOWN, State.OPEN_CASE}
)

LEAVING = (State.PREPARED, State.SENDING)
"""Written down and perhaps on its way; only the till that wrote it knows."""

SWEPT = (State.NOT_CHARGED, State.SETTLED)
"""Ended: looked for only in sweeps, if at all."""

NEXT: dict[State, frozenset[State]] = {
    State.PREPARED: frozenset({State.SENDING, State.NOT_SENT}),
    State.SENDING: frozenset(
        {State.SETTLED, State.REFUSED, State.NOT_SENT, State.PENDING, State.UNKNOWN}
    ),
    State.PENDING: frozenset({State.SETTLED, State.UNKNOWN, State.OPEN_CASE}),
    State.UNKNOWN: frozenset({State.SETTLED, State.PENDING, State.NOT_CHARGED, State.OPEN_CASE}),
    State.OPEN_CASE: frozenset({State.SETTLED, State.PENDING, State.NOT_CHARGED}),
    State.NOT_CHARGED: frozenset({State.SETTLED}),  # found late: raises an alarm
    State.SETTLED: frozenset(),
    State.REFUSED: frozenset(),
    State.NOT_SENT: frozenset(),
}


class Verdict(StrEnum):
    """How a settled attempt ended."""

    APPROVED = "approved"
    DECLINED = "declined"


class BrokenRule(Exception):
    """A change that the money rules forbid. Always a mistake in the program."""


def check_change(before: State, after: State) -> None:
    """Raise BrokenRule unless ``after`` may follow ``before``."""
    if after not in NEXT[before]:
        raise BrokenRule(f"An attempt cannot go from {before} to {after}.")


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be asked of a gateway; written down before the first byte leaves.

    ``fingerprint`` is the SHA-256 of the bytes to be sent, card number and code left out;
    ``body`` the bytes themselves where they hold no card data, so that a repeat can be identical.
    """

    kind: Kind
    account: str
    amount: Money
    reference: str
    key: str
    fingerprint: str
    who: str
    till: str
    order_id: str = ""
    payment_id: str = ""
    reason: str = ""
    card_brand: str = ""
    card_last4: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A journalled intent and how far it got.

    ``payment_id`` is the gateway's id of the payment, or of the payout; ``action_id`` its id of
    the refund or other action. ``absent`` counts complete negative look-ups in a row since the last
    byte, ``repeats`` how often the same bytes were sent again.
    """

    id: int
    intent: Intent
    state: State
    prepared_at: datetime
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    verdict: Verdict | None = None
    payment_id: str = ""
    action_id: str = ""
    note: str = ""
    said: str = ""
    request_id: str = ""
    absent: int = 0
    look_ups: int = 0
    looked_up_at: datetime | None = None
    repeats: int = 0

    def is_same_sending(self, later: Attempt) -> bool:
        """Whether this attempt, read later, has neither ended nor been sent again meanwhile: what
        was found out in between is about it."""
        return (self.state, self.sent_at, self.repeats) == (
            later.state,
            later.sent_at,
            later.repeats,
        )


def reference_for(*, till: str, order_number: int, sequence: int, salt: str) -> str:
    """The attempt's own reference, at most 30 characters (the Amex limit): ``T1-1043-1-K7QX``.

    Args:
        till: short name of the till, at most 6 characters are used.
        sequence: the how-manieth attempt on this order.
        salt: four or more characters that make it unique across restored databases.
    """
    reference = f"{till[:6]}-{order_number}-{sequence}-{salt}"
    if len(reference) > 30:
        raise BrokenRule("A reference has at most 30 characters.")
    return reference


def refund_key(*, account: str, payment_id: str, refunds_shown: int, amount: Money) -> str:
    """The idempotency key of a refund: two tills that see the same world make the same key."""
    world = f"{account}|{payment_id}|{refunds_shown}|{amount.minor}|{amount.currency}"
    return "refund-" + hashlib.sha256(world.encode()).hexdigest()[:40]


def action_key(
    kind: Kind, *, account: str, payment_id: str, actions_shown: int, amount: Money
) -> str:
    """The idempotency key of an action, made as ``refund_key`` is."""
    world = f"{kind}|{account}|{payment_id}|{actions_shown}|{amount.minor}|{amount.currency}"
    return f"{kind.value.replace('_', '-')}-{hashlib.sha256(world.encode()).hexdigest()[:40]}"


def payout_key(*, account: str, ticket: str) -> str:
    """The idempotency key of a payout: what was confirmed once is paid out once.

    Args:
        ticket: unique to the form that a person filled in, however often it is sent off.
    """
    world = f"{account}|{ticket}"
    return "payout-" + hashlib.sha256(world.encode()).hexdigest()[:40]


def next_look_up(attempt: Attempt, now: datetime) -> datetime | None:
    """When to ask the gateway again about an open attempt; None when only people can help.

    What was sent by a clock that was ahead is asked about from now on.
    """
    if attempt.state not in (State.UNKNOWN, State.PENDING) or attempt.sent_at is None:
        return None
    if attempt.sent_at - now > CLOCKS_DIFFER:
        looked = attempt.looked_up_at
        step = LOOK_UP_DELAYS[min(attempt.look_ups, len(LOOK_UP_DELAYS) - 1)]
        return now if looked is None or looked > now else looked + step
    if attempt.look_ups < len(LOOK_UP_DELAYS):
        return attempt.sent_at + LOOK_UP_DELAYS[attempt.look_ups]
    last = attempt.looked_up_at or attempt.sent_at
    return last + LOOK_UP_DELAYS[-1]


def next_sweep(attempt: Attempt) -> datetime | None:
    """When to look once more for what was taken as ended without an answer; None after the last.

    That is what was taken as not charged, what a person said about an open case, and a payout,
    which may come back. It is swept for counted from the last byte and again from that decision,
    which may be days later.
    """
    if attempt.state not in SWEPT or attempt.sent_at is None:
        return None
    seen = attempt.looked_up_at or attempt.sent_at
    starts = (attempt.sent_at, attempt.ended_at or attempt.sent_at)
    return min(
        (start + delay for start in starts for delay in SWEEPS if start + delay > seen),
        default=None,
    )


def next_question(attempt: Attempt, now: datetime) -> datetime | None:
    """When the gateway is asked about it next, by its state; None when it no longer has to be.

    An open case is a person's, but a late end of it is still noticed.
    """
    if attempt.state in SWEPT:
        return next_sweep(attempt)
    if attempt.state is State.OPEN_CASE:
        return (attempt.looked_up_at or attempt.prepared_at) + LOOK_UP_DELAYS[-1]
    return next_look_up(attempt, now)


def absence_is_proved(attempt: Attempt, at: datetime) -> bool:
    """Whether one more complete negative look-up at ``at`` proves that nothing was charged."""
    return (
        attempt.sent_at is not None and attempt.absent >= 1 and at - attempt.sent_at >= ABSENT_AFTER
    )


def may_repeat(attempt: Attempt, at: datetime) -> bool:
    """Whether the very same request may be sent once more under its key.

    Only where one more complete negative look-up proves that it never arrived, only an action
    whose exact bytes were kept, only once, and only while the gateway still honours the key. The
    API key is the same: it cannot be changed while the attempt is open.
    """
    return (
        attempt.intent.kind in ACTIONS
        and attempt.state is State.UNKNOWN
        and bool(attempt.intent.body)
        and attempt.repeats == 0
        and absence_is_proved(attempt, at)
        and timedelta(0) <= at - attempt.prepared_at < KEY_LIFETIME
    )
