"""Customers: found by what they say on the phone."""

from __future__ import annotations

from dataclasses import asdict, replace

from sqlalchemy import Connection, insert, select, update

from posapp.ledger import search
from posapp.ledger.engine import Database
from posapp.ledger.tables import customers
from posapp.model.order import Customer


class Customers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, customer: Customer) -> Customer:
        """Keep a customer; the same with the id it has from now on."""

        def work(connection: Connection) -> Customer:
            values = asdict(customer)
            known = values.pop("id")
            if known:
                number = int(known)
                connection.execute(
                    update(customers).where(customers.c.id == number).values(**values)
                )
            else:
                number = connection.execute(
                    insert(customers).values(**values).returning(customers.c.id)
                ).scalar_one()
            figures = "".join(c for c in customer.phone if c.isdigit())
            words = search.fold((customer.name, customer.email, customer.phone, figures))
            search.index_row(connection, "customers_index", number, words)
            return replace(customer, id=str(number))

        return await self._database.write(work)

    async def search(self, text: str, *, limit: int = 6) -> tuple[Customer, ...]:
        """Customers whose name, e-mail or phone number has words that begin like these."""

        def work(connection: Connection) -> tuple[Customer, ...]:
            begins = search.begins("customers_index", text, customers.c.id)
            if begins is None:
                return ()
            rows = connection.execute(
                select(customers).where(begins).order_by(customers.c.name).limit(limit)
            ).mappings()
            return tuple(Customer(**{**row, "id": str(row["id"])}) for row in rows)

        return await self._database.read(work)
