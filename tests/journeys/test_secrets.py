"""A card number is nowhere after the charge: not on disk, not on the screen, not behind it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.journeys.gateway import Gateway
from tests.journeys.places import ALL, Place
from tests.journeys.till import Till
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NUMBER, CODE = "378282246310005", "7391"  # a training card with a code of four digits


def traces(content: bytes) -> list[str]:
    """Every way in which the card is in ``content``."""
    found = [how for how, needle in _needles().items() if needle in content]
    for how, text in (("ascii", content), ("utf-16", content.replace(b"\0", b""))):
        if re.search(rb"(?<![0-9A-Za-z])" + CODE.encode() + rb"(?![0-9A-Za-z])", text):
            found.append(f"code in {how}")
    return found


def _needles() -> dict[str, bytes]:
    number = NUMBER.encode()
    needles = {
        "plain": number,
        "reversed": number[::-1],
        "hex": number.hex().encode(),
        "HEX": number.hex().upper().encode(),
        "hex of the figure": f"{int(NUMBER):x}".encode(),
        "utf-16 le": NUMBER.encode("utf-16-le"),
        "utf-16 be": NUMBER.encode("utf-16-be"),
        "figure le": int(NUMBER).to_bytes(7, "little"),
        "figure be": int(NUMBER).to_bytes(7, "big"),
    }
    for mark in (" ", "-", "."):
        for parts in ((4, 6, 5), (4, 4, 4, 3)):
            needles[f"{parts} with {mark!r}"] = mark.join(_cut(NUMBER, parts)).encode()
    for offset in range(3):  # base64 looks different at each of three places
        coded = base64.b64encode(b"\0" * offset + number)
        needles[f"base64 at {offset}"] = coded[4 if offset else 0 : -4]
    return needles


def _cut(text: str, parts: tuple[int, ...]) -> list[str]:
    pieces: list[str] = []
    for part in parts:
        pieces.append(text[:part])
        text = text[part:]
    return pieces


@pytest.mark.parametrize("how", _needles())
async def test_the_search_finds_a_card_written_in_any_of_these_ways(how: str) -> None:
    assert how in traces(b"before" + _needles()[how] + b"after")


async def test_the_search_finds_a_card_inside_base64_of_something_longer() -> None:
    for before in (b"", b"a", b"ab", b"abc"):
        assert traces(base64.b64encode(before + b"card=" + NUMBER.encode() + b";"))


async def test_the_search_finds_a_security_code() -> None:
    assert traces(b'{"cvv": "7391"}')
    assert traces('{"cvv": "7391"}'.encode("utf-16"))


@ALL
async def test_after_a_charge_the_card_is_in_no_file_and_no_widget(
    till: Till, gateway: Gateway, home: Path, place: Place
) -> None:
    await till.phone_order()
    await till.account(place.account)
    await till.key_card(NUMBER, code=CODE)
    assert traces(till.words().encode()) == []  # not even while it is being typed
    assert await till.charge() in ("approved", "declined")
    assert traces(till.words().encode()) == []
    assert traces(QGuiApplication.clipboard().text().encode()) == []
    assert traces((await gateway.everything()).encode()) == []
    _no_file_has_it(home)

    await till.go_on()
    await till.payments()
    await until(lambda: till.shown_payments() == 1)
    assert traces(till.words().encode()) == []
    await till.counter()
    await till.phone_order(product="teapot", caller="B. Lindqvist")
    await till.key_card(NUMBER, code=CODE)
    await till.lock()  # a card that was only half taken leaves nothing either
    assert traces(till.words().encode()) == []
    _no_file_has_it(home)


def _no_file_has_it(home: Path) -> None:
    files = [file for file in home.rglob("*") if file.is_file()]
    assert {"ledger.db", "posapp.log", "gateway.json"} <= {file.name for file in files}
    found = {file.name: traces(file.read_bytes()) for file in files}
    assert {name: ways for name, ways in found.items() if ways} == {}
