"""The journal as it has to behave, in few words and without a database.

Short on purpose: it is a second, independent reading of the money rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PAYS = ("charge", "hosted")
FOLLOWS = {
    "prepared": "sending not_sent",
    "sending": "settled refused not_sent pending unknown",
    "pending": "settled unknown open_case",
    "unknown": "settled pending not_charged open_case",
    "open_case": "settled pending not_charged",
    "not_charged": "settled",
    "settled": "",
    "refused": "",
    "not_sent": "",
}
OPEN = ("prepared", "sending", "pending", "unknown", "open_case")
DEAD = ("not_sent", "refused", "not_charged")
ALL = 2992  # what every payment here is over


@dataclass
class Entry:
    """``target`` is the order that is to be paid, or the payment that something is asked of."""

    kind: str
    till: str
    key: str
    target: str
    minor: int
    prepared: float = 0  # minutes
    sent: float | None = None
    state: str = "prepared"
    verdict: str | None = None
    key_freed: bool = False
    looks: int = 0
    absent: int = 0
    repeats: int = 0

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def done(self) -> bool:
        return self.verdict == "approved"

    def may_become(self, state: str, verdict: str | None) -> bool:
        if (state == "settled") is (verdict is None):
            return False
        if state == self.state:
            return verdict == self.verdict
        return state in FOLLOWS[self.state].split()

    def become(self, state: str, verdict: str | None = None) -> None:
        self.state, self.verdict = state, verdict
        self.key_freed = self.key_freed or state in DEAD

    def may_repeat(self, now: float) -> bool:
        fresh = self.kind == "reversal" and self.state == "unknown" and not self.repeats
        late = self.sent is not None and now - self.sent >= 15 and now - self.prepared < 23 * 60
        return fresh and late and self.absent > 0


@dataclass
class Model:
    entries: dict[int, Entry] = field(default_factory=dict)

    def refusal(self, new: Entry) -> str:
        """Why this may not begin, empty where it may."""
        mine = [each for each in self.entries.values() if each.target == new.target]
        busy = {each.kind for each in mine if each.open}
        if new.kind in PAYS and any(each.done for each in mine):
            return "OrderPaid"
        if new.kind in PAYS and busy:
            return "OrderBusy"
        if new.kind == "refund" and ("reversal" in busy or reversed_already(mine)):
            return "PaymentBusy"
        if new.kind == "reversal" and (busy or reversed_already(mine)):
            return "PaymentBusy"
        if new.kind == "refund" and new.minor > ALL - given_back(mine):
            return "NothingLeft"
        same = (e for e in self.entries.values() if e.key == new.key and not e.key_freed)
        return "SameKey" if any(same) else ""


def reversed_already(mine: list[Entry]) -> bool:
    return any(each.kind == "reversal" and each.done for each in mine)


def given_back(mine: list[Entry]) -> int:
    return sum(each.minor for each in mine if each.kind == "refund" and (each.open or each.done))
