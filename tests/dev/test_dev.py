"""dev.py: what it starts and how, what it says when it cannot, and when it sets up anew."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

import dev

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux only")

TELL = """
import json, os, sys
told = ("QT_QPA_PLATFORM", "PYTHONPATH")
env = {name: os.getenv(name) for name in told}
print(json.dumps({"argv": sys.argv[1:], "cwd": os.getcwd(), "env": env}))
sys.exit(7)
"""
"""A program that says how it was started and ends with an exit code of its own."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder with the real dev.py, an environment that is ready, and TELL programs."""

    root: Path

    def add(self, place: str, text: str) -> Path:
        file = self.root / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def dev(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        unset = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "PYTHONPATH")
        environment = {name: text for name, text in os.environ.items() if name not in unset}
        return subprocess.run(
            [sys.executable, str(self.root / "dev.py"), *arguments],
            env=environment | settings,
            cwd=self.root.parent,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "till")
    made.root.mkdir()
    shutil.copy(dev.__file__, made.root)
    lock = made.add("packaging/requirements/test.txt", "# nothing to install\n")
    made.add("posapp/__main__.py", TELL)
    venv.create(made.root / ".venv", symlinks=os.name != "nt")
    made.add(f".venv/{dev.STAMP}", dev.stamp_for(lock))
    return made


def test_without_a_verb_the_verbs_are_listed(project: Project) -> None:
    ended = project.dev("--help")
    listed = [line.split()[0] for line in ended.stdout.splitlines()[1:]]
    assert listed == ["setup", "run", "test", "lint", "bench", "simulate", "killing", "shots"]
    assert ended.returncode == 0


def test_an_unknown_verb_lists_the_verbs_and_fails(project: Project) -> None:
    ended = project.dev("sell")
    assert "simulate" in ended.stdout
    assert ended.returncode == 2


def test_run_starts_training_and_passes_the_rest_and_the_exit_code(project: Project) -> None:
    ended = project.dev("run", "--offscreen", "--home", "a folder")
    told = json.loads(ended.stdout)
    assert told["argv"] == ["--training", "--home", "a folder"]
    assert told["env"] == {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(project.root)}
    assert Path(told["cwd"]) == project.root.parent
    assert ended.returncode == 7


def test_run_on_a_display_leaves_the_choice_of_platform_to_qt(project: Project) -> None:
    ended = project.dev("run", DISPLAY=":99")
    assert json.loads(ended.stdout)["env"]["QT_QPA_PLATFORM"] is None


@on_linux
def test_run_without_a_display_says_how_to_get_one(project: Project) -> None:
    shutil.rmtree(project.root / ".venv")
    ended = project.dev("run")
    assert "There is no display here" in ended.stderr
    assert "xvfb-run" in ended.stderr
    assert "python3 dev.py run --offscreen" in ended.stderr
    assert ended.returncode == 1
    assert not (project.root / ".venv").exists()


def test_the_tests_run_on_two_processes_unless_told_otherwise(project: Project) -> None:
    project.add("pytest.py", TELL)
    told = json.loads(project.dev("test", "-k", "refund").stdout)
    assert told["argv"] == ["-n", "2", "--dist", "worksteal", "-k", "refund"]
    assert Path(told["cwd"]) == project.root
    assert told["env"]["QT_QPA_PLATFORM"] == "offscreen"
    assert json.loads(project.dev("test", "-n0").stdout)["argv"] == ["-n0"]
    assert json.loads(project.dev("test", "--pdb").stdout)["argv"] == ["--pdb"]


def test_a_bench_is_started_by_its_name(project: Project) -> None:
    project.add("tests/bench/start.py", TELL)
    ended = project.dev("bench", "start", "--rounds", "3")
    assert json.loads(ended.stdout)["argv"] == ["--rounds", "3"]
    assert ended.returncode == 7


def test_an_unknown_bench_names_those_that_are_there(project: Project) -> None:
    project.add("tests/bench/start.py", TELL)
    project.add("tests/bench/_clock.py", "")
    ended = project.dev("bench", "refund")
    assert ended.stderr == "Say which of these to measure: start.\n"
    assert ended.returncode == 2


def test_the_simulation_is_started_once_it_is_there(project: Project) -> None:
    ended = project.dev("simulate", "--seed", "1")
    assert ended.stderr == "The simulation is not part of this version yet.\n"
    assert ended.returncode == 2
    project.add("tests/simulation/__main__.py", TELL)
    assert json.loads(project.dev("simulate", "--seed", "1").stdout)["argv"] == ["--seed", "1"]


def test_shots_go_into_the_folder_named_from_where_one_stands(project: Project) -> None:
    project.add("tests/shots.py", TELL)
    told = json.loads(project.dev("shots", "pictures").stdout)
    assert told["argv"] == ["pictures"]
    assert Path(told["cwd"]) == project.root.parent


def test_setup_of_a_ready_environment_does_nothing(project: Project) -> None:
    before = sorted((project.root / ".venv").rglob("*"))
    ended = project.dev("setup")
    assert ended.stdout == "Ready.\n"
    assert sorted((project.root / ".venv").rglob("*")) == before


def test_setup_takes_no_arguments(project: Project) -> None:
    ended = project.dev("setup", "--fast")
    assert "setup takes no arguments" in ended.stderr
    assert ended.returncode == 2


def test_the_environment_is_ready_only_with_its_stamp_and_its_python(project: Project) -> None:
    made, lock = project.root / ".venv", project.root / "packaging/requirements/test.txt"
    assert dev.is_ready(made, lock)
    dev.python_of(made).rename(made / "moved")
    assert not dev.is_ready(made, lock)
    (made / "moved").rename(dev.python_of(made))
    (made / dev.STAMP).unlink()
    assert not dev.is_ready(made, lock)


def test_a_changed_lock_file_makes_the_environment_anew(project: Project) -> None:
    made, lock = project.root / ".venv", project.root / "packaging/requirements/test.txt"
    lock.write_text("# something else\n", encoding="utf-8")
    assert not dev.is_ready(made, lock)


def test_another_python_makes_the_environment_anew(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, lock = project.root / ".venv", project.root / "packaging/requirements/test.txt"
    monkeypatch.setattr(sys, "version", "3.14.0 (another build)")
    assert not dev.is_ready(made, lock)


def test_a_half_made_environment_is_made_whole(project: Project) -> None:
    (project.root / ".venv" / dev.STAMP).unlink()
    leftover = project.add(".venv/leftover", "of an interrupted set-up")
    ended = project.dev("setup")
    assert ended.stdout.splitlines()[0] == "Setting up .venv: once, about a minute."
    assert ended.stdout.splitlines()[-1] == "Ready."
    assert not leftover.exists()
    lock = project.root / "packaging/requirements/test.txt"
    assert dev.is_ready(project.root / ".venv", lock)


def test_an_install_that_fails_says_so_and_is_tried_again_next_time(project: Project) -> None:
    lock = project.root / "packaging/requirements/test.txt"
    lock.write_text("posapp-has-no-such-wheel @ file:///nowhere.whl\n", encoding="utf-8")
    ended = project.dev("setup")
    assert f"pip could not install {lock}" in ended.stderr
    assert ended.returncode == 1
    assert not dev.is_ready(project.root / ".venv", lock)


def test_two_set_ups_do_not_work_at_the_same_time(tmp_path: Path) -> None:
    held = tmp_path / "lock"
    with held.open("a") as first, held.open("a") as second:
        assert dev.locked(first.fileno())
        assert not dev.locked(second.fileno())
        first.close()
        assert dev.locked(second.fileno())


APT = """#!/bin/sh
echo "$(basename "$0") $*" >> "$APT_LOG"
[ "$(basename "$0")" = apt-get ] || [ "$3" = "$APT_KNOWS" ]
"""
"""Stands in for apt-get and apt-cache: notes how it was called, knows one package."""


@pytest.fixture
def apt_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian that lacks one library, and the file that its apt notes its calls in."""
    for name in ("apt-get", "apt-cache"):
        program = tmp_path / name
        program.write_text(APT, encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "LIBRARIES", {"libnone.so.9": ("libnone9t64", "libnone9")})
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("APT_LOG", str(tmp_path / "calls"))
    monkeypatch.setenv("APT_KNOWS", "libnone9")
    return tmp_path / "calls"


@on_linux
def test_a_missing_library_is_installed_by_root_under_the_name_this_debian_gives_it(
    apt_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(dev.Stop, match=r"lacks libnone\.so\.9.*failed"):
        dev.check_system(programs=False)
    installed = [line for line in apt_calls.read_text().splitlines() if "apt-get" in line]
    wait = "-o DPkg::Lock::Timeout=300"
    assert installed == [f"apt-get {wait} install -y --no-install-recommends libnone9"]


@on_linux
def test_the_package_lists_are_fetched_when_no_name_is_known(
    apt_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("APT_KNOWS", "nothing")
    with pytest.raises(dev.Stop):
        dev.check_system(programs=False)
    verbs = [line.split()[3] for line in apt_calls.read_text().splitlines() if "apt-get" in line]
    assert verbs == ["update", "install"]


@on_linux
def test_someone_who_may_not_install_gets_the_exact_command(
    apt_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    command = "apt-get update && apt-get install -y --no-install-recommends libnone9"
    with pytest.raises(dev.Stop) as stopped:
        dev.check_system(programs=False)
    assert str(stopped.value).endswith(f"    {command}")
    assert stopped.value.code == 1
    assert "apt-get" not in apt_calls.read_text()


@on_linux
def test_a_system_with_everything_is_left_alone(
    apt_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "LIBRARIES", {})
    dev.check_system(programs=False)
    assert not apt_calls.exists()


def test_an_older_python_can_read_dev_py_as_far_as_its_sentence() -> None:
    source = Path(dev.__file__).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    before_the_check = source.split("if sys.version_info")[0]
    imported = [
        alias.name
        for node in ast.walk(ast.parse(before_the_check))
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    assert imported == ["sys"]
