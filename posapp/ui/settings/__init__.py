"""Gateway accounts, the shop, appearance."""
