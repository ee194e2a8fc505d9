"""The same thing said otherwise: slips of the keyboard, case, punctuation, politeness."""

import random
import re
from collections.abc import Callable, Iterator

LONG = 6
"""Letters from which a word gets a slip."""
BEFORE = (
    "please ",
    "hi, ",
    "could you tell me ",
    "sorry, quick question: ",
    "hello! ",
    "Morning - ",
    "can you please ",
)
AFTER = (" please", " thanks", ", thank you", " - cheers", " pls", "!!", " 🙂", " when you get a chance")
TELLS = re.compile(
    r"^(?:what|who|when|where|how|which|is|are|has|have|did|does|do|will|can|why|whose|whats|wheres)\b", re.I
)
NEXT = {
    "a": "s",
    "e": "r",
    "i": "o",
    "o": "p",
    "t": "y",
    "n": "m",
    "r": "t",
    "s": "d",
    "l": "k",
    "c": "v",
    "d": "f",
    "u": "i",
}


def slipped(word: str, draw: random.Random) -> str:
    """One letter left out, doubled, struck beside, or changed over with the next; the first one stays."""
    at = draw.randrange(1, len(word) - 1)
    match draw.choice(("out", "twice", "beside", "over")):
        case "out":
            return word[:at] + word[at + 1 :]
        case "twice":
            return word[:at] + word[at] + word[at:]
        case "beside":
            return word[:at] + NEXT.get(word[at], "x") + word[at + 1 :]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def with_slips(text: str, draw: random.Random, most: int = 2) -> str:
    """One or two slips, each in a long word of its own; references, names and figures are left alone."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if word.isalpha() and len(word) >= LONG and word.islower()]
    for at in draw.sample(long, min(len(long), draw.randint(1, most))):
        words[at] = slipped(words[at], draw)
    return " ".join(words)


def in_another_case(text: str, draw: random.Random) -> str:
    return draw.choice((str.upper, str.capitalize, lambda each: each))(text)


def punctuated(text: str, draw: random.Random) -> str:
    plain = text.rstrip("?!. ")
    if not TELLS.match(text):  # with a question mark, what was told is asked
        return draw.choice((plain, f"{plain}.", f"{plain} ...", f"{plain}!", f"  {plain}  ", plain.replace("'", "’")))
    return draw.choice((plain, f"{plain}?", f"{plain}...", f"{plain} ?", f"  {plain}  ", plain.replace("'", "’")))


def politely(text: str, draw: random.Random) -> str:
    before = draw.choice(BEFORE if not TELLS.match(text) else BEFORE[1:6])
    return draw.choice((f"{before}{text}", f"{text.rstrip('?!. ')}{draw.choice(AFTER)}"))


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "slips": with_slips,
    "case": in_another_case,
    "punctuation": punctuated,
    "politeness": politely,
}


def said_otherwise(text: str, draw: random.Random) -> Iterator[tuple[str, str]]:
    """The way, and the text in it."""
    for name, way in WAYS.items():
        yield name, way(text, draw)
