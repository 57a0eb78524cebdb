"""What to say beside a field that a gateway finds wrong; the names are those of our fields."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "number": "The gateway finds the card number wrong. Read it back to the caller.",
    "expiry": "The gateway finds the expiry date wrong. Ask for month and year again.",
    "code": "The gateway finds the security code wrong. Ask for it again.",
    "name": "The gateway does not accept the name. Type first and last name as on the card.",
    "postcode": "The gateway does not accept this postcode.",
    "address": "The gateway does not accept this address.",
    "city": "The gateway does not accept this city.",
    "country": "The gateway does not accept the country. It is two letters, such as GB.",
    "email": "The gateway does not accept this e-mail address.",
    "phone": "The gateway does not accept this phone number. It begins with + and the country.",
    "amount": "The gateway does not accept this amount.",
    "currency": "The account does not take this currency.",
    "reference": "The gateway does not accept the reference.",
    "description": "The gateway does not accept the description.",
    "reason": "The gateway does not accept this reason.",
}
