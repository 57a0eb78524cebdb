from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = (
    "import sys; from pathlib import Path; from posapp.sandbox.command import run; "
    "sys.exit(run(port=int(sys.argv[1]), state=Path(sys.argv[2]) if sys.argv[2] else None))"
)


def _start(port: int = 0, state: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", RUN, str(port), state],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_announces_itself_in_one_line_and_ends_cleanly_on_a_signal(
    number: signal.Signals,
) -> None:
    with _start() as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        base = json.loads(line)["admin"]["base_url"]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{base}/clock", timeout=20) as answer:
            assert answer.status == 200
        process.send_signal(number)
        out, errors = process.communicate(timeout=20)
    assert (process.returncode, out, errors) == (0, "", "")


def test_an_error_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with _start(taken.getsockname()[1]) as process:
            out, errors = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert errors.startswith("Port ")
    assert errors.count("\n") == 1

    corrupt = tmp_path / "state.json"
    corrupt.write_text("{")
    with _start(0, str(corrupt)) as process:
        out, errors = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert errors.startswith("The training state in ")
    assert errors.count("\n") == 1


def test_importing_the_training_gateway_loads_no_web_server() -> None:
    code = (
        "import sys, posapp.sandbox, posapp.sandbox.server, posapp.sandbox.command;"
        "print([name for name in ('starlette', 'uvicorn', 'h11', 'anyio') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
