"""A ledger is moved to a server with one command."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio

from posapp import app, building, front, moving
from posapp.model.secret import Secret
from posapp.runtime.tasks import spawn
from posapp.vault.settings import SharedLedger, VaultContents, shop_from
from posapp.vault.store import Vault
from tests.database import DatabaseServer, database_server, started_server

__all__ = ["database_server", "started_server"]

pytest.importorskip("psycopg", exc_type=ImportError)
pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("qapp")]
ROOT = Path(__file__).parents[1]
_COMMAND = (sys.executable, "-m", "posapp", "--training")
PASSWORD = "not-to-be-shown"  # the server of the tests lets everybody in


@pytest_asyncio.fixture
async def practised(tmp_path: Path) -> Path:
    """A data folder in which somebody has practised."""
    folder = app.folder_of(tmp_path, training=True)
    with front.take(folder):
        async with building.opened(folder, None, training=True) as (desk, _notice):
            assert await desk.till.ledger.check() == ()
    return tmp_path


def url_of(server: DatabaseServer) -> str:
    where = server.address
    host = quote(where.host, safe="")
    return f"postgresql://{quote(where.user)}@{host}:{where.port}/{where.database}"


async def run(home: Path, *arguments: str, password: str = PASSWORD) -> tuple[int, str, str]:
    """The command, by somebody without a terminal."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    if password:
        environment["POSAPP_DATABASE_PASSWORD"] = password
    done = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            "-m",
            "posapp",
            "--training",
            "--home",
            str(home),
            "move-ledger",
            *arguments,
        ],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert PASSWORD not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


async def test_one_command_moves_everything_and_the_till_works_on_it_from_then_on(
    practised: Path, database_server: DatabaseServer
) -> None:
    to = url_of(database_server)
    code, out, errors = await run(practised, "--to", to, "--json")
    assert (code, errors) == (0, "")
    told = json.loads(out)
    assert told["moved_before"] is False
    assert told["rows"]["products"] == database_server.run("SELECT count(*) FROM products")[0][0]
    assert told["rows"]["products"] > 0
    folder = app.folder_of(practised, training=True)
    findings = await building.health(folder, None, training=True)
    assert [each for each in findings if not each.sound] == []
    assert database_server.run("SELECT count(*) FROM products")[0][0] == told["rows"]["products"]
    code, out, errors = await run(practised, "--to", to)
    assert (code, out) == (1, "")
    assert errors == "This till works on the shared ledger already.\n"


async def test_the_end_is_told_in_words(practised: Path, database_server: DatabaseServer) -> None:
    secret = practised / "password"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    arguments = ("--to", url_of(database_server), "--password-file", str(secret))
    code, out, errors = await run(practised, *arguments, password="")
    assert (code, errors) == (0, "")
    assert "compared and are equal" in out
    assert "from its next start" in out
    assert out.count("\n") == 1


async def test_while_the_program_is_open_nothing_is_moved(
    practised: Path, database_server: DatabaseServer
) -> None:
    with front.take(app.folder_of(practised, training=True)):
        code, out, errors = await run(practised, "--to", url_of(database_server))
    assert (code, out) == (1, "")
    assert "already in use" in errors
    assert database_server.schema() == []


async def test_what_is_missing_or_wrong_is_said_in_one_sentence(
    practised: Path, tmp_path: Path, database_server: DatabaseServer
) -> None:
    to = url_of(database_server)
    hidden = to.replace("@", ":hunter2@", 1)
    for arguments, password, said in (
        (("--to", to), "", "No password was given"),
        ((), PASSWORD, "No server is set up"),
        (("--password-file", "x"), PASSWORD, "--password-file goes with --to only"),
        (("--to", to, "--password-file", "nowhere"), "", "cannot be read from nowhere"),
        (("--to", hidden), PASSWORD, "Change that password"),
        (("--to", "postgresql://u@127.0.0.1:1/d"), PASSWORD, "does not answer"),
    ):
        code, out, errors = await run(practised, *arguments, password=password)
        assert (code, out) == (1, "")
        assert said in errors
        assert errors.count("\n") == 1
        assert "hunter2" not in errors
    code, _, errors = await run(tmp_path / "new", "--to", to)
    assert code == 1
    assert "Nothing is set up here" in errors
    assert database_server.schema() == []


async def test_whoever_ends_the_command_finds_both_as_they_were(
    practised: Path, database_server: DatabaseServer
) -> None:
    folder = app.folder_of(practised, training=True)
    loop = asyncio.get_running_loop()
    ended = threading.Event()

    async def end() -> None:
        work.cancel()
        for _ in range(10):  # until the cancellation has gone down to where the move is waited for
            await asyncio.sleep(0)
        ended.set()

    def progress(_done: int, _total: int) -> None:
        if not ended.is_set():
            loop.call_soon_threadsafe(lambda: spawn(end(), name="end the move"))
            ended.wait(30)

    async def attempt() -> str:
        target = moving.Target(url_of(database_server), Secret(PASSWORD))
        try:
            await moving.move_ledger(folder, None, target=target, training=True, progress=progress)
        except building.Closed as problem:
            return str(problem)
        return "moved"

    with front.take(folder):
        work = spawn(attempt(), name="move")
        assert "was stopped. Nothing was kept" in await work
        assert database_server.schema() == []
    code, out, _ = await run(practised, "--to", url_of(database_server), "--json")
    assert code == 0
    assert json.loads(out)["moved_before"] is False


async def test_a_till_that_once_joined_others_moves_its_own_ledger_under_its_own_key(
    practised: Path, database_server: DatabaseServer
) -> None:
    folder = app.folder_of(practised, training=True)
    where = database_server.address
    shared = SharedLedger(
        host=where.host,
        port=where.port,
        database=where.database,
        user=where.user,
        password=Secret(PASSWORD),
        audit_key=Secret("ab" * 32),
    )
    with _vault(folder) as vault:
        vault.save(vault.contents.changed(shared_ledger=shared))
    code, _, errors = await run(practised)
    assert (code, errors) == (0, "")
    with _vault(folder) as vault:
        kept = vault.contents.shared_ledger
    assert kept is not None
    assert (kept.in_use, kept.audit_key) == (True, None)
    findings = await building.health(folder, None, training=True)
    assert [each for each in findings if not each.sound] == []


def _vault(folder: Path) -> Vault:
    return Vault.training(folder / building.VAULT, VaultContents(shop=shop_from({"name": "Any"})))
