"""PayFac's response codes in words, and its letters for the address and code checks.

The first digit is the class: 1 approved, 2 refused but a later try may work, 3 do not retry this
card, 4 stopped by risk rules, 5 a payout or refund refused before it reached the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from posapp.gateways import decline_words as words
from posapp.gateways.decline_words import Reason
from posapp.gateways.outside_text import code as clean_code
from posapp.gateways.payfac import wire
from posapp.model.payment import Check, Decline, DeclineClass

_HARD_AMOUNT = replace(words.AMOUNT_WRONG, kind=DeclineClass.HARD)
_HARD_LIMIT = replace(
    words.OVER_LIMIT,
    kind=DeclineClass.HARD,
    next_step=words.CARD_REFUSED.next_step,
    same_card=False,
)
_HARD_NUMBER = replace(words.NUMBER_WRONG, kind=DeclineClass.HARD)
_NO_PHONE_ORDERS = replace(
    words.NEEDS_PRESENCE,
    next_step="Ask for another card. If other cards are refused with this code too, the account is "
    "not set up for orders by phone or mail; tell whoever looks after it.",
)
_NOT_CARRIED_OUT = Reason(
    DeclineClass.TECHNICAL,
    "The bank did not carry this out.",
    "Look at the payment again. If it is not as it should be, call the gateway.",
    False,
)

_GROUPS: tuple[tuple[Reason, str], ...] = (
    (words.ASK_BANK, "20001 20002 2006P 20060 20066"),
    (words.NO_REASON, "20005 20046 20021 200N0 20099"),
    (words.NO_FUNDS, "20051"),
    (words.OVER_LIMIT, "20061 20065 200P1 200P9"),
    (words.NUMBER_WRONG, "20014 20025 20056"),
    (words.EXPIRY_WRONG, "20054 20100 200T2"),
    (words.CODE_WRONG, "20082 20087 200N7 20124"),
    (words.DETAILS_WRONG, "20107 20108 20123 20193"),
    (words.AMOUNT_WRONG, "20013 20042"),
    (words.NOT_PERMITTED, "20057 20081 2005C 20059 20062 20063 20064 20093 20004 20067"),
    (words.CARD_KIND, "20015 20039 20044 20052 20053 20083 20103 20122 200T3"),
    (words.NOT_ACTIVE, "20016 20072 20078 2009G"),
    (words.STOPPED, "20017 20018 200R1 200R3"),
    (words.NEEDS_PRESENCE, "20038 20055 20075 200O5"),
    (_NO_PHONE_ORDERS, "20112 20150 20151 20154 20155"),
    (words.NOT_CONFIRMED, "20152"),
    (words.BANK_DOWN, "20031 20068 20091 20092"),
    (
        words.TECHNICAL,
        """20006 20012 20019 20020 20022 20027 20028 20029 20030 20032 20033 20045 20084 20085 20086
        20088 20089 20090 20095 20096 20097 20098 200A4 200A5 200A6 200E2 200E3 200S4 200T5 20115
        20116 20119 20153 20159""",
    ),
    (words.STILL_RUNNING, "20009 20118"),
    (words.ALREADY_DONE, "20026 20094 20109 20110 20111"),
    (
        words.OUR_SETUP,
        """20003 20023 20024 20040 20058 20101 20102 20104 20105 20106 20113 20114 20117 20120 20121
        20156 20157 20197 200E0""",
    ),
    (_NOT_CARRIED_OUT, "20158"),
    (words.NO_REASON, "20179 20182 20183"),
    (
        words.CARD_REFUSED,
        """30004 30007 30016 30017 30018 30019 30033 30034 30035 30036 30037 30038 30041 30043 30044
        30045 30046""",
    ),
    (_HARD_NUMBER, "30015"),
    (_HARD_AMOUNT, "30020"),
    (_HARD_LIMIT, "30021 30022"),
    (words.RISK, "40101 40201 40202 40203 40204 40205"),
    (
        _NOT_CARRIED_OUT,
        """50001 50002 50003 50005 50070 50150 50180 50200 50240 50260 50280 50399 50499 50501 50531
        50599""",
    ),
)
REASONS: dict[str, Reason] = {code: reason for reason, codes in _GROUPS for code in codes.split()}
_BY_FIRST_DIGIT = {
    "2": words.NO_REASON,
    "3": words.CARD_REFUSED,
    "4": words.RISK,
    "5": _NOT_CARRIED_OUT,
}
_EXPLAINED = {"01": words.DETAILS_WRONG, "02": words.LATER}
_USED_UP = frozenset({"40", "41"})
_NEVER_AGAIN = frozenset({"03", "21"})
_WAITS = {
    "24": "an hour",
    "25": "a day",
    "26": "two days",
    "27": "four days",
    "28": "six days",
    "29": "eight days",
    "30": "ten days",
}
_FINAL = (DeclineClass.HARD, DeclineClass.RISK)


class Told(Protocol):
    """The part of an answer that says why something was refused."""

    @property
    def response_code(self) -> str | None: ...
    @property
    def response_summary(self) -> str | None: ...
    @property
    def processing(self) -> wire.Processing | None: ...


def failure_told(told: Told) -> Decline:
    """Why a capture, a void or a payout failed: what to do does not depend on the card."""
    return _NOT_CARRIED_OUT.decline(clean_code(told.response_code), told.response_summary)


def decline_told(told: Told) -> Decline:
    """Why a charge, a card check or an increment was refused, in words."""
    processing = told.processing or wire.Processing()
    return decline_for(
        told.response_code,
        told.response_summary,
        advice=(processing.recommendation_code, processing.partner_merchant_advice_code),
    )


def decline_for(
    code: str | None, said: str | None = None, *, advice: Sequence[str | None] = ()
) -> Decline:
    """A refusal in words; an unknown code is judged by its first digit.

    Args:
        code: the response code; None where the answer has none.
        said: the gateway's own summary.
        advice: what the card networks advise. 01 needs other details, 02 later, 03 never, 21 the
            cardholder called it off, 24 to 30 after a certain time, 40 and 41 a card that
            cannot be charged again.
    """
    known = clean_code(code)
    reason = REASONS.get(known) or _BY_FIRST_DIGIT.get(known[:1], words.NO_REASON)
    return _advised(reason, {(told or "").strip() for told in advice}).decline(known, said)


def _advised(reason: Reason, advice: set[str]) -> Reason:
    """Advice never makes a final refusal softer, and explains only what has no better reason."""
    if advice & _NEVER_AGAIN:
        kind = reason.kind if reason.kind is DeclineClass.RISK else DeclineClass.HARD
        return replace(words.CARD_REFUSED, kind=kind)
    if reason.kind in _FINAL:
        return reason
    if advice & _USED_UP:
        return words.USED_UP
    if reason is words.NO_REASON:
        reason = next((_EXPLAINED[told] for told in _EXPLAINED if told in advice), reason)
    wait = next((_WAITS[told] for told in sorted(advice) if told in _WAITS), None)
    if wait is None:
        return reason
    step = f"Ask for another card. The same one may be tried again after {wait}, not before."
    return replace(reason, next_step=step, same_card=True)


_ADDRESS = {
    Check.MATCH: "D F M X Y AE6",
    Check.PARTIAL: "A B P W Z AE1 AE2 AE3 AE4 AE5 AE7",
    Check.NO_MATCH: "N AE8",
    Check.NOT_CHECKED: "C G I R S U",
}
_CODE = {Check.MATCH: "Y", Check.NO_MATCH: "D", Check.NOT_CHECKED: "N P U X"}
_ADDRESS_LETTERS = {letter: check for check, all_ in _ADDRESS.items() for letter in all_.split()}
_CODE_LETTERS = {letter: check for check, all_ in _CODE.items() for letter in all_.split()}


def address_check(letters: str | None) -> Check | None:
    """What the address comparison found; None where none is reported, an unknown letter is none."""
    return _ADDRESS_LETTERS.get((letters or "").strip().upper())


def code_check(letter: str | None) -> Check | None:
    """What the comparison of the security code found; None as above."""
    return _CODE_LETTERS.get((letter or "").strip().upper())
