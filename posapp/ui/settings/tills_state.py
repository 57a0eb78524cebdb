"""What the form of tills and shared ledger shows, decided without Qt."""

from __future__ import annotations

from dataclasses import dataclass

SERVER = ("host", "port", "database", "user", "password", "certificate", "code")


@dataclass(frozen=True, slots=True)
class TillsView:
    """``fields`` in the order in which they stand; ``tested`` whether there is anything to test."""

    fields: tuple[str, ...]
    tested: bool
    may_invite: bool
    joining: str


def derive_tills(*, kept: str, is_shared: bool) -> TillsView:
    """The form as it is while ``kept`` is chosen.

    Args:
        kept: ``own`` or ``shared``.
        is_shared: whether the ledger that is open now is a shared one.
    """
    if kept != "shared":
        return TillsView(("till", "kept"), tested=False, may_invite=False, joining="")
    words = (
        "A joining code lets one more till in. It is good for a day and for one ledger only."
        if is_shared
        else "The first till needs no joining code. Each further till needs one: make it here, in "
        "the settings of a till that shares the ledger already."
    )
    fields = tuple(name for name in SERVER if name != "code" or not is_shared)
    return TillsView(("till", "kept", *fields), tested=True, may_invite=is_shared, joining=words)
