"""What the result of a charge is in words, worked out from what is committed. No Qt here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from posapp.desk.outcome import Outcome, Result
from posapp.model.attempt import Attempt, State
from posapp.model.display import AmountStyle
from posapp.model.payment import Check, Payment

Status = Literal["approved", "declined", "action_needed", "unknown"]
Next = Literal["next_order", "another_card", "wait", "none"]

STILL_WAITING_AFTER = 10.0
"""Seconds after which the running view says that nobody should charge again."""


@dataclass(frozen=True, slots=True)
class ResultView:
    """The result in words: what happened, what to say, what to press.

    ``follows`` tells that it is looked up by itself, next at ``due``; ``evidence_words`` leads to
    what is known about it, "" where there is nothing to find out.
    """

    status: Status
    headline: str
    tone: str
    icon: str
    message: str
    caller: str
    facts: tuple[tuple[str, str], ...]
    next_words: str
    next_step: Next
    link: str
    receipt: bool
    follows: bool = False
    due: datetime | None = None
    evidence_words: str = ""


def derive_result(
    outcome: Outcome,
    style: AmountStyle,
    *,
    due: datetime | None = None,
    time: Callable[[datetime], str] = datetime.isoformat,
) -> ResultView:
    """Amber is never shown as failed, and nothing is shown that is not in the ledger.

    Args:
        due: when the gateway is asked next about an outcome that is not known.
    """
    amount = style.money(outcome.attempt.intent.amount)
    if outcome.result is Result.APPROVED:
        return _approved(outcome, amount)
    if outcome.result is Result.DECLINED:
        return _declined(outcome, amount)
    if outcome.result is Result.ACTION_NEEDED:
        return _action_needed(outcome, amount)
    if outcome.result is Result.NOT_CHARGED:
        why = outcome.attempt.note or "The gateway has no such payment."
        return derive_not_moved(why, amount)
    return _unknown(outcome, amount, due, time)


def derive_not_moved(sentence: str, amount: str) -> ResultView:
    """It is proved that nothing was charged, and the bank was not asked or never heard of it."""
    return ResultView(
        status="declined",
        headline=f"{amount} was not charged",
        tone="not_moved",
        icon="circle-x",
        message=f"{sentence} No money moved. The order can be charged again.",
        caller="The card has to be keyed again; its digits are not kept.",
        facts=(),
        next_words="Charge again",
        next_step="another_card",
        link="",
        receipt=False,
    )


def check_words(check: Check | None) -> str:
    """The result of an address or security-code check."""
    return {
        Check.MATCH: "Matches",
        Check.PARTIAL: "Matches in part",
        Check.NO_MATCH: "Does not match",
        Check.NOT_CHECKED: "Not checked",
        None: "Not checked",
    }[check]


def card_words(brand: str, last4: str) -> str:
    return f"{brand} •••• {last4}" if last4 else brand


def _approved(outcome: Outcome, amount: str) -> ResultView:
    payment = outcome.payment
    checks = _checks(payment)
    worry = any(words == "Does not match" for _, words in checks)
    collected = payment is not None and payment.captured > 0
    moved = (
        "A person saw that it was charged and closed the case."
        if payment is None
        else "The bank agreed and the money moved."
        if collected
        else "The bank agreed. The amount is reserved and is being collected."
    )
    return ResultView(
        status="approved",
        headline=f"{amount} approved",
        tone="moved",
        icon="circle-check",
        message=f"{moved} Address or security code do not match: look at the order before it ships."
        if worry
        else moved,
        caller="Say: “Thank you, your payment has gone through.”",
        facts=_facts(outcome) + checks,
        next_words="Next order",
        next_step="next_order",
        link="",
        receipt=payment is not None,
    )


def _declined(outcome: Outcome, amount: str) -> ResultView:
    decline = outcome.payment.decline if outcome.payment else None
    caller = decline.caller if decline else "The bank declined this card."
    step = decline.next_step if decline else "Ask for another card."
    said = (("Gateway's answer", f"{decline.code} {decline.said}".strip()),) if decline else ()
    return ResultView(
        status="declined",
        headline=f"{amount} declined",
        tone="not_moved",
        icon="circle-x",
        message=f"{caller} No money moved.",
        caller=step,
        facts=_facts(outcome) + said,
        next_words="Same or another card"
        if decline and decline.same_card_sensible
        else "Another card",
        next_step="another_card",
        link="",
        receipt=False,
    )


def _action_needed(outcome: Outcome, amount: str) -> ResultView:
    link = outcome.payment.action_url if outcome.payment else ""
    return ResultView(
        status="action_needed",
        headline=f"{amount} waits for the customer",
        tone="not_known",
        icon="clock",
        message="The customer has to finish this on a page of their bank. Send them the link; "
        "this view follows along until it ends.",
        caller="Say: “You will get a link. Please open it and confirm the payment.”",
        facts=_facts(outcome),
        next_words="Next order",
        next_step="next_order",
        link=link,
        receipt=False,
    )


def _unknown(
    outcome: Outcome, amount: str, due: datetime | None, time: Callable[[datetime], str]
) -> ResultView:
    attempt = outcome.attempt
    case = attempt.state is State.OPEN_CASE
    sent = ("Sent", time(attempt.sent_at or attempt.prepared_at))
    return ResultView(
        status="unknown",
        headline=f"{amount}: not known yet",
        tone="not_known",
        icon="hourglass",
        message="It could not be found out whether money moved. The order stays locked until a "
        "person has asked the gateway. Other orders can go on. Do not charge again."
        if case
        else f"{_why_unknown(attempt)} The order is locked until we know. We keep asking; after "
        "three hours at most a person finds out. Other orders can go on. Do not charge again.",
        caller="Say: “I will call you back as soon as the bank has answered.”",
        facts=(*_facts(outcome), sent),
        next_words="Next order",
        next_step="next_order",
        link="",
        receipt=False,
        follows=not case,
        due=due,
        evidence_words="Open the case" if case else "What is known",
    )


def _why_unknown(attempt: Attempt) -> str:
    if attempt.state is State.PENDING:
        return "The gateway has the payment and has not finished it."
    return "We could not hear back from the gateway."


def _facts(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    intent, payment = outcome.attempt.intent, outcome.payment
    facts = [("Card", card_words(intent.card_brand, intent.card_last4))]
    if payment and payment.auth_code:
        facts.append(("Approval code", payment.auth_code))
    facts.append(("Reference", intent.reference))
    return tuple((name, value) for name, value in facts if value)


def _checks(payment: Payment | None) -> tuple[tuple[str, str], ...]:
    if payment is None:
        return ()
    return (
        ("Address", check_words(payment.address_check)),
        ("Security code", check_words(payment.code_check)),
    )
