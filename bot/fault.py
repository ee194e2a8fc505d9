"""A trouble that nobody asked for: logged under a short code that a person can read out on the telephone."""

import logging
import secrets
import traceback

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that are not mistaken for each other."""


def new_code() -> str:
    """Four letters and digits, to be found again in the log."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(4))


def log_fault(log: logging.Logger, what: str, error: Exception) -> str:
    """Log what happened, and answer with its code.

    The trace names places in the code; the error's own words are left out, for they may hold a private value.
    """
    code = new_code()
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("fault %s: %s: %s\n%s", code, what, type(error).__name__, trace.rstrip())
    return code
