"""The vault file: one line that names the format, one of JSON, one with a code over both.

``posapp-vault/1/1``, then the slots and the encrypted records, then HMAC-SHA256 of every byte
before it. The version stands twice: damage to a digit is then not taken for a newer version.

The data key (32 random bytes) unwraps from a slot. Each record is AES-256-GCM under its own key,
HKDF of the data key with the record's id and version, and bound to format, vault, id and version.
The manifest code is keyed from the data key too, so that no slot or record can be added, removed
or taken from another generation.
"""

from __future__ import annotations

import hmac
import os
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, Field, ValidationError

from posapp.vault.errors import VaultDamaged, VaultTooNew
from posapp.vault.kdf import derive, joined
from posapp.vault.slots import (
    FORMAT,
    NONCE_BYTES,
    STRICT,
    TAG_BYTES,
    Generation,
    Nonce,
    Opener,
    Salt,
    Slot,
    unwrap,
)

FORMAT_VERSION = 1
MOST_BYTES = 4 * 1024 * 1024
"""A larger file is not read: settings are a few kilobytes."""

SETTINGS = "settings"
"""The id of the record that holds the settings."""

_FIRST_LINE = re.compile(rb"posapp-vault/([1-9][0-9]{0,5})/([1-9][0-9]{0,5})")
_CODE = re.compile(rb"[0-9a-f]{64}")
_WHOLE = "Restore a backup of it."

RecordId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Ciphertext = Annotated[str, Field(pattern=rf"^([0-9a-f]{{2}}){{{TAG_BYTES},}}$")]


class Record(BaseModel):
    """One encrypted record. ``version`` is the generation it was written in."""

    model_config = STRICT

    id: RecordId
    version: Generation
    nonce: Nonce
    ciphertext: Ciphertext

    def context(self, vault_id: str) -> bytes:
        return _record_context(vault_id, self.id, self.version)


class Body(BaseModel):
    """The JSON line. ``saved_at`` is Unix time in whole seconds."""

    model_config = STRICT

    vault: Salt
    generation: Generation
    saved_at: Annotated[int, Field(ge=0, le=253402300799)]
    slots: Annotated[list[Slot], Field(min_length=1, max_length=4)]
    records: Annotated[list[Record], Field(min_length=1, max_length=64)]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A vault file of sound shape; nothing in it is to be believed before ``read_record``."""

    image: bytes
    body: Body
    code: bytes


def parse(image: bytes) -> Sealed:
    """Check the shape of a vault file, and that opening it costs no more than we will spend.

    Raises:
        VaultDamaged: it is not a whole vault file, or asks for too costly a key derivation.
        VaultTooNew: a newer version of the program wrote it.
    """
    if len(image) > MOST_BYTES:
        raise VaultDamaged(f"The vault file is too large to be a vault. {_WHOLE}")
    first, _, rest = image.partition(b"\n")
    stated = _FIRST_LINE.fullmatch(first)
    if stated is None or stated[1] != stated[2]:
        raise VaultDamaged(f"The vault file does not begin like a vault. {_WHOLE}")
    if int(stated[1]) > FORMAT_VERSION:
        raise VaultTooNew(
            "The vault was written by a newer version of this program. Update the program and"
            " open the vault again."
        )
    line, _, last = rest.partition(b"\n")
    code = last[:-1]
    if last[-1:] != b"\n" or not _CODE.fullmatch(code):
        raise VaultDamaged(f"The vault file is cut short or damaged at its end. {_WHOLE}")
    try:
        body = Body.model_validate_json(line)
    except ValidationError:
        body = None
    if body is None:
        raise VaultDamaged(f"The vault file is damaged. {_WHOLE}")
    return Sealed(image=image, body=body, code=code)


def seal(
    data_key: bytearray,
    *,
    vault_id: str,
    generation: int,
    saved_at: int,
    slots: tuple[Slot, ...],
    settings: bytes,
) -> bytes:
    """The bytes of a vault file. ``saved_at`` is Unix time in whole seconds."""
    nonce = os.urandom(NONCE_BYTES)
    key = _record_key(data_key, vault_id, SETTINGS, generation)
    context = _record_context(vault_id, SETTINGS, generation)
    record = Record(
        id=SETTINGS,
        version=generation,
        nonce=nonce.hex(),
        ciphertext=AESGCM(key).encrypt(nonce, settings, context).hex(),
    )
    body = Body(
        vault=vault_id,
        generation=generation,
        saved_at=saved_at,
        slots=list(slots),
        records=[record],
    )
    first = f"posapp-vault/{FORMAT_VERSION}/{FORMAT_VERSION}\n"
    covered = first.encode() + body.model_dump_json().encode() + b"\n"
    return covered + _code_over(covered, data_key, vault_id) + b"\n"


def data_key_of(sealed: Sealed, opener: Opener) -> bytearray | None:
    """The data key from the first slot this opener fits, or None."""
    for slot in sealed.body.slots:
        if slot.kind == opener.kind:
            found = unwrap(opener, slot, vault_id=sealed.body.vault)
            if found is not None:
                return found
    return None


def read_record(sealed: Sealed, data_key: bytearray, record_id: str) -> bytes:
    """A record in clear, once the whole file has proved unchanged.

    Raises:
        VaultDamaged: some byte of the file is not what was written, or there is no such record.
    """
    body = sealed.body
    covered = sealed.image[: -len(sealed.code) - 1]
    if not hmac.compare_digest(_code_over(covered, data_key, body.vault), sealed.code):
        raise VaultDamaged(f"The vault file was changed or damaged. {_WHOLE}")
    for record in body.records:
        if record.id == record_id:
            key = _record_key(data_key, body.vault, record.id, record.version)
            nonce, ciphertext = bytes.fromhex(record.nonce), bytes.fromhex(record.ciphertext)
            try:
                return AESGCM(key).decrypt(nonce, ciphertext, record.context(body.vault))
            except InvalidTag:
                break
    raise VaultDamaged(f"The vault file does not hold readable settings. {_WHOLE}")


def purpose_key(data_key: bytearray, vault_id: str, purpose: str) -> bytes:
    """32 bytes for one use outside the file, unrelated to every key used inside it."""
    return derive(data_key, salt=bytes.fromhex(vault_id), parts=(FORMAT, "use", purpose))


def fingerprint(image: bytes) -> str:
    """SHA-256 of the file, as lower-case hex."""
    return sha256(image).hexdigest()


def _record_context(vault_id: str, record_id: str, version: int) -> bytes:
    return joined(FORMAT, vault_id, "record", record_id, str(version))


def _record_key(data_key: bytearray, vault_id: str, record_id: str, version: int) -> bytes:
    parts = (FORMAT, "record", record_id, str(version))
    return derive(data_key, salt=bytes.fromhex(vault_id), parts=parts)


def _code_over(covered: bytes, data_key: bytearray, vault_id: str) -> bytes:
    key = derive(data_key, salt=bytes.fromhex(vault_id), parts=(FORMAT, "manifest"))
    return hmac.new(key, covered, sha256).hexdigest().encode()
