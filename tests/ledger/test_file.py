"""The file: encrypted, durable, its owner's alone, and never made by halves."""

# ruff: noqa: ASYNC240 - nothing else runs on the loop that would have to wait

from __future__ import annotations

import asyncio
import os
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection

from posapp.ledger import encrypted, store
from posapp.ledger.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerNewer,
    LedgerStopped,
    LedgerUnreadable,
)
from posapp.ledger.ledger import Ledger
from tests.ledger import raw
from tests.ledger.conftest import Opener
from tests.ledger.places import FilePlace
from tests.ledger.samples import ADA, AUDIT_KEY, KEY, Clock, charge, new_order

pytestmark = pytest.mark.asyncio

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")


@pytest.fixture
def place(path: Path) -> FilePlace:
    return FilePlace(path)


async def open_with(path: Path, key: bytes = KEY) -> Ledger:
    return await Ledger.open(path, key=key, audit_key=AUDIT_KEY, clock=Clock(), till="T1")


async def made(path: Path) -> bytes:
    """The bytes of a closed ledger with something in it."""
    ledger = await open_with(path)
    await new_order(ledger)
    await ledger.close()
    return path.read_bytes()


async def test_every_commit_is_synced_to_an_encrypted_file(ledger: Ledger) -> None:
    def pragmas(connection: Connection) -> dict[str, object]:
        names = ("synchronous", "journal_mode", "foreign_keys", "cipher_status", "trusted_schema")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    assert await ledger._database.read(pragmas) == {
        "synchronous": 2,
        "journal_mode": "wal",
        "foreign_keys": 1,
        "cipher_status": "1",
        "trusted_schema": 0,
    }


async def test_nothing_can_be_read_without_the_key(ledger: Ledger, path: Path) -> None:
    intent = charge(await new_order(ledger))
    await ledger.journal.begin(intent)
    during = b"".join(file.read_bytes() for file in path.parent.iterdir())
    await ledger.close()
    for data in (during, path.read_bytes()):
        assert len(data) > 10_000
        for word in (ADA.name, ADA.email, intent.reference, "SQLite format", "orders"):
            assert word.encode() not in data


async def test_closing_leaves_one_file_and_no_thread(path: Path) -> None:
    threads = set(threading.enumerate())
    ledger = await open_with(path)
    await new_order(ledger)
    assert set(threading.enumerate()) > threads
    await ledger.close()
    assert set(threading.enumerate()) == threads
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    await ledger.close()
    with pytest.raises(LedgerStopped, match="closed"):
        await ledger.orders.new("EUR")


@posix_only
async def test_the_files_are_the_owners_alone_even_where_the_system_would_share(
    path: Path,
) -> None:
    before = os.umask(0)
    try:
        ledger = await open_with(path)
        await new_order(ledger)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        await ledger.close()
        assert modes == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.chmod(0o644)
        ledger = await open_with(path)
        await ledger.close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


async def test_another_key_opens_nothing_and_changes_nothing(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = await made(path)
    with pytest.raises(LedgerUnreadable, match="another vault"):
        await open_with(path, bytes(32))
    assert path.read_bytes() == data
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kept", [0, 1, 100, 4095, 4096, 5000, 40_000])
async def test_a_truncated_ledger_is_refused_and_kept(
    path: Path, kept: int, capfd: pytest.CaptureFixture[str]
) -> None:
    data = (await made(path))[:kept]
    path.write_bytes(data)
    with pytest.raises((LedgerDamaged, LedgerUnreadable)) as problem:
        await open_with(path)
    assert str(path) in str(problem.value)
    assert path.read_bytes() == data
    assert capfd.readouterr() == ("", "")


async def test_garbage_is_refused_and_kept(path: Path) -> None:
    path.parent.mkdir()
    for data in (b"not a database", bytes(range(256)) * 100):
        path.write_bytes(data)
        with pytest.raises((LedgerDamaged, LedgerUnreadable)):
            await open_with(path)
        assert path.read_bytes() == data


async def test_a_flipped_bit_is_found_wherever_it_is(path: Path) -> None:
    data = await made(path)
    for place in range(2048, len(data), 4096):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        try:
            ledger = await open_with(path)
        except LedgerError:
            continue
        try:
            assert await ledger.check() != ()
        finally:
            await ledger.close()


async def test_damage_found_while_working_ends_all_writing(path: Path) -> None:
    data = await made(path)
    with raw.connection(path) as opened:
        page = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'orders'").fetchone()
    place = (page[0] - 1) * 4096 + 2000
    path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    ledger = await open_with(path)
    try:
        with pytest.raises(LedgerDamaged):
            await ledger.orders.new("EUR")
        with pytest.raises(LedgerStopped):
            await ledger.audit.record("signed_in", "Ada", "pin", {})
    finally:
        await ledger.close()


async def test_a_ledger_whose_main_file_was_lost_is_not_begun_anew(path: Path) -> None:
    await made(path)
    path.rename(path.with_name("ledger.db-wal"))
    with pytest.raises(LedgerDamaged, match="missing"):
        await open_with(path)
    assert not path.exists()


async def test_an_encrypted_file_that_is_no_ledger_is_refused(path: Path) -> None:
    path.parent.mkdir()
    raw.run(path, "CREATE TABLE recipes(name)")
    with pytest.raises(LedgerDamaged, match="not a ledger"):
        await open_with(path)
    assert raw.rows(path, "SELECT * FROM recipes") == []


async def test_a_ledger_of_a_newer_program_is_refused(path: Path) -> None:
    await made(path)
    raw.run(path, "UPDATE schema_version SET version = version + 1")
    before = raw.everything(path)
    with pytest.raises(LedgerNewer, match="newer version"):
        await open_with(path)
    assert raw.everything(path) == before


async def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text("in the way")
    folder.mkdir()
    with pytest.raises(LedgerUnreadable):
        await open_with(file / "ledger.db")
    with pytest.raises(LedgerUnreadable, match="not a file"):
        await open_with(folder)
    assert file.read_text() == "in the way"


async def test_a_ledger_that_cannot_be_made_leaves_no_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []

    def broken(_connection: object) -> None:
        modes.extend(stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "make_schema", broken)
    with pytest.raises(LedgerError, match="full"):
        await open_with(path)
    assert list(path.parent.iterdir()) == []
    assert os.name != "posix" or set(modes) == {0o600}


async def test_a_library_that_is_too_old_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encrypted, "_OLDEST_SQLITE", (99, 0))
    with pytest.raises(LedgerError, match=r"99\.0 is needed"):
        await open_with(path)
    assert not path.exists()


async def test_a_ledger_held_by_another_program(
    opened: Opener, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encrypted, "PATIENCE", 0.05)
    ledger = await opened()
    order = await new_order(ledger)
    with raw.connection(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy, match="another program"):
            await ledger.journal.begin(charge(order))
        assert (await ledger.orders.read(order.id)).number == order.number
        other.execute("ROLLBACK")
    await ledger.journal.begin(charge(order))


async def test_who_stops_waiting_leaves_nothing_half_done(ledger: Ledger) -> None:
    order = await new_order(ledger)
    begun, go_on = threading.Event(), threading.Event()

    def slow(_connection: object) -> None:
        begun.set()
        go_on.wait()

    blocking = asyncio.ensure_future(ledger._database.read(slow))  # noqa: TID251
    await asyncio.to_thread(begun.wait)
    caller = asyncio.ensure_future(ledger.journal.begin(charge(order)))  # noqa: TID251
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await blocking
    waiting = await ledger.journal.open_attempts()
    assert [attempt.intent.order_id for attempt in waiting] == [order.id]
    assert await ledger.orders.attempts_so_far(order.id) == 1
    assert await ledger.check() == ()


async def test_opening_can_be_given_up(path: Path) -> None:
    threads = set(threading.enumerate())
    opening = asyncio.ensure_future(open_with(path))  # noqa: TID251
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert set(threading.enumerate()) == threads
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_characters_that_cannot_be_stored_are_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="cannot be stored"):
        await ledger.audit.record("note", "Ada \ud800", "x", {})
    assert await ledger.check() == ()
