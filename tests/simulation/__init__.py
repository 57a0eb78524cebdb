"""Seeded days in the life of a shop: the real desk, ledger and gateway clients, all that can break.

``python3 dev.py simulate --runs 2000`` lives through many of them; a seed always lives the same.
"""
