"""What the training gateway remembers, in memory and, on request, in one file.

The file is replaced as a whole, atomically, before the answer to the call that changed
something leaves. Every record keeps its JSON text until it changes, so a save costs one
join and one write.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from posapp.sandbox.clock import Clock
from posapp.sandbox.codec import CodecError, from_plain, to_plain
from posapp.sandbox.credentials import Credentials
from posapp.sandbox.errors import SandboxError
from posapp.sandbox.records import FlowlixPayment, PayfacPayment, PayfacPayout, PayfacSession
from posapp.sandbox.settings import Settings
from posapp.sandbox.webhooks.records import WebhookEndpoint, WebhookEvent

T = TypeVar("T")
_FORMAT = 1
_FIRST_TABLES = ("payfac", "flowlix", "classic", "answers")
"""A file written before there were others does not have those; they begin empty."""
_log = logging.getLogger("posapp.sandbox")


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer kept under an idempotency key."""

    digest: str
    status: int
    body: str
    content_type: str | None
    stored_at: float


@dataclass(frozen=True, slots=True)
class Keys:
    """Random keys of one state: they only make digests and tokens of this state."""

    digests: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    tokens: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)


class Table(Generic[T]):
    """Records by id, in the order they came."""

    def __init__(self, kind: type[T], on_change: Callable[[], None]) -> None:
        self.kind = kind
        self._records: dict[str, T] = {}
        self._texts: dict[str, str] = {}
        self._on_change = on_change

    def __len__(self) -> int:
        return len(self._records)

    def get(self, name: str) -> T | None:
        return self._records.get(name)

    def put(self, name: str, record: T) -> None:
        # An answer that replaces an old one counts as new, so the order stays by age.
        self._records.pop(name, None)
        self._records[name] = record
        self.changed(name)

    def changed(self, name: str) -> None:
        self._texts.pop(name, None)
        self._on_change()

    def remove(self, name: str) -> None:
        self._records.pop(name, None)
        self._texts.pop(name, None)
        self._on_change()

    def clear(self) -> None:
        self._records.clear()
        self._texts.clear()
        self._on_change()

    def oldest_first(self) -> Iterator[tuple[str, T]]:
        return iter(list(self._records.items()))

    def newest_first(self) -> Iterator[T]:
        return reversed(self._records.values())

    def text(self) -> str:
        for name, record in self._records.items():
            if name not in self._texts:
                plain = json.dumps(to_plain(record), separators=(",", ":"))
                self._texts[name] = f"{json.dumps(name)}:{plain}"
        return "{" + ",".join(self._texts[name] for name in self._records) + "}"

    def plain(self) -> dict[str, Any]:
        return {name: to_plain(record) for name, record in self._records.items()}

    def load(self, plain: object, where: str) -> None:
        if not isinstance(plain, dict):
            raise CodecError(f"{where} must be an object")
        for name, record in plain.items():
            self._records[name] = from_plain(self.kind, record, f"{where}.{name}")


class Store:
    """The whole state. ``path`` None keeps it in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.credentials = Credentials()
        self.keys = Keys()
        self.settings = Settings()
        self.clock = Clock()
        self.payfac = Table(PayfacPayment, self.touch)
        self.payfac_payouts = Table(PayfacPayout, self.touch)
        self.payfac_sessions = Table(PayfacSession, self.touch)
        self.flowlix = Table(FlowlixPayment, self.touch)
        self.classic = Table(FlowlixPayment, self.touch)
        self.synchronous = Table(FlowlixPayment, self.touch)
        self.answers = Table(Answer, self.touch)
        self.webhook_endpoints = Table(WebhookEndpoint, self.touch)
        self.webhook_events = Table(WebhookEvent, self.touch)
        self.changed = asyncio.Event()
        self._version = 1
        self._saved = 0
        self._failed = False
        self._lock = asyncio.Lock()
        self._writer: ThreadPoolExecutor | None = None

    def tables(self) -> dict[str, Table[Any]]:
        return {
            "payfac": self.payfac,
            "payfac_payouts": self.payfac_payouts,
            "payfac_sessions": self.payfac_sessions,
            "flowlix": self.flowlix,
            "classic": self.classic,
            "synchronous": self.synchronous,
            "answers": self.answers,
            "webhook_endpoints": self.webhook_endpoints,
            "webhook_events": self.webhook_events,
        }

    def tables_of_what_happened(self) -> Iterator[Table[Any]]:
        """All but what is set up: what a reset forgets."""
        return (table for table in self.tables().values() if table is not self.webhook_endpoints)

    def flowlix_tables(self) -> tuple[Table[FlowlixPayment], ...]:
        """One for each generation."""
        return self.flowlix, self.classic, self.synchronous

    def touch(self) -> None:
        """Something changed that a save must write."""
        self._version += 1
        self.changed.set()

    def load(self) -> None:
        """Read the file if there is one.

        Raises:
            SandboxError: if it exists and is not a state that this program wrote.
        """
        if self.path is None:
            return
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise self._unreadable(_reason(error)) from None
        try:
            self._read(json.loads(text))
        except CodecError as error:
            raise self._unreadable(str(error)) from None
        except (ValueError, RecursionError):
            raise self._unreadable("it is not complete JSON") from None

    def _read(self, plain: object) -> None:
        if not isinstance(plain, dict) or plain.get("format") != _FORMAT:
            raise CodecError(f"its format is not {_FORMAT}")
        names = {"format", "credentials", "keys", "settings", "clock_offset", *_FIRST_TABLES}
        if not names <= set(plain) <= names | set(self.tables()):
            raise CodecError("its parts are not those of a training state")
        self.credentials = _complete(Credentials, plain["credentials"], "credentials")
        live = self.credentials.live_key_in()
        if live:
            raise CodecError(f"credentials.{live} is not a training key")
        self.keys = _complete(Keys, plain["keys"], "keys")
        self.settings = from_plain(Settings, plain["settings"], "settings")
        self.settings.check()
        try:
            self.clock.advance(from_plain(float, plain["clock_offset"], "clock_offset"))
        except ValueError:
            raise CodecError("clock_offset is out of range") from None
        for name, table in self.tables().items():
            table.load(plain.get(name, {}), name)

    def _unreadable(self, reason: str) -> SandboxError:
        return SandboxError(
            f"The training state in {self.path} cannot be used: {reason}. "
            "Move the file away to begin with an empty state, or name another file."
        )

    def text(self) -> str:
        parts: list[str] = [f'"format":{_FORMAT}']
        small = {
            "credentials": to_plain(self.credentials),
            "keys": to_plain(self.keys),
            "settings": to_plain(self.settings),
            "clock_offset": self.clock.offset,
        }
        parts += [f"{json.dumps(name)}:{json.dumps(value)}" for name, value in small.items()]
        parts += [f"{json.dumps(name)}:{table.text()}" for name, table in self.tables().items()]
        return "{" + ",\n".join(parts) + "}\n"

    async def save_first(self) -> None:
        """Write the file once at the start.

        Raises:
            SandboxError: if the place cannot be written to.
        """
        if self.path is None:
            return
        try:
            await self._write(self.path)
        except OSError as error:
            raise SandboxError(
                f"The training state cannot be written to {self.path}: {_reason(error)}. "
                "Choose a file in a folder you may write to."
            ) from None

    async def save(self) -> None:
        """Write what changed, if it is not written yet. A full disk is reported, not raised."""
        if self.path is None or self._saved == self._version:
            return
        try:
            await self._write(self.path)
            self._failed = False
        except OSError as error:
            if not self._failed:
                _log.error(
                    "The training state cannot be written to %s: %s. "
                    "The training gateway goes on from memory and tries again.",
                    self.path,
                    _reason(error),
                )
            self._failed = True

    async def _write(self, path: Path) -> None:
        wanted = self._version
        async with self._lock:
            if self._saved >= wanted:
                return
            version, text = self._version, self.text()
            if self._writer is None:
                self._writer = ThreadPoolExecutor(1, thread_name_prefix="training-state")
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._writer, _replace, path, text.encode())
            self._saved = version

    def close(self) -> None:
        if self._writer is not None:
            self._writer.shutdown(wait=True)
            self._writer = None


def _complete(kind: type[T], plain: object, where: str) -> T:
    """Read ``plain`` without filling gaps: a key that is missing must not become a new one."""
    record = from_plain(kind, plain, where)
    gaps = sorted(set(to_plain(record)) - set(plain if isinstance(plain, dict) else {}))
    if gaps:
        raise CodecError(f"{where} lacks the member {gaps[0]!r}")
    return record


def _replace(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path``; a crash leaves the old file or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
