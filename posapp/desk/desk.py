"""Everything staff can do, in one place for the screens."""

from __future__ import annotations

from dataclasses import dataclass

from posapp.desk.accounts import Accounts
from posapp.desk.book import Book
from posapp.desk.links import Links
from posapp.desk.news import News
from posapp.desk.orders import Orders
from posapp.desk.papers import Papers
from posapp.desk.people import People
from posapp.desk.recovery import Recovery
from posapp.desk.refunds import Refunds
from posapp.desk.sales import Sales
from posapp.desk.settings import Settings
from posapp.desk.under_way import UnderWay


@dataclass(frozen=True, slots=True)
class Desk:
    """Built once by the application; every part lives as long as it does."""

    training: bool
    till: str
    accounts: Accounts
    book: Book
    links: Links
    news: News
    orders: Orders
    papers: Papers
    people: People
    recovery: Recovery
    refunds: Refunds
    sales: Sales
    settings: Settings
    under_way: UnderWay
