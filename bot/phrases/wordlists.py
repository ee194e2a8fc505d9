"""Lists of words, as they are written in this package."""

import re
from importlib.resources import files


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def any_of(alternatives: str, begins: str = r"(?<!\S)", ends: str = r"(?!\S)") -> re.Pattern[str]:
    """Whichever of these stands among the words of a sentence; they are divided by | and may go over several lines."""
    return re.compile(f"{begins}(?:{'|'.join(each.strip() for each in alternatives.split('|'))}){ends}")


def sayings(text: str) -> frozenset[tuple[str, ...]]:
    """Sayings of a word or several, each as its words; they are divided by | and may go over several lines."""
    return frozenset(tuple(each.split()) for each in text.split("|"))


EVERYDAY = words(files(__package__).joinpath("everyday.txt").read_text(encoding="utf-8"))
"""Everyday words that are no slip of a word of the trade: "mend" is not "send", "road" is not "read"."""
