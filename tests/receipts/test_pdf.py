"""PDF files are whole or not there, and a bad place is said in a sentence."""

from __future__ import annotations

import errno
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QPainter

from posapp.receipts.errors import ReceiptError
from posapp.receipts.paper import A4, LETTER, ROLL, Paper
from posapp.receipts.pdf import pdf_bytes, pdf_steps, save, write_pdf
from tests.receipts.samples import CARD_NUMBER, ORDER, PAYMENT, line, refund, sale

pytestmark = pytest.mark.usefixtures("qapp")

POINTS_PER_MM = 72 / 25.4


def page_count(document: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", document))


def names_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def page_size(document: bytes) -> tuple[float, float]:
    found = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", document)
    assert found is not None
    return float(found[1]) / POINTS_PER_MM, float(found[2]) / POINTS_PER_MM


def characters_in(document: bytes) -> set[str]:
    """Every character a reader can find: what the embedded fonts map their glyphs to."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            text = stream
        if b"begincmap" not in text:
            continue
        for _, target in re.findall(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>", text):
            found.add(chr(int(target, 16)))
        for ranged in re.findall(rb"\[((?:\s*<[0-9A-Fa-f]{4}>)+)\s*\]", text):
            found.update(chr(int(code, 16)) for code in re.findall(rb"[0-9A-Fa-f]{4}", ranged))
    return found


@pytest.mark.parametrize("paper", [ROLL, A4, LETTER], ids=lambda paper: paper.name)
def test_a_receipt_becomes_a_pdf_of_that_paper(paper: Paper, tmp_path: Path) -> None:
    path = tmp_path / "receipt.pdf"
    write_pdf(sale(), path, paper=paper)
    document = path.read_bytes()
    assert document.startswith(b"%PDF-1.")
    assert document.rstrip().endswith(b"%%EOF")
    assert page_count(document) == 1
    width, height = page_size(document)
    assert width == pytest.approx(paper.width, abs=0.5)
    if paper.height is not None:
        assert height == pytest.approx(paper.height, abs=0.5)
    else:
        assert 100 < height < 300
    assert [path] == list(tmp_path.iterdir())


def test_the_words_and_figures_in_a_pdf_can_be_searched_and_copied() -> None:
    found = characters_in(pdf_bytes(sale()))
    needed = set("Muster & Co 27.80 € •••• 4242 T2-1043-1-K7QX 14:02 UTC+01:00 % Gift, VAT".split())
    missing = {char for word in needed for char in word} - found
    assert missing == set()


def test_the_title_names_the_sale() -> None:
    document = pdf_bytes(replace(sale(), shop="Shop"))
    title = "Receipt 1043 – Shop"
    assert title.encode("utf-8") in document or title.encode("utf-16-be") in document
    assert b"posapp" in document or "posapp".encode("utf-16-be") in document
    nameless = pdf_bytes(replace(refund(), shop="", about=()))
    assert "Refund notice".encode("utf-16-be") in nameless or b"Refund notice" in nameless


def test_a_long_order_takes_several_pages_and_is_drawn_in_steps() -> None:
    order = replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(100)))
    steps = pdf_steps(sale(order))
    results: list[bytes] = []

    def run() -> Iterator[None]:
        results.append((yield from steps))

    count = sum(1 for _ in run())
    assert page_count(results[0]) == count > 2


def test_drawing_can_be_given_up_halfway() -> None:
    order = replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(100)))
    steps = pdf_steps(sale(order))
    next(steps)
    next(steps)
    steps.close()
    assert page_count(pdf_bytes(sale())) == 1


def test_no_pdf_holds_a_card_number() -> None:
    card = replace(PAYMENT, reference=CARD_NUMBER, auth_code=CARD_NUMBER)
    document = pdf_bytes(sale(payment=card))
    streams = [document]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        try:
            streams.append(zlib.decompress(stream))
        except zlib.error:
            continue
    assert len(streams) > 2
    for text in streams:
        assert CARD_NUMBER.encode() not in text
        assert CARD_NUMBER.encode("utf-16-be") not in text


def test_an_earlier_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "receipt.pdf"
    path.write_bytes(b"earlier")
    save(b"later", path)
    assert path.read_bytes() == b"later"
    assert names_in(tmp_path) == ["receipt.pdf"]


@pytest.mark.skipif(os.name == "nt", reason="making a link asks for a privilege there")
def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "receipt.pdf"
    link = tmp_path / "receipt.pdf"
    link.symlink_to(target)
    save(b"content", link)
    assert link.is_symlink()
    assert target.read_bytes() == b"content"


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReceiptError, match=r"does not exist. Choose another folder") as caught:
        write_pdf(sale(), tmp_path / "nowhere" / "receipt.pdf")
    assert str(tmp_path / "nowhere") in str(caught.value)


def test_a_file_in_place_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReceiptError, match=r"does not exist. Choose another folder"):
        save(b"x", tmp_path / "file" / "receipt.pdf")


def test_a_folder_in_place_of_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "receipt.pdf").mkdir()
    with pytest.raises(ReceiptError, match=r"is a folder. Type a file name"):
        save(b"x", tmp_path / "receipt.pdf")
    assert names_in(tmp_path) == ["receipt.pdf"]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "is full. Make room"),
        (errno.EDQUOT, "is full. Make room"),
        (errno.EFBIG, "is full. Make room"),
        (errno.EACCES, "not permitted"),
        (errno.EPERM, "not permitted"),
        (errno.EROFS, "not permitted"),
        (errno.ENAMETOOLONG, "is too long. Choose a shorter one"),
        (errno.EIO, "the system reported"),
    ],
)
def test_each_refusal_of_the_disk_has_its_sentence_and_damages_nothing(
    code: int, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "receipt.pdf"
    path.write_bytes(b"earlier")

    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ReceiptError, match=sentence) as caught:
        save(b"later", path)
    assert str(caught.value).startswith("The receipt was not saved:")
    assert isinstance(caught.value.__cause__, OSError)
    assert path.read_bytes() == b"earlier"
    assert names_in(tmp_path) == ["receipt.pdf"]


def test_a_file_name_too_long_for_the_disk_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReceiptError, match="was not saved"):
        save(b"x", tmp_path / ("r" * 300 + ".pdf"))
    assert names_in(tmp_path) == []


def test_a_device_that_cannot_draw_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QPainter, "begin", lambda *_: False)
    with pytest.raises(ReceiptError, match="could not be drawn as a PDF"):
        pdf_bytes(sale())
