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


def read_card(form: dict[str, str], *, today: tuple[int, int]) -> TypedCard | str:
    """The card typed into the hosted page, or a sentence that says what is wrong with it."""
    number = re.sub(r"[ -]", "", form.get("number", ""))
    if not cards.is_card_number(number):
        return "Enter the card number: 12 to 19 digits."
    expiry = re.fullmatch(
        r"(0?[1-9]|1[0-2]) ?[/-]? ?(?:20)?([0-9]{2})", form.get("expiry", "").strip()
    )
    if expiry is None:
        return "Enter the expiry as month and year, for example 12/34."
    month, year = int(expiry[1]), 2000 + int(expiry[2])
    if cards.expired(month, year, today=today):
        return "This card has expired."
    code = form.get("code", "").strip()
    digits = cards.code_length(number)
    if not (code.isascii() and code.isdigit() and len(code) == digits):
        return f"Enter the security code: {digits} digits."
    holder = form.get("holder", "").strip()[:255]
    if not holder:
        return "Enter the name on the card."
    return TypedCard(number, month, year, holder)
