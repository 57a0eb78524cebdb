"""Why a PayFac payout was refused or came back, in words for the recipient and for the clerk.

Codes that begin with 5 come from before the network; a card that gets money can also be refused
by its bank, with the codes of payments.
"""

from __future__ import annotations

from collections.abc import Iterator

from posapp.gateways.decline_words import Reason
from posapp.gateways.outside_text import code as clean_code
from posapp.gateways.payfac.declines import decline_for
from posapp.model.payment import Decline, DeclineClass

_NEW_PAYOUT = "correct it and make a new payout."

NO_REASON = Reason(
    DeclineClass.TECHNICAL,
    "The bank did not carry out the payout and gave no reason.",
    "Look at the payout again. If it stays like this, call the gateway with the code shown here.",
    False,
)
NOT_ALLOWED = Reason(
    DeclineClass.RISK,
    "We cannot send this payout; we will come back to you.",
    "Do not send it again. Call the gateway with the code shown here.",
    False,
)
NO_BALANCE = Reason(
    DeclineClass.TECHNICAL,
    "We cannot send the money just now; the fault is on our side.",
    "There is too little on the account that payouts come from. Fill it, then make a new payout.",
    True,
)
RECIPIENT_WRONG = Reason(
    DeclineClass.DATA,
    "The bank needs your name and address exactly as it has them; may I check them with you?",
    f"Check the recipient's name and address, {_NEW_PAYOUT}",
    True,
)
SENDER_WRONG = Reason(
    DeclineClass.TECHNICAL,
    "We cannot send the money just now; the fault is on our side.",
    f"Check what is said about the sender, {_NEW_PAYOUT}",
    True,
)
ACCOUNT_WRONG = Reason(
    DeclineClass.DATA,
    "The bank does not know this account; may I read the details back to you?",
    f"Read account, bank and name back, {_NEW_PAYOUT}",
    True,
)
TOO_MUCH = Reason(
    DeclineClass.SOFT,
    "This is more than may be sent just now.",
    "Send it later, or ask the gateway for a higher limit.",
    True,
)
AMOUNT_WRONG = Reason(
    DeclineClass.DATA,
    "This amount cannot be sent in this way.",
    "Check the amount. If it is right, send it in another way.",
    False,
)
DETAILS_WRONG = Reason(
    DeclineClass.DATA,
    "The bank did not understand the details; may I check them with you?",
    f"Check all details, mainly letters with accents and signs, {_NEW_PAYOUT}",
    True,
)
OUR_SETUP = Reason(
    DeclineClass.TECHNICAL,
    "We cannot send the money just now; the fault is on our side.",
    "Tell whoever looks after the gateway account the code shown here.",
    False,
)
CALLED_OFF = Reason(
    DeclineClass.TECHNICAL,
    "The payout was called off before it was sent.",
    "If the money is still due, make a new payout.",
    True,
)
CAME_BACK = Reason(
    DeclineClass.DATA,
    "Your bank sent the money back; may I check the account details with you?",
    "The money is back. Check the details with the recipient before a new payout.",
    True,
)

_GROUPS: tuple[tuple[Reason, str], ...] = (
    (NOT_ALLOWED, "50001 50002 50005"),
    (NO_BALANCE, "50003 50280"),
    (RECIPIENT_WRONG, "50020-50030"),
    (SENDER_WRONG, "50070"),
    (TOO_MUCH, "50100-50106"),
    (NO_REASON, "50150 50399 50599"),
    (DETAILS_WRONG, "50180 50501"),
    (OUR_SETUP, "50200"),
    (CALLED_OFF, "50240 50531"),
    (CAME_BACK, "50260 50499"),
    (ACCOUNT_WRONG, "50401-50494"),
    (AMOUNT_WRONG, "50511-50517"),
)


def _each(codes: str) -> Iterator[str]:
    """``50001 50020-50022`` as single codes."""
    for entry in codes.split():
        first, _, last = entry.partition("-")
        yield from map(str, range(int(first), int(last or first) + 1))


PAYOUT_REASONS: dict[str, Reason] = {
    code: reason for reason, codes in _GROUPS for code in _each(codes)
}


def payout_decline(code: str | None, said: str | None = None) -> Decline:
    """A refused or returned payout in words.

    Args:
        code: the response code; None where the answer has none.
        said: the gateway's own summary.
    """
    known = clean_code(code)
    if known[:1] in ("2", "3", "4"):
        return decline_for(known, said)
    return PAYOUT_REASONS.get(known, NO_REASON).decline(known, said)
