"""Comparing some days with the gateway."""
