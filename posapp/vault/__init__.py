"""API keys and settings, encrypted at rest. Synchronous and free of Qt: call it in a thread.

This package imports nothing by itself: cryptography and pydantic come with the modules.
"""
