"""PayFac's search: what is asked for, and pages of what was found.

The language is ``field:'value'`` with AND between; a quote or backslash in a value has a
backslash before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from posapp.gateways import json_body
from posapp.gateways.abilities import SearchTerms
from posapp.gateways.answers import Explained, read_refused
from posapp.gateways.call import Answer
from posapp.gateways.moments import to_iso
from posapp.gateways.outside_text import is_id
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.minor_units import amount_problem, to_wire
from posapp.gateways.port import DeadEnd, GatewayError, Unauthorised
from posapp.gateways.preparing import Problem
from posapp.gateways.strict_json import Unreadable
from posapp.model.payment import PaymentStatus

SEARCH = "/payments/search"
PAGE = 100
EVERYTHING = "amount:>=0"
_LONGEST_QUERY = 1024
_LONGEST_CURSOR = 8000

_WORDS = {
    PaymentStatus.PENDING: "Pending",
    PaymentStatus.RETRY_SCHEDULED: "Retry Scheduled",
    PaymentStatus.AUTHORISED: "Authorized",
    PaymentStatus.VERIFIED: "Card Verified",
    PaymentStatus.VOIDED: "Voided",
    PaymentStatus.PARTLY_CAPTURED: "Partially Captured",
    PaymentStatus.CAPTURED: "Captured",
    PaymentStatus.PARTLY_REFUNDED: "Partially Refunded",
    PaymentStatus.REFUNDED: "Refunded",
    PaymentStatus.DECLINED: "Declined",
    PaymentStatus.CANCELED: "Canceled",
    PaymentStatus.EXPIRED: "Expired",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A page of entries; ``next_page`` is the query that leads on, empty at the end."""

    entries: list[dict[str, object]]
    next_page: str


def terms_problem(terms: SearchTerms) -> Problem | None:
    """The first reason why this cannot be searched for."""
    if terms == SearchTerms():
        return "reference", "Say what to search for."
    if terms.status is not None and terms.status not in _WORDS:
        return "status", "PayFac has no such status to search for."
    if terms.last4 and not (len(terms.last4) == 4 and terms.last4.isdecimal()):
        return "last4", "Type the last four digits of the card."
    if terms.payment_id and not is_id(terms.payment_id):
        return "payment_id", "PayFac gives no such payment ids."
    if terms.amount is not None:
        if terms.amount.minor < 0:
            return "amount", "No payment is below zero."
        if problem := amount_problem(terms.amount):
            return "amount", problem
    if any(not text.isprintable() for text in (terms.reference, terms.email)):
        return "reference", "The search holds characters that nobody can type."
    if len(query_for(terms)) > _LONGEST_QUERY:
        return "reference", "The search is too long. Shorten it."
    return None


def query_for(terms: SearchTerms) -> str:
    """The search in PayFac's language; only for terms without a ``terms_problem``."""
    wanted = [
        f"{name}:{_quoted(text)}"
        for name, text in (
            ("id", terms.payment_id),
            ("reference", terms.reference),
            ("last4", terms.last4),
            ("email", terms.email),
            ("status", _WORDS.get(terms.status, "") if terms.status else ""),
        )
        if text
    ]
    if terms.amount is not None:
        wanted.append(f"amount:{_quoted(str(to_wire(terms.amount)))}")
        wanted.append(f"currency:{_quoted(terms.amount.currency)}")
    return " AND ".join(wanted)


def search_body(query: str, *, since: datetime, until: datetime) -> bytearray:
    """The body of a search, in whole seconds outwards: what lies outside is sorted out later."""
    last = until + timedelta(seconds=1) - timedelta(microseconds=1)
    document = {"query": query, "limit": PAGE, "from": to_iso(since), "to": to_iso(last)}
    return json_body.build(document).body


def found_in(document: object, *, base_url: str, asked: str) -> Found:
    """The page in an answer.

    Of the link to the next page only the query is taken, and only where its path is that of the
    search: whatever host it names, we ask our own.

    Args:
        asked: the query of this page, empty for the first.

    Raises:
        Unreadable: it is no page, or leads on to nowhere or to itself.
    """
    page = wire.read(wire.SearchPage, document)
    link = page.links.next if page.links else None
    if link is None or not link.href:
        return Found(page.data, "")
    pairs = _query_of(f"{base_url.rstrip('/')}{SEARCH}", link.href)
    following = urlencode(pairs)
    if not pairs or following == asked or len(following) > _LONGEST_CURSOR:
        raise Unreadable
    return Found(page.data, following)


def search_refused(answer: Answer, explained: Explained, peer: str) -> GatewayError:
    """The error for a definite refusal of a search; it is a beta call with a right of its own."""
    if answer.status == 403:
        return Unauthorised(
            f"The key for {peer} may not search payments. Its scope needs payments:search; add it "
            "in the settings.",
            said=explained.said or "HTTP 403",
            request_id=answer.request_id,
        )
    if answer.status in (400, 422):
        return DeadEnd(
            f"{peer} refused the search. {explained.sentence} ".rstrip()
            + " Begin again with its first page, or search for something else.",
            said=explained.said or f"HTTP {answer.status}",
            request_id=answer.request_id,
        )
    return read_refused(answer, explained, peer, by_id=False)


def pairs_of(page: str) -> tuple[tuple[str, str], ...]:
    """The query of a ``next_page``."""
    return tuple(parse_qsl(page, keep_blank_values=True))


def _query_of(here: str, link: str) -> list[tuple[str, str]]:
    try:
        parts = urlsplit(urljoin(here, link))
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        pairs = []
        parts = None
    if parts is None or not parts.path.endswith(SEARCH):
        raise Unreadable
    return pairs


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
