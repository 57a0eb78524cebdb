"""Examines whether everything this shop depends on is sound."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from posapp.desk.till import Till
from posapp.gateways.port import GatewayError


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
    waiting = await till.ledger.journal.open_attempts()
    if waiting:
        noun = "attempt is" if len(waiting) == 1 else "attempts are"
        findings.append(Finding("attempts", True, f"{len(waiting)} {noun} still being checked."))
    for gateway in till.accounts.all():
        part = f"gateway {gateway.label}"
        try:
            findings.append(Finding(part, True, await gateway.check()))
        except GatewayError as problem:
            findings.append(Finding(part, False, str(problem)))
    return tuple(findings)


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
