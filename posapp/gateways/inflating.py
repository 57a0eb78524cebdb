"""Unpacking an answer, but never more of it than anyone should have to hold."""

from __future__ import annotations

import zlib

from posapp.gateways.strict_json import Unreadable


def inflated(raw: bytes, *, largest: int) -> bytes:
    """What was packed with gzip or deflate.

    Raises:
        Unreadable: it is damaged, cut short, or larger than ``largest`` bytes when unpacked.
    """
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        body = unpacker.decompress(raw, largest)
    except zlib.error:
        body = b""
    if not unpacker.eof:
        raise Unreadable
    return body
