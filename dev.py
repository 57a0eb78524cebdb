#!/usr/bin/env python3
"""Sets up and runs this project on Linux, macOS and Windows, with nothing but Python installed.

python3 dev.py VERB [arguments for what the verb starts]
"""

import sys

if sys.version_info < (3, 11) or sys.version_info >= (3, 15):
    sys.exit(
        f"Python 3.11 to 3.14 is needed, and {sys.executable} is {sys.version.split()[0]}. "
        "Start dev.py with another one, for example: python3.12 dev.py run"
    )

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
LOCKS = ROOT / "packaging" / "requirements"
VENV, VENV_LINT = ROOT / ".venv", ROOT / ".venv-lint"
STAMP = "ready.stamp"  # written last, so that an interrupted set-up is seen and done again

# What Qt's wheels expect of a Linux system: shared library -> Debian packages, newest name first.
LIBRARIES = {
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libGL.so.1": ("libgl1",),
    "libEGL.so.1": ("libegl1",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
}
PROGRAMS = {"Xvfb": ("xvfb",), "xauth": ("xauth",)}  # one journey paints on a virtual screen


class Stop(Exception):
    """Ends dev.py with a sentence for the person at the terminal."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def say(text: str) -> None:
    print(text, flush=True)


def missing_from_system(*, programs: bool) -> dict[str, tuple[str, ...]]:
    """What Qt (and with ``programs`` the tests) lacks here -> the Debian packages that have it."""
    missing: dict[str, tuple[str, ...]] = {}
    if not sys.platform.startswith("linux"):
        return missing
    for library, packages in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing[library] = packages
    if programs:
        missing.update({name: pack for name, pack in PROGRAMS.items() if not shutil.which(name)})
    if any(importlib.util.find_spec(module) is None for module in ("venv", "ensurepip")):
        missing["Python's venv"] = (f"python{sys.version_info[0]}.{sys.version_info[1]}-venv",)
    return missing


def check_system(*, programs: bool) -> None:
    """Installs what is missing where that is possible, otherwise says the command that does."""
    if not missing_from_system(programs=programs):
        return
    with one_at_a_time():
        missing = missing_from_system(programs=programs)
        lacks = f"This system lacks {', '.join(missing)}."
        if missing and not shutil.which("apt-get"):
            raise Stop(f"{lacks} Install them with its package manager, then run this again.")
        may_install = hasattr(os, "geteuid") and os.geteuid() == 0
        if may_install and not all(any(map(apt_knows, names)) for names in missing.values()):
            apt("update", "-q")
        packages = [next(filter(apt_knows, names), names[-1]) for names in missing.values()]
        install = ["install", "-y", "--no-install-recommends", *packages]
        command = f"apt-get update && apt-get {shlex.join(install)}"
        if missing and not may_install:
            raise Stop(f"{lacks} Run this as root, then start dev.py again:\n\n    {command}")
        if missing and apt(*install) and not apt("update", "-q"):
            apt(*install)  # the lists were out of date
        importlib.invalidate_caches()
        if missing_from_system(programs=programs):
            raise Stop(f"{lacks} Installing them failed. Try it by hand:\n\n    {command}")


def apt_knows(package: str) -> bool:
    command = ["apt-cache", "show", "--no-all-versions", package]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def apt(*arguments: str) -> int:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return call(["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments], environment)


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp_for(lock: Path) -> str:
    """Changes whenever the environment made from ``lock`` by this Python has to be made anew."""
    content = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"{content} {sys.implementation.cache_tag} {sys.version} {platform.machine()}\n"


def is_ready(venv: Path, lock: Path) -> bool:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        written = (venv / STAMP).read_text(encoding="utf-8")
        return written == stamp_for(lock) and python_of(venv).exists()
    return False


def prepare(venv: Path, lock: Path) -> None:
    """Makes ``venv`` hold exactly what ``lock`` lists; whatever else was in it goes."""
    if is_ready(venv, lock):
        return
    with one_at_a_time():
        if is_ready(venv, lock):
            return
        if Path(sys.prefix).resolve() == venv.resolve():
            raise Stop(f"{venv} must be made anew: start dev.py with a Python from outside of it.")
        say(f"Setting up {venv.name}: once, about a minute.")
        (venv / STAMP).unlink(missing_ok=True)
        import venv as maker  # Debian ships it apart; check_system has seen to it

        try:
            maker.create(venv, clear=True, with_pip=True, symlinks=os.name != "nt")
        except subprocess.CalledProcessError as failure:
            raise Stop(f"Python could not put pip into {venv}: {failure}") from failure
        pip = [str(python_of(venv)), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        rules = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        if call([*pip, *rules, "-r", str(lock)]):
            raise Stop(f"pip could not install {lock}; it says above why. Then run this again.")
        draft = venv / f"{STAMP}.new"
        draft.write_text(stamp_for(lock), encoding="utf-8")
        draft.replace(venv / STAMP)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Holds the set-up lock; the system lets go of it whatever becomes of this process."""
    with (ROOT / ".dev.lock").open("a") as file:
        if not locked(file.fileno()):
            say("Another set-up is at work here; waiting for it.")
            while not locked(file.fileno()):
                time.sleep(0.2)
        yield


def locked(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def call(command: list[str], environment: dict[str, str] | None = None) -> int:
    """Runs ``command`` to its end. Ctrl-C reaches it too, and it ends in its own time."""
    with subprocess.Popen(command, env=environment) as child:
        stopped = False
        while True:
            try:
                code = child.wait()
            except KeyboardInterrupt:
                stopped = True
                continue
            if stopped:
                raise KeyboardInterrupt
            return code if code >= 0 else 128 - code


def start(module: str, *arguments: str, offscreen: bool = True) -> NoReturn:
    """Becomes ``python -m module``: its exit code and its signals are those of this program."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONHOME", None)
    if offscreen:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [str(python_of(VENV)), "-P", "-m", module, *arguments]
    if os.name == "nt":  # has no real exec: the shell would go on before the new program ends
        raise SystemExit(call(command, environment))
    sys.stdout.flush()
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted between the two


def get_ready(*, programs: bool = False) -> None:
    check_system(programs=programs)
    prepare(VENV, LOCKS / "test.txt")


def setup(arguments: list[str]) -> None:
    """prepare the environment and run nothing"""
    if arguments:
        raise Stop(f"setup takes no arguments, but got: {shlex.join(arguments)}", 2)
    get_ready(programs=True)
    say("Ready.")


def run(arguments: list[str]) -> None:
    """open the till in training mode; --offscreen runs it without a window"""
    offscreen = "--offscreen" in arguments
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not offscreen and not any(map(os.getenv, screens)):
        raise Stop(
            "There is no display here (DISPLAY and WAYLAND_DISPLAY are empty), so no window can be "
            "shown. Xvfb makes a virtual one:\n\n"
            "    xvfb-run -a -s '-screen 0 1280x800x24' python3 dev.py run\n\n"
            "Without any window:\n\n    python3 dev.py run --offscreen"
        )
    get_ready()
    rest = [argument for argument in arguments if argument != "--offscreen"]
    start("posapp", "--training", *rest, offscreen=offscreen)


def test(arguments: list[str]) -> None:
    """run the tests with pytest"""
    get_ready(programs=True)
    os.chdir(ROOT)
    one_process = ("-n", "--numprocesses", "-p", "--pdb", "--trace")
    shared = ["-n", "2", "--dist", "worksteal"]  # the long tests are neighbours
    parallel = [] if any(word.startswith(one_process) for word in arguments) else shared
    start("pytest", *parallel, *arguments)


def lint(arguments: list[str]) -> None:
    """check the source: ruff, mypy, import-linter; arguments go to ruff check"""
    get_ready()
    prepare(VENV_LINT, LOCKS / "lint.txt")
    os.chdir(ROOT)
    python = [str(python_of(VENV_LINT)), "-m"]
    mypy = [*python, "mypy", "--python-executable", str(python_of(VENV))]
    checks = [
        [*python, "ruff", "check", *arguments],
        [*python, "ruff", "format", "--check"],
        mypy,
        *([*mypy, str(script.relative_to(ROOT))] for script in ROOT.glob("packaging/*.py")),
        [str(python_of(VENV_LINT).parent / "lint-imports")],
    ]
    codes = [call(check) for check in checks]
    raise SystemExit(next(filter(None, codes), 0))


def bench(arguments: list[str]) -> None:
    """measure and print one JSON line: bench start, bench sale, bench history"""
    known = sorted(file.stem for file in (ROOT / "tests" / "bench").glob("[!_]*.py"))
    if not arguments or arguments[0] not in known:
        raise Stop(f"Say which of these to measure: {', '.join(known) or 'none is here'}.", 2)
    get_ready()
    start(f"tests.bench.{arguments[0]}", *arguments[1:])


def simulate(arguments: list[str]) -> None:
    """drive the desk and the ledger through random faults"""
    if not (ROOT / "tests" / "simulation" / "__main__.py").exists():
        raise Stop("The simulation is not part of this version yet.", 2)
    get_ready()
    start("tests.simulation", *arguments)


def killing(arguments: list[str]) -> None:
    """kill a till at random points, start it again, and count the money"""
    if os.name == "nt":
        raise Stop("This kills as POSIX systems do; it does not run on Windows.", 2)
    get_ready()
    start("tests.killing", *arguments)


def shots(arguments: list[str]) -> None:
    """paint every screen, light and dark, into a folder"""
    get_ready()
    start("tests.shots", *arguments)


VERBS: dict[str, Callable[[list[str]], None]] = {
    verb.__name__: verb for verb in (setup, run, test, lint, bench, simulate, killing, shots)
}


def main(arguments: list[str]) -> int:
    verb = arguments[0] if arguments else "--help"
    if verb not in VERBS:
        lines = [f"  {name:10}{(does.__doc__ or '')}" for name, does in VERBS.items()]
        say("\n".join(["python3 dev.py VERB [arguments for what the verb starts]", *lines]))
        return 0 if verb in ("-h", "--help", "help") else 2
    try:
        VERBS[verb](arguments[1:])
    except Stop as stop:
        print(stop, file=sys.stderr)
        return stop.code
    except OSError as problem:
        print(f"dev.py could not go on: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
