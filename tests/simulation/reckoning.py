"""The reckoning after a day: what really happened at the gateways, and what is said about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from posapp.desk.outcome import Result
from posapp.ledger.codec import attempt_from
from posapp.ledger.ledger import Ledger
from posapp.ledger.tables import attempts
from posapp.model.attempt import Attempt, Kind, State, Verdict
from tests.simulation.bank import Bank
from tests.simulation.shop import Day

_NAMED = (Kind.CAPTURE, Kind.VOID, Kind.INCREMENT, Kind.PAYOUT)
"""What leaves an entry with our reference at the gateway when it takes effect."""

_LETS_GO = (Kind.CAPTURE, Kind.VOID, Kind.REVERSAL, Kind.REFUND)
"""What can let go a part of a payment; a final capture releases the rest."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What became of the money; the first five must be 0.

    Money that moved twice for one wish is a double, whichever way it went; what was given back or
    sent out without the journal's knowledge is lost; ``false_paid`` counts whatever was claimed
    to be done and was not.
    """

    double_charges: int = 0
    lost_payments: int = 0
    false_paid: int = 0
    over_refunds: int = 0
    unresolved: int = 0
    open_cases: int = 0
    charges: int = 0
    refunds: int = 0
    deaths: int = 0
    requests: int = 0

    @property
    def broken(self) -> bool:
        return bool(
            self.double_charges
            or self.lost_payments
            or self.false_paid
            or self.over_refunds
            or self.unresolved
        )


async def reckon(day: Day, ledger: Ledger, deaths: int) -> Reckoning:
    """Compare everything, once nothing moves any more."""
    bank = day.bank
    journal = await _journal(ledger)
    charged, done = bank.charged(), Counter(act.reference for act in bank.acts())
    by_reference = {attempt.intent.reference: attempt for attempt in journal}

    def wish(reference: str) -> str:
        """What a person wanted once: an order paid, a form sent off, something done."""
        attempt = by_reference.get(reference)
        if attempt is None:
            return reference
        intent = attempt.intent
        return intent.order_id if intent.kind.pays_order else f"{intent.kind} {_form(attempt)}"

    lost = sum(not _admitted(by_reference.get(reference)) for reference in (*charged, *done))
    given = _given_back(journal, bank)
    still_open = [attempt for attempt in journal if attempt.state.is_open]
    cases = [attempt for attempt in still_open if attempt.state is State.OPEN_CASE]
    return Reckoning(
        double_charges=_doubles(charged, wish) + _doubles(done, wish),
        lost_payments=lost + given.lost + _let_go_unknown(journal, bank),
        false_paid=_claims(journal, day, charged, done) + given.claimed,
        over_refunds=bank.over_refunds,
        unresolved=len(still_open) - len(cases),
        open_cases=len(cases),
        charges=sum(charged.values()),
        refunds=sum(bank.refunded().values()),
        deaths=deaths,
        requests=len(bank.world.calls),
    )


def _form(attempt: Attempt) -> str:
    """Every payout form says in its reason which one it is; anything else is a wish of its own."""
    return attempt.intent.reason if attempt.intent.kind is Kind.PAYOUT else str(attempt.id)


def _doubles(happened: Counter[str], wish: Callable[[str], str]) -> int:
    times: Counter[str] = Counter()
    for reference, often in happened.items():
        times[wish(reference)] += often
    return sum(often - 1 for often in times.values())


def _claims(journal: list[Attempt], day: Day, charged: Counter[str], done: Counter[str]) -> int:
    """What the journal says was done, or what a clerk was told, that was not."""
    bank = day.bank
    verified, released = bank.verified(), bank.released()

    def happened(attempt: Attempt) -> bool:
        intent = attempt.intent
        if intent.kind.pays_order:
            return intent.reference in charged
        if intent.kind is Kind.VERIFY:
            return intent.reference in verified
        if intent.kind is Kind.REVERSAL:
            return released.get(intent.payment_id, False)
        return intent.kind not in _NAMED or intent.reference in done

    told = {told.attempt for told in day.told if told.result is Result.APPROVED}
    return sum(
        (attempt.verdict is Verdict.APPROVED or attempt.id in told) and not happened(attempt)
        for attempt in journal
    )


@dataclass(frozen=True, slots=True)
class _Given:
    lost: int
    claimed: int


def _given_back(journal: list[Attempt], bank: Bank) -> _Given:
    """Refunds carry no reference everywhere: what each payment gave back has to add up. What a
    reversal gave back cannot be told from a refund, and is looked at with what was released."""
    mine: dict[str, list[Attempt]] = {}
    for attempt in journal:
        if attempt.intent.kind in (Kind.REFUND, Kind.REVERSAL):
            mine.setdefault(attempt.intent.payment_id, []).append(attempt)
    lost = claimed = 0
    for payment, really in bank.refunded().items():
        asked = mine.get(payment, [])
        if any(attempt.intent.kind is Kind.REVERSAL for attempt in asked):
            continue
        said = sum(a.intent.amount.minor for a in asked if a.verdict is Verdict.APPROVED)
        claimed += said > really
        lost += said < really and not any(attempt.state.is_open for attempt in asked)
    return _Given(lost, claimed)


def _let_go_unknown(journal: list[Attempt], bank: Bank) -> int:
    """Payments that let go something, which the journal rules out."""
    known = {a.intent.payment_id for a in journal if a.intent.kind in _LETS_GO and _admitted(a)}
    return len(bank.released().keys() - known)


def _admitted(attempt: Attempt | None) -> bool:
    """Whether the journal says, or does not rule out, that this was done."""
    return attempt is not None and (attempt.verdict is Verdict.APPROVED or attempt.state.is_open)


async def _journal(ledger: Ledger) -> list[Attempt]:
    """Every attempt there is, oldest first."""

    def work(connection: Connection) -> list[Attempt]:
        rows = connection.execute(select(attempts).order_by(attempts.c.id)).mappings()
        return [attempt_from(row) for row in rows]

    return await ledger._database.read(work)
