"""Arranges a receipt as a text document: one column on a roll, several on a sheet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument

from posapp.receipts.content import Fact, Item, Receipt
from posapp.receipts.layout import (
    CENTRE,
    HAIRLINE,
    LEFT,
    RIGHT,
    Cell,
    Column,
    Style,
    Words,
    Writer,
    widest,
)
from posapp.receipts.paper import BOLD, COLOUR, MEDIUM, SEMIBOLD, Ink, Paper
from posapp.receipts.wording import TAX, Tone


def document(
    receipt: Receipt, paper: Paper, *, ink: Ink = COLOUR, searchable: bool = False
) -> QTextDocument:
    """The receipt laid out on ``paper``, in units of 0.05 mm, without the margins.

    Needs a QGuiApplication and its thread. ``searchable`` keeps figures findable in a PDF, at the
    price of figures that do not quite line up.

    Raises:
        ReceiptError: the program's own font is missing.
    """
    arrangement = _Roll if paper.narrow else _Sheet
    return arrangement(receipt, paper, ink, searchable=searchable).write()


class _Arrangement(ABC):
    """What both forms share: the styles and the small pieces."""

    def __init__(self, receipt: Receipt, paper: Paper, ink: Ink, *, searchable: bool) -> None:
        scale = paper.scale
        self.receipt = receipt
        self.ink = ink
        self.step = scale.step
        self.width = paper.content_width
        self.value = Style(scale.text, ink.text, searchable=searchable)
        self.label = replace(self.value, colour=ink.muted)
        self.small = replace(self.label, size=scale.small)
        self.strong = replace(self.value, weight=MEDIUM)
        self.heading = replace(self.value, weight=SEMIBOLD)
        self.title = replace(self.heading, size=scale.heading)
        self.shop = replace(self.value, size=scale.shop, weight=BOLD)
        self.amount = self._fitting(
            receipt.total.value, replace(self.shop, size=scale.amount, line_height=100)
        )
        height = -1 if paper.height is None else paper.content_height
        self.writer = Writer(width=self.width, height=height, base=self.value)

    @abstractmethod
    def write(self) -> QTextDocument:
        """Fill the document and hand it over."""

    def _fitting(self, text: str, style: Style) -> Style:
        """The style, or a smaller one in which the text stays on one line."""
        needed = widest([text], style)
        if needed <= self.width:
            return style
        return replace(style, size=max(self.title.size, style.size * self.width // needed))

    def result_style(self) -> Style:
        colour = {
            Tone.MOVED: self.ink.moved,
            Tone.NOT_MOVED: self.ink.not_moved,
            Tone.NOT_KNOWN: self.ink.not_known,
        }[self.receipt.result.tone]
        return replace(self.title, colour=colour)

    def mark(self) -> None:
        if self.receipt.mark:
            style = replace(self.heading, colour=self.ink.training, line_height=100)
            self.writer.box(
                Words(self.receipt.mark, style),
                line=self.ink.training,
                wash=self.ink.wash,
                padding=self.step,
            )

    def rule(self, *, above: float = 2.5, below: float = 2.5) -> None:
        self.writer.gap(int(self.step * above))
        self.writer.rule(self.ink.line, thickness=HAIRLINE)
        self.writer.gap(int(self.step * below))

    def total(self, width: int) -> None:
        """The total and the tax in it, on the right ``width`` of the paper."""
        total, above = self.receipt.total, self.step // 3
        values = [
            widest([total.value], self.title),
            widest([tax.value for tax in self.receipt.taxes], self.label),
        ]
        right = min(max(values) + self.step * 2, width * 3 // 5)
        rows = [((), (Words(total.label, self.title),), (Words(total.value, self.title),))]
        for tax in self.receipt.taxes:
            name, value = Words(tax.label, self.label, above), Words(tax.value, self.label, above)
            rows.append(((), (name,), (value,)))
        columns = (Column(self.width - width), Column(width - right), Column(right, RIGHT))
        if width == self.width:
            self.writer.grid(columns[1:], [row[1:] for row in rows])
        else:
            self.writer.grid(columns, rows)

    def facts(self, facts: Sequence[Fact], align: Qt.AlignmentFlag) -> None:
        """Names, and beside them their values at the given edge."""
        names = min(widest([fact.label for fact in facts], self.label), self.width // 2)
        names += self.step * 4
        above = self.step // 3
        self.writer.grid(
            (Column(names), Column(self.width - names, align)),
            [
                ((Words(fact.label, self.label, above),), (Words(fact.value, self.value, above),))
                for fact in facts
            ],
        )


class _Roll(_Arrangement):
    """One narrow column, the amount and how it stands on top."""

    def write(self) -> QTextDocument:
        receipt, writer = self.receipt, self.writer
        if receipt.shop:
            writer.text(Words(receipt.shop, self.shop), CENTRE)
        for number, line in enumerate(receipt.shop_lines):
            writer.text(Words(line, self.small, 0 if number else self.step), CENTRE)
        if receipt.mark:
            writer.gap(self.step * 3)
            self.mark()
        writer.gap(self.step * 3)
        writer.text(Words(receipt.title, self.label), CENTRE)
        writer.text(Words(receipt.total.value, self.amount), CENTRE)
        writer.text(Words(receipt.result.words, self.result_style(), self.step // 2), CENTRE)
        if receipt.result.advice:
            writer.text(Words(receipt.result.advice, self.small, self.step // 2), CENTRE)
        self.rule(above=4)
        self.facts(receipt.about, RIGHT)
        self.rule()
        if receipt.items:
            self._items()
            self.rule()
        self.total(self.width)
        self.rule()
        writer.text(Words(receipt.payment_heading, self.heading))
        self.facts(receipt.payment, RIGHT)
        self.rule()
        for line in receipt.footer:
            writer.text(Words(line, self.small), CENTRE)
        return writer.document

    def _items(self) -> None:
        totals = [item.total for item in self.receipt.items]
        right = min(widest(totals, self.strong) + self.step * 3, self.width // 2)
        self.writer.grid(
            (Column(self.width - right), Column(right, RIGHT)),
            [self._item(item, first=not number) for number, item in enumerate(self.receipt.items)],
        )

    def _item(self, item: Item, *, first: bool) -> tuple[Cell, Cell]:
        above = 0 if first else int(self.step * 1.5)
        detail = f"{item.quantity} × {item.price}"
        if item.rate:
            detail = f"{detail}  ·  {TAX} {item.rate}"
        return (
            (Words(item.name, self.strong, above), Words(detail, self.small)),
            (Words(item.total, self.strong, above),),
        )


class _Sheet(_Arrangement):
    """A page as one would file it: who and what on top, a table of lines, then the payment."""

    def write(self) -> QTextDocument:
        receipt, writer = self.receipt, self.writer
        self._masthead()
        if receipt.mark:
            writer.gap(self.step * 3)
            self.mark()
        writer.gap(self.step * 5)
        writer.text(Words(receipt.total.value, self.amount))
        writer.text(Words(receipt.result.words, self.result_style(), self.step // 2))
        if receipt.result.advice:
            writer.text(Words(receipt.result.advice, self.label, self.step // 2))
        writer.gap(self.step * 5)
        self._about()
        writer.gap(self.step * 5)
        if receipt.items:
            self._items()
        self.rule(above=1.5 if receipt.items else 0, below=1.5)
        self.total(self.width // 2)
        writer.gap(self.step * 6)
        writer.text(Words(receipt.payment_heading, self.title))
        self.rule(above=1, below=1)
        self.facts(receipt.payment, LEFT)
        self.rule(above=6)
        for line in receipt.footer:
            writer.text(Words(line, self.small))
        return writer.document

    def _masthead(self) -> None:
        receipt = self.receipt
        left = [Words(receipt.shop, self.shop)] if receipt.shop else []
        left += [Words(line, self.small) for line in receipt.shop_lines]
        right = widest([receipt.title], self.title) + self.step
        self.writer.grid(
            (Column(self.width - right), Column(right, RIGHT)),
            [(left, (Words(receipt.title, self.title, self.step),))],
        )

    def _about(self) -> None:
        """Names in small type above their values, side by side."""
        facts = self.receipt.about
        gap = self.step * 4
        wanted = [
            max(widest([fact.label], self.small), widest([fact.value], self.strong)) + gap
            for fact in facts
        ]
        widths = dict.fromkeys(range(len(facts)), 0)
        left = self.width
        for done, place in enumerate(sorted(widths, key=wanted.__getitem__)):
            widths[place] = min(wanted[place], left // (len(facts) - done))
            left -= widths[place]
        self.writer.grid(
            [Column(width, gap=gap) for width in widths.values()],
            [[(Words(fact.label, self.small), Words(fact.value, self.strong)) for fact in facts]],
        )

    def _items(self) -> None:
        items = self.receipt.items
        figures = [
            ("Quantity", self.value, [item.quantity for item in items]),
            ("Price", self.value, [item.price for item in items]),
            (TAX, self.value, [item.rate for item in items]),
            ("Total", self.strong, [item.total for item in items]),
        ]
        shown = [column for column in figures if any(column[2])]
        widths = [
            min(widest((title, *texts), self.strong) + self.step * 5, self.width // 5)
            for title, _, texts in shown
        ]
        above = self.step
        rows: list[list[Cell]] = [
            [(Words(title, self.small),) for title in ("Item", *(title for title, _, _ in shown))]
        ]
        for number, item in enumerate(items):
            figure = [(Words(texts[number], style, above),) for _, style, texts in shown]
            rows.append([(Words(item.name, self.strong, above),), *figure])
        self.writer.grid(
            [Column(self.width - sum(widths)), *(Column(width, RIGHT) for width in widths)],
            rows,
            header_line=self.ink.line,
        )
