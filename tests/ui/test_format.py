"""Amounts and times as the locale writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QLocale

from posapp.ui.format import amount_style, clock_time, day_and_time, list_time
from tests.ui.samples import euros


@pytest.mark.parametrize(
    ("locale", "money"),
    [
        ("en_GB", "€\u00a01,234.50"),
        ("de_DE", "1.234,50\u00a0€"),
        ("fr_FR", "1\u202f234,50\u00a0€"),
        ("ar_EG", "1,234.50\u00a0€"),
        ("C", "€\u00a01,234.50"),
    ],
)
def test_amounts_look_as_people_write_them(locale: str, money: str) -> None:
    assert amount_style(QLocale(locale)).money(euros(123450)) == money


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "fr_FR", "ar_EG", "C", "de_CH", "ja_JP"])
@pytest.mark.parametrize("minor", [0, 5, 1290, 123450, 123456789])
def test_what_is_shown_can_be_typed_again(locale: str, minor: int) -> None:
    style = amount_style(QLocale(locale))
    assert style.parse(style.number(euros(minor)), "EUR") == euros(minor)
    assert style.parse(style.money(euros(minor)), "EUR") == euros(minor)


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "fr_FR", "ar_EG", "C"])
def test_a_point_from_the_number_pad_works_everywhere(locale: str) -> None:
    assert amount_style(QLocale(locale)).parse("12.90", "EUR") == euros(1290)


def test_a_time_is_local() -> None:
    at = datetime(2026, 3, 4, 12, 2, 9, tzinfo=UTC)
    local = at.astimezone()
    assert clock_time(at) == f"{local:%H:%M}"
    assert clock_time(at, seconds=True) == f"{local:%H:%M:%S}"


def test_the_list_shows_the_time_today_and_the_day_before_that() -> None:
    now = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    assert list_time(now - timedelta(minutes=1), now) == clock_time(now - timedelta(minutes=1))
    before = list_time(now - timedelta(days=2), now)
    assert before.startswith("2 ")
    assert ":" not in before


def test_date_and_time_are_those_of_the_moment() -> None:
    at = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    assert day_and_time(at) == day_and_time(at + timedelta(milliseconds=200))
    assert day_and_time(at) != day_and_time(at + timedelta(days=1))
