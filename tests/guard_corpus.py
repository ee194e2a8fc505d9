"""What the guard finds and what it lets pass, on sentences of the kind that people type and on all that the bot says.

`python -m tests.guard_corpus` prints the table that stands in docs/privacy.md.
"""

import csv
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bot.cases import children, tracing
from bot.cases.children import Private
from bot.domain.guard import Trace
from bot.domain.terms import AskedBy, Process
from storage.connect import Store
from storage.tables import Case, Enquiry
from tests.conftest import migrated
from tests.town import Town

HERE = Path(__file__).parent
SENTENCES = HERE / "guard_corpus.csv"
"""Who would write it, the case that is spoken of, what it holds, and the sentence. `beyond`: what cannot be found."""
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)

CHILDREN = (
    # case, name, date of birth, record number
    (42, "Maisie Evelyn Palmer", date(2019, 3, 14), "AN000042"),
    (47, "Will Day", date(2018, 5, 2), "AN-000047"),
    (51, "Grace Case", date(2017, 11, 30), "1203344"),
    (58, "Mark Law", date(2016, 1, 9), "20417"),
    (63, "Chase Plan", date(2020, 8, 21), "AN000063"),
    (79, "May Green", date(2015, 5, 1), "7731"),
    (84, "Seán O'Brien", date(2014, 2, 28), ""),
    (90, "Zoë Müller-Smith", date(2021, 6, 17), "EYES/20417"),
    (93, "Mohammed Al-Hassan", date(2013, 12, 5), ""),
    (97, "Lucas van der Berg", date(2019, 9, 9), ""),
    (101, "Aaliyah Khan-Patel", date(2012, 4, 22), ""),
    (112, "Michał Nowak", date(2018, 10, 10), ""),
    (115, "Sofía García López", date(2016, 7, 7), ""),
    (118, "Thomas William Price", date(2017, 3, 3), ""),
    (121, "Wei Ng", date(2020, 2, 29), ""),
    (124, "Reece Young", date(2011, 10, 12), ""),
    (127, "Hope Bishop", date(2016, 6, 6), ""),
    (130, "Oluwaseun Adeyemi", date(2015, 1, 20), ""),
    (133, "D'Andre Lewis-King", date(2011, 3, 8), ""),
    (136, "Anne-Marie Le Fevre", date(2016, 2, 1), ""),
    (150, "Ivy Holloway", date(2025, 3, 3), ""),
)
AWKWARD = (47, 51, 58, 63, 79)
"""Whose names are everyday words of this work: what holds nothing is looked at as if it were about each of them."""


@dataclass(frozen=True)
class Sentence:
    """One sentence, and what of a child's it holds."""

    who: str
    about: str
    holds: frozenset[Trace]
    text: str


def sentences() -> list[Sentence]:
    with SENTENCES.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Sentence(row["who"], row["about"], frozenset(map(Trace, row["finds"].split())), row["text"]) for row in rows
    ]


def furnish(town: Town) -> None:
    """Put the children and their cases in, and the MP who writes about one of them."""
    town.now = NOW
    for number, name, born, record in CHILDREN:
        with town.store.transaction() as db:
            child = children.register(town.turn(db), Private(name, born, record))
            what = {"process": Process.NEW_ASSESSMENT, "asked_by": AskedBy.PARENT, "opened_at": NOW}
            db.add(Case(reference=reference(number), year=2026, number=number, child_id=child.id, **what))
    mp = {"mp": "Dana Okoro", "constituency": "Anyshire North", "opened_at": NOW}
    town.add(Enquiry(reference="MP-2026-0007", year=2026, number=7, **mp))


def reference(number: int | str) -> str:
    return f"SEND-2026-{int(number):04}"


def found_in(town: Town, text: str, *numbers: int | str) -> frozenset[Trace]:
    """What the guard finds in a text, where these cases are spoken of."""
    with town.store.reading() as db:
        return frozenset(tracing.traces(town.turn(db), [text, *map(reference, numbers)]))


def said_in_rooms() -> list[str]:
    """Every line that the bot says in a room in the conversations of tests/dialogues; not what it says to one alone."""
    return sorted({line for file in sorted((HERE / "dialogues").glob("*.txt")) for line in _in_rooms(file.read_text())})


def _in_rooms(transcript: str) -> Iterator[str]:
    speaks, heard = False, False
    for line in transcript.splitlines():
        if line.startswith("  (to "):
            heard = False
        elif line.startswith("  "):
            yield from [line.strip()] * heard
        else:
            speaks = "in the" in line if re.fullmatch(r"\w+, (privately|in the .+ room)", line) else speaks
            reads = re.fullmatch(r"(The .+ room|\w+) reads", line)
            heard = line.startswith("The") if reads else speaks


@dataclass(frozen=True)
class Row:
    """One row of the table: how many sentences hold it, in how many the guard finds it, and what it lets by."""

    what: str
    sentences: int
    found: int


def measured(town: Town) -> tuple[list[Row], list[Row], list[str]]:
    """What is held and found by kind; what holds nothing and is taken for something; and what went wrong, in words."""
    all_of, holds, finds, wrong = sentences(), Counter[str](), Counter[str](), list[str]()
    clean, alarms = Counter[str](), Counter[str]()
    for one in all_of:
        found = found_in(town, one.text, *([one.about] if one.about else [] if one.holds else AWKWARD))
        if one.who == "beyond":
            holds["beyond"] += 1
            finds["beyond"] += bool(one.holds & found)
            continue
        for kind in one.holds:
            holds[kind] += 1
            finds[kind] += kind in found
        if missed := one.holds - found:
            wrong.append(f"missed {', '.join(missed)}: {one.text}")
        if not one.holds:
            clean["people"] += 1
            alarms["people"] += bool(found)
        if found and not one.holds:
            wrong.append(f"taken for {', '.join(found)}: {one.text}")
    for text in said_in_rooms():
        clean["bot"] += 1
        found = found_in(town, text, *AWKWARD)
        alarms["bot"] += bool(found)
        if found:
            wrong.append(f"the bot's own, taken for {', '.join(found)}: {text}")
    kinds = [*Trace, "beyond"]
    return (
        [Row(kind, holds[kind], finds[kind]) for kind in kinds if holds[kind]],
        [Row(kind, clean[kind], alarms[kind]) for kind in ("people", "bot")],
        wrong,
    )


def table(held: Sequence[Row], clean: Sequence[Row]) -> list[str]:
    """The rows of docs/privacy.md. What the bot says grows with its conversations: of that only the hundreds."""
    names = {kind.value: kind.label for kind in Trace} | {"beyond": "what it cannot find"}
    lines = ["| in a sentence | sentences | found | missed |", "|---|---|---|---|"]
    lines += [f"| {names[row.what]} | {row.sentences} | {row.found} | {row.sentences - row.found} |" for row in held]
    people, bot = clean
    lines += ["", "| nothing in it | sentences | false alarms |", "|---|---|---|"]
    lines.append(f"| what people type | {people.sentences} | {people.found} |")
    return [*lines, f"| what the bot says in rooms | over {bot.sentences // 100 * 100} | {bot.found} |"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/guard.sqlite"
        migrated(url)
        store = Store(url)
        town = Town(store)
        furnish(town)
        held, clean, wrong = measured(town)
        print("\n".join([*table(held, clean), *wrong]))
        store.close()


if __name__ == "__main__":
    main()
