"""Every ink can be read on every surface it stands on, in both schemes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QApplication, QWidget

from posapp.ui import theme

ENOUGH = 4.5
"""WCAG 2.2, 1.4.3: the least contrast of text."""

SCHEMES = pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
TONES = ("moved", "not_known", "not_moved", "neutral")


def luminance(colour: QColor) -> float:
    def linear(share: float) -> float:
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c) for c in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("white"), QColor("white")) == pytest.approx(1)


@SCHEMES
@pytest.mark.parametrize("ink", ["text", "secondary", "accent"])
@pytest.mark.parametrize("surface", ["background", "panel", "field", "accent_wash"])
def test_plain_inks_can_be_read(tokens: theme.Tokens, ink: str, surface: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, surface)) >= ENOUGH


@SCHEMES
@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("surface", ["background", "panel", "field", "accent_wash"])
def test_the_colours_of_states_can_be_read(tokens: theme.Tokens, tone: str, surface: str) -> None:
    assert contrast(tokens.tones(tone).ink, getattr(tokens, surface)) >= ENOUGH


@SCHEMES
@pytest.mark.parametrize("tone", TONES)
def test_a_state_can_be_read_on_its_own_wash(tokens: theme.Tokens, tone: str) -> None:
    tones = tokens.tones(tone)
    assert contrast(tones.ink, tones.wash) >= ENOUGH


@SCHEMES
@pytest.mark.parametrize("surface", ["accent", "accent_hover"])
def test_the_words_of_the_main_button_can_be_read(tokens: theme.Tokens, surface: str) -> None:
    assert contrast(tokens.on_accent, getattr(tokens, surface)) >= ENOUGH


@SCHEMES
@pytest.mark.parametrize("ink", ["text", "secondary", "accent"])
def test_a_button_can_be_read_while_it_is_pressed(tokens: theme.Tokens, ink: str) -> None:
    pressed = theme.mix(tokens.panel, tokens.text, 0.06)
    assert contrast(getattr(tokens, ink), pressed) >= ENOUGH
    assert contrast(tokens.not_moved.ink, pressed) >= ENOUGH


@SCHEMES
def test_the_three_answers_about_money_are_three_colours(tokens: theme.Tokens) -> None:
    inks = {tokens.tones(tone).ink.name() for tone in ("moved", "not_known", "not_moved")}
    assert len(inks) == 3


@SCHEMES
def test_a_tone_that_does_not_exist_is_not_made_up(tokens: theme.Tokens) -> None:
    with pytest.raises(KeyError):
        tokens.tones("text")


def test_colours_are_mixed_by_their_share() -> None:
    black, white = QColor("black"), QColor("white")
    assert theme.mix(black, white, 0).name() == black.name()
    assert theme.mix(black, white, 1).name() == white.name()


def test_the_scheme_follows_the_palette(dressed: QApplication) -> None:
    widget = QWidget()
    assert theme.of(widget) is theme.LIGHT
    theme.apply(dressed, dark=True)
    dressed.sendPostedEvents()
    assert theme.of(widget) is theme.DARK


@pytest.mark.usefixtures("dressed")
def test_the_programs_own_font_is_there() -> None:
    assert QFontInfo(theme.font()).family() == theme.FAMILY
