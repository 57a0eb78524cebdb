"""What no file of the project may hold: addresses of package indexes, paths of one machine, cards.

The forbidden words are put together from pieces here, so that this file keeps its own rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source_rules import ROOT

MADE_AT_THE_TOP = {"build", "dist", "shots"}
OURS_WITH_A_DOT = {".ci", ".gitignore", ".gitattributes"}
CARDS = Path(__file__).with_name("published_cards.txt")
BINARY = {".ttf", ".png", ".ico", ".icns", ".pdf"}

FORBIDDEN = {
    "the address of a package index": re.compile(
        "pypi" + r"\.org|python" + r"hosted|\bregistry" + r"\.[a-z0-9-]+\.[a-z]{2,}"
    ),
    "a path of one machine": re.compile(
        "/ro" + r"ot/|/t" + r"mp/|/ho" + r"me/[a-z]+/|/Us" + r"ers/\w|[A-Z]:\\+Us" + "ers"
    ),
    "a plan that is not part of the project": re.compile(
        r"\b(DESIGN|PRACTICES|STACK|SAFETY|UX)" + r"(\.md|,? §)"
    ),
}
PLANTED = {
    "the address of a package index": "https://pypi" + ".org/simple",
    "a path of one machine": "see /ro" + "ot/till",
    "a plan that is not part of the project": "as in DESIGN" + " §4",
}
LIKE_A_CARD = re.compile(  # in one piece, in fours, or as American Express groups it
    r"(?<![0-9A-Za-z.])[2-6]"
    r"(?:[0-9]{12,18}|[0-9]{3}(?:[ -][0-9]{4}){2}[ -][0-9]{1,7}|[0-9]{3}[ -][0-9]{6}[ -][0-9]{4,5})"
    r"(?![0-9A-Za-z])"
)


@cache
def texts() -> dict[str, str]:
    """Path from the project's top -> text, of every text file that belongs to the project."""
    found = {}
    for file in sorted(ROOT.rglob("*")):
        parts = file.relative_to(ROOT).parts
        hidden = any(p.startswith(".") and p not in OURS_WITH_A_DOT for p in parts)
        made = "__pycache__" in parts or parts[0] in MADE_AT_THE_TOP
        if hidden or made or file.suffix in BINARY or not file.is_file():
            continue
        found["/".join(parts)] = file.read_text(encoding="utf-8")
    return found


def luhn_holds(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def cards_in(text: str) -> set[str]:
    digits = (re.sub(r"[ -]", "", match[0]) for match in LIKE_A_CARD.finditer(text))
    return {number for number in digits if luhn_holds(number)}


@cache
def published() -> frozenset[str]:
    lines = CARDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str, record_property: Callable[[str, object], None]) -> None:
    record_property("files looked at", len(texts()))
    assert {"pyproject.toml", "dev.py", "packaging/requirements/app.txt"} <= texts().keys()
    findings = [
        f"{place}:{number}: {line.strip()[:100]}"
        for place, text in texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert findings == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_no_file_may_hold_would_be_found(what: str) -> None:
    assert FORBIDDEN[what].search(PLANTED[what])


def test_the_only_card_numbers_are_published_test_cards(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("files looked at", len(texts()))
    assert len(texts()) > 0
    findings = [
        f"{place}: a card number that ends in {number[-4:]}"
        for place, text in texts().items()
        for number in sorted(cards_in(text) - published())
    ]
    assert findings == []


@pytest.mark.parametrize("parts", [("4242",) * 4, ("3782", "822463", "10005")])
@pytest.mark.parametrize("gap", ["", " ", "-"])
def test_a_card_number_would_be_found(parts: tuple[str, ...], gap: str) -> None:
    assert cards_in(f"pays with {gap.join(parts)}, please") == {"".join(parts)}
