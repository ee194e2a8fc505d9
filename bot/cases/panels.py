"""The council's panels: what is planned for which day, what went to one, and what waits for a word after it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, or_
from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.cases import visible
from bot.domain.calendar import london_date
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, CaseStatus, EntryKind, Kind
from bot.turn import Turn
from storage.tables import Case, Deadline, Entry, Person

E = EntryKind
PANEL = "panel"
DECISIONS = (
    *(E.DECISION_TO_ASSESS_SENT, E.REFUSAL_TO_ASSESS_SENT, E.DECISION_TO_REASSESS_SENT, E.REFUSAL_TO_REASSESS_SENT),
    *(E.DECISION_TO_ISSUE_SENT, E.REFUSAL_TO_ISSUE_SENT, E.RECONSIDERATION_SENT, E.DRAFT_SERVED),
    *(E.DECISION_TO_AMEND_SENT, E.DECISION_TO_MAINTAIN_SENT, E.DECISION_TO_CEASE_SENT),
)
"""What the council sends once a panel has advised it."""
TO_ASSESS = EntryKind.DECISION_TO_ASSESS_SENT
By: Any = aliased(Person)
IS_PANEL = col(Entry.clear)["what"].as_string() == PANEL


def may_know(viewer: Viewer) -> bool:
    """Panels are the council's own: its staff privately, and education's rooms, as for the way back from a date."""
    ours = viewer.council and (viewer.private or viewer.agency is Agency.EDUCATION)
    return ours and viewer.may_know(Kind.STAGE) and viewer.may_know(Kind.DATES)


class Noted(NamedTuple):
    """An entry that still holds, and who recorded it."""

    number: int
    kind: EntryKind
    on: date
    by: str
    recorded: date


@dataclass(frozen=True)
class AtPanel:
    """One case at one panel: planned for its day, or held on it."""

    case: Case
    owner: str
    said: Noted
    """The entry by which that is known."""
    decided: Noted | None
    """The first of the council's decisions on the panel's day or later."""
    newest: bool
    """Whether no other day was set for a panel since: else the first was put off, or the case has moved on."""

    @property
    def on(self) -> date:
        return self.said.on

    @property
    def sat(self) -> bool:
        return self.said.kind is EntryKind.HELD

    def waits(self, today: date) -> bool:
        """Whether it went, or should have gone, to a panel after which nothing is on record."""
        gone = self.sat or self.on < today
        return gone and self.newest and self.decided is None and self.case.status is CaseStatus.OPEN


def at_panels(turn: Turn, since: date, owners: Sequence[int] = ()) -> list[AtPanel]:
    """Every open case with a panel on record, and every case with one since that day: by the panel's day."""
    where = _with_panels(turn, since, owners)
    noted = _noted(turn, col(Entry.case_id).in_(where), col(Entry.kind).in_((E.PLANNED, E.HELD)), IS_PANEL)
    decided = _noted(turn, col(Entry.case_id).in_(where), col(Entry.kind).in_(DECISIONS))
    cases, until = _cases(turn, where), _first_until(turn, where)
    found = (
        each
        for case in noted
        for each in _of_case(*cases[case], noted[case], decided.get(case, ()), until.get(case, date.min))
    )
    return sorted(found, key=lambda each: (each.on, each.case.year, each.case.number))


def _with_panels(turn: Turn, since: date, owners: Sequence[int]) -> Select[Any]:
    """The cases themselves, of those that may be told of here."""
    lately = or_(col(Case.status) == CaseStatus.OPEN, col(Entry.happened_on) >= since)
    theirs = [col(Case.owner_id).in_(owners)] if owners else []
    of_panels = (col(Entry.kind).in_((E.PLANNED, E.HELD)), IS_PANEL, lately, visible.told_here(turn), *theirs)
    return select_rows(col(Entry.case_id)).join(Case, col(Case.id) == Entry.case_id).where(*of_panels)


def _of_case(
    case: Case, owner: str, noted: Sequence[Noted], decided: Sequence[Noted], first_until: date
) -> Iterator[AtPanel]:
    visits = [*_visits(one for one in noted if one.on <= first_until)]
    visits += _visits(one for one in noted if one.on > first_until)
    for said in visits:
        after = min((one for one in decided if one.on >= said.on), key=lambda one: (one.on, one.number), default=None)
        again = [one.on for one in visits if one.number > said.number and one.recorded >= said.on]
        if said.kind is E.HELD or not again or (after and after.on < min(again)):
            yield AtPanel(case, owner, said, after, newest=not again)


def _visits(noted: Iterable[Noted]) -> Iterator[Noted]:
    """Each panel that was held, and the last word on the day of one that is planned, unless it was held since.

    An assessment has two panels, each with a day of its own: the first is on whether to assess.
    """
    planned = None
    for one in noted:
        planned = None if one.kind is E.HELD else one
        if one.kind is E.HELD:
            yield one
    if planned:
        yield planned


def _noted(turn: Turn, *which: Any) -> dict[int, list[Noted]]:
    """The entries that still hold, by case."""
    gone = select(Entry.supersedes).where(col(Entry.supersedes).is_not(None))
    columns: tuple[Any, ...] = (Entry.case_id, Entry.number, Entry.kind, Entry.happened_on, By.name, Entry.recorded_at)
    rows = turn.db.execute(
        select_rows(*columns)
        .outerjoin(By, By.id == Entry.recorded_by)
        .where(*which, col(Entry.id).not_in(gone))
        .order_by(col(Entry.case_id), col(Entry.number))
    )
    found: dict[int, list[Noted]] = {}
    for case, number, kind, on, by, at in rows:
        found.setdefault(case, []).append(Noted(number, kind, on, by or "the bot", london_date(at)))
    return found


def _cases(turn: Turn, which: Select[Any]) -> dict[int, tuple[Case, str]]:
    """Each case, and its owner's name."""
    rows = turn.db.execute(
        select_rows(Case, col(Person.name))
        .outerjoin(Person, col(Person.id) == Case.owner_id)
        .where(col(Case.id).in_(which))
    )
    return {case.id or 0: (case, name or "nobody yet") for case, name in rows}


def _first_until(turn: Turn, which: Select[Any]) -> dict[int, date]:
    """Until when a panel of a case is the one on whether to assess: until that was decided, or must be."""
    rules = [rule.id for rule in turn.rules.clocks if TO_ASSESS in rule.stops]
    rows = turn.db.execute(
        select_rows(col(Deadline.case_id), col(Deadline.stopped_on), col(Deadline.legal)).where(
            col(Deadline.rule).in_(rules), col(Deadline.case_id).in_(which)
        )
    )
    return {case: stopped or legal for case, stopped, legal in rows}
