"""The audit trail: whoever changes it without the key is found."""

# ruff: noqa: S608 - statements of constants

from __future__ import annotations

from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from posapp.ledger import audit
from posapp.ledger.errors import LedgerDamaged
from posapp.ledger.ledger import Ledger
from tests.ledger import raw
from tests.ledger.conftest import Opener
from tests.ledger.samples import KEY, Clock

pytestmark = pytest.mark.asyncio

UNGUARDED = (
    "DROP TRIGGER audit_is_kept",
    "DROP TRIGGER audit_is_not_changed",
    "DROP TRIGGER audit_is_not_replaced",
)
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
MADE_UP = (
    f"INSERT INTO audit ({COLUMNS}) "
    "SELECT at, event, subject, 'Eve', till, detail, mac, 'made up' FROM audit WHERE id = 10"
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
        (("UPDATE audit SET detail = x'00' WHERE id = 2",), "Audit entry 2 was changed."),
        (("DELETE FROM audit WHERE id = 1",), "Audit entries 1 to 1 are missing."),
        (("DELETE FROM audit WHERE id IN (4, 5)",), "Audit entries 4 to 5 are missing."),
        (SWAP, "Audit entry 3 does not follow the one before it."),
        (("DELETE FROM audit WHERE id > 7",), "The last audit entries were cut off or replaced."),
        (
            (
                "DELETE FROM audit WHERE id > 7",
                "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'audit'",
                "UPDATE audit_head SET entries = 7, mac = (SELECT mac FROM audit WHERE id = 7)",
            ),
            "The end mark of the audit trail was changed.",
        ),
        (
            ("DELETE FROM audit", "DELETE FROM audit_head", "DELETE FROM sqlite_sequence"),
            "The end mark of the audit trail is missing.",
        ),
        ((MADE_UP,), "Audit entry 11 was changed."),
        (("DROP TABLE audit_head", "CREATE TABLE audit_head(id, entries, mac, seal)"),
         "The end mark of the audit trail is missing."),
    ],
)  # fmt: skip
async def test_every_change_behind_the_programs_back_is_found(
    ledger: Ledger, path: Path, statements: tuple[str, ...], found: str
) -> None:
    await filled(ledger)
    raw.run(path, *UNGUARDED, *statements)
    assert found in await ledger.audit.verify()
    assert found in await ledger.check()


async def test_entries_added_after_some_were_cut_off_do_not_hide_it(
    ledger: Ledger, path: Path
) -> None:
    await filled(ledger)
    raw.run(
        path,
        *UNGUARDED,
        "DELETE FROM audit WHERE id > 7",
        "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'audit'",
    )
    await ledger.audit.record("signed_in", "Ada", "x", {})
    assert "Audit entry 8 does not follow the one before it." in await ledger.audit.verify()


async def test_a_trail_without_its_end_mark_takes_no_entries(ledger: Ledger, path: Path) -> None:
    raw.run(path, "DELETE FROM audit_head")
    with pytest.raises(LedgerDamaged):
        await ledger.audit.record("signed_in", "Ada", "x", {})


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET who = 'Eve'", "DELETE FROM audit", REPLACED],
)
async def test_the_database_refuses_to_change_entries(
    ledger: Ledger, path: Path, statement: str
) -> None:
    await filled(ledger)
    before = raw.everything(path)
    with pytest.raises(sqlcipher.IntegrityError, match="audit entries are never"):
        raw.run(path, statement)
    assert raw.everything(path) == before


async def test_the_trail_of_another_vault_does_not_pass(
    opened: Opener, path: Path, clock: Clock
) -> None:
    await filled(await opened())
    other = await Ledger.open(path, key=KEY, audit_key=bytes(32), clock=clock, till="T1")
    try:
        assert "Audit entry 1 was changed." in await other.audit.verify()
    finally:
        await other.close()


async def test_a_trail_of_many_pages_is_read_whole(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 3, 5, 10):
        monkeypatch.setattr(audit, "_PAGE", size)
        if size == 1:
            await filled(ledger)
        assert await ledger.audit.verify() == ()
    raw.run(path, *UNGUARDED, "UPDATE audit SET who = 'Eve' WHERE id = 9")
    assert await ledger.audit.verify() == ("Audit entry 9 was changed.",)


async def test_no_card_number_gets_into_an_entry(ledger: Ledger, path: Path) -> None:
    await ledger.audit.record("note", "Ada", "x", {"said": "card 4242 4242 4242 4242"})
    assert "4242" not in str(raw.rows(path, "SELECT detail FROM audit"))
