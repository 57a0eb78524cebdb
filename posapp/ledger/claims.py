"""What must hold before money is asked for: a free order, and enough left to give back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from posapp.ledger.codec import attempt_from, intent_row
from posapp.ledger.dialects import dialect_of
from posapp.ledger.errors import (
    NoSuchEntry,
    NothingLeft,
    NotReserved,
    OrderBusy,
    OrderPaid,
    PaymentBusy,
    SameKey,
    SameReference,
)
from posapp.ledger.snapshots import read_payment
from posapp.ledger.tables import CHARGES, attempts, is_open, orders
from posapp.model.allowed import in_the_way, left_to_capture
from posapp.model.attempt import ACTIONS, Attempt, BrokenRule, Intent, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.order import OrderState
from posapp.model.payment import ActionState, Payment

_ASKED = (
    select(attempts)
    .where(
        attempts.c.kind.in_(bindparam("of_kinds", expanding=True)),
        attempts.c.account == bindparam("of_account"),
        attempts.c.payment_id == bindparam("of_payment"),
    )
    .order_by(attempts.c.id.desc())
)
_BUSY = (
    select(attempts.c.id)
    .where(
        attempts.c.order_id == bindparam("of_order"),
        attempts.c.kind.in_(CHARGES),
        is_open(attempts),
    )
    .limit(1)
)
_ORDER = select(orders.c.state, orders.c.currency).where(orders.c.id == bindparam("of_order"))
_SET_STATE = update(orders).where(
    orders.c.id == bindparam("of_order"),
    orders.c.state != OrderState.PAID.value,
    orders.c.state != bindparam("unlike"),
)
_LOCK = (
    update(orders)
    .where(orders.c.id == bindparam("of_order"))
    .values(state=OrderState.LOCKED.value, attempts=orders.c.attempts + 1)
)
_STATES = select(attempts.c.state, attempts.c.verdict).where(
    attempts.c.order_id == bindparam("of_order"), attempts.c.kind.in_(CHARGES)
)


def claim(connection: Connection, intent: Intent) -> None:
    """Reserve the order of a charge, or what is asked of a payment, inside the transaction that
    writes the intent down. Card verifications and payouts reserve nothing.

    Raises:
        OrderBusy: another payment of this order is open.
        OrderPaid: the order is paid.
        PaymentBusy: something else asked of this payment has to end first.
        NothingLeft: the refund is larger than what is left, other refunds of ours counted.
        NotReserved: the same for what is reserved and for captures.
    """
    if intent.kind.pays_order:
        _claim_order(connection, intent)
    elif intent.kind.acts_on_payment:
        _check_left(connection, intent)


def write_down(connection: Connection, intent: Intent, prepared_at: int) -> int:
    """Insert the attempt; its id.

    Raises:
        OrderBusy, PaymentBusy, SameKey, SameReference: the database itself refused a second one.
    """
    row = {**intent_row(intent), "state": State.PREPARED.value, "prepared_at": prepared_at}
    try:
        with connection.begin_nested():  # so that the one in the way can still be looked for
            added = connection.execute(insert(attempts).values(row).returning(attempts.c.id))
            return int(added.scalar_one())
    except IntegrityError as error:
        match dialect_of(connection).broken_uniqueness(error, attempts):
            case "one_open_charge_an_order":
                raise OrderBusy(_busy(connection, intent.order_id) or 0) from error
            case "one_open_action_a_payment":
                raise PaymentBusy(in_the_way(intent.kind, _mine(connection, intent))) from error
            case "one_attempt_a_key":
                raise SameKey from error
            case "one_reference_an_attempt":
                raise SameReference from error
        raise


def refunds_of(connection: Connection, account: str, payment_id: str) -> tuple[Attempt, ...]:
    """Every refund we ever tried on a payment, newest first."""
    return asked_of(connection, account, payment_id, kinds=(Kind.REFUND,))


def asked_of(
    connection: Connection,
    account: str,
    payment_id: str,
    *,
    kinds: Sequence[Kind] = (*ACTIONS, Kind.REFUND),
) -> tuple[Attempt, ...]:
    """Everything of these kinds that we ever tried on a payment, newest first."""
    asked = {
        "of_kinds": [kind.value for kind in kinds],
        "of_account": account,
        "of_payment": payment_id,
    }
    return tuple(attempt_from(row) for row in connection.execute(_ASKED, asked).mappings())


def set_order(connection: Connection, order_id: str, at: int) -> None:
    """Bring the order's state in line with all its attempts; paid stays paid."""
    states = connection.execute(_STATES, {"of_order": order_id}).all()
    if any(row.verdict == Verdict.APPROVED.value for row in states):
        state = OrderState.PAID
    elif any(State(row.state).is_open for row in states):
        state = OrderState.LOCKED
    else:
        state = OrderState.OPEN
    which = {"of_order": order_id, "unlike": state.value}
    connection.execute(_SET_STATE, {**which, "state": state.value, "changed_at": at})


def _claim_order(connection: Connection, intent: Intent) -> None:
    order = connection.execute(_ORDER, {"of_order": intent.order_id}).one_or_none()
    if order is None:
        raise NoSuchEntry("There is no such order in the ledger.")
    if order.currency != intent.amount.currency:
        raise BrokenRule(f"This order is in {order.currency}, not in {intent.amount.currency}.")
    if order.state == OrderState.PAID.value:
        raise OrderPaid
    busy = _busy(connection, intent.order_id)
    if busy is not None:
        raise OrderBusy(busy)
    connection.execute(_LOCK, {"of_order": intent.order_id})


def _busy(connection: Connection, order_id: str) -> int | None:
    """The open payment of an order."""
    return connection.execute(_BUSY, {"of_order": order_id}).scalar()


def _mine(connection: Connection, intent: Intent) -> tuple[Attempt, ...]:
    return asked_of(connection, intent.account, intent.payment_id)


def _check_left(connection: Connection, intent: Intent) -> None:
    payment = read_payment(connection, intent.account, intent.payment_id)
    if payment is None:
        raise NoSuchEntry("There is no such payment in the ledger.")
    if payment.amount.currency != intent.amount.currency:
        raise BrokenRule(
            f"This payment is in {payment.amount.currency}, not in {intent.amount.currency}."
        )
    mine = _mine(connection, intent)
    if problem := in_the_way(intent.kind, mine):
        raise PaymentBusy(problem)
    currency = intent.amount.currency
    if intent.kind is Kind.REFUND:
        left = max(0, payment.left_to_refund().minor - _reserved(connection, payment))
        if intent.amount.minor > left:
            raise NothingLeft(Money(left, currency))
    elif intent.kind in (Kind.CAPTURE, Kind.VOID, Kind.INCREMENT):
        left = left_to_capture(payment, mine)
        if not left or (intent.kind is Kind.CAPTURE and intent.amount.minor > left):
            raise NotReserved(Money(left, currency))


def _reserved(connection: Connection, payment: Payment) -> int:
    """Minor units of our refunds that the snapshot's balance does not know of.

    An open refund counts until the snapshot lists it. One that is done counts until it is listed
    or the balance shows it without listing it: a read-out that lags behind frees nothing.
    """
    mine = refunds_of(connection, payment.account, payment.id)
    listed = sum(r.amount.minor for r in payment.refunds if r.state is not ActionState.FAILED)
    unlisted = max(0, payment.refunded + payment.refund_pending - listed)
    done = sum(
        attempt.intent.amount.minor
        for attempt in not_shown(payment, mine)
        if attempt.verdict is Verdict.APPROVED
    )
    return open_and_not_shown(payment, mine) + max(0, done - unlisted)


def open_and_not_shown(payment: Payment, mine: Iterable[Attempt]) -> int:
    """Minor units of our refunds under way that the snapshot does not list."""
    return sum(
        attempt.intent.amount.minor for attempt in not_shown(payment, mine) if attempt.state.is_open
    )


def not_shown(payment: Payment, mine: Iterable[Attempt]) -> list[Attempt]:
    """Those of our refunds that the snapshot does not list."""
    shown = {record.id for record in payment.refunds}
    return [attempt for attempt in mine if attempt.action_id not in shown]
