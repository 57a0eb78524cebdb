"""A day at the till, and whether what people were told, the journal and the gateway agree."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome, Result
from posapp.desk.till import Till
from posapp.ledger.errors import LedgerError, NoSuchEntry
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.payment import ActionState, PaymentStatus
from tests.desk.shop import WHO, Shop
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway

Place = Callable[[MovableClock], Awaitable[Ledger]]
"""Opens the ledger of the till, as often as wanted."""


class Fault(Protocol):
    """Something that fails from the moment the day begins."""

    async def ends(self, ledger: Ledger | None = None) -> int:
        """All is well again, also for ``ledger``, which was open; how often something failed."""
        ...


LONG_ENOUGH = timedelta(minutes=40)
_LARGEST_GAP = 5


@dataclass
class Day:
    """What a person was told, and what was wrong with it."""

    place: Place
    clock: MovableClock = field(default_factory=MovableClock)
    bank: FakeGateway = field(init=False)
    told: list[Outcome] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bank = FakeGateway(self.clock)
        self.bank.refund_state = ActionState.DONE

    async def open(self) -> Shop:
        ledger = await self.place(self.clock)
        try:
            await ledger.journal.recover()
        except LedgerError:
            await ledger.close()
            raise
        accounts = GivenAccounts(self.bank)
        till = Till(name="T1", ledger=ledger, accounts=accounts, sleep=self.clock.sleep)
        return Shop(till, self.bank, self.clock)

    async def trade(self, shop: Shop) -> None:
        """A charge, a refund of a part of it, and a payment link that the customer pays."""
        sale = await self._asked(lambda: self._charge(shop))
        if sale is not None and sale.result is Result.APPROVED:
            await self._asked(lambda: shop.refund(sale, 500))
        await self._asked(lambda: self._link(shop))
        for payment in tuple(self.bank.payments.values()):
            if payment.status is PaymentStatus.ACTION_NEEDED:
                self.bank.become(payment.id, PaymentStatus.CAPTURED)

    async def _charge(self, shop: Shop) -> Outcome:
        return await shop.charge(await shop.order())

    async def _link(self, shop: Shop) -> Outcome:
        return await shop.links.create(await shop.order(2500), account="main", who=WHO)

    async def _asked(self, act: Callable[[], Awaitable[Outcome]]) -> Outcome | None:
        sent = len(self.bank.sent_keys)
        try:
            outcome = await act()
        except (Refused, LedgerError) as refused:
            if len(self.bank.sent_keys) > sent:
                self.wrong.append(f"refused after it was sent: {refused}")
            return None
        self.told.append(outcome)
        return outcome

    async def judge(self, shop: Shop, when: str) -> None:
        """Everything found out, nothing twice, nothing lost, nothing said that is not so."""
        journal = await _everything(shop)
        self._judge_bank(journal, when)
        for told in self.told:
            now = next((each for each in journal if each.id == told.attempt.id), None)
            if now is None or now.intent.reference != told.attempt.intent.reference:
                self.wrong.append(f"{when}: attempt {told.attempt.id} is lost")
            elif told.is_final and (now.state, now.verdict) != (
                told.attempt.state,
                told.attempt.verdict,
            ):
                self.wrong.append(f"{when}: told {told.attempt.state}, and now {now.state}")
        for each in journal:
            if each.state.is_open and each.intent.kind is not Kind.REFUND:
                self.wrong.append(f"{when}: {each.intent.kind} {each.id} stays {each.state}")
        self.wrong += [f"{when}: {problem}" for problem in await shop.ledger.check()]

    def _judge_bank(self, journal: list[Attempt], when: str) -> None:
        paid: dict[str, int] = {}
        for payment in self.bank.payments.values():
            mine = [each for each in journal if each.intent.reference == payment.reference]
            if len(mine) != 1:
                self.wrong.append(f"{when}: {payment.id} has {len(mine)} attempts")
                continue
            known = mine[0].state is State.SETTLED and mine[0].verdict is Verdict.APPROVED
            if payment.captured and not known:
                self.wrong.append(f"{when}: {payment.id} was taken, and is {mine[0].state}")
            if payment.captured:
                paid[mine[0].intent.order_id] = paid.get(mine[0].intent.order_id, 0) + 1
            given = sum(record.amount.minor for record in payment.refunds)
            asked = [
                each
                for each in journal
                if each.intent.kind is Kind.REFUND and each.intent.payment_id == payment.id
            ]
            found = sum(each.intent.amount.minor for each in asked if each.action_id)
            if given > payment.captured or given != found:
                self.wrong.append(f"{when}: {given} given back, {found} known")
        self.wrong += [f"{when}: charged {times} times" for times in paid.values() if times > 1]


async def _everything(shop: Shop) -> list[Attempt]:
    """Also behind a gap: a server does not use the number of a step that was not kept again."""
    found: list[Attempt] = []
    number = missing = 0
    while missing < _LARGEST_GAP:
        number += 1
        try:
            found.append(await shop.ledger.journal.read(number))
        except NoSuchEntry:
            missing += 1
        else:
            missing = 0
    return found


async def live(day: Day, fault: Fault) -> int:
    """Trade under a fault, go on when it has ended, and start again; how often something failed."""
    try:
        shop = await day.open()
    except LedgerError:
        failed = await fault.ends()
    else:
        try:
            await day.trade(shop)
            failed = await fault.ends(shop.ledger)
            if not shop.ledger.stopped:
                await shop.passes(LONG_ENOUGH)
                await day.judge(shop, "the program goes on")
        finally:
            await shop.ledger.close()
    shop = await day.open()
    try:
        if shop.ledger.stopped:
            day.wrong.append(f"started again: {shop.ledger.stopped}")
        await shop.passes(LONG_ENOUGH)
        await day.judge(shop, "started again")
    finally:
        await shop.ledger.close()
    return failed
