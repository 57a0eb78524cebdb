"""A till that is killed again and again: real processes, a real ledger, the real training gateway.

``python3 dev.py killing --rounds 1000`` does it often; a seed always plans the same rounds.
"""
