"""A row of the comparison in plain words: what is so, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from posapp.model.money import Money
from posapp.model.reconcile import Entry, Match, Movement, Row, Standing

MATCH_WORDS = {
    Match.MATCHED: "Matched",
    Match.ONLY_HERE: "Only here",
    Match.ONLY_THERE: "Only there",
    Match.AMOUNT_DIFFERS: "Amount differs",
    Match.STATE_DIFFERS: "State differs",
    Match.NOT_KNOWN: "Not known yet",
}
MOVEMENT_WORDS = {
    Movement.CHARGE: "Payment",
    Movement.CAPTURE: "Capture",
    Movement.INCREASE: "Increase",
    Movement.RELEASE: "Release",
    Movement.REFUND: "Refund",
}
STANDING_WORDS = {
    Standing.DONE: "Done",
    Standing.NOT_DONE: "Did not happen",
    Standing.OPEN: "Not finished",
}
_NOTHING = "Nothing to do."
_SITE = "Look at the payment on the gateway's own site"
_KNOWN = "If it is right, explain it here"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Two sentences or groups of them, for people."""

    sentence: str
    next_step: str


def explain(row: Row, money: Callable[[Money], str]) -> Explanation:
    """What a row means.

    Args:
        money: how an amount is written.
    """
    ours, theirs = row.ours, row.theirs
    if ours is not None and theirs is not None:
        return _both(row, ours, theirs, money)
    if ours is not None:
        return _only_ours(row.match, ours, money)
    return _only_theirs(row, row.entry, money)


def _both(row: Row, ours: Entry, theirs: Entry, money: Callable[[Money], str]) -> Explanation:
    what = _what(ours)
    if row.match is Match.MATCHED:
        if ours.standing is Standing.NOT_DONE:
            return Explanation(
                f"Both sides say that this {what} did not happen. No money moved.", _NOTHING
            )
        return Explanation(f"Both sides have this {what} of {money(ours.amount)}.", _NOTHING)
    if row.match is Match.AMOUNT_DIFFERS:
        return Explanation(_amounts(row, ours, theirs, money), f"{_SITE}. {_KNOWN}.")
    if row.match is Match.STATE_DIFFERS:
        return _states(ours, theirs, money)
    if ours.standing is Standing.OPEN:
        return Explanation(
            f"It is not known yet how this {what} of {money(ours.amount)} ended here. "
            f"The gateway says “{theirs.said}”.",
            "Check this payment with the gateway, then compare again. Do not repeat it.",
        )
    return Explanation(
        f"The gateway has not finished this {what} of {money(theirs.amount)}: it says "
        f"“{theirs.said}”.",
        "Compare again later. Do not repeat it.",
    )


def _amounts(row: Row, ours: Entry, theirs: Entry, money: Callable[[Money], str]) -> str:
    if ours.amount == theirs.amount:
        captured = sum(part.moved for part in row.also if part.movement is Movement.CAPTURE)
        there = money(Money(captured, theirs.amount.currency))
        return (
            f"Both sides have this payment of {money(ours.amount)}, but on the gateway's side "
            f"{there} of it was captured that nobody asked for here."
        )
    here, there = money(ours.amount), money(theirs.amount)
    sides = f"This {_what(ours)} is {here} here and {there} at the gateway"
    if ours.amount.currency != theirs.amount.currency:
        return f"{sides}: the currencies differ."
    apart = theirs.amount.minor - ours.amount.minor
    by = money(Money(abs(apart), ours.amount.currency))
    return f"{sides}: {by} {'more' if apart > 0 else 'less'} there."


def _states(ours: Entry, theirs: Entry, money: Callable[[Money], str]) -> Explanation:
    what, amount = _what(ours), money(ours.amount)
    if ours.standing is theirs.standing:
        return Explanation(
            f"{amount} was reserved, and somebody released it on the gateway's side. "
            "Nothing was captured.",
            f"Find out who released it. The customer has not paid. {_KNOWN}.",
        )
    if ours.standing is Standing.DONE:
        step = (
            "The customer has not paid: charge again only after the gateway confirmed that."
            if ours.movement is Movement.CHARGE
            else f"{_SITE}; it may have failed later. Repeat it there if it is still wanted."
        )
        return Explanation(
            f"Here this {what} of {amount} counts as done. The gateway says “{theirs.said}”: "
            "it did not happen, or was undone.",
            step,
        )
    step = (
        "The customer has paid. Deliver the order, or refund this payment."
        if ours.movement is Movement.CHARGE
        else f"{_SITE}. Do not repeat it: it happened."
    )
    return Explanation(
        f"Here this {what} of {amount} counts as not done, but at the gateway it went through.",
        step,
    )


def _only_ours(match: Match, ours: Entry, money: Callable[[Money], str]) -> Explanation:
    what, amount = _what(ours), money(ours.amount)
    if match is Match.MATCHED:
        return Explanation(
            f"This {what} of {amount} did not happen here, and the gateway has nothing of it. "
            "No money moved.",
            _NOTHING,
        )
    if match is Match.NOT_KNOWN and ours.standing is Standing.DONE:
        return Explanation(
            f"This {what} of {amount} was not among what the gateway showed, and it was not "
            "asked for by itself.",
            "Read the gateway's list again.",
        )
    if match is Match.NOT_KNOWN:
        return Explanation(
            f"It is not known yet whether this {what} of {amount} happened. It is being looked up.",
            "Nothing now: it ends by itself or becomes an open case. Do not repeat it.",
        )
    if ours.movement is Movement.CHARGE:
        return Explanation(
            f"This payment of {amount} was approved here, but the gateway does not have it. Its "
            "list was read to the end, and it was asked for this payment by its id.",
            "Ask the gateway with the payment's id before anything is charged again.",
        )
    return Explanation(
        f"This {what} of {amount} was confirmed here, but the gateway does not show it.",
        f"{_SITE}. Do not repeat it until the gateway has answered.",
    )


def _only_theirs(row: Row, theirs: Entry, money: Callable[[Money], str]) -> Explanation:
    amount = money(theirs.amount)
    if theirs.movement is not Movement.CHARGE:
        done = {
            Standing.DONE: "was done",
            Standing.OPEN: "is on its way",
            Standing.NOT_DONE: "was tried and failed",
        }[theirs.standing]
        return Explanation(
            f"A {_what(theirs)} of {amount} {done} at the gateway, and nobody asked for it here.",
            "Find out who did it on the gateway's own site, then explain it here.",
        )
    if row.twin and theirs.standing is not Standing.NOT_DONE:
        return Explanation(
            f"The gateway has another payment of {amount} under the reference of one of ours. "
            "The customer may have been charged twice.",
            "Look at both payments. If the customer paid twice, refund this one.",
        )
    if theirs.standing is Standing.NOT_DONE:
        return Explanation(
            f"A payment of {amount} was tried elsewhere and did not go through. No money moved.",
            "Nothing to do for the money. If nobody knows of it, change the account's key.",
        )
    end = "" if theirs.standing is Standing.DONE else " It is not finished."
    return Explanation(
        f"The gateway has a payment of {amount} that was not made here, but on its own site, by "
        f"another program or with another ledger.{end}",
        "Find out who made it and explain it here. If nobody knows of it, change the account's "
        "key.",
    )


def _what(entry: Entry) -> str:
    return MOVEMENT_WORDS[entry.movement].lower()
