"""One agency's or one service's part in a case: asked when, had when, due when, in or not, last reminded when."""

from collections.abc import Iterator, Sequence

from bot.cards.answers.saying import ABSENT, Asking
from bot.cards.dates import against, sentence, state
from bot.cases import advice, staff
from bot.cases.files import CaseFile
from bot.cases.reminded import last_reminder
from bot.domain.clocks import Adviser
from bot.domain.dates import say_day
from bot.domain.facts import STEPS
from bot.domain.message import Action, Fact, Message, State
from bot.domain.terms import Agency, ClockState, EntryKind, Kind
from bot.grammar import line
from storage.tables import Deadline, Request


def of_adviser(asking: Asking, file: CaseFile, adviser: Adviser) -> Message:
    """What one body was asked, and what came of it. Of a whole agency: each of its services that was asked."""
    agency = adviser.agency or Agency.EDUCATION
    if not asking.viewer.may_know(Kind.REQUESTS, agency):
        what = f"what {adviser.label} was asked, and what came of it,"
        return asking.not_told(what, lambda alone: alone.may_know(Kind.REQUESTS, agency))
    found = [request for request in file.requests if _is_meant(asking, request, adviser)]
    match found:
        case []:
            return _never(asking, file, adviser)
        case [one]:
            return _one(asking, file, one)
        case several:
            return _several(asking, file, adviser, several)


def _is_whole_agency(adviser: Adviser) -> bool:
    """ "Health" is any of health's advisers; "education" is the school's advice, and no psychologist's."""
    return adviser.agency is not Agency.EDUCATION and adviser.agency == str(adviser.id)


def _is_meant(asking: Asking, request: Request, adviser: Adviser) -> bool:
    if _is_whole_agency(adviser):
        return request.agency is adviser.agency
    return request.service == adviser.id


def _never(asking: Asking, file: CaseFile, adviser: Adviser) -> Message:
    wanted = asking.is_open and advice.is_due_on(asking.turn, file.case, {entry.kind for entry in asking.standing})
    ask = Action("Ask for it…", line("ask", case=asking.reference, services=adviser.id))
    offers = [ask] if wanted and asking.runs_cases else []
    said = f"{_named(adviser)} has not been asked for advice, as far as is on record."
    return asking.answer(said, offers=offers)


def _named(adviser: Adviser) -> str:
    return "the school" if adviser.id == advice.SCHOOL else adviser.label


def _one(asking: Asking, file: CaseFile, request: Request) -> Message:
    deadline = file.of_request(request)
    helped = asking.latest(EntryKind.HELP_ASKED, request=request)
    aside = f"They said on {asking.day(helped)} that it can't come by its date." if helped else ""
    lines = list(_lines(asking, request, deadline))
    return asking.answer(_stands(asking, request, deadline), lines, why=[deadline], aside=aside)


def _stands(asking: Asking, request: Request, deadline: Deadline | None) -> str:
    """ "no speech and language advice yet: it is 3 days late.", "… came on Thu 15 Oct, 5 days before its date."."""
    name, today = advice.answer(asking.turn, request), asking.turn.today
    if request.received_on:
        kind = f" ({request.response.label})" if request.response and request.response != "full" else ""
        how = f", {against(request.received_on, deadline.legal)}" if deadline else ""
        return f"the {name}{kind} came on {say_day(request.received_on, today)}{how}."
    runs = deadline is not None and deadline.state is ClockState.RUNNING
    if not runs:
        return f"no {name} came, and none is owed any more."
    if request.sent_on:
        return f"they sent the {name} on {say_day(request.sent_on, today)}; the council has not confirmed it yet."
    if deadline is None:
        return f"no {name} yet."
    late = deadline.legal < today
    due = "" if late else f" ({say_day(deadline.legal, today)})"
    return f"no {name} yet: it is {asking.how_far(deadline)}{due}."


def _lines(asking: Asking, request: Request, deadline: Deadline | None) -> Iterator[Fact]:
    steps = STEPS[advice.asks(asking.turn, request)]
    body = request.adviser if asking.viewer.private else ""
    asked = asking.latest(steps.asked, request=request)
    whom = " · ".join(filter(None, [body, asking.recorded(asked)]))
    yield Fact("Asked", say_day(request.asked_on, asking.turn.today), whom)
    yield _dated(asking, "Received by them", request, steps.had)
    if deadline is not None:
        yield Fact("Date", asking.when(deadline), state=state(asking.turn, deadline))
    if request.sent_on and not request.received_on:
        yield _dated(asking, "Sent by them", request, steps.sent)
    elif request.received_on:
        yield _dated(asking, "Received by us", request, steps.came)
    if deadline is not None and not request.received_on:
        yield Fact("Last reminder", _reminded(asking, deadline))


def _dated(asking: Asking, label: str, request: Request, kind: EntryKind) -> Fact:
    entry = asking.latest(kind, request=request)
    return Fact(label, asking.day(entry) if entry else ABSENT, asking.recorded(entry))


def _reminded(asking: Asking, deadline: Deadline) -> str:
    last = last_reminder(asking.turn, deadline)
    if last is None:
        return "none yet"
    person = staff.person(asking.turn, last.person_id)
    whom = f", in {last.room}" if last.room else f", to {person.name}" if person else ""
    return f"{say_day(last.on, asking.turn.today)}{whom}"


def _several(asking: Asking, file: CaseFile, adviser: Adviser, found: Sequence[Request]) -> Message:
    """A line each; what has not come first, the latest of it at the top."""
    clocks = {request.id: file.of_request(request) for request in found}
    order = sorted(found, key=lambda one: (one.received_on is not None, _legal(clocks[one.id])))
    runs = [one for request in order if (one := clocks[request.id]) and one.state is ClockState.RUNNING]
    came = sum(request.received_on is not None for request in found)
    said = f"{came} of {len(found)} from {_named(adviser)} {'is' if came == 1 else 'are'} in" if came else ""
    said = said or f"nothing from {_named(adviser)} yet, of {len(found)} that were asked for"
    lines = [line_of(asking, one, clocks[one.id]) for one in order]
    return asking.answer(f"{said}{_latest(asking, runs)}.", lines, why=runs)


def _latest(asking: Asking, runs: Sequence[Deadline]) -> str:
    """ "; the occupational therapy advice is 3 days late, and 1 more late", "; the next is due in 4 days"."""
    theirs = [one for one in runs if (request := asking.request_of(one)) and not request.sent_on]
    late = [one for one in theirs if one.legal < asking.turn.today]
    sent = f"; {len(runs) - len(theirs)} sent by them and not confirmed yet" if len(runs) > len(theirs) else ""
    if late:
        more = f", and {len(late) - 1} more late" if len(late) > 1 else ""
        return f"; the {asking.name_of(late[0])} is {asking.how_far(late[0])}{more}{sent}"
    return f"; the next is {asking.how_far(theirs[0])}{sent}" if theirs else sent


def _legal(deadline: Deadline | None) -> str:
    return deadline.legal.isoformat() if deadline else ""


def line_of(asking: Asking, request: Request, deadline: Deadline | None) -> Fact:
    """A request as one line of several: its date, when it was asked, and the last that is on record of it."""
    body = request.adviser if asking.viewer.private else ""
    detail = " · ".join(filter(None, [body, so_far(asking, request)]))
    label = sentence(advice.title(asking.turn, request))
    how = state(asking.turn, deadline) if deadline else State.PLAIN
    return Fact(label, asking.when(deadline) if deadline else ABSENT, detail, how)


def so_far(asking: Asking, request: Request) -> str:
    """When it was asked, the last that is on record of it since, and who recorded that."""
    steps = STEPS[advice.asks(asking.turn, request)]
    asked = f"asked {say_day(request.asked_on, asking.turn.today)}"
    for kind, words in ((steps.came, "came"), (steps.sent, "sent by them"), (steps.had, "had by them")):
        if entry := asking.latest(kind, request=request):
            return f"{asked} · {words} {asking.day(entry)}, {asking.recorded(entry)}"
    return f"{asked}, {asking.recorded(asking.latest(steps.asked, request=request))}"
