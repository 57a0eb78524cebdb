"""One HTTP request and its answer, in our own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

from posapp.model.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to a gateway.

    ``peer`` is what people call the account and appears in sentences; ``template`` is the path
    with ids left out and appears in logs, as does ``reference``. ``authorization`` is the whole
    value of that header. The body is sent byte for byte. ``alone`` asks for a connection of its
    own: on one that is kept, an answer too many to an earlier request is taken for this one's.
    """

    peer: str
    method: str
    base_url: str
    path: str
    template: str
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    authorization: Secret | None = field(default=None, repr=False)
    body: bytes | bytearray = field(default=b"", repr=False)
    content_type: str = "application/json"
    reference: str = ""
    alone: bool = False

    @property
    def url(self) -> str:
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.base_url.rstrip('/')}{self.path}{query}"

    @property
    def host(self) -> str:
        """The host to name in logs; empty when the address has none."""
        try:
            return urlsplit(self.base_url).hostname or ""
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that was read to its end. ``headers`` holds only those we know, in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    request_id: str = ""
    elapsed_ms: int = 0

    @property
    def accepted(self) -> bool:
        """Any 2xx; what it means stands in the body."""
        return 200 <= self.status < 300

    @property
    def date(self) -> datetime | None:
        """The gateway's clock when it answered, UTC; None where it does not say."""
        return _http_date(self.headers.get("date", ""))

    def retry_after(self) -> float | None:
        """Seconds the gateway asks to wait, None where it does not say."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit() and len(said) <= 6:
            return float(said)
        moment, now = _http_date(said), self.date
        return max(0.0, (moment - now).total_seconds()) if moment and now else None


@lru_cache(maxsize=64)
def address_problem(url: str) -> str | None:
    """Why cards and keys may not be sent to this address, as a sentence, or None.

    Only ``https`` is good enough, except for a literal loopback address, where the training
    gateway listens. A name such as ``localhost`` is not literal: it can be made to point elsewhere.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "The gateway address cannot be understood. It looks like https://api.example.com."
    if parts.scheme not in ("http", "https") or not host or port == 0 or not _is_plain(url):
        return "The gateway address must look like https://api.example.com."
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return "The gateway address must be a plain address without a name, '?' or '#' in it."
    if parts.scheme == "http" and not _is_loopback(host):
        return "The gateway address must start with https://. Nothing is sent without encryption."
    return None


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text and "\\" not in text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
