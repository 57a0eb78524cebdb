"""What a request shows of itself, and how an answer's clock is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from posapp.gateways.call import Answer, address_problem
from tests.gateways import samples


def test_a_request_shows_neither_body_nor_key() -> None:
    shown = repr(samples.request("https://gateway.test"))
    assert samples.NUMBER not in shown
    assert samples.KEY not in shown


@pytest.mark.parametrize(
    "url",
    ["https://api.gateway.test", "https://api.gateway.test/v2", "http://127.0.0.1:8080/payfac",
     "http://127.9.9.9", "http://[::1]:80"],
)  # fmt: skip
def test_a_safe_address_has_no_problem(url: str) -> None:
    assert address_problem(url) is None


def test_an_unsafe_address_is_explained() -> None:
    assert "https://" in (address_problem("http://gateway.test") or "")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("30", 30.0), ("0", 0.0), ("Thu, 01 Jan 2026 12:00:45 GMT", 45.0),
     ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0), ("soon", None), ("-5", None), ("", None),
     ("9" * 20, None)],
)  # fmt: skip
def test_how_long_to_wait_is_read_in_both_forms(said: str, seconds: float | None) -> None:
    headers = {"date": "Thu, 01 Jan 2026 12:00:00 GMT", "retry-after": said}
    assert Answer(status=429, headers=headers, body=b"").retry_after() == seconds


@pytest.mark.parametrize("said", ["", "yesterday", "Thu, 99 Jan 2026 12:00:00 GMT"])
def test_a_date_that_is_none_is_left_out(said: str) -> None:
    assert Answer(status=200, headers={"date": said}, body=b"").date is None


def test_the_gateways_clock_is_read() -> None:
    answer = Answer(status=200, headers={"date": "Thu, 01 Jan 2026 12:00:00 GMT"}, body=b"")
    assert answer.date == datetime(2026, 1, 1, 12, tzinfo=UTC)
