"""PINs, kept as Argon2id hashes in the PHC string form ``$argon2id$v=19$m=…,t=…,p=…$salt$hash``.

A PIN of six digits can be guessed from its hash alone; the hash is therefore kept inside the
vault, and what slows guesses at the till is ``model.access.Lockout``.
"""

from __future__ import annotations

import base64
import hmac
import os
import re

from posapp.model.secret import Secret
from posapp.vault.errors import VaultDamaged
from posapp.vault.kdf import PIN_COST, SALT_BYTES, KdfCost, stretch

__all__ = ["PIN_COST", "check_pin", "hash_pin"]

_STORED = re.compile(
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,7}),t=([1-9][0-9]?),p=([1-9])"
    r"\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})"  # 16 bytes of salt, 32 of key
)


def hash_pin(pin: Secret, cost: KdfCost = PIN_COST) -> str:
    """What to store for a PIN. Whether the PIN is a good one is ``model.access.pin_problem``."""
    salt = os.urandom(SALT_BYTES)
    found = stretch(pin, salt, cost)
    stated = f"m={cost.memory_kib},t={cost.passes},p={cost.lanes}"
    return f"$argon2id$v=19${stated}${_text(salt)}${_text(found)}"


def check_pin(pin: Secret, stored: str) -> bool:
    """Whether this is the PIN, compared in constant time.

    Raises:
        VaultDamaged: what is stored is no hash, or one that costs more than we will spend.
    """
    match = _STORED.fullmatch(stored)
    cost: KdfCost | None = None
    if match is not None:
        memory, passes, lanes = (int(part) for part in match.groups()[:3])
        try:
            cost = KdfCost(memory_kib=memory, passes=passes, lanes=lanes)
        except ValueError:
            cost = None
    if match is None or cost is None:
        raise VaultDamaged("The stored PIN cannot be read. Set a new PIN with the passphrase.")
    salt, expected = _bytes(match[4]), _bytes(match[5])
    return hmac.compare_digest(stretch(pin, salt, cost), expected)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
