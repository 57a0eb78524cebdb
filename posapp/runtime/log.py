"""The log: JSON lines in the home folder, written by an allow-list.

A line holds the time, the level, the logger, the event in our own words, and fields whose names
are on the list below. Everything else is left out and only its name is noted. Each finished line
then passes a second gate, which shares no code with the redactor: a line that still looks like
card data or a key is withheld and a line saying so takes its place.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from posapp.runtime.redact import redact

FILE = "posapp.log"
LARGEST_FILE = 1_000_000
OLDER_FILES = 5
LONGEST_VALUE = 80
LONGEST_EVENT = 200
FRAMES = 20

FIELDS = frozenset(
    {
        "account",
        "amount_minor",
        "attempt",
        "caused_by",
        "count",
        "currency",
        "error",
        "gateway",
        "journal_state",
        "kind",
        "method",
        "milliseconds",
        "mode",
        "order",
        "path",
        "payment",
        "port",
        "reference",
        "request_id",
        "said",
        "schema",
        "status",
        "step",
        "task",
        "thread",
        "till",
        "trace",
        "version",
        "where",
    }
)

# Loggers that describe requests or queries in full when asked to.
QUIET = ("asyncio", "httpcore", "httpx", "qasync", "sqlalchemy", "uvicorn", "alembic")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_OURS = "posapp"
_KEY_MARK = re.compile(r"""(?:^|[\s"_])[sr]k_[a-z0-9]|\bbearer [a-z0-9._\-]{8}""", re.I)


class LineFormatter(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
        }
        left_out: list[str] = []
        for name, value in vars(record).items():
            if name in _STANDARD:
                continue
            if name in FIELDS:
                line[name] = plain(value)
            else:
                left_out.append(name)
        if record.exc_info is not None and record.exc_info[1] is not None:
            line.update(described(record.exc_info[1]))
        if left_out:
            line["left_out"] = [cut(redact(name), LONGEST_VALUE) for name in sorted(left_out)]
        return json.dumps(line, ensure_ascii=False)


def _event(record: logging.LogRecord) -> str:
    """Our own events are sentences. Of other libraries only the fixed words are kept: what they
    fill in is from outside."""
    ours = record.name == _OURS or record.name.startswith(_OURS + ".")
    words = record.getMessage() if ours else str(record.msg).split("\n", 1)[0]
    return cut(redact(words), LONGEST_EVENT if ours else LONGEST_VALUE)


def plain(value: object) -> object:
    """A field's value as it may be written: numbers as they are, texts redacted and short, lists
    of those; of anything else only the type."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if redact(str(value)) == str(value) else redact(str(value))
    if isinstance(value, str):
        return cut(redact(value), LONGEST_VALUE)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value[:FRAMES]]
    return f"<{type(value).__name__}>"


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def described(error: BaseException) -> dict[str, object]:
    """An exception as fields: type and words, where it was raised, what caused it. Neither source
    lines nor local variables."""
    causes: list[str] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and len(causes) < 3:
        causes.append(_named(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    if isinstance(error, BaseExceptionGroup):
        causes.extend(_named(part) for part in error.exceptions[:5])
    fields: dict[str, object] = {"error": _named(error), "trace": frames(error.__traceback__)}
    if causes:
        fields["caused_by"] = causes
    return fields


def _named(error: BaseException) -> str:
    try:
        words = str(error).split("\n", 1)[0]
    except Exception:  # a broken __str__ must not hide the error it belongs to
        words = "(its text cannot be shown)"
    return f"{type(error).__name__}: {cut(redact(words), LONGEST_VALUE)}"


def frames(trace: TracebackType | None) -> list[str]:
    """``file:line function`` of the innermost frames, outermost first."""
    found: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        file = "/".join(Path(code.co_filename).parts[-3:])
        found.append(f"{file}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-FRAMES:]


class GatedFile(RotatingFileHandler):
    """The rotating file behind the second gate. Only its owner can read it.

    ``alarm`` is called with the logger's name when a line was withheld. A log that cannot be
    written (full disk) never stops the program; the first failure is said once on stderr.
    """

    def __init__(self, path: Path, *, alarm: Callable[[str], None] | None = None) -> None:
        super().__init__(
            path,
            maxBytes=LARGEST_FILE,
            backupCount=OLDER_FILES,
            encoding="utf-8",
            delay=True,
            errors="backslashreplace",
        )
        self._alarm = alarm
        self._failed = False
        self.withheld = 0

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors, newline="\n")

    def shouldRollover(self, record: logging.LogRecord) -> int:  # noqa: N802 - logging
        if self.stream is None:
            self.stream = self._open()
        self.stream.seek(0, os.SEEK_END)
        return int(self.stream.tell() >= self.maxBytes)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        if not looks_secret(line):
            return line
        self.withheld += 1
        if self._alarm is not None:
            self._alarm(record.name)
        return json.dumps(
            {
                "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
                "level": "CRITICAL",
                "logger": cut(redact(record.name), LONGEST_VALUE),
                "event": "a line was withheld: it looked like card data or a key",
            }
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging
        if not self._failed and sys.stderr is not None:
            self._failed = True
            kind = sys.exc_info()[0]
            sys.stderr.write(
                f"The log {Path(self.baseFilename).name} cannot be written "
                f"({kind.__name__ if kind else 'unknown'}). Check the free space of the disk.\n"
            )


def looks_secret(line: str) -> bool:
    """The second gate: walks over the characters and looks for a card number with a valid check
    digit, and for the marks of keys."""
    if _KEY_MARK.search(line):
        return True
    run: list[int] = []
    gap = 0
    for character in line + "|":
        if character.isdecimal():
            run.append(int(character))
            gap = 0
        elif run and gap < 2 and character in " -.\u00a0\u202f":
            gap += 1
        else:
            if _card_like(run):
                return True
            run, gap = [], 0
    return False


def _card_like(run: list[int]) -> bool:
    for start in range(len(run) - 13):
        first, second = run[start : start + 2]
        lengths: tuple[int, ...] = ()
        if first in (4, 6):
            lengths = (16, 19)
        elif first == 5 or (first, second) == (3, 5) or (first == 2 and 2 <= second <= 7):
            lengths = (16,)
        elif first == 3:
            lengths = (15,) if second in (4, 7) else (14,) if second in (0, 6, 8, 9) else ()
        for length in lengths:
            part = run[start : start + length]
            if len(part) < length:
                continue
            kept, others = part[-1::-2], part[-2::-2]
            if (sum(kept) + sum(sum(divmod(2 * digit, 10)) for digit in others)) % 10 == 0:
                return True
    return False


class Log:
    """The running log. ``stop`` puts the logging of the process back as it was."""

    def __init__(self, handler: logging.Handler, level: int) -> None:
        root = logging.getLogger()
        self._handler = handler
        self._level_before = root.level
        self._quiet_before: Mapping[str, int] = {
            name: logging.getLogger(name).level for name in QUIET
        }
        root.addHandler(handler)
        root.setLevel(level)
        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)

    @property
    def handler(self) -> logging.Handler:
        return self._handler

    def stop(self) -> None:
        root = logging.getLogger()
        root.removeHandler(self._handler)
        root.setLevel(self._level_before)
        for name, level in self._quiet_before.items():
            logging.getLogger(name).setLevel(level)
        self._handler.close()


def start(
    folder: Path, *, level: int = logging.INFO, alarm: Callable[[str], None] | None = None
) -> Log:
    """Write the process's log to ``posapp.log`` in ``folder``, which is made if it is missing.

    Raises OSError when the folder cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = GatedFile(folder / FILE, alarm=alarm)
    handler.setFormatter(LineFormatter())
    return Log(handler, level)


def fields(**named: Any) -> dict[str, Any]:
    """``extra=`` for a log call. Raises ValueError for a name that is not on the list, so that a
    mistake shows where it is made and not in a log that lacks the field."""
    unknown = sorted(set(named) - FIELDS)
    if unknown:
        raise ValueError(
            f"These are no log fields: {', '.join(unknown)}. Add them to FIELDS in "
            "posapp/runtime/log.py if their values may be written down."
        )
    return named
