"""No damage to the files ever makes the vault open with something that was not saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar

import pytest

from posapp.vault.errors import VaultDamaged, VaultError, VaultTooNew, WrongPassphrase
from posapp.vault.file import (
    MOST_BYTES,
    SETTINGS,
    Sealed,
    _code_over,
    data_key_of,
    parse,
    read_record,
)
from posapp.vault.generations import Places, find
from posapp.vault.kdf import OWNER_COST
from posapp.vault.slots import DeviceOpener, Opener, PassphraseOpener, Slot, SlotKind
from posapp.vault.store import Vault
from tests.vault.disks import MemoryDisk
from tests.vault.samples import (
    CHEAP,
    OTHER_PASSPHRASE,
    PATH,
    contents,
    noon,
    passphrase,
)

OLD, NEW = contents("Old shop"), contents("New shop")
COPY = PATH.with_name("vault.bak")


@cache
def saved() -> dict[Path, bytes]:
    """A vault file with ``NEW`` and a copy with ``OLD``."""
    disk = MemoryDisk()
    vault = Vault.create(PATH, passphrase(), OLD, cost=CHEAP, disk=disk, now=noon)
    for _ in range(6):
        vault.save(OLD)
    vault.save(NEW)
    assert vault.generation == 8
    return disk.files()


def main_file() -> bytes:
    return saved()[PATH]


def outcome(main: bytes, *, copy: bytes | None) -> Vault | VaultError:
    """What opening gives; anything but a vault or a ``VaultError`` fails the test."""
    files = {PATH: main} if copy is None else {PATH: main, COPY: copy}
    try:
        return Vault.open(PATH, passphrase(), disk=MemoryDisk(files))
    except VaultError as error:
        return error


def assert_clear(error: Vault | VaultError) -> None:
    assert isinstance(error, VaultDamaged | WrongPassphrase | VaultTooNew), error
    assert error.sentence.count(". ") >= 1, "what happened, then what to do"
    assert error.sentence.endswith(".")


def flipped(data: bytes, place: int, bit: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def test_the_undamaged_file_opens() -> None:
    vault = outcome(main_file(), copy=saved()[COPY])
    assert isinstance(vault, Vault)
    assert vault.contents == NEW


def test_a_flipped_bit_in_any_byte_is_a_clear_error() -> None:
    for place in range(len(main_file())):
        assert_clear(outcome(flipped(main_file(), place, place % 8), copy=None))


def test_a_flipped_bit_in_any_byte_falls_back_to_the_copy_and_says_so() -> None:
    for place in range(len(main_file())):
        vault = outcome(flipped(main_file(), place, (place + 3) % 8), copy=saved()[COPY])
        assert isinstance(vault, Vault), place
        assert vault.contents == OLD
        assert vault.notice is not None
        assert vault.notice.startswith("The newest vault file was damaged; the copy from 2031-03-0")


@pytest.mark.parametrize("bit", range(8))
def test_every_bit_counts_where_versions_and_codes_stand(bit: int) -> None:
    main = main_file()
    first = main.index(b"\n") + 1
    sealed = main.index(b'"sealed":1') + len(b'"sealed":')
    for place in (*range(first), sealed, *range(len(main) - 66, len(main))):
        assert_clear(outcome(flipped(main, place, bit), copy=None))
        vault = outcome(flipped(main, place, bit), copy=saved()[COPY])
        assert isinstance(vault, Vault), place
        assert vault.contents == OLD


def test_a_file_cut_short_anywhere_is_a_clear_error() -> None:
    for length in range(len(main_file())):
        assert_clear(outcome(main_file()[:length], copy=None))


def test_a_file_cut_short_anywhere_falls_back_to_the_copy_and_says_so() -> None:
    for length in range(len(main_file())):
        vault = outcome(main_file()[:length], copy=saved()[COPY])
        assert isinstance(vault, Vault), length
        assert vault.contents == OLD
        assert vault.notice is not None
        assert "was damaged" in vault.notice


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data + b"\n",
        lambda data: data + b"x",
        lambda data: b"\n" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b",", b", "),
        lambda data: data + data,
        lambda data: bytes(len(data)),
        lambda data: data[:0],
        lambda data: b"PK\x03\x04" + data,
        lambda data: data[:17] + b"[" * 100_000 + data[-66:],
        lambda data: data[:17] + b"{}" + data[-66:],
        lambda data: data[:17] + b"\xff\xfe" + data[-66:],
        lambda data: data[:-65] + b"0" * 64 + b"\n",
        lambda data: data[:-65] + data[-65:].upper(),
    ],
)
def test_other_damage_is_a_clear_error(damage: Callable[[bytes], bytes]) -> None:
    damaged = damage(main_file())
    assert damaged != main_file()
    assert_clear(outcome(damaged, copy=None))
    vault = outcome(damaged, copy=saved()[COPY])
    assert isinstance(vault, Vault)
    assert vault.contents == OLD


def test_a_file_of_absurd_size_is_not_read_whole() -> None:
    class Counting(MemoryDisk):
        most = 0

        def read(self, path: Path, most: int) -> bytes:
            self.most = max(self.most, most)
            return super().read(path, most)

    disk = Counting({PATH: bytes(3 * MOST_BYTES)})
    with pytest.raises(VaultDamaged, match="too large"):
        Vault.open(PATH, passphrase(), disk=disk)
    assert disk.most <= MOST_BYTES + 1


@pytest.mark.parametrize("part", ["salt", "nonce", "wrapped", "id", "kind"])
def test_a_tampered_slot_and_a_wrong_passphrase_are_told_alike(part: str) -> None:
    main = main_file().decode()
    found = re.search(rf'"{part}":"([0-9a-z]+)"', main)
    assert found is not None
    changed = "".join("0" if c != "0" else "1" for c in found[1])
    tampered = main.replace(found[1], "device" if part == "kind" else changed)
    error = outcome(tampered.encode(), copy=None)
    if part == "kind":
        assert isinstance(error, VaultDamaged)
        return
    with pytest.raises(WrongPassphrase) as wrong:
        Vault.open(PATH, passphrase(OTHER_PASSPHRASE), disk=MemoryDisk({PATH: main_file()}))
    assert isinstance(error, WrongPassphrase)
    assert error.sentence == wrong.value.sentence


class Counting:
    """An opener that counts how often a key is stretched."""

    kind: ClassVar[SlotKind] = "passphrase"

    def __init__(self, text: str) -> None:
        self._inner: Opener = PassphraseOpener(passphrase(text), OWNER_COST)
        self.asked: list[str] = []

    def blank(self, *, sealed: int) -> Slot:
        return self._inner.blank(sealed=sealed)

    def kek(self, slot: Slot) -> bytes:
        self.asked.append(slot.salt)
        return self._inner.kek(slot)


def test_a_tampered_slot_costs_the_same_work_as_a_wrong_passphrase() -> None:
    main = main_file().decode()
    wrapped = re.search(r'"wrapped":"([0-9a-f]+)"', main)
    assert wrapped is not None
    tampered = main.replace(wrapped[1], "0" * 96).encode()
    work = []
    for file, text in ((tampered, "rain on the copper roof"), (main.encode(), OTHER_PASSPHRASE)):
        opener = Counting(text)
        with pytest.raises(WrongPassphrase):
            find(MemoryDisk({PATH: file}), Places(PATH), opener)
        work.append(len(opener.asked))
    assert work == [1, 1]


def test_a_passphrase_is_stretched_once_for_the_vault_and_its_copy() -> None:
    opener = PassphraseOpener(passphrase(OTHER_PASSPHRASE), OWNER_COST)
    with pytest.raises(WrongPassphrase):
        find(MemoryDisk(saved()), Places(PATH), opener)
    assert len(opener._known) == 1


@pytest.mark.parametrize(
    ("m", "t", "p"),
    [
        (1024 * 1024 + 1, 1, 1),
        (2**62, 1, 1),
        (8, 11, 1),
        (8, 2**40, 1),
        (128, 1, 9),
        (7, 1, 1),
        (8, 0, 1),
        (8, 1, 0),
        (-8, 1, 1),
        (8, 1, 2),
    ],
)
def test_a_file_that_asks_for_too_much_work_is_refused_before_any_is_done(
    m: int, t: int, p: int
) -> None:
    asked = f'"argon2id":{{"m":{m},"t":{t},"p":{p}}}'
    forged = main_file().replace(b'"argon2id":{"m":8,"t":1,"p":1}', asked.encode())
    assert forged != main_file()
    opener = Counting("rain on the copper roof")
    with pytest.raises(VaultDamaged):
        find(MemoryDisk({PATH: forged}), Places(PATH), opener)
    assert opener.asked == []


def test_slots_cannot_be_repeated_to_make_opening_slow() -> None:
    slot = re.search(rb'"slots":\[(.+?)\],"records"', main_file())
    assert slot is not None
    forged = main_file().replace(slot[1], b",".join([slot[1]] * 5))
    opener = Counting(OTHER_PASSPHRASE)
    with pytest.raises(VaultDamaged):
        find(MemoryDisk({PATH: forged}), Places(PATH), opener)
    assert opener.asked == []


def test_weaker_work_cannot_be_slipped_in() -> None:
    disk = MemoryDisk()
    strong = type(CHEAP)(memory_kib=64, passes=2, lanes=1)
    Vault.create(PATH, passphrase(), OLD, cost=strong, disk=disk)
    forged = disk.files()[PATH].replace(b'"m":64,"t":2', b'"m":8,"t":1')
    with pytest.raises(WrongPassphrase):
        Vault.open(PATH, passphrase(), disk=MemoryDisk({PATH: forged}))


def test_the_record_of_one_save_cannot_be_put_into_another() -> None:
    old, new = saved()[COPY], main_file()
    records = re.compile(rb'"records":\[.+\]')
    of_old = records.search(old)
    of_new = records.search(new)
    assert of_old is not None
    assert of_new is not None
    assert_clear(outcome(new.replace(of_new[0], of_old[0]), copy=None))


def signed_anew(change: tuple[bytes, bytes]) -> tuple[Sealed, bytearray]:
    """The file with some bytes changed and the code over it made right again."""
    opener = PassphraseOpener(passphrase(), OWNER_COST)
    data_key = data_key_of(parse(main_file()), opener)
    assert data_key is not None
    covered = main_file()[:-65].replace(*change)
    assert covered != main_file()[:-65]
    vault_id = parse(main_file()).body.vault
    return parse(covered + _code_over(covered, data_key, vault_id) + b"\n"), data_key


def test_a_vault_without_settings_is_a_clear_error() -> None:
    sealed, data_key = signed_anew((b'"id":"settings"', b'"id":"something"'))
    with pytest.raises(VaultDamaged, match="readable settings"):
        read_record(sealed, data_key, SETTINGS)


@pytest.mark.parametrize(
    "change",
    [(b'"version":8', b'"version":7'), (b'"id":"settings"', b'"id":"something"')],
)
def test_a_record_is_bound_to_its_name_and_version(change: tuple[bytes, bytes]) -> None:
    sealed, data_key = signed_anew(change)
    record = sealed.body.records[0]
    with pytest.raises(VaultDamaged, match="readable settings"):
        read_record(sealed, data_key, record.id)


def test_a_device_slot_has_no_passphrase() -> None:
    slot = DeviceOpener(bytes(32)).blank(sealed=1)
    with pytest.raises(ValueError, match="not a passphrase slot"):
        PassphraseOpener(passphrase(), CHEAP).kek(slot)


def test_a_newer_format_is_never_replaced_by_the_copy() -> None:
    newer = main_file().replace(b"posapp-vault/1/1", b"posapp-vault/2/2")
    for copy in (None, saved()[COPY]):
        error = outcome(newer, copy=copy)
        assert isinstance(error, VaultTooNew)
        assert "Update the program" in error.sentence


def test_a_damaged_file_beside_a_copy_of_a_newer_format_is_told_as_too_new() -> None:
    newer = saved()[COPY].replace(b"posapp-vault/1/1", b"posapp-vault/2/2")
    assert isinstance(outcome(b"damaged", copy=newer), VaultTooNew)


def test_a_newer_format_that_appears_while_open_is_not_overwritten() -> None:
    disk = MemoryDisk(saved())
    vault = Vault.open(PATH, passphrase(), disk=disk)
    newer = main_file().replace(b"posapp-vault/1/1", b"posapp-vault/2/2")
    disk.remove(PATH)
    file = disk.create(PATH)
    disk.write(file, newer)
    disk.close(file)
    with pytest.raises(VaultTooNew):
        vault.save(OLD)
    assert disk.files()[PATH] == newer


def test_a_damaged_file_is_set_aside_by_the_next_save_and_not_lost() -> None:
    disk = MemoryDisk({PATH: b"damaged", COPY: saved()[COPY]})
    vault = Vault.open(PATH, passphrase(), disk=disk)
    vault.save(NEW)
    assert disk.files()[PATH.with_name("vault.damaged")] == b"damaged"
    assert disk.files()[COPY] == saved()[COPY]
    again = Vault.open(PATH, passphrase(), disk=disk)
    assert (again.contents, again.notice) == (NEW, None)


def test_a_missing_file_falls_back_to_the_copy_and_says_so() -> None:
    vault = Vault.open(PATH, passphrase(), disk=MemoryDisk({COPY: saved()[COPY]}))
    assert vault.contents == OLD
    assert vault.notice is not None
    assert vault.notice.startswith("The vault file was missing; the copy from")


def test_an_older_file_in_the_place_of_the_newest_falls_back_and_says_so() -> None:
    disk = MemoryDisk({PATH: saved()[COPY], COPY: saved()[PATH]})
    vault = Vault.open(PATH, passphrase(), disk=disk)
    assert vault.contents == NEW
    assert vault.notice is not None
    assert vault.notice.startswith("An older vault file stood in the place of the newest")


def test_a_complete_save_that_was_cut_short_is_used_and_said() -> None:
    fresh = PATH.with_name("vault.tmp")
    disk = MemoryDisk({PATH: saved()[COPY], fresh: saved()[PATH]})
    vault = Vault.open(PATH, passphrase(), disk=disk)
    assert vault.contents == NEW
    assert vault.notice is not None
    assert vault.notice.startswith("The last save was cut short, but complete")


@pytest.mark.parametrize("left", [b"", b"half", None])
def test_a_leftover_that_is_not_newer_is_passed_over(left: bytes | None) -> None:
    fresh = PATH.with_name("vault.tmp")
    disk = MemoryDisk({**saved(), fresh: saved()[COPY] if left is None else left})
    vault = Vault.open(PATH, passphrase(), disk=disk)
    assert (vault.contents, vault.notice) == (NEW, None)
    vault.save(OLD)
    assert fresh not in disk.files()


def test_two_damaged_files_are_a_clear_error() -> None:
    body = main_file()
    code = body[:-66] + (b"0" if body[-66:-65] != b"0" else b"1") + body[-65:]
    for copy in (b"damaged too", code):
        error = outcome(code, copy=copy)
        assert isinstance(error, VaultDamaged)
        assert "Restore a backup" in error.sentence
