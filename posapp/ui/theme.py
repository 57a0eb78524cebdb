"""The look: every colour, size and font of the program, in one place.

Widgets paint themselves from these tokens. Which of the two palettes is in force is read from the
widget's own palette, so there is no global state and a change of scheme repaints everything.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from posapp import assets

FAMILY = "Inter"

# Type scale, pixels at 100 %.
TINY, SMALL, TEXT, BODY, TITLE, AMOUNT = 12, 13, 14, 15, 18, 28
REGULAR, MEDIUM, SEMIBOLD, BOLD = 400, 500, 600, 700

# Spacing in steps of 4.
STEP = 4
GAP = 12
PAD = 20
RADIUS = 8
PANEL_RADIUS = 12
FIELD_HEIGHT = 40
BUTTON_HEIGHT = 48
ROW_HEIGHT = 46
LINE_HEIGHT = 56
BANNER_HEIGHT = 28
NAV_WIDTH = 176
SIDE_WIDTH = 472
DETAIL_WIDTH = 428
FOCUS_RING = 2
SCROLLBAR = 10
DIALOG_WIDTH = 460
ICON = 18
WINDOW = (1280, 720)


class Tones(NamedTuple):
    """A foreground with the quiet background it stands on."""

    ink: QColor
    wash: QColor


class Tokens(NamedTuple):
    """One colour scheme."""

    dark: bool
    background: QColor
    panel: QColor
    field: QColor
    line: QColor
    text: QColor
    secondary: QColor
    accent: QColor
    accent_wash: QColor
    accent_hover: QColor
    on_accent: QColor
    moved: Tones
    not_known: Tones
    not_moved: Tones
    neutral: Tones

    def tones(self, name: str) -> Tones:
        """``moved``, ``not_known``, ``not_moved``, ``neutral`` or ``accent``."""
        if name == "accent":
            return Tones(self.accent, self.accent_wash)
        found = getattr(self, name)
        if not isinstance(found, Tones):
            raise KeyError(name)
        return found


LIGHT = Tokens(
    dark=False,
    background=QColor("#F5F6F8"),
    panel=QColor("#FFFFFF"),
    field=QColor("#FFFFFF"),
    line=QColor("#E3E6EB"),
    text=QColor("#14181F"),
    secondary=QColor("#5B6576"),
    accent=QColor("#0F62D6"),
    accent_wash=QColor("#E8F0FD"),
    accent_hover=QColor("#0C55BC"),
    on_accent=QColor("#FFFFFF"),
    moved=Tones(QColor("#0F7A57"), QColor("#E7F6F0")),
    not_known=Tones(QColor("#A35507"), QColor("#FEF4E6")),
    not_moved=Tones(QColor("#B42318"), QColor("#FDECEA")),
    neutral=Tones(QColor("#5B6576"), QColor("#F1F3F6")),
)
DARK = Tokens(
    dark=True,
    background=QColor("#0F1216"),
    panel=QColor("#171B21"),
    field=QColor("#11151A"),
    line=QColor("#2A3038"),
    text=QColor("#EDF0F4"),
    secondary=QColor("#98A2B3"),
    accent=QColor("#5E99F7"),
    accent_wash=QColor("#1B2A44"),
    accent_hover=QColor("#7AACF9"),
    on_accent=QColor("#0F1216"),
    moved=Tones(QColor("#3CC492"), QColor("#12291F")),
    not_known=Tones(QColor("#F5A524"), QColor("#2E2211")),
    not_moved=Tones(QColor("#F97066"), QColor("#33191A")),
    neutral=Tones(QColor("#98A2B3"), QColor("#0F1216")),
)


def of(widget: QWidget) -> Tokens:
    """The scheme this widget is to be painted in."""
    return DARK if widget.palette().window().color().lightness() < 128 else LIGHT


@cache
def font(size: int = TEXT, weight: int = REGULAR, *, figures: bool = False) -> QFont:
    """The program's font; ``size`` in pixels at 100 %, ``figures`` all of one width for columns."""
    made = QFont(FAMILY)
    made.setPixelSize(size)
    made.setWeight(QFont.Weight(weight))
    if figures:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def mix(base: QColor, over: QColor, share: float) -> QColor:
    """``over`` laid on ``base`` with the given opacity."""
    return QColor.fromRgbF(
        base.redF() + (over.redF() - base.redF()) * share,
        base.greenF() + (over.greenF() - base.greenF()) * share,
        base.blueF() + (over.blueF() - base.blueF()) * share,
    )


def system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark


def apply(app: QApplication, *, dark: bool) -> None:
    """Dress the whole application; may be called again at any time."""
    _load_fonts()
    app.setFont(font())
    app.setPalette(_palette(DARK if dark else LIGHT))


@cache
def _load_fonts() -> None:
    for weight in ("Regular", "Medium", "SemiBold", "Bold"):
        path = assets.path(f"fonts/Inter-{weight}.ttf")
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise RuntimeError(f"The font {path.name} cannot be read. Install posapp again.")


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, tokens.background),
        (role.WindowText, tokens.text),
        (role.Base, tokens.field),
        (role.AlternateBase, tokens.background),
        (role.Text, tokens.text),
        (role.PlaceholderText, tokens.secondary),
        (role.Button, tokens.panel),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.on_accent),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Accent, tokens.accent),
        (role.Link, tokens.accent),
        (role.ToolTipBase, tokens.panel),
        (role.ToolTipText, tokens.text),
        (role.Light, tokens.panel),
        (role.Midlight, tokens.line),
        (role.Mid, tokens.line),
        (role.Dark, tokens.line),
        (role.Shadow, tokens.line),
    ):
        palette.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, tokens.secondary)
    return palette
