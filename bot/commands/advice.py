"""Advice and consultations: asking, having the request, answering it, receiving the answer."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import (
    LONGEST_NOTE,
    SERVICE,
    CaseBlank,
    CasesBlank,
    DayBlank,
    MaybeCaseBlank,
    ReasonBlank,
    RequestBlank,
    ResponseBlank,
    ServiceBlank,
    adviser_or_all,
    advisers_or_all,
    text,
)
from bot.cards.dates import against, sentence, when
from bot.cases import advice, visible
from bot.cases.facts import Recorded
from bot.cases.files import CaseFile, open_case_file
from bot.commands.case import said_recorded
from bot.commands.roles import ADVISERS, CASEWORK
from bot.domain.clocks import Adviser
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead
from bot.domain.facts import Asks
from bot.domain.message import Action, BlankKind, Fact, Message, State
from bot.domain.terms import Kind, ResponseType
from bot.grammar import Ask, command, line
from bot.turn import Turn
from storage.tables import Case, Request

SERVICES = replace(
    SERVICE, label="Who is asked", read=adviser_or_all, show=lambda group: ", ".join(a.id for a in group),
    choices=advisers_or_all, many=True, kind=BlankKind.CHOICES,
)  # fmt: skip


ASKED = "Each clock counts from that day until the body says when it had the request."
CONSULTED = "Each clock counts from that day until the school says when it had the papers. Names stay private."
ASKED_BY_YOU = "No room hears of a restricted case: see that each body has the request, by the usual secure way."

LONGEST_NAME = 80

EACH_SERVICE = replace(SERVICE, many=True, kind=BlankKind.CHOICES)


@command(
    "ask",
    "request advice",
    may=CASEWORK,
    examples=("ask 0042 all", "ask 0042 SLT", "ask health 0042 on 7 September"),
    title="Ask for advice",
)
def ask(
    turn: Turn,
    *,
    case: CaseBlank,
    services: Annotated[tuple[tuple[Adviser, ...], ...], SERVICES],
    on: DayBlank = None,
    adviser: Annotated[str, text("Which body, where several of one kind are asked", longest=80)] = "",
) -> Message:
    """Ask an agency or a professional for advice.

    Each request is a clock of its own: two therapists asked on one day are two. `all` asks the usual set at once.
    """
    file = open_case_file(turn, case)
    chosen = list(dict.fromkeys(one for group in services for one in group))
    asked = advice.ask(turn, file, chosen, on or turn.today, adviser=adviser)
    reader = visible.viewer(turn, case)
    told = tuple(
        Fact(sentence(advice.title(turn, request)), when(turn, deadline), state=State.WAITING)
        for request, deadline in asked
        if reader.may_know(Kind.REQUESTS, request.agency)
    )
    number = f"{len(asked)} request{'' if len(asked) == 1 else 's'}"
    return Message(
        text=f"{case.reference}: {number} sent {say_day(on or turn.today, turn.today)}.",
        facts=told,
        aside=ASKED_BY_YOU if case.restricted else ASKED,
        private=turn.private,
    )


NAME = re.compile(r'"([^"]+)"|([^",;\n]+)')


def _names(_turn: Turn, words: str) -> tuple[str, ...]:
    """Names with commas or lines between them; one that holds a comma stands between quotation marks."""
    found = (quoted or bare for quoted, bare in NAME.findall(words.translate(str.maketrans("“”", '""'))))
    names = tuple(dict.fromkeys(" ".join(name.split()) for name in found if name.strip() not in ("", "and", "&")))
    if not names or max(map(len, names)) > LONGEST_NAME:
        raise CannotRead(f"Name each school in at most {LONGEST_NAME} characters, with commas between them.")
    return names


SCHOOLS = Ask(
    "Schools, colleges, nurseries", _names, show=", ".join, kind=BlankKind.LONG_TEXT, longest=LONGEST_NOTE, words=0,
    rest=True, hint="With commas between them; their names are shown in private only",
)  # fmt: skip


@command(
    "consult",
    may=CASEWORK,
    examples=('consult 0042 "Oakhurst Primary"', 'consult 0042 "Oakhurst Primary", "Hillview Academy" on 7 December'),
    title="Consult schools",
)
def consult(
    turn: Turn, *, case: CaseBlank, schools: Annotated[tuple[str, ...], SCHOOLS], on: DayBlank = None
) -> Message:
    """Consult schools, colleges or nurseries, as many at once as you like.

    Each is a clock of its own, 15 days from when it had the papers. The council may decide without a reply.
    """
    file = open_case_file(turn, case)
    consulted = advice.consult(turn, file, schools, on or turn.today)
    told = tuple(
        Fact(sentence(advice.title(turn, request)), when(turn, deadline), request.adviser, State.WAITING)
        for request, deadline in consulted
    )
    number = "1 school" if len(consulted) == 1 else f"{len(consulted)} schools"
    in_a_room = "" if turn.private else " Next time say it to me privately: a school's name tells where a child may go."
    return Message(
        text=f"{case.reference}: {number} consulted {say_day(on or turn.today, turn.today)}.",
        facts=told,
        aside=f"{CONSULTED}{in_a_room}",
        private=True,
    )


@command(
    "have",
    "we have the request",
    may=ADVISERS,
    examples=("have 0042 SLT", "have 0042 health on Monday"),
    title="We have the request",
)
def have(
    turn: Turn,
    *,
    case: MaybeCaseBlank = None,
    service: ServiceBlank = None,
    on: DayBlank = None,
    reason: ReasonBlank = "",
    request: RequestBlank = None,
) -> Message:
    """Say that your agency has the request: its clock counts from that day."""
    file, meant = _meant(turn, "have", case, service, request)
    recorded = advice.have(turn, file, meant, on or turn.today, reason)
    if recorded.waits:
        return said_recorded(turn, file, recorded, "receipt of the request", on or turn.today)
    consults = advice.asks(turn, meant) is Asks.CONSULTATION
    due = f"The {'reply' if consults else 'advice'} is {when(turn, recorded.clock)}." if recorded.clock else ""
    what = advice.title(turn, meant) if consults else f"{advice.label(turn, meant)} request"
    answer = f"{file.case.reference}: {'the school has' if consults else 'you have'} had the {what} since"
    return Message(
        f"{answer} {say_day(on or turn.today, turn.today)}. {due}".rstrip(),
        actions=(_another_day(file, recorded), _undo(file, recorded)),
        private=turn.private,
    )


@command(
    "advice sent",
    "sent advice",
    "reply sent",
    may=ADVISERS,
    examples=("advice sent 0042 SLT", "advice sent 0042 on Friday"),
    title="Advice sent",
)
def advice_sent(
    turn: Turn,
    *,
    case: MaybeCaseBlank = None,
    service: ServiceBlank = None,
    on: DayBlank = None,
    request: RequestBlank = None,
) -> Message:
    """Say that your agency has sent its advice. The council confirms when it has it; you are not nudged again."""
    file, meant = _meant(turn, "advice sent", case, service, request)
    recorded = advice.sent(turn, file, meant, on or turn.today)
    day = say_day(on or turn.today, turn.today)
    return Message(
        f"{file.case.reference}: {advice.answer(turn, meant)} sent {day}. Waiting for the council to confirm.",
        actions=(_another_day(file, recorded), _undo(file, recorded)),
        private=turn.private,
    )


@command("help needed", "we can't", may=ADVISERS, examples=("help needed 0042 SLT",), title="We can't by then")
def help_needed(
    turn: Turn, *, case: MaybeCaseBlank = None, service: ServiceBlank = None, request: RequestBlank = None
) -> Message:
    """Tell the case's owner that the advice can't come by its date. The date stays."""
    file, meant = _meant(turn, "help needed", case, service, request)
    advice.ask_for_help(turn, file, meant)
    owner = file.owner.name if file.owner else "the team"
    return Message(
        f"{file.case.reference}: {owner} is told that the {advice.answer(turn, meant)} can't come by its date.",
        aside="The date stays where the law put it.",
        private=turn.private,
    )


@command(
    "received", "advice received", "got", may=CASEWORK,
    examples=(
        "received SLT 0042", "received EP 0042 nil return", "received SLT 0042, 0047 on Friday", "received SLT, OT 0042"
    ),
    title="Record advice received",
)  # fmt: skip
def received(
    turn: Turn,
    *,
    service: Annotated[tuple[Adviser, ...], EACH_SERVICE] = (),
    cases: CasesBlank = (),
    response: ResponseBlank = ResponseType.FULL,
    on: DayBlank = None,
    reason: ReasonBlank = "",
    request: RequestBlank = None,
) -> Message:
    """Record that advice has come, whole, in part, as a nil return or a no: its clock stops.

    Several references at once record the same advice for each, and several kinds of advice all of them.
    """
    if request is not None:
        targets = [(open_case_file(turn, advice.case_of(turn, request)), request)]
    else:
        files = [open_case_file(turn, case) for case in _needed(cases)]
        kinds = tuple(dict.fromkeys(service)) or (None,)
        targets = [(file, advice.find_request(turn, file, kind)) for file in files for kind in kinds]
    day = on or turn.today
    done: list[tuple[CaseFile, Request, Recorded]] = []
    for file, one in targets:
        now = open_case_file(turn, file.case) if done else file  # the record has grown, where it is the same case
        done.append((now, one, advice.received(turn, now, one, day, response, reason)))
    if len(done) > 1:
        return _several(turn, done, day)
    file, one, recorded = done[0]
    whole = response is ResponseType.FULL or advice.asks(turn, one) is Asks.CONSULTATION
    how = "" if whole else f" ({response.label})"
    label = f"{advice.answer(turn, one)} received{how}"
    return _with_rest(turn, file, one, said_recorded(turn, file, recorded, label, day))


def _needed(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    if not cases:
        raise CannotRead("Say which case, for example: received SLT 0042", "cases")
    return tuple({case.id: case for case in cases}.values())


def _with_rest(turn: Turn, file: CaseFile, got: Request, answer: Message) -> Message:
    """The answer, with what is still awaited on the case, as far as whoever reads it may know."""
    reader = visible.viewer(turn, file.case)
    waiting = [r for r in file.requests if r.received_on is None and r.id != got.id]
    if not waiting:
        return replace(answer, aside=answer.aside or "Nothing else is awaited.")
    named = [
        f"{advice.label(turn, r)} (due {say_day(deadline.legal, turn.today)})"
        for r in waiting
        if (deadline := file.of_request(r)) and reader.may_know(Kind.REQUESTS, r.agency)
    ]
    if answer.aside or not named:
        return answer
    return replace(answer, aside=f"Still waiting for: {'; '.join(named)}.")


def _several(turn: Turn, done: Sequence[tuple[CaseFile, Request, Recorded]], day: date) -> Message:
    there = sum(not recorded.waits for *_, recorded in done)
    told = tuple(
        Fact(file.case.reference, advice.answer(turn, one), _stands(recorded, day)) for file, one, recorded in done
    )
    pieces = "1 piece" if there == 1 else f"{there or 'No'} pieces"
    text = f"{pieces} of advice recorded as received {say_day(day, turn.today)}."
    file, _, first = done[0]
    aside = f"To take one back, say the case and its entry: undo {file.case.reference} {first.entry.number}"
    return Message(text, facts=told, aside=aside, private=turn.private)


def _stands(recorded: Recorded, day: date) -> str:
    """ "3 days before its date · entry 12"."""
    if recorded.waits:
        return "waits for a second person's yes"
    how = f"{against(day, recorded.clock.legal)} · " if recorded.clock else ""
    return f"{how}entry {recorded.entry.number}"


def _meant(
    turn: Turn, said: str, case: Case | None, service: Adviser | None, request: Request | None
) -> tuple[CaseFile, Request]:
    if request is not None:
        return open_case_file(turn, advice.case_of(turn, request)), request
    if case is None:
        raise CannotRead(f"Say which case, for example: {said} 0042 SLT", "case")
    file = open_case_file(turn, case)
    return file, advice.find_request(turn, file, service)


def _undo(file: CaseFile, recorded: Recorded) -> Action:
    return Action("Undo", line("undo", case=file.case.reference, entry=recorded.entry.number))


def _another_day(file: CaseFile, recorded: Recorded) -> Action:
    return Action("It was another day", line("correct", case=file.case.reference, entry=recorded.entry.number))
