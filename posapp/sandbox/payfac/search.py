"""``POST /payments/search``: filter by the query, page by ``_links.next``."""

from __future__ import annotations

from typing import Any

from posapp.sandbox.http import Call, Reply, json_reply
from posapp.sandbox.payfac import views
from posapp.sandbox.payfac.auth import sign, verify
from posapp.sandbox.payfac.errors import unprocessable
from posapp.sandbox.payfac.fields import Members, Reader
from posapp.sandbox.payfac.history import History
from posapp.sandbox.payfac.payments import read_object
from posapp.sandbox.payfac.query import QueryError, parse_query
from posapp.sandbox.world import World


class Search:
    def __init__(self, world: World) -> None:
        self._world = world
        self._history = History(world)
        self._base = world.base("payfac")

    def start(self, call: Call) -> Reply:
        """A new search, or with ``?cursor=`` the next page of one (the body is not read then)."""
        if "cursor" in dict(call.query):
            return self.go_on(call)
        return self._page(call, read_object(call), None)

    def go_on(self, call: Call) -> Reply:
        """``GET /payments/search?cursor=``: the next page."""
        cursor = dict(call.query).get("cursor", "")
        claims = verify(cursor, self._world.store.keys.tokens)
        if claims is None or "after" not in claims or not isinstance(claims.get("body"), dict):
            return unprocessable(call, ["request_invalid"], status=400)
        return self._page(call, claims["body"], str(claims["after"]))

    def _page(self, call: Call, members: Members, after: str | None) -> Reply:
        body = Reader(members)
        text = body.text("query", longest=1024)
        if text is None and body.get("query") is None:
            body.refuse("parameter_invalid")
        limit = body.whole("limit", "paging_limit_invalid")
        if limit is not None and not 1 <= limit <= 1000:
            body.refuse("paging_limit_invalid")
        low, high = body.moment("from"), body.moment("to")
        if (body.get("from") is None) != (body.get("to") is None):
            body.refuse("parameter_invalid")
        codes = body.refusals(strict=self._world.settings.payfac_refuse_unknown_members)
        if codes or text is None:
            return unprocessable(call, codes)
        try:
            test = parse_query(text)
        except QueryError:
            return unprocessable(call, ["request_invalid"], status=400)
        found = []
        passed = after is None
        for record in self._history.newest_first(call.now):
            if not passed:
                passed = record.id == after
                continue
            if not _between(record.requested_on, low, high):
                continue
            self._history.settle(record, call.now)
            if test(self._history.facts(record)):
                found.append(record)
        count = 10 if limit is None else limit
        page = found[:count]
        links: dict[str, Any] = {"self": views.link(f"{self._base}/payments/search")}
        if len(found) > count:
            claims: Members = {"body": members, "after": page[-1].id}
            cursor = sign(claims, self._world.store.keys.tokens)
            links["next"] = views.link(f"{self._base}/payments/search?cursor={cursor}")
        data = [self._history.found(record) for record in page]
        status = self._world.settings.payfac_list_status
        return json_reply(status, {"data": data, "_links": links})


def _between(moment: float, low: float | None, high: float | None) -> bool:
    return (low is None or moment >= low) and (high is None or moment <= high)
