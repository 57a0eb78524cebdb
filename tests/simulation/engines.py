"""Many small ledgers, one after the other, over one dialect and one cache of statements.

An engine of its own costs a till more than a whole transaction: its dialect is examined and every
statement is compiled anew. Nothing of that differs from ledger to ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from posapp.ledger import encrypted

_statements: dict[Any, Any] = {}


@contextmanager
def shared() -> Iterator[None]:
    """Every file that is opened meanwhile uses them."""
    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(encrypted, "engine_of", _engine_of)
        yield


def _engine_of(path: Path, key: bytes) -> Engine:
    pattern = _pattern()
    pool = StaticPool(lambda: encrypted._connect(path, key), dialect=pattern.dialect)
    engine = Engine(pool, pattern.dialect, pattern.url, hide_parameters=True)
    return engine.execution_options(compiled_cache=_statements)


@cache
def _pattern() -> Engine:
    made = create_engine(
        "sqlite://", module=sqlcipher, creator=lambda: sqlcipher.connect(":memory:")
    )
    made.connect().close()  # only then the dialect knows what it speaks to
    made.dispose()
    return made
