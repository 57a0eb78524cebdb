"""What a browser posts from one of the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from posapp.sandbox import cards
from posapp.sandbox.http import Call


def read_form(call: Call) -> dict[str, str]:
    """The fields of a posted form; empty if it is not one."""
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded" or call.oversize:
        return {}
    try:
        text = call.body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=50, errors="strict"))
    except (ValueError, UnicodeDecodeError):
        return {}


@dataclass(frozen=True, slots=True)
class TypedCard:
    number: str = field(repr=False)
    month: int
    year: int
    holder: str | None


def read_card(form: dict[str, str], *, today: tuple[int, int]) -> TypedCard | dict[str, str]:
    """The card typed into the hosted page, or what is wrong: a sentence for each such field."""
    problems: dict[str, str] = {}
    number = re.sub(r"[ -]", "", form.get("number", ""))
    if not cards.is_card_number(number):
        problems["number"] = "Enter 12 to 19 digits."
    month, year = _expiry(form)
    if not month:
        problems["expiry"] = "Enter month and year, like 12/34."
    elif cards.expired(month, year, today=today):
        problems["expiry"] = "This card has expired. Use another card."
    code = form.get("code", "").strip()
    digits = cards.code_length(number)
    if not (code.isascii() and code.isdigit() and len(code) == digits):
        length = "3 or 4" if "number" in problems else digits
        problems["code"] = f"Enter {length} digits."
    holder = form.get("holder", "").strip()[:255]
    if not holder:
        problems["holder"] = "Enter the name as it is on the card."
    return problems or TypedCard(number, month, year, holder)


def _expiry(form: dict[str, str]) -> tuple[int, int]:
    """Month and year; month 0 if they cannot be read."""
    typed = form.get("expiry", "").strip()
    found = re.fullmatch(r"(0?[1-9]|1[0-2]) ?[/.-]? ?(?:20)?([0-9]{2})", typed, re.ASCII)
    return (0, 0) if found is None else (int(found[1]), 2000 + int(found[2]))
