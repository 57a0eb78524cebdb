"""The ledger that several tills share, as the vault knows it, and the code that lets a till in.

A till is let in with what all of them must have in common: the key of the audit trail and the
gateway accounts. It is sealed under a code of 25 characters that people carry from one till to the
other; only the sealed form is ever stored.
"""

from __future__ import annotations

import os
import secrets
from typing import Annotated

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from posapp.model.secret import Secret
from posapp.vault.accounts import GatewayAccount
from posapp.vault.fields import SETTINGS_CONFIG, STORING, NameLine, StoredSecret
from posapp.vault.kdf import SALT_BYTES, derive, joined
from posapp.vault.slots import NONCE_BYTES

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none is mistaken for another
_CODE = 25  # characters; 123 bits, which nobody can try out
_GROUP = 5
_FORMAT = "posapp-joining/1"

TillName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,6}$")]
"""It stands in every reference a gateway is given."""


class SharedLedger(BaseModel):
    """Where the ledger of several tills is.

    ``certificate`` is the path of a file that proves the server's identity, empty for what this
    computer trusts anyway. ``audit_key`` is 64 hex digits, None where the key of this very vault
    seals the trail. Only ``in_use`` makes the program open it.
    """

    model_config = SETTINGS_CONFIG

    host: NameLine
    port: Annotated[int, Field(ge=1, le=65535)] = 5432
    database: NameLine
    user: NameLine
    password: StoredSecret
    certificate: Annotated[str, StringConstraints(max_length=500)] = ""
    audit_key: StoredSecret | None = None
    in_use: bool = False


class Joining(BaseModel):
    """What a till that is let in is given."""

    model_config = SETTINGS_CONFIG

    audit_key: StoredSecret
    accounts: tuple[GatewayAccount, ...]


def seal(joining: Joining) -> tuple[Secret, str]:
    """A fresh code, for people, and what it opens, for the shared ledger."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE))
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    content = joining.model_dump_json(context={STORING: True}).encode()
    sealed = AESGCM(_key(code, salt)).encrypt(nonce, content, joined(_FORMAT))
    groups = [code[start : start + _GROUP] for start in range(0, _CODE, _GROUP)]
    return Secret("-".join(groups)), (salt + nonce + sealed).hex()


def unseal(sealed: str, code: Secret) -> Joining | None:
    """What was sealed; None where the code is another or anything was changed."""
    typed = "".join(c for c in code.reveal().upper() if c.isalnum())
    try:
        stored = bytes.fromhex(sealed)
        salt, rest = stored[:SALT_BYTES], stored[SALT_BYTES:]
        nonce, content = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        return _JOINING.validate_json(
            AESGCM(_key(typed, salt)).decrypt(nonce, content, joined(_FORMAT))
        )
    except (InvalidTag, ValueError, ValidationError):
        return None


def _key(code: str, salt: bytes) -> bytes:
    return derive(code.encode(), salt=salt, parts=(_FORMAT, "key"))


_JOINING = TypeAdapter(Joining)

__all__ = ["Joining", "SharedLedger", "TillName", "seal", "unseal"]
