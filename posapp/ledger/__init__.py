"""What must never be lost: orders, the payment journal, payments and the audit chain."""
