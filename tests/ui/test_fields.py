"""Labelled fields: what is wrong is said beside the field, and read out."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible

from posapp.ui.widgets.fields import Field, LineEdit, TextField
from tests.ui.conftest import Show

WRONG = "Type month and year like 09/29."


@pytest.fixture
def field(show: Show) -> TextField:
    made = TextField("Expiry", name="card.expiry", placeholder="MM / YY", limit=9)
    show(made)
    return made


def spoken(field: Field, what: QAccessible.Text) -> str:
    return QAccessible.queryAccessibleInterface(field.frame.inner).text(what)


def test_a_field_is_called_by_its_label(field: TextField) -> None:
    assert field.input.objectName() == "card.expiry"
    assert spoken(field, QAccessible.Text.Name) == "Expiry"


@pytest.mark.usefixtures("dressed")
def test_a_field_without_a_label_is_called_by_its_placeholder() -> None:
    bare = TextField("", name="counter.search", placeholder="Search or scan")
    assert bare.input.accessibleName() == "Search or scan"
    assert bare.label.isHidden()


def test_a_problem_stands_below_the_field_and_is_read_out(field: TextField) -> None:
    field.problem(WRONG)
    assert field.note.isVisible()
    assert field.note.text() == WRONG
    assert field.frame.wrong
    assert spoken(field, QAccessible.Text.Description) == WRONG


def test_a_problem_that_is_mended_is_gone(field: TextField) -> None:
    field.problem(WRONG)
    field.problem(None)
    assert not field.note.isVisible()
    assert not field.frame.wrong
    assert spoken(field, QAccessible.Text.Description) == "MM / YY"  # Qt reads the placeholder


def test_a_remark_never_hides_a_problem(field: TextField) -> None:
    field.problem(WRONG)
    field.remark("Good until the end of the month.")
    assert field.note.text() == WRONG
    field.problem(None)
    field.remark("Good until the end of the month.")
    assert field.note.text() == "Good until the end of the month."
    assert not field.frame.wrong


def test_a_wrong_field_is_painted_differently(field: TextField) -> None:
    right = field.frame.grab().toImage()
    field.problem(WRONG)
    assert field.frame.grab().toImage() != right


def test_a_hint_stands_inside_the_frame(field: TextField) -> None:
    field.hint("Visa")
    assert (field.frame.hint.text(), field.frame.hint.isVisible()) == ("Visa", True)
    field.hint("")
    assert not field.frame.hint.isVisible()


def test_what_was_typed_comes_without_the_blanks_around_it(field: TextField) -> None:
    field.input.setText("  09 ")
    assert field.text() == "09"


@pytest.mark.usefixtures("dressed")
def test_no_more_is_taken_than_the_field_holds() -> None:
    line = LineEdit(name="refund.reason", limit=50)
    line.setText("x" * 80)
    assert len(line.text()) == 50
