"""The first ledger."""

from __future__ import annotations

from alembic.operations import Operations

_TYPES = {
    "sqlite": {
        "counted": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
        "key": "INTEGER",
        "number": "INTEGER",
        "bytes": "BLOB",
        "sorted": "TEXT",
    },
    "postgresql": {
        "counted": "BIGSERIAL NOT NULL PRIMARY KEY",
        "key": "BIGSERIAL",
        "number": "BIGINT",
        "bytes": "BYTEA",
        "sorted": 'TEXT COLLATE "C"',
    },
}
_TABLES = (
    """
    CREATE TABLE orders (
        id TEXT NOT NULL,
        number INTEGER NOT NULL,
        till TEXT NOT NULL,
        currency TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        changed_at BIGINT NOT NULL,
        customer JSON NOT NULL,
        attempts INTEGER DEFAULT '0' NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT order_state CHECK (state IN ('open', 'locked', 'paid')),
        UNIQUE (number)
    )
    """,
    """
    CREATE TABLE customers (
        id {key} NOT NULL,
        name {sorted} NOT NULL,
        phone TEXT NOT NULL,
        email TEXT NOT NULL,
        address TEXT NOT NULL,
        city TEXT NOT NULL,
        postcode TEXT NOT NULL,
        country TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE products (
        id {key} NOT NULL,
        sku TEXT NOT NULL,
        name {sorted} NOT NULL,
        price_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        tax_percent TEXT NOT NULL,
        barcode TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (sku)
    )
    """,
    """
    CREATE INDEX ix_products_barcode ON products (barcode)
    """,
    """
    CREATE TABLE attempts (
        id {counted},
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        verdict TEXT,
        account TEXT NOT NULL,
        minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        reference TEXT NOT NULL,
        "key" TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        body {bytes} NOT NULL,
        who TEXT NOT NULL,
        till TEXT NOT NULL,
        order_id TEXT NOT NULL,
        payment_id TEXT DEFAULT '' NOT NULL,
        refund_id TEXT DEFAULT '' NOT NULL,
        reason TEXT NOT NULL,
        card_brand TEXT NOT NULL,
        card_last4 TEXT NOT NULL,
        prepared_at BIGINT NOT NULL,
        sent_at BIGINT,
        ended_at BIGINT,
        note TEXT DEFAULT '' NOT NULL,
        said TEXT DEFAULT '' NOT NULL,
        request_id TEXT DEFAULT '' NOT NULL,
        absent INTEGER DEFAULT '0' NOT NULL,
        look_ups INTEGER DEFAULT '0' NOT NULL,
        looked_up_at BIGINT,
        key_freed INTEGER DEFAULT '0' NOT NULL,
        repeats INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT one_reference_an_attempt UNIQUE (account, reference),
        CONSTRAINT some_amount CHECK (minor > 0 OR (minor = 0 AND kind = 'verify')),
        CONSTRAINT last_four_only CHECK (length(card_last4) IN (0, 4)),
        CONSTRAINT short_reference CHECK (length(reference) <= 30)
    )
    """,
    """
    CREATE UNIQUE INDEX one_attempt_a_key ON attempts (account, "key") WHERE key_freed = 0
    """,
    """
    CREATE UNIQUE INDEX one_open_action_a_payment ON attempts (account, payment_id) WHERE kind IN
            ('capture', 'void', 'increment', 'reversal', 'retry_cancellation') AND state IN
            ('open_case', 'pending', 'prepared', 'sending', 'unknown')
    """,
    """
    CREATE UNIQUE INDEX one_open_charge_an_order ON attempts (order_id) WHERE kind IN
            ('charge', 'hosted') AND state IN ('open_case', 'pending', 'prepared', 'sending',
            'unknown')
    """,
    """
    CREATE INDEX attempts_by_payment ON attempts (account, payment_id)
    """,
    """
    CREATE INDEX attempts_by_time ON attempts (prepared_at, id)
    """,
    """
    CREATE INDEX attempts_open ON attempts (prepared_at, id) WHERE state IN ('open_case',
            'pending', 'prepared', 'sending', 'unknown')
    """,
    """
    CREATE INDEX attempts_by_order ON attempts (order_id)
    """,
    """
    CREATE TABLE payments (
        account TEXT NOT NULL,
        id TEXT NOT NULL,
        reference TEXT NOT NULL,
        minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        status TEXT NOT NULL,
        captured BIGINT NOT NULL,
        refunded BIGINT NOT NULL,
        refund_pending BIGINT NOT NULL,
        refundable BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        read_at BIGINT NOT NULL,
        auth_code TEXT NOT NULL,
        rest JSON NOT NULL,
        PRIMARY KEY (account, id)
    )
    """,
    """
    CREATE INDEX payments_with_refunds_on_their_way ON payments (account, id) WHERE
            refund_pending > 0
    """,
    """
    CREATE INDEX payments_by_reference ON payments (account, reference)
    """,
    """
    CREATE TABLE audit (
        id {number} NOT NULL,
        at BIGINT NOT NULL,
        event TEXT NOT NULL,
        subject TEXT NOT NULL,
        who TEXT NOT NULL,
        till TEXT NOT NULL,
        detail TEXT NOT NULL,
        "before" TEXT NOT NULL,
        mac TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (mac)
    )
    """,
    """
    CREATE INDEX audit_by_subject ON audit (subject, id)
    """,
    """
    CREATE TABLE audit_head (
        id {number} NOT NULL,
        entries BIGINT NOT NULL,
        mac TEXT NOT NULL,
        seal TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT one_head CHECK (id = 1)
    )
    """,
    """
    CREATE TABLE sign_ins (
        subject TEXT NOT NULL,
        failures INTEGER NOT NULL,
        last_failure BIGINT,
        PRIMARY KEY (subject)
    )
    """,
    """
    CREATE TABLE held (
        number {key} NOT NULL,
        attempt_id BIGINT NOT NULL,
        account TEXT NOT NULL,
        reference TEXT NOT NULL,
        held_at BIGINT NOT NULL,
        answer JSON NOT NULL,
        PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE invitations (
        number {key} NOT NULL,
        sealed TEXT NOT NULL,
        made_at BIGINT NOT NULL,
        PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE order_lines (
        order_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        sku TEXT NOT NULL,
        name TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        unit_minor BIGINT NOT NULL,
        tax_percent TEXT NOT NULL,
        PRIMARY KEY (order_id, position),
        CONSTRAINT some_quantity CHECK (quantity > 0),
        FOREIGN KEY(order_id) REFERENCES orders (id)
    )
    """,
)
_MORE = {
    "sqlite": (
        """
        CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
               BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END
        """,
        """
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
               BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END
        """,
        """
        CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
               WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR mac = NEW.mac)
               BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END
        """,
        """
        CREATE VIRTUAL TABLE attempts_index USING fts5(words, prefix='1 2 3', tokenize='unicode61')
        """,
        """
        CREATE VIRTUAL TABLE customers_index USING fts5(words, prefix='1 2 3', tokenize='unicode61')
        """,
        """
        CREATE VIRTUAL TABLE products_index USING fts5(words, prefix='1 2 3', tokenize='unicode61')
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN
                 RAISE EXCEPTION USING MESSAGE = 'audit entries are never ' || TG_ARGV[0],
                                       ERRCODE = 'integrity_constraint_violation';
               END $$
        """,
        """
        CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
               FOR EACH ROW EXECUTE FUNCTION audit_refuses('deleted')
        """,
        """
        CREATE TRIGGER audit_is_kept_whole BEFORE TRUNCATE ON audit
               FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses('deleted')
        """,
        """
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
               FOR EACH ROW EXECUTE FUNCTION audit_refuses('changed')
        """,
        """
        CREATE TABLE attempts_index (row BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)
        """,
        """
        CREATE INDEX attempts_index_words ON attempts_index USING gin (words)
        """,
        """
        CREATE TABLE customers_index (row BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)
        """,
        """
        CREATE INDEX customers_index_words ON customers_index USING gin (words)
        """,
        """
        CREATE TABLE products_index (row BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)
        """,
        """
        CREATE INDEX products_index_words ON products_index USING gin (words)
        """,
    ),
}


def upgrade(operations: Operations) -> None:
    engine = operations.get_bind().dialect.name
    for statement in _TABLES:
        operations.execute(statement.format(**_TYPES[engine]))
    for statement in _MORE[engine]:
        operations.execute(statement)
