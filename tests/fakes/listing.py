"""A gateway in memory that also lists its payments, page by page, newest first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from posapp.gateways.abilities import History, HistoryPage
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus
from tests.fakes.gateway import FakeGateway


class ListingGateway(FakeGateway, History):
    """``size`` payments a page; each of ``troubles`` ends one question for a page, None lets it
    pass. ``whole`` False lists payments without their refunds, as a search does."""

    def __init__(self, clock: Callable[[], datetime], **named: str) -> None:
        super().__init__(clock, **named)  # type: ignore[arg-type]
        self.size = 2
        self.whole = True
        self.unreadable = 0
        self.troubles: deque[Exception | None] = deque()
        self.hold: asyncio.Event | None = None
        """Pages are not answered until it is set."""
        self.asked: list[str] = []

    async def history(self, *, since: datetime, until: datetime, page: str = "") -> HistoryPage:
        self.asked.append(page)
        if self.hold is not None:
            await self.hold.wait()
        trouble = self.troubles.popleft() if self.troubles else None
        if trouble is not None:
            raise trouble
        inside = [p for p in self.payments.values() if since <= p.created_at < until]
        newest = sorted(inside, key=lambda p: (p.created_at, p.id), reverse=True)
        start = int(page or 0)
        shown = newest[start : start + self.size]
        end = start + self.size
        return HistoryPage(
            tuple(shown if self.whole else (replace(p, refunds=()) for p in shown)),
            next_page=str(end) if end < len(newest) else "",
            unreadable=self.unreadable,
            whole=self.whole,
        )

    def made_elsewhere(self, number: int, at: datetime, minor: int = 500) -> Payment:
        """A payment that none of our tills made."""
        payment = Payment(
            account=self.account, id=f"pay_x{number:04d}", reference=f"SITE-{number}",
            amount=Money(minor, "EUR"), status=PaymentStatus.CAPTURED, status_said="captured",
            created_at=at, captured=minor, refundable=minor, live=self.live,
        )  # fmt: skip
        self.payments[payment.id] = payment
        return payment
