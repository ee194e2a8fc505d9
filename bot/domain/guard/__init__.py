"""What identifies a child in a text, found by its looks; what only the record knows `bot/cases/guarding.py` asks.

It finds; it says nothing of what it found but the kind and the place, so that no word of a child's goes any further.
"""

from bot.domain.guard.births import births, days
from bot.domain.guard.names import Candidate, Word, forms, full_names, single_names, spans_of, words_of
from bot.domain.guard.numbers import numbers, record_numbers
from bot.domain.guard.slots import slots
from bot.domain.guard.traces import REFERENCE, Found, Trace, cleaned

__all__ = [
    "REFERENCE",
    "Candidate",
    "Found",
    "Trace",
    "Word",
    "births",
    "cleaned",
    "days",
    "forms",
    "full_names",
    "numbers",
    "record_numbers",
    "single_names",
    "slots",
    "spans_of",
    "words_of",
]
