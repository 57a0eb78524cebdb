"""What both Flowlix generations say in the same way: refusals, amounts, the masked card."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from posapp.gateways import strict_json
from posapp.gateways.answers import Explained
from posapp.gateways.call import Answer
from posapp.gateways.card_brands import brand_name
from posapp.gateways.field_words import WORDS
from posapp.gateways.moments import from_unix
from posapp.gateways.outside_text import code, web_address
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.wire_types import Lenient, Text, Wire, read
from posapp.model.card import CardSummary, Expiry
from posapp.model.money import ISO_EXPONENT, Money
from posapp.model.payment import ActionKind, ActionRecord, ActionState, Decline

REFERENCE = "reference"
"""The metadata member under which every payment of ours carries its reference."""

_FIELDS = {
    "number": "number",
    "exp_month": "expiry",
    "exp_year": "expiry",
    "cvc": "code",
    "holder_name": "name",
    "first_name": "name",
    "last_name": "name",
    "postal_code": "postcode",
    "zip": "postcode",
    "address": "address",
    "line1": "address",
    "city": "city",
    "country": "country",
    "email": "email",
    "phone": "phone",
    "amount": "amount",
    "currency": "currency",
    "merchant_reference": "reference",
    "description": "description",
    "reason": "reason",
}


_SENTENCES = {"payment_already_refunded": "This payment has been given back already."}


class MaskedCard(Wire):
    """Any member can be null while the payment is young."""

    brand: Lenient[Text] = None
    last4: Lenient[Annotated[str, Field(pattern=r"^[0-9]{4}$")]] = None
    exp_month: Lenient[Annotated[int, Field(ge=1, le=12)]] = None
    exp_year: Lenient[Annotated[int, Field(ge=2000, le=2999)]] = None


class NextAction(Wire):
    redirect_url: Lenient[Text] = None


class Refusal(Wire):
    """Why a payment or a refund failed; ``failure_*`` is the newer name of ``decline_*``."""

    failure_code: Lenient[Text] = None
    failure_message: Lenient[Text] = None
    decline_code: Lenient[Text] = None
    decline_message: Lenient[Text] = None

    @property
    def why(self) -> tuple[str | None, str | None]:
        """The code, and the gateway's own words."""
        code, words = self.failure_code, self.failure_message
        return code or self.decline_code, words or self.decline_message


class _Error(Wire):
    type: Lenient[Text] = None
    code: Lenient[Text] = None
    param: Lenient[Text] = None
    decline_code: Lenient[Text] = None


class _Envelope(Wire):
    error: _Error


def card_summary(card: MaskedCard | None) -> CardSummary | None:
    """What may be kept of the card, once the gateway shows at least its last four digits."""
    if card is None or card.last4 is None:
        return None
    expiry = Expiry(card.exp_month, card.exp_year) if card.exp_month and card.exp_year else None
    return CardSummary(brand=brand_name(card.brand), last4=card.last4, expiry=expiry)


def charge_history(
    payment_id: str,
    amount: Money,
    *,
    captured: bool,
    decline: Decline | None,
    succeeded_at: int | None,
    failed_at: int | None,
) -> tuple[ActionRecord, ...]:
    """What the bank did with a charge; the API has no ids for it, so the payment's stands here.

    Raises:
        Unreadable: a moment beyond all calendars.
    """
    if not captured and decline is None:
        return ()
    moment = succeeded_at if captured else failed_at
    done = ActionRecord(
        id=payment_id,
        kind=ActionKind.CAPTURE if captured else ActionKind.AUTHORISATION,
        state=ActionState.DONE if captured else ActionState.FAILED,
        amount=amount,
        at=from_unix(moment) if moment else None,
        decline=decline,
    )
    return (done,)


def money_said(minor: int, currency: str) -> Money:
    """An amount in minor units; the generations write the currency in capitals or without.

    Raises:
        Unreadable: there is no such currency.
    """
    if currency.upper() not in ISO_EXPONENT:
        raise Unreadable
    return Money(minor, currency.upper())


def action_address(action: NextAction | None) -> str:
    """Where the caller confirms the payment, or an empty text."""
    return web_address(action.redirect_url) if action else ""


def explain(answer: Answer) -> Explained:
    """The body of a refusal in words. Most codes are not documented, so they are only shown."""
    try:
        error = read(_Envelope, strict_json.parse(answer.body)).error
    except Unreadable:
        return Explained()
    param = code(error.param)
    field = _FIELDS.get(param.replace("]", "").split("[")[-1].split(".")[-1], "")
    said = " ".join(
        part
        for part in map(code, (error.type, error.code, error.param, error.decline_code))
        if part
    )
    if not field:
        return Explained(_SENTENCES.get(code(error.code), ""), said=said)
    return Explained(WORDS[field], {field: WORDS[field]}, said)
