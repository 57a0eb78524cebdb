"""PayFac's fixed tables for payouts: the training cards, and how a payout can be made to end.

A payout is paid unless its card, the ``fail_later`` fault or its metadata says otherwise:
``metadata.training_outcome`` is the answer code it ends with. ``50003`` declines it because the
balance is too low; a code of a return (``50260``, ``50499``, ``50531``) lets a bank payout be
paid and come back later, and declines a card payout, which nothing can send back.
"""

from __future__ import annotations

from posapp.sandbox.payfac import tables

TRIGGER = "training_outcome"
RETURNS = frozenset({"50260", "50499", "50531"})

_CARDS = {
    "4921817844445119": tables.APPROVED,
    "4818192525595285": "20005",
    "4818192160565981": "20057",
}
_SUMMARIES = {
    "30016": "Online gambling payout not allowed",
    "30017": "Original credit not supported",
    "30018": "Money transfer payout not allowed",
    "30019": "Non-money-transfer payout not allowed",
    "30045": "Invalid payout fund transfer type",
    "30046": "Closed account",
    "50001": "Refused for compliance reasons",
    "50002": "Refused by the sanctions check",
    "50003": "Balance too low",
    "50005": "Barred beneficiary",
    "50070": "Sender refused",
    "50150": "Processing error",
    "50180": "Validation error",
    "50200": "Configuration error",
    "50240": "Payout canceled",
    "50260": "Payout returned",
    "50280": "Insufficient funds",
    "50399": "Unmapped reason",
    "50499": "Payout returned",
    "50501": "Characters not allowed",
    "50531": "Payout recalled",
    "50599": "Unknown reason",
}
_GROUPS = (
    (range(50020, 50031), "Recipient refused"),
    (range(50100, 50107), "Payout limit exceeded"),
    (range(50401, 50495), "Bank account details refused"),
    (range(50511, 50518), "Payout amount limit exceeded"),
)


def is_training_card(number: str) -> bool:
    return number in _CARDS or tables.is_training_card(number)


def response_code(number: str) -> str:
    """What the issuer of this card answers to money that is sent to it."""
    return _CARDS.get(number) or tables.DECLINED.get(number) or tables.APPROVED


def is_code(code: str) -> bool:
    """Whether ``code`` is one that the contract lists as the end of a payout."""
    return code in tables.SUMMARIES or _own_summary(code) is not None


def summary(code: str) -> str:
    return _own_summary(code) or tables.summary(code)


def _own_summary(code: str) -> str | None:
    if code in _SUMMARIES:
        return _SUMMARIES[code]
    if len(code) == 5 and code.isascii() and code.isdigit():
        return next((words for codes, words in _GROUPS if int(code) in codes), None)
    return None
