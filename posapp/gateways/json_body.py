"""Building a request body so that card digits never become an ordinary string.

The body is put together from ready pieces; the digits are copied once, from their own wipeable
memory into the one buffer that is sent. That buffer has its final size from the start: one that
grows leaves half-filled copies behind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from posapp.model.card import Digits


@dataclass(frozen=True, slots=True)
class Literal:
    """A JSON number given as its exact characters, such as ``5.00``."""

    characters: str


@dataclass(frozen=True, slots=True)
class Built:
    """``body`` as it is sent; ``fingerprint`` the SHA-256 of it with every ``Digits`` empty."""

    body: bytearray
    fingerprint: str

    def __repr__(self) -> str:
        return f"Built({len(self.body)} bytes)"


def build(document: Mapping[str, object]) -> Built:
    """Write ``document`` as compact JSON; ``Digits`` in it become strings of their digits.

    Raises:
        TypeError: something in the document has no place in a request body.
    """
    pieces = list(_pieces(document))
    body = bytearray(sum(len(piece) for piece in pieces))
    digest = hashlib.sha256()
    position = 0
    for piece in pieces:
        end = position + len(piece)
        if isinstance(piece, Digits):
            with piece.view() as digits:
                body[position:end] = digits
        else:
            body[position:end] = piece
            digest.update(piece)
        position = end
    return Built(body=body, fingerprint=digest.hexdigest())


def _pieces(value: object) -> Iterator[bytes | Digits]:
    if isinstance(value, Digits):
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
