"""How fast the program starts, measured against an empty Qt window on the same machine.

Prints one JSON line. ``painted`` is the first painted screen, ``ready`` the moment a charge can be
taken; ``first`` starts have an empty data folder, ``later`` ones a folder that was used before.
Every round starts all three programs one after the other, so that a slow minute slows all of them.
Ends with 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAINTED_LIMIT, READY_LIMIT = 1.8, 7.0
_PATIENCE = 60.0
_EMPTY = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

class Window(QMainWindow):
    painted = False
    def paintEvent(self, event):
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, self.tell)
    def tell(self):
        print(round(time.monotonic() * 1000), flush=True)
        QApplication.quit()

app = QApplication([])
window = Window()
window.resize(1280, 720)
window.show()
sys.exit(app.exec())
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds: int = parser.parse_args().rounds
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="posapp-bench-") as folder:
        # As on any computer the program was started on before, whatever this shell says.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        figures = _measure(Path(folder), rounds, environment)
    print(json.dumps(figures))
    return 1 if figures["missed"] else 0


def _measure(folder: Path, rounds: int, environment: Mapping[str, str]) -> dict[str, Any]:
    used = folder / "used"
    _empty_window(environment)  # not counted: the first run of each reads cold files
    _posapp(used, environment)
    empty: list[float] = []
    first: list[dict[str, float]] = []
    later: list[dict[str, float]] = []
    for number in range(rounds):
        for turn in range(3):  # none of them always comes right after the same other one
            match (number + turn) % 3:
                case 0:
                    empty.append(_empty_window(environment))
                case 1:
                    first.append(_posapp(folder / str(number), environment))
                case _:
                    later.append(_posapp(used, environment))
    base = median(empty)
    figures: dict[str, Any] = {
        "bench": "start",
        "platform": environment["QT_QPA_PLATFORM"],
        "rounds": rounds,
        "empty_window_ms": round(base),
    }
    for which, starts in (("first", first), ("later", later)):
        for step in ("painted", "ready"):
            taken = median(start[step] for start in starts)
            figures[f"{which}_{step}_ms"] = round(taken)
            figures[f"{which}_{step}_ratio"] = round(taken / base, 2)
    figures["painted_ratio"] = figures["first_painted_ratio"]
    figures["ready_ratio"] = figures["first_ready_ratio"]
    figures["painted_limit"], figures["ready_limit"] = PAINTED_LIMIT, READY_LIMIT
    limits = {"painted": PAINTED_LIMIT, "ready": READY_LIMIT}
    figures["missed"] = [step for step, most in limits.items() if figures[f"{step}_ratio"] > most]
    return figures


def _empty_window(environment: Mapping[str, str]) -> float:
    """Milliseconds from the start of the process to the first paint of an empty window."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", "-c", _EMPTY],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=True,
    )
    return int(done.stdout) - begun * 1000


def _posapp(home: Path, environment: Mapping[str, str]) -> dict[str, float]:
    """Milliseconds from the start of the process to each milestone it writes into its log."""
    log = home / "training" / "posapp.log"
    command = [sys.executable, "-P", "-m", "posapp", "--training", "--home", str(home)]
    with tempfile.TemporaryFile() as said:
        begun = time.monotonic()
        with subprocess.Popen(command, env=environment, stdout=said, stderr=said) as child:
            try:
                while "ready" not in (seen := _milestones(log, begun * 1000)):
                    if child.poll() is not None or time.monotonic() - begun > _PATIENCE:
                        said.seek(0)
                        words = said.read().decode(errors="replace")
                        raise RuntimeError(
                            f"The program did not get ready in {time.monotonic() - begun:.0f} s "
                            f"(exit code {child.returncode}). It said:\n{words}"
                        )
                    time.sleep(0.05)
            finally:
                child.terminate()
                child.wait(_PATIENCE)
    return {step: at - begun * 1000 for step, at in seen.items()}


def _milestones(log: Path, since: float) -> dict[str, float]:
    if not log.exists():
        return {}
    seen: dict[str, float] = {}
    for line in log.read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.endswith("\n"):
            continue  # being written right now
        entry = json.loads(line)
        if "step" in entry and entry["milliseconds"] >= since:
            seen[entry["step"]] = entry["milliseconds"]
    return seen


if __name__ == "__main__":
    sys.exit(main())
