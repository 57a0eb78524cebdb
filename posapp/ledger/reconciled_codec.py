"""Between the rows of a comparison and the values of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping

from posapp.ledger.card_guard import without_card_number
from posapp.ledger.codec import micros, moment, moment_or_none
from posapp.model.money import Money
from posapp.model.reconcile import Entry, Match, Movement, Row, Standing
from posapp.model.reconciliation import Case, ReconciledRow


def row_values(run_id: int, position: int, row: Row) -> dict[str, object]:
    """A row of a comparison as it is kept."""
    return {
        "sync_id": run_id,
        "position": position,
        "result": row.match.value,
        "movement": row.entry.movement.value,
        "currency": row.entry.amount.currency,
        "our_moved": row.ours.moved if row.ours else 0,
        "their_moved": row.theirs.moved if row.theirs else 0,
        "subject": row.subject,
        "evidence": row.evidence,
        "sides": {
            "ours": row.ours and _entry_row(row.ours),
            "theirs": row.theirs and _entry_row(row.theirs),
            "also": [_entry_row(part) for part in row.also],
            "twin": row.twin,
        },
    }


def row_from(kept: RowMapping) -> ReconciledRow:
    """The row that is kept like this, with what people decided about it."""
    sides = kept["sides"]
    row = Row(
        Match(kept["result"]),
        sides["ours"] and _entry(sides["ours"]),
        sides["theirs"] and _entry(sides["theirs"]),
        tuple(_entry(part) for part in sides["also"]),
        sides["twin"],
    )
    case_ = Case(
        assigned_to=kept["assigned_to"] or "",
        reason=kept["reason"] or "",
        explained_by=kept["explained_by"] or "",
        explained_at=moment_or_none(kept["explained_at"]),
        valid=kept["explained_evidence"] in (None, "", kept["evidence"]),
    )
    return ReconciledRow(kept["sync_id"], kept["position"], row, case_)


def _entry_row(entry: Entry) -> dict[str, object]:
    said = without_card_number(entry.said)
    reference = without_card_number(entry.reference)
    money = {"minor": entry.amount.minor, "currency": entry.amount.currency}
    plain = asdict(entry)
    del plain["amount"]
    return {**plain, **money, "at": micros(entry.at), "said": said, "reference": reference}


def _entry(kept: Mapping[str, Any]) -> Entry:
    plain = {name: value for name, value in kept.items() if name not in ("minor", "currency")}
    return Entry(
        **{
            **plain,
            "movement": Movement(kept["movement"]),
            "standing": Standing(kept["standing"]),
            "amount": Money(kept["minor"], kept["currency"]),
            "at": moment(kept["at"]),
        }
    )
