"""From older ledgers to the present one."""
