"""Starts tills without the half second of imports: each is a process forked from this one.

Reads one job a line, writes one line when that life is over: ``{"killed", "code"}``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback

import posapp.gateways.flowlix.gateway
import posapp.gateways.flowlix_classic.gateway
import posapp.gateways.payfac.gateway  # noqa: F401 - every till finds them imported
from tests.killing.job import Job, Kill
from tests.killing.till import live


def main() -> None:
    for line in sys.stdin:
        job = Job.from_json(line)
        child = os.fork()
        if child == 0:
            _child(job)
        code = os.waitstatus_to_exitcode(_ended(child, job.kill))
        told = {"killed": code == -signal.SIGKILL, "code": code}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _child(job: Job) -> None:
    code = 1
    try:
        live(job)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _ended(child: int, kill: Kill) -> int:
    """Its status once it is over; killed, or frozen for a while, when its time is up."""
    if kill.after is None:
        return os.waitpid(child, 0)[1]
    deadline = time.monotonic() + kill.after
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.002)
    if kill.frozen:
        os.kill(child, signal.SIGSTOP)
        time.sleep(kill.frozen)
        os.kill(child, signal.SIGCONT)
    else:
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


if __name__ == "__main__":
    main()
