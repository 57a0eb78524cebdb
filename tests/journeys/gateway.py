"""The other end of the line: what the training gateway has seen, and what it shall do next."""

from __future__ import annotations

from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.journeys.till import Till

CHARGING = frozenset(
    {
        "payfac.payment",
        "flowlix.create_payment",
        "flowlix.create_hosted",
        "flowlix_classic.create_payment",
        "flowlix_classic.create_hosted",
    }
)
"""The calls that can move money towards the shop."""


class Gateway:
    """Speaks to the admin address of a training gateway. Use it as ``async with``."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._client = httpx.AsyncClient(trust_env=False, timeout=30)

    @classmethod
    async def of(cls, till: Till) -> Gateway:
        """The one this till speaks to: the settings of its first account show the address."""
        await till.settings()
        address = urlsplit(till.reads("account.base_url"))
        await till.counter()
        return cls(f"{address.scheme}://{address.netloc}")

    async def __aenter__(self) -> Gateway:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def fault(self, kind: str, point: str, **more: Any) -> None:
        """Let ``kind`` strike the next call of ``point``, such as ``flowlix.create_payment``."""
        await self._admin("POST", "faults", {"kind": kind, "point": point, **more})

    async def forget_faults(self) -> None:
        await self._admin("DELETE", "faults")

    async def change(self, **settings: Any) -> None:
        await self._admin("PATCH", "settings", settings)

    async def settled(self) -> None:
        """Everything that takes a moment there has happened."""
        await self._admin("POST", "settle")

    async def requests(self) -> list[str]:
        """Every call so far, by name, oldest first."""
        answer = await self._admin("GET", "calls")
        return [call["point"] for call in answer["calls"]]

    async def charges(self) -> list[str]:
        """The calls that could have moved money towards the shop."""
        return [point for point in await self.requests() if point in CHARGING]

    async def payments(self, api: str) -> list[dict[str, Any]]:
        """What ``payfac``, ``flowlix`` or ``flowlix_classic`` keeps, oldest first."""
        answer = await self._admin("GET", "dump")
        return list(answer[api].values())

    async def all_payments(self) -> int:
        answer = await self._admin("GET", "dump")
        return sum(len(answer[api]) for api in ("payfac", "flowlix", "flowlix_classic"))

    async def everything(self) -> str:
        """All that the gateway keeps, as text."""
        answer = await self._client.get(f"{self.origin}/admin/dump")
        return answer.text

    async def submit(self, page: str, **form: str) -> None:
        """What the customer does on the page behind a link: fill it in and press the button."""
        shown = await self._client.get(page, follow_redirects=True)
        assert shown.status_code == 200, shown.text
        answer = await self._client.post(str(shown.url), data=form)
        assert answer.status_code in (200, 302, 303), answer.text

    async def _admin(self, method: str, path: str, body: object = None) -> Any:
        answer = await self._client.request(method, f"{self.origin}/admin/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None
