"""The council's panels in words: which sits next, what goes to it, what went, and what waits for a word since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards.answers.saying import ABSENT
from bot.cards.dates import sentence
from bot.cards.narrowed import between
from bot.cases import lists
from bot.cases.panels import AtPanel, Noted
from bot.domain.backplan import Panel
from bot.domain.dates import distance, say_day
from bot.domain.facts import label
from bot.domain.message import Action, Fact, Message, Row, State, Table
from bot.domain.terms import Term
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Person

PAGE = lists.PAGE
MORE_PANELS = 4
"""Panels that are named after the first."""
CALENDAR = "Days and papers by the council's own panel calendar."
NO_CALENDAR = "No panel dates are on record: a council's are in panels.csv of its rules."
NOBODY_RECORDS = "What a panel advised is recorded by nobody: what the council sent on its day or later is."
WAITS = "It waits from the panel's day until a decision is on record."


class Which(Term):
    """Which panels, or what of them."""

    TO_COME = "to_come"
    LAST = "last"
    WAITING = "waiting"


@dataclass(frozen=True)
class Asked:
    """What was asked of the panels."""

    which: Which
    first: date | None = None
    last: date | None = None
    panel: str = ""
    """One of them, by its name in the calendar."""
    owners: tuple[Person, ...] = ()
    page: int = 1
    said: Mapping[str, str] | None = None
    """What was said, by the names of the blanks."""

    def again(self, **changes: object) -> str:
        return line("panels", **{**(self.said or {}), **changes})

    def has(self, day: date) -> bool:
        return (self.first or date.min) <= day <= (self.last or date.max)


def panels_message(turn: Turn, asked: Asked, found: Sequence[AtPanel]) -> Message:
    """The answer to what was asked, over every case at a panel that may be told of here."""
    match asked.which:
        case Which.LAST:
            return _last(turn, asked, found)
        case Which.WAITING:
            return _waiting(turn, asked, found)
    return _sitting(turn, asked, found)


def _of_calendar(turn: Turn, asked: Asked) -> list[Panel]:
    return [one for one in turn.rules.panels if asked.panel in ("", one.name)]


def _at(turn: Turn, asked: Asked, found: Sequence[AtPanel]) -> list[AtPanel]:
    """Those of the panel that was named; without a name also those on a day when none of the calendar sits."""
    days = {one.on for one in _of_calendar(turn, asked)}
    return [each for each in found if not asked.panel or each.on in days]


# The panels of some days


def _sitting(turn: Turn, asked: Asked, found: Sequence[AtPanel]) -> Message:
    """Those to come; or, where days are said, all that sit or sat in them."""
    whole = asked.first or asked.last
    fits = asked.has if whole else lambda day: day >= turn.today
    panels = [one for one in _of_calendar(turn, asked) if fits(one.on)]
    there = [each for each in _at(turn, asked, found) if fits(each.on)]
    said = _of_days(turn, asked, panels, there) if whole else _next(turn, asked, panels, there)
    named = panels if whole and len(panels) > 1 else panels[1:]
    left = len(named) - MORE_PANELS - (named == panels)
    facts = tuple(_fact(turn, one, there) for one in (named if left <= 0 else named[:-left]))
    more = f"{left} more, the last on {say_day(panels[-1].on, turn.today)}. " if left > 0 else ""
    rows = [_row(turn, each, _named(turn, each)) for each in there]
    return _message(turn, asked, said, facts, rows, "Panel", f"{more}{_by_calendar(turn)}")


def _next(turn: Turn, asked: Asked, panels: Sequence[Panel], there: Sequence[AtPanel]) -> str:
    if panels:
        return f"The next panel is {_one(turn, panels, there)}."
    if not there:
        return "No panel to come is on record."
    first = there[0].on
    many = "1 case is" if len(there) == 1 else f"{len(there)} cases are"
    return f"{many} planned for a panel, the next on {_day(turn, first)}."


def _of_days(turn: Turn, asked: Asked, panels: Sequence[Panel], there: Sequence[AtPanel]) -> str:
    one_day = len({one.on for one in panels}) == 1
    past = bool(asked.last and asked.last < turn.today)
    days = between(asked.first, asked.last, turn.today)
    if panels and one_day and {each.on for each in there} <= {panels[0].on}:
        return sentence(f"{_one(turn, panels, there, ' sat' if past else ' sits')}.")
    many = f"{len(there) or 'no'} case{'' if len(there) == 1 else 's'}"
    went = f"{many} {'down for one' if past else 'planned for one'}"
    if not panels:
        after = "" if past else _then(turn, asked)
        return f"No panel{' of the calendar' if there else ''} {'sat' if past else 'sits'} {days}, with {went}.{after}"
    return f"{len(panels)} panel{'' if len(panels) == 1 else 's'} {'sat' if past else 'sit'} {days}, with {went}."


def _then(turn: Turn, asked: Asked) -> str:
    later = [one for one in _of_calendar(turn, asked) if one.on > (asked.last or turn.today)]
    return f" The next after that is the {later[0].name}, {_day(turn, later[0].on)}." if later else ""


def _one(turn: Turn, panels: Sequence[Panel], there: Sequence[AtPanel], verb: str = "") -> str:
    """ "the Assessment panel on Wed 2 Dec (in 7 days): papers by Wed 25 Nov (today), 2 cases planned"."""
    day = panels[0].on
    same = [one for one in panels if one.on == day]
    names = " and ".join(f"the {one.name}" for one in same)
    return f"{names}{verb} on {_day(turn, day)}: {_papers(turn, same[0])}, {_planned(turn, day, there)}"


def _fact(turn: Turn, one: Panel, there: Sequence[AtPanel]) -> Fact:
    return Fact(one.name, _day(turn, one.on), f"{_papers(turn, one)} · {_planned(turn, one.on, there)}")


def _papers(turn: Turn, one: Panel) -> str:
    by = say_day(one.papers, turn.today)
    return (
        f"papers by {by} ({distance(one.papers, turn.today)})" if one.papers >= turn.today else f"papers were due {by}"
    )


def _planned(turn: Turn, day: date, there: Sequence[AtPanel]) -> str:
    its = [each for each in there if each.on == day]
    how = "planned" if day >= turn.today else "down for it"
    return f"{len(its) or 'no'} case{'' if len(its) == 1 else 's'} {how}"


def _named(turn: Turn, each: AtPanel) -> str:
    names = [one.name for one in turn.rules.panels if one.on == each.on]
    held = "" if each.sat or each.on >= turn.today else "; that it sat is not recorded"
    return f"{' or '.join(names) or 'no panel of the calendar'}, {_day(turn, each.on)}{held}"


# What went to the last, and what waits


def _last(turn: Turn, asked: Asked, found: Sequence[AtPanel]) -> Message:
    """The last day on which one sat, or all the days that are said, and what the council has sent since."""
    its = [each for each in _at(turn, asked, found) if each.sat or each.on < turn.today]
    days = {each.on for each in its} | {one.on for one in _of_calendar(turn, asked) if one.on < turn.today}
    days = {*filter(asked.has, days)} if asked.first or asked.last else {*sorted(days)[-1:]}
    if not days:
        return _message(turn, asked, "No panel that has sat is on record.", (), [], "", _by_calendar(turn))
    there = [each for each in its if each.on in days]
    for_it = "it" if len(days) == 1 else "them"
    many = f"{len(there) or 'no'} case{'' if len(there) == 1 else 's'} down for {for_it}{_so(there)}"
    if len(days) == 1:
        day = days.pop()
        names = " and ".join(f"the {one.name}" for one in _of_calendar(turn, asked) if one.on == day)
        said = f"The last panel was {f'{names} on ' if names else ''}{_day(turn, day)}: {many}."
    else:
        said = f"Panels sat on {len(days)} days {between(asked.first, asked.last, turn.today)}: {many}."
    rows = [_row(turn, each, _decided(turn, each)) for each in there]
    return _message(turn, asked, said, (), rows, "Decided since", NOBODY_RECORDS)


def _so(there: Sequence[AtPanel]) -> str:
    """ "; a decision is on record for 1 of them"."""
    decided = sum(each.decided is not None for each in there)
    if len(there) == 1:
        return f"; {'a' if decided else 'no'} decision is on record for it"
    return f"; a decision is on record for {decided or 'none'} of them" if there else ""


def _decided(turn: Turn, each: AtPanel) -> str:
    if each.decided is None:
        return f"{ABSENT}{'' if each.sat else '; nor that it sat'}"
    return f"{label(each.decided.kind)}, {say_day(each.decided.on, turn.today)}, {_recorded(turn, each.decided)}"


def _waiting(turn: Turn, asked: Asked, found: Sequence[AtPanel]) -> Message:
    there = [each for each in _at(turn, asked, found) if each.waits(turn.today) and asked.has(each.on)]
    rows = [_row(turn, each, _waits(turn, each), State.WAITING) for each in there]
    coming = [each for each in _at(turn, asked, found) if not each.sat and each.on >= turn.today]
    ahead = f" {len(coming)} {'is' if len(coming) == 1 else 'are'} planned for panels to come." if coming else ""
    if not there:
        return _message(turn, asked, f"Nothing waits after a panel, as far as is on record.{ahead}", (), [], "", WAITS)
    longest = there[0]
    since = f"since {say_day(longest.on, turn.today)} ({_days((turn.today - longest.on).days)})"
    if len(there) == 1:
        said = f"1 case waits for a decision after a panel: {longest.case.reference}, {since}."
    else:
        said = f"{len(there)} cases wait for a decision after a panel, {longest.case.reference} the longest, {since}."
    return _message(turn, asked, f"{said}{ahead}", (), rows, "On record", WAITS)


def _waits(turn: Turn, each: AtPanel) -> str:
    day = _day(turn, each.on)
    how = f"sat {day}, nothing sent since" if each.sat else f"planned for {day}; that it sat is not recorded"
    return f"{how}; {_recorded(turn, each.said)}"


# The same for all


def _row(turn: Turn, each: AtPanel, what: str, state: State = State.PLAIN) -> Row:
    reference = each.case.reference
    actions = (
        Action("Open", line("open", case=reference), acts=False, alone=True),
        Action("Why", line("status", case=reference, about="panel"), acts=False),
    )
    return Row((reference, each.case.stage, what, each.owner), state, actions)


def _message(
    turn: Turn, asked: Asked, said: str, facts: tuple[Fact, ...], rows: Sequence[Row], column: str, aside: str
) -> Message:
    """A page of it, how it was read, and the other questions that can be asked of panels."""
    start = (asked.page - 1) * PAGE
    shown = tuple(rows[start : start + PAGE])
    part = f"{start + 1} to {start + len(shown)} of {len(rows)}. " if shown and len(shown) < len(rows) else ""
    more = [Action("More", asked.again(page=asked.page + 1), acts=False)] if start + PAGE < len(rows) else []
    return Message(
        said,
        facts=facts,
        table=Table(("Reference", "Stage", column, "Owner"), shown) if shown else None,
        actions=(*more, *_others(asked)),
        aside=f"{part}Read as: {', '.join(_read_as(turn, asked))}. {aside}".strip(),
        private=turn.private,
    )


def _others(asked: Asked) -> Iterator[Action]:
    names = {Which.TO_COME: "Panels to come", Which.LAST: "The last panel", Which.WAITING: "What waits after one"}
    again = {"panel": asked.panel, "owner": (asked.said or {}).get("owner", "")}
    for which, name in names.items():
        if which is not asked.which:
            yield Action(name, line("panels", which=which, **again), acts=False)


def _read_as(turn: Turn, asked: Asked) -> Iterator[str]:
    whole = bool(asked.first or asked.last)
    names = {
        Which.TO_COME: "panels" if whole else "panels to come",
        Which.LAST: f"what was decided after {'panels' if whole else 'the last panel'}",
        Which.WAITING: "waiting for a decision after a panel",
    }
    yield names[asked.which]
    if asked.panel:
        yield asked.panel
    if days := between(asked.first, asked.last, turn.today):
        yield days
    if asked.owners:
        yield " or ".join("mine" if one.id == turn.person.id else f"{one.name}'s" for one in asked.owners)


def _by_calendar(turn: Turn) -> str:
    return CALENDAR if turn.rules.panels else NO_CALENDAR


def _day(turn: Turn, day: date) -> str:
    """ "Wed 2 Dec (in 7 days)", "Wed 18 Nov (7 days ago)"."""
    gone = (turn.today - day).days
    far = distance(day, turn.today) if gone <= 0 else "yesterday" if gone == 1 else f"{gone} days ago"
    return f"{say_day(day, turn.today)} ({far})"


def _days(many: int) -> str:
    return "today" if not many else f"{many} day{'' if many == 1 else 's'}"


def _recorded(turn: Turn, noted: Noted) -> str:
    return f"recorded by {noted.by} on {say_day(noted.recorded, turn.today)}"
