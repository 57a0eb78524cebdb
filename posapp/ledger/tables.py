"""The tables. Amounts are integer minor units with their currency; times are UTC microseconds."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from posapp.model.attempt import ACTIONS, LISTED, OPEN_STATES, PAYS_ORDER, Kind, State, Verdict

VERSION = 1
"""The schema this program writes; ``migrations`` has one file for each."""

metadata = MetaData()

_KEY = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows in INTEGER columns only
_SORTED = Text().with_variant(Text(collation="C"), "postgresql")  # by letter, as SQLite does
CHARGES = tuple(kind.value for kind in PAYS_ORDER)
HISTORY = tuple(kind.value for kind in LISTED)
"""What the list of payments shows."""
_ACTIONS = tuple(kind.value for kind in ACTIONS)
OPEN = tuple(sorted(state.value for state in OPEN_STATES))
DEAD = frozenset({State.NOT_SENT, State.REFUSED, State.NOT_CHARGED})
"""What provably never happened, as far as was known when the attempt came into the state."""
PAID_OUT = (
    f"kind = '{Kind.PAYOUT.value}' AND state = '{State.SETTLED.value}' "
    f"AND verdict = '{Verdict.APPROVED.value}'"
)
"""What a bank may still send back."""


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_IS_OPEN = f"state IN ({_listed(OPEN)})"


def is_open(attempt: FromClause) -> ColumnElement[bool]:
    """Whether the end is unknown, said the way the indexes over open attempts say it: SQLite uses
    such an index only for exactly its own words."""
    open_only: ColumnElement[bool] = attempt.c.state.in_([literal_column(f"'{s}'") for s in OPEN])
    return open_only


schema_version = Table(
    "schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False)
)

orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("till", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("customer", JSON, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    CheckConstraint("state IN ('open', 'locked', 'paid')", name="order_state"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_minor", BigInteger, nullable=False),
    Column("tax_percent", Text, nullable=False),
    CheckConstraint("quantity > 0", name="some_quantity"),
)

customers = Table(
    "customers",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("name", _SORTED, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("country", Text, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("sku", Text, nullable=False, unique=True),
    Column("name", _SORTED, nullable=False),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("tax_percent", Text, nullable=False),
    Column("barcode", Text, nullable=False, index=True),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("verdict", Text),
    Column("account", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("who", Text, nullable=False),
    Column("till", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("payment_id", Text, nullable=False, server_default=""),
    Column("action_id", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False),
    Column("card_brand", Text, nullable=False),
    Column("card_last4", Text, nullable=False),
    Column("prepared_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("note", Text, nullable=False, server_default=""),
    Column("said", Text, nullable=False, server_default=""),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("absent", Integer, nullable=False, server_default="0"),
    Column("look_ups", Integer, nullable=False, server_default="0"),
    Column("looked_up_at", BigInteger),
    Column("key_freed", Integer, nullable=False, server_default="0"),  # never taken back
    Column("repeats", Integer, nullable=False, server_default="0"),
    UniqueConstraint("account", "reference", name="one_reference_an_attempt"),
    CheckConstraint(
        f"minor > 0 OR (minor = 0 AND kind = '{Kind.VERIFY.value}')", name="some_amount"
    ),
    CheckConstraint("length(card_last4) IN (0, 4)", name="last_four_only"),
    CheckConstraint("length(reference) <= 30", name="short_reference"),
    sqlite_autoincrement=True,
)

# One open payment an order, whatever tills and processes do.
Index(
    "one_open_charge_an_order",
    attempts.c.order_id,
    unique=True,
    sqlite_where=text(f"kind IN ({_listed(CHARGES)}) AND {_IS_OPEN}"),
)
# One capture, void, increment or reversal of a payment at a time.
Index(
    "one_open_action_a_payment",
    attempts.c.account,
    attempts.c.payment_id,
    unique=True,
    sqlite_where=text(f"kind IN ({_listed(_ACTIONS)}) AND {_IS_OPEN}"),
)
# Two tills that see the same world make the same key, and so does a form that is sent off twice.
# What provably never happened frees its key for good, so that a refund found late can still be
# written down.
Index(
    "one_attempt_a_key",
    attempts.c.account,
    attempts.c.key,
    unique=True,
    sqlite_where=text("key_freed = 0"),
)
# What the gateway did once ends one attempt.
Index(
    "one_attempt_an_action",
    attempts.c.account,
    attempts.c.action_id,
    unique=True,
    sqlite_where=text("action_id != ''"),
)
Index("attempts_by_time", attempts.c.prepared_at, attempts.c.id)
Index("attempts_by_account", attempts.c.account, attempts.c.prepared_at, attempts.c.id)
Index("attempts_by_payment", attempts.c.account, attempts.c.payment_id)
Index("attempts_by_order", attempts.c.order_id)
Index("attempts_open", attempts.c.prepared_at, attempts.c.id, sqlite_where=text(_IS_OPEN))
Index(
    "attempts_not_charged",
    attempts.c.ended_at,
    sqlite_where=text(f"state = '{State.NOT_CHARGED.value}'"),
)
Index("attempts_paid_out", attempts.c.ended_at, sqlite_where=text(PAID_OUT))

# Who found out what about an attempt that no gateway could tell us about.
cases = Table(
    "cases",
    metadata,
    Column("attempt_id", _KEY, ForeignKey("attempts.id"), primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False, server_default=""),
    Column("taken_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("closed_by", Text, nullable=False, server_default=""),
    Column("approved_by", Text, nullable=False, server_default=""),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("seen", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint(
        "closed_at IS NULL OR (reason <> '' AND approved_by <> '')", name="closed_with_a_reason"
    ),
)
Index("cases_by_closing", cases.c.closed_at)

# Money that moved and should not have: kept until it is given back or somebody accounts for it.
alarms = Table(
    "alarms",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("attempt_id", BigInteger, ForeignKey("attempts.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ending", Text, nullable=False, server_default=""),
    Column("who", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("kind", "attempt_id", "account", "payment_id", name="one_alarm_a_payment"),
    sqlite_autoincrement=True,
)
Index("alarms_open", alarms.c.account, alarms.c.payment_id, sqlite_where=text("ended_at IS NULL"))

payments = Table(
    "payments",
    metadata,
    Column("account", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("refund_pending", BigInteger, nullable=False),
    Column("refundable", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("read_at", BigInteger, nullable=False),
    Column("auth_code", Text, nullable=False),
    Column("rest", JSON, nullable=False),
)
Index("payments_by_reference", payments.c.account, payments.c.reference)
Index(
    "payments_with_refunds_on_their_way",
    payments.c.account,
    payments.c.id,
    sqlite_where=text("refund_pending > 0"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=False),  # one by one, without a gap
    Column("at", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("till", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("mac", Text, nullable=False, unique=True),
)
Index("audit_by_subject", audit.c.subject, audit.c.id)

# Accounts whose answers cannot be believed: nothing is begun through them.
pauses = Table(
    "pauses",
    metadata,
    Column("account", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("attempt", BigInteger, nullable=False),
)

# The last entry and how many there are, sealed: what was cut off at the end is missed.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("mac", Text, nullable=False),
    Column("seal", Text, nullable=False),
    CheckConstraint("id = 1", name="one_head"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_failure", BigInteger),
)

# Only in the file a till keeps beside a shared ledger: answers that could not be kept there yet.
held = Table(
    "held",
    metadata,
    Column("number", _KEY, primary_key=True, autoincrement=True),
    Column("attempt_id", BigInteger, nullable=False),
    Column("account", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("held_at", BigInteger, nullable=False),
    Column("answer", JSON, nullable=False),
)

# Sealed under a code that people carry to the till they let in.
invitations = Table(
    "invitations",
    metadata,
    Column("number", _KEY, primary_key=True, autoincrement=True),
    Column("sealed", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# One reading of a gateway's list. The cursor is kept with the payments of its page: after any end
# of the program it goes on there, and counts no page twice.
syncs = Table(
    "syncs",
    metadata,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("account", Text, nullable=False),
    Column("first_day", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("utc_offset", Integer, nullable=False),  # seconds, where the days are counted
    Column("phase", Text, nullable=False),
    Column("cursor", Text, nullable=False, server_default=""),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("reached", BigInteger),
    Column("payouts", Integer, nullable=False, server_default="0"),
    Column("unreadable", Integer, nullable=False, server_default="0"),
    Column("who", Text, nullable=False),
    Column("till", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("reconciled_at", BigInteger),
    Column("note", Text, nullable=False, server_default=""),
    CheckConstraint("phase IN ('listing', 'checking', 'complete', 'abandoned')", name="sync_phase"),
)
Index("syncs_by_account", syncs.c.account, syncs.c.id)

# What a run came across: in the list, read by its id, or asked for by its id and not there.
sync_payments = Table(
    "sync_payments",
    metadata,
    Column("sync_id", _KEY, ForeignKey("syncs.id"), primary_key=True),
    Column("payment_id", _SORTED, primary_key=True),
    Column("found", Text, nullable=False),
    CheckConstraint("found IN ('listed', 'read', 'absent')", name="how_found"),
)

reconciled = Table(
    "reconciled",
    metadata,
    Column("sync_id", _KEY, ForeignKey("syncs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("result", Text, nullable=False),
    Column("movement", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("our_moved", BigInteger, nullable=False),
    Column("their_moved", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("sides", JSON, nullable=False),
)
Index("reconciled_by_result", reconciled.c.sync_id, reconciled.c.result, reconciled.c.position)

# What people did about a difference; it outlives the comparison in which it was seen.
differences = Table(
    "differences",
    metadata,
    Column("account", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("assigned_to", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("evidence", Text, nullable=False, server_default=""),
    Column("explained_by", Text, nullable=False, server_default=""),
    Column("explained_at", BigInteger),
)
