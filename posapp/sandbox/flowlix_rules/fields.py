"""Reading members of a Flowlix request; the first problem ends the call."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from posapp.sandbox import cards
from posapp.sandbox.flowlix_rules.errors import invalid, missing
from posapp.sandbox.forms import TypedCard
from posapp.sandbox.http import BadJson, Call
from posapp.sandbox.shapes import is_email, is_web_address

Members = dict[str, Any]
MAX_AMOUNT = 2**63 - 1


class Reader:
    """Reads one object of a request; ``prefix`` is its place, printed with brackets."""

    def __init__(self, members: Members, prefix: str = "") -> None:
        self.members = members
        self.prefix = prefix

    def param(self, name: str) -> str:
        return f"{self.prefix}[{name}]" if self.prefix else name

    def get(self, name: str) -> object:
        return self.members.get(name)

    def required(self, name: str) -> object:
        value = self.get(name)
        if value is None:
            raise missing(self.param(name))
        return value

    def text(self, name: str, *, longest: int, shortest: int = 0) -> str | None:
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not shortest <= len(value) <= longest:
            size = f"{shortest} to {longest}" if shortest else f"at most {longest}"
            raise invalid(
                self.param(name), f"{self.param(name)} must be text of {size} characters."
            )
        return value

    def required_text(self, name: str, *, longest: int) -> str:
        self.required(name)
        return self.text(name, longest=longest, shortest=1) or ""

    def amount(self, name: str = "amount") -> int:
        self.required(name)
        return self.optional_amount(name) or 0

    def optional_amount(self, name: str = "amount") -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_AMOUNT:
            raise invalid(
                self.param(name), f"{self.param(name)} must be a whole number of at least 1."
            )
        return value

    def choice(self, name: str, choices: Collection[str]) -> str:
        value = self.required(name)
        if not isinstance(value, str) or value not in choices:
            raise invalid(
                self.param(name), f"{self.param(name)} must be one of {', '.join(choices)}."
            )
        return value

    def url(self, name: str) -> str | None:
        value = self.text(name, longest=2048)
        if value is not None and not is_web_address(value):
            raise invalid(
                self.param(name), f"{self.param(name)} must be a complete http or https address."
            )
        return value

    def required_url(self, name: str) -> str:
        self.required(name)
        return self.url(name) or ""

    def part(self, name: str) -> Reader | None:
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise invalid(self.param(name), f"{self.param(name)} must be an object.")
        return Reader(value, self.param(name))

    def required_part(self, name: str) -> Reader:
        self.required(name)
        return self.part(name) or Reader({}, self.param(name))

    def email(self, name: str) -> str | None:
        value = self.text(name, longest=255)
        if value is not None and not is_email(value):
            raise invalid(self.param(name), f"{self.param(name)} must be an e-mail address.")
        return value

    def country(self, name: str) -> str | None:
        value = self.text(name, longest=2)
        if value is not None and not re.fullmatch("[A-Z]{2}", value):
            raise invalid(
                self.param(name), f"{self.param(name)} must be a country code of two capitals."
            )
        return value


def read_body(call: Call, *, may_be_empty: bool = False) -> Reader:
    """The body as an object; 400 if it is not one."""
    if may_be_empty and not call.oversize and not call.body.strip():
        return Reader({})
    try:
        value = call.json()
    except BadJson as error:
        raise invalid(None, str(error)) from None
    if not isinstance(value, dict):
        raise invalid(None, "The body must be a JSON object.")
    return Reader(value)


def read_card(card: Reader, now: float) -> TypedCard:
    """Card data of a direct payment. A wrong check digit is the issuer's to decline."""
    number = card.required("number")
    if not isinstance(number, str) or not cards.is_card_number(number):
        raise invalid(card.param("number"), "The card number must be 12 to 19 digits.")
    month = _whole(card, "exp_month", 1, 12)
    year = _whole(card, "exp_year", 1000, 9999)
    today = datetime.fromtimestamp(now, UTC)
    if cards.expired(month, year, today=(today.year, today.month)):
        name = "exp_year" if year < today.year else "exp_month"
        raise invalid(card.param(name), "The card has expired.")
    code = card.required("cvc")
    length = cards.code_length(number)
    good = isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == length
    if not good:
        raise invalid(card.param("cvc"), f"The security code must be {length} digits.")
    return TypedCard(number, month, year, card.required_text("holder_name", longest=255))


def _whole(card: Reader, name: str, low: int, high: int) -> int:
    value = card.required(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise invalid(
            card.param(name), f"{card.param(name)} must be a whole number from {low} to {high}."
        )
    return value
