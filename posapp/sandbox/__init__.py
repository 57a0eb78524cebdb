"""The training gateway: the three payment APIs emulated and served on loopback.

Importing this package costs next to nothing; the web server is loaded by
:func:`posapp.sandbox.server.prepare` or at the first start.
"""
