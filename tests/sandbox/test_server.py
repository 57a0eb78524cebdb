from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from posapp.sandbox.server import Sandbox, SandboxError, start
from tests.sandbox.callers import Admin, Flowlix, Payfac, direct, payment

pytestmark = pytest.mark.asyncio


@contextlib.asynccontextmanager
async def _running(state: Path) -> AsyncIterator[tuple[Payfac, Flowlix, Admin]]:
    sandbox = await start(state=state)
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            admin = Admin(http, sandbox.endpoints)
            payfac = Payfac(http, sandbox.endpoints, admin)
            yield payfac, Flowlix(http, sandbox.endpoints.flowlix, admin), admin
    finally:
        await sandbox.stop()


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_the_endpoints_are_one_line_of_json_in_the_agreed_shape(sandbox: Sandbox) -> None:
    line = sandbox.endpoints.as_json()
    assert "\n" not in line
    shape = {name: set(members) for name, members in json.loads(line).items()}
    assert shape == {
        "payfac": {
            "base_url",
            "token_url",
            "client_id",
            "client_secret",
            "scope",
            "api_key",
            "site_identifier",
            "signing_secret",
        },
        "flowlix": {"base_url", "api_key"},
        "flowlix_classic": {"base_url", "api_key"},
        "admin": {"base_url"},
    }
    assert sandbox.endpoints.payfac.base_url.startswith("http://127.0.0.1:")
    assert sandbox.endpoints.payfac.api_key.startswith("sk_sbox_")


async def test_secrets_stay_out_of_the_representation_of_the_credentials() -> None:
    from posapp.sandbox.credentials import Credentials

    keys = Credentials()
    for secret in (keys.client_secret, keys.payfac_api_key, keys.signing_secret):
        assert secret not in repr(keys)


async def test_a_port_in_use_is_told_in_one_sentence(sandbox: Sandbox) -> None:
    port = int(sandbox.endpoints.admin.base_url.split(":")[2].split("/")[0])
    with pytest.raises(SandboxError, match=f"Port {port} on 127.0.0.1 is used by another"):
        await start(port=port)
    with pytest.raises(SandboxError, match="does not exist"):
        await start(port=70000)


async def test_two_gateways_run_side_by_side() -> None:
    first, second = await start(), await start()
    assert first.endpoints != second.endpoints
    await first.stop()
    await second.stop()


async def test_it_stops_promptly_whatever_the_clients_do(
    sandbox: Sandbox, payfac: Payfac, admin: Admin
) -> None:
    address = ("127.0.0.1", int(sandbox.endpoints.admin.base_url.split(":")[2].split("/")[0]))
    half = socket.create_connection(address)
    half.sendall(b"POST /payfac/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
    silent = socket.create_connection(address)
    await admin.fault("delay_before", "payfac.payment", seconds=600)
    waiting = asyncio.get_running_loop().create_task(payfac.post("/payments", payment()))
    await admin.until_the_faults_struck()
    begun = time.monotonic()
    await sandbox.stop()
    assert time.monotonic() - begun < 2
    await asyncio.wait({waiting})
    await sandbox.stop()  # a second stop does nothing
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    half.close()
    silent.close()
    # The fixtures of this test find no task and no thread left.


async def test_a_state_file_carries_everything_over_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    async with _running(state) as (payfac, flowlix, admin):
        await admin.set(payfac_settle_seconds=3600, payfac_list_status=200)
        await admin.forward(5000)
        first = await payfac.post("/payments", payment(source={"cvv": "731"}), key="k")
        charge = await flowlix.post("/v1/payments", direct(), key="k")
        before, now = await admin.dump(), await admin.now()
        keys = payfac.endpoint.api_key, payfac.endpoint.client_id, flowlix.api_key
    text = state.read_text()
    assert "4242424242424242" not in text
    assert "4111111111111111" not in text
    assert '"731"' not in text
    assert '"321"' not in text
    assert _names(tmp_path) == ["training.json"]
    if os.name == "posix":
        assert state.stat().st_mode & 0o077 == 0

    async with _running(state) as (payfac, flowlix, admin):
        assert (payfac.endpoint.api_key, payfac.endpoint.client_id, flowlix.api_key) == keys
        assert await admin.now() >= now
        after = await admin.dump()
        for part in ("payfac", "settings"):
            assert after[part] == before[part]
        assert (await payfac.post("/payments", payment(), key="k")).content == first.content
        again = await flowlix.post("/v1/payments", direct(), key="k")
        assert again.content == charge.content
        changed = await flowlix.post("/v1/payments", direct("4242424242424242"), key="k")
        assert changed.status_code == 409
        # The file holds no trace of the security code, so a restart forgets what it was.
        other_code = direct()
        other_code["payment_method_data"]["card"]["cvc"] = "999"
        assert (await flowlix.post("/v1/payments", other_code, key="k")).content == charge.content
        assert await admin.settle() >= 1
        assert (await payfac.details(first.json()["id"]))["status"] == "Captured"


async def test_every_change_is_in_the_file_before_its_answer(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    async with _running(state) as (payfac, _flowlix, _admin):
        for count in range(1, 4):
            made = await payfac.pay()
            saved = json.loads(state.read_text())
            assert made["id"] in saved["payfac"]
            assert len(saved["payfac"]) == count


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": 2}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": 1, "credentials": {}}',
    ],
)
async def test_a_corrupt_state_is_told_and_left_alone(tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "training.json"
    state.write_bytes(content)
    with pytest.raises(SandboxError, match="cannot be used") as caught:
        await start(state=state)
    assert str(state) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert state.read_bytes() == content


async def test_a_state_with_one_wrong_member_names_it(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    async with _running(state) as (payfac, _flowlix, _admin):
        await payfac.pay()
    good = state.read_text()
    for old, new, word in (
        ('"amount":1000', '"amount":"1000"', "amount"),
        ('"outcome":', '"colour":1,"outcome":', "colour"),
        ('"type":"Capture"', '"type":"Seizure"', "type"),
        ('"api_test_sk_', '"api_live_sk_', "flowlix_api_key"),
        ('"signing_secret":', '"scope":', "signing_secret"),
    ):
        assert old in good
        state.write_text(good.replace(old, new, 1))
        with pytest.raises(SandboxError, match=word):
            await start(state=state)


async def test_a_state_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="cannot be written"):
        await start(state=tmp_path / "missing" / "training.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SandboxError, match="cannot be used"):
        await start(state=tmp_path / "folder")


async def test_a_state_lost_while_running_is_reported_once_and_selling_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    async with _running(folder / "training.json") as (payfac, _flowlix, _admin):
        (folder / "training.json").unlink()
        folder.rmdir()
        with caplog.at_level(logging.ERROR, "posapp.sandbox"):
            await payfac.pay()
            await payfac.pay()
        assert len(caplog.records) == 1
        assert "cannot be written" in caplog.text
        folder.mkdir()
        await payfac.pay()
        assert len(json.loads((folder / "training.json").read_text())["payfac"]) == 3


async def test_nothing_that_was_sent_is_logged(
    payfac: Payfac, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await payfac.pay(source={"cvv": "731"}, key="k")
        payfac.authorization = "Bearer sk_aaaaaaaaaaaaaaaaaaaaaaaaaa"
        assert (await payfac.post("/payments", payment())).status_code == 401
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("http", "asyncio"))]
    text = "\n".join(ours)
    assert "live PayFac key" in text
    for secret in ("4242424242424242", "731", "sk_aaaaaaaaa", payfac.endpoint.api_key):
        assert secret not in text
