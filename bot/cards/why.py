"""Every date of a case taken apart: the rule, the start, the count, the days nobody works."""

from sqlmodel import select

from bot.cards.dates import sentence
from bot.cases import advice, deadlines, facts, history, visible
from bot.cases.facts import File
from bot.domain.clocks import Clock
from bot.domain.message import Fact, Message
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, ClockState
from bot.domain.why import explain, headline
from bot.turn import Turn
from storage.tables import Case, Person


def why_message(turn: Turn, file: File) -> Message:
    """How the dates that this viewer may know were worked out, one heading a clock."""
    about = facts.about(file)
    viewer = visible.viewer(turn, about if isinstance(about, Case) else None)
    happened = history.happenings(file.entries)
    found = deadlines.clocks_of(turn, about, happened, facts.requests_of(file))
    shown = [c for c in found if _may_see(turn, file, c, viewer)]
    told = tuple(fact for clock in shown for fact in _facts(turn, file, clock))
    text = f"Why the dates on {about.reference} are what they are" if told else f"No clock runs on {about.reference}."
    return Message(text, facts=told, private=turn.private)


def _may_see(turn: Turn, file: File, clock: Clock, viewer: Viewer) -> bool:
    if clock.state not in (ClockState.RUNNING, ClockState.MET, ClockState.MET_LATE):
        return False
    agency = next((r.agency for r in facts.requests_of(file) if r.id == clock.instance), None)
    if agency is not None:
        return viewer.may_know_request(agency)
    return viewer.agency in (Agency.EDUCATION, Agency.MP_TEAM) or not clock.information


def _facts(turn: Turn, file: File, clock: Clock) -> list[Fact]:
    request = next((r for r in facts.requests_of(file) if r.id == clock.instance), None)
    name = f"{advice.label(turn, request)} advice" if request else clock.rule.title
    lines = explain(
        clock,
        pack=turn.rules.pack,
        pack_version=turn.rules.version,
        calendar=turn.rules.calendar,
        recorded_by=_recorded_by(turn, file, clock),
    )
    return [Fact(sentence(name), headline(clock)), *(Fact(label, text, depth=1) for label, text in lines)]


def _recorded_by(turn: Turn, file: File, clock: Clock) -> str:
    entry = next((e for e in file.entries if e.number == clock.start.entry), None)
    person = entry.recorded_by if entry else None
    return turn.db.exec(select(Person.name).where(Person.id == person)).first() or ""
