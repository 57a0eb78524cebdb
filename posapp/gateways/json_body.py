"""Building a request body so that card digits and secrets never become an ordinary string.

The body is put together from ready pieces; what is hidden is copied once, from its own wipeable
memory into the one buffer that is sent. That buffer has its final size from the start: one that
grows leaves half-filled copies behind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from posapp.model.card import Digits
from posapp.model.secret import Secret

_ESCAPED = {
    code: b"\\" + bytes([code]) if code in b'"\\' else f"\\u{code:04x}".encode()
    for code in (*range(32), *b'"\\')
}


@dataclass(frozen=True, slots=True)
class Literal:
    """A JSON number given as its exact characters, such as ``5.00``."""

    characters: str


@dataclass(frozen=True, slots=True)
class Built:
    """``body`` as it is sent; ``fingerprint`` the SHA-256 of it with all that is hidden empty."""

    body: bytearray
    fingerprint: str

    def __repr__(self) -> str:
        return f"Built({len(self.body)} bytes)"


def build(document: Mapping[str, object]) -> Built:
    """Write ``document`` as compact JSON; ``Digits`` and ``Secret`` in it become strings.

    Raises:
        TypeError: something in the document has no place in a request body.
        SecretWiped: a secret in it was wiped before.
    """
    pieces = list(_pieces(document))
    body = bytearray(sum(_size(piece) for piece in pieces))
    digest = hashlib.sha256()
    position = 0
    for piece in pieces:
        end = position + _size(piece)
        if isinstance(piece, Digits):
            with piece.view() as digits:
                body[position:end] = digits
        elif isinstance(piece, Secret):
            _write(piece, body, position)
        else:
            body[position:end] = piece
            digest.update(piece)
        position = end
    return Built(body=body, fingerprint=digest.hexdigest())


def _size(piece: bytes | Digits | Secret) -> int:
    if not isinstance(piece, Secret):
        return len(piece)
    with piece.view() as letters:
        return sum(len(_ESCAPED.get(code, b".")) for code in letters)


def _write(secret: Secret, body: bytearray, position: int) -> None:
    """Put a secret in byte by byte, so that the escaping leaves no copy of it behind."""
    with secret.view() as letters:
        for code in letters:
            if escaped := _ESCAPED.get(code):
                body[position : position + len(escaped)] = escaped
                position += len(escaped)
            else:
                body[position] = code
                position += 1


def _pieces(value: object) -> Iterator[bytes | Digits | Secret]:
    if isinstance(value, Digits | Secret):
        yield b'"'
        yield value
        yield b'"'
    elif isinstance(value, Literal):
        yield value.characters.encode("ascii")
    elif isinstance(value, Mapping):
        opening = b"{"
        for name, item in value.items():
            yield opening + _scalar(str(name)) + b":"
            yield from _pieces(item)
            opening = b","
        yield b"}" if value else b"{}"
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        opening = b"["
        for item in value:
            yield opening
            yield from _pieces(item)
            opening = b","
        yield b"]" if value else b"[]"
    else:
        yield _scalar(value)


def _scalar(value: object) -> bytes:
    if value is not None and not isinstance(value, str | int):
        raise TypeError(f"A request body cannot hold a {type(value).__name__}.")
    return json.dumps(value).encode("ascii")
