"""What the desk refuses, as sentences for people. Nothing was sent when one of these is raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from posapp.ledger.errors import LedgerError


class Refused(Exception):
    """The desk did not do it. ``str()`` says why and what next; ``fields`` names bad fields."""

    def __init__(self, sentence: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields or {})


class NothingMoved(Refused):
    """A request was tried or refused by the gateway, and it is proved that no money moved."""


@contextmanager
def ledger_refusals() -> Iterator[None]:
    """Say what the ledger could not do in the desk's own family of errors."""
    try:
        yield
    except LedgerError as problem:
        raise Refused(str(problem)) from problem
