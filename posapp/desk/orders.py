"""The order on the counter: kept on disk as it is typed, continued after a restart."""

from __future__ import annotations

from dataclasses import replace

from posapp.desk.errors import ledger_refusals
from posapp.ledger.ledger import Ledger
from posapp.model.order import Customer, Order, Product


class Orders:
    """Every method raises ``Refused`` with a sentence where the ledger cannot do it."""

    def __init__(self, *, ledger: Ledger, currency: str) -> None:
        self._ledger = ledger
        self._currency = currency

    async def current(self) -> Order:
        """The order left open on this till, or a new one."""
        with ledger_refusals():
            return await self._ledger.orders.draft() or await self.new()

    async def new(self) -> Order:
        with ledger_refusals():
            return await self._ledger.orders.new(self._currency)

    async def save(self, order: Order) -> None:
        """Keep the order as it stands.

        Raises:
            Refused: it could not be written, or it is already being paid.
        """
        with ledger_refusals():
            await self._ledger.orders.save(order)

    async def read(self, order_id: str) -> Order:
        with ledger_refusals():
            return await self._ledger.orders.read(order_id)

    async def find_products(self, text: str) -> tuple[Product, ...]:
        """The best matches for any part of a name, SKU or barcode."""
        with ledger_refusals():
            return await self._ledger.catalogue.search(text)

    async def find_customers(self, text: str) -> tuple[Customer, ...]:
        with ledger_refusals():
            return await self._ledger.customers.search(text)

    async def save_customer(self, customer: Customer) -> Customer:
        """Keep a customer for the next call; the same with an id, the one they had before."""
        if not customer.id:
            wanted = customer.phone or customer.email or customer.name
            for known in await self.find_customers(wanted):
                if replace(known, id="") == customer:
                    return known
        with ledger_refusals():
            return await self._ledger.customers.save(customer)
