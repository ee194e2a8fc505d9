"""A deadline in words: its date, how far off, its kind, and how it stands."""

from datetime import date

from sqlmodel import select

from bot.domain.clock_names import key_of
from bot.domain.clocks import ClockRule
from bot.domain.dates import distance, say_date, say_day
from bot.domain.grounds import Effect
from bot.domain.message import State
from bot.domain.terms import ClockState, Nature, RuleId
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Deadline

SOON = 7
"""Days before the last safe day from which a date is marked as soon."""
TO_CHECK = " · to check"
"""Beside a running date whose rule nobody has compared with the law yet: `why` says what is open."""


def rule_of(turn: Turn, deadline: Deadline) -> ClockRule:
    """The row that the deadline was made under."""
    return turn.rules.rule(deadline.rule, int(deadline.rule_version)) or turn.rules.by_id[RuleId(deadline.rule)]


def when(turn: Turn, deadline: Deadline, *, far: bool = False) -> str:
    """ "due Mon 28 Dec (in 3 days), act by Thu 24 Dec · statutory"; a rule that is to be read first says so.

    `far` says how many days are left however many there are.
    """
    to_check = TO_CHECK if is_to_check(turn, deadline) else ""
    return f"{_date(turn, deadline, far=far)} · {rule_of(turn, deadline).kind.label}{to_check}"


def against(on: date, legal: date) -> str:
    """ "3 days before its date", or "1 day late"."""
    days = (legal - on).days
    if days == 0:
        return "on its last day"
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'before its date' if days > 0 else 'late'}"


def is_to_check(turn: Turn, deadline: Deadline) -> bool:
    """Where somebody else gave the date, it no longer hangs on how the rule reads."""
    given = (turn.rules.ground(each).effect is Effect.DATE for each in deadline.exception.split("|") if each)
    return bool(rule_of(turn, deadline).unverified) and deadline.state is ClockState.RUNNING and not any(given)


def why_line(reference: str, deadline: Deadline) -> str:
    """What a button says that asks why this date is what it is."""
    return line("why", case=reference, date=key_of(deadline.rule, deadline.request_id))


def due(turn: Turn, deadline: Deadline) -> str:
    """A running duty in a column headed Due: "Mon 28 Dec (in 3 days), act by Thu 24 Dec · statutory"."""
    return when(turn, deadline).removeprefix("due ")


def _date(turn: Turn, deadline: Deadline, *, far: bool) -> str:
    legal = say_day(deadline.legal, turn.today)
    left = f" ({distance(deadline.legal, turn.today)})" if far and deadline.legal >= turn.today else ""
    match deadline.state:
        case ClockState.MET | ClockState.MET_LATE:
            stopped = deadline.stopped_on or deadline.legal
            if deadline.nature is Nature.AT_ONCE:  # which has no last day, so that none is ever late
                return f"done {say_day(stopped, turn.today)}"
            if deadline.nature is Nature.RIGHT:
                return f"done {say_day(stopped, turn.today)}{_in_time(turn, deadline, stopped)}"
            late = (stopped - deadline.legal).days
            how = "on time" if late <= 0 else f"{late} day{'s' if late > 1 else ''} late"
            return f"done {say_day(stopped, turn.today)}, {how}"
        case ClockState.STOPPED | ClockState.NOT_NEEDED:
            return "no longer runs"
    match deadline.nature:
        case Nature.EARLIEST:
            return f"until at least {legal}{left}"
        case Nature.RIGHT:
            return _until(turn, deadline, left)
        case Nature.AT_ONCE:
            return f"at once, from {legal}"
    if deadline.information:
        return f"{rule_of(turn, deadline).branch or 'the later of two limits counts; this one'}, by {legal}"
    target = f" (we aim for {say_day(deadline.target, turn.today)})" if deadline.target else ""
    due_on = f"{legal}{left}" if left else say_date(deadline.legal, turn.today)
    return f"due {due_on}{_act_by(turn, deadline)}{target}"


def _in_time(turn: Turn, deadline: Deadline, on: date) -> str:
    """Whether a family's step came by its last day; nothing where another limit may end later."""
    last = limit(turn, deadline)
    return "" if last is None else ", in time" if on <= last else ", after the last day"


def limit(turn: Turn, deadline: Deadline) -> date | None:
    """The last day; of two limits the later. None where the other one has not begun."""
    other = rule_of(turn, deadline).composite
    if other is None:
        return deadline.legal
    found = _of_stream(turn, deadline.stream, other)
    return None if found is None or found.state is ClockState.STOPPED else max(found.legal, deadline.legal)


def _of_stream(turn: Turn, stream: str, rule: RuleId) -> Deadline | None:
    """The deadline of a rule on a case or letter."""
    if turn.stood is not None:
        return next((one for one in turn.stood if one.stream == stream and one.rule == rule), None)
    return turn.db.exec(select(Deadline).where(Deadline.stream == stream, Deadline.rule == rule)).first()


def _until(turn: Turn, deadline: Deadline, left: str) -> str:
    """Until when a family may do something; where the later of two limits counts, until which."""
    legal, last = say_day(deadline.legal, turn.today), limit(turn, deadline)
    if last is None:
        return f"until {legal}, or later: the later of two limits counts"
    if last != deadline.legal:
        return f"until {legal}; the later of two limits counts, {say_day(last, turn.today)}"
    return f"until {legal}{', which is past' if last < turn.today else left}"


def _act_by(turn: Turn, deadline: Deadline) -> str:
    ahead = deadline.safe != deadline.legal and deadline.legal >= turn.today
    return f", act by {say_day(deadline.safe, turn.today)}" if ahead else ""


def state(turn: Turn, deadline: Deadline) -> State:
    """The mark beside it. A duty of the council's own that is not soon has none: only what asks for an eye has."""
    if deadline.state in (ClockState.MET, ClockState.MET_LATE):
        return State.DONE
    if deadline.state is not ClockState.RUNNING or deadline.information:
        return State.PLAIN
    if deadline.legal < turn.today:
        return State.LATE
    if (deadline.safe - turn.today).days <= SOON:
        return State.SOON
    return State.WAITING if deadline.request_id else State.PLAIN


def title(turn: Turn, deadline: Deadline, asked: str = "") -> str:
    """What is due: `final plan`, or what was asked for, such as `speech and language advice`."""
    return asked or rule_of(turn, deadline).title


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
