"""The catalogue: found by any part of a name, by SKU or by barcode."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

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
            begins = search.begins(connection, "products_index", wanted, products.c.id)
            if begins is None:
                return ()
            # half a character, and what no text can hold, is asked as "?"
            asked = wanted.encode("utf-8", "replace").decode().replace("\0", "?")
            exact = or_(products.c.sku == asked, products.c.barcode == asked)
            first = connection.execute(
                select(products).where(exact).order_by(products.c.name).limit(limit)
            ).all()
            known = [row.id for row in first]
            others = connection.execute(
                select(products)
                .where(begins, products.c.id.not_in(known))
                .order_by(products.c.name, products.c.id)
                .limit(limit - len(first))
            ).all()
            return tuple(_product(row) for row in (*first, *others))

        return await self._database.read(work)

    async def fill(self, stock: Iterable[Product]) -> None:
        """Add products; those with a known SKU are replaced."""
        wanted = {product.sku: product for product in stock}

        def work(connection: Connection) -> None:
            rows = [_row(product) for product in wanted.values()]
            known = _numbers(connection)
            old = [row for row in rows if row["sku"] in known]
            new = [row for row in rows if row["sku"] not in known]
            if old:
                of = products.c.sku == bindparam("of")
                connection.execute(
                    update(products).where(of), [{**row, "of": row["sku"]} for row in old]
                )
            if new:
                connection.execute(insert(products), new)
            numbers = _numbers(connection)
            search.index_rows(
                connection,
                "products_index",
                (
                    (numbers[sku], _words(product.name, sku, product.barcode))
                    for sku, product in wanted.items()
                ),
            )

        await self._database.write(work)

    async def count(self) -> int:
        def work(connection: Connection) -> int:
            return int(connection.execute(select(func.count()).select_from(products)).scalar_one())

        return await self._database.read(work)


def index_all(connection: Connection) -> None:
    """Make every product findable, in an index that is empty."""
    rows = connection.execute(select(products)).all()
    search.index_rows(
        connection,
        "products_index",
        ((row.id, _words(row.name, row.sku, row.barcode)) for row in rows),
    )


def _words(name: str, sku: str, barcode: str) -> str:
    return search.fold((name, sku, barcode))


def _numbers(connection: Connection) -> dict[str, int]:
    """Every SKU and the number of its row."""
    rows = connection.execute(select(products.c.sku, products.c.id)).all()
    return {row.sku: row.id for row in rows}


def _row(product: Product) -> dict[str, object]:
    return {
        "sku": product.sku,
        "name": product.name,
        "price_minor": product.price.minor,
        "currency": product.price.currency,
        "tax_percent": str(product.tax_percent),
        "barcode": product.barcode,
    }


def _product(row: Row[tuple[object, ...]]) -> Product:
    return Product(
        sku=row.sku,
        name=row.name,
        price=Money(row.price_minor, row.currency),
        tax_percent=Decimal(row.tax_percent),
        barcode=row.barcode,
    )
