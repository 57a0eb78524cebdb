"""The audit trail: whoever changes it without the key is found."""

# ruff: noqa: S608 - statements of constants

from __future__ import annotations

import pytest

from posapp.ledger import audit
from posapp.ledger.errors import LedgerDamaged
from posapp.ledger.ledger import Ledger
from tests.ledger.conftest import Opener
from tests.ledger.places import Place
from tests.ledger.samples import Clock

pytestmark = pytest.mark.asyncio

COLUMNS = "at, event, subject, who, till, detail, before, mac"
PUT = f"UPDATE audit SET ({COLUMNS}) = (SELECT {COLUMNS} FROM kept WHERE id = %s) WHERE id = %s"
SWAP = (
    "CREATE TABLE kept AS SELECT * FROM audit",
    "UPDATE audit SET mac = 'x' || id",  # every seal is unique, so make room first
    "UPDATE audit SET mac = (SELECT mac FROM kept WHERE kept.id = audit.id) WHERE id NOT IN (3, 4)",
    PUT % (3, 4),
    PUT % (4, 3),
    "DROP TABLE kept",
)
HEAD = "CREATE TABLE audit_head(id INT, entries INT, mac TEXT, seal TEXT)"
MADE_UP = (
    f"INSERT INTO audit (id, {COLUMNS}) "
    "SELECT 11, at, event, subject, 'Eve', till, detail, mac, 'made up' FROM audit WHERE id = 10"
)
OVERWRITTEN = (
    f"INSERT INTO audit (id, {COLUMNS}) SELECT id, {COLUMNS} FROM audit WHERE id = 5 "
    "ON CONFLICT (id) DO UPDATE SET who = 'Eve'"
)
REPLACED = f"INSERT OR REPLACE INTO audit (id, {COLUMNS}) SELECT id, {COLUMNS} FROM audit"


async def filled(ledger: Ledger) -> None:
    for number in range(1, 11):
        await ledger.audit.record("signed_in", "Ada", f"pin:{number}", {"from": "till"})
    assert await ledger.audit.verify() == ()


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (("UPDATE audit SET who = 'Eve' WHERE id = 5",), "Audit entry 5 was changed."),
        (("UPDATE audit SET at = at + 1 WHERE id = 10",), "Audit entry 10 was changed."),
        (("UPDATE audit SET detail = '{}' WHERE id = 2",), "Audit entry 2 was changed."),
        (("DELETE FROM audit WHERE id = 1",), "Audit entries 1 to 1 are missing."),
        (("DELETE FROM audit WHERE id IN (4, 5)",), "Audit entries 4 to 5 are missing."),
        (SWAP, "Audit entry 3 does not follow the one before it."),
        (("DELETE FROM audit WHERE id > 7",), "The last audit entries were cut off or replaced."),
        (
            (
                "DELETE FROM audit WHERE id > 7",
                "UPDATE audit_head SET entries = 7, mac = (SELECT mac FROM audit WHERE id = 7)",
            ),
            "The end mark of the audit trail was changed.",
        ),
        (
            ("DELETE FROM audit", "DELETE FROM audit_head"),
            "The end mark of the audit trail is missing.",
        ),
        ((MADE_UP,), "Audit entry 11 was changed."),
        (("DROP TABLE audit_head", HEAD),
         "The end mark of the audit trail is missing."),
    ],
)  # fmt: skip
async def test_every_change_behind_the_programs_back_is_found(
    ledger: Ledger, place: Place, statements: tuple[str, ...], found: str
) -> None:
    await filled(ledger)
    place.unguard()
    place.run(*statements)
    assert found in await ledger.audit.verify()
    assert found in await ledger.check()


async def test_entries_added_after_some_were_cut_off_do_not_hide_it(
    ledger: Ledger, place: Place
) -> None:
    await filled(ledger)
    place.unguard()
    place.run("DELETE FROM audit WHERE id > 7")
    await ledger.audit.record("signed_in", "Ada", "x", {})
    assert "Audit entry 8 does not follow the one before it." in await ledger.audit.verify()


async def test_a_trail_without_its_end_mark_takes_no_entries(ledger: Ledger, place: Place) -> None:
    place.run("DELETE FROM audit_head")
    with pytest.raises(LedgerDamaged):
        await ledger.audit.record("signed_in", "Ada", "x", {})


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET who = 'Eve'", "DELETE FROM audit", OVERWRITTEN],
)
async def test_the_database_refuses_to_change_entries(
    ledger: Ledger, place: Place, statement: str
) -> None:
    await filled(ledger)
    before = place.everything()
    with pytest.raises(place.refusal, match="audit entries are never"):
        place.run(statement)
    assert place.everything() == before


@pytest.mark.parametrize("place", ["file"], indirect=True)
async def test_a_file_refuses_to_replace_entries_in_its_own_way_too(
    ledger: Ledger, place: Place
) -> None:
    await filled(ledger)
    before = place.everything()
    with pytest.raises(place.refusal, match="audit entries are never replaced"):
        place.run(REPLACED)
    assert place.everything() == before


@pytest.mark.parametrize("place", ["server"], indirect=True)
async def test_a_server_refuses_to_empty_the_trail(ledger: Ledger, place: Place) -> None:
    await filled(ledger)
    with pytest.raises(place.refusal, match="audit entries are never deleted"):
        place.run("TRUNCATE audit")
    assert await ledger.audit.verify() == ()


@pytest.mark.parametrize("place", ["file"], indirect=True)
async def test_what_is_no_text_is_found_too(ledger: Ledger, place: Place) -> None:
    await filled(ledger)
    place.unguard()
    place.run("UPDATE audit SET detail = x'00' WHERE id = 2")
    assert await ledger.audit.verify() == ("Audit entry 2 was changed.",)


@pytest.mark.parametrize("place", ["file"], indirect=True)
async def test_the_trail_of_another_vault_does_not_pass(
    opened: Opener, place: Place, clock: Clock
) -> None:
    await filled(await opened())
    other = await place.open(clock, audit_key=bytes(32))
    try:
        assert "Audit entry 1 was changed." in await other.audit.verify()
    finally:
        await other.close()


async def test_a_trail_of_many_pages_is_read_whole(
    ledger: Ledger, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 3, 5, 10):
        monkeypatch.setattr(audit, "_PAGE", size)
        if size == 1:
            await filled(ledger)
        assert await ledger.audit.verify() == ()
    place.unguard()
    place.run("UPDATE audit SET who = 'Eve' WHERE id = 9")
    assert await ledger.audit.verify() == ("Audit entry 9 was changed.",)


async def test_no_card_number_gets_into_an_entry(ledger: Ledger, place: Place) -> None:
    await ledger.audit.record("note", "Ada", "x", {"said": "card 4242 4242 4242 4242"})
    assert "4242" not in str(place.rows("SELECT detail FROM audit"))
