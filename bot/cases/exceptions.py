"""Exceptions and given dates: put forward on a case or a letter, agreed to by a second person, then on record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.cases import advice, closures, deadlines, facts, history
from bot.cases.facts import File, Recorded
from bot.cases.files import CaseFile
from bot.cases.history import New
from bot.cases.referrals import must_be_open
from bot.domain.clocks import Adviser, Clock
from bot.domain.errors import AlreadyDone, CannotRead, NotAllowed, NotNow, WhichOne
from bot.domain.exceptions import claimable_for, closure_of, gives, lasts, why_not
from bot.domain.facts import Whole
from bot.domain.grounds import Effect, Ground, Plea, School, Shows
from bot.domain.terms import ClockState, EntryKind, Process, RuleId
from bot.turn import Turn
from storage.tables import Entry, Request

WAITS = "put a new date or an exception on record"


@dataclass(frozen=True, repr=False)
class Which:
    """What an exception is claimed for, as somebody names it: clocks, or the advice of one adviser."""

    said: str
    rules: frozenset[RuleId] = frozenset()
    adviser: Adviser | None = None


@dataclass(frozen=True)
class Days:
    """The dates that somebody gives with a claim."""

    starts: date | None = None
    ends: date | None = None
    gives: date | None = None
    told: date | None = None
    aim: date | None = None

    def plea(self, ground: Ground) -> Plea:
        return Plea(ground, self.starts, self.ends, self.gives, self.told, self.aim)


def claim(
    turn: Turn,
    file: File,
    grounds: Sequence[Ground],
    days: Days,
    *,
    which: Which | None = None,
    request: Request | None = None,
    reason: str,
    evidence: str = "",
) -> Recorded:
    """Put an exception forward, for every running clock that it can be claimed for or for the one that is named.

    `grounds` are what its name may mean: the clock says which. Refuses what the law does not allow, with why.
    """
    must_be_open(facts.about(file))
    _check_days(turn, days)
    for ground in grounds:
        if ground.effect is Effect.NEVER:
            raise NotNow(f"{ground.law} The date stays. To write down what happened, say: note")
    if which and which.adviser and isinstance(file, CaseFile):
        request = advice.find_request(turn, file, which.adviser, waiting=False)
    found = _claimable(turn, file, grounds, which, request)
    ground, clocks = found[0][0], [clock for _, clock in found]
    plea = days.plea(ground)
    fit = _fitting(turn, file, plea, clocks)
    new = _new(turn, file, plea, fit, f"{reason} (evidence: {evidence})" if evidence else reason)
    _check_not_there(file, new)
    return facts.ask_second_person(turn, file, new, WAITS, agreed_by=ground.agreed_by)


def _check_days(turn: Turn, days: Days) -> None:
    if days.told and days.told > turn.today:
        raise CannotRead("They can't have been told after today. Leave it out until they are.", "told")
    if days.aim and days.aim < turn.today:
        raise CannotRead("An aim lies ahead: give a day from today on.", "aim")


# For which clocks


def clocks_of(turn: Turn, file: File, *also: Entry) -> tuple[Clock, ...]:
    """The clocks of a case or a letter; `also` are entries made since it was read."""
    entries = [*file.entries, *also]
    happened, claims = history.happenings(entries), history.claims(entries)
    return deadlines.clocks_of(turn, facts.about(file), happened, facts.requests_of(file), claims)


def _claimable(
    turn: Turn, file: File, grounds: Sequence[Ground], which: Which | None, request: Request | None
) -> list[tuple[Ground, Clock]]:
    """The clocks that one of the grounds is for, all under the same one. Refused where there is none."""
    named = _named(which, request)
    meant = [clock for clock in clocks_of(turn, file) if named(clock) and _is_open_to(clock)]
    found = [(g, clock) for clock in meant for g in grounds if g.id in clock.rule.exceptions]
    if not found:
        raise NotNow(_not_claimable(turn, file, grounds, which, meant))
    running = [(g, clock) for g, clock in found if clock.state is ClockState.RUNNING] or found
    whole = [(g, clock) for g, clock in running if clock.instance is None] or running
    if len({clock.instance for _, clock in whole}) > 1:
        raise _which_request(turn, file, whole)
    if len({g.id for g, _ in whole}) > 1 or (len(whole) > 1 and whole[0][0].effect is Effect.DATE):
        raise _which_clock(whole)
    return whole


def _named(which: Which | None, request: Request | None) -> Callable[[Clock], bool]:
    if request is not None:
        return lambda clock: clock.instance == request.id
    return lambda clock: which is None or clock.rule.id in which.rules


def _is_open_to(clock: Clock) -> bool:
    """A clock that runs, or that was met too late: what was met in time needs no exception."""
    return clock.state in (ClockState.RUNNING, ClockState.MET_LATE)


def _which_request(turn: Turn, file: File, found: Sequence[tuple[Ground, Clock]]) -> WhichOne:
    """An adviser's exception is for that adviser's own six weeks, and is claimed for each."""
    requests = {request.id: request for request in facts.requests_of(file)}
    asked = [requests[clock.instance] for _, clock in found if clock.instance]
    names = {request.id: advice.label(turn, request) for request in asked}
    choices = {f"{name[:1].upper()}{name[1:]}": f"request={number}" for number, name in names.items()}
    title = found[0][0].title
    return WhichOne(f"{title[:1].upper()}{title[1:]} is claimed for one adviser's six weeks. Whose?", choices)


def _which_clock(found: Sequence[tuple[Ground, Clock]]) -> WhichOne:
    """A date is given for one clock: for which?"""
    titles = dict.fromkeys(clock.rule.title for _, clock in found)
    choices = {f"{title[:1].upper()}{title[1:]}": f'which="{title}"' for title in titles}
    return WhichOne("Which date is that for?", choices)


def _not_claimable(
    turn: Turn, file: File, grounds: Sequence[Ground], which: Which | None, meant: Sequence[Clock]
) -> str:
    """Why there is no clock that the ground is for: what it is for, or that the law knows none at all."""
    about, title = facts.about(file), _called(grounds)
    whole = deadlines.whole_of(about)
    if which and not meant:
        return (
            f"No date called “{which.said}” runs on {about.reference}. To see those that do, say: why {about.reference}"
        )
    if which and not any(clock.rule.exceptions for clock in meant):
        rule = meant[0].rule
        return f"The law knows no exception for the {rule.title} ({rule.source}): its date stays."
    name, here = f"{title[:1].upper()}{title[1:]}", claimable_for(grounds, turn.rules.of(whole))
    if here and which:
        return f"{name} can't be claimed for the {meant[0].rule.title}. It can be for: {here}."
    if here:
        return f"{name} can be claimed for: {here}. None of these runs on {about.reference}."
    if not _knows_any(turn, whole):
        knows = "The law knows no exception" if isinstance(whole, Process) else "The rules know no extension"
        return f"{knows} for {_a(whole.label)}: its dates stay, whatever the cause, and the days keep counting."
    return f"{name} can't be claimed for {_a(whole.label)}, only for: {claimable_for(grounds, turn.rules.clocks)}."


def _called(grounds: Sequence[Ground]) -> str:
    """What to call grounds that share a name: their title where they have one, else that name."""
    return grounds[0].title if len({ground.title for ground in grounds}) == 1 else grounds[0].names[0]


def _knows_any(turn: Turn, whole: Whole) -> bool:
    """Whether there is any exception for a process, or any extension for a letter."""
    effect = Effect.RECORD if isinstance(whole, Process) else Effect.DATE
    listed = {ground for rule in turn.rules.of(whole) for ground in rule.exceptions}
    return any(turn.rules.ground(ground).effect is effect for ground in listed)


def _a(words: str) -> str:
    return f"an {words}" if words[:1] in "aeiouAEIOU" or words[:3] == "MP " else f"a {words}"


# Whether the ground applies


def _fitting(turn: Turn, file: File, plea: Plea, clocks: Sequence[Clock]) -> list[Clock]:
    """Those of the clocks for which the ground's conditions are met. Refused with the reason where for none."""
    school = closures.school_of(turn, file) if isinstance(file, CaseFile) else School()
    calendar = turn.rules.calendar
    longest_last = sorted(clocks, key=lambda clock: clock.legal)
    whys = [why_not(plea, clock, school=school, today=turn.today, calendar=calendar) for clock in longest_last]
    if all(whys):
        raise NotNow(whys[-1])
    return [clock for clock, why in zip(longest_last, whys, strict=True) if not why]


def _new(turn: Turn, file: File, plea: Plea, clocks: Sequence[Clock], words: str) -> New:
    school = closures.school_of(turn, file) if isinstance(file, CaseFile) else School()
    starts, ends = lasts(plea, school)
    days = {
        "starts": starts,
        "ends": ends,
        "gives": gives(plea, clocks[0], calendar=turn.rules.calendar),
        "told": plea.told,
        "aim": plea.aim,
    }
    clear: dict[str, Any] = {"ground": plea.ground.id, "rules": [clock.rule.id for clock in clocks]}
    clear |= {name: day.isoformat() for name, day in days.items() if day}
    closed = closure_of(plea, school) if plea.ground.shows is Shows.CLOSURE else None
    if closed and closed.by_terms:
        clear["by_terms"] = True
    if plea.ground.shows is Shows.PAUSE:
        clear["pauses"] = True
    if plea.aim:  # one aim is for the clock that ends last
        clear["aims_at"] = clocks[-1].rule.id
    return New(EntryKind.EXCEPTION_CLAIMED, turn.today, request_id=clocks[0].instance, clear=clear, words=words.strip())


def _check_not_there(file: File, new: New) -> None:
    reference = facts.about(file).reference
    for entry in history.standing(file.entries):
        if entry.request_id != new.request_id:
            continue
        if entry.kind is EntryKind.EXCEPTION_CLAIMED and _says(entry.clear, new.clear):
            raise AlreadyDone(
                f"{reference}: that exception is on record already (entry {entry.number}). "
                f"To strike it out, say: correct {reference} {entry.number}"
            )
        waits = is_asked(entry) and not facts.is_agreed(file.entries, entry.number)
        if waits and _says(entry.clear["clear"], new.clear):
            raise AlreadyDone(f"{reference}: that waits for a second person's yes already (entry {entry.number}).")


def _says(there: dict[str, Any], new: Any) -> bool:
    """Whether it is the same claim: the same ground for the same days."""
    same = ("ground", "rules", "starts", "ends", "gives")
    return all(there.get(name) == new.get(name) for name in same)


# A second person's yes, and the family


def is_asked(entry: Entry) -> bool:
    """Whether it asks for a second person's yes to an exception."""
    return entry.kind is EntryKind.BACKDATE_ASKED and entry.clear["kind"] == EntryKind.EXCEPTION_CLAIMED.value


def agree(turn: Turn, file: File, number: int) -> Recorded:
    """A second person's yes: to an exception by those who may agree to it, and only while it still applies."""
    asked = facts.entry_numbered(file, number)
    if not is_asked(asked):
        return facts.approve(turn, file, number)
    ground = turn.rules.ground(asked.clear["clear"]["ground"])
    if asked.recorded_by == turn.person.id:
        raise NotAllowed("You asked for this yourself: a second person has to agree. Ask your manager.")
    if turn.person.role not in ground.agreed_by:
        who = " or ".join(f"a {role.label}" for role in ground.agreed_by)
        raise NotAllowed(f"{ground.title[:1].upper()}{ground.title[1:]} is agreed to by {who}. Ask one of them.")
    if not facts.is_agreed(file.entries, number):
        _fitting(turn, file, _days_of(asked).plea(ground), _clocks_asked_for(turn, file, asked))
    return facts.approve(turn, file, number)


def _days_of(asked: Entry) -> Days:
    told = asked.clear["clear"]
    return Days(**{name: date.fromisoformat(told[name]) for name in history.CLAIMED_DAYS if told.get(name)})


def _clocks_asked_for(turn: Turn, file: File, asked: Entry) -> list[Clock]:
    """The clocks that it was asked for, where they still run or were met late."""
    rules = asked.clear["clear"]["rules"]
    found = [
        clock
        for clock in clocks_of(turn, file)
        if clock.rule.id in rules and clock.instance == asked.request_id and _is_open_to(clock)
    ]
    if not found:
        raise NotNow(f"{facts.about(file).reference}: the date that it was asked for no longer runs.")
    return found


def told(turn: Turn, file: File, on: date, number: int | None = None) -> Entry:
    """Put on record when the family was told of an exception: of the one they have not been told of, or of this one."""
    record = facts.about(file)
    must_be_open(record)
    if on > turn.today:
        raise CannotRead("They can't have been told after today. Record it on the day.", "on")
    claimed = _untold(file, number)
    new = New(EntryKind.FAMILY_TOLD, on, request_id=claimed.request_id, clear={"claim": claimed.number})
    (entry,) = history.record_after(turn, record, [new], last=history.end_of(file.entries))
    facts.moved(turn, file)
    return entry


def _untold(file: File, number: int | None) -> Entry:
    reference = facts.about(file).reference
    standing = {entry.number: entry for entry in history.standing(file.entries)}
    claims = [each for each in history.claims(file.entries) if number in (None, each.entry)]
    if not claims:
        which = (
            f"Entry {number} of {reference} is no exception" if number else f"{reference}: no exception is on record"
        )
        raise NotNow(f"{which}. To claim one, say: exception {reference}")
    waiting = [each for each in claims if each.told is None]
    match waiting:
        case [one]:
            return standing[one.entry]
        case []:
            raise AlreadyDone(f"{reference}: the day on which the family was told is on record already.")
        case several:
            choices = {f"Entry {each.entry}": f"entry={each.entry}" for each in several}
            raise WhichOne(f"Of which exception on {reference} were they told?", choices)
