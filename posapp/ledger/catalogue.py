"""The catalogue: found by any part of a name, by SKU or by barcode."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from posapp.ledger import search
from posapp.ledger.engine import Database
from posapp.ledger.tables import products
from posapp.model.money import Money
from posapp.model.order import Product


class Catalogue:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, text: str, *, limit: int = 8) -> tuple[Product, ...]:
        """The best hits first: the exact SKU or barcode, then names in their order."""
        wanted = text.strip()

        def work(connection: Connection) -> tuple[Product, ...]:
            begins = search.begins("products_index", wanted, products.c.id)
            if begins is None:
                return ()
            exact = or_(products.c.sku == wanted, products.c.barcode == wanted)
            rows = connection.execute(
                select(products)
                .where(or_(exact, begins))
                .order_by(exact.desc(), products.c.name)
                .limit(limit)
            ).all()
            return tuple(_product(row) for row in rows)

        return await self._database.read(work)

    async def fill(self, stock: Iterable[Product]) -> None:
        """Add products; those with a known SKU are replaced."""
        wanted = list(stock)

        def work(connection: Connection) -> None:
            for product in wanted:
                connection.execute(delete(products).where(products.c.sku == product.sku))
                number = connection.execute(
                    insert(products)
                    .values(
                        sku=product.sku,
                        name=product.name,
                        price_minor=product.price.minor,
                        currency=product.price.currency,
                        tax_percent=str(product.tax_percent),
                        barcode=product.barcode,
                    )
                    .returning(products.c.id)
                ).scalar_one()
                words = search.fold((product.name, product.sku, product.barcode))
                search.index_row(connection, "products_index", number, words)

        await self._database.write(work)

    async def count(self) -> int:
        def work(connection: Connection) -> int:
            return int(connection.execute(select(func.count()).select_from(products)).scalar_one())

        return await self._database.read(work)


def _product(row: Row[tuple[object, ...]]) -> Product:
    return Product(
        sku=row.sku,
        name=row.name,
        price=Money(row.price_minor, row.currency),
        tax_percent=Decimal(row.tax_percent),
        barcode=row.barcode,
    )
