"""What is owed, read from the entries and requests alone: another law book.

The law stands below as a caseworker would write it down, and each request counts for itself: five schools consulted on
one day are five. Every fact is known with when it was recorded and until when it stood: what was due at a stop was due
by what was on record then.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from tests.chaos.oracle import LONDON, NINE, PROVISION, REVIEW, Days, Held, Owed, SetFor, at, closed_days

SERVICES = {
    # service: what it is called, the days it has, whose it is
    "education": ("education advice", 42, "education"),
    "educational_psychology": ("educational psychology advice", 42, "education"),
    "health": ("health advice", 42, "health"),
    "speech_and_language": ("speech and language advice", 42, "health"),
    "social_care": ("social care advice", 42, "social_care"),
    "consultation": ("school consultation", 15, "education"),
}
OF_A_CASE = {
    # what is owed: days from the request, what answers it
    "decision to assess": (42, ("decision_to_assess_sent",)),
    "draft plan": (112, ("draft_served", "final_plan_sent")),
    "final plan": (140, ("final_plan_sent",)),
}
OF_A_LETTER = {
    # what is owed: working days from its receipt, what answers it
    "acknowledgement to the MP": (2, ("mp_acknowledged", "mp_holding_reply_sent", "mp_reply_sent")),
    "holding reply to the MP": (8, ("mp_holding_reply_sent", "mp_reply_sent")),
    "reply to the MP": (10, ("mp_reply_sent",)),
}
IN_HAND_FOR = 3
"""Working days after which an owner who has it is asked again."""


@dataclass(frozen=True)
class Span:
    """A day that stands on record: from when, and until it was put right."""

    on: date
    since: datetime
    until: datetime | None = None


@dataclass
class Facts:
    """What the entries say of one case or letter: each fact's days, by the request that they are of, or None."""

    spans: dict[tuple[int | None, str], list[Span]] = field(default_factory=lambda: defaultdict(list))
    by_entry: dict[int, tuple[tuple[int | None, str], int]] = field(default_factory=dict)

    def add(self, entry: int, request: int | None, kind: str, span: Span, instead_of: int | None) -> None:
        if instead_of in self.by_entry:
            of, place = self.by_entry[instead_of]
            wrong = self.spans[of][place]
            self.spans[of][place] = Span(wrong.on, wrong.since, span.since)
        self.by_entry[entry] = ((request, kind), len(self.spans[request, kind]))
        self.spans[request, kind].append(span)

    def days(self, kind: str, request: int | None = None) -> list[Span]:
        return self.spans.get((request, kind), [])

    def first(self, kinds: Iterable[str], request: int | None = None) -> datetime | None:
        """When the first of these was recorded."""
        return min((span.since for kind in kinds for span in self.days(kind, request)), default=None)

    @property
    def requests(self) -> list[int]:
        return [of for of, kind in self.spans if of is not None and kind in ASKED]


ASKED = ("advice_asked", "consultation_sent")
HAD = ("body_received_request", "consultation_received")
SENT = ("advice_sent", "consultation_reply_sent")
CAME = ("advice_received", "consultation_reply_received")
ENTRIES = "SELECT id, {of}, request_id, kind, happened_on, recorded_at, supersedes FROM entry WHERE {of} IS NOT NULL"


def owed_by(db: Session) -> list[Owed]:
    """Everything owed, by the entries and requests of every case and every MP's letter."""
    services = {row[0]: row[1:] for row in db.execute(text("SELECT id, service, ordinal FROM request"))}
    cases = db.execute(text('SELECT id, reference, owner_id FROM "case" ORDER BY id')).all()
    letters = db.execute(text("SELECT id, reference, owner_id FROM enquiry WHERE kind = 'mp_letter' ORDER BY id")).all()
    of_cases, of_letters = _facts(db, "case_id"), _facts(db, "enquiry_id")
    about = db.execute(text("SELECT case_id, enquiry_id FROM enquirycase ORDER BY enquiry_id DESC"))
    asked_after = {case: of_letters[letter].first(("mp_received",)) for case, letter in about}
    owed: list[Owed] = []
    for number, reference, owner in cases:
        owed += _of_case(reference, owner, of_cases[number], services, asked_after.get(number))
    for number, reference, owner in letters:
        owed += _of_letter(reference, owner, of_letters[number])
    held, reminders = _in_hand(db), _reminders(db)
    owed = [replace(one, held=held.get((one.reference, one.what, one.due))) for one in owed]
    return [replace(one, reminders=tuple(reminders[one.reference, one.agency])) for one in owed]


def _reminders(db: Session) -> dict[tuple[str, str], list[SetFor]]:
    """The days on which people had an agency reminded of a case: of all that it owes."""
    found: dict[tuple[str, str], list[SetFor]] = defaultdict(list)
    said = 'SELECT c.reference, e.happened_on, e.recorded_at, e.clear FROM entry e JOIN "case" c ON c.id = e.case_id'
    for reference, on, recorded, clear in db.execute(text(f"{said} WHERE e.kind = 'reminder_set' ORDER BY e.id")):
        told = json.loads(clear) if isinstance(clear, str) else clear
        if told.get("agency") and not told["service"]:
            found[reference, told["agency"]].append(SetFor(_day(on), moment_of(recorded)))
    return found


def _in_hand(db: Session) -> dict[tuple[str, str, date], Held]:
    """Of each date that its owner has in hand, the newest word, by case, what it is of, and the date as it was then."""
    days, held = Days(closed_days()), {}
    said = 'SELECT c.reference, e.recorded_at, e.clear FROM entry e JOIN "case" c ON c.id = e.case_id'
    for reference, recorded, clear in db.execute(text(f"{said} WHERE e.kind = 'acknowledged' ORDER BY e.id")):
        told = json.loads(clear) if isinstance(clear, str) else clear
        for what, due in zip(told["what"].split(", "), told["of"].values(), strict=True):
            held[reference, what, date.fromisoformat(due)] = _held(moment_of(recorded), date.fromisoformat(due), days)
    return held


def _held(said: datetime, due: date, days: Days) -> Held:
    on, safe = said.astimezone(LONDON).date(), days.back_to_work(due)
    again = days.on(on, IN_HAND_FOR)
    again = at(min(again, safe) if on < safe else again, NINE)
    return Held(said, min(again, at(safe, NINE)), again)


def _facts(db: Session, of: str) -> dict[int, Facts]:
    known: dict[int, Facts] = defaultdict(Facts)
    entries = text(f"{ENTRIES.format(of=of)} ORDER BY id")
    for entry, about, request, kind, on, recorded, instead_of in db.execute(entries):
        known[about].add(entry, request, kind, Span(_day(on), moment_of(recorded)), instead_of)
    return known


def _day(kept: Any) -> date:
    return kept if isinstance(kept, date) else date.fromisoformat(kept)


def moment_of(kept: Any) -> datetime:
    """Kept in UTC, without saying so; SQLite keeps words."""
    return (kept if isinstance(kept, datetime) else datetime.fromisoformat(kept)).replace(tzinfo=UTC)


def _of_case(reference: str, owner: int, facts: Facts, services: Any, asked_after: datetime | None) -> Iterator[Owed]:
    closed, plan = facts.first(("closed",)), facts.first(("final_plan_sent",))

    def owed(what: str, span: Span, due: date, *answers: datetime | None, **more: Any) -> Owed:
        until = _earliest(span.until, closed, *answers)
        return Owed(reference, what, due, owner, until=until, since=span.since, asked_after=asked_after, **more)

    for span in facts.days("la_request_received_or_s24"):
        for what, (days, answers) in OF_A_CASE.items():
            yield owed(what, span, span.on + timedelta(days=days), facts.first(answers))
    for span in facts.days("final_plan_sent"):
        yield owed(PROVISION, span, span.on, facts.first(("provision_confirmed",)))
    for span in facts.days("last_review_concluded"):
        due = span.on.replace(year=span.on.year + 1) - timedelta(days=1)
        yield owed(REVIEW, span, due, facts.first(("decision_to_maintain_sent",)))
    for request in facts.requests:
        name, length, agency = _called(*services[request])
        sent = facts.first(SENT, request)
        for span in counted_from(facts, request):
            due = span.on + timedelta(days=length)
            yield owed(name, span, due, facts.first(CAME, request), plan, agency=agency, sent=sent)


def counted_from(facts: Facts, request: int) -> list[Span]:
    """The days from which a request counts: the day it was asked, until the body says when it had it."""
    asked = [span for kind in ASKED for span in facts.days(kind, request)]
    had = [span for kind in HAD for span in facts.days(kind, request)]
    known = min((span.since for span in had), default=None)
    return [Span(span.on, span.since, _earliest(span.until, known)) for span in asked] + had


def _called(service: str, ordinal: int) -> tuple[str, int, str]:
    """What a request's answer is called, the days it has, and whose it is."""
    name, length, agency = SERVICES[service]
    second = f" ({ordinal})" if ordinal > 1 else ""
    name = name.replace(" advice", f"{second} advice") if "advice" in name else f"{name}{second}"
    return name, length, agency


def _of_letter(reference: str, owner: int, facts: Facts) -> Iterator[Owed]:
    days, closed = Days(closed_days()), facts.first(("closed",))
    for span in facts.days("mp_received"):
        for what, (length, answers) in OF_A_LETTER.items():
            until = _earliest(span.until, closed, facts.first(answers))
            yield Owed(reference, what, days.on(span.on, length), owner, until=until, since=span.since)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one), default=None)
