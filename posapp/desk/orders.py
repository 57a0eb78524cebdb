"""The order on the counter: kept on disk as it is typed, continued after a restart."""

from __future__ import annotations

from posapp.desk.errors import Refused
from posapp.ledger.errors import LedgerError
from posapp.ledger.ledger import Ledger
from posapp.model.order import Customer, Order, Product


class Orders:
    def __init__(self, *, ledger: Ledger, currency: str) -> None:
        self._ledger = ledger
        self._currency = currency

    async def current(self) -> Order:
        """The order left open on this till, or a new one."""
        return await self._ledger.orders.draft() or await self.new()

    async def new(self) -> Order:
        return await self._ledger.orders.new(self._currency)

    async def save(self, order: Order) -> None:
        """Keep the order as it stands.

        Raises:
            Refused: it could not be written, or it is already being paid.
        """
        try:
            await self._ledger.orders.save(order)
        except LedgerError as problem:
            raise Refused(str(problem)) from problem

    async def read(self, order_id: str) -> Order:
        return await self._ledger.orders.read(order_id)

    async def find_products(self, text: str) -> tuple[Product, ...]:
        """The best matches for any part of a name, SKU or barcode."""
        return await self._ledger.catalogue.search(text)

    async def find_customers(self, text: str) -> tuple[Customer, ...]:
        return await self._ledger.customers.search(text)

    async def save_customer(self, customer: Customer) -> Customer:
        """Keep a customer for the next call; the same with an id."""
        return await self._ledger.customers.save(customer)
