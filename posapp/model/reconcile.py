"""What our journal says beside what the gateway lists: what agrees, and what does not.

Both sides are brought into the same form, one ``Entry`` for each movement of money: a charge, and
what happened to it later. Then they are paired, and every pair, and everything that has no
partner, becomes one row. Nothing here asks anybody or corrects anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.payment import ActionKind, ActionState, Payment, PaymentStatus


class Movement(StrEnum):
    """What can be compared. Everything but a charge happens to a payment that is there."""

    CHARGE = "charge"
    CAPTURE = "capture"
    INCREASE = "increase"
    RELEASE = "release"
    REFUND = "refund"


class Standing(StrEnum):
    """How a movement stands on one side."""

    DONE = "done"
    NOT_DONE = "not_done"
    OPEN = "open"


class Match(StrEnum):
    """What came of the comparison."""

    MATCHED = "matched"
    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"
    AMOUNT_DIFFERS = "amount_differs"
    STATE_DIFFERS = "state_differs"
    NOT_KNOWN = "not_known"


MOVEMENT_OF = {
    Kind.CHARGE: Movement.CHARGE,
    Kind.VERIFY: Movement.CHARGE,
    Kind.HOSTED: Movement.CHARGE,
    Kind.CAPTURE: Movement.CAPTURE,
    Kind.INCREMENT: Movement.INCREASE,
    Kind.VOID: Movement.RELEASE,
    Kind.REVERSAL: Movement.RELEASE,
    Kind.REFUND: Movement.REFUND,
}
"""Kinds that move nothing of a payment are left out: a retry called off, a payout."""

_SHOWN = {
    ActionKind.CAPTURE: Movement.CAPTURE,
    ActionKind.INCREMENT: Movement.INCREASE,
    ActionKind.VOID: Movement.RELEASE,
    ActionKind.REVERSAL: Movement.RELEASE,
}
_ACTION = {
    ActionState.DONE: Standing.DONE,
    ActionState.FAILED: Standing.NOT_DONE,
    ActionState.PENDING: Standing.OPEN,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement as one side tells it.

    ``record_id`` is the gateway's id of what happened to the payment, empty for a charge and where
    it is not known. ``attempt_id``, ``who`` and ``till`` are of our side, else 0 and empty;
    ``said`` is the state in that side's own word.
    """

    movement: Movement
    payment_id: str
    amount: Money
    standing: Standing
    at: datetime
    reference: str = ""
    record_id: str = ""
    attempt_id: int = 0
    said: str = ""
    who: str = ""
    till: str = ""

    @property
    def moved(self) -> int:
        """Minor units that moved, or may be taken, by this; 0 while that is not certain."""
        return self.amount.minor if self.standing is Standing.DONE else 0


@dataclass(frozen=True, slots=True)
class Row:
    """One result. At least one side is there.

    ``also`` is what the gateway shows as part of the same charge and nobody here asked for by
    itself, such as the capture that comes with it. ``twin`` tells that another payment there has
    the same reference.
    """

    match: Match
    ours: Entry | None
    theirs: Entry | None
    also: tuple[Entry, ...] = ()
    twin: bool = False

    @property
    def entry(self) -> Entry:
        """Our side, or theirs where we have none."""
        entry = self.ours or self.theirs
        if entry is None:
            raise ValueError("A row has at least one side.")
        return entry

    @property
    def subject(self) -> str:
        """What the row is about, the same in every later comparison."""
        if self.ours is not None and self.ours.attempt_id:
            return f"attempt:{self.ours.attempt_id}"
        entry = self.entry
        return f"{entry.movement}:{entry.payment_id}:{entry.record_id}"

    @property
    def evidence(self) -> str:
        """What an explanation rests on: where it is another one later, people look again."""
        sides = (self.ours, self.theirs, *self.also)
        told = (
            f"{side.amount.minor} {side.amount.currency} {side.standing}" if side else "-"
            for side in sides
        )
        return "|".join((self.match, *told))


def ours_of(attempt: Attempt) -> Entry | None:
    """An attempt as an entry; None where it moves nothing of a payment."""
    movement = MOVEMENT_OF.get(attempt.intent.kind)
    if movement is None:
        return None
    approved = attempt.state is State.SETTLED and attempt.verdict is Verdict.APPROVED
    open_or_not = Standing.OPEN if attempt.state.is_open else Standing.NOT_DONE
    return Entry(
        movement=movement,
        payment_id=attempt.payment_id or attempt.intent.payment_id,
        amount=attempt.intent.amount,
        standing=Standing.DONE if approved else open_or_not,
        at=attempt.sent_at or attempt.prepared_at,
        reference=attempt.intent.reference,
        record_id=attempt.action_id,
        attempt_id=attempt.id,
        said=(attempt.verdict or attempt.state).value,
        who=attempt.intent.who,
        till=attempt.intent.till,
    )


def theirs_of(payment: Payment) -> tuple[Entry, ...]:
    """A payment as entries: the charge first, then what happened to it, oldest first."""
    charge = Entry(
        movement=Movement.CHARGE,
        payment_id=payment.id,
        amount=payment.amount,
        standing=_standing(payment),
        at=payment.created_at,
        reference=payment.reference,
        said=payment.status_said or payment.status.value,
    )
    actions = [
        Entry(
            movement=_SHOWN[action.kind],
            payment_id=payment.id,
            amount=action.amount or Money(0, payment.amount.currency),
            standing=_ACTION[action.state],
            at=action.at or payment.created_at,
            reference=action.reference,
            record_id=action.id,
            said=action.state.value,
        )
        for action in payment.history
        if action.kind in _SHOWN
    ]
    refunds = [
        Entry(
            movement=Movement.REFUND,
            payment_id=payment.id,
            amount=refund.amount,
            standing=_ACTION[refund.state],
            at=refund.at or payment.created_at,
            record_id=refund.id,
            said=refund.state.value,
        )
        for refund in payment.refunds
    ]
    return (charge, *actions, *refunds)


def reconcile(
    ours: Iterable[Entry], theirs: Iterable[Entry], *, absent: Collection[str]
) -> tuple[Row, ...]:
    """Every entry of both sides in exactly one row, newest first, whatever order they come in.

    Args:
        theirs: whole payments; one of which nothing was read is not known, never missing.
        absent: ids of payments that the gateway was asked for and does not have.
    """
    there = sorted(theirs, key=_order)
    pairs, lone_ours, lone_theirs = pair(ours, there)
    read = {entry.payment_id for entry in there} | set(absent)
    charges = {entry.payment_id for entry in there if entry.movement is Movement.CHARGE}
    parts: dict[str, list[Entry]] = defaultdict(list)
    rest: list[Entry] = []
    for entry in lone_theirs:
        part = entry.movement not in (Movement.CHARGE, Movement.REFUND)
        (parts[entry.payment_id] if part and entry.payment_id in charges else rest).append(entry)
    # Of each payment, asked for here or not.
    shown: dict[str, list[Entry]] = defaultdict(list)
    for entry in there:
        shown[entry.payment_id].append(entry)
    references: dict[str, int] = defaultdict(int)
    for entry in there:
        if entry.movement is Movement.CHARGE and entry.reference:
            references[entry.reference] += 1

    def row(mine: Entry | None, other: Entry | None, match: Match) -> Row:
        if other is None or other.movement is not Movement.CHARGE:
            return Row(match, mine, other)
        twin = references[other.reference] > 1
        return Row(match, mine, other, tuple(parts.pop(other.payment_id, ())), twin)

    rows = [
        row(mine, other, _compared(mine, other, shown[other.payment_id], parts[other.payment_id]))
        for mine, other in pairs
    ]
    rows += [row(mine, None, _alone(mine, read)) for mine in lone_ours]
    rows += [row(None, other, Match.ONLY_THERE) for other in rest]
    return tuple(sorted(rows, key=lambda each: _order(each.entry), reverse=True))


Pairs = tuple[list[tuple[Entry, Entry]], list[Entry], list[Entry]]


def pair(ours: Iterable[Entry], theirs: Iterable[Entry]) -> Pairs:
    """Which entries of the two sides are the same movement, and what is left on either side.

    By the gateway's ids; then by our reference, which no two attempts share; then, for what has
    no id on one side yet, by payment and amount; last, the only two that are left of a payment.
    What did not happen is found by id or reference only.
    """
    left_a, left_b = sorted(ours, key=_order), sorted(theirs, key=_order)
    pairs: list[tuple[Entry, Entry]] = []

    def match(key: Callable[[Entry], Hashable | None], choose: _Chooser) -> None:
        nonlocal left_a, left_b
        groups_a, groups_b = _grouped(left_a, key), _grouped(left_b, key)
        found = [
            both
            for group, members in groups_a.items()
            for both in choose(members, groups_b.get(group, []))
        ]
        taken_a, taken_b = {id(a) for a, _ in found}, {id(b) for _, b in found}
        left_a = [entry for entry in left_a if id(entry) not in taken_a]
        left_b = [entry for entry in left_b if id(entry) not in taken_b]
        pairs.extend(found)

    match(_by_id, _in_turn)
    match(_by_reference, _in_turn)
    match(_by_amount, _where_one_has_no_id)
    match(_by_payment, _only_two)
    return pairs, left_a, left_b


_Chooser = Callable[[Sequence[Entry], Sequence[Entry]], list[tuple[Entry, Entry]]]


def _grouped(
    entries: Iterable[Entry], key: Callable[[Entry], Hashable | None]
) -> dict[Hashable, list[Entry]]:
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in entries:
        if (group := key(entry)) is not None:
            groups[group].append(entry)
    return groups


def _by_id(entry: Entry) -> Hashable | None:
    if entry.movement is Movement.CHARGE:
        return (entry.payment_id, entry.movement) if entry.payment_id else None
    return (entry.payment_id, entry.record_id) if entry.record_id else None


def _by_reference(entry: Entry) -> Hashable | None:
    if not entry.reference:
        return None
    payment = "" if entry.movement is Movement.CHARGE else entry.payment_id
    return (entry.movement, payment, entry.reference)


def _by_amount(entry: Entry) -> Hashable | None:
    payment = _by_payment(entry)
    return None if payment is None else (payment, entry.amount)


def _by_payment(entry: Entry) -> Hashable | None:
    if entry.movement is Movement.CHARGE or entry.standing is Standing.NOT_DONE:
        return None
    return (entry.payment_id, entry.movement)


def _in_turn(ours: Sequence[Entry], theirs: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    return list(zip(ours, theirs, strict=False))


def _where_one_has_no_id(
    ours: Sequence[Entry], theirs: Sequence[Entry]
) -> list[tuple[Entry, Entry]]:
    """Two with different ids are different things, whatever else is alike."""
    named_a, bare_a = [e for e in ours if e.record_id], [e for e in ours if not e.record_id]
    named_b, bare_b = [e for e in theirs if e.record_id], [e for e in theirs if not e.record_id]
    crossed = [*_in_turn(bare_a, named_b), *_in_turn(named_a, bare_b)]
    return [*crossed, *_in_turn(bare_a[len(named_b) :], bare_b[len(named_a) :])]


def _only_two(ours: Sequence[Entry], theirs: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    return _where_one_has_no_id(ours, theirs) if len(ours) == len(theirs) == 1 else []


def _compared(mine: Entry, other: Entry, shown: list[Entry], parts: list[Entry]) -> Match:
    standings = {mine.standing, other.standing}
    if Standing.OPEN in standings:
        return Match.NOT_KNOWN
    if len(standings) > 1:
        return Match.STATE_DIFFERS
    if mine.standing is Standing.NOT_DONE:
        return Match.MATCHED
    if other.movement is not Movement.CHARGE:
        # A release may name no amount: it gives back whatever is left.
        unnamed = other.movement is Movement.RELEASE and 0 in (
            mine.amount.minor, other.amount.minor,
        )  # fmt: skip
        same = unnamed or mine.amount == other.amount
        return Match.MATCHED if same else Match.AMOUNT_DIFFERS
    return _charged(mine, other, shown, parts)


def _charged(mine: Entry, other: Entry, shown: list[Entry], parts: list[Entry]) -> Match:
    """A charge that both sides call done: by its amount, and by what came with it there."""
    unasked_for = _sum(parts, Movement.INCREASE)
    increased = _sum(shown, Movement.INCREASE) - unasked_for
    amounts = (mine.amount, Money(mine.amount.minor + increased, mine.amount.currency))
    if unasked_for or other.amount not in amounts:
        return Match.AMOUNT_DIFFERS
    unasked = {part.movement for part in parts if part.standing is Standing.DONE}
    captured = _sum(shown, Movement.CAPTURE)
    if Movement.RELEASE in unasked and not captured:
        return Match.STATE_DIFFERS
    if Movement.CAPTURE in unasked and captured != other.amount.minor:
        return Match.AMOUNT_DIFFERS
    return Match.MATCHED


def _alone(mine: Entry, read: Collection[str]) -> Match:
    if mine.standing is Standing.NOT_DONE:
        return Match.MATCHED  # nothing moved here, and nothing arrived there
    known = mine.standing is Standing.DONE and mine.payment_id in read
    return Match.ONLY_HERE if known else Match.NOT_KNOWN


def _sum(entries: Iterable[Entry], movement: Movement) -> int:
    return sum(entry.moved for entry in entries if entry.movement is movement)


def _standing(payment: Payment) -> Standing:
    """Whether the bank said yes. What was released later was approved before; the release is an
    entry of its own, where the gateway shows it."""
    released = any(
        action.kind in (ActionKind.VOID, ActionKind.REVERSAL) and action.state is ActionState.DONE
        for action in payment.history
    )
    if payment.status.is_success or (payment.status is PaymentStatus.VOIDED and released):
        return Standing.DONE
    return Standing.NOT_DONE if payment.status.is_final_failure else Standing.OPEN


def _order(entry: Entry) -> tuple[object, ...]:
    """Total over everything that tells two entries apart, so that no input order shows through."""
    return (
        entry.at, entry.payment_id, entry.movement, entry.record_id, entry.attempt_id,
        entry.reference, entry.amount.currency, entry.amount.minor, entry.standing,
        entry.said, entry.who, entry.till,
    )  # fmt: skip
