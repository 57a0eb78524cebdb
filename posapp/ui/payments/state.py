"""What the payments screen shows, worked out from what is true. No Qt here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.case import AlarmKind
from posapp.model.display import AmountStyle
from posapp.model.history import PaymentDetail, PaymentRow, TimelineEntry
from posapp.model.money import Money
from posapp.model.payment import ActionState, PaymentStatus, RefundRecord
from posapp.ui.counter.result_state import card_words, check_words
from posapp.ui.kinds import KIND_WORDS, with_amount

_STATUS: dict[PaymentStatus, tuple[str, str]] = {
    PaymentStatus.PENDING: ("In progress", "not_known"),
    PaymentStatus.ACTION_NEEDED: ("Waiting", "neutral"),
    PaymentStatus.RETRY_SCHEDULED: ("Retry due", "not_known"),
    PaymentStatus.AUTHORISED: ("Approved", "moved"),
    PaymentStatus.PARTLY_CAPTURED: ("Part captured", "moved"),
    PaymentStatus.CAPTURED: ("Captured", "moved"),
    PaymentStatus.PARTLY_REFUNDED: ("Part refunded", "neutral"),
    PaymentStatus.REFUNDED: ("Refunded", "neutral"),
    PaymentStatus.VERIFIED: ("Card verified", "neutral"),
    PaymentStatus.VOIDED: ("Voided", "neutral"),
    PaymentStatus.DECLINED: ("Declined", "not_moved"),
    PaymentStatus.CANCELED: ("Cancelled", "neutral"),
    PaymentStatus.EXPIRED: ("Expired", "neutral"),
    PaymentStatus.UNKNOWN: ("Not known yet", "not_known"),
}


@dataclass(frozen=True, slots=True)
class RowView:
    """One painted row of the list."""

    attempt_id: int
    time: str
    customer: str
    card: str
    state: str
    tone: str
    amount: str

    @property
    def key(self) -> int:
        return self.attempt_id

    @property
    def spoken(self) -> str:
        return ", ".join(
            part for part in (self.time, self.customer, self.card, self.state, self.amount) if part
        )


def state_words(
    attempt_state: State,
    verdict: Verdict | None,
    status: PaymentStatus | None,
    *,
    amount: int,
    refunded: int,
    refund_pending: int,
    kind: Kind = Kind.CHARGE,
) -> tuple[str, str]:
    """A state as (words, tone). What is not proved is amber, never red."""
    if attempt_state in (State.UNKNOWN, State.SENDING, State.PREPARED):
        return ("Not known yet", "not_known")
    if attempt_state is State.OPEN_CASE:
        return ("Open case", "not_known")
    if attempt_state is State.NOT_CHARGED:
        return (KIND_WORDS[kind].not_done.capitalize(), "neutral")
    if attempt_state is State.NOT_SENT:
        return ("Not sent", "neutral")
    if attempt_state is State.REFUSED:
        return ("Refused", "not_moved")
    if kind is Kind.PAYOUT and verdict is Verdict.APPROVED:
        return ("Paid out", "neutral")
    if verdict is Verdict.DECLINED and status is None:
        return ("Declined", "not_moved")
    if verdict is Verdict.DECLINED and status and status.is_success and not refunded:
        return ("Charged after all", "not_known")
    if refund_pending:
        return ("Refund pending", "not_known")
    if verdict is Verdict.APPROVED and refunded:
        return ("Refunded", "neutral") if refunded >= amount else ("Part refunded", "neutral")
    if status is None and verdict is Verdict.APPROVED:
        return ("Seen by hand", "moved")  # a person closed its case; the gateway has not told
    return _STATUS[status] if status else ("In progress", "not_known")


def derive_row(row: PaymentRow, style: AmountStyle, time: Callable[[datetime], str]) -> RowView:
    words, tone = state_words(
        row.attempt_state,
        row.verdict,
        row.status,
        amount=row.amount.minor,
        refunded=row.refunded,
        refund_pending=row.refund_pending,
        kind=row.kind,
    )
    return RowView(
        attempt_id=row.attempt_id,
        time=time(row.at),
        customer=row.customer or _without_customer(row),
        card=f"{row.card_brand} {row.card_last4}".strip() or _WITHOUT_CARD[row.kind],
        state=words,
        tone=tone,
        amount=style.money(row.amount),
    )


_WITHOUT_CARD = {**dict.fromkeys(Kind, "Link"), Kind.PAYOUT: "Bank"}


def _without_customer(row: PaymentRow) -> str:
    return f"Order {row.order_number}" if row.order_number else KIND_WORDS[row.kind].name


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the timeline."""

    time: str
    words: str
    end: str
    more: str

    @property
    def spoken(self) -> str:
        return ", ".join(part for part in (self.time, self.words, self.end, self.more) if part)


@dataclass(frozen=True, slots=True)
class DetailView:
    """Everything the detail panel paints."""

    amount: str
    state: str
    tone: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    timeline: tuple[EntryView, ...]
    can_refund: bool
    refund_why_not: str
    receipt: bool


def derive_detail(
    detail: PaymentDetail, left: Money, style: AmountStyle, time: Callable[[datetime], str]
) -> DetailView:
    attempt, payment, order = detail.attempt, detail.payment, detail.order
    amount = attempt.intent.amount
    pending = _pending(detail)
    words, tone = state_words(
        attempt.state,
        attempt.verdict,
        payment.status if payment else None,
        amount=amount.minor,
        refunded=payment.refunded if payment else 0,
        refund_pending=pending,
        kind=attempt.intent.kind,
    )
    keyed = card_words(attempt.intent.card_brand, attempt.intent.card_last4)
    payout = attempt.intent.kind is Kind.PAYOUT
    card = keyed or ("Bank account" if payout else "Payment link")
    named = order.customer.name or order.customer.phone if order else ""
    number = f"order {order.number}" if order else KIND_WORDS[attempt.intent.kind].name
    can_refund = left.minor > 0
    return DetailView(
        amount=style.money(amount),
        state=words,
        tone=tone,
        subtitle=" · ".join(part for part in (named, number, card) if part),
        facts=_facts(detail, left, pending, style),
        timeline=tuple(derive_entry(entry, style, time) for entry in detail.timeline),
        can_refund=can_refund,
        refund_why_not="" if can_refund else _why_not(detail),
        receipt=attempt.intent.kind.pays_order
        and attempt.verdict is Verdict.APPROVED
        and payment is not None,
    )


def derive_entry(
    entry: TimelineEntry, style: AmountStyle, time: Callable[[datetime], str]
) -> EntryView:
    end = ", ".join(part for part in (entry.who, _till(entry.till)) if part)
    more = " · ".join(
        part
        for part in (
            entry.detail.get("note", ""),
            f"answer: {entry.detail['said']}" if entry.detail.get("said") else "",
            f"request {entry.request_id}" if entry.request_id else "",
            _SEEN.get(entry.detail.get("seen", ""), ""),
            entry.detail.get("reason", ""),
            f"approved by {entry.detail['approved_by']}" if entry.detail.get("approved_by") else "",
            f"before: {entry.detail['from']}" if entry.detail.get("from") else "",
        )
        if part
    )
    return EntryView(time(entry.at), event_words(entry, style), end, more)


def event_words(entry: TimelineEntry, style: AmountStyle) -> str:
    """An entry of the audit trail in the words of the counter."""
    kind = Kind(entry.detail.get("kind", Kind.CHARGE))
    words = KIND_WORDS[kind]
    what = words.name
    full = with_amount(kind, _amount(entry, style))
    if entry.event == "case_closed":
        moved = entry.detail.get("outcome") == "charged"
        return f"Case closed: {words.done if moved else words.not_done}"
    state = entry.detail.get("state", entry.event)
    verdict = entry.detail.get("verdict", "")
    if state == State.SETTLED.value:
        done = verdict == Verdict.APPROVED.value
        if kind is Kind.VERIFY:
            return "Card verified" if done else "Card not accepted"
        if not kind.pays_order:
            return f"{full} {'confirmed' if done else 'failed'}"
        code = entry.detail.get("auth_code", "")
        return (f"Approved, code {code}" if code else "Approved") if done else "Declined"
    if entry.event == "alarm_raised":
        return _ALARMS.get(entry.detail.get("alarm", ""), "Alarm")
    states = {
        State.PREPARED.value: f"{full} written down",
        State.SENDING.value: f"{what} sent",
        State.PENDING.value: f"{what} accepted, not finished",
        State.UNKNOWN.value: "No proof yet; being checked",
        State.NOT_SENT.value: f"{what} did not leave this computer",
        State.REFUSED.value: f"{what} refused by the gateway",
        State.NOT_CHARGED.value: f"Proved: {words.not_done}",
        State.OPEN_CASE.value: "Open case: a person has to find out",
    }
    return states.get(state, _EVENTS.get(entry.event, entry.event.replace("_", " ").capitalize()))


_EVENTS = {
    "sent_again": "The same request was sent once more",
    "payment_refreshed": "Checked with the gateway",
    "not_found": "Searched at the gateway: not there",
    "not_answered": "Looked up: no answer",
    "looked_up": "Looked up: not finished",
    "case_taken": "Somebody finds out",
    "alarm_ended": "The gateway shows the money as given back",
    "alarm_acknowledged": "Alarm acknowledged",
}


_ALARMS = {
    AlarmKind.LATE.value: "Alarm: it happened after all",
    AlarmKind.DOUBLE.value: "Alarm: charged twice",
    AlarmKind.CONTRADICTED.value: "Alarm: the gateway contradicts",
    AlarmKind.RETURNED.value: "Alarm: the payout came back",
}


_SEEN = {
    "gateway_site": "seen on the gateway's site",
    "bank_statement": "seen on the bank statement",
    "callers_bank": "the caller's bank said so",
}


def refund_words(record: RefundRecord, style: AmountStyle) -> str:
    word = {
        ActionState.PENDING: "pending",
        ActionState.DONE: "confirmed",
        ActionState.FAILED: "failed",
    }[record.state]
    return f"{style.money(record.amount)} {word}"


def _facts(
    detail: PaymentDetail, left: Money, pending: int, style: AmountStyle
) -> tuple[tuple[str, str], ...]:
    payment, attempt = detail.payment, detail.attempt
    facts: list[tuple[str, str]] = []
    if payment is not None:
        currency = payment.amount.currency
        facts.append(("Captured", style.money(Money(payment.captured, currency))))
        facts.append(("Refunded", style.money(Money(payment.refunded, currency))))
        if pending:
            facts.append(("Refund pending", style.money(Money(pending, currency))))
        facts.append(("Can be refunded", style.money(left)))
        if payment.status.is_success:
            facts.append(("Address", check_words(payment.address_check)))
            facts.append(("Security code", check_words(payment.code_check)))
        if payment.auth_code:
            facts.append(("Approval code", payment.auth_code))
        if payment.decline is not None:
            facts.append(("Answer", payment.decline.caller))
    facts.append(("Reference", attempt.intent.reference))
    return tuple(facts)


def _pending(detail: PaymentDetail) -> int:
    shown = {r.id for r in detail.payment.refunds} if detail.payment else set()
    ours = sum(
        refund.intent.amount.minor
        for refund in detail.refunds
        if refund.state.is_open and refund.action_id not in shown
    )
    return ours + (detail.payment.refund_pending if detail.payment else 0)


def _why_not(detail: PaymentDetail) -> str:
    payment = detail.payment
    if not detail.attempt.intent.kind.pays_order:
        return "This is no payment that could be given back."
    if payment is None and detail.attempt.verdict is Verdict.APPROVED:
        return "The gateway has not shown this payment yet. Refund it on the gateway's site."
    if payment is None or detail.attempt.state.is_open:
        return "It is not known yet whether this payment was taken."
    if detail.attempt.verdict is not Verdict.APPROVED:
        return "No money was taken, so there is nothing to give back."
    if payment.captured == 0:
        return "Not captured yet. Check with the gateway in a moment."
    return "Everything was given back or is on its way."


def _amount(entry: TimelineEntry, style: AmountStyle) -> str:
    minor, currency = entry.detail.get("minor", ""), entry.detail.get("currency", "")
    return style.money(Money(int(minor), currency)) if minor and currency else ""


def _till(till: str) -> str:
    return f"till {till}" if till else ""


def attempt_words(attempt: Attempt, style: AmountStyle) -> str:
    """A refund attempt in one line, for the refund dialog."""
    amount = style.money(attempt.intent.amount)
    if attempt.state is State.SETTLED:
        return f"{amount} {'refunded' if attempt.verdict is Verdict.APPROVED else 'failed'}"
    return f"{amount} pending" if attempt.state.is_open else f"{amount} not refunded"
