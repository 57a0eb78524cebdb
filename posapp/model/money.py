"""Money as integers: minor units and a currency, never a float."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

_BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR "
    "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
    "SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR "
    "ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
ISO_EXPONENT: dict[str, int] = {
    code: exponent for exponent, codes in _BY_EXPONENT.items() for code in codes.split()
}
"""ISO 4217 currency code to number of decimals."""

LARGEST_MINOR = 999_999_999_999
"""No sale is larger than this many minor units; a larger figure is a typing error."""


class MoneyProblem(ValueError):
    """An amount that cannot be used; the text is a sentence for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one ISO 4217 currency (EUR 12.90 is ``Money(1290, "EUR")``).

    Raises:
        MoneyProblem: the currency is not in ISO 4217.
        TypeError: ``minor`` is not an integer.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("Money holds integer minor units.")
        if self.currency not in ISO_EXPONENT:
            raise MoneyProblem(f"{self.currency!r} is not a currency this program knows.")

    @property
    def exponent(self) -> int:
        return ISO_EXPONENT[self.currency]

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def times(self, quantity: int) -> Money:
        return Money(self.minor * quantity, self.currency)

    def plain(self) -> str:
        """The amount with a decimal point and no grouping: ``12.90``; for files and wire."""
        return plain_decimal(self.minor, self.exponent)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MoneyProblem(f"{self.currency} and {other.currency} cannot be mixed.")
        return other.minor


def plain_decimal(minor: int, exponent: int) -> str:
    """``1290, 2`` to ``"12.90"``; ``-5, 3`` to ``"-0.005"``."""
    sign = "-" if minor < 0 else ""
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    if exponent == 0:
        return f"{sign}{digits}"
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}"


def parse_amount(text: str, currency: str, *, decimal: str = ".", group: str = ",") -> Money:
    """Read a typed amount: ``12.90``, ``1,234.5``, ``12``; blanks are ignored.

    Args:
        text: what was typed.
        currency: ISO 4217 code.
        decimal: the decimal mark of the person's locale.
        group: the grouping mark of the person's locale; only accepted between groups of three.

    Raises:
        MoneyProblem: with a sentence that says what to type.
    """
    exponent = Money(0, currency).exponent
    example = plain_decimal(1290 if exponent else 12, exponent).replace(".", decimal)
    compact = "".join(text.split())
    if not compact:
        raise MoneyProblem(f"Type an amount, for example {example}.")
    whole, mark, fraction = compact.partition(decimal)
    if group and not group.isspace():
        first, *others = whole.split(group)
        if others and (not 1 <= len(first) <= 3 or any(len(part) != 3 for part in others)):
            raise MoneyProblem(f"This is not an amount. Type it like {example}.")
        whole = first + "".join(others)
    if (
        not (whole + fraction).isascii()
        or not (whole + fraction).isdigit()
        or (mark and not fraction)
    ):
        raise MoneyProblem(f"This is not an amount. Type it like {example}.")
    if len(fraction) > exponent:
        shown = {0: "no decimals", 1: "one decimal"}.get(exponent, f"{exponent} decimals")
        raise MoneyProblem(f"{currency} has {shown}. Type the amount like {example}.")
    if len(whole) > 15 or (minor := int((whole or "0") + fraction.ljust(exponent, "0"))) > (
        LARGEST_MINOR
    ):
        raise MoneyProblem("This amount is too large. Check the number of digits.")
    return Money(minor, currency)


def tax_included(gross: Money, rate_percent: Decimal) -> Money:
    """The tax contained in a gross amount, rounded half to even in minor units."""
    from decimal import ROUND_HALF_EVEN, Decimal  # 3 ms that the first paint does without

    net = Decimal(gross.minor) * 100 / (100 + rate_percent)
    tax = (Decimal(gross.minor) - net).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return Money(int(tax), gross.currency)
