"""Random identifiers in the shapes the three APIs use."""

from __future__ import annotations

import secrets
import string
import time
import uuid

_BASE32_LOWER = "abcdefghijklmnopqrstuvwxyz234567"
_ALPHANUMERIC = string.ascii_letters + string.digits
_CROCKFORD_LOWER = "0123456789abcdefghjkmnpqrstvwxyz"


def _draw(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def base32(prefix: str) -> str:
    """``prefix`` and 26 characters of lower-case base32, as PayFac identifiers have."""
    return prefix + _draw(_BASE32_LOWER, 26)


def alphanumeric(prefix: str, length: int = 24) -> str:
    """``prefix`` and letters or digits, as Flowlix identifiers have."""
    return prefix + _draw(_ALPHANUMERIC, length)


def with_dashes(prefix: str, length: int = 24) -> str:
    """``prefix`` and letters, digits or dashes, as the first Flowlix identifiers may have."""
    return prefix + _draw(_ALPHANUMERIC + "-", length)


def digits(length: int) -> str:
    """A string of random digits, for references of the acquirer and the scheme."""
    return _draw(string.digits, length)


def hexadecimal(prefix: str, length: int) -> str:
    return prefix + _draw("0123456789abcdef", length)


def uuid4() -> str:
    return str(uuid.uuid4())


def ulid(now: float | None = None) -> str:
    """A lower-case ULID, the identifier of a classic Flowlix refund."""
    milliseconds = int((time.time() if now is None else now) * 1000) & ((1 << 48) - 1)
    value = (milliseconds << 80) | secrets.randbits(80)
    letters: list[str] = []
    for _ in range(26):
        letters.append(_CROCKFORD_LOWER[value & 31])
        value >>= 5
    return "".join(reversed(letters))
