"""An older or damaged copy of the ledger is noticed, read only, and kept as evidence."""

# ruff: noqa: ASYNC240 - nothing else runs on the loop that would have to wait

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from posapp.ledger import evidence
from posapp.ledger.anchor import Anchor
from posapp.ledger.errors import LedgerFull, LedgerStopped
from posapp.ledger.file import LedgerFile
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, State, Verdict
from posapp.runtime.tasks import spawn
from tests.ledger.conftest import Opener
from tests.ledger.places import FilePlace, Place, ServerPlace
from tests.ledger.samples import Clock, charge, new_order, sent
from tests.waiting import until

pytestmark = pytest.mark.asyncio
ANCHOR_KEY = bytes(range(64, 96))


@pytest.fixture
def anchor_path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.anchor"


@pytest.fixture
def anchor(anchor_path: Path) -> Anchor:
    return Anchor(anchor_path, ANCHOR_KEY)


async def leaving(ledger: Ledger) -> Attempt:
    """An attempt whose request is on its way."""
    return await sent(ledger, charge(await new_order(ledger)))


async def refused(ledger: Ledger) -> str:
    with pytest.raises(LedgerStopped) as refusal:
        await ledger.orders.new("EUR")
    return str(refusal.value)


async def test_the_ledger_that_was_last_used_is_taken_as_it_is(
    opened: Opener, anchor_path: Path, anchor: Anchor
) -> None:
    ledger = await opened()
    await ledger.hold_to(anchor)
    await leaving(ledger)
    await ledger.close()
    again = await opened()
    await again.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    assert again.stopped == ""
    await leaving(again)


async def older_copy(path: Path, anchor: Anchor, opened: Opener) -> bytes:
    """Put the ledger of the morning back after an attempt of the afternoon."""
    ledger = await opened()
    await ledger.hold_to(anchor)
    await ledger.journal.begin(charge(await new_order(ledger)))
    await ledger.close()
    morning = path.read_bytes()
    ledger = await opened()
    await ledger.hold_to(anchor)
    await leaving(ledger)
    await ledger.close()
    path.write_bytes(morning)
    return morning


@pytest.mark.parametrize("place", ["file"], indirect=True)
async def test_an_older_copy_is_read_only_and_kept_as_evidence(
    path: Path, opened: Opener, anchor: Anchor, anchor_path: Path
) -> None:
    morning = await older_copy(path, anchor, opened)
    ledger = await opened()
    await ledger.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    assert "is an older copy: 2 later entries are missing" in ledger.stopped
    assert "no payments are taken" in await refused(ledger)
    assert len(await ledger.journal.open_attempts()) == 1
    [folder] = (path.parent / evidence.FOLDER).iterdir()
    assert str(folder) in ledger.stopped
    assert (folder / path.name).read_bytes() == morning
    assert (folder / path.name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["file"], indirect=True)
async def test_the_owner_may_go_on_with_an_older_copy_and_that_is_noted(
    path: Path, opened: Opener, place: Place, anchor: Anchor, anchor_path: Path
) -> None:
    await older_copy(path, anchor, opened)
    ledger = await opened()
    await ledger.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    assert ledger.may_be_accepted
    await ledger.accept("Ada")
    assert (ledger.stopped, ledger.may_be_accepted) == ("", False)
    await leaving(ledger)
    [(who, detail)] = place.rows("SELECT who, detail FROM audit WHERE event = 'copy_accepted'")
    assert who == "Ada"
    assert "older copy" in json.loads(detail)["doubt"]
    await ledger.close()
    again = await opened()
    await again.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    assert again.stopped == ""


async def test_a_ledger_whose_last_entries_are_others_is_another_copy(
    opened: Opener, place: Place, anchor: Anchor, anchor_path: Path
) -> None:
    ledger = await opened()
    await ledger.hold_to(anchor)
    await leaving(ledger)
    place.unguard()
    place.run("UPDATE audit SET mac = 'f' WHERE id = (SELECT max(id) FROM audit)")
    await ledger.close()
    again = await opened()
    await again.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    assert "is another copy" in again.stopped
    await refused(again)


@pytest.mark.parametrize("change", [b"", b"{}", b"[]", b"\xff", b'{"entries": 1}'])
async def test_an_anchor_that_was_changed_is_noticed(
    opened: Opener, anchor: Anchor, anchor_path: Path, change: bytes
) -> None:
    ledger = await opened()
    await ledger.hold_to(anchor)
    await leaving(ledger)
    anchor_path.write_bytes(change)
    await ledger.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    assert "was changed" in await refused(ledger)


async def test_an_anchor_cannot_be_set_back_without_its_key(
    opened: Opener, anchor: Anchor, anchor_path: Path
) -> None:
    ledger = await opened()
    await ledger.hold_to(anchor)
    await leaving(ledger)
    said = json.loads(anchor_path.read_bytes())
    anchor_path.write_text(json.dumps({**said, "entries": said["entries"] - 1}))
    await ledger.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    assert "was changed" in await refused(ledger)


async def test_a_disk_that_keeps_no_anchor_stops_no_payment(
    opened: Opener, anchor: Anchor, anchor_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await opened()
    await ledger.hold_to(anchor)
    await ledger.journal.begin(charge(await new_order(ledger)))
    before = anchor_path.read_bytes()
    full = OSError(errno.ENOSPC, "No space left on device")

    def no_room(_file: int) -> None:
        raise full

    monkeypatch.setattr(os, "fsync", no_room)
    attempt = await leaving(ledger)
    assert anchor_path.read_bytes() == before
    monkeypatch.undo()
    await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=Verdict.DECLINED)
    assert anchor_path.read_bytes() != before


@pytest.mark.parametrize("place", ["file"], indirect=True)
async def test_a_damaged_ledger_is_found_by_looking_and_only_read_from_then_on(
    path: Path, opened: Opener, place: FilePlace
) -> None:
    ledger = await opened()
    await leaving(ledger)
    await ledger.examine()
    assert ledger.stopped == ""
    place.unguard()
    place.run("UPDATE audit SET who = 'Eve' WHERE id = 1")
    await ledger.examine()
    assert "damaged: Audit entry 1 was changed." in await refused(ledger)
    assert not ledger.may_be_accepted
    with pytest.raises(LedgerStopped):
        await ledger.accept("Ada")
    assert [file.name for file in (path.parent / evidence.FOLDER).iterdir()]
    assert len(await ledger.journal.open_attempts()) == 1


async def test_the_same_evidence_is_kept_once(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"what is left of a ledger")
    first = evidence.keep(path)
    assert evidence.keep(path) == first
    path.write_bytes(b"less")
    assert evidence.keep(path) != first


@pytest.mark.parametrize("place", ["file"], indirect=True)
async def test_evidence_that_finds_no_room_is_said(
    opened: Opener, place: FilePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await opened()
    await leaving(ledger)
    place.unguard()
    place.run("UPDATE audit SET who = 'Eve' WHERE id = 1")

    def no_room(*_given: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", no_room)
    await ledger.examine()
    assert "keep the file itself" in ledger.stopped


async def test_an_answer_the_disk_refused_is_saved_when_there_is_room(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ledger.is_shared:
        pytest.skip("a shared ledger holds such an answer in a file: test_away")
    attempt = await leaving(ledger)
    write = ledger._database.write

    async def full(_work: object) -> None:
        raise LedgerFull("The disk is full.")

    monkeypatch.setattr(ledger._database, "write", full)
    with pytest.raises(LedgerFull):
        await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=Verdict.DECLINED)
    assert list(ledger.journal.unsaved.waiting) == [attempt.id]
    with pytest.raises(LedgerFull):
        await ledger.journal.unsaved.save()
    assert list(ledger.journal.unsaved.waiting) == [attempt.id]
    monkeypatch.setattr(ledger._database, "write", write)
    await ledger.journal.recover(why="The ledger failed")
    saved = await ledger.journal.read(attempt.id)
    assert (saved.state, saved.verdict) == (State.SETTLED, Verdict.DECLINED)
    assert not ledger.journal.unsaved.waiting


async def test_an_answer_that_was_overtaken_is_not_written_over_a_proved_end(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ledger.is_shared:
        pytest.skip("a shared ledger holds such an answer in a file: test_away")
    attempt = await leaving(ledger)
    with monkeypatch.context() as failing:

        async def full(_work: object) -> None:
            raise LedgerFull("The disk is full.")

        failing.setattr(ledger._database, "write", full)
        with pytest.raises(LedgerFull):
            await ledger.journal.settle(attempt.id, state=State.UNKNOWN, note="no answer")
    stale = ledger.journal.unsaved.waiting[attempt.id]
    await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=Verdict.DECLINED)
    assert not ledger.journal.unsaved.waiting
    ledger.journal.unsaved.waiting[attempt.id] = stale
    await ledger.journal.unsaved.save()
    assert (await ledger.journal.read(attempt.id)).state is State.SETTLED
    assert not ledger.journal.unsaved.waiting


async def test_a_copy_that_takes_the_place_of_the_ledger_while_it_is_open_is_noticed(
    server_place: ServerPlace, anchor_path: Path
) -> None:
    """A server that fails over to one that lacks the last steps."""
    ledger = await server_place.open(Clock())
    await ledger.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    await ledger.audit.record("before", "Ada", "till", {})
    [(entries, mac, seal)] = server_place.rows("SELECT entries, mac, seal FROM audit_head")
    await ledger.audit.record("lost", "Ada", "till", {})
    server_place.unguard()
    server_place.run(
        f"DELETE FROM audit WHERE id > {entries}",  # noqa: S608
        f"UPDATE audit_head SET entries = {entries}, mac = '{mac}', seal = '{seal}'",  # noqa: S608
    )
    with pytest.raises(LedgerStopped, match="was replaced by another copy"):
        await ledger.audit.record("after", "Ada", "till", {})
    assert server_place.rows("SELECT entries FROM audit_head") == [(entries,)]
    await ledger.close()
    ledger = await server_place.open(Clock())
    await ledger.hold_to(Anchor(anchor_path, ANCHOR_KEY))
    assert "older copy: 1 later entry is missing" in ledger.stopped
    await ledger.accept("Ada")
    await ledger.audit.record("after", "Ada", "till", {})
    assert ledger.stopped == ""
    await ledger.close()


async def test_the_file_is_examined_beside_everything_else_that_goes_on(
    ledger: Ledger, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(place, FilePlace):
        pytest.skip("a server examines itself")
    begun, go_on, real = threading.Event(), threading.Event(), LedgerFile.problems

    def slow(self: LedgerFile, connection: Connection) -> list[str]:
        begun.set()
        assert go_on.wait(20)
        return real(self, connection)

    monkeypatch.setattr(LedgerFile, "problems", slow)
    examining = spawn(ledger.examine(), name="examine")
    await until(begun.is_set)
    await leaving(ledger)  # is written meanwhile
    go_on.set()
    await examining
    assert ledger.stopped == ""


async def test_closing_breaks_off_an_examination(
    ledger: Ledger, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(place, FilePlace):
        pytest.skip("a server examines itself")
    begun = threading.Event()

    def endless(_self: LedgerFile, connection: Connection) -> list[str]:
        begun.set()
        connection.execute(
            text(
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                "SELECT max(x) FROM n"
            )
        )
        return []

    monkeypatch.setattr(LedgerFile, "problems", endless)
    examining = spawn(ledger.examine(), name="examine")
    await until(begun.is_set)
    examining.cancel()
    async with asyncio.timeout(20):
        await asyncio.wait({examining})
    assert ledger.stopped == ""
    await leaving(ledger)
