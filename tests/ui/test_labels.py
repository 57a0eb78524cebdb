"""Text from outside stays text: no markup, no tooltip that renders any."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from posapp.ui import theme
from posapp.ui.widgets.labels import ElidedLabel, Label
from tests.ui.conftest import Show

HOSTILE = "<b>x</b> <img src='file:///secret'> & <a href='https://bad.example'>here</a>"


@pytest.mark.parametrize("kind", [Label, ElidedLabel])
def test_markup_is_shown_as_it_was_typed(show: Show, kind: type[Label]) -> None:
    label = kind("")
    show(label)
    label.setText(HOSTILE)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.text() == HOSTILE
    assert not label.openExternalLinks()


@pytest.mark.usefixtures("dressed")
def test_bold_markup_takes_the_room_of_its_signs() -> None:
    assert Label("<b>x</b>").sizeHint().width() > Label("x").sizeHint().width()


def test_a_text_that_has_no_room_is_whole_in_the_tooltip(show: Show) -> None:
    label = ElidedLabel("A very long name of somebody who lives far away " * 3)
    show(label)
    label.setFixedWidth(80)
    label.grab()
    assert rendered(label.toolTip()) == label.text().strip()


def test_a_tooltip_renders_no_markup_from_outside(show: Show) -> None:
    label = ElidedLabel(HOSTILE * 3)
    show(label)
    label.setFixedWidth(80)
    label.grab()
    assert "<img" not in label.toolTip()
    assert rendered(label.toolTip()) == HOSTILE * 3


def test_a_text_that_fits_has_no_tooltip(show: Show) -> None:
    label = ElidedLabel("Ada")
    show(label)
    label.grab()
    assert label.toolTip() == ""


def rendered(tooltip: str) -> str:
    """What a person reads in the tooltip."""
    document = QTextDocument()
    document.setHtml(tooltip)
    return document.toPlainText().strip()


@pytest.mark.parametrize("ink", ["text", "secondary", "accent", "moved", "not_known", "not_moved"])
def test_a_label_changes_its_colour_with_the_scheme(dressed: QApplication, ink: str) -> None:
    label = Label("Captured", ink=ink)  # type: ignore[arg-type]  # each of the inks
    light = label.palette().windowText().color()
    theme.apply(dressed, dark=True)
    dressed.sendPostedEvents()
    assert label.palette().windowText().color() != light
    theme.apply(dressed, dark=False)
    dressed.sendPostedEvents()
    assert label.palette().windowText().color() == light


@pytest.mark.usefixtures("dressed")
def test_an_ink_can_change() -> None:
    label = Label("Captured", ink="moved")
    label.set_ink("not_moved")
    assert label.palette().windowText().color() == theme.LIGHT.not_moved.ink
