"""Flowlix, the older generation (keys that begin with ``fl_``); reads its forerunners too."""
