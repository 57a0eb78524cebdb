"""Why a bank says no, in words for the caller and for the clerk; shared by all gateways.

Where a card may be lost, stolen or suspected, the words stay neutral: the caller must not learn it
from us.
"""

from __future__ import annotations

from dataclasses import dataclass

from posapp.gateways.outside_text import plain
from posapp.model.payment import Decline, DeclineClass

_OTHER_CARD = "Ask for another card."
_NOT_AGAIN = "Do not try this card again. Ask for another card."


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of refusal. ``same_card`` tells whether trying this card again can help."""

    kind: DeclineClass
    caller: str
    next_step: str
    same_card: bool

    def decline(self, code: str, said: str | None) -> Decline:
        return Decline(
            code=code,
            kind=self.kind,
            caller=self.caller,
            next_step=self.next_step,
            same_card_sensible=self.same_card,
            said=plain(said),
        )


NO_REASON = Reason(
    DeclineClass.SOFT,
    "Your bank did not allow this payment and gave no reason.",
    "Ask for another card, or let the caller ring the bank and try again afterwards.",
    True,
)
ASK_BANK = Reason(
    DeclineClass.SOFT,
    "Your bank wants to speak with you first; please call the number on the back of your card.",
    "Let the caller ring the bank, then try again, or ask for another card.",
    True,
)
NO_FUNDS = Reason(
    DeclineClass.SOFT,
    "Your bank says that there is not enough money available on this card.",
    "Ask for another card. The same one can work later, when the caller says so.",
    True,
)
OVER_LIMIT = Reason(
    DeclineClass.SOFT,
    "Your bank says that this payment is above what the card may spend just now.",
    "Ask for another card. The same one can work later, when the caller says so.",
    True,
)
LATER = Reason(
    DeclineClass.SOFT,
    "Your bank does not allow this payment just now.",
    "Ask for another card. The same one can work later.",
    True,
)
NUMBER_WRONG = Reason(
    DeclineClass.DATA,
    "The bank does not know this card number; may I read it back to you?",
    "Read the number back, correct it and try again.",
    True,
)
EXPIRY_WRONG = Reason(
    DeclineClass.DATA,
    "Your bank says that this card has expired; may I check the date with you?",
    "Read the date back. If it was typed wrongly, correct it; otherwise ask for another card.",
    True,
)
EXPIRED = Reason(
    DeclineClass.HARD,
    "Your bank says that this card has expired; please use another card.",
    "Ask for another card.",
    False,
)
CODE_WRONG = Reason(
    DeclineClass.DATA,
    "The bank says that the security code is not right; may I have it again?",
    "Ask for the code and the date again, correct them and try once more.",
    True,
)
DETAILS_WRONG = Reason(
    DeclineClass.DATA,
    "The bank needs your details exactly as it has them; may I check them with you?",
    "Check name, address, postcode and card details with the caller, then try again.",
    True,
)
AMOUNT_WRONG = Reason(
    DeclineClass.DATA,
    "The bank does not accept this amount on this card.",
    "Check the amount. If it is right, ask for another card.",
    False,
)
NOT_PERMITTED = Reason(
    DeclineClass.SOFT,
    "Your bank does not allow this card to be used for this order.",
    _OTHER_CARD,
    False,
)
CARD_KIND = Reason(
    DeclineClass.SOFT,
    "This kind of card cannot be used here.",
    _OTHER_CARD,
    False,
)
USED_UP = Reason(
    DeclineClass.HARD,
    "This card number cannot be charged again; please use another card.",
    _NOT_AGAIN,
    False,
)
NOT_ACTIVE = Reason(
    DeclineClass.SOFT,
    "Your bank says that this card is not switched on for such payments yet.",
    "Let the caller switch the card on with the bank and try again, or ask for another card.",
    True,
)
STOPPED = Reason(
    DeclineClass.SOFT,
    "Your bank has been told to stop this payment.",
    _NOT_AGAIN,
    False,
)
NEEDS_PRESENCE = Reason(
    DeclineClass.SOFT,
    "Your bank asks for a check that cannot be done over the phone.",
    "Ask for another card, or for another way to pay.",
    False,
)
NOT_CONFIRMED = Reason(
    DeclineClass.SOFT,
    "The check by your bank was not completed.",
    "Make a new payment and ask the caller to confirm it soon, or ask for another card.",
    True,
)
CARD_REFUSED = Reason(
    DeclineClass.HARD,
    "Your bank did not allow this payment; please use another card.",
    _NOT_AGAIN,
    False,
)
RISK = Reason(
    DeclineClass.RISK,
    "We could not accept this payment; please use another way to pay.",
    "Do not try this card again. Ask for another way to pay.",
    False,
)
BANK_DOWN = Reason(
    DeclineClass.TECHNICAL,
    "Your bank cannot be reached just now.",
    "Wait a minute and try once more, or ask for another card.",
    True,
)
TECHNICAL = Reason(
    DeclineClass.TECHNICAL,
    "The payment could not be completed for a technical reason.",
    "Try once more. If it happens again, ask for another card.",
    True,
)
STILL_RUNNING = Reason(
    DeclineClass.TECHNICAL,
    "The bank is still working on an earlier request; one moment, please.",
    "Look at the payments first. Only if nothing is there, try again.",
    True,
)
ALREADY_DONE = Reason(
    DeclineClass.TECHNICAL,
    "The bank has seen this request before; one moment, please.",
    "Look at the payments: it may be there already. Do not send it again.",
    False,
)
OUR_SETUP = Reason(
    DeclineClass.TECHNICAL,
    "We cannot take this card just now; the fault is on our side.",
    "Ask for another card, and tell whoever looks after the gateway account the code shown here.",
    False,
)
REFUND_FAILED = Reason(
    DeclineClass.TECHNICAL,
    "The refund could not be carried out.",
    "Nothing was given back. Try once more, or give the money back in another way.",
    True,
)
