"""The locked requirements: complete, hashed, and the same as pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest

import dev

LOCKS = ("app.txt", "test.txt", "lint.txt")
each_lock = pytest.mark.parametrize("name", LOCKS)


@cache
def locked(name: str) -> dict[str, list[str]]:
    """Library -> the lines that lock it (one a platform where they differ), hashes joined on."""
    text = (dev.LOCKS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            found.setdefault(line.split("==")[0], []).append(line)
    return found


def asked_for(requirements: list[str]) -> set[str]:
    names = (re.split(r"[<>=!~;\[ ]", requirement)[0] for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


@cache
def project() -> dict[str, dict[str, list[str]]]:
    parsed: dict[str, dict[str, list[str]]] = tomllib.loads(
        (dev.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )
    return parsed


@each_lock
def test_every_library_is_locked_to_one_version_with_hashes(name: str) -> None:
    assert len(locked(name)) > 5
    loose = [
        line[:60]
        for lines in locked(name).values()
        for line in lines
        if not re.match(r"[a-z0-9-]+==[^ ]+ (;.*?)?( *--hash=sha256:[0-9a-f]{64})+ *$", line)
    ]
    assert loose == []


def test_what_the_program_asks_for_is_locked() -> None:
    asked = asked_for(project()["project"]["dependencies"])
    assert len(asked) > 5
    assert asked - locked("app.txt").keys() == set()


@pytest.mark.parametrize("group", ["test", "lint"])
def test_what_the_tools_ask_for_is_locked(group: str) -> None:
    asked = asked_for(project()["dependency-groups"][group])
    assert len(asked) > 2
    assert asked - locked(f"{group}.txt").keys() == set()


def test_the_tests_run_with_the_very_versions_of_the_program() -> None:
    assert {name: locked("test.txt").get(name) for name in locked("app.txt")} == locked("app.txt")


def test_the_program_brings_nothing_that_slows_its_http_client() -> None:
    assert locked("app.txt").keys() & {"rich", "pygments"} == set()
    assert "rich" not in locked("test.txt")
