"""The picture on the screen: light paper in any scheme, sharp at any pixel ratio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication

from posapp.receipts.pages import Pages
from posapp.receipts.paper import A4, BLACK, COLOUR, ROLL
from posapp.receipts.preview import preview
from tests.receipts.samples import ORDER, PAYMENT, line, sale

pytestmark = pytest.mark.usefixtures("qapp")

WHITE = QColor("white").rgb()


def inked_rows(image: QImage) -> int:
    """Rows with anything on them, every fourth column looked at."""
    return sum(
        any(image.pixel(x, y) != WHITE for x in range(0, image.width(), 4))
        for y in range(image.height())
    )


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[QApplication]:
    before = qapp.palette()
    palette = QPalette(QColor("black"))
    palette.setColor(QPalette.ColorRole.Text, QColor("white"))
    palette.setColor(QPalette.ColorRole.Base, QColor("black"))
    qapp.setPalette(palette)
    yield qapp
    qapp.setPalette(before)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_the_picture_has_the_width_asked_for_in_real_pixels(ratio: float) -> None:
    image = preview(sale(), 340, ratio=ratio)
    assert image.devicePixelRatio() == ratio
    assert image.width() == 340 * ratio
    expected = image.width() * Pages(sale(), ROLL).height_mm / ROLL.width
    assert image.height() == pytest.approx(expected, abs=1)


def test_the_picture_is_painted_and_grows_with_the_lines() -> None:
    short = preview(sale(), 200)
    long = preview(sale(replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(30)))), 200)
    assert inked_rows(short) > 100
    assert long.height() > short.height() * 1.5
    assert inked_rows(long) > inked_rows(short) * 1.5


def test_the_margins_stay_white() -> None:
    image = preview(sale(payment=replace(PAYMENT, live=False)), 340)
    side = int(340 * (ROLL.side - 1.5) / ROLL.width)
    for x in (*range(side), *range(340 - side, 340)):
        assert all(image.pixel(x, y) == WHITE for y in range(image.height()))


def test_the_paper_is_the_same_in_a_dark_scheme(dark: QApplication) -> None:
    assert dark.palette().text().color() == QColor("white")
    in_dark = preview(sale(), 200)
    dark.setPalette(QPalette(QColor("white")))
    assert in_dark == preview(sale(), 200)


def test_training_is_seen_at_a_glance() -> None:
    plain, training = (
        preview(sale(payment=replace(PAYMENT, live=live)), 340) for live in (True, False)
    )
    wash = QColor(COLOUR.wash).rgb()

    def washed(image: QImage) -> int:
        x = image.width() // 10
        return sum(image.pixel(x, y) == wash for y in range(image.height()))

    assert washed(plain) == 0
    assert washed(training) > 8


def test_pages_of_a_sheet_are_shown_one_by_one() -> None:
    order = replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(60)))
    first, last = (preview(sale(order), 300, paper=A4, page=page) for page in (0, 2))
    assert first.size() == last.size()
    assert first != last
    assert inked_rows(last) > 10
    with pytest.raises(ValueError, match="no page 3"):
        preview(sale(order), 300, paper=A4, page=3)


def test_a_receipt_too_long_for_a_sharp_picture_is_shown_less_sharp() -> None:
    order = replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(300)))
    image = preview(sale(order), 340, ratio=4)
    assert image.height() <= 32_001
    assert 1 < image.devicePixelRatio() < 4
    assert image.width() == pytest.approx(340 * image.devicePixelRatio(), abs=1)


@pytest.mark.parametrize(("width", "ratio"), [(0, 1.0), (-1, 1.0), (340, 0.0)])
def test_a_picture_without_size_is_refused(width: int, ratio: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        preview(sale(), width, ratio=ratio)


def test_black_ink_has_no_tint() -> None:
    assert BLACK.wash == ""
    assert {BLACK.text, BLACK.muted, BLACK.line, BLACK.moved, BLACK.training} == {"#000000"}
