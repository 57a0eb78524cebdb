"""How a document is got out of an answer, small or large."""

from __future__ import annotations

import threading

import pytest

from posapp.gateways import answers
from posapp.gateways.answers import document_of
from posapp.gateways.call import Answer
from posapp.gateways.strict_json import Unreadable, parse

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(("blanks", "here"), [(0, True), (300_000, False)])
async def test_a_large_document_is_read_off_the_loops_thread(
    monkeypatch: pytest.MonkeyPatch, blanks: int, here: bool
) -> None:
    threads = []

    def watched(body: bytes) -> object:
        threads.append(threading.current_thread() is threading.main_thread())
        return parse(body)

    monkeypatch.setattr(answers, "parse", watched)
    body = b'{"id": "pay_1"}' + b" " * blanks
    assert await document_of(Answer(status=200, headers={}, body=body)) == {"id": "pay_1"}
    assert threads == [here]


async def test_a_large_document_that_is_none_is_refused_as_well() -> None:
    with pytest.raises(Unreadable):
        await document_of(Answer(status=200, headers={}, body=b"[" * 300_000))
