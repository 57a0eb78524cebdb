"""The driver of the shared ledger's server is not there on every computer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from posapp.ledger.errors import LedgerError


@contextmanager
def needed() -> Iterator[None]:
    """Around the import of what needs it.

    Raises:
        LedgerError: this computer has none.
    """
    try:
        yield
    except ImportError as problem:
        raise LedgerError(
            "A shared ledger cannot be opened on this computer: its database driver is not "
            "made for Windows on ARM. Use another computer, or a ledger of this till's own."
        ) from problem
