"""The signature a webhook carries: HMAC-SHA256 over the moment, a dot and the body's bytes."""

from __future__ import annotations

import hashlib
import hmac


def signature(key: str, moment: int, body: bytes) -> str:
    """The value of ``Flowlix-Signature``; ``moment`` is in seconds since 1970."""
    signed = hmac.new(key.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"
