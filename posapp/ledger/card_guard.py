"""No card number reaches the disk, whatever was typed or said into which field."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select

from posapp.ledger.errors import HoldsCardNumber
from posapp.ledger.tables import products
from posapp.model.attempt import Intent
from posapp.model.card import holds_card_number
from posapp.model.order import Customer, Line

_LEFT_OUT = "(left out: it holds what looks like a card number)"


def without_card_number(text: str) -> str:
    """A text from outside that has to be kept whatever it says."""
    return _LEFT_OUT if holds_card_number(text) else text


def refuse_in_customer(customer: Customer) -> None:
    """Raise HoldsCardNumber where a field holds one."""
    for name, value in asdict(customer).items():
        if name != "id":
            _refuse(f"The customer's {name}", value)


def refuse_in_lines(connection: Connection, lines: tuple[Line, ...]) -> None:
    """Raise HoldsCardNumber where a line holds one.

    Article numbers can look like card numbers; those of the catalogue were not typed here.
    """
    for position, line in enumerate(lines, 1):
        _refuse(f"The name on line {position}", line.name)
        if holds_card_number(line.sku) and not _is_article(connection, line.sku):
            raise HoldsCardNumber(f"The article number on line {position}")


def refuse_in_intent(intent: Intent) -> None:
    """Raise HoldsCardNumber where something people typed holds one.

    Keys, references and ids are the program's and the gateway's own.
    """
    for where, text in (
        ("The reason", intent.reason),
        ("The name of who asks", intent.who),
        ("The name of the till", intent.till),
        ("The brand of the card", intent.card_brand),
    ):
        _refuse(where, text)


def refuse_in_reason(reason: str) -> None:
    """Raise HoldsCardNumber where it holds one."""
    _refuse("The reason", reason)


def _refuse(where: str, text: str) -> None:
    if holds_card_number(text):
        raise HoldsCardNumber(where)


def _is_article(connection: Connection, sku: str) -> bool:
    found = connection.execute(select(products.c.id).where(products.c.sku == sku)).first()
    return found is not None
