"""Slots: the data key, wrapped once for each thing that may unwrap it."""

from __future__ import annotations

import os
from typing import Annotated, ClassVar, Literal, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field, model_validator

from posapp.model.secret import Secret
from posapp.vault.kdf import KEY_BYTES, SALT_BYTES, KdfCost, derive, joined, stretch

NONCE_BYTES = 12
TAG_BYTES = 16
MOST_GENERATIONS = 2**53

FORMAT = "posapp-vault/1"
"""Bound into everything that is sealed, so that no part can pass for one of another format."""

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

SlotKind = Literal["passphrase", "device"]
Salt = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{2 * SALT_BYTES}}}$")]
Nonce = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{2 * NONCE_BYTES}}}$")]
Wrapped = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{2 * (KEY_BYTES + TAG_BYTES)}}}$")]
Generation = Annotated[int, Field(ge=1, le=MOST_GENERATIONS)]


class Cost(BaseModel):
    """Argon2id's parameters as they stand in the file: ``m`` in KiB. Beyond the caps: refused."""

    model_config = STRICT

    m: int
    t: int
    p: int

    @model_validator(mode="after")
    def _within_caps(self) -> Self:
        self.as_cost()
        return self

    def as_cost(self) -> KdfCost:
        return KdfCost(memory_kib=self.m, passes=self.t, lanes=self.p)


class Slot(BaseModel):
    """The data key under one key-encryption key. Bytes are lower-case hex.

    ``sealed`` is the generation of the vault the slot was made for.
    """

    model_config = STRICT

    id: Salt
    kind: SlotKind
    sealed: Generation
    salt: Salt
    argon2id: Cost | None = None
    nonce: Nonce
    wrapped: Wrapped

    @model_validator(mode="after")
    def _cost_where_due(self) -> Self:
        if (self.argon2id is not None) != (self.kind == "passphrase"):
            raise ValueError("A passphrase slot has a cost, and no other has.")
        return self

    def context(self, vault_id: str) -> bytes:
        """What the wrapped key is bound to."""
        cost = self.argon2id
        stated = (str(cost.m), str(cost.t), str(cost.p)) if cost else ()
        return joined(FORMAT, vault_id, "slot", self.id, self.kind, str(self.sealed), *stated)


class Opener(Protocol):
    """Something that makes the key-encryption key of slots of one kind."""

    kind: ClassVar[SlotKind]

    def blank(self, *, sealed: int) -> Slot:
        """A new slot of this kind, not yet holding a key."""

    def kek(self, slot: Slot) -> bytes:
        """The key-encryption key of a slot of this kind."""


class PassphraseOpener:
    """Argon2id of a passphrase. What a salt and cost give is worked out once and kept: short-lived.

    ``cost`` is for slots to be made; one that is read states its own.
    """

    kind: ClassVar[SlotKind] = "passphrase"

    def __init__(self, passphrase: Secret, cost: KdfCost) -> None:
        self._passphrase = passphrase
        self._cost = cost
        self._known: dict[tuple[str, KdfCost], bytes] = {}

    def blank(self, *, sealed: int) -> Slot:
        cost = Cost(m=self._cost.memory_kib, t=self._cost.passes, p=self._cost.lanes)
        return _blank(self.kind, sealed=sealed, cost=cost)

    def kek(self, slot: Slot) -> bytes:
        if slot.argon2id is None:
            raise ValueError("This is not a passphrase slot.")
        cost = slot.argon2id.as_cost()
        found = self._known.get((slot.salt, cost))
        if found is None:
            found = stretch(self._passphrase, bytes.fromhex(slot.salt), cost)
            self._known[slot.salt, cost] = found
        return found


class DeviceOpener:
    """HKDF of a random key that is kept beside the vault."""

    kind: ClassVar[SlotKind] = "device"

    def __init__(self, key: bytes) -> None:
        self._key = key

    def blank(self, *, sealed: int) -> Slot:
        return _blank(self.kind, sealed=sealed, cost=None)

    def kek(self, slot: Slot) -> bytes:
        return derive(self._key, salt=bytes.fromhex(slot.salt), parts=(FORMAT, "device"))


def wrap(opener: Opener, data_key: bytearray, *, vault_id: str, sealed: int) -> Slot:
    """A slot from which this opener unwraps the data key."""
    slot = opener.blank(sealed=sealed)
    nonce = bytes.fromhex(slot.nonce)
    wrapped = AESGCM(opener.kek(slot)).encrypt(nonce, data_key, slot.context(vault_id))
    return slot.model_copy(update={"wrapped": wrapped.hex()})


def unwrap(opener: Opener, slot: Slot, *, vault_id: str) -> bytearray | None:
    """The data key, or None where this opener does not fit or the slot was changed."""
    kek = opener.kek(slot)
    nonce, wrapped = bytes.fromhex(slot.nonce), bytes.fromhex(slot.wrapped)
    try:
        return bytearray(AESGCM(kek).decrypt(nonce, wrapped, slot.context(vault_id)))
    except InvalidTag:
        return None


def _blank(kind: SlotKind, *, sealed: int, cost: Cost | None) -> Slot:
    return Slot(
        id=os.urandom(SALT_BYTES).hex(),
        kind=kind,
        sealed=sealed,
        salt=os.urandom(SALT_BYTES).hex(),
        argon2id=cost,
        nonce=os.urandom(NONCE_BYTES).hex(),
        wrapped="0" * (2 * (KEY_BYTES + TAG_BYTES)),
    )
