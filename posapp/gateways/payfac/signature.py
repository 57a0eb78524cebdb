"""The signature of a PayFac refund or reversal (PayNearMe API, version 3.0)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from posapp.model.secret import Secret

VERSION = "3.0"


def sign(parameters: Mapping[str, str], secret: Secret) -> str:
    """Lower-case hex HMAC-SHA256 over name and value of every parameter, sorted by name.

    The values are the exact characters that go on the wire: ``5``, ``5.0`` and ``5.00`` are the
    same number and three different signatures.
    """
    message = "".join(
        name + parameters[name] for name in sorted(parameters, key=lambda name: name.encode())
    )
    return hmac.new(secret.reveal().encode(), message.encode(), hashlib.sha256).hexdigest()
