"""Text that came from outside, made fit to be shown and stored."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from posapp.model.card import LONGEST_NUMBER, luhn_holds

_MANY_DIGITS = re.compile(r"\d(?:[ .\-]?\d){10,}")
_CODE = re.compile(r"[A-Za-z0-9_.\[\]:-]{1,80}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_DIGIT_RUN = re.compile(r"\d{13,}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def plain(text: str | None, longest: int = 200) -> str:
    """One printable line; anything as long as a card number is blotted out."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text or "").split())
    return _MANY_DIGITS.sub("…", line)[:longest]


def code(text: str | None) -> str:
    """A machine word such as ``insufficient_funds``; empty when it is anything else."""
    return text if text and _CODE.fullmatch(text) and not _MANY_DIGITS.search(text) else ""


def request_id(text: str) -> str:
    """A gateway's id of a call; empty when it is none, or could be a card number."""
    if not _REQUEST_ID.fullmatch(text):
        return ""
    runs = _DIGIT_RUN.findall(text)
    cards = (len(run) > LONGEST_NUMBER or luhn_holds(memoryview(run.encode())) for run in runs)
    return "" if any(cards) else text


def is_id(text: str) -> bool:
    """Whether this can be part of a path without meaning another path."""
    return _ID.fullmatch(text) is not None


def web_address(text: str | None) -> str:
    """An http or https address that may be opened or shown as a code; otherwise empty."""
    if not text or len(text) > 2048 or not text.isascii() or not text.isprintable():
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("https", "http") and parts.netloc and " " not in text else ""
