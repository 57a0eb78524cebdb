"""What every movement of money at this till needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from posapp.desk.accounts import Accounts
from posapp.desk.news import News
from posapp.desk.under_way import UnderWay
from posapp.ledger.ledger import Ledger


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

    def changed(self) -> None:
        """Something about money changed: screens read anew, the recovery plans anew."""
        self.news.tell()
        self.bell.tell()
