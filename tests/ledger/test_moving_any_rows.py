"""Whatever a ledger holds is the same on the server, and both answer alike."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from posapp.ledger import tables
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Kind, State
from posapp.model.history import PaymentFilter
from posapp.model.order import Customer
from tests.ledger.places import FilePlace, ServerPlace
from tests.ledger.samples import AUDIT_KEY, KEY, Clock, charge, new_order, paid, payout, sent

pytest.importorskip("psycopg", exc_type=ImportError)

from posapp.ledger import moving

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[2]
_numbers = itertools.count()
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
_BIG = st.integers(-(2**63), 2**63 - 1)
_AMOUNT = st.integers(1, 10**15)
_JSON = st.recursive(
    st.none() | st.booleans() | _BIG | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_CURRENCY = st.sampled_from(["EUR", "JPY", "KWD"])
_PERSON = ("name", "phone", "email", "address", "city", "postcode", "country")
_PEOPLE = st.fixed_dictionaries(dict.fromkeys(_PERSON, _TEXT))
_ATTEMPT = st.fixed_dictionaries({
    "kind": st.sampled_from([kind.value for kind in Kind]),
    "state": st.sampled_from([state.value for state in State]),
    "verdict": st.none() | _TEXT,
    "account": _TEXT,
    "minor": _AMOUNT,
    "currency": _CURRENCY,
    "fingerprint": _TEXT,
    "body": st.binary(max_size=40),
    "who": _TEXT,
    "till": _TEXT,
    "reason": _TEXT,
    "card_brand": _TEXT,
    "card_last4": st.sampled_from(["", "4242"]),
    "prepared_at": _BIG,
    "sent_at": st.none() | _BIG,
    "ended_at": st.none() | _BIG,
    "note": _TEXT,
    "key_freed": st.integers(0, 1),
})  # fmt: skip
_PAYMENT = st.fixed_dictionaries({
    "account": _TEXT,
    "reference": _TEXT,
    "minor": _AMOUNT,
    "currency": _CURRENCY,
    "status": _TEXT,
    "captured": _AMOUNT,
    "refunded": _AMOUNT,
    "refund_pending": _AMOUNT,
    "refundable": _AMOUNT,
    "created_at": _BIG,
    "read_at": _BIG,
    "auth_code": _TEXT,
    "rest": _JSON,
})  # fmt: skip


def quiet(_table: str, _done: int, _total: int) -> None:
    return None


def move(source: FilePlace, place: ServerPlace, **other: Any) -> moving.Moved:
    arguments: dict[str, Any] = {"key": KEY, "audit_key": AUDIT_KEY, "tell": quiet, **other}
    address = arguments.pop("address", place.server.address)
    return moving.move(source.path, address, **arguments)


@pytest_asyncio.fixture
async def source(path: Path, clock: Clock) -> FilePlace:
    place = FilePlace(path)
    ledger = await place.open(clock)
    for name in ("Ada Muster", "Zoë Ångström", "李小龙", "Ελένη"):
        clock.forward()
        await ledger.customers.save(Customer(name=name, phone="+49 421 555 0199"))
        await paid(ledger, await new_order(ledger, Customer(name=name)))
    await sent(ledger, charge(await new_order(ledger)))
    await sent(ledger, payout())
    await ledger.close()
    return place


async def answers(ledger: Ledger) -> list[Any]:
    """What both have to say alike."""
    everything = await ledger.payments.page(PaymentFilter())
    found = [
        (await ledger.payments.page(PaymentFilter(text=text))).rows
        for text in ("ada", "angstrom", "李", "ελ", "29,92", "4242", "pay_1", "nobody")
    ]
    assert [len(rows) for rows in found[:4]] == [2, 1, 1, 1]
    return [
        everything.rows,
        found,
        await ledger.journal.open_attempts(),
        await ledger.customers.search("0199"),
        await ledger.audit.verify(),
        await ledger.check(),
    ]


async def test_both_answer_the_same_to_the_same_questions(
    source: FilePlace, server_place: ServerPlace, clock: Clock
) -> None:
    move(source, server_place)
    said = []
    for place in (source, server_place):
        ledger = await place.open(clock)
        try:
            said.append(await answers(ledger))
        finally:
            await ledger.close()
    assert said[0] == said[1]
    assert said[0][-2:] == [(), ()]


@given(
    people=st.lists(_PEOPLE, max_size=4),
    tried=st.lists(_ATTEMPT, max_size=4),
    known=st.lists(_PAYMENT, max_size=4),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_rows_survive(
    tmp_path: Path,
    server_place: ServerPlace,
    people: list[dict[str, Any]],
    tried: list[dict[str, Any]],
    known: list[dict[str, Any]],
) -> None:
    server_place.server.empty()
    place = FilePlace(tmp_path / f"{next(_numbers)}" / "ledger.db")
    ledger = await place.open(Clock())
    for number, row in enumerate(tried):
        row.update(reference=f"r{number}", key=f"k{number}", order_id=f"o{number}")
    for number, row in enumerate(known):
        row["id"] = f"p{number}"

    def fill(connection: Any) -> None:
        for table, rows in (
            (tables.customers, people),
            (tables.attempts, tried),
            (tables.payments, known),
        ):
            if rows:
                connection.execute(insert(table), rows)

    await ledger._database.write(fill)
    await ledger.close()
    moved = move(place, server_place)
    assert moved.sums.rows["customers"] == len(people)
    assert moved.sums.rows["attempts"] == len(tried)
    for table in ("customers", "attempts", "payments"):
        names = ", ".join(f'"{column.name}"' for column in tables.metadata.tables[table].columns)
        query = f"SELECT {names} FROM {table} ORDER BY 1, 2"  # noqa: S608 - our own names
        assert _comparable(place.rows(query)) == _comparable(server_place.rows(query))


def _comparable(rows: list[tuple[Any, ...]]) -> list[str]:
    """One driver reads JSON, the other leaves it as text."""
    return sorted(repr([_read(value) for value in row]) for row in rows)


def _read(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def test_a_move_is_ended_at_any_moment_before_the_copy_is_kept(
    source: FilePlace, server_place: ServerPlace
) -> None:
    before = source.everything()
    moments = _ended(source, server_place, at=0)
    assert moments > len(moving.TABLES) / 2
    server_place.server.empty()
    for moment in range(1, moments + 1):
        with pytest.raises(moving.Stopped, match="as it was"):
            _ended(source, server_place, at=moment)
        assert server_place.everything() == {}
    assert source.everything() == before


def _ended(source: FilePlace, place: ServerPlace, *, at: int) -> int:
    """How many moments there are, unless it was ended at one of them."""
    passed = 0

    def check() -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            raise moving.Stopped

    move(source, place, check=check)
    return passed


async def test_the_last_moment_to_end_a_move_is_after_everything_was_compared(
    source: FilePlace, server_place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    compare = moving._refuse_unequal

    def compared(wanted: moving.Sums, found: moving.Sums) -> None:
        compare(wanted, found)
        steps.append("compared")

    monkeypatch.setattr(moving, "_refuse_unequal", compared)
    move(source, server_place, check=lambda: steps.append("may end"))
    assert steps[-2:] == ["compared", "may end"]


_MOVE = """
import json, sys, time
from pathlib import Path
from posapp.ledger import moving
from posapp.ledger.address import Address
from posapp.model.secret import Secret
from tests.ledger.samples import AUDIT_KEY, KEY
told = json.loads(sys.argv[1])
address = Address(told["host"], told["database"], told["user"], Secret(""), int(told["port"]))
def tell(table, done, total):
    if table == told["stop"] and done:
        print(table, flush=True)
        time.sleep(600)
moving.move(Path(told["path"]), address, key=KEY, audit_key=AUDIT_KEY, tell=tell)
"""


def _killed_at(table: str, told: dict[str, str]) -> None:
    command = [sys.executable, "-c", _MOVE, json.dumps(told)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == table
        process.kill()
    if sys.platform != "win32":
        assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("table", ["orders", "attempts", "audit"])
async def test_killed_in_the_middle_the_server_is_empty_and_the_file_whole(
    source: FilePlace, server_place: ServerPlace, clock: Clock, table: str
) -> None:
    before = source.everything()
    told = {**server_place.arguments, "path": str(source.path), "stop": table}
    await asyncio.to_thread(_killed_at, table, told)
    assert server_place.everything() == {}
    assert source.everything() == before
    ledger = await source.open(clock)
    try:
        assert await ledger.check() == ()
    finally:
        await ledger.close()
    assert not move(source, server_place).before
