"""The brand names gateways use, in the names this program shows."""

from __future__ import annotations

_NAMES = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "Amex",
    "americanexpress": "Amex",
    "discover": "Discover",
    "dinersclub": "Diners Club",
    "diners": "Diners Club",
    "dinersclubinternational": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "chinaunionpay": "UnionPay",
    "maestro": "Maestro",
}


def brand_name(said: str | None) -> str:
    """``visa`` and ``VISA`` to ``Visa``; ``Card`` for one that is missing or not known."""
    return _NAMES.get("".join(c for c in (said or "").lower() if c.isalpha()), "Card")
