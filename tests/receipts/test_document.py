"""The drawn receipt: every word is on it, on every paper, and nothing in a name is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QFontDatabase, QTextDocument, QTextFormat

from posapp import assets
from posapp.model.order import Customer
from posapp.model.payment import PaymentStatus
from posapp.receipts import layout
from posapp.receipts.content import Receipt
from posapp.receipts.document import document
from posapp.receipts.errors import ReceiptError
from posapp.receipts.layout import FAMILY, Style, font_of, load_fonts
from posapp.receipts.pages import LONGEST_PAGE_MM, Pages
from posapp.receipts.paper import A4, BLACK, COLOUR, LETTER, ROLL, UNITS_PER_MM, Paper, units
from tests.receipts.samples import CARD_NUMBER, MIXED_ORDER, ORDER, PAYMENT, line, refund, sale

pytestmark = pytest.mark.usefixtures("qapp")

PAPERS = pytest.mark.parametrize("paper", [ROLL, A4, LETTER], ids=lambda paper: paper.name)
HOSTILE = (
    '<b onclick="x()">Mug</b> <img src="file:///etc/passwd"> & co',
    "\u202egnp.exe\u202c \u2066inside\u2069",
    "W" * 300,
    "漢字の長い商品名" * 30,
    "שלום עולם 123 מוצר",
    "z" + "\u0301" * 60,
    "\ufffc\ufdd0\ufdd1\x00\u2028end",
    f"card {CARD_NUMBER}",
)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from texts(part)


def words_of(receipt: Receipt) -> set[str]:
    printed = replace(receipt, file_name="", items=())
    return {text for text in texts(asdict(printed)) if text} - set(receipt.result.tone)


def plain(made: QTextDocument) -> str:
    return made.toPlainText().replace("\u00a0", " ")


@PAPERS
@pytest.mark.parametrize("searchable", [False, True])
def test_every_word_of_a_receipt_is_on_the_paper(paper: Paper, searchable: bool) -> None:
    training = replace(PAYMENT, live=False, amount=MIXED_ORDER.total)
    for receipt in (sale(MIXED_ORDER, training), refund()):
        shown = plain(document(receipt, paper, searchable=searchable))
        for text in words_of(receipt) - {receipt.result.tone.value}:
            assert text.replace("\u00a0", " ") in shown
        for item in receipt.items:
            for text in (item.name, item.quantity, item.price, item.total, item.rate):
                assert text.replace("\u00a0", " ") in shown


@PAPERS
def test_no_word_stands_on_paper_that_the_receipt_does_not_say(paper: Paper) -> None:
    receipt = sale(MIXED_ORDER)
    shown = plain(document(receipt, paper))
    for text in sorted(texts(asdict(receipt)), key=len, reverse=True):
        shown = shown.replace(text.replace("\u00a0", " "), "")
    # What the arrangement adds: the heads of the table, the times sign, the name of the tax.
    assert set(re.findall(r"\w+", shown)) <= {"Item", "Quantity", "Price", "VAT", "x"}


@PAPERS
def test_hostile_names_are_plain_words_and_stay_on_the_paper(paper: Paper) -> None:
    order = replace(
        ORDER,
        lines=tuple(line(name, 100) for name in HOSTILE),
        customer=Customer(name=HOSTILE[2]),
    )
    made = document(sale(order), paper)
    shown = plain(made)
    assert HOSTILE[0] in shown
    assert "gnp.exe inside" in shown
    assert "card •••• 4242" in shown
    assert shown.count("W" * 300) == 2
    assert "\u202e" not in shown
    assert made.idealWidth() <= paper.content_width + 1
    assert images_in(made) == 0


def images_in(made: QTextDocument) -> int:
    return sum(
        1 for kind in made.allFormats() if kind.objectType() == QTextFormat.ObjectTypes.ImageObject
    )


@PAPERS
@pytest.mark.parametrize("ink", [COLOUR, BLACK], ids=["colour", "black"])
def test_only_the_inks_of_the_paper_are_used(paper: Paper, ink: object) -> None:
    assert ink in (COLOUR, BLACK)
    chosen = COLOUR if ink is COLOUR else BLACK
    made = document(sale(payment=replace(PAYMENT, live=False)), paper, ink=chosen)
    used = {
        kind.foreground().color().name()
        for kind in made.allFormats()
        if kind.isCharFormat() and kind.hasProperty(QTextFormat.Property.ForegroundBrush)
    }
    allowed = {QColor(colour).name() for colour in asdict(chosen).values() if colour}
    assert used <= allowed
    assert QColor(chosen.moved).name() in used


@pytest.mark.parametrize(
    ("status", "ink"),
    [
        (PaymentStatus.CAPTURED, COLOUR.moved),
        (PaymentStatus.DECLINED, COLOUR.not_moved),
        (PaymentStatus.UNKNOWN, COLOUR.not_known),
    ],
)
def test_the_result_has_the_colour_of_its_truth(status: PaymentStatus, ink: str) -> None:
    receipt = sale(payment=replace(PAYMENT, status=status))
    made = document(receipt, ROLL)
    found = made.find(receipt.result.words)
    assert found.charFormat().foreground().color() == QColor(ink)


@PAPERS
def test_a_huge_amount_stays_on_one_line(paper: Paper) -> None:
    order = replace(ORDER, lines=(line("Gold", 99_999_999_999, 9),))
    usual = document(sale(), paper)
    assert usual.find("€ 27.80").charFormat().font().pixelSize() == paper.scale.amount
    made = document(sale(order), paper)
    assert made.size().height() > 0  # lays it out
    found = made.find("€ 8,999,999,999.91")
    assert found.block().layout().lineCount() == 1
    assert found.charFormat().font().pixelSize() <= paper.scale.amount


def test_a_roll_is_as_long_as_its_receipt_and_grows_with_every_line() -> None:
    heights = []
    for count in (1, 2, 20, 100):
        order = replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(count)))
        pages = Pages(sale(order), ROLL)
        assert pages.count == 1
        heights.append(pages.height_mm)
    assert heights == sorted(set(heights))
    per_line = (heights[3] - heights[2]) / 80
    assert 5 < per_line < 15


def test_a_roll_ends_where_pages_end_and_goes_on() -> None:
    order = replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(700)))
    pages = Pages(sale(order), ROLL)
    assert pages.height_mm == LONGEST_PAGE_MM
    assert pages.count == 2


def test_a_long_receipt_takes_several_sheets_with_the_heads_on_each() -> None:
    assert Pages(sale(), A4).count == 1
    assert Pages(sale(), LETTER).count == 1
    order = replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(60)))
    pages = Pages(sale(order), A4)
    assert pages.count == 3
    assert (pages.width_mm, pages.height_mm) == (210, 297)


@PAPERS
def test_a_receipt_that_says_little_is_still_drawn(paper: Paper) -> None:
    bare = replace(sale(), shop="", shop_lines=(), about=(), items=(), taxes=(), payment=())
    shown = plain(document(replace(bare, footer=()), paper))
    assert shown.split() == ["Receipt", "€", "27.80", "Paid", "Total", "€", "27.80", "Payment"]
    assert Pages(bare, paper).count == 1


def test_an_uncut_roll_has_no_height() -> None:
    with pytest.raises(ValueError, match="no height"):
        _ = ROLL.content_height
    assert A4.content_height == units(297 - 36)
    assert UNITS_PER_MM == 20


def test_figures_line_up_unless_they_must_be_searchable() -> None:
    assert features(searchable=False) == {"tnum": 1}
    assert features(searchable=True) == {"calt": 0}


def features(*, searchable: bool) -> dict[str, int]:
    font = font_of(Style(40, "", searchable=searchable))
    names = {name: QFont.Tag(name) for name in ("tnum", "calt")}
    return {name: font.featureValue(tag) for name, tag in names.items() if font.isFeatureSet(tag)}


def test_the_programs_own_font_is_used() -> None:
    load_fonts()
    load_fonts.__wrapped__()  # finds it there
    assert QFontDatabase.hasFamily(FAMILY)
    made = document(sale(), ROLL)
    families = {
        kind.toCharFormat().font().family() for kind in made.allFormats() if kind.isCharFormat()
    }
    assert families == {FAMILY}


@pytest.mark.parametrize("contents", [[], ["Inter-Regular.ttf"]])
def test_a_missing_or_damaged_font_is_said_plainly(
    contents: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in contents:
        (tmp_path / name).write_bytes(b"not a font")
    monkeypatch.setattr(layout, "FAMILY", "Inter Nowhere" if not contents else "Inter-")
    monkeypatch.setattr(assets, "path", lambda _: tmp_path)
    with pytest.raises(ReceiptError, match="Install the program again"):
        load_fonts.__wrapped__()


def test_a_missing_font_folder_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "FAMILY", "Inter Nowhere")
    monkeypatch.setattr(assets, "root", lambda: tmp_path)
    with pytest.raises(ReceiptError, match=r"fonts is missing.*Install the program again"):
        load_fonts.__wrapped__()
