"""How PayFac writes amounts; its decimals differ from ISO 4217.

Zero decimals: the amount as it is. Three decimals: in thousandths, and the last digit must be 0.
All others in hundredths, and among those CLP, which has no decimals in ISO 4217. A currency
without a rule here is refused: guessing could be wrong by a factor of a hundred.
"""

from __future__ import annotations

from typing import Literal

from posapp.gateways.strict_json import Unreadable
from posapp.model.money import ISO_EXPONENT, Money

LARGEST_WIRE = 999_999_999
"""An amount has at most nine digits."""

ZERO = frozenset("BIF DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
THREE = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
HUNDREDTHS_OF_WHOLE = frozenset({"CLP"})
# Units of account and fund codes: nobody pays with them and no rule names them.
_NO_TENDER = frozenset("BOV CHE CHW CLF COU MXV USN UYI UYW".split())
TWO = frozenset(code for code, exponent in ISO_EXPONENT.items() if exponent == 2) - _NO_TENDER
LISTED = ZERO | TWO | THREE | HUNDREDTHS_OF_WHOLE


def amount_problem(amount: Money) -> str | None:
    """Why PayFac cannot take this amount, as a sentence, or None."""
    code = amount.currency
    if code not in LISTED:
        return f"PayFac has no rule for amounts in {code}. Use another account for this order."
    if code in THREE and amount.minor % 10:
        return f"PayFac takes {code} with two decimals only; the third must be 0."
    if abs(_factor(code) * amount.minor) > LARGEST_WIRE:
        return f"PayFac takes at most nine digits for an amount in {code}."
    return None


def to_wire(amount: Money) -> int:
    """The integer PayFac expects; only for amounts without an ``amount_problem``."""
    if amount.currency not in LISTED:
        raise ValueError("No rule for this currency.")
    return amount.minor * _factor(amount.currency)


def from_wire(number: int, currency: str) -> Money:
    """What an integer of PayFac means.

    Raises:
        Unreadable: a currency without a rule, or a fraction that the currency does not have.
    """
    if currency not in LISTED or number % _factor(currency):
        raise Unreadable
    return Money(number // _factor(currency), currency)


def refund_characters(amount: Money, unit: Literal["minor", "major"]) -> str:
    """``refund_amount`` as the exact characters to sign and to send."""
    return str(to_wire(amount)) if unit == "minor" else amount.plain()


def _factor(currency: str) -> int:
    return 100 if currency in HUNDREDTHS_OF_WHOLE else 1
