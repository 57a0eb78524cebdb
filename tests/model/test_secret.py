"""A secret gives itself away through ``reveal`` and nowhere else."""

from __future__ import annotations

import copy
import gc
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass

import pytest

from posapp.model.secret import Secret, SecretWiped

CANARY = "canary-7f3a-key"


@pytest.mark.parametrize("text", ["", "482913", CANARY, "grüne Möhren 🥕", "a\x00b", "\ud800"])
def test_reveal_gives_back_what_was_put_in(text: str) -> None:
    assert text == Secret(text).reveal()


def test_bytes_are_taken_as_utf_8_and_copied() -> None:
    typed = bytearray("Möhre", "utf-8")
    secret = Secret(typed)
    typed[:] = bytes(len(typed))
    assert secret.reveal() == "Möhre"


def test_bytes_that_are_no_text_are_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="not UTF-8") as caught:
        Secret(CANARY.encode() + b"\xff")
    assert CANARY not in _everything_about(caught.value)


@pytest.mark.parametrize("value", [None, 5, 739105, ["a"], memoryview(b"a")])
def test_what_is_neither_text_nor_bytes_is_refused_without_being_shown(value: object) -> None:
    with pytest.raises(TypeError, match="text or of its bytes") as caught:
        Secret(value)  # type: ignore[arg-type]
    assert repr(value) not in str(caught.value)


@dataclass(frozen=True, slots=True)
class _Holder:
    key: Secret


@pytest.mark.parametrize(
    "shown",
    [
        repr,
        str,
        ascii,
        lambda s: f"{s}",
        lambda s: f"{s!r}",
        lambda s: "%s" % s,  # noqa: UP031 - how old code prints
        "{}".format,
        lambda s: repr([s]),
        lambda s: repr({"key": s}),
        lambda s: repr(_Holder(s)),
        lambda s: str(ValueError("refused", s)),
    ],
)
def test_no_way_of_printing_shows_it(shown: Callable[[Secret], str]) -> None:
    text = shown(Secret(CANARY))
    assert CANARY not in text
    assert "Secret(…)" in text or "Secret(\\u2026)" in text


def test_two_secrets_print_alike_whatever_their_length() -> None:
    assert repr(Secret("a")) == repr(Secret("a much longer one"))


def test_logging_does_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("till").warning("key is %s, %r", Secret(CANARY), Secret(CANARY))
    assert caplog.messages == ["key is Secret(…), Secret(…)"]


def test_an_uncaught_error_around_it_does_not_show_it() -> None:
    key = Secret(CANARY)
    with pytest.raises(TypeError) as caught:
        len(key)  # type: ignore[arg-type]
    assert CANARY not in _everything_about(caught.value)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "Secret(…)" in "".join(frames.format())


@pytest.mark.parametrize(
    "copied",
    [pickle.dumps, copy.copy, copy.deepcopy, lambda s: asdict(_Holder(s))],
)
def test_it_is_neither_pickled_nor_copied(copied: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError, match="neither pickled nor copied"):
        copied(Secret(CANARY))


def test_it_offers_no_parts_of_itself() -> None:
    secret = Secret(CANARY)
    for name in ("__iter__", "__getitem__", "__len__", "__dict__", "__bytes__", "__contains__"):
        assert not hasattr(secret, name)
    with pytest.raises(TypeError):
        memoryview(secret)  # type: ignore[arg-type]


def test_equal_secrets_are_equal_and_others_are_not() -> None:
    assert Secret("one") == Secret("one")
    assert Secret("one") != Secret("two")
    assert Secret("one") != Secret("one more")
    assert Secret("one") != "one"
    assert Secret("one") != b"one"


def test_the_hash_says_nothing_about_the_value() -> None:
    assert hash(Secret("one")) == hash(Secret("two"))
    assert len({Secret("one"), Secret("one"), Secret("two")}) == 2


def test_a_wiped_secret_is_gone() -> None:
    secret = Secret(CANARY)
    buffer = secret._buffer
    secret.wipe()
    secret.wipe()
    assert buffer == bytearray()
    with pytest.raises(SecretWiped, match="Ask for it again"):
        secret.reveal()


def test_a_wiped_secret_equals_nothing_but_itself() -> None:
    one, other = Secret("one"), Secret("")
    one.wipe()
    assert one == one
    assert one != other
    other.wipe()
    assert one != other


def test_wiping_overwrites_the_memory_itself() -> None:
    secret = Secret(CANARY)
    with memoryview(secret._buffer) as memory:
        assert bytes(memory) == CANARY.encode()
        with pytest.raises(BufferError):
            # The view pins the memory, so that it can be looked at after the overwriting.
            secret.wipe()
        assert bytes(memory) == bytes(len(CANARY))


def test_a_view_shows_the_live_bytes_and_cannot_change_them() -> None:
    secret = Secret("Möhre")
    with secret.view() as letters:
        assert bytes(letters) == "Möhre".encode()
        with pytest.raises(TypeError):
            letters[0] = 0
    assert secret.reveal() == "Möhre"
    secret.wipe()
    with pytest.raises(SecretWiped, match="Ask for it again"):
        secret.view()


def test_the_memory_is_overwritten_when_the_last_holder_lets_go() -> None:
    secret = Secret(CANARY)
    buffer = secret._buffer
    del secret
    gc.collect()
    assert buffer == bytearray()


def _everything_about(error: BaseException) -> str:
    told = traceback.format_exception(error)
    seen: BaseException | None = error
    while seen is not None:
        told.append(repr(vars(seen)) + repr(seen.args))
        seen = seen.__cause__ or seen.__context__
    return "".join(told)
