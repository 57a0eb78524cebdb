"""The answers that the contracts show, whole: one module for each API."""
