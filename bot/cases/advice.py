"""Requests: advice asked of a body, a school consulted. Had by it, answered, received: each is a clock of its own."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlmodel import select

from bot.cases import deadlines, facts, history, posts, visible
from bot.cases.facts import Recorded
from bot.cases.files import CaseFile
from bot.cases.history import New
from bot.cases.referrals import must_be_open
from bot.domain.clocks import Adviser
from bot.domain.dates import say_day
from bot.domain.errors import AlreadyDone, CannotRead, NotAllowed, NotFound, NotNow, Refusal, WhichOne
from bot.domain.facts import FACTS, STEPS, Asks, Steps
from bot.domain.terms import Agency, EntryKind, Notice, Process, ResponseType, Role, Service
from bot.turn import Turn
from storage.add import add_all
from storage.tables import Case, Deadline, Request

ASSESSES = frozenset({EntryKind.ORDER_TO_ASSESS, EntryKind.AGREED_TO_ASSESS, EntryKind.CONCEDED_ASSESSMENT})
"""What a Tribunal orders, or a council agrees to or concedes, that has a child assessed."""

SCHOOL = Service("education")
"""The advice that a school or another setting gives."""


def label(turn: Turn, request: Request) -> str:
    """What a caseworker calls it: `speech and language`, and `speech and language (2)` for the second on a case.

    The body's name is words that somebody typed: it stays out of what a room may hear.
    """
    name = turn.rules.service(request.service).label
    return name if request.ordinal == 1 else f"{name} ({request.ordinal})"


def title(turn: Turn, request: Request) -> str:
    """What is awaited: `speech and language advice`, `school consultation (2)`."""
    name = label(turn, request)
    return f"{name} advice" if asks(turn, request) is Asks.ADVICE else name


def answer(turn: Turn, request: Request) -> str:
    """What comes back: `speech and language advice`, `reply to school consultation (2)`."""
    name = title(turn, request)
    return name if asks(turn, request) is Asks.ADVICE else f"reply to {name}"


def asks(turn: Turn, request: Request) -> Asks:
    """Whether it asks for advice or consults a school."""
    return turn.rules.service(request.service).asks


def _steps(turn: Turn, request: Request) -> Steps:
    return STEPS[asks(turn, request)]


def is_asked_on(turn: Turn, case: Case, what: Asks = Asks.ADVICE) -> bool:
    """Whether a case of this process asks for advice, or consults schools: whether a clock runs on it there."""
    clocks = {adviser.clock for adviser in turn.rules.services if adviser.asks is what}
    return any(rule.id in clocks for rule in turn.rules.of(case.process))


def is_due_on(turn: Turn, case: Case, kinds: Collection[EntryKind]) -> bool:
    """Whether advice may be wanted, with these facts on record: a child is being assessed, and has no plan yet."""
    ordered = case.process not in (Process.TRIBUNAL_ORDER, Process.CONCESSION) or not ASSESSES.isdisjoint(kinds)
    return is_asked_on(turn, case) and ordered and EntryKind.FINAL_PLAN_SENT not in kinds


def ask(
    turn: Turn, file: CaseFile, services: Sequence[Adviser], on: date, *, adviser: str = ""
) -> list[tuple[Request, Deadline]]:
    """Ask advisers for their advice: each gets a request and a clock of its own, and its agency's rooms the card."""
    if any(service.asks is Asks.CONSULTATION for service in services):
        raise CannotRead(f"A school is consulted by its name. Say: consult {file.case.reference}", "services")
    _check_may_ask(turn, file, Asks.ADVICE, on)
    _check_not_waiting(file, services, adviser)
    return _ask(turn, file, [_new(file, service, on, adviser) for service in services], EntryKind.ADVICE_ASKED, on)


def consult(turn: Turn, file: CaseFile, schools: Sequence[str], on: date) -> list[tuple[Request, Deadline]]:
    """Consult schools and other settings: each is a request and a clock of its own. Their names stay private."""
    _check_may_ask(turn, file, Asks.CONSULTATION, on)
    service = next(one for one in turn.rules.services if one.asks is Asks.CONSULTATION)
    for school in schools:
        _check_not_waiting(file, [service], school)
    before = sum(request.service == service.id for request in file.requests)
    new = [_new(file, service, on, school) for school in schools]
    for place, request in enumerate(new, start=before + 1):
        request.ordinal = place
    return _ask(turn, file, new, EntryKind.CONSULTATION_SENT, on)


def _ask(turn: Turn, file: CaseFile, new: list[Request], kind: EntryKind, on: date) -> list[tuple[Request, Deadline]]:
    add_all(turn.db, new)
    asked = [New(kind, on, request_id=request.id, clear={"service": request.service}) for request in new]
    added = history.record_after(turn, file.case, asked, last=history.end_of(file.entries))
    after = deadlines.rebuild(turn, file.case, [*file.entries, *added], [*file.requests, *new])
    posts.case_moved(turn, file.case)
    clocks = {deadline.request_id: deadline for deadline in after}
    return [(request, clocks[request.id]) for request in new]


def _new(file: CaseFile, service: Adviser, on: date, adviser: str) -> Request:
    return Request(
        case_id=file.case.id or 0,
        service=service.id,
        agency=service.agency or Agency.EDUCATION,
        ordinal=1 + sum(request.service == service.id for request in file.requests),
        adviser=adviser,
        asked_on=on,
    )


def _check_may_ask(turn: Turn, file: CaseFile, what: Asks, on: date) -> None:
    case = file.case
    must_be_open(case)
    if not is_asked_on(turn, case, what):
        named = "advice" if what is Asks.ADVICE else "consulting a school"
        raise NotNow(
            f"{case.reference} ({case.process.label}): the rules hold no date for {named} there. "
            f"Write down what was asked, and of whom: note {case.reference}"
        )
    if on > turn.today:
        raise CannotRead("That would be dated after today. Ask on the day itself.", "on")
    first = next((e for e in history.standing(file.entries) if e.kind is file.entries[0].kind), None)
    if first and not FACTS[first.kind].ahead and on < first.happened_on:
        began = say_day(first.happened_on, turn.today)
        read = f"{say_day(on, turn.today)} is before {FACTS[first.kind].happened}, on {began}."
        raise CannotRead(f"{read} Enter that day or a later one.", "on")


def _check_not_waiting(file: CaseFile, services: Sequence[Adviser], adviser: str) -> None:
    waiting = {(request.service, request.adviser) for request in file.requests if request.received_on is None}
    twice = [service for service in services if (service.id, adviser) in waiting]
    if twice and twice[0].asks is Asks.CONSULTATION:
        raise AlreadyDone(f"{file.case.reference}: {adviser} is consulted already, and its reply still awaited.")
    if twice:
        name = twice[0].label
        raise AlreadyDone(
            f"{name[:1].upper()}{name[1:]} advice on {file.case.reference} is asked for already and still awaited. "
            'To ask a second adviser of the same kind, name them, for example: adviser="Northside clinic"'
        )


def find_request(turn: Turn, file: CaseFile, service: Adviser | None, *, waiting: bool = True) -> Request:
    """The one request meant by a service on a case, among those that the asker may answer for."""
    still = [r for r in file.requests if not waiting or r.received_on is None]
    # "health" means any of health's advisers where the general request was not made
    found = [r for r in still if service is None or r.service == service.id] or [
        r for r in still if service and str(service.id) == str(service.agency) and r.agency is service.agency
    ]
    found = [request for request in found if _is_theirs(turn, request)]
    match found:
        case [one]:
            return one
        case []:
            raise _not_awaited(turn, file, service)
        case several:
            named = ", ".join(label(turn, request) for request in several)
            awaited = "answers" if any(asks(turn, one) is Asks.CONSULTATION for one in several) else "pieces of advice"
            sentence = f"Several {awaited} are awaited on {file.case.reference}: {named}. Which one?"
            raise WhichOne(sentence, {_choice(turn, request): f"request={request.id}" for request in several})


def _not_awaited(turn: Turn, file: CaseFile, service: Adviser | None) -> Refusal:
    """Why nothing is to be answered: it came already, or it was never asked of them."""
    outside = turn.person.role is Role.CONTRIBUTOR
    came = [
        request
        for request in file.requests
        if request.received_on and service and request.service == service.id
        if not outside or request.agency is turn.person.agency
    ]
    if came and came[-1].received_on:
        name, on = answer(turn, came[-1]), say_day(came[-1].received_on, turn.today)
        return AlreadyDone(f"{file.case.reference}: {name} was received on {on}. No more of it is awaited.")
    consults = service is not None and service.asks is Asks.CONSULTATION
    what = "reply to a consultation" if consults else f"{service.label} advice" if service else "advice"
    theirs = " that you can answer for" if outside else ""
    return NotFound(f"No {what} is awaited on {file.case.reference}{theirs}.")


def _choice(turn: Turn, request: Request) -> str:
    """What a button calls it, for the asker alone: with the body's name where two of a kind were asked."""
    name = label(turn, request)
    return f"{name[:1].upper()}{name[1:]}{f' · {request.adviser}' if request.adviser else ''}"


def request_numbered(turn: Turn, request_id: int) -> Request:
    """A request by its id, on a case that the asker may see; hidden and absent are the same words."""
    found = select(Request).join(Case).where(Request.id == request_id, visible.cases(turn))
    request = turn.db.exec(found).first()
    if request is None:
        raise NotFound("I can't find that request among the cases you can see.")
    return request


def case_of(turn: Turn, request: Request) -> Case:
    return turn.db.exec(select(Case).where(Case.id == request.case_id)).one()


def _must_be_theirs(turn: Turn, request: Request) -> None:
    if not _is_theirs(turn, request):
        raise NotAllowed("That request went to somebody else. Those who were asked answer it.")


def _is_theirs(turn: Turn, request: Request) -> bool:
    """The council's officers answer for anybody, a contributor for their agency, a school for the school alone."""
    person = turn.person
    if person.role is not Role.CONTRIBUTOR:
        return True
    return request.agency is person.agency and (person.setting_id is None or request.service == SCHOOL)


def have(turn: Turn, file: CaseFile, request: Request, on: date, reason: str = "") -> Recorded:
    """The body says when it had the request: its clock counts from that day."""
    _must_be_theirs(turn, request)
    return facts.record_fact(turn, file, _steps(turn, request).had, on, request=request, reason=reason)


def sent(turn: Turn, file: CaseFile, request: Request, on: date) -> Recorded:
    """The body says that it has sent its advice: now the council is nudged to confirm, not the body."""
    _must_be_theirs(turn, request)
    recorded = facts.record_fact(turn, file, _steps(turn, request).sent, on, request=request)
    if file.owner:
        told = {"request": request.id, "on": on.isoformat()}
        posts.tell(turn, file.owner.id or 0, Notice.ADVICE_SENT, case_id=file.case.id, about=told)
    return recorded


def received(
    turn: Turn, file: CaseFile, request: Request, on: date, response: ResponseType, reason: str = ""
) -> Recorded:
    """The council has the advice, or a nil return, or a no: the clock stops. A school's reply is of one kind."""
    clear = {"response": response.value} if asks(turn, request) is Asks.ADVICE else {}
    return facts.record_fact(turn, file, _steps(turn, request).came, on, request=request, clear=clear, reason=reason)


def ask_for_help(turn: Turn, file: CaseFile, request: Request) -> None:
    """The body says it cannot answer by the date: on record, and the owner is told at once. The date stays."""
    _must_be_theirs(turn, request)
    must_be_open(file.case)
    facts.must_stand(file, request.id)
    if request.sent_on is not None:
        sent_on = f"{answer(turn, request)} is on record as sent on {say_day(request.sent_on, turn.today)}"
        raise AlreadyDone(f"{file.case.reference}: {sent_on}. The council has yet to confirm it.")
    history.record(turn, file.case, New(EntryKind.HELP_ASKED, turn.today, request_id=request.id))
    if file.owner:
        told = {"request": request.id}
        posts.tell(turn, file.owner.id or 0, Notice.HELP_ASKED, case_id=file.case.id, about=told)
