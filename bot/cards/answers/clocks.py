"""What is late, what comes next, what is waited for: the dates of a case or a letter, a question each."""

from collections.abc import Sequence

from bot.cards.answers.advice import so_far
from bot.cards.answers.saying import MOST_LINES, MOST_NAMED, Asking, days
from bot.cards.answers.schools import comments_clock
from bot.cards.case import of_the_whole
from bot.cards.dates import rule_of
from bot.cases import advice
from bot.cases.files import CaseFile
from bot.domain.dates import say_day, week_of
from bot.domain.facts import Asks
from bot.domain.message import Fact, Message
from bot.domain.sentences import listed
from bot.domain.terms import Agency, ClockState, Kind, Nature
from storage.tables import Deadline, Request

MOST_LATE = 3
NEXT_DATES = 4


def late(asking: Asking) -> Message:
    """Whether a date is past and by how much, which week it is, and how long is left."""
    past, ahead, whole = asking.late, [one for one in asking.duties if one not in asking.late], _whole(asking)
    shown = [*past[:MOST_LATE], *ahead[:1]]
    if whole and whole not in shown and asking.may_see(whole):
        shown.append(whole)
    lines = [*map(asking.due, shown), *_done_late(asking)]
    more = f"{len(past) - MOST_LATE} more late." if len(past) > MOST_LATE else ""
    said = ended(asking) or f"{_how_late(asking, past, ahead)}{_week(asking, whole)}"
    return asking.answer(f"{said}.", lines, why=shown, aside=" ".join(filter(None, [more, partly(asking)])))


def _how_late(asking: Asking, past: Sequence[Deadline], ahead: Sequence[Deadline]) -> str:
    """ "late: decision to assess by 25 days", "not late: 3 days left to the nearest date, decision to assess"."""
    today = asking.turn.today
    if past:
        named = [f"{asking.name_of(one)} by {days((today - one.legal).days)}" for one in past]
        return f"late: {listed(named, MOST_NAMED)}"
    if not ahead:
        return "not late: no date runs"
    return f"not late: {days((ahead[0].legal - today).days)} left to the nearest date, {asking.name_of(ahead[0])}"


def _whole(asking: Asking) -> Deadline | None:
    """The plan that the weeks of the case count to."""
    if not isinstance(asking.file, CaseFile):
        return None
    found = max(of_the_whole(asking.turn, asking.file), key=lambda one: one[1].length, default=None)
    return found[0] if found else None


def _week(asking: Asking, whole: Deadline | None) -> str:
    if whole is None:
        return ""
    return f"; week {week_of(whole.started_on, asking.turn.today)} of {rule_of(asking.turn, whole).length}"


def _done_late(asking: Asking) -> list[Fact]:
    """What is done, and was late."""
    return [asking.due(one) for one in asking.seen if one.state is ClockState.MET_LATE and not one.information]


def ended(asking: Asking) -> str:
    """ "closed Fri 16 Oct (withdrawn): no date runs"; empty for what is open."""
    about = asking.about
    if asking.is_open:
        return ""
    on = f" {say_day(about.closed_on, asking.turn.today)}" if about.closed_on else ""
    outcome = f" ({about.outcome.label})" if about.outcome else ""
    return f"closed{on}{outcome}: no date runs"


def partly(asking: Asking) -> str:
    """Where dates of other agencies are left out, that they would be: whether there are any is not said."""
    whole = asking.case is None or asking.viewer.may_know(Kind.REQUESTS)
    return "" if whole else "Other agencies' advice is not counted here."


# Next


def next_(asking: Asking) -> Message:
    """What happens next, whose turn it is, and the dates after that."""
    dates = asking.duties
    if not dates:
        return _at_once(asking)
    first = dates[0]
    said = f"next is {_act(asking, first)}, {asking.how_far(first)}. It is {_turn_of(asking, first)}."
    return asking.answer(said, map(asking.due, dates[:NEXT_DATES]), why=dates[:1], aside=partly(asking))


def _at_once(asking: Asking) -> Message:
    """Where no date runs: what is owed at once, else where the case stands."""
    runs = (one for one in asking.seen if one.state is ClockState.RUNNING and one.ladder)
    owed = [one for one in runs if one.nature is Nature.AT_ONCE]
    if not owed:
        return asking.answer(f"{ended(asking) or f'no date runs{_stage(asking)}'}.", aside=partly(asking))
    act = rule_of(asking.turn, owed[0]).act
    said = f"next is to {act}, which is owed at once. It is {_turn_of(asking, owed[0])}."
    return asking.answer(said, map(asking.due, owed), why=owed, aside=partly(asking))


def _stage(asking: Asking) -> str:
    return f" ({asking.case.stage})" if asking.case and asking.case.stage else ""


def _act(asking: Asking, deadline: Deadline) -> str:
    request = asking.request_of(deadline)
    if request is None:
        return f"to {rule_of(asking.turn, deadline).act}"
    name = advice.answer(asking.turn, request)
    return f"to confirm the {name}, which was sent" if request.sent_on else f"the {name}"


def _turn_of(asking: Asking, deadline: Deadline) -> str:
    """ "the council's turn (Priya Shah)", "speech and language's turn"."""
    request, owner = asking.request_of(deadline), asking.file.owner
    if request is not None and not request.sent_on:
        return f"{_body(asking, request)}'s turn"
    if deadline.agency in (Agency.EDUCATION, Agency.MP_TEAM) or request is not None:
        return f"the council's turn ({owner.name if owner else 'nobody has it yet'})"
    return f"{deadline.agency.label if deadline.agency else 'the family'}'s turn"


def _body(asking: Asking, request: Request) -> str:
    """Who answers: a service by its name, a school by what it is."""
    school = advice.asks(asking.turn, request) is Asks.CONSULTATION or request.service == advice.SCHOOL
    return "the school" if school else advice.label(asking.turn, request)


# Waiting


def waiting(asking: Asking) -> Message:
    """Who holds it up, since when and by how much; where nobody does, what the council has still to do."""
    theirs = [one for one in asking.duties if (asked := asking.request_of(one)) and not asked.sent_on]
    ours = [one for one in asking.duties if one not in theirs]
    if not theirs:
        return _ours(asking, ours)
    named = listed([f"{_whom(asking, one)} ({asking.how_far(one)})" for one in theirs], MOST_NAMED)
    said = f"{_verb(asking, theirs, ours)} {named}, {_since(asking, theirs)}."
    most = MOST_LINES - len(ours[:1])
    left = f"{len(theirs) - most} more are waited for." if len(theirs) > most else ""
    lines = [_outstanding(asking, one) for one in (*theirs[:most], *ours[:1])]
    return asking.answer(said, lines, why=[*theirs, *ours[:1]], aside=" ".join(filter(None, [left, partly(asking)])))


def _verb(asking: Asking, theirs: Sequence[Deadline], ours: Sequence[Deadline]) -> str:
    """What is late comes first, though it is the council's own."""
    if theirs[0].legal < asking.turn.today:
        return "held up by"
    if ours and ours[0].legal < asking.turn.today:
        return f"the council's own {asking.name_of(ours[0])} is {asking.how_far(ours[0])}; waiting for"
    return "waiting for"


def _whom(asking: Asking, deadline: Deadline) -> str:
    request = asking.request_of(deadline)
    return _body(asking, request) if request else asking.name_of(deadline)


def _since(asking: Asking, theirs: Sequence[Deadline]) -> str:
    """Since the first of them was asked: "since Tue 8 Sep (38 days)"."""
    first = min(asked.asked_on for one in theirs if (asked := asking.request_of(one)))
    return f"since {say_day(first, asking.turn.today)} ({days((asking.turn.today - first).days)})"


def _outstanding(asking: Asking, deadline: Deadline) -> Fact:
    request = asking.request_of(deadline)
    return asking.due(deadline, so_far(asking, request) if request else "")


def _ours(asking: Asking, ours: Sequence[Deadline]) -> Message:
    """No body is waited for, as far as may be told."""
    unseen = partly(asking)
    nobody = "nothing that is told here is waited for" if unseen else "nobody else holds it up"
    if not ours:
        return asking.answer(f"{ended(asking) or f'{nobody}, and no date runs{_stage(asking)}'}.", aside=unseen)
    comments = comments_clock(asking)
    if comments and comments.legal >= asking.turn.today:
        nobody = f"the family may still comment, until at least {say_day(comments.legal, asking.turn.today)}"
    first = ours[0]
    since = say_day(first.started_on, asking.turn.today)
    said = f"{nobody}; it is for the council {_act(asking, first)}, {asking.how_far(first)} (running since {since})."
    return asking.answer(said, map(asking.due, ours[:NEXT_DATES]), why=ours[:1], aside=unseen)
