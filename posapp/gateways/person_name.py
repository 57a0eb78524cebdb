"""A person's name in the two parts some gateways ask for."""

from __future__ import annotations


def first_and_last(name: str) -> tuple[str, str]:
    """``Ada Maria Muster`` to ``Ada Maria`` and ``Muster``; a single word is a last name."""
    first, _, last = " ".join(name.split()).rpartition(" ")
    return first, last
