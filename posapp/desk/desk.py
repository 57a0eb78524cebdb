"""Everything staff can do, in one place for the screens."""

from __future__ import annotations

from dataclasses import dataclass

from posapp.desk.accounts import Accounts
from posapp.desk.actions import Actions
from posapp.desk.book import Book
from posapp.desk.cases import Cases
from posapp.desk.links import Links
from posapp.desk.news import News
from posapp.desk.orders import Orders
from posapp.desk.papers import Papers
from posapp.desk.payouts import Payouts
from posapp.desk.people import People
from posapp.desk.reconciliation import Reconciliation
from posapp.desk.recovery import Recovery
from posapp.desk.refunds import Refunds
from posapp.desk.sales import Sales
from posapp.desk.settings import Settings
from posapp.desk.soundness import Soundness
from posapp.desk.till import Till
from posapp.desk.tills import Tills


@dataclass(frozen=True, slots=True)
class Desk:
    """Built once by the application; every part lives as long as it does."""

    training: bool
    till: Till
    actions: Actions
    book: Book
    cases: Cases
    links: Links
    orders: Orders
    papers: Papers
    payouts: Payouts
    people: People
    reconciliation: Reconciliation
    recovery: Recovery
    refunds: Refunds
    sales: Sales
    settings: Settings
    soundness: Soundness
    tills: Tills

    @property
    def accounts(self) -> Accounts:
        return self.till.accounts

    @property
    def news(self) -> News:
        """Told after every change of money, order or settings."""
        return self.till.news
