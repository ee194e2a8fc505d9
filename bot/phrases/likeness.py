"""What a sentence is most like: how often its words, and pairs of them, were said with each question.

`forms.csv` holds the forms of speech, one a line with the question it was said for: "has ADV come back for REF ?".
Nothing is learned while the bot runs, and no weight is set by hand: one more row counts from the next start on.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log, sqrt

APART = 4
"""Two words say something together when they stand so near each other."""
UNSEEN = 0.03
"""For how many times a word counts with a question that it was never said with."""
RARE = "RARE"
"""Stands for every word that one form or none has: that somebody says something new tells something, too."""
SHORTEST = 5
ENDINGS = re.compile(r"(?:ing|ed|es|s)$")


@dataclass(frozen=True)
class Forms:
    """The forms of speech, counted."""

    intents: tuple[str, ...]
    told: Mapping[str, tuple[tuple[int, float], ...]]
    """Of a word or a pair: how much more each question that it was said with is meant, by its place in `intents`."""
    first: tuple[float, ...]
    """How often each question is asked at all."""
    each: tuple[float, ...]
    """What a word of any kind takes from a question, the more the more is said with it."""

    def likeness(self, form: str) -> dict[str, float]:
        """Each question, the likelier the higher; only their differences count."""
        known = [self.told[part] for part in parts(form, self.told) if part in self.told]
        sums = [first - len(known) * each for first, each in zip(self.first, self.each, strict=True)]
        for told in known:
            for at, more in told:
                sums[at] += more
        evenly = 2 * sqrt(max(1, len(known)))  # parts that overlap say the same thing again
        return {intent: total / evenly for intent, total in zip(self.intents, sums, strict=True)}

    def new_words(self, form: str) -> float:
        """The share of a form's words that were never said in one."""
        words = [word for word in form.split() if word.islower()]
        return sum(stem(word) not in self.told for word in words) / max(1, len(words))


def parts(form: str, known: Mapping[str, object]) -> set[str]:
    """The words of a form, and each two that stand near one another."""
    words = ["^", *(stem(word) for word in form.split())]
    words = [word if word in known else RARE for word in words]
    near = [word.partition(":")[0] for word in words]
    found = set(words)
    for at, word in enumerate(near):
        found |= {f"{word} {near[at + 1]}"} if at + 1 < len(near) else set()
        found |= {f"{word} .. {other}" for other in near[at + 2 : at + APART + 1]}
    return found


def stem(word: str) -> str:
    """A word of our language without its ending; a tag as it is."""
    short = ENDINGS.sub("", word) if len(word) >= SHORTEST and word.islower() and word.isalpha() else word
    return short if len(short) >= 3 else word


def counted(forms: Iterator[tuple[str, str]]) -> Forms:
    """From (question, form) to what each part tells."""
    rows = [(intent, form) for intent, form in forms]
    seen = Counter(word for _, form in rows for word in {stem(word) for word in form.split()})
    known = {word: True for word, times in seen.items() if times > 1} | {"^": True}
    together: dict[str, Counter[str]] = {}
    said, times = Counter[str](), Counter[str]()
    for intent, form in rows:
        found = parts(form, known)
        times[intent] += 1
        said[intent] += len(found)
        for part in found:
            together.setdefault(part, Counter())[intent] += 1
    intents = tuple(times)
    place = {intent: at for at, intent in enumerate(intents)}
    return Forms(
        intents,
        told={part: tuple((place[i], log(1 + n / UNSEEN)) for i, n in each.items()) for part, each in together.items()},
        first=tuple(log(times[intent] / len(rows)) for intent in intents),
        each=tuple(log((said[intent] + UNSEEN * len(together)) / UNSEEN) for intent in intents),
    )


@cache
def forms() -> Forms:
    text = files(__package__).joinpath("forms.csv").read_text(encoding="utf-8")
    return counted((row["intent"], row["form"]) for row in csv.DictReader(text.splitlines()))
