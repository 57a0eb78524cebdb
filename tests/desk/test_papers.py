"""Receipts come from what is committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from posapp.desk.errors import Refused
from posapp.desk.papers import Papers
from posapp.desk.settings import Settings
from posapp.gateways.port import OutcomeUnknown
from posapp.model.display import AmountStyle
from posapp.model.payment import PaymentStatus
from posapp.vault.settings import Shop as ShopSettings
from posapp.vault.settings import VaultContents
from posapp.vault.store import Vault
from tests.desk.shop import NUMBER, Shop
from tests.fakes.gateway import Twist

pytestmark = pytest.mark.asyncio

STYLE = AmountStyle()


@pytest.fixture
def papers(shop: Shop, tmp_path: Path) -> Papers:
    contents = VaultContents(shop=ShopSettings(name="Muster & Co", phone="+49 30 111222"))
    settings = Settings(vault=Vault.training(tmp_path / "vault", contents), till=shop.till)
    return Papers(shop.till, settings=settings, clock=shop.clock)


async def test_an_approved_payment_has_a_receipt(shop: Shop, papers: Papers) -> None:
    sale = await shop.charge(await shop.order(4990))
    receipt = await papers.receipt(sale.attempt.id, STYLE)
    assert receipt.shop == "Muster & Co"
    assert "49.90" in receipt.total.value
    assert [item.name for item in receipt.items] == ["Mug"]
    told = receipt.plain()
    assert sale.attempt.intent.reference in told
    assert NUMBER not in told
    assert "643381" in told
    assert receipt.mark  # this account moves no real money


@pytest.mark.parametrize(
    "twist",
    [
        Twist(status=PaymentStatus.DECLINED),
        Twist(status=PaymentStatus.ACTION_NEEDED),
        Twist(raises=OutcomeUnknown("No answer.")),
    ],
    ids=["declined", "waits for the customer", "not known"],
)
async def test_what_was_not_approved_has_no_receipt(
    shop: Shop, papers: Papers, twist: Twist
) -> None:
    shop.gateway.charges.append(twist)
    sale = await shop.charge()
    with pytest.raises(Refused, match="only for a payment that was approved"):
        await papers.receipt(sale.attempt.id, STYLE)


async def test_a_refund_alone_has_no_sales_receipt(shop: Shop, papers: Papers) -> None:
    refund = await shop.refund(await shop.charge(), 500)
    with pytest.raises(Refused):
        await papers.receipt(refund.attempt.id, STYLE)
