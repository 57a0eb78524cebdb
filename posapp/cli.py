"""The command line: the desktop program, and the training gateway on its own."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from posapp import __version__

if TYPE_CHECKING:
    from posapp.model.secret import Secret
    from posapp.moving import Target

REFUSED = 1
PASSWORD = "POSAPP_DATABASE_PASSWORD"
_ADDRESS = ("host", "port", "database", "user", "certificate")


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the arguments say; returns the exit code (0 well, 1 refused with a sentence)."""
    arguments = _parser().parse_args(argv)
    if arguments.command == "sandbox":
        from posapp.sandbox import command

        return command.run(port=arguments.port, state=arguments.state)
    home: Path = arguments.home or default_home()
    if arguments.command == "doctor":
        return doctor(home, training=arguments.training, as_json=arguments.json)
    if arguments.command == "export":
        return export(
            home,
            training=arguments.training,
            form=arguments.format,
            output=arguments.output,
        )
    if arguments.command == "move-ledger":
        return move_ledger(
            home,
            training=arguments.training,
            url=arguments.to,
            password_file=arguments.password_file,
            as_json=arguments.json,
        )
    if arguments.command == "ledger-address":
        changes = {name: text for name in _ADDRESS if (text := getattr(arguments, name))}
        return ledger_address(home, changes)
    return desktop(home, training=arguments.training)


def desktop(home: Path, *, training: bool) -> int:
    """Show the window until it is closed. It is painted before the event loop is imported."""
    gc.disable()  # a tenth of the time to the first paint; the window's own collector takes over
    from posapp import front as fronts

    try:
        front = fronts.build(home, training=training)
    except fronts.StartRefused as refusal:
        return _refused(str(refusal))
    front.paint()
    from posapp import app
    from posapp.runtime import loop

    async def session() -> int:
        return await app.run(front)

    try:
        return loop.run(session, argv=["posapp"])
    except app.StartRefused as refusal:
        return _refused(str(refusal))


def _refused(sentence: str) -> int:
    """One sentence for whoever started the program, on the terminal or, without one, in a box."""
    if sys.stderr is not None:
        print(sentence, file=sys.stderr)
    else:
        from posapp.runtime import dialogs

        dialogs.alarm(sentence)
    return REFUSED


def doctor(home: Path, *, training: bool, as_json: bool) -> int:
    """Examine the data folder; asks for the passphrase where somebody can type it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from posapp import app
    from posapp.runtime import loop

    passphrase = None if training else _passphrase(home)

    async def session() -> int:
        return await app.examine(home, passphrase, training=training, as_json=as_json)

    return loop.run(session, argv=["posapp"])


def export(home: Path, *, training: bool, form: Literal["csv", "json"], output: Path | None) -> int:
    """Write every payment as CSV or JSON."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from posapp import app
    from posapp.runtime import loop

    passphrase = None if training else _passphrase(home)

    async def session() -> int:
        return await app.export(home, passphrase, training=training, form=form, output=output)

    try:
        return loop.run(session, argv=["posapp"])
    except app.StartRefused as refusal:
        return _refused(str(refusal))


def move_ledger(
    home: Path, *, training: bool, url: str | None, password_file: Path | None, as_json: bool
) -> int:
    """Take the ledger of this till to the server of a shared one, and check it there.

    Args:
        url: where to; None takes what stands in the settings, with its password.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from posapp import app
    from posapp.runtime import loop

    if password_file is not None and url is None:
        return _refused("--password-file goes with --to only; Settings have a password of theirs.")
    passphrase = None if training else _passphrase(home)
    try:
        target = None if url is None else _target(url, password_file)
    except (OSError, ValueError) as problem:
        return _refused(f"The password cannot be read from {password_file}: {_why(problem)}.")
    if url is not None and target is None:
        return _refused(
            f"No password was given. Type it at a terminal, put it into {PASSWORD}, or name a "
            "file that holds it with --password-file."
        )

    async def session() -> int:
        return await app.move_ledger(
            home, passphrase, target=target, training=training, as_json=as_json
        )

    try:
        return loop.run(session, argv=["posapp"])
    except app.StartRefused as refusal:
        return _refused(str(refusal))


def _target(url: str, password_file: Path | None) -> Target | None:
    """The server with the password for it: from the file, the environment, or the terminal."""
    from getpass import getpass

    from posapp.model.secret import Secret
    from posapp.moving import Target

    if password_file is not None:
        password = Secret(password_file.read_text(encoding="utf-8").rstrip("\r\n"))
    elif PASSWORD in os.environ:
        password = Secret(os.environ[PASSWORD])
    elif sys.stdin is not None and sys.stdin.isatty():
        password = Secret(getpass("Password of the database: "))
    else:
        return None
    return Target(url, password) if password.reveal() else None


def _why(problem: OSError | ValueError) -> str:
    """Without what the file holds."""
    return str(problem.strerror) if isinstance(problem, OSError) else "it is not UTF-8 text"


def ledger_address(home: Path, changes: Mapping[str, str]) -> int:
    """Correct where the shared ledger is, when the program cannot open it any more."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from getpass import getpass

    from posapp import app
    from posapp.model.secret import Secret
    from posapp.runtime import loop

    passphrase = _passphrase(home)
    asked = passphrase is not None
    password = Secret(getpass("Password of the ledger (Enter keeps it): ") if asked else "")

    async def session() -> int:
        return await app.change_address(home, passphrase, changes=changes, password=password)

    try:
        return loop.run(session, argv=["posapp"])
    except app.StartRefused as refusal:
        return _refused(str(refusal))


def _passphrase(home: Path) -> Secret | None:
    """What opens the live vault, if there is one and somebody at a terminal to type it."""
    from getpass import getpass

    from posapp import app
    from posapp.model.secret import Secret

    vault = app.folder_of(home, training=False) / "vault"
    if not vault.exists() or sys.stdin is None or not sys.stdin.isatty():
        return None
    typed = Secret(getpass("Passphrase: "))
    return typed if typed.reveal() else None


def default_home() -> Path:
    """``POSAPP_HOME``, or the folder the system keeps for a program's data."""
    named = os.environ.get("POSAPP_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("posapp", appauthor=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="posapp", description="A card terminal for shops that sell by phone and mail."
    )
    parser.add_argument("--version", action="version", version=f"posapp {__version__}")
    parser.add_argument("--training", action="store_true", help="practise; no real money moves")
    parser.add_argument("--home", type=Path, help="data folder (default: POSAPP_HOME or yours)")
    commands = parser.add_subparsers(dest="command", metavar="command")
    sandbox = commands.add_parser("sandbox", help="serve the training gateway on this computer")
    sandbox.add_argument("--port", type=_port, default=0, help="0 takes a free one")
    sandbox.add_argument("--state", type=Path, help="file that keeps its payments")
    doctor = commands.add_parser("doctor", help="check vault, ledger, audit chain and gateways")
    doctor.add_argument("--json", action="store_true", help="one JSON object instead of words")
    export = commands.add_parser("export", help="write every payment as CSV or JSON")
    export.add_argument("--format", choices=("csv", "json"), default="csv")
    export.add_argument("--output", type=Path, help="file to write (default: the terminal)")
    move = commands.add_parser("move-ledger", help="take this till's ledger to a PostgreSQL server")
    move.add_argument(
        "--to",
        metavar="URL",
        help="postgresql://user@host:5432/database, without a password (default: as in Settings)",
    )
    move.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=f"file with the database password (default: {PASSWORD}, or it is asked for)",
    )
    move.add_argument("--json", action="store_true", help="one JSON object instead of words")
    address = commands.add_parser(
        "ledger-address", help="correct where the shared ledger is, when it cannot be opened"
    )
    for name in _ADDRESS:
        address.add_argument(f"--{name}", default="", help="stays as it is when left out")
    return parser


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


if __name__ == "__main__":
    sys.exit(main())
