"""The practice shop: accounts of the training gateway and something to sell."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal

from posapp import assets
from posapp.ledger.ledger import Ledger
from posapp.model.money import Money
from posapp.model.order import Product
from posapp.model.secret import Secret

SHOP: Mapping[str, object] = {
    "name": "Muster & Co",
    "address": ("Hauptstr. 5", "28195 Bremen"),
    "phone": "+49 421 000000",
    "receipt_footer": "Thank you for your order.",
}
"""The shop of the training mode, as a filled form."""


def training_accounts(
    endpoints: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, object], ...]:
    """The three training accounts, as a filled form each.

    Args:
        endpoints: what the training gateway prints when it is ready.
    """
    payfac, flowlix = endpoints["payfac"], endpoints["flowlix"]
    classic = endpoints["flowlix_classic"]
    return (
        {
            "kind": "payfac",
            "id": "training-payfac",
            "label": "Practice PayFac",
            "mode": "training",
            "currencies": ("EUR", "USD", "GBP"),
            "base_url": payfac["base_url"],
            "token_url": payfac["token_url"],
            "client_id": payfac["client_id"],
            "client_secret": Secret(payfac["client_secret"]),
            "scope": payfac["scope"],
            "site_identifier": payfac["site_identifier"],
            "signing_secret": Secret(payfac["signing_secret"]),
            "refund_unit": "minor",
        },
        {
            "kind": "flowlix",
            "id": "training-flowlix",
            "label": "Practice Flowlix",
            "mode": "training",
            "base_url": flowlix["base_url"],
            "api_key": Secret(flowlix["api_key"]),
        },
        {
            "kind": "flowlix_classic",
            "id": "training-flowlix-classic",
            "label": "Practice Flowlix classic",
            "mode": "training",
            "base_url": classic["base_url"],
            "api_key": Secret(classic["api_key"]),
        },
    )


async def stock(ledger: Ledger) -> None:
    """Fill the shelves of the practice shop, once."""
    if await ledger.catalogue.count():
        return
    rows = csv.DictReader(assets.text("catalogue/sample.csv").splitlines())
    await ledger.catalogue.fill(
        Product(
            sku=row["sku"],
            name=row["name"],
            price=Money(int(row["price_minor"]), row["currency"]),
            tax_percent=Decimal(row["tax_percent"]),
            barcode=row["barcode"],
        )
        for row in rows
    )
