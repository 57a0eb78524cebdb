"""``session_data``: what Flow hands over when the customer presses its button.

What PayFac's own holds is not published; whoever passes it on must neither read nor keep it. The
training gateway's is base64url without padding of a JSON object with the secret of the session
and a published training card::

    {"payment_session_secret": "pss_…", "type": "card", "number": "4242…",
     "expiry_month": 12, "expiry_year": 2090, "cvv": "100", "name": "…"}

The last two may be left out. Data of one session does not fit another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from posapp.sandbox.http import BadJson, parse_json
from posapp.sandbox.payfac.fields import Reader
from posapp.sandbox.payfac.parts import Card, read_card


def secret_digest(secret: str, key: str) -> str:
    """What is kept of a session's secret."""
    return hmac.new(key.encode(), secret.encode(), hashlib.sha256).hexdigest()


def read_session_data(body: Reader, expected: str, *, key: str, now: float) -> Card | None:
    """The card of ``body``'s session_data, or None with the reasons among its codes.

    ``expected`` is the digest, under ``key``, of the session's secret.
    """
    text = body.get("session_data")
    if text is None:
        body.refuse("session_data_required")
        return None
    data = _opened(text, body.codes)
    secret = data.get("payment_session_secret") if data else None
    if data is None or not isinstance(secret, str):
        body.refuse("session_data_invalid")
        return None
    if not hmac.compare_digest(secret_digest(secret, key), expected):
        body.refuse("session_data_invalid")
        return None
    return read_card(data, now)


def _opened(text: object, codes: list[str]) -> Reader | None:
    if not isinstance(text, str):
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        value = parse_json(raw)
    except (binascii.Error, ValueError, BadJson):
        return None
    return Reader(value, codes) if isinstance(value, dict) else None
