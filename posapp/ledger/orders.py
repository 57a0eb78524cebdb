"""Orders and their lines."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from posapp.ledger.card_guard import refuse_in_customer, refuse_in_lines
from posapp.ledger.charge_index import index_order
from posapp.ledger.codec import line_row, micros, order_from
from posapp.ledger.engine import Database
from posapp.ledger.errors import NoSuchEntry, OrderNotOpen
from posapp.ledger.tables import order_lines, orders
from posapp.model.order import Customer, Order, OrderState

_FIRST_NUMBER = 1001


class Orders:
    def __init__(self, database: Database, clock: Callable[[], datetime], till: str) -> None:
        self._database = database
        self._clock = clock
        self._till = till

    async def new(self, currency: str) -> Order:
        """An empty order with the next number, saved."""

        def work(connection: Connection) -> Order:
            highest = connection.execute(select(func.max(orders.c.number))).scalar()
            order = Order(
                id=uuid.uuid4().hex,
                number=(highest or _FIRST_NUMBER - 1) + 1,
                currency=currency,
                created_at=self._clock(),
            )
            connection.execute(
                insert(orders).values(
                    id=order.id,
                    number=order.number,
                    till=self._till,
                    currency=currency,
                    state=order.state.value,
                    created_at=micros(order.created_at),
                    changed_at=micros(order.created_at),
                    customer=asdict(Customer()),
                )
            )
            return order

        return await self._database.write(work)

    async def save(self, order: Order) -> None:
        """Replace lines and customer.

        Raises:
            OrderNotOpen: it is paid or being paid.
            HoldsCardNumber: a text holds what looks like a card number.
        """
        refuse_in_customer(order.customer)

        def work(connection: Connection) -> None:
            refuse_in_lines(connection, order.lines)
            changed = connection.execute(
                update(orders)
                .where(orders.c.id == order.id, orders.c.state == OrderState.OPEN.value)
                .values(customer=asdict(order.customer), changed_at=micros(self._clock()))
            )
            if changed.rowcount != 1:
                raise OrderNotOpen
            connection.execute(delete(order_lines).where(order_lines.c.order_id == order.id))
            if order.lines:
                connection.execute(
                    insert(order_lines),
                    [line_row(order.id, i, line) for i, line in enumerate(order.lines)],
                )
            index_order(connection, order.id)  # declined before: found under the name it has now

        await self._database.write(work)

    async def number_of(self, order_id: str) -> int:
        """The number people call this order by; 0 where there is no such order."""
        query = select(orders.c.number).where(orders.c.id == order_id)
        return await self._database.read(lambda connection: connection.execute(query).scalar() or 0)

    async def read(self, order_id: str) -> Order:
        """The order with this id.

        Raises:
            NoSuchEntry: there is none.
        """

        def work(connection: Connection) -> Order:
            found = read_order(connection, order_id)
            if found is None:
                raise NoSuchEntry("There is no such order in the ledger.")
            return found

        return await self._database.read(work)

    async def draft(self) -> Order | None:
        """The order this till was working on, if it is not paid; to go on with after a restart."""

        def work(connection: Connection) -> Order | None:
            newest = connection.execute(
                select(orders.c.id, orders.c.state)
                .where(orders.c.till == self._till)
                .order_by(orders.c.number.desc())
                .limit(1)
            ).one_or_none()
            if newest is None or newest.state != OrderState.OPEN.value:
                return None
            return read_order(connection, newest.id)

        return await self._database.read(work)

    async def attempts_so_far(self, order_id: str) -> int:
        """How many payments were tried for this order."""

        def work(connection: Connection) -> int:
            found = connection.execute(
                select(orders.c.attempts).where(orders.c.id == order_id)
            ).scalar()
            return int(found or 0)

        return await self._database.read(work)


def read_order(connection: Connection, order_id: str) -> Order | None:
    row = connection.execute(select(orders).where(orders.c.id == order_id)).mappings().one_or_none()
    if row is None:
        return None
    lines = connection.execute(
        select(order_lines)
        .where(order_lines.c.order_id == order_id)
        .order_by(order_lines.c.position)
    ).mappings()
    return order_from(row, list(lines))
