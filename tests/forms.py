"""The forms of speech, from the sentences on record: `python -m tests.forms --write` writes bot/phrases/forms.csv.

`said.csv` holds sentences with what they ask and no more; the table of utterances gives the rest, but for the sets that
are kept apart to measure by. A message of several questions teaches no form.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import bot.phrases
from bot.phrases.clean import cleaned, words_of
from bot.phrases.days import Almanac
from bot.phrases.families import usual
from bot.phrases.reading import Sentence, sentences
from bot.phrases.spelling import mended
from tests.understanding import HERE, KEPT_APART, rows, vocabulary

SAID = HERE / "said.csv"
FORMS = Path(bot.phrases.__file__).parent / "forms.csv"
BY_NAME = frozenset({"refuse_privacy"})
"""Goes by names and by no form."""
TODAY = date(2026, 11, 25)


class Said(NamedTuple):
    intent: str
    text: str
    by: str = ""
    """Whose way of speaking it is."""


@cache
def said() -> tuple[Said, ...]:
    with SAID.open(newline="") as file:
        apart = {row.text for row in rows() if row.set in KEPT_APART}
        own = [Said(row["intent"], row["text"], row["by"]) for row in csv.DictReader(file) if row["text"] not in apart]
    kept = [row for row in rows() if row.set not in KEPT_APART and not row.context and not row.also]
    return (*own, *(Said(row.intent, row.text, row.set) for row in kept))


def read(text: str) -> list[Sentence]:
    whole = cleaned(text)
    words = usual(mended(words_of(whole), vocabulary().own_words))
    return list(sentences(words, whole, vocabulary(), Almanac(TODAY, vocabulary().terms, vocabulary().holidays)))


def forms_of(each: Iterable[Said]) -> Iterator[tuple[str, str]]:
    for one in each:
        parts = read(one.text)
        if len(parts) == 1 and one.intent not in BY_NAME:
            yield one.intent, parts[0].form


def main() -> None:
    found = sorted(forms_of(said()))
    if "--write" in sys.argv:
        with FORMS.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("intent", "form"))
            writer.writerows(found)
    print(f"{len(said())} sentences, {len(found)} forms")


if __name__ == "__main__":
    main()
