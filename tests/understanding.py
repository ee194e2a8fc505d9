"""How well plain English is understood: `python -m tests.understanding`, or `make understand`, prints the figures."""

import csv
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.phrases import Understood, Vocabulary, understand, vocabulary_from
from bot.phrases.understood import ACTIONS
from tests.paraphrase import said_otherwise

HERE = Path(__file__).parent
TABLE = HERE / "utterances.csv"
SLOTS = (
    *(
        "refs",
        "agency",
        "service",
        "not_agency",
        "not_service",
        "clock",
        "period",
        "date",
        "received",
        "dated",
        "start",
    ),
    *("person", "not_person", "mp", "constituency", "comparator"),
)
"""Those that the table gives the values of."""
KEPT_APART = frozenset({"held", "unseen"})
"""Sets that teach nothing: by them it is measured."""
SEED = 20_26


@dataclass(frozen=True)
class Row:
    """One sentence, and what it should be understood as."""

    set: str
    text: str
    context: tuple[str, ...]
    setting: str
    today: date
    intent: str
    slots: Mapping[str, Any]
    also: tuple[str, ...]
    outcome: str
    """answer, question, refusal or confirm."""

    def heard(self, text: str | None = None) -> Understood:
        return understand(
            self.text if text is None else text,
            vocabulary=vocabulary(),
            today=self.today,
            room=self.setting.startswith("channel"),
            context=self.context,
        )


@cache
def vocabulary() -> Vocabulary:
    return vocabulary_from(json.loads((HERE / "vocabulary.json").read_text()))


@cache
def rows() -> tuple[Row, ...]:
    with TABLE.open(newline="") as file:
        return tuple(_row(cells) for cells in csv.DictReader(file))


def _row(cells: Mapping[str, str]) -> Row:
    return Row(
        set=cells["set"],
        text=cells["text"],
        context=tuple(json.loads(cells["context"] or "[]")),
        setting=cells["setting"],
        today=date.fromisoformat(cells["today"]),
        intent=cells["intent"],
        slots=json.loads(cells["slots"] or "{}"),
        also=tuple(cells["also"].split()),
        outcome=cells["outcome"],
    )


def slots_of(found: Understood) -> dict[str, Any]:
    return {name: value for name, value in found.slots.items() if name in SLOTS}


def outcome_of(found: Understood) -> str:
    if found.refusal and found.intent != "out_of_scope":
        return "refusal"
    return "question" if found.question else "confirm" if found.confirm else "answer"


def faults(row: Row, found: Understood) -> list[str]:
    """What is wrong with how it was understood; nothing where it is right."""
    pairs = (
        ("intent", found.intent, row.intent),
        ("slots", slots_of(found), row.slots),
        ("also", tuple(one.intent for one in found.also), row.also),
        ("outcome", outcome_of(found), row.outcome),
    )
    return [f"{name} {got!r}, not {wanted!r}" for name, got, wanted in pairs if got != wanted]


def dangers(row: Row, found: Understood) -> list[str]:
    """What must never be: an action without a button, a case that was not meant, a child's name in a room."""
    every = (found, *found.also)
    cases = {ref for one in every for ref in one.slots.get("refs", ())}
    written = {int(digits) for digits in re.findall(r"\d+", " ".join([row.text, *row.context]))}
    children = [part for case in vocabulary().cases.values() for part in case.child.split()]
    said = " ".join([*(f"{one.line} {one.refusal} {one.says}" for one in every)])
    return [
        *(f"{one.intent} unconfirmed" for one in every if one.intent in ACTIONS and not one.confirm),
        *(f"{case} is nobody's" for case in cases if int(case.rpartition("-")[2]) not in written),
        *([f"names {name}" for name in children if row.setting != "dm" and name.lower() in said.lower()]),
    ]


def kept(row: Row, before: Understood, after: Understood) -> bool:
    """Whether a sentence said otherwise means the same."""
    return (before.intent, slots_of(before), outcome_of(before)) == (after.intent, slots_of(after), outcome_of(after))


def variants(chosen: Iterable[Row], seed: int = SEED) -> Iterator[tuple[Row, str, str, Understood, Understood]]:
    """Each sentence said otherwise: the way, the words, what was understood before and what after."""
    draw = random.Random(seed)
    for row in chosen:
        before = row.heard()
        for way, text in said_otherwise(row.text, draw):
            yield row, way, text, before, row.heard(text)


def main() -> int:
    wrong = 0
    for name in sorted({row.set for row in rows()}):
        wrong += _tell(name, [row for row in rows() if row.set == name])
    wrong += _tell_variants()
    return 1 if wrong else 0


def _tell(name: str, chosen: list[Row]) -> int:
    found = [(row, row.heard()) for row in chosen]
    alike = sum(row.intent == one.intent for row, one in found)
    right = sum(not faults(row, one) for row, one in found)
    print(f"\n{name}: {right} of {len(chosen)} wholly right, {right / len(chosen):.1%}")
    print(f"  {'intent':<16} {'n':>4} {'right':>7}   confused with")
    for intent in sorted({row.intent for row in chosen}):
        told = Counter(one.intent for row, one in found if row.intent == intent)
        count = sum(told.values())
        others = ", ".join(f"{other} {times}" for other, times in told.most_common() if other != intent)
        print(f"  {intent:<16} {count:>4} {told[intent] / count:>7.1%}   {others}")
    print(f"  {'all intents':<16} {len(chosen):>4} {alike / len(chosen):>7.1%}")
    print(f"  {'slot':<16} {'n':>4} {'right':>7}   filled where it should not be")
    for slot in SLOTS:
        wanted = [(row.slots[slot], one.slots.get(slot)) for row, one in found if slot in row.slots]
        extra = sum(slot in slots_of(one) and slot not in row.slots for row, one in found)
        if wanted or extra:
            share = f"{sum(a == b for a, b in wanted) / len(wanted):>7.1%}" if wanted else "      -"
            print(f"  {slot:<16} {len(wanted):>4} {share}   {extra or ''}")
    for row, one in found:
        if told_wrong := faults(row, one):
            print(f"  wrong: {row.text!r}: {'; '.join(told_wrong)}")
    bad = [f"{row.text!r}: {danger}" for row, one in found for danger in dangers(row, one)]
    print(f"  dangers: {len(bad)}", *bad, sep="\n    ")
    return len(bad)


def _tell_variants() -> int:
    times: Counter[str] = Counter()
    same: Counter[str] = Counter()
    turned: list[str] = []
    for row, way, text, before, after in variants(rows()):
        times[way] += 1
        same[way] += kept(row, before, after)
        if after.intent in ACTIONS and after.intent != before.intent:
            turned.append(f"{text!r}: {before.intent} became {after.intent}")
        if "--lost" in sys.argv and not kept(row, before, after):
            print(
                f"  lost by {way}: {text!r}: {before.intent} {slots_of(before)} became {after.intent} {slots_of(after)}"
            )
    print("\nsaid otherwise: kept their meaning")
    for way in times:
        print(f"  {way:<16} {times[way]:>4} {same[way] / times[way]:>7.1%}")
    print(f"  {'all':<16} {sum(times.values()):>4} {sum(same.values()) / sum(times.values()):>7.1%}")
    print(f"  turned into another action: {len(turned)}", *turned, sep="\n    ")
    return len(turned)


if __name__ == "__main__":
    sys.exit(main())
