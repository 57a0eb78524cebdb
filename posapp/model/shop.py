"""The shop as it appears on receipts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shop:
    name: str
    address: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    tax_number: str = ""
    footer: str = ""
