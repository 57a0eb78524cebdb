"""The signature of a refund or reversal: HMAC-SHA256 over the members as they were sent.

All members but ``signature`` are sorted by name and joined, name and value, without
separators. Values are the characters that stood on the wire: 5, 5.0 and 5.00 are three
different messages.
"""

from __future__ import annotations

import hashlib
import hmac

from posapp.sandbox.http import RawNumber

VERSION = "3.0"


def message(members: dict[str, object]) -> str | None:
    """The text to sign, or None if a member has no single value to sign."""
    parts: list[str] = []
    for name in sorted(members, key=lambda text: text.encode("utf-8")):
        if name == "signature":
            continue
        value = _text(members[name])
        if value is None:
            return None
        parts += [name, value]
    return "".join(parts)


def sign(members: dict[str, object], secret: str) -> str | None:
    """Lower-case hex of the signature, or None as for :func:`message`."""
    text = message(members)
    if text is None:
        return None
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def verified(members: dict[str, object], secret: str) -> bool:
    """Whether ``members`` (numbers as :class:`RawNumber`) carry the right signature."""
    given = members.get("signature")
    expected = sign(members, secret)
    if not isinstance(given, str) or isinstance(given, RawNumber) or expected is None:
        return False
    return hmac.compare_digest(given.encode(), expected.encode())


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    return "" if value is None else None
