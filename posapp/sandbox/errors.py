"""The one error the training gateway raises towards whoever starts it."""


class SandboxError(Exception):
    """One clear sentence: what could not be done, where, and what to do next."""
