"""Flowlix Payments API, the current generation (keys that begin with ``api_``)."""
