"""Paper, ink and type of printed receipts.

Screens take their look from the theme; paper has its own: it is always light, measured in
millimetres and points, and black only where the printer knows nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

UNITS_PER_MM = 20
"""Layout is done in whole units of 0.05 mm, so that every device shows the same line breaks."""

_MM_PER_POINT = 25.4 / 72

REGULAR, MEDIUM, SEMIBOLD, BOLD = 400, 500, 600, 700


def units(mm: float) -> int:
    return round(mm * UNITS_PER_MM)


def points(size: float) -> int:
    """A type size in layout units."""
    return round(size * _MM_PER_POINT * UNITS_PER_MM)


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours as ``#RRGGBB``. ``wash`` is empty where the printer cannot print a tint."""

    text: str
    muted: str
    line: str
    moved: str
    not_moved: str
    not_known: str
    training: str
    wash: str


COLOUR = Ink(
    text="#14181F",
    muted="#5B6576",
    line="#D5D9E0",
    moved="#0F7A57",
    not_moved="#B42318",
    not_known="#A35507",
    training="#A35507",
    wash="#FEF4E6",
)
BLACK = Ink(
    text="#000000",
    muted="#000000",
    line="#000000",
    moved="#000000",
    not_moved="#000000",
    not_known="#000000",
    training="#000000",
    wash="",
)
"""For thermal and black-and-white printers, which turn every tint into dots."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Type sizes and the basic step of white space, in layout units."""

    small: int
    text: int
    heading: int
    shop: int
    amount: int
    step: int


NARROW_SCALE = Scale(
    small=points(7.5),
    text=points(8.5),
    heading=points(10.5),
    shop=points(13),
    amount=points(24),
    step=units(1),
)
WIDE_SCALE = Scale(
    small=points(8),
    text=points(9.5),
    heading=points(11),
    shop=points(16),
    amount=points(28),
    step=units(1.5),
)

_NARROW_MM = 120


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper and the margins kept free on it, in millimetres.

    ``height`` is None on a roll, which is cut where the receipt ends.
    """

    name: str
    width: float
    height: float | None
    side: float
    top: float
    bottom: float

    @property
    def narrow(self) -> bool:
        """Whether the receipt is one column, as on till rolls."""
        return self.width <= _NARROW_MM

    @property
    def scale(self) -> Scale:
        return NARROW_SCALE if self.narrow else WIDE_SCALE

    @property
    def content_width(self) -> int:
        """Width between the margins in layout units."""
        return units(self.width - 2 * self.side)

    @property
    def content_height(self) -> int:
        """Height between the margins of one page in layout units; a roll has none until cut.

        Raises:
            ValueError: this is an uncut roll.
        """
        if self.height is None:
            raise ValueError("A roll has no height before it is cut.")
        return units(self.height - self.top - self.bottom)


ROLL = Paper("80 mm roll", width=80, height=None, side=5, top=7, bottom=8)
A4 = Paper("A4", width=210, height=297, side=22, top=18, bottom=18)
LETTER = Paper("Letter", width=215.9, height=279.4, side=22, top=18, bottom=18)
