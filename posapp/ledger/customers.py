"""Customers: found by what they say on the phone."""

from __future__ import annotations

from dataclasses import asdict, replace

from sqlalchemy import Connection, insert, select, update

from posapp.ledger import search
from posapp.ledger.card_guard import refuse_in_customer
from posapp.ledger.engine import Database
from posapp.ledger.errors import NoSuchEntry
from posapp.ledger.tables import customers
from posapp.model.order import Customer


class Customers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, customer: Customer) -> Customer:
        """Keep a customer; the same with the id it has from now on.

        Raises:
            HoldsCardNumber: a field holds what looks like a card number.
            NoSuchEntry: it has an id that no customer has.
        """
        refuse_in_customer(customer)

        def work(connection: Connection) -> Customer:
            values = asdict(customer)
            known = values.pop("id")
            if known:
                number = int(known) if known.isascii() and known.isdigit() else 0
                changed = connection.execute(
                    update(customers).where(customers.c.id == number).values(**values)
                )
                if changed.rowcount != 1:
                    raise NoSuchEntry("There is no such customer in the ledger.")
            else:
                number = connection.execute(
                    insert(customers).values(**values).returning(customers.c.id)
                ).scalar_one()
            search.index_rows(connection, "customers_index", [(number, words_of(customer))])
            return replace(customer, id=str(number))

        return await self._database.write(work)

    async def search(self, text: str, *, limit: int = 6) -> tuple[Customer, ...]:
        """Customers whose name, e-mail or phone number has words that begin like these."""

        def work(connection: Connection) -> tuple[Customer, ...]:
            begins = search.begins(connection, "customers_index", text, customers.c.id)
            if begins is None:
                return ()
            rows = connection.execute(
                select(customers)
                .where(begins)
                .order_by(customers.c.name, customers.c.id)
                .limit(limit)
            ).mappings()
            return tuple(Customer(**{**row, "id": str(row["id"])}) for row in rows)

        return await self._database.read(work)


def words_of(customer: Customer) -> str:
    """What a customer is found by."""
    return search.fold((customer.name, customer.email, *search.phone_words(customer.phone)))


def index_all(connection: Connection) -> None:
    """Make every customer findable, in an index that is empty."""
    rows = connection.execute(select(customers)).mappings().all()
    search.index_rows(
        connection,
        "customers_index",
        ((row["id"], words_of(Customer(**{**row, "id": str(row["id"])}))) for row in rows),
    )
