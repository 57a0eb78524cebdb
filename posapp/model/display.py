"""How amounts are written for people, in the style of their locale."""

from __future__ import annotations

from dataclasses import dataclass

from posapp.model.money import Money, MoneyProblem, parse_amount, plain_decimal

_SYMBOL = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩",
    "ILS": "₪", "PLN": "zł", "TRY": "₺", "UAH": "₴", "VND": "₫", "BRL": "R$", "CHF": "CHF",
}  # fmt: skip
_NO_BREAK = "\u00a0"
_MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class AmountStyle:
    """Marks of one locale. ``symbol_first``: ``€ 12.90`` rather than ``12,90 €``."""

    decimal: str = "."
    group: str = ","
    symbol_first: bool = True

    def number(self, amount: Money) -> str:
        """Without the currency: ``1,234.50``."""
        whole, _, fraction = plain_decimal(abs(amount.minor), amount.exponent).partition(".")
        groups = []
        while len(whole) > 3:
            whole, last = whole[:-3], whole[-3:]
            groups.append(last)
        shown = self.group.join([whole, *reversed(groups)])
        sign = _MINUS if amount.minor < 0 else ""
        return f"{sign}{shown}{self.decimal}{fraction}" if fraction else f"{sign}{shown}"

    def money(self, amount: Money) -> str:
        """With the currency's sign, or its code where the sign is not known: ``€ 12.90``."""
        symbol = _SYMBOL.get(amount.currency, amount.currency)
        if not self.symbol_first:
            return f"{self.number(amount)}{_NO_BREAK}{symbol}"
        sign = _MINUS if amount.minor < 0 else ""
        return f"{sign}{symbol}{_NO_BREAK}{self.number(Money(abs(amount.minor), amount.currency))}"

    def parse(self, text: str, currency: str) -> Money:
        """Read what a person typed, with or without the currency's sign or code.

        Raises:
            MoneyProblem: with a sentence that says what to type.
        """
        cleaned = text.strip()
        for word in (currency, _SYMBOL.get(currency, currency)):
            if cleaned.upper().startswith(word.upper()):
                cleaned = cleaned[len(word) :]
            elif cleaned.upper().endswith(word.upper()):
                cleaned = cleaned[: -len(word)]
        try:
            return parse_amount(cleaned, currency, decimal=self.decimal, group=self.group)
        except MoneyProblem:
            # 12.90 means the same everywhere when the other mark cannot be a grouping mark in it.
            other = "." if self.decimal == "," else ","
            head, mark, tail = cleaned.strip().partition(other)
            exponent = Money(0, currency).exponent
            if mark and head.isdigit() and tail.isdigit() and 0 < len(tail) <= min(exponent, 2):
                return parse_amount(cleaned, currency, decimal=other, group="")
            raise
