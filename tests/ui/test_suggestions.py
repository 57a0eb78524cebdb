"""The hits under a search field, steered from the field."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from posapp.ui.widgets.suggestions import Hit, Suggestions
from tests.ui.conftest import Show

Key = Qt.Key
HITS = tuple(Hit(f"Mug {n}", f"SKU MUG-{n}", "12.90") for n in range(1, 9))


class Search:
    def __init__(self, show: Show) -> None:
        self.field, self.other = QLineEdit(), QLineEdit()
        self.window: QWidget = show(self.field, self.other)
        self.window.resize(480, 500)
        self.hits = Suggestions(self.field, self.field, self.window, name="counter.hits")
        self.picked: list[int] = []
        self.hits.picked.connect(self.picked.append)


@pytest.fixture
def search(show: Show) -> Search:
    return Search(show)


def test_hits_appear_below_the_field_and_none_is_chosen(search: Search) -> None:
    search.hits.show_hits(HITS[:2])
    assert search.hits.isVisible()
    assert search.hits.row == -1
    assert search.hits.y() >= search.field.geometry().bottom()
    assert search.hits.width() == search.field.width()


def test_no_hits_hide_the_list(search: Search) -> None:
    search.hits.show_hits(HITS)
    search.hits.show_hits(())
    assert not search.hits.isVisible()


def test_at_most_six_hits_are_shown(search: Search) -> None:
    search.hits.show_hits(HITS)
    for _ in range(20):
        QTest.keyClick(search.field, Key.Key_Down)
    assert search.hits.row == 5


def test_hits_that_come_too_late_stay_hidden(search: Search) -> None:
    search.other.setFocus()
    search.hits.show_hits(HITS)
    assert not search.hits.isVisible()


def test_the_arrow_keys_choose_and_say_the_hit(search: Search) -> None:
    search.hits.show_hits(HITS[:3])
    QTest.keyClick(search.field, Key.Key_Down)
    QTest.keyClick(search.field, Key.Key_Down)
    assert search.hits.row == 1
    assert search.field.accessibleDescription() == "Mug 2"
    for _ in range(5):
        QTest.keyClick(search.field, Key.Key_Up)
    assert search.hits.row == -1


def test_new_hits_start_without_a_choice(search: Search) -> None:
    search.hits.show_hits(HITS[:3])
    QTest.keyClick(search.field, Key.Key_Down)
    search.hits.show_hits(HITS[3:5])
    assert search.hits.row == -1


def test_typing_goes_on_while_hits_are_shown(search: Search, qtbot: QtBot) -> None:
    search.hits.show_hits(HITS)
    QTest.keyClicks(search.field, "mug")
    assert search.field.text() == "mug"
    with qtbot.waitSignal(search.field.returnPressed):
        QTest.keyClick(search.field, Key.Key_Return)


def test_escape_and_leaving_the_field_hide_the_hits(search: Search) -> None:
    search.hits.show_hits(HITS)
    QTest.keyClick(search.field, Key.Key_Escape)
    assert not search.hits.isVisible()
    search.hits.show_hits(HITS)
    search.other.setFocus()
    assert not search.hits.isVisible()


def test_a_click_picks_the_hit_under_it(search: Search) -> None:
    search.hits.show_hits(HITS[:3])
    row_height = search.hits.height() // 3
    spot = QPoint(20, row_height + row_height // 2)
    QTest.mouseClick(search.hits, Qt.MouseButton.LeftButton, pos=spot)
    assert search.picked == [1]
    assert not search.hits.isVisible()
    assert search.field.hasFocus()


def test_the_chosen_hit_looks_different(search: Search) -> None:
    search.hits.show_hits(HITS[:3])
    QTest.keyClick(search.field, Key.Key_Down)
    first = search.hits.grab().toImage()
    QTest.keyClick(search.field, Key.Key_Down)
    assert search.hits.grab().toImage() != first
    assert search.hits.accessibleName() == "Suggestions"
