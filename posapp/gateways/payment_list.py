"""Pages of payments in an API that only lists them, newest first."""

from __future__ import annotations

from posapp.gateways.answers import reading_of
from posapp.gateways.call import Answer
from posapp.gateways.port import Unauthorised
from posapp.gateways.wire_types import Wire, read

PAGE = 100
"""The most entries one page can have."""


class ListPage(Wire):
    """The entries are read one by one. A page may be short, or empty, while more follow."""

    data: list[dict[str, object]]
    has_more: bool

    @property
    def last_id(self) -> str:
        """The id after which the next page goes on; empty where the page names none."""
        last = self.data[-1].get("id") if self.data else None
        return last if isinstance(last, str) else ""

    def ends_before(self, bound: int, *, created: str) -> bool:
        """Whether all entries, and so all that follow, are older than ``bound``, Unix seconds.

        Args:
            created: the member with an entry's time of creation.
        """
        times = [entry.get(created) for entry in self.data]
        return bool(times) and all(isinstance(time, int) and time < bound for time in times)


async def page_of(answer: Answer, peer: str) -> ListPage:
    """The page in an accepted answer.

    Raises:
        GatewayDown: it is none.
    """
    return await reading_of(answer, lambda document: read(ListPage, document), peer)


async def check_mode(answer: Answer, *, live: bool, peer: str) -> None:
    """Raise Unauthorised when the payments in this answer are of the other mode.

    Raises:
        Unauthorised: the key moves real money and should not, or the other way round.
        GatewayDown: the answer is no list of payments.
    """
    page = await page_of(answer, peer)
    if any(entry.get("livemode") is (not live) for entry in page.data):
        raise Unauthorised(
            f"The key of {peer} belongs to {'training' if live else 'real payments'}, but the "
            f"account is set up for {'real payments' if live else 'training'}. "
            "Check the key in the settings."
        )
