"""``python -m posapp`` is the same as the ``posapp`` command."""

from __future__ import annotations

from posapp.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
