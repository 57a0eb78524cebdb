"""The plain pages a browser sees: card entry, identity check, and notices.

They need no script and nothing from anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from urllib.parse import urlencode, urlsplit, urlunsplit

from posapp.sandbox.page_style import STYLE


@dataclass(frozen=True, slots=True)
class Sum:
    """What is to be paid: minor units, the currency, and its decimal places if they are known."""

    amount: int
    currency: str
    places: int | None

    def text(self) -> str:
        currency = self.currency.upper()
        if self.places is None:
            return f"{self.amount:,} {currency} (in its smallest unit)"
        value = Decimal(self.amount).scaleb(-self.places)
        return f"{value:,.{self.places}f} {currency}"


@dataclass(frozen=True, slots=True)
class Field:
    """One input of the card form. ``kept``: what was typed may be shown again."""

    name: str
    label: str
    hint: str
    autocomplete: str
    numeric: bool = True
    kept: bool = False


_NUMBER = Field("number", "Card number", "", "cc-number")
_EXPIRY = Field("expiry", "Expiry date", "MM/YY", "cc-exp", kept=True)
_CODE = Field("code", "Security code", "3 or 4 digits", "cc-csc")
_HOLDER = Field("holder", "Name on the card", "", "cc-name", numeric=False, kept=True)
_CANCEL = '<button class="quiet" name="do" value="cancel">Cancel and go back</button>'
_FIELDS = (_NUMBER, _EXPIRY, _CODE, _HOLDER)


def _page(title: str, inside: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} – training</title><style>{STYLE}</style></head><body>"
        '<p class="training"><strong>This is training.</strong> No real money moves.</p>'
        f"<main>{inside}</main></body></html>"
    )


def card_page(
    due: Sum,
    *,
    description: str | None,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    cards: Sequence[tuple[str, str]] = (),
) -> str:
    """The hosted payment page.

    ``typed`` and ``problems`` go by the name of the field (number, expiry, code, holder). The
    number and the code are never shown again. ``cards`` are training cards and what they do.
    """
    typed, problems = typed or {}, problems or {}
    first = next((field.name for field in _FIELDS if field.name in problems), "number")
    number, expiry, code, holder = (
        _field(field, typed.get(field.name, ""), problems.get(field.name), first)
        for field in _FIELDS
    )
    sum_text = escape(due.text())
    return _page(
        "Please correct the card" if problems else "Pay by card",
        f'<h1>Pay by card</h1><p class="sum">{sum_text}</p>{_about(description)}'
        f"{_summary(problems)}"
        f'<form method="post" novalidate>{number}<div class="row">{expiry}{code}</div>{holder}'
        f'<button class="go" name="do" value="pay">Pay {sum_text}</button>'
        f"{_CANCEL}</form>"
        f"{_training_cards(cards)}",
    )


def _summary(problems: Mapping[str, str]) -> str:
    if not problems:
        return ""
    return (
        '<div class="summary" role="alert"><strong>Nothing was paid yet.</strong> '
        "Correct what is marked. The card number and the security code are not kept: "
        "type them again.</div>"
    )


def _field(field: Field, typed: str, problem: str | None, first: str) -> str:
    name = field.name
    marks = [f'id="{name}"', f'name="{name}"', f'autocomplete="{field.autocomplete}"']
    marks += ['inputmode="numeric"'] if field.numeric else []
    marks += ['spellcheck="false"', 'autocapitalize="off"'] if field.numeric else []
    marks += [f'value="{escape(typed)}"'] if field.kept else []
    told = [f"{name}-hint"] if field.hint else []
    told += [f"{name}-problem"] if problem else []
    marks += [f'aria-describedby="{" ".join(told)}"'] if told else []
    marks += ['aria-invalid="true"'] if problem else []
    marks += ["autofocus"] if name == first else []
    hint = f'<p class="hint" id="{name}-hint">{escape(field.hint)}</p>' if field.hint else ""
    wrong = f'<p class="wrong" id="{name}-problem">{escape(problem)}</p>' if problem else ""
    return (
        f'<div class="field"><label for="{name}">{field.label}</label>{hint}{wrong}'
        f"<input {' '.join(marks)}></div>"
    )


def _training_cards(cards: Sequence[tuple[str, str]]) -> str:
    if not cards:
        return ""
    rows = "".join(f"<dt>{escape(number)}</dt><dd>{escape(what)}</dd>" for number, what in cards)
    return (
        "<details><summary>Training cards</summary>"
        f"<p>Any date ahead, any security code, any name.</p><dl>{rows}</dl></details>"
    )


def _about(description: str | None) -> str:
    return f'<p class="soft" dir="auto">{escape(description)}</p>' if description else ""


def challenge_page(due: Sum, *, last4: str, description: str | None) -> str:
    """The page of the card's bank that asks whether this purchase is wanted."""
    facts = {"Card": f"ending in {last4}"} | ({"For": description} if description else {})
    rows = "".join(
        f'<dt>{name}</dt><dd dir="auto">{escape(fact)}</dd>' for name, fact in facts.items()
    )
    return _page(
        "Confirm the payment",
        "<h1>Confirm the payment</h1>"
        '<p class="soft">Your bank asks (3-D Secure): is it you who wants to pay this?</p>'
        f'<p class="sum">{escape(due.text())}</p><dl class="facts">{rows}</dl><form method="post">'
        '<button class="go" name="do" value="confirm">Yes, pay</button>'
        f'<button name="do" value="refuse">No, this was not me</button>{_CANCEL}</form>',
    )


def notice_page(title: str, text: str, *, onward: str | None = None) -> str:
    """A few words. ``onward`` is the address of the shop."""
    link = f'<a class="button go" href="{escape(onward)}">Back to the shop</a>' if onward else ""
    return _page(title, f'<h1>{escape(title)}</h1><p class="soft">{escape(text)}</p>{link}')


def with_query(address: str, pairs: dict[str, str]) -> str:
    """``address`` with ``pairs`` added behind whatever query it has; a fragment stays last."""
    scheme, host, path, query, fragment = urlsplit(address)
    added = urlencode(pairs)
    joined = f"{query}&{added}" if query else added
    # Header values and addresses are ASCII; what is not is sent percent-encoded.
    whole = urlunsplit((scheme, host, path, joined, fragment))
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in whole
    )
