"""The file of a ledger, looked at and changed behind the program's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from tests.ledger.samples import KEY


@contextmanager
def connection(path: Path) -> Iterator[Any]:
    opened = sqlcipher.connect(str(path), timeout=5, isolation_level=None)
    try:
        opened.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
        yield opened
    finally:
        opened.close()


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with connection(path) as opened:
        return list(opened.execute(query))


def run(path: Path, *statements: str) -> None:
    with connection(path) as opened:
        for statement in statements:
            opened.execute(statement)


def everything(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The contents of every table, to see that nothing was changed."""
    with connection(path) as opened:
        names = [
            name
            for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: list(opened.execute(f"SELECT * FROM {name}")) for name in names}  # noqa: S608


def schema(path: Path) -> dict[str, str]:
    """Every table, index and trigger, with blanks made alike."""
    found = rows(path, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: "".join(sql.split()) for name, sql in found}
