"""Keys from passphrases (Argon2id, RFC 9106) and keys from keys (HKDF-SHA256, RFC 5869)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from posapp.model.secret import Secret
from posapp.vault.errors import VaultError

KEY_BYTES = 32
SALT_BYTES = 16

MOST_MEMORY_KIB = 1024 * 1024
MOST_PASSES = 10
MOST_LANES = 8


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess costs: memory in KiB, passes over it, lanes worked in parallel.

    Raises:
        ValueError: beyond what this program is willing to spend (1 GiB, 10 passes, 8 lanes), or
            less than Argon2 can work with.
    """

    memory_kib: int
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        if not 1 <= self.lanes <= MOST_LANES:
            raise ValueError(f"Lanes must be 1 to {MOST_LANES}.")
        if not 1 <= self.passes <= MOST_PASSES:
            raise ValueError(f"Passes must be 1 to {MOST_PASSES}.")
        if not 8 * self.lanes <= self.memory_kib <= MOST_MEMORY_KIB:
            raise ValueError(f"Memory must be {8 * self.lanes} to {MOST_MEMORY_KIB} KiB.")


OWNER_COST = KdfCost(memory_kib=256 * 1024, passes=3, lanes=4)
"""For the owner's passphrase: about half a second on a computer of today."""

PIN_COST = KdfCost(memory_kib=64 * 1024, passes=3, lanes=4)
"""For a PIN, which is checked at every sign-in: about a tenth of a second."""


def stretch(secret: Secret, salt: bytes, cost: KdfCost) -> bytes:
    """32 bytes from a passphrase or PIN.

    Composed and decomposed accents count as the same, so that a passphrase opens the vault on
    another system's keyboard too.

    Raises:
        VaultError: there is not enough free memory for this cost.
    """
    text = unicodedata.normalize("NFC", secret.reveal()).encode("utf-8", "surrogatepass")
    argon = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    try:
        return argon.derive(text)
    except MemoryError:
        raise VaultError(
            f"This computer has less than the {cost.memory_kib // 1024} MiB of free memory that"
            " unlocking needs. Close other programs and try again."
        ) from None


def derive(key: bytes | bytearray, *, salt: bytes, parts: tuple[str, ...]) -> bytes:
    """32 bytes for one purpose, named by the parts; other parts give an unrelated key."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=joined(*parts)).derive(key)


def joined(*parts: str) -> bytes:
    """The parts as bytes that no other sequence of parts can make: each preceded by its length."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
