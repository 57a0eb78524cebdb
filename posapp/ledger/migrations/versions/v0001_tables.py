"""The tables of the first ledger; what each engine calls its types is left open in them."""

from __future__ import annotations

TABLES = (
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
        action_id TEXT DEFAULT '' NOT NULL,
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
    CREATE INDEX attempts_paid_out ON attempts (ended_at)
    WHERE kind = 'payout' AND state = 'settled' AND verdict = 'approved'
    """,
    """
    CREATE UNIQUE INDEX one_attempt_an_action ON attempts (account, action_id)
    WHERE action_id != ''
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
    CREATE INDEX attempts_by_account ON attempts (account, prepared_at, id)
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
    CREATE INDEX attempts_not_charged ON attempts (ended_at) WHERE state = 'not_charged'
    """,
    """
    CREATE TABLE cases (
        attempt_id {number} NOT NULL,
        owner TEXT DEFAULT '' NOT NULL,
        taken_at BIGINT,
        closed_at BIGINT,
        closed_by TEXT DEFAULT '' NOT NULL,
        approved_by TEXT DEFAULT '' NOT NULL,
        outcome TEXT DEFAULT '' NOT NULL,
        seen TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (attempt_id),
        CONSTRAINT closed_with_a_reason CHECK (closed_at IS NULL OR
            (reason <> '' AND approved_by <> '')),
        FOREIGN KEY(attempt_id) REFERENCES attempts (id)
    )
    """,
    """
    CREATE INDEX cases_by_closing ON cases (closed_at)
    """,
    """
    CREATE TABLE alarms (
        id {counted},
        kind TEXT NOT NULL,
        attempt_id BIGINT NOT NULL,
        account TEXT NOT NULL,
        payment_id TEXT NOT NULL,
        raised_at BIGINT NOT NULL,
        ended_at BIGINT,
        ending TEXT DEFAULT '' NOT NULL,
        who TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        CONSTRAINT one_alarm_a_payment UNIQUE (kind, attempt_id, account, payment_id),
        FOREIGN KEY(attempt_id) REFERENCES attempts (id)
    )
    """,
    """
    CREATE INDEX alarms_open ON alarms (account, payment_id) WHERE ended_at IS NULL
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
    CREATE TABLE pauses (
        account TEXT NOT NULL,
        at BIGINT NOT NULL,
        why TEXT NOT NULL,
        attempt BIGINT NOT NULL,
        PRIMARY KEY (account)
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
    """
    CREATE TABLE syncs (
        id {key} NOT NULL,
        account TEXT NOT NULL,
        first_day TEXT NOT NULL,
        last_day TEXT NOT NULL,
        since BIGINT NOT NULL,
        until BIGINT NOT NULL,
        ends BIGINT NOT NULL,
        utc_offset INTEGER NOT NULL,
        phase TEXT NOT NULL,
        cursor TEXT DEFAULT '' NOT NULL,
        pages INTEGER DEFAULT '0' NOT NULL,
        reached BIGINT,
        payouts INTEGER DEFAULT '0' NOT NULL,
        unreadable INTEGER DEFAULT '0' NOT NULL,
        who TEXT NOT NULL,
        till TEXT NOT NULL,
        begun_at BIGINT NOT NULL,
        changed_at BIGINT NOT NULL,
        reconciled_at BIGINT,
        note TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT sync_phase CHECK (phase IN ('listing', 'checking', 'complete', 'abandoned'))
    )
    """,
    """
    CREATE INDEX syncs_by_account ON syncs (account, id)
    """,
    """
    CREATE TABLE sync_payments (
        sync_id {number} NOT NULL,
        payment_id {sorted} NOT NULL,
        found TEXT NOT NULL,
        PRIMARY KEY (sync_id, payment_id),
        CONSTRAINT how_found CHECK (found IN ('listed', 'read', 'absent')),
        FOREIGN KEY(sync_id) REFERENCES syncs (id)
    )
    """,
    """
    CREATE TABLE reconciled (
        sync_id {number} NOT NULL,
        position INTEGER NOT NULL,
        result TEXT NOT NULL,
        movement TEXT NOT NULL,
        currency TEXT NOT NULL,
        our_moved BIGINT NOT NULL,
        their_moved BIGINT NOT NULL,
        subject TEXT NOT NULL,
        evidence TEXT NOT NULL,
        sides JSON NOT NULL,
        PRIMARY KEY (sync_id, position),
        FOREIGN KEY(sync_id) REFERENCES syncs (id)
    )
    """,
    """
    CREATE INDEX reconciled_by_result ON reconciled (sync_id, result, position)
    """,
    """
    CREATE TABLE differences (
        account TEXT NOT NULL,
        subject TEXT NOT NULL,
        assigned_to TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        evidence TEXT DEFAULT '' NOT NULL,
        explained_by TEXT DEFAULT '' NOT NULL,
        explained_at BIGINT,
        PRIMARY KEY (account, subject)
    )
    """,
)
