"""A shop for the tests of the desk: its parts together, and what staff do most."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from posapp.desk.actions import Actions
from posapp.desk.book import Book
from posapp.desk.cases import Cases
from posapp.desk.links import Links
from posapp.desk.outcome import Outcome
from posapp.desk.payouts import Payouts
from posapp.desk.people import People
from posapp.desk.recovery import Recovery
from posapp.desk.refunds import Refunds
from posapp.desk.sales import Sales
from posapp.desk.till import Till
from posapp.model.access import Role
from posapp.model.attempt import Attempt
from posapp.model.card import Card, Digits, Expiry
from posapp.model.money import Money
from posapp.model.order import Customer, Line, Order
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway

LEDGER_KEY = bytes(range(32))
AUDIT_KEY = bytes(range(32, 64))
NUMBER = "4242424242424242"
CODE = "737"
WHO = "Ada Muster"
ADA = Customer(name="Ada Muster", phone="+49 30 111222", email="ada@shop.test")


def card(number: str = NUMBER, code: str = CODE) -> Card:
    return Card(number=Digits(number.encode()), expiry=Expiry(12, 2030), code=Digits(code.encode()))


def is_wiped(keyed: Card, number: memoryview, code: memoryview) -> bool:
    """Whether neither the card nor the memory it stood in holds a digit any more.

    Args:
        number: a view of the number taken before the charge.
        code: a view of the code taken before the charge.
    """
    return not len(keyed.number) and not len(keyed.code) and not any(number) and not any(code)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


class Shop:
    def __init__(self, till: Till, gateway: FakeGateway, clock: MovableClock) -> None:
        self.till = till
        self.ledger = till.ledger
        self.gateway = gateway
        self.clock = clock
        self.sales = Sales(till)
        self.refunds = Refunds(till)
        self.actions = Actions(till, refunds=self.refunds, role=lambda: Role.MANAGER)
        self.payouts = Payouts(till, role=lambda: Role.MANAGER)
        self.recovery = Recovery(
            till,
            sales=self.sales,
            refunds=self.refunds,
            actions=self.actions,
            payouts=self.payouts,
            clock=clock,
        )
        self.book = Book(till, recovery=self.recovery, refunds=self.refunds)
        self.links = Links(till, self.sales)
        self.people = People(ledger=till.ledger, owner=None, clock=clock, training=True)
        self.cases = Cases(till, recovery=self.recovery, actions=self.actions, people=self.people)

    async def order(self, minor: int = 1290, *, customer: Customer = ADA) -> Order:
        """A saved order of one line."""
        fresh = await self.ledger.orders.new("EUR")
        line = Line("Mug", euros(minor), 1, Decimal(19), "MUG-1")
        order = Order(
            id=fresh.id,
            number=fresh.number,
            currency=fresh.currency,
            created_at=fresh.created_at,
            lines=(line,),
            customer=customer,
        )
        await self.ledger.orders.save(order)
        return order

    async def charge(self, order: Order | None = None, keyed: Card | None = None) -> Outcome:
        return await self.sales.charge(
            order or await self.order(), keyed or card(), account="main", who=WHO
        )

    async def refund(self, sale: Outcome, minor: int, reason: str = "Mug broke") -> Outcome:
        return await self.refunds.refund(sale.attempt.id, euros(minor), reason=reason, who=WHO)

    async def again(self, attempt: Attempt) -> Attempt:
        """The attempt as the journal has it now."""
        return await self.ledger.journal.read(attempt.id)

    async def order_state(self, order: Order) -> str:
        return (await self.ledger.orders.read(order.id)).state.value

    async def passes(self, time: timedelta) -> None:
        """Time goes by while the recovery works: it looks whenever a look-up is due."""
        end = self.clock() + time
        while True:
            pause = await self.recovery.look_at_what_is_due()
            if self.clock() + pause > end:
                self.clock.at = max(end, self.clock())
                return
            self.clock.move(pause)
