"""How a list was read: each thing that it is narrowed to, in words and dates."""

from collections.abc import Iterator, Mapping
from datetime import date

from bot.cases.wanted import Beside, Clocks, Missing, Standing, Wanted
from bot.domain.clocks import Adviser
from bot.domain.dates import say_day
from bot.domain.lengths import Compared, Op
from bot.domain.terms import Agency
from bot.turn import Turn
from storage.tables import Person

LACKS: Mapping[Missing | Beside, str] = {
    Missing.ADVICE: "no advice",
    Missing.OWNER: "no owner",
    Missing.RECORD_NUMBER: "no record number",
    Missing.SCHOOL: "no school",
    Beside.MP_LETTER: "no MP's letter",
    Beside.COMPLAINT: "no complaint",
    Beside.EXCEPTION: "no exception",
    Missing.ANYTHING: "no owner, record number or school",
}


HAS = {
    Beside.MP_LETTER: "with an MP's letter",
    Beside.COMPLAINT: "with a complaint",
    Beside.EXCEPTION: "with an exception",
}


def read_as(turn: Turn, wanted: Wanted) -> str:
    """All of it, whose first: "mine, past week 16, no draft plan"."""
    return ", ".join([whose(turn, wanted), *narrowed_to(turn, wanted)])


def whose(turn: Turn, wanted: Wanted) -> str:
    if not wanted.owners:
        return "everyone's"
    people = [turn.db.get_one(Person, one) for one in wanted.owners]
    return " or ".join("mine" if one.id == turn.person.id else f"{one.name}'s" for one in people)


def narrowed_to(turn: Turn, wanted: Wanted) -> list[str]:
    """The same without whose they are."""
    return [*_kinds(turn, wanted), *_days(turn, wanted), *_lengths(wanted), *_lacks(turn, wanted)]


def besides_days(turn: Turn, wanted: Wanted) -> list[str]:
    """The same without the days."""
    return [*_kinds(turn, wanted), *_lengths(wanted), *_lacks(turn, wanted)]


def bodies(wanted: Wanted) -> str:
    """ "health", "the MP team", "CAMHS or social care": as a sentence has them."""
    narrower = {one.agency for one in wanted.services}
    agencies = [one for one in wanted.agencies if one not in narrower]
    named = [f"the {one.label}" if one is Agency.MP_TEAM else one.label for one in agencies]
    return " and ".join([*(one.label for one in wanted.services), *named])


def others(wanted: Wanted) -> str:
    """Whose is left out: "Tom Reid's", "health"."""
    return " or ".join(one.label if isinstance(one, Agency | Adviser) else f"{one.name}'s" for one in wanted.other_than)


def _kinds(turn: Turn, wanted: Wanted) -> Iterator[str]:
    if wanted.awaited:
        yield "asked and not in"
    if wanted.bodies and Missing.ADVICE not in wanted.without:
        said = bodies(wanted).removeprefix("the ")
        agency = "" if wanted.services else "agency "
        yield f"the council's own, where {said} was asked" if wanted.owed else f"{agency}{said}"
    if wanted.processes:
        yield " or ".join(one.label for one in wanted.processes)
    if wanted.letter:
        yield f"{wanted.letter.label}s"
    if wanted.mp:
        yield f"MP {' or '.join(wanted.mp)}"
    if wanted.constituency:
        yield f"MP for {wanted.constituency}"
    if wanted.school:
        yield f"at {wanted.school.name}"
    if wanted.clocks:
        yield " or ".join(dict.fromkeys(_title(turn, each) for each in wanted.clocks))
    if wanted.statutory:
        yield "statutory dates"
    if wanted.restricted:
        yield "restricted"
    if wanted.other_than:
        yield f"other than {others(wanted)}"


def _title(turn: Turn, clocks: Clocks) -> str:
    """What a clock is called; what was said, where several titles are meant."""
    titles = {rule.title for rule in turn.rules.clocks if rule.id in clocks.ids}
    return titles.pop() if len(titles) == 1 else clocks.said.replace("_", " ")


def _days(turn: Turn, wanted: Wanted) -> Iterator[str]:
    of = "received" if wanted.received else "due" if wanted.standing is Standing.OPEN else wanted.standing.value
    first, last = wanted.first, wanted.last
    if first and last and first > last:
        yield "no day of that time is past yet"
    elif said := between(first, last, turn.today):
        yield f"{of} {said}"
    elif of != "due":
        yield of


def between(first: date | None, last: date | None, today: date) -> str:
    """ "Mon 19 Oct to Sun 25 Oct"; where an end is open, "from Mon 4 Jan", "up to Thu 15 Oct"."""
    if first and last:
        return say_day(first, today) if first == last else f"{say_day(first, today)} to {say_day(last, today)}"
    began = "since" if first and first < today else "from"
    return f"{began} {say_day(first, today)}" if first else f"up to {say_day(last, today)}" if last else ""


def _lengths(wanted: Wanted) -> Iterator[str]:
    if wanted.late:
        yield f"{' and '.join(map(str, wanted.late))} late"
    if wanted.week:
        yield say_weeks(wanted.week)
    if wanted.age:
        ago = "asked {} ago" if wanted.awaited else "{} old"
        yield ago.format(" and ".join(map(str, wanted.age)))


WEEKS = {Op.MORE: "past week {}", Op.AT_LEAST: "week {} or later", Op.LESS: "before week {}",
         Op.AT_MOST: "up to week {}", Op.EXACTLY: "in week {}"}  # fmt: skip


def say_weeks(weeks: tuple[Compared, ...]) -> str:
    match weeks:
        case (Compared(Op.AT_LEAST, first), Compared(Op.AT_MOST, last)):
            return f"in week {first} to {last}"
    return " and ".join(WEEKS[one.op].format(one.many) for one in weeks)


def _lacks(turn: Turn, wanted: Wanted) -> Iterator[str]:
    yield from (HAS[what] if isinstance(what, Beside) else f"{_title(turn, what)} done" for what in wanted.having)
    yield from (_lacks_one(turn, wanted, what) for what in wanted.without)


def _lacks_one(turn: Turn, wanted: Wanted, what: Missing | Beside | Clocks | Adviser) -> str:
    match what:
        case Clocks():
            return f"no {_title(turn, what)}"
        case Adviser():
            return f"no {what.label} advice"
    return f"no advice from {bodies(wanted)}" if what is Missing.ADVICE and wanted.bodies else LACKS[what]
