"""Exceptions: what the law lets a council or an adviser claim, for which clocks, and what it must show for that.

An exception is a record, not an extension: the limit "need not" be met, but no other date stands in its place, the duty
stays and the days keep counting. Only what somebody has power to give moves a date: a Tribunal, an agreement in
writing, an extension that a procedure knows.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from bot.domain.calendar import Calendar
from bot.domain.claims import Claim, given_date
from bot.domain.clocks import Clock, ClockRule
from bot.domain.dates import say_day, say_in_full
from bot.domain.facts import AGREED
from bot.domain.grounds import Closed, Effect, Ground, Plea, School, Shows, Unit
from bot.domain.periods import corresponding
from bot.domain.terms import EntryKind

AGREED_IN_WRITING = "agreed_in_writing"
"""Regulation 42(5): a mediation agreement may say by when it is carried out, whatever an order would give."""


def why_not(plea: Plea, clock: Clock, *, school: School, today: date, calendar: Calendar) -> str:
    """Why the ground cannot be claimed for this clock as it is put forward; empty where it can be."""
    ground = plea.ground
    if ground.effect is Effect.NEVER:
        return ground.law
    if ground.id not in clock.rule.exceptions:
        return f"{_sentence(ground.title)} can't be claimed for the {clock.rule.title} ({clock.rule.source})."
    if not ground.in_force(clock.start.on):
        return f"{_sentence(ground.title)} is no exception for what began on {say_day(clock.start.on, today)}."
    if ground.id == AGREED_IN_WRITING and clock.start.kind not in (EntryKind.MEDIATION_AGREEMENT, *AGREED):
        return "The Tribunal ordered this: no agreement moves the date of an order. If it gave one, say: tribunal date"
    if ground.effect is Effect.RECORD and plea.gives:
        return "An exception never moves a date. Leave the new date out, and say what you aim for: aim, and a date."
    if plea.ends and plea.starts and plea.ends < plea.starts:
        return "It ends before it begins. Check the two dates."
    match ground.shows:
        case Shows.CLOSURE:
            return _closure(plea, school, today)
        case Shows.ABSENCE:
            return _absence(plea, clock, today)
        case Shows.CIRCUMSTANCES | Shows.APPOINTMENT:
            return _within(plea, clock, today)
        case Shows.GIVEN:
            return _given(plea, clock, today)
        case Shows.EXTENSION:
            return _extension(plea, clock, today, calendar)
        case Shows.PAUSE:
            return _pause(plea, clock, today)
    return ""


def gives(plea: Plea, clock: Clock, *, calendar: Calendar) -> date | None:
    """The new legal date, where the ground gives one. It has been found to apply."""
    match plea.ground.effect, plea.ground.shows:
        case Effect.DATE, Shows.PAUSE:
            return _after_pause(plea, clock, calendar)
        case Effect.DATE, _:
            return plea.gives
    return None


def lasts(plea: Plea, school: School) -> tuple[date | None, date | None]:
    """From when to when it lasted: of a closure, as the school's own dates say."""
    match plea.ground.shows:
        case Shows.CLOSURE:
            closed = closure_of(plea, school)
            return (closed.first, closed.last) if closed else (plea.starts, plea.ends)
        case Shows.APPOINTMENT:
            return plea.starts, plea.starts
        case Shows.GIVEN | Shows.EXTENSION | Shows.NOTHING:
            return None, None
    return plea.starts, plea.ends


# A school's closure


def closure_of(plea: Plea, school: School) -> Closed | None:
    """The closure that makes the ground apply."""
    fit = (one for one in _meant(plea, school) if not _closure_not(one, plea.ground, school, one.first))
    return next(fit, None)


def _closure(plea: Plea, school: School, today: date) -> str:
    if not school.name:
        return "No school, college or nursery is recorded on the case, so there is no closure to look at."
    if not school.asked:
        return (
            f"The advice of {school.name} has not been asked for on this case, and the ground is for that advice "
            "alone: not for other advice that is late, nor for a consultation."
        )
    if not school.closures:
        days = _as_typed(plea.starts, plea.ends) or "from … until …"
        return f'No closure dates of {school.name} are on record. Say: closure "{school.name}" {days}'
    meant = _meant(plea, school)
    if not meant:
        known = "; ".join(_closed(one, today) for one in school.closures)
        return f"{school.name} was not closed then. On record: {known}."
    whys = [_closure_not(closed, plea.ground, school, today) for closed in meant]
    return "" if "" in whys else whys[0]


def _meant(plea: Plea, school: School) -> list[Closed]:
    """The closures that the claim is about: those of its days, else all, the nearest long one first."""
    if plea.starts:
        last = plea.ends or plea.starts
        return [one for one in school.closures if one.first <= last and plea.starts <= one.last]
    nearest = school.asked[-1] if school.asked else date.max
    return sorted(school.closures, key=lambda one: (one.days < plea.ground.weeks * 7, abs(one.first - nearest)))


def _closure_not(closed: Closed, ground: Ground, school: School, today: date) -> str:
    if closed.days < ground.weeks * 7:
        return (
            f"{school.name} was {_closed(closed, today)}: {_days(closed.days)}. "
            f"The law asks for at least {_weeks(ground.weeks)} without a break."
        )
    first, last = closed.window
    if any(first <= asked <= last for asked in school.asked):
        return ""
    asked = " and ".join(say_day(day, today) for day in school.asked)
    return (
        f"{school.name} was {_closed(closed, today)} ({_days(closed.days)}). That counts only where its advice "
        f"was asked for from {say_day(first, today)} to {say_day(last, today)}; it was asked for on {asked}."
    )


def _closed(closed: Closed, today: date) -> str:
    terms = " by the council's term dates" if closed.by_terms else ""
    return f"closed from {say_day(closed.first, today)} to {say_day(closed.last, today)}{terms}"


# What happened to the family within the period


def _absence(plea: Plea, clock: Clock, today: date) -> str:
    if plea.starts is None or plea.ends is None:
        return "Say the first and the last day away: from … until …"
    needed = plea.ground.weeks * 7
    away = (plea.ends - plea.starts).days + 1
    span = f"From {say_day(plea.starts, today)} to {say_day(plea.ends, today)}"
    asks = f"The law asks for at least {_weeks(plea.ground.weeks)} without a break"
    if away < needed:
        return f"{span} is {_days(away)}. {asks}."
    inside = (min(plea.ends, _counted(clock)) - max(plea.starts, clock.start.on)).days + 1
    if inside < needed:
        return f"{span}, {_days(max(inside, 0))} fall within {_period(clock, today)}. {asks}, within that time."
    return ""


def _within(plea: Plea, clock: Clock, today: date) -> str:
    missed = plea.ground.shows is Shows.APPOINTMENT
    if plea.starts is None:
        return f"Say {'the day of the appointment' if missed else 'from when they lasted'}: from …"
    if plea.starts > today:
        return f"{say_day(plea.starts, today)} is still to come. Record it once it has happened."
    ends = plea.starts if missed else plea.ends or today
    if plea.starts > _counted(clock) or ends < clock.start.on:
        when = say_day(plea.starts, today) if missed else f"What lasted {_span(plea.starts, plea.ends, today)}"
        return f"{when} lies outside {_period(clock, today)}, so it is no ground for this date."
    return ""


def _period(clock: Clock, today: date) -> str:
    """ "the 6 weeks from Mon 7 Sep to Mon 19 Oct"."""
    return f"the {clock.rule.period} from {say_day(clock.start.on, today)} to {say_day(_counted(clock), today)}"


def _counted(clock: Clock) -> date:
    """What the row counts to, whatever date was given in its place."""
    return clock.counted or clock.legal


# Dates that somebody gives


def _given(plea: Plea, clock: Clock, today: date) -> str:
    if plea.gives is None:
        return "Say the date that was given: to …"
    if plea.gives < clock.start.on:
        begun = say_day(clock.start.on, today)
        return f"{say_day(plea.gives, today)} is before the clock began, on {begun}. Check the date that was given."
    return ""


def _extension(plea: Plea, clock: Clock, today: date, calendar: Calendar) -> str:
    if plea.gives is None:
        return "Say the new date: to …"
    if plea.gives <= clock.legal:
        return f"{say_day(plea.gives, today)} is no later than the date it has, {say_day(clock.legal, today)}."
    if (plea.told or today) > clock.legal:
        return (
            f"It was due {say_day(clock.legal, today)}, and an extension comes before the date has passed, not after. "
            "If they were told of it in time, say when: told, and the day."
        )
    latest = latest_given(plea.ground, clock, calendar=calendar)
    if latest and plea.gives > latest:
        most = f"{plea.ground.most} {(plea.ground.unit or '').replace('_', ' ')}"
        return (
            f"{say_day(plea.gives, today)} is too late: this gives at most {most} beyond "
            f"{say_day(_counted(clock), today)}. The latest date is {say_day(latest, today)}."
        )
    return ""


def latest_given(ground: Ground, clock: Clock, *, calendar: Calendar) -> date | None:
    """The latest date that a ground can give; None where the law says no number."""
    match ground.unit:
        case Unit.WORKING_DAYS:
            return calendar.checked(calendar.add_working_days(_counted(clock), ground.most))
        case (
            Unit.MONTHS
        ):  # a month more is counted from the start, as the first was, and so are the days it stood still
            day = corresponding(clock.start.on, clock.rule.length + ground.most) + _stood_still(clock)
            return calendar.checked(calendar.next_working_day_on_or_after(day))
    return None


def _stood_still(clock: Clock) -> timedelta:
    return timedelta(days=len(frozenset[date]().union(*(claim.paused for claim in clock.claims))))


def _pause(plea: Plea, clock: Clock, today: date) -> str:
    if plea.starts is None:
        return "Say when they were asked to clarify, and when the answer came: from … until …"
    if plea.ends is None:
        return "The date is known once the answer has come. Say it then, with its day: until …"
    if plea.starts < clock.start.on:
        return f"They can't have been asked before the request came, on {say_day(clock.start.on, today)}."
    if plea.starts > clock.legal:
        return f"They were asked after the date had passed, {say_day(clock.legal, today)}: that no longer stops it."
    if plea.ends > today:
        return f"{say_day(plea.ends, today)} is still to come. Record it once the answer is there."
    return ""


def _after_pause(plea: Plea, clock: Clock, calendar: Calendar) -> date | None:
    """The date that the clock then has: the pauses on record, and this one."""
    this = Claim(plea.ground.id, (clock.rule.id,), date.max, 0, starts=plea.starts, ends=plea.ends, pauses=True)
    return given_date(clock.start.on, clock.rule.length, (*clock.claims, this), calendar=calendar)


# In words


def lines(
    claim: Claim, ground: Ground, clock: Clock, *, asked_by: str = "", agreed_by: str = ""
) -> list[tuple[str, str]]:
    """A claim taken apart, as (label, text): what it is, what it does to the date, who agreed, when the family heard.

    `asked_by` and `agreed_by` are names, where they may be said.
    """
    return [(label, text) for label, text in _lines(claim, ground, clock, asked_by, agreed_by) if text]


def _lines(claim: Claim, ground: Ground, clock: Clock, asked_by: str, agreed_by: str) -> Iterator[tuple[str, str]]:
    lasted = _in_full(claim.starts, claim.ends)
    yield "Exception" if ground.effect is Effect.RECORD else "New date", f"{ground.title} ({ground.source}){lasted}"
    yield "The law says", ground.law
    yield "What it does", _effect(claim, clock)
    by = [f"asked for by {asked_by}"] if asked_by else []
    by += [f"agreed by {agreed_by}"] if agreed_by else []
    yield "Who", f"{', '.join(by)}, on {say_in_full(claim.recorded_on)}" if by else ""
    who = "Family told" if ground.effect is Effect.RECORD else "They were told"
    yield who, say_in_full(claim.told) if claim.told else ("" if ground.shows is Shows.GIVEN else "not yet")
    yield "To check", ground.unverified


def _effect(claim: Claim, clock: Clock) -> str:
    aimed = claim.aim and claim.aims_at in (None, clock.rule.id)
    aim = f"; we aim for {say_in_full(claim.aim)}" if claim.aim and aimed else ""
    if claim.gives is None:
        return f"{say_in_full(clock.legal)} stays the legal date and the days keep counting{aim}"
    if claim.pauses:
        counted = say_in_full(_counted(clock))
        still = f"{_days(len(claim.paused))} did not count"
        return f"{still}; {say_in_full(clock.legal)} stands in place of {counted}, which the rule counts to{aim}"
    if claim.gives != clock.legal:
        return f"it gave {say_in_full(claim.gives)}; a later one stands in its place{aim}"
    return (
        f"{say_in_full(claim.gives)} stands in place of {say_in_full(_counted(clock))}, which the rule counts to{aim}"
    )


def _in_full(first: date | None, last: date | None) -> str:
    if first is None:
        return ""
    if first == last:
        return f": {say_in_full(first)}"
    return f": {say_in_full(first)} to {say_in_full(last)}" if last else f": from {say_in_full(first)}"


def claimable_for(grounds: Sequence[Ground], rules: Iterable[ClockRule]) -> str:
    """The clocks that any of these grounds can be claimed for: "decision to assess, final plan"."""
    ids = {ground.id for ground in grounds}
    return ", ".join(dict.fromkeys(rule.title for rule in rules if ids & set(rule.exceptions)))


def _span(first: date, last: date | None, today: date) -> str:
    return f"from {say_day(first, today)}{f' to {say_day(last, today)}' if last else ''}"


def _as_typed(first: date | None, last: date | None) -> str:
    """The days as somebody would type them: "from 22/7/2027 until 1/9/2027"."""
    told = [f"from {first.day}/{first.month}/{first.year}"] if first else []
    told += [f"until {last.day}/{last.month}/{last.year}"] if first and last else []
    return " ".join(told)


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


def _weeks(number: int) -> str:
    return f"{number} weeks ({number * 7} days)"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
