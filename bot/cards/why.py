"""A case's dates taken apart: the rule, the start, the count, the days nobody works; all of them, or one by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.cards.dates import sentence
from bot.cards.exceptions import may_know_ground
from bot.cases import advice, deadlines, facts, history, staff, visible
from bot.cases.facts import File
from bot.domain.clock_names import Called, meant
from bot.domain.clocks import Clock
from bot.domain.dates import say_day
from bot.domain.errors import NotFound, WhichOne
from bot.domain.exceptions import lines as lines_of_claim
from bot.domain.message import Action, Fact, Message
from bot.domain.sharing import Viewer
from bot.domain.terms import ClockState, Kind, Role
from bot.domain.why import Told, explain, headline
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Entry

LIVE = (ClockState.RUNNING, ClockState.MET, ClockState.MET_LATE)
MOST_CHOICES = 10


@dataclass(frozen=True)
class Explained:
    """One clock that the viewer may know of, and what there is to say of it."""

    called: Called
    told: Told

    @property
    def clock(self) -> Clock:
        return self.called.clock


def why_message(turn: Turn, file: File, asked: str = "") -> Message:
    """How the dates that this viewer may know were worked out, a heading a clock; or the one that is asked for."""
    about, found = facts.about(file), explained(turn, file, asked)
    if asked:
        return _one(turn, about.reference, found[0])
    told = tuple(fact for each in found for fact in _facts(turn, each))
    text = f"Why the dates on {about.reference} are what they are" if told else f"No clock runs on {about.reference}."
    return Message(text, facts=told, private=turn.private)


def explained(turn: Turn, file: File, asked: str = "") -> list[Explained]:
    """The clocks that this viewer may know of, or the one that is meant: NotFound, or WhichOne of several."""
    about = facts.about(file)
    viewer = visible.viewer(turn, about if isinstance(about, Case) else None)
    clocks = _clocks(turn, file)
    known = [_called(turn, file, clock) for clock in clocks if _may_see(turn, file, clock, viewer)]
    if asked:
        known = [_the_one(turn, about.reference, known, asked)]
    else:
        known = [called for called in known if called.clock.state in LIVE]
    return [Explained(called, _told(turn, file, called.clock, clocks, viewer)) for called in known]


def _clocks(turn: Turn, file: File) -> Sequence[Clock]:
    happened, claims = history.happenings(file.entries), history.claims(file.entries)
    return deadlines.clocks_of(turn, facts.about(file), happened, facts.requests_of(file), claims)


def _may_see(turn: Turn, file: File, clock: Clock, viewer: Viewer) -> bool:
    agency = next((r.agency for r in facts.requests_of(file) if r.id == clock.instance), None)
    if agency is not None:
        return viewer.may_know(Kind.REQUESTS, agency)
    return viewer.may_know(Kind.DATES) and (viewer.council or not clock.information)


def _called(turn: Turn, file: File, clock: Clock) -> Called:
    request = next((r for r in facts.requests_of(file) if r.id == clock.instance), None)
    if request is None:
        return Called(clock, clock.rule.title)
    adviser = turn.rules.service(request.service)
    return Called(clock, advice.title(turn, request), adviser)


def _the_one(turn: Turn, reference: str, known: Sequence[Called], asked: str) -> Called:
    """The clock that is meant. One that the viewer may not know of is as one that is not there."""
    match meant(known, asked):
        case [one]:
            return one
        case []:
            named = ", ".join(dict.fromkeys(called.title for called in known)) or "none"
            instead = {label: line("why", case=reference, date=key) for label, key in _choices(turn, known).items()}
            raise NotFound(
                f"{reference} has no date called “{asked}” that you can see. It has: {named}.", instead=instead
            )
        case several:
            sentence_ = f"Several dates of {reference} could be meant by “{asked}”. Which one?"
            raise WhichOne(sentence_, _choices(turn, several), wrote=asked)


def _choices(turn: Turn, known: Sequence[Called]) -> dict[str, str]:
    """What each button says, and what stands in the line in place of what was asked."""
    shown = known[:MOST_CHOICES]
    return {f"{sentence(each.title)} · {say_day(each.clock.legal, turn.today)}": each.key for each in shown}


# What the record adds


def _told(turn: Turn, file: File, clock: Clock, clocks: Sequence[Clock], viewer: Viewer) -> Told:
    entry = next((entry for entry in file.entries if entry.number == clock.start.entry), None)
    before = next((e for e in file.entries if entry and entry.supersedes and e.id == entry.supersedes), None)
    return Told(
        pack=turn.rules.label,
        recorded_by=recorded_by(turn, entry) if entry else "",
        instead_of=before.happened_on if before and before.happened_on != clock.start.on else None,
        other=next((other for other in clocks if other.rule.id == clock.rule.composite), None),
        claims=_claims(turn, file, clock, viewer),
        out_of_order=_out_of_order(file, clock),
        ladder=_older_ladder(turn, clock),
    )


def _older_ladder(turn: Turn, clock: Clock) -> str:
    """Which version of its ladder it climbs, where others that began later climb a newer one."""
    newest = turn.rules.ladders.get(clock.ladder)
    if newest is None:
        return ""
    climbs = turn.rules.ladder(clock.ladder, rule=clock.rule.id, recorded_on=clock.start.recorded_on)
    if climbs.version == newest.version:
        return ""
    return f"by ladder {climbs.label}, in force when its start was recorded; version {newest.version} is for later ones"


def _out_of_order(file: File, clock: Clock) -> list[int]:
    numbers = {clock.start.entry, clock.stopped.entry if clock.stopped else 0}
    return [entry.number for entry in file.entries if entry.number in numbers and entry.clear.get("out_of_order")]


def recorded_by(turn: Turn, entry: Entry) -> str:
    """Who put it on record; where a second person had to agree, both."""
    by = staff.person(turn, entry.recorded_by)
    asked_by = entry.clear.get("asked_by")  # of an opening it says who asked for the assessment: "parent"
    asker = staff.person(turn, asked_by) if isinstance(asked_by, int) else None
    if asker and by:
        return f"{asker.name}, agreed to by {by.name},"
    return by.name if by else ""


def _claims(turn: Turn, file: File, clock: Clock, viewer: Viewer) -> list[tuple[str, str]]:
    """Read privately, by those who run cases or the body whose advice it is: what was claimed may tell of a family."""
    if not clock.claims:
        return []
    if not (viewer.private and may_know_ground(viewer, of_body=clock.instance is not None)):
        return [("Exceptions", "one is on record")]
    told: list[tuple[str, str]] = []
    for claim in clock.claims:
        entry = next((entry for entry in file.entries if entry.number == claim.entry), None)
        agreed = staff.person(turn, entry.recorded_by) if entry else None
        asked = staff.person(turn, entry.clear.get("asked_by")) if entry else None
        names = {"asked_by": asked.name if asked else "", "agreed_by": agreed.name if agreed else ""}
        told += lines_of_claim(claim, turn.rules.ground(claim.ground), clock, **names)
    return told


# In words


def _one(turn: Turn, reference: str, found: Explained) -> Message:
    """One date: the answer first, then every step to it."""
    text = f"{reference} · {sentence(found.called.title)}: {headline(found.clock, found.told.other)}"
    lines = explain(found.clock, found.told, calendar=turn.rules.calendar)
    return Message(
        text,
        facts=tuple(Fact(label, said) for label, said in lines),
        actions=(
            *_could_one_apply(turn, reference, found.clock),
            Action("All dates", line("why", case=reference), acts=False),
        ),
        private=turn.private,
    )


def _could_one_apply(turn: Turn, reference: str, clock: Clock) -> Iterator[Action]:
    """For those who run cases, beside a date that runs and for which nothing was claimed."""
    runs = clock.state is ClockState.RUNNING and not clock.information
    if turn.person.role in (Role.OFFICER, Role.MANAGER) and runs and clock.rule.exceptions and not clock.claims:
        yield Action("Could one apply?", line("exception", case=reference))


def _facts(turn: Turn, found: Explained) -> list[Fact]:
    lines = explain(found.clock, found.told, calendar=turn.rules.calendar)
    heading = Fact(sentence(found.called.title), headline(found.clock, found.told.other))
    return [heading, *(Fact(label, said, depth=1) for label, said in lines)]
