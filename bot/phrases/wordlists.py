"""Lists of words, as they are written in this package."""

from importlib.resources import files


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVERYDAY = words(files(__package__).joinpath("everyday.txt").read_text(encoding="utf-8"))
"""Everyday words that are no slip of a word of the trade: "mend" is not "send", "road" is not "read"."""
