"""Nothing the vault says when something goes wrong contains a secret."""

from __future__ import annotations

import base64
import errno
import traceback
from collections.abc import Callable

import pytest

from posapp.model.secret import Secret
from posapp.vault.pin import check_pin
from posapp.vault.settings import VaultContents, account_from
from posapp.vault.store import Vault
from tests.vault.disks import GarblesWrites, MemoryDisk, SteppedDisk
from tests.vault.samples import (
    CANARIES,
    CHEAP,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    PATH,
    contents,
    passphrase,
)

LIVE_KEY = "api_live_sk_canary5555"
PIN = "739105"
SECRETS = (*CANARIES, LIVE_KEY, PASSPHRASE, OTHER_PASSPHRASE, PIN)


def made(disk: MemoryDisk | None = None) -> tuple[Vault, MemoryDisk]:
    disk = disk or MemoryDisk()
    full = contents(full=True)
    return Vault.create(PATH, passphrase(), full, cost=CHEAP, disk=disk), disk


def wrong_passphrase() -> None:
    Vault.open(PATH, passphrase(OTHER_PASSPHRASE), disk=made()[1])


def damaged() -> None:
    files = made()[1].files()
    Vault.open(PATH, passphrase(), disk=MemoryDisk({PATH: files[PATH][:-70]}))


def older() -> None:
    Vault.open(PATH, passphrase(), at_least=9, disk=made()[1])


def locked() -> None:
    vault = made()[0]
    vault.lock()
    vault.save(contents())


def disk_full() -> None:
    vault, disk = made()
    vault._disk = SteppedDisk(disk, fail_at=4, error=OSError(errno.ENOSPC, "full"))
    vault.save(contents(full=True))


def garbled() -> None:
    _, disk = made()
    Vault.open(PATH, passphrase(), disk=GarblesWrites(disk.files())).save(contents(full=True))


def passphrase_change_refused() -> None:
    vault, disk = made()
    vault._disk = SteppedDisk(disk, fail_at=20, error=OSError(errno.EIO, "broken"))
    vault.change_passphrase(Secret(OTHER_PASSPHRASE), cost=CHEAP)


def newer_settings() -> None:
    stored = contents(full=True).to_bytes()
    VaultContents.from_bytes(stored.replace(b'"client_id"', b'"client_no"'))


def newer_settings_beside_a_key() -> None:
    stored = contents(full=True).to_bytes()
    VaultContents.from_bytes(stored.replace(b'"api_key"', b'"api_token"'))


def broken_settings() -> None:
    VaultContents.from_bytes(contents(full=True).to_bytes()[:-5])


def unusable_settings() -> None:
    stored = contents(full=True).to_bytes()
    VaultContents.from_bytes(stored.replace(b'"mode":"test"', b'"mode":"live"'))


def written_elsewhere() -> None:
    contents(full=True).model_dump_json()


def live_key_in_test_mode() -> None:
    account_from(
        {
            "kind": "flowlix",
            "id": "f",
            "label": "F",
            "mode": "test",
            "base_url": "https://api.flowlix.dev",
            "api_key": Secret(LIVE_KEY),
        }
    )


def key_as_plain_text() -> None:
    account_from({"kind": "flowlix", "id": "f", "label": "F", "mode": "test", "api_key": LIVE_KEY})


def live_in_training() -> None:
    account = {
        "kind": "flowlix",
        "id": "f",
        "label": "F",
        "mode": "live",
        "base_url": "https://api.flowlix.dev",
        "api_key": Secret(LIVE_KEY),
    }
    live = contents().with_account(account_from(account))
    Vault.training(PATH, live, disk=MemoryDisk())


def no_such_account() -> None:
    contents(full=True).account("nobody")


def pin_hash_unreadable() -> None:
    check_pin(Secret(PIN), "nothing of the sort")


FAILURES = [
    wrong_passphrase,
    damaged,
    older,
    locked,
    disk_full,
    garbled,
    passphrase_change_refused,
    newer_settings,
    newer_settings_beside_a_key,
    broken_settings,
    unusable_settings,
    written_elsewhere,
    live_key_in_test_mode,
    key_as_plain_text,
    live_in_training,
    no_such_account,
    pin_hash_unreadable,
]


def everything_about(error: BaseException) -> str:
    """The traceback, and all that hangs on the error and on those behind it."""
    told = ["".join(traceback.format_exception(error))]
    waiting: list[BaseException | None] = [error]
    while waiting:
        seen = waiting.pop()
        if seen is not None:
            told += [str(seen), repr(seen), repr(seen.args), repr(getattr(seen, "__dict__", {}))]
            told += [repr(getattr(seen, name, "")) for name in ("object", "doc", "sentence")]
            waiting += [seen.__cause__, seen.__context__]
    return "\n".join(told)


def forms(secret: str) -> list[str]:
    raw = secret.encode()
    inner = base64.b64encode(raw).decode().rstrip("=")[:-2]
    return [secret, raw.hex(), repr(raw)[2:-1], inner]


@pytest.mark.parametrize("fail", FAILURES)
def test_no_error_tells_a_secret(fail: Callable[[], None]) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each error is tested where it belongs
        fail()
    told = everything_about(caught.value)
    for secret in SECRETS:
        for form in forms(secret):
            assert form not in told


def test_the_search_for_secrets_would_find_one() -> None:
    def hides_it_behind_another() -> None:
        try:
            int(LIVE_KEY)
        except ValueError as inner:
            raise RuntimeError("something else") from inner

    with pytest.raises(RuntimeError) as caught:
        hides_it_behind_another()
    assert LIVE_KEY not in str(caught.value)
    assert LIVE_KEY in everything_about(caught.value)
