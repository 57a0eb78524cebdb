"""What the open cases show, worked out from what is true. No Qt here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.case import Alarm, AlarmKind, Case, CaseEnd, OpenQuestions, SeenWhere
from posapp.model.display import AmountStyle
from posapp.ui.counted import age_words, counted, span_words
from posapp.ui.counter.result_state import card_words
from posapp.ui.kinds import KIND_WORDS, attempt_title

View = Literal["all", "alarms", "cases", "unknown"]
Time = Callable[[datetime], str]

PLACES: tuple[tuple[SeenWhere, str], ...] = (
    (SeenWhere.GATEWAY_SITE, "On the gateway's site"),
    (SeenWhere.BANK_STATEMENT, "On our bank statement"),
    (SeenWhere.CALLERS_BANK, "The caller asked their bank"),
)


def outcomes(kind: Kind) -> tuple[tuple[CaseEnd, str], ...]:
    """What a person can have seen, and how it is called."""
    words = KIND_WORDS[kind]
    return (
        (CaseEnd.NOT_CHARGED, words.not_done.capitalize()),
        (CaseEnd.CHARGED, words.done.capitalize()),
    )


@dataclass(frozen=True, slots=True)
class RowView:
    """One painted row. ``alarm`` is the alarm's id, None for a case; ``attempt`` the journal's."""

    attempt: int
    alarm: int | None
    state: str
    tone: str
    age: str
    who: str
    card: str
    waits: str
    amount: str

    @property
    def key(self) -> tuple[int, int | None]:
        return self.attempt, self.alarm

    @property
    def spoken(self) -> str:
        parts = (self.state, self.age, self.who, self.card, self.waits, self.amount)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ListView:
    """The list of one view, and how many there are in each."""

    rows: tuple[RowView, ...]
    alarms: int
    cases: int
    unknown: int
    empty: str

    @property
    def total(self) -> int:
        return self.alarms + self.cases + self.unknown


def derive_list(
    asked: OpenQuestions,
    view: View,
    style: AmountStyle,
    *,
    now: datetime,
    next_at: Callable[[Attempt], datetime | None],
    time: Time,
) -> ListView:
    """Money to give back first, then what waits for a person, then what is being looked up."""
    rows: list[RowView] = []
    if view in ("all", "alarms"):
        rows += [alarm_row(alarm, style, now=now) for alarm in asked.alarms]
    if view in ("all", "cases"):
        rows += [case_row(case, style, now=now, next_at=next_at, time=time) for case in asked.cases]
    if view in ("all", "unknown"):
        rows += [
            case_row(case, style, now=now, next_at=next_at, time=time) for case in asked.unknown
        ]
    return ListView(
        rows=tuple(rows),
        alarms=len(asked.alarms),
        cases=len(asked.cases),
        unknown=len(asked.unknown),
        empty=_EMPTY[view],
    )


def alarm_row(alarm: Alarm, style: AmountStyle, *, now: datetime) -> RowView:
    return RowView(
        attempt=alarm.attempt.id,
        alarm=alarm.id,
        state=_alarm_words(alarm),
        tone="not_moved",
        age=age_words(now - alarm.raised_at),
        who=_who(alarm.customer, alarm.order_number),
        card=_card(alarm.attempt),
        waits="Refund on its way"
        if alarm.coming_back
        else "Give back or acknowledge"
        if alarm.can_go_back
        else "Acknowledge",
        amount=style.money(alarm.amount),
    )


def case_row(
    case: Case,
    style: AmountStyle,
    *,
    now: datetime,
    next_at: Callable[[Attempt], datetime | None],
    time: Time,
) -> RowView:
    is_case = case.attempt.state is State.OPEN_CASE
    due = next_at(case.attempt)
    looked = "" if due is None else "Being looked up" if due <= now else f"Asked at {time(due)}"
    return RowView(
        attempt=case.attempt.id,
        alarm=None,
        state=("Open case" if is_case else "Not known yet"),
        tone="not_known",
        age=age_words(now - case.since),
        who=_who(case.customer, case.order_number),
        card=_card(case.attempt),
        waits=(case.owner or "Nobody has it yet") if is_case else looked,
        amount=style.money(case.attempt.intent.amount),
    )


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the dialog of a case says. ``can_close`` only for what waits for a person."""

    title: str
    state: str
    tone: str
    advice: str
    facts: tuple[tuple[str, str], ...]
    take_words: str
    can_close: bool
    why_not: str


def derive_case(
    case: Case,
    style: AmountStyle,
    *,
    who: str,
    account: str,
    now: datetime,
    due: datetime | None,
    time: Time,
) -> CaseView:
    attempt = case.attempt
    is_case = attempt.state is State.OPEN_CASE
    still_open = attempt.state.is_open
    looked = counted(attempt.look_ups, "time", "times") if attempt.look_ups else "Not yet"
    facts = (
        ("Customer", case.customer),
        ("Card", _card(attempt)),
        ("Sent", time(case.since)),
        ("Open for", span_words(now - case.since) if still_open else ""),
        ("Gateway account", account),
        ("Reference", attempt.intent.reference),
        ("Looked up", f"{looked}, next at {time(due)}" if due and still_open else looked),
        ("Who finds out", (case.owner or "Nobody yet") if is_case else case.owner),
    )
    return CaseView(
        title=attempt_title(attempt, case.order_number, style),
        state="Open case" if is_case else "Not known yet" if still_open else _end_words(attempt),
        tone="not_known" if still_open else "moved" if _moved(attempt) else "neutral",
        advice=_advice(attempt),
        facts=tuple((name, value) for name, value in facts if value),
        take_words="Taken by you" if case.owner == who and who else "I will find out",
        can_close=is_case,
        why_not=""
        if is_case
        else "It is still being looked up and may end by itself. It becomes an open case after "
        "three hours at most."
        if still_open
        else "This has ended. Nothing more to do.",
    )


@dataclass(frozen=True, slots=True)
class AlarmView:
    """What the dialog and the banner of an alarm say; ``undo_words`` "" where nothing can be
    undone."""

    title: str
    state: str
    sentence: str
    advice: str
    facts: tuple[tuple[str, str], ...]
    undo_words: str


def derive_alarm(alarm: Alarm, style: AmountStyle, *, account: str, time: Time) -> AlarmView:
    amount = style.money(alarm.amount)
    number = _number(alarm)
    facts = (
        ("Customer", alarm.customer),
        ("Card", _card(alarm.attempt)),
        ("Sent", time(alarm.attempt.sent_at or alarm.attempt.prepared_at)),
        ("Noticed", time(alarm.raised_at)),
        ("Gateway account", account),
        ("Payment at the gateway" if alarm.payment else "Payout at the gateway", alarm.number),
        ("Reference", alarm.attempt.intent.reference),
        ("On its way back", style.money(alarm.coming_back) if alarm.coming_back else ""),
    )
    return AlarmView(
        title=f"{amount} · {number}",
        state=_alarm_words(alarm),
        sentence=_sentence(alarm, amount, number),
        advice=_alarm_advice(alarm),
        facts=tuple((name, value) for name, value in facts if value),
        undo_words=undo_words(alarm, style),
    )


def for_the_banner(alarms: tuple[Alarm, ...], shown: int | None) -> Alarm | None:
    """The alarm that stands over the screens; None without any.

    What stands there stays until it has ended, so that nobody presses the key of another one; only
    one that can be undone takes the place of one that cannot. Otherwise the oldest comes first.

    Args:
        alarms: newest first.
        shown: the id of the one that stands there.
    """
    undoable = [alarm for alarm in alarms if alarm.can_go_back]
    first = [*reversed(undoable), *(alarm for alarm in reversed(alarms) if not alarm.can_go_back)]
    standing = next((alarm for alarm in first if alarm.id == shown), None)
    if standing is not None and (standing.can_go_back or not undoable):
        return standing
    return first[0] if first else None


def banner_words(alarm: Alarm, style: AmountStyle, *, others: int) -> str:
    """The alarm in a sentence, and how many more there are."""
    sentence = _sentence(alarm, style.money(alarm.amount), _number(alarm))
    return f"{sentence} {others} more in Open cases." if others else sentence


def undo_words(alarm: Alarm, style: AmountStyle) -> str:
    """What the one key does about this alarm; "" where it can do nothing."""
    return f"Give {style.money(alarm.can_go_back)} back" if alarm.can_go_back else ""


def _number(alarm: Alarm) -> str:
    if alarm.attempt.intent.kind is Kind.PAYOUT:
        return "a payout"
    return f"order {alarm.order_number}" if alarm.order_number else "a payment without an order"


def _alarm_words(alarm: Alarm) -> str:
    kind = alarm.attempt.intent.kind
    if alarm.kind is AlarmKind.LATE and not kind.takes_money:
        return f"{KIND_WORDS[kind].done.capitalize()} late"
    return _ALARMS[alarm.kind]


def _sentence(alarm: Alarm, amount: str, number: str) -> str:
    kind = alarm.attempt.intent.kind
    if alarm.kind is AlarmKind.DOUBLE:
        return f"{amount} was charged twice for {number}."
    if alarm.kind is AlarmKind.CONTRADICTED:
        return f"The gateway contradicts how the case of {number} over {amount} was closed."
    if alarm.kind is AlarmKind.RETURNED:
        return f"A payout of {amount} came back: it was not paid out after all."
    if kind is Kind.PAYOUT:
        return f"{amount} was paid out after it was taken as not paid out."
    if kind.takes_money:
        return f"{amount} for {number} was charged after it was taken as not charged."
    name = KIND_WORDS[kind].name
    return f"{name} for {number} went through after it was taken as not made."


def _alarm_advice(alarm: Alarm) -> str:
    kind = alarm.attempt.intent.kind
    if kind.takes_money or alarm.kind is AlarmKind.RETURNED:
        return _ALARM_ADVICE[alarm.kind]
    if kind is Kind.PAYOUT:
        return _PAID_ADVICE
    return _GIVEN_ADVICE if kind in (Kind.REFUND, Kind.REVERSAL) else _DONE_ADVICE


def _advice(attempt: Attempt) -> str:
    if attempt.state is State.OPEN_CASE:
        kind = attempt.intent.kind
        what = "payment" if kind.takes_money else KIND_WORDS[kind].name.lower()
        return (
            f"Look for the reference on the gateway's site, or ask the caller to ask their bank. "
            f"Close the case with what you saw. It is looked for afterwards too: should the "
            f"{what} turn up against what you saw, an alarm says so."
        )
    if attempt.state.is_open:
        return (
            "Nothing to do: it is looked up by itself. Other orders can go on. Do not charge again."
        )
    if _moved(attempt):
        return "It went through; the newest entry says how that was found out."
    if attempt.intent.kind.takes_money:
        return "No money moved. The order can be charged again."
    return "It was not done, and can be asked for again."


def _moved(attempt: Attempt) -> bool:
    return attempt.state is State.SETTLED and attempt.verdict is Verdict.APPROVED


def _end_words(attempt: Attempt) -> str:
    words = KIND_WORDS[attempt.intent.kind]
    return (words.done if _moved(attempt) else words.not_done).capitalize()


def _who(customer: str, order_number: int) -> str:
    number = f"order {order_number}" if order_number else ""
    return " · ".join(part for part in (customer, number) if part) or "Without an order"


def _card(attempt: Attempt) -> str:
    intent = attempt.intent
    if intent.kind is Kind.HOSTED:
        return "Payment link"
    return card_words(intent.card_brand, intent.card_last4)


_ALARMS = {
    AlarmKind.LATE: "Charged late",
    AlarmKind.DOUBLE: "Charged twice",
    AlarmKind.CONTRADICTED: "Contradicted",
    AlarmKind.RETURNED: "Came back",
}
_ALARM_ADVICE = {
    AlarmKind.LATE: "The order counts as paid now. Where it was paid in another way meanwhile, or "
    "nothing is shipped, give the money back. To keep it, acknowledge with the reason.",
    AlarmKind.DOUBLE: "The order is paid once, by the earlier charge. Give the later one back. It "
    "stays here until the gateway shows the money as given back.",
    AlarmKind.CONTRADICTED: "A person saw a charge where the gateway shows none. Look "
    "at the payment on the gateway's site, ask the caller for another payment where it is owed, "
    "and acknowledge with the reason.",
    AlarmKind.RETURNED: "The bank of the payee sent it back. Ask the payee for the right account, "
    "pay it out anew where it is still owed, and acknowledge with the reason.",
}
_PAID_ADVICE = (
    "The payee has this money. Where it was paid out in another way meanwhile, ask for it; then "
    "acknowledge with the reason."
)
_GIVEN_ADVICE = (
    "The customer has this money. Where it was given back in another way meanwhile, "
    "ask for it; then acknowledge with the reason."
)
_DONE_ADVICE = "Look at the payment as it is now; then acknowledge with the reason."
_EMPTY = {
    "all": "Nothing is open. Every payment has ended as charged or not charged.",
    "alarms": "No charge has turned up late, and none was made twice.",
    "cases": "No case waits for a person.",
    "unknown": "Every gateway has answered.",
}
