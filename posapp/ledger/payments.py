"""Payments: the gateways' snapshots, the list staff look through, one payment in full."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from posapp.ledger import search
from posapp.ledger.alarms import end_where_given_back
from posapp.ledger.attempt_rows import charge_of, read_attempt
from posapp.ledger.audit import Audit
from posapp.ledger.charge_index import index_charge
from posapp.ledger.claims import asked_of, open_and_not_shown, refunds_of
from posapp.ledger.codec import moment
from posapp.ledger.engine import Database
from posapp.ledger.orders import read_order
from posapp.ledger.snapshots import keep_payment, read_payment
from posapp.ledger.tables import HISTORY, attempts, audit, is_open, orders, payments
from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.history import (
    PaymentCounts,
    PaymentDetail,
    PaymentFilter,
    PaymentPage,
    PaymentRow,
    TimelineEntry,
    View,
)
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus

_UNKNOWN = [State.UNKNOWN.value, State.SENDING.value, State.OPEN_CASE.value]
_TIMELINE_LIMIT = 500
_PAYMENT = and_(payments.c.account == attempts.c.account, payments.c.id == attempts.c.payment_id)
_NEWEST_FIRST = (attempts.c.prepared_at.desc(), attempts.c.id.desc())
_REFUND = attempts.alias("refund")
_REFUND_OPEN = (
    select(func.coalesce(func.sum(_REFUND.c.minor), 0))
    .where(
        _REFUND.c.kind == Kind.REFUND.value,
        _REFUND.c.account == attempts.c.account,
        _REFUND.c.payment_id == attempts.c.payment_id,
        is_open(_REFUND),
    )
    .correlate(attempts)
    .scalar_subquery()
)


class Payments:
    def __init__(self, database: Database, trail: Audit, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._trail = trail
        self._clock = clock

    async def store(self, payment: Payment, *, who: str = "") -> None:
        """Keep what the gateway says now; with ``who`` it is also noted that somebody asked.

        Raises:
            WrongPayment: it is about another payment than the one with this id.
        """

        def work(connection: Connection) -> None:
            charge = charge_of(connection, payment)
            keep_payment(connection, payment, self._clock())
            end_where_given_back(connection, self._trail, payment, at=self._clock())
            if charge is not None:
                index_charge(connection, charge)
            if who and charge is not None:
                detail = {"said": payment.status_said, "request_id": payment.request_id}
                self._trail.append(
                    connection,
                    "payment_refreshed",
                    subject=f"attempt:{charge}",
                    who=who,
                    detail={name: value for name, value in detail.items() if value},
                )

        await self._database.write(work)

    async def by_gateway_id(self, account: str, payment_id: str) -> Payment | None:
        return await self._database.read(
            lambda connection: read_payment(connection, account, payment_id)
        )

    async def page(self, wanted: PaymentFilter, *, after: str = "", limit: int = 50) -> PaymentPage:
        """Charges, card verifications and payouts, newest first, from the key ``after`` on;
        ``next`` goes on from the last.
        """

        def work(connection: Connection) -> PaymentPage:
            query = _matching(connection, wanted).limit(limit + 1)
            if after:
                at, number = (int(part) for part in after.split("."))
                query = query.where(
                    tuple_(attempts.c.prepared_at, attempts.c.id) < tuple_(at, number)
                )
            found = connection.execute(query.order_by(*_NEWEST_FIRST)).all()
            shown = [row.id for row in found[:limit]]
            listed = connection.execute(_rows(shown)).all() if shown else ()
            rows = tuple(_row(connection, row) for row in listed)
            last = found[limit - 1] if len(found) > limit else None
            return PaymentPage(rows, f"{last.prepared_at}.{last.id}" if last else "")

        return await self._database.read(work)

    async def counts(self) -> PaymentCounts:
        """How many charges each pinned view holds."""

        def work(connection: Connection) -> PaymentCounts:
            def count(view: View) -> int:
                rows = _matching(connection, PaymentFilter(view=view)).subquery()
                return int(connection.execute(select(func.count()).select_from(rows)).scalar_one())

            return PaymentCounts(
                unknown=count("unknown"),
                refund_pending=count("refund_pending"),
                action_needed=count("action_needed"),
            )

        return await self._database.read(work)

    async def detail(self, attempt_id: int) -> PaymentDetail:
        """One charge in full.

        Raises:
            NoSuchEntry: there is no such attempt.
        """

        def work(connection: Connection) -> PaymentDetail:
            attempt = read_attempt(connection, attempt_id)
            payment = read_payment(connection, attempt.intent.account, attempt.payment_id)
            asked: tuple[Attempt, ...] = ()
            if attempt.payment_id and not attempt.intent.kind.acts_on_payment:
                asked = asked_of(connection, attempt.intent.account, attempt.payment_id)
            return PaymentDetail(
                attempt=attempt,
                payment=payment,
                order=read_order(connection, attempt.intent.order_id),
                refunds=tuple(each for each in asked if each.intent.kind is Kind.REFUND),
                actions=tuple(each for each in asked if each.intent.kind is not Kind.REFUND),
                timeline=_timeline(connection, (attempt, *asked)),
            )

        return await self._database.read(work)


def _matching(connection: Connection, wanted: PaymentFilter) -> Select[tuple[int, int]]:
    """The charges of a filter: only what is needed to count and to sort them."""
    query = select(attempts.c.id, attempts.c.prepared_at).where(
        attempts.c.kind.in_(HISTORY), attempts.c.sent_at.is_not(None)
    )
    if wanted.view in ("unknown", "action_needed"):
        query = query.select_from(attempts.outerjoin(payments, _PAYMENT))
    for condition in (
        _of_view(wanted.view),
        search.begins(connection, "attempts_index", wanted.text, attempts.c.id),
    ):
        if condition is not None:
            query = query.where(condition)
    return query


def _rows(shown: list[int]) -> Select[tuple[object, ...]]:
    """Everything the list shows about some charges."""
    return (
        select(
            attempts.c.id,
            attempts.c.kind,
            attempts.c.prepared_at,
            attempts.c.card_brand,
            attempts.c.card_last4,
            attempts.c.minor,
            attempts.c.currency,
            attempts.c.state,
            attempts.c.verdict,
            attempts.c.account,
            attempts.c.reference,
            attempts.c.payment_id,
            orders.c.number,
            orders.c.customer,
            payments.c.status,
            func.coalesce(payments.c.refunded, 0).label("refunded"),
            func.coalesce(payments.c.refund_pending, 0).label("shown_pending"),
            _REFUND_OPEN.label("own_pending"),
        )
        .select_from(
            attempts.outerjoin(payments, _PAYMENT).outerjoin(
                orders, orders.c.id == attempts.c.order_id
            )
        )
        .where(attempts.c.id.in_(shown))
        .order_by(*_NEWEST_FIRST)
    )


def _of_view(view: View) -> ColumnElement[bool] | None:
    """The condition of a pinned view. Each begins with what an index over few rows holds, so that
    counting does not read the whole history."""
    if view == "unknown":
        unanswered = and_(
            attempts.c.state == State.PENDING.value,
            func.coalesce(payments.c.status, "") != PaymentStatus.ACTION_NEEDED.value,
        )
        return and_(is_open(attempts), or_(attempts.c.state.in_(_UNKNOWN), unanswered))
    if view == "refund_pending":
        return attempts.c.id.in_(_with_refunds_on_their_way())
    if view == "action_needed":
        return and_(
            is_open(attempts),
            attempts.c.state == State.PENDING.value,
            payments.c.status == PaymentStatus.ACTION_NEEDED.value,
        )
    return None


def _with_refunds_on_their_way() -> Select[tuple[int]]:
    """The charges of which the gateway or our own journal has an unfinished refund."""
    shown = select(payments.c.account, payments.c.id.label("payment_id")).where(
        payments.c.refund_pending > text("0")  # the index says it with this very figure
    )
    own = select(_REFUND.c.account, _REFUND.c.payment_id).where(
        is_open(_REFUND), _REFUND.c.kind == Kind.REFUND.value
    )
    pending = union_all(shown, own).subquery("pending")
    charge = attempts.alias("charge")
    return select(charge.c.id).select_from(
        pending.join(
            charge,
            and_(
                charge.c.account == pending.c.account,
                charge.c.payment_id == pending.c.payment_id,
            ),
        )
    )


def _row(connection: Connection, row: Row[tuple[object, ...]]) -> PaymentRow:
    customer = row.customer or {}
    return PaymentRow(
        attempt_id=row.id,
        at=moment(row.prepared_at),
        customer=customer.get("name") or customer.get("phone") or customer.get("email") or "",
        card_brand=row.card_brand,
        card_last4=row.card_last4,
        amount=Money(row.minor, row.currency),
        attempt_state=State(row.state),
        verdict=Verdict(row.verdict) if row.verdict else None,
        status=PaymentStatus(row.status) if row.status else None,
        refunded=row.refunded,
        refund_pending=row.shown_pending + _own_pending(connection, row),
        order_number=row.number or 0,
        account=row.account,
        reference=row.reference,
        kind=Kind(row.kind),
    )


def _own_pending(connection: Connection, row: Row[tuple[object, ...]]) -> int:
    """Minor units of our refunds under way that the gateway does not show as pending yet."""
    payment = read_payment(connection, row.account, row.payment_id) if row.own_pending else None
    if payment is None:
        return int(row.own_pending)
    return open_and_not_shown(payment, refunds_of(connection, payment.account, payment.id))


def _timeline(connection: Connection, of: tuple[Attempt, ...]) -> tuple[TimelineEntry, ...]:
    subjects = [f"attempt:{attempt.id}" for attempt in of]
    rows = connection.execute(
        select(audit)
        .where(audit.c.subject.in_(subjects))
        .order_by(audit.c.id.desc())
        .limit(_TIMELINE_LIMIT)
    ).mappings()
    entries = []
    for row in rows:
        detail = json.loads(row["detail"])
        entries.append(
            TimelineEntry(
                at=moment(row["at"]),
                event=row["event"],
                who=row["who"],
                till=row["till"],
                detail=detail,
                request_id=detail.get("request_id", ""),
                took_ms=int(detail["took_ms"]) if "took_ms" in detail else None,
            )
        )
    return tuple(entries)
