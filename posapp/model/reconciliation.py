"""A run through the gateway's list, and what people made of the comparison."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from posapp.model.reconcile import Match, Movement, Row
from posapp.model.window import Window


class Phase(StrEnum):
    """How far a run got. Only a complete one may be compared with the journal."""

    LISTING = "listing"
    CHECKING = "checking"
    COMPLETE = "complete"
    ABANDONED = "abandoned"


UNFINISHED = (Phase.LISTING, Phase.CHECKING)


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One reading of an account's list for a span of days.

    ``until`` is where the span ends for this run: a day that is not over ends when the run began.
    ``cursor`` is the page to go on with. ``listed`` payments stood in the list, back to
    ``reached``; ``checked`` are those of ours that did not and were asked for one by one, of which
    the gateway does not have ``absent``. ``payouts`` and ``unreadable`` entries stood in the list
    too and are not compared. ``note`` says why the run stopped.
    """

    id: int
    account: str
    window: Window
    until: datetime
    phase: Phase
    who: str
    till: str
    begun_at: datetime
    changed_at: datetime
    cursor: str = ""
    pages: int = 0
    listed: int = 0
    reached: datetime | None = None
    checked: int = 0
    absent: int = 0
    payouts: int = 0
    unreadable: int = 0
    reconciled_at: datetime | None = None
    note: str = ""

    @property
    def share(self) -> float:
        """How much of the span was walked through, 0 to 1, by the payments' own times."""
        if self.phase is not Phase.LISTING:
            return 1.0
        span = (self.until - self.window.since).total_seconds()
        if self.reached is None or span <= 0:
            return 0.0
        return min(1.0, max(0.0, (self.until - self.reached).total_seconds() / span))


@dataclass(frozen=True, slots=True)
class Case:
    """What people did about a difference. ``reason`` explains it, as long as it is ``valid``: the
    two sides still say what they said then."""

    assigned_to: str = ""
    reason: str = ""
    explained_by: str = ""
    explained_at: datetime | None = None
    valid: bool = True

    @property
    def explained(self) -> bool:
        return bool(self.reason) and self.valid


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """``position`` counts from 0, newest first."""

    run_id: int
    position: int
    row: Row
    case: Case = field(default_factory=Case)

    @property
    def needs_work(self) -> bool:
        return self.row.match is not Match.MATCHED and not self.case.explained


@dataclass(frozen=True, slots=True)
class RowFilter:
    """``match`` None is every kind; ``to_do`` leaves out what agrees or is explained."""

    match: Match | None = None
    to_do: bool = False


@dataclass(frozen=True, slots=True)
class RowPage:
    """``next`` is the key to ask for more with, None at the end."""

    rows: tuple[ReconciledRow, ...]
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """Minor units that moved by one kind of movement, as each side has it."""

    movement: Movement
    currency: str
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Summary:
    """How many rows there are of each kind, how many of them are explained, and the sums."""

    run: SyncRun
    counts: dict[Match, int]
    explained: dict[Match, int]
    totals: tuple[Total, ...]

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def to_do(self) -> int:
        matched = self.counts.get(Match.MATCHED, 0)
        different = sum(n for match, n in self.explained.items() if match is not Match.MATCHED)
        return self.rows - matched - different
