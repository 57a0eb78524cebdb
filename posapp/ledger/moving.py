"""Taking a ledger from its file to a server: all of it and proved equal, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, select, text

from posapp.ledger import catalogue, charge_index, customers, store
from posapp.ledger.address import Address
from posapp.ledger.audit import problems_of
from posapp.ledger.errors import LedgerAway, LedgerDamaged, LedgerError, LedgerUnreadable
from posapp.ledger.file import LedgerFile
from posapp.ledger.server import LedgerServer
from posapp.ledger.tables import attempts, held, invitations, metadata, payments, schema_version

_PAGE = 1_000
_NOT_MOVED = (schema_version, held, invitations)  # of each place itself
TABLES = tuple(table for table in metadata.sorted_tables if table not in _NOT_MOVED)

Tell = Callable[[str, int, int], None]
"""Called with the name of a table, how many rows of the ledger are done and how many it has."""

Check = Callable[[], None]
"""Called between rows and last right before the copy is kept; raises ``Stopped`` to end it."""


class Stopped(LedgerError):
    """Somebody ended the move before anything was kept."""

    def __init__(self) -> None:
        super().__init__(
            "The move was stopped. Nothing was kept on the server, and the ledger on this "
            "computer is as it was."
        )


@dataclass(frozen=True, slots=True)
class Sums:
    """What a ledger holds, to be compared. ``digests`` are SHA-256 over the rows of each table in
    the order of their keys; ``money`` is minor units by what is added up and currency."""

    rows: dict[str, int]
    digests: dict[str, str]
    money: dict[str, int]


@dataclass(frozen=True, slots=True)
class Moved:
    """``before`` where an earlier move had come to its end already."""

    sums: Sums
    before: bool


def go_on() -> None:
    """The ``Check`` of a move that nobody ends."""


def move(
    path: Path,
    address: Address,
    *,
    key: bytes,
    audit_key: bytes,
    tell: Tell,
    check: Check = go_on,
) -> Moved:
    """Copy the ledger in a file to an empty database and check it there; then, only then, keep it.

    The file is only read. Broken off anywhere it leaves the database as it was; done twice, the
    second time finds that it is done. Blocks: call it in a thread.

    Raises:
        LedgerError: with one sentence; nothing was kept.
    """
    if not path.exists():
        raise LedgerUnreadable(f"There is no ledger at {path}. There is nothing to move.")
    place = LedgerFile(path, key)
    engine = place.open(_nothing)
    try:
        with place.converted(_stop), engine.connect() as source:
            place.forbid_writing(source)
            place.begin(source, writing=False)
            if problems := (*place.problems(source), *problems_of(source, audit_key)):
                raise LedgerDamaged(
                    f"The ledger is not moved, because it is not whole: {problems[0]} "
                    "Restore a backup first."
                )
            return _move(source, address, audit_key, tell, check)
    finally:
        engine.dispose()


def sums_of(connection: Connection, check: Check = go_on) -> Sums:
    """Read everything once."""
    rows, digests = {}, {}
    for table in TABLES:
        digest, count = hashlib.sha256(), 0
        for row in _rows(connection, table):
            digest.update(_canonical(row))
            count += 1
            if count % _PAGE == 0:
                check()
        rows[table.name], digests[table.name] = count, digest.hexdigest()
    return Sums(rows, digests, _money(connection))


def _move(
    source: Connection, address: Address, audit_key: bytes, tell: Tell, check: Check
) -> Moved:
    wanted = sums_of(source, check)
    total = sum(wanted.rows.values())
    server = LedgerServer(address, origin="move")
    try:
        with server.visited() as target:
            server.begin(target, writing=True)
            server.take_time(target)
            if inspect(target).get_table_names():
                return _moved_before(target, address, wanted)
            store.make_schema(target)
            done = 0
            for table in TABLES:
                tell(table.name, done, total)
                for page in _pages(source, table):
                    check()
                    target.execute(insert(table), page)
                    done += len(page)
                    tell(table.name, done, total)
            _go_on_counting(target)
            charge_index.index_all(target)
            customers.index_all(target)
            catalogue.index_all(target)
            _refuse_unequal(wanted, sums_of(target, check))
            if problems := (*server.problems(target), *problems_of(target, audit_key)):
                raise LedgerError(f"The copy is not sound and was not kept: {problems[0]}")
            server.before_commit(target)
            check()
            with server.converted(_stop, committing=True):
                target.commit()
    except LedgerAway as problem:
        raise LedgerAway(
            f"{problem} The ledger on this computer is untouched; start the move again. If it was "
            "complete, it is only checked."
        ) from problem
    return Moved(wanted, before=False)


def _moved_before(target: Connection, address: Address, wanted: Sums) -> Moved:
    """Whether all of it is there, from a move whose end was not heard."""
    if store.version_of(target) is not None and sums_of(target) == wanted:
        return Moved(wanted, before=True)
    raise LedgerError(
        f"{address.name} is not empty. A ledger is moved into an empty database only; make a new "
        "one on the server, or join the ledger that is there with a joining code."
    )


def _go_on_counting(target: Connection) -> None:
    """Rows that come later get numbers after those that were brought."""
    for table in TABLES:
        for column in table.primary_key.columns:
            if table.autoincrement_column is column:
                last = target.execute(select(func.max(column))).scalar()
                target.execute(
                    text("SELECT setval(pg_get_serial_sequence(:table, :column), :next, false)"),
                    {"table": table.name, "column": column.name, "next": (last or 0) + 1},
                )


def _refuse_unequal(wanted: Sums, found: Sums) -> None:
    for table in TABLES:
        name = table.name
        if wanted.rows[name] != found.rows[name] or wanted.digests[name] != found.digests[name]:
            raise LedgerError(
                f"The copy of {name.replace('_', ' ')} is not equal to the original and was not "
                "kept. Nothing was changed; check the server and try again."
            )
    if wanted.money != found.money:
        raise LedgerError(
            "The sums of money of the copy are not those of the original. It was not kept; check "
            "the server and try again."
        )


def _money(connection: Connection) -> dict[str, int]:
    found: dict[str, int] = {}
    asked: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
        ("attempted", attempts.c.minor, (attempts.c.kind, attempts.c.state, attempts.c.currency)),
        ("captured", payments.c.captured, (payments.c.currency,)),
        ("refunded", payments.c.refunded, (payments.c.currency,)),
    )
    for name, amount, by in asked:
        for row in connection.execute(select(*by, func.sum(amount)).group_by(*by)):
            found[" ".join((name, *row[:-1]))] = int(row[-1])
    return found


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """Every row by its key, some at a time. Text is ordered by its letters on both engines."""
    keys = [
        key.collate("C") if connection.dialect.name == "postgresql" and _is_text(key) else key
        for key in table.primary_key.columns
    ]
    wanted = select(table).order_by(*keys).execution_options(yield_per=_PAGE)
    with connection.execute(wanted) as found:
        for row in found.mappings():
            yield dict(row)


def _pages(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    rows = _rows(connection, table)
    while page := list(islice(rows, _PAGE)):
        yield page


def _is_text(column: Any) -> bool:
    return column.type.python_type is str


def _canonical(row: dict[str, Any]) -> bytes:
    return json.dumps(row, sort_keys=True, ensure_ascii=True, default=bytes.hex).encode() + b"\n"


def _nothing(_connection: Connection) -> None:
    return None


def _stop() -> None:
    return None
