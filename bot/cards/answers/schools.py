"""The consultation of schools on a case, and the family's time to comment on a draft."""

from collections.abc import Iterator, Sequence

from bot.cards.answers.advice import line_of
from bot.cards.answers.saying import ABSENT, Asking, days
from bot.cases import advice
from bot.cases.files import CaseFile
from bot.domain.facts import Asks
from bot.domain.message import Action, Fact, Message
from bot.domain.terms import Agency, ClockState, EntryKind, Kind, Nature
from bot.grammar import line
from storage.tables import Deadline, Request

GONE_OUT = (EntryKind.DRAFT_SERVED, EntryKind.AMENDMENT_NOTICE_SENT)


def consultation(asking: Asking, file: CaseFile) -> Message:
    """How many schools were asked and have answered, until when the rest may, and the family's fifteen days."""
    if not asking.viewer.may_know(Kind.REQUESTS, Agency.EDUCATION):
        what = "who was consulted, and who has answered,"
        return asking.not_told(what, lambda alone: alone.may_know(Kind.REQUESTS, Agency.EDUCATION))
    asked = [request for request in file.requests if advice.asks(asking.turn, request) is Asks.CONSULTATION]
    comments = list(comments_of(asking))
    waits = [one for request in asked if (one := file.of_request(request)) and one.state is ClockState.RUNNING]
    waits.sort(key=lambda one: one.legal)
    wanted = not asked and asking.is_open and asking.runs_cases
    offers = [Action("Consult…", line("consult", case=asking.reference))] if wanted else []
    order = sorted(asked, key=lambda request: (request.received_on is not None, request.ordinal))
    lines = [*comments, *(line_of(asking, request, file.of_request(request)) for request in order)]
    return asking.answer(
        f"{_answered(asking, asked, waits)}.", lines, why=[*waits, comments_clock(asking)], offers=offers
    )


def _answered(asking: Asking, asked: Sequence[Request], waits: Sequence[Deadline]) -> str:
    """ "1 of 3 schools has answered; the next answer is due in 4 days"."""
    if not asked:
        return "no school has been consulted, as far as is on record"
    came = sum(request.received_on is not None for request in asked)
    schools = f"{came or 'none'} of {len(asked)} school{'' if len(asked) == 1 else 's'} has answered"
    late = [one for one in waits if one.legal < asking.turn.today]
    if late:
        return f"{schools}; {len(late)} late, by up to {days((asking.turn.today - late[0].legal).days)}"
    return f"{schools}; the next answer is {asking.how_far(waits[0])}" if waits else schools


def comments_clock(asking: Asking) -> Deadline | None:
    """Until when the family may at least comment on what was sent to them."""
    found = [one for one in asking.seen if one.nature is Nature.EARLIEST and one.state is ClockState.RUNNING]
    return next(iter(found), None)


def comments_of(asking: Asking) -> Iterator[Fact]:
    """Their fifteen days. What they wrote stands in the council's record, and is nothing that is recorded here."""
    clock, out = comments_clock(asking), asking.latest(*GONE_OUT)
    if clock is not None:
        over = "; the 15 days are over" if clock.legal < asking.turn.today else ""
        yield Fact("Family's comments", f"{asking.when(clock)}{over}", f"whether any came: {ABSENT.lower()}")
    elif out is None:
        yield Fact("Family's comments", "nothing has been sent for comment yet")
