"""The blanks of a list: what it may be narrowed to, and how each is said."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from bot.blanks import AGENCY, ANYBODY, PROCESS, SERVICE, choice, plain, text
from bot.cases import staff
from bot.cases.grouping import By
from bot.cases.wanted import Beside, Clocks, Missing, Which
from bot.commands.exception import SCHOOL
from bot.domain.clocks import Adviser
from bot.domain.dates import read_date
from bot.domain.errors import CannotRead
from bot.domain.facts import FACTS
from bot.domain.lengths import Lengths, read_length, read_week, say_lengths
from bot.domain.message import BlankKind
from bot.domain.terms import Agency, Process
from bot.grammar import Ask
from bot.turn import Turn
from storage.tables import Person, Setting

ALSO = {
    "my": Which.MINE,
    "late": Which.OVERDUE,
    "my overdue": Which.MINE_OVERDUE,
    "my late": Which.MINE_OVERDUE,
    "overdue mine": Which.MINE_OVERDUE,
    "my due": Which.MINE_DUE,
    "due mine": Which.MINE_DUE,
    "cases overdue": Which.OVERDUE,
    "overdue cases": Which.OVERDUE,
    "awaiting": Which.AWAITED,
    "outstanding": Which.AWAITED,
    "open cases": Which.CASES,
    "closed cases": Which.CLOSED,
    "cases closed": Which.CLOSED,
    "cases opened": Which.OPENED,
    "letters received": Which.RECEIVED,
}
OF_CASES = frozenset({Which.CASES, Which.CLOSED, Which.OPENED})


def _nearest(turn: Turn, words: str) -> date:
    """A day that may lie either way of today: the nearer of two."""
    days = (read_date(words, turn.today, past=past) for past in (True, False))
    return min(days, key=lambda day: abs((day - turn.today).days))


def end(label: str, lead: str) -> Ask:
    return Ask(label, _nearest, show=date.isoformat, kind=BlankKind.DATE, words=4, lead=lead, longest=40, bare=False)


def _several(ask: Ask, **changes: Any) -> Ask:
    return replace(ask, many=True, kind=BlankKind.CHOICES, **changes)


def _clocks(turn: Turn, words: str) -> Clocks:
    """Every clock that is called so: by its id that one alone, else by title, by what ends it, or by its weeks."""
    said, rules = plain(words), turn.rules.clocks
    fits = (
        [rule for rule in rules if plain(rule.id) == said],
        [rule for rule in rules if f"{plain(rule.title)} ".startswith(f"{said.removesuffix('s')} ")],
        [rule for rule in rules if f"{plain(rule.title)} ".startswith(f"{said} ")],
        [rule for rule in rules for stop in rule.stops if stop in FACTS and said in map(plain, FACTS[stop].said)],
        [rule for rule in rules if rule.length and plain(rule.period) == said],
    )
    found = next(filter(None, fits), None)
    if found is None:
        raise CannotRead(f"“{words}” is no date that I know. Say for example: final plan, draft, 20 weeks")
    return Clocks(found[0].title if plain(found[0].id) == said else words, tuple(dict.fromkeys(r.id for r in found)))


def _show_clocks(clocks: Clocks) -> str:
    return clocks.ids[0] if len(clocks.ids) == 1 else clocks.said


MISSING = {plain(each.value): each for each in Missing} | {
    "officer": Missing.OWNER,
    "case officer": Missing.OWNER,
    "reports": Missing.ADVICE,
    "setting": Missing.SCHOOL,
    "plan": "final plan",
}
BESIDE = {plain(each.value): each for each in Beside} | {
    "mp": Beside.MP_LETTER, "mps": Beside.MP_LETTER, "mp enquiry": Beside.MP_LETTER, "mp letters": Beside.MP_LETTER,
    "complaints": Beside.COMPLAINT, "exceptions": Beside.EXCEPTION,
}  # fmt: skip


def _beside(words: str) -> Beside | None:
    return BESIDE.get(plain(words).removeprefix("an ").removeprefix("a "))


def _missing(turn: Turn, words: str) -> Missing | Beside | Clocks | Adviser:
    """What is named so; else whoever gives such advice; else a step on the path."""
    meant = _beside(words) or MISSING.get(plain(words), words)
    if isinstance(meant, Missing | Beside):
        return meant
    return turn.rules.adviser(meant.removesuffix(" advice")) or _clocks(turn, meant)


def _having(turn: Turn, words: str) -> Beside | Clocks:
    """A letter or an exception; else a step that was taken."""
    return _beside(words) or _clocks(turn, words)


def _show_missing(what: Missing | Beside | Clocks | Adviser) -> str:
    match what:
        case Clocks():
            return _show_clocks(what)
        case Adviser():
            return what.id
    return what.value


def _body_or_person(turn: Turn, words: str) -> Agency | Adviser | Person:
    """An agency, else who gives advice, else somebody on the staff list."""
    if body := _agency_or_none(turn, words) or turn.rules.adviser(words):
        return body
    return staff.find_anybody(turn, words)


def _agency_or_none(turn: Turn, words: str) -> Agency | None:
    try:
        found: Agency = AGENCY.read(turn, words)
    except CannotRead:
        return None
    return found


def _show_other(one: Agency | Adviser | Person) -> str:
    match one:
        case Agency():
            return one.value
        case Adviser():
            return one.id
    return one.email  # somebody: perhaps the asker, as they were recognised


def word(said: str, label: str) -> Ask:
    """A word that is there or not."""

    def read(_turn: Turn, words: str) -> bool:
        if plain(words) not in (said, "yes"):
            raise CannotRead(f"“{words}” is not: {said}")
        return True

    return Ask(label, read, show=lambda _yes: "yes", words=1, asked=False)


def lengths(label: str, read: Any, hint: str, words: int = 0) -> Ask:
    return Ask(label, lambda _turn, said: read(said), show=say_lengths, words=words, hint=hint, longest=60)


AGENCIES, SERVICES = _several(AGENCY), _several(SERVICE, label="Services")
"""Several may be named: "list overdue health and social care"."""
AgenciesBlank = Annotated[tuple[Agency, ...], AGENCIES]
ProcessesBlank = Annotated[tuple[Process, ...], _several(PROCESS)]
ServicesBlank = Annotated[tuple[Adviser, ...], SERVICES]
OwnersBlank = Annotated[tuple[Person, ...], _several(ANYBODY)]
OtherBlank = Annotated[
    tuple[Agency | Adviser | Person, ...],
    Ask("Other than", _body_or_person, show=_show_other, words=4, lead="except", bare=False, many=True,
        hint="An agency, a service or a colleague to leave out"),
]  # fmt: skip
DatesBlank = Annotated[
    tuple[Clocks, ...], Ask("Which date", _clocks, show=_show_clocks, words=0, many=True, hint="final plan, 20 weeks")
]
HavingBlank = Annotated[
    tuple[Beside | Clocks, ...],
    Ask("What it has", _having, show=_show_missing, words=4, lead="with", bare=False, many=True,
        hint="MP letter, complaint, exception; draft, for what has gone"),
]  # fmt: skip
WithoutBlank = Annotated[
    tuple[Missing | Beside | Clocks | Adviser, ...],
    Ask("What is missing", _missing, show=_show_missing, words=4, lead="without", bare=False, many=True,
        hint="draft, advice, owner, record number, school, anything"),
]  # fmt: skip
SchoolBlank = Annotated[Setting | None, replace(SCHOOL, lead="at", bare=False)]
SinceBlank = Annotated[date | None, end("From", "since")]
UntilBlank = Annotated[date | None, end("To", "until")]
LateBlank = Annotated[Lengths, lengths("How late", read_length, "more than 10 days, at least 2 weeks", words=5)]
WeekBlank = Annotated[Lengths, lengths("Week of the case", read_week, "past week 16, week 16 to 20", words=5)]
AgeBlank = Annotated[Lengths, lengths("How old", read_length, "more than 4 weeks")]
ConstituencyBlank = Annotated[str, text("Constituency")]
RestrictedBlank = Annotated[bool, word("restricted", "Restricted only")]
StatutoryBlank = Annotated[bool, word("statutory", "Statutory only")]
MpBlank = Annotated[tuple[str, ...], replace(text("MP"), many=True)]
ByBlank = Annotated[
    By | None,
    replace(choice(By, "Counted by", {"officer": By.OWNER, "setting": By.SCHOOL, "services": By.SERVICE}),
            lead="by", words=1, bare=False),
]  # fmt: skip
