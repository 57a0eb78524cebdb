"""A customer's country as the gateways take it."""

from __future__ import annotations


def country_code(typed: str) -> str:
    """Two capital letters; empty for anything else, which a gateway would refuse."""
    letters = typed.strip().upper()
    return letters if len(letters) == 2 and letters.isascii() and letters.isalpha() else ""
