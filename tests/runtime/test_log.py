"""The log holds allowed fields only, and no line that looks like a secret."""

from __future__ import annotations

import json
import logging
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from posapp.runtime import log

CARD = "4242424242424242"
logger = logging.getLogger("posapp.desk.sales")


class Lines:
    """A running log in a folder, read back as dictionaries."""

    def __init__(self, folder: Path) -> None:
        self.alarms: list[str] = []
        self.path = folder / "logs" / log.FILE
        self.running = log.start(folder / "logs", alarm=self.alarms.append)

    def text(self) -> str:
        return self.path.read_text("utf-8")

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def one(self) -> dict[str, Any]:
        (line,) = self.all()
        return line


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Lines]:
    started = Lines(tmp_path)
    yield started
    started.running.stop()


def test_an_event_and_its_fields_make_one_line(lines: Lines) -> None:
    logger.info(
        "attempt settled", extra=log.fields(attempt="att_1", milliseconds=412, status="approved")
    )
    line = lines.one()
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "posapp.desk.sales",
        "event": "attempt settled",
        "attempt": "att_1",
        "milliseconds": 412,
        "status": "approved",
    }


def test_a_field_that_is_not_on_the_list_is_left_out_and_named(lines: Lines) -> None:
    logger.info("charged", extra={"customer_name": "Ada Muster", "attempt": "att_1"})
    line = lines.one()
    assert line["left_out"] == ["customer_name"]
    assert "Muster" not in lines.text()


def test_the_caller_learns_of_an_unknown_field_at_once() -> None:
    with pytest.raises(ValueError, match="customer_name"):
        log.fields(customer_name="Ada Muster")


def test_values_are_redacted_shortened_and_never_objects(lines: Lines) -> None:
    class Card:
        def __repr__(self) -> str:
            return CARD

    logger.info(
        "odd values",
        extra=log.fields(
            said=f"card {CARD}",
            reference="r" * 500,
            count=int(CARD),
            kind=Card(),
            trace=["a", f"b {CARD}"],
            status=None,
            mode=True,
        ),
    )
    line = lines.one()
    assert line["said"] == "card [card number removed]"
    assert line["reference"] == "r" * (log.LONGEST_VALUE - 1) + "…"
    assert line["count"] == "[card number removed]"
    assert line["kind"] == "<Card>"
    assert line["trace"] == ["a", "b [card number removed]"]
    assert line["status"] is None
    assert line["mode"] is True
    assert "4242" not in lines.text()
    assert lines.alarms == []


def test_our_own_sentences_are_filled_in_and_redacted(lines: Lines) -> None:
    logger.warning("refused %s", CARD)
    assert lines.one()["event"] == "refused [card number removed]"


def test_of_other_libraries_only_the_fixed_words_are_kept(lines: Lines) -> None:
    logging.getLogger("httpx").warning("HTTP Request: %s %s", "GET", "https://shop/?name=Muster")
    assert lines.one()["event"] == "HTTP Request: %s %s"
    assert "Muster" not in lines.text()


def test_talkative_libraries_are_silent_below_warnings(lines: Lines) -> None:
    for name in log.QUIET:
        logging.getLogger(name).info("details")
    logger.debug("details")
    logger.info("the only line")
    assert lines.one()["event"] == "the only line"


def test_an_exception_is_described_without_source_or_variables(lines: Lines) -> None:
    def charge(number: str) -> None:
        secret_code = "123"
        raise ValueError(f"cannot use {number}\nsecond line {secret_code}")

    try:
        try:
            charge(CARD)
        except ValueError as error:
            raise RuntimeError("charge failed") from error
    except RuntimeError:
        logger.exception("unexpected")
    line = lines.one()
    assert line["error"] == "RuntimeError: charge failed"
    assert line["caused_by"] == ["ValueError: cannot use [card number removed]"]
    assert line["trace"][0].startswith("tests/runtime/test_log.py:")
    assert "4242" not in lines.text()
    assert "second line" not in lines.text()
    assert "secret_code" not in lines.text()


def test_an_exception_with_a_broken_text_is_still_described() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise LookupError

    assert log.described(Broken())["error"] == "Broken: (its text cannot be shown)"


def test_the_members_of_an_exception_group_are_named() -> None:
    group = ExceptionGroup("two failed", [ValueError("a"), OSError("b")])
    assert log.described(group)["caused_by"] == ["ValueError: a", "OSError: b"]


def test_a_line_that_still_looks_secret_is_withheld_and_raises_the_alarm(lines: Lines) -> None:
    class Careless(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return json.dumps({"raw": record.getMessage()})

    lines.running.handler.setFormatter(Careless())
    logger.info("number %s", CARD)
    logger.info("harmless")
    withheld, harmless = lines.all()
    assert withheld["event"].startswith("a line was withheld")
    assert withheld["level"] == "CRITICAL"
    assert harmless == {"raw": "harmless"}
    assert lines.alarms == ["posapp.desk.sales"]
    assert "4242" not in lines.text()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_the_owner_can_read_the_log(lines: Lines) -> None:
    logger.info("started")
    assert stat.S_IMODE(lines.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(lines.path.parent.stat().st_mode) == 0o700


def test_a_full_file_is_set_aside_and_only_so_many_are_kept(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines.running.handler, "maxBytes", 2_000)
    for number in range(200):
        logger.info("line %d", number)
    files = sorted(file.name for file in lines.path.parent.iterdir())
    assert files == [log.FILE, *(f"{log.FILE}.{number}" for number in range(1, 6))]
    assert lines.all()[-1]["event"] == "line 199"


def test_a_log_that_cannot_be_written_is_said_once_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running = log.start(tmp_path)
    (tmp_path / log.FILE).mkdir()
    try:
        logger.info("card %s", CARD)
        logger.info("card %s", CARD)
    finally:
        running.stop()
    said = capsys.readouterr().err
    assert said.count("cannot be written") == 1
    assert "4242" not in said


def test_stopping_puts_the_logging_back(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("httpx").level)
    log.start(tmp_path).stop()
    assert (root.level, list(root.handlers), logging.getLogger("httpx").level) == before
