"""What every movement of money at this till needs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from posapp.desk.accounts import Accounts
from posapp.desk.news import News
from posapp.desk.under_way import UnderWay
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Till:
    """``name`` stands in every journal row; ``bell`` is rung when open attempts changed.

    ``uncollected`` holds approved charges (by attempt id) whose capture the gateway had not shown
    yet, with the number of times to ask again. ``sleep`` waits so many seconds between questions.
    """

    name: str
    ledger: Ledger
    accounts: Accounts
    news: News = field(default_factory=News)
    bell: News = field(default_factory=News)
    under_way: UnderWay = field(default_factory=UnderWay)
    uncollected: dict[int, int] = field(default_factory=dict)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def is_cut_off(self) -> bool:
        """Whether the server of a shared ledger is away: no money can be moved, nor read."""
        return self.ledger.is_away

    async def distrust(self, attempt: Attempt, why: str) -> None:
        """An answer was about something else than was asked: its account moves no more money
        until somebody has looked, and no connection that may hold more of the like is kept."""
        account = attempt.intent.account
        await self.accounts.drop_connections()
        if await self.ledger.pauses.pause(account, attempt=attempt.id, why=why):
            _log.error("account paused: an answer did not fit what was asked")

    def changed(self) -> None:
        """Something about money changed: screens read anew, the recovery plans anew."""
        self.news.tell()
        self.bell.tell()
