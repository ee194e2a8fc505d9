"""A restricted case that the asker may not see, and a case that is not there: how long each takes to be refused.

The two are asked of by turns, in an order drawn anew, so that whatever slows the machine slows both. The same words
after the same statements is what `tests/test_sharing_walk.py` holds; how long they take can only be measured.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from statistics import median, quantiles

from sqlmodel import select

from bench.council import SLACK, fill, opened
from bench.page import Told
from bot.app import App
from bot.domain.message import Said, Where, Who
from bot.domain.terms import Agency, Role
from storage.crypto import new_key
from storage.tables import Case, Identity, Person

STRANGER = "U0REID"
"""An officer who is nothing to the case."""
LINES = ("status {}", "open {}", "note {} the papers are here", "received SLT {}")
ROOM = "C0EDUCATION"
APART = 0.05
"""The share by which the medians may differ."""


@dataclass(frozen=True)
class Refused:
    """One line: milliseconds of each time that it was refused."""

    hidden: Sequence[float]
    absent: Sequence[float]

    @property
    def apart(self) -> float:
        """By what share of it one median is from the other."""
        return abs(median(self.hidden) / median(self.absent) - 1)


def measured(url: str, others: int, times: int) -> Mapping[str, Refused]:
    """Each line, said privately; and the first said in a room, where what is typed is looked through too."""
    key = new_key()
    filled = fill(url, key, others=others)
    with opened(url, key) as app:
        _restrict(app, filled.reference)
        absent = _absent(app, filled.reference)
        whole = {line: _refused(app, line, filled.reference, absent, times) for line in LINES}
        aloud = _refused(app, LINES[0], filled.reference, absent, times, room=ROOM)
    return {**whole, f"{LINES[0]}, in a room": aloud}


def _restrict(app: App, reference: str) -> None:
    now = datetime.now(UTC)
    with app.store.transaction() as db:
        db.exec(select(Case).where(Case.reference == reference)).one().restricted = True
        reid = Person(email="t.reid@council.example", name="T. Reid", agency=Agency.EDUCATION, role=Role.OFFICER)
        db.add(reid)
        db.flush()
        db.add(Identity(person_id=reid.id or 0, connection_id=SLACK, account=STRANGER, heard_at=now))


def _absent(app: App, reference: str) -> str:
    """A reference of the same length that nobody drew."""
    with app.store.reading() as db:
        there = set(db.exec(select(Case.reference)))
    beginning = reference[: -len("0000")]
    return next(one for number in range(1000, 10_000) if (one := f"{beginning}{number}") not in there)


def _refused(app: App, line: str, hidden: str, absent: str, times: int, *, room: str = "") -> Refused:
    took: dict[str, list[float]] = {hidden: [], absent: []}
    order = [hidden, absent] * times
    Random(line).shuffle(order)
    for reference in (hidden, absent, *order):  # the first of each is not counted
        began = time.perf_counter()
        answer = app.answer(_said(line.format(reference), room), datetime.now(UTC))
        took[reference].append((time.perf_counter() - began) * 1000)
        if answer.error != "NotFound":
            raise RuntimeError(f"{line.format(reference)!r} was answered with: {answer.error or answer.text}")
    return Refused(took[hidden][1:], took[absent][1:])


def _said(line: str, room: str) -> Said:
    where = Where(SLACK, room or "D0REID", private=not room)
    return Said(line, Who(SLACK, STRANGER), where)


def told(found: Mapping[str, Refused], where: str) -> Told:
    """One database's measurements as a table."""
    rows = (
        f"| `{line.format('…')}` | {median(one.hidden):.2f} | {median(one.absent):.2f} | {_p99(one.hidden):.2f} "
        f"| {_p99(one.absent):.2f} | {one.apart:.1%} |"
        for line, one in found.items()
    )
    times = len(next(iter(found.values())).hidden)
    lines = [
        f"## A hidden case and one that is not there, on {where}\n",
        f"Each refused {times:,} times, by turns; milliseconds.\n",
        "| said | hidden: half | not there: half | hidden: 99 of 100 | not there: 99 of 100 | medians apart |",
        "|---|---:|---:|---:|---:|---:|",
        *rows,
        "",
    ]
    most = max(one.apart for one in found.values())
    target = (
        f"a hidden case is refused as fast as one that is not there, on {where}", f"medians within {APART:.0%}",
        f"{most:.1%}", most <= APART,
    )  # fmt: skip
    return Told("\n".join(lines), [target])


def _p99(milliseconds: Sequence[float]) -> float:
    return quantiles(milliseconds, n=100)[98]
