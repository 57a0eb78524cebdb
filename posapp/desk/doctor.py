"""Examines whether everything this shop depends on is sound."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from posapp.desk.till import Till
from posapp.gateways.port import GatewayError
from posapp.ledger.errors import LedgerError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined; ``words`` says what was found and what to do about it."""

    part: str
    sound: bool
    words: str


async def examine(till: Till) -> tuple[Finding, ...]:
    """Ledger, audit trail and gateways of an open till."""
    problems = await till.ledger.check()
    findings = [
        Finding("ledger", not problems, " ".join(problems) or "Ledger and audit trail are whole.")
    ]
    findings += await _of_server(till)
    findings += await _of_attempts(till)
    for gateway in till.accounts.all():
        part = f"gateway {gateway.label}"
        try:
            findings.append(Finding(part, True, await gateway.check()))
        except GatewayError as problem:
            findings.append(Finding(part, False, str(problem)))
    return tuple(findings)


async def _of_attempts(till: Till) -> list[Finding]:
    try:
        waiting = await till.ledger.journal.open_attempts()
    except LedgerError:
        return []  # said of the ledger already
    if not waiting:
        return []
    noun = "attempt is" if len(waiting) == 1 else "attempts are"
    return [Finding("attempts", True, f"{len(waiting)} {noun} still being checked.")]


async def _of_server(till: Till) -> list[Finding]:
    try:
        server = await till.ledger.server()
    except LedgerError as problem:
        return [Finding("shared ledger", False, str(problem))]
    return [Finding("shared ledger", server.is_sound, server.details())] if server else []


def of_printers(names: Sequence[str]) -> Finding:
    """Printers are a wish, not a need: receipts can be saved as PDF."""
    words = ", ".join(names) or "None set up. Receipts can be saved as PDF."
    return Finding("printers", True, words)


def report(findings: Sequence[Finding], *, as_json: bool) -> str:
    """What to print: a line each, or one JSON object with ``sound`` and ``findings``."""
    if as_json:
        entries = [
            {"part": each.part, "sound": each.sound, "words": each.words} for each in findings
        ]
        return json.dumps({"sound": is_sound(findings), "findings": entries}, ensure_ascii=False)
    return "\n".join(
        f"{'ok     ' if each.sound else 'PROBLEM'}  {each.part}: {each.words}" for each in findings
    )


def is_sound(findings: Sequence[Finding]) -> bool:
    return all(each.sound for each in findings)
