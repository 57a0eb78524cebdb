"""One module for each schema version, ``v0001`` on; each says how to come from the one before.

A version that was released is never changed. Statements are written out and do not use
``posapp.ledger.tables``, which describes the newest version only.
"""
