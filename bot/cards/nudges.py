"""What a nudge says: the things that need an answer, each with its date and its button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import bindparam
from sqlalchemy import select as select_rows
from sqlmodel import col, select

from bot.cards.dates import due as due_on
from bot.cards.dates import rule_of, sentence, state, title
from bot.cards.letter import record_button
from bot.cases import advice
from bot.cases.posts import NOTHING
from bot.cases.visible import is_restricted
from bot.domain.calendar import london_date
from bot.domain.dates import say_date, say_day
from bot.domain.facts import FACTS, Asks
from bot.domain.message import Action, Message, Row, Style, Table
from bot.domain.sentences import listed
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, Hears, Kind, Nature
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Nudge, Person, Request

SHOWN = 15
"""The most lines of one message: the earliest dates."""
ABOUT = (
    select_rows(Deadline, Case, Enquiry, Request)
    .outerjoin(Case, col(Deadline.case_id) == Case.id)
    .outerjoin(Enquiry, col(Deadline.enquiry_id) == Enquiry.id)
    .outerjoin(Request, col(Deadline.request_id) == Request.id)
    .where(col(Deadline.id).in_(bindparam("deadlines", expanding=True)))
)


@dataclass(frozen=True)
class Due:
    """A nudge with what it is about, as things stand now."""

    nudge: Nudge
    deadline: Deadline
    about: Case | Enquiry
    request: Request | None
    viewer: Viewer
    reader: Person | None = None
    """Who reads it, where that is one person."""

    @property
    def reference(self) -> str:
        """What it is called before this reader. That it is due is told whoever reads it: no reminder is kept back."""
        return self.about.reference if self.is_known else "A letter"

    @property
    def is_known(self) -> bool:
        return isinstance(self.about, Case) or self.viewer.may_know(Kind.MP_MATTER)

    @property
    def asked(self) -> Agency | None:
        """Who was asked for advice, where this reader may know that."""
        known = self.request is not None and self.viewer.may_know(Kind.REQUESTS, self.request.agency)
        return self.request.agency if known and self.request else None


def nudges_message(
    turn: Turn,
    nudges: Sequence[Nudge],
    agency: Agency | None,
    *,
    instead: Mapping[str, str] = NOTHING,
    outsiders: bool = False,
    reader: Person | None = None,
) -> Message | None:
    """One message for all that one room or person is still nudged about; None when that is nothing.

    `instead` says, by the id of a nudge, why it comes here and not to whom it was meant for. A room that `outsiders`
    read hears how many there are, and where to see them.
    """
    if not nudges:
        return None
    if outsiders:
        return _for_outsiders(len(nudges), agency)
    viewer = _viewer(agency, reader)
    why = "; ".join(dict.fromkeys(instead[str(one.id)] for one in nudges if str(one.id) in instead))
    aside = f"You hear this because {why}." if why else ""
    if len(nudges) == 1:
        one = _one(turn, replace(_due(turn, nudges, viewer)[0], reader=reader), agency)
        return replace(one, aside=" ".join(filter(None, [one.aside, aside])))
    who = f"{sentence(agency.label)} · " if agency else ""
    shown = _due(turn, nudges[:SHOWN], viewer)
    return Message(
        text=f"{who}{len(nudges)} things need an answer",
        table=Table(("Reference", "What", "Due"), tuple(_row(turn, due, agency) for due in shown)),
        aside=" ".join(filter(None, [_not_shown(len(nudges) - SHOWN, agency), aside])),
    )


def _not_shown(more: int, agency: Agency | None) -> str:
    """What to say to see the rest, on a morning when hundreds of dates are near."""
    if more <= 0:
        return ""
    return f"{more} more, due later: say {f'list {agency.label}' if agency else 'today'}."


def _for_outsiders(number: int, agency: Agency | None) -> Message:
    things = "1 thing needs" if number == 1 else f"{number} things need"
    shown = Action("Show them to me", line("list", agency=agency), acts=False)
    return Message(f"{sentence(agency.label) if agency else 'You'} · {things} an answer", actions=(shown,))


def _viewer(agency: Agency | None, reader: Person | None) -> Viewer:
    """Who reads it. What could be told nobody else is told in the administrators' room as in the council's own."""
    if reader is not None:
        return Viewer(reader.agency, reader.role, private=True)
    return Viewer(agency or Agency.EDUCATION)


def _due(turn: Turn, nudges: Sequence[Nudge], viewer: Viewer) -> list[Due]:
    """What each of these is about."""
    found = turn.db.execute(ABOUT, {"deadlines": [nudge.deadline_id for nudge in nudges]})
    of = {deadline.id: (deadline, case or letter, request) for deadline, case, letter, request in found}
    return [Due(nudge, *of[nudge.deadline_id], viewer) for nudge in nudges]


def _one(turn: Turn, due: Due, agency: Agency | None) -> Message:
    deadline, what = due.deadline, _what(turn, due)
    kind = rule_of(turn, deadline).kind.label
    late = deadline.legal < turn.today
    if late and due.nudge.hears in (Hears.MANAGER, Hears.HEAD):
        return _escalated(turn, due)
    who = f"{sentence(agency.label)} · " if agency else ""
    if asked := _asked(turn, due):
        since = f"{what}, owed at once from {say_day(deadline.legal, turn.today)}"
        return Message(f"{who}{due.reference}: {asked} {sentence(since)} · {kind}", actions=_actions(turn, due, agency))
    verb = "was due" if late else "is due"
    told = f"{verb} {say_date(deadline.legal, turn.today)}"
    holiday = _holiday(turn, due)
    if holiday:
        what, told = f"{what}:", f"the last working day is {say_date(deadline.safe, turn.today)}"
    text = f"{who}{due.reference} {what} {told} · {kind}"
    return Message(text=text, aside=holiday, actions=_actions(turn, due, agency))


def _asked(turn: Turn, due: Due) -> str:
    """What is asked, once, of a duty that has no number of days: "Is the provision in place?" """
    if due.deadline.nature is not Nature.AT_ONCE:
        return ""
    stops = rule_of(turn, due.deadline).stops
    return next((FACTS[kind].asked for kind in stops if FACTS[kind].asked), "Has it been done?")


def _escalated(turn: Turn, due: Due) -> Message:
    """To a manager: how late it is, and who was told when."""
    deadline = due.deadline
    days = turn.rules.calendar.working_days_between(deadline.legal, turn.today)
    text = (
        f"{due.reference} {_what(turn, due)} was due {say_day(deadline.legal, turn.today)}, "
        f"{days} working day{'' if days == 1 else 's'} ago · {rule_of(turn, deadline).kind.label}"
    )
    if not due.is_known:
        return Message(text=text, aside=_told(turn, due), actions=_actions(turn, due, None))
    reference = due.about.reference
    actions = (
        Action("Take it on", line("assign", case=reference, to="me"), Style.PRIMARY),
        Action("Open", line("open", case=reference), acts=False, alone=True),
        Action("Why this date", line("why", case=reference), acts=False),
    )
    return Message(text=text, aside=_told(turn, due), actions=actions)


def _told(turn: Turn, due: Due) -> str:
    """ "Told: the health room on Mon 5 and Fri 16 Oct. No answer is recorded." """
    before = turn.db.exec(
        select(Nudge)
        .where(Nudge.deadline_id == due.deadline.id, Nudge.due == due.nudge.due, col(Nudge.post_id).is_not(None))
        .where(col(Nudge.at) < due.nudge.at, Nudge.skipped == "")
        .order_by(col(Nudge.at))
    ).all()
    told: dict[Hears, list[date]] = {}
    for nudge in before:
        days, day = told.setdefault(_heard(turn, nudge, due), []), london_date(nudge.at)
        days += [day] if day not in days else []
    if not told:
        return "Nobody was told before: it was recorded late."
    return (
        "Told: "
        + "; ".join(f"{_whom(who, due)} on {_days(days, turn.today)}" for who, days in told.items())
        + f". {_answer(turn, due)}"
    )


def _heard(turn: Turn, nudge: Nudge, due: Due) -> Hears:
    """Who heard really: of a restricted case what is meant for a room or the head goes to the owner or the manager."""
    if nudge.room_id:
        return nudge.hears
    if nudge.person_id == due.about.owner_id:
        return Hears.OWNER
    restricted = is_restricted(turn, due.about)
    return Hears.MANAGER if restricted or nudge.hears is Hears.ROOM else nudge.hears


def _whom(who: Hears, due: Due) -> str:
    return f"the {due.asked.label} room" if who is Hears.ROOM and due.asked else who.label


def _days(days: Sequence[date], today: date) -> str:
    """ "Mon 12, Fri 16 and Mon 19 Oct": a month is said once."""
    whole = [say_day(day, today) for day in days]
    months = [said.split(" ", 2)[2] for said in whole]
    short = [" ".join(said.split(" ")[:2]) for said in whole]
    told = [
        brief if month == later else said
        for brief, said, month, later in zip(short, whole, months, [*months[1:], ""], strict=True)
    ]
    return listed(told)


def _answer(turn: Turn, due: Due) -> str:
    if due.request is None or due.request.sent_on is None:
        return "No answer is recorded."
    sent = say_day(due.request.sent_on, turn.today)
    return f"They say that they sent it on {sent}; the council has not confirmed it."


def _holiday(turn: Turn, due: Due) -> str:
    deadline = due.deadline
    if deadline.safe == deadline.legal or turn.today > deadline.safe:
        return ""
    closed = turn.rules.calendar.why_closed(deadline.legal)
    return f"The legal date, {say_day(deadline.legal, turn.today)}, is {_a(closed)}."


def _a(closed: str) -> str:
    name = closed.replace(" (", ", ").removesuffix(")")
    return f"a {closed}" if closed in ("Saturday", "Sunday") else f"a bank holiday ({name})"


def _what(turn: Turn, due: Due) -> str:
    if not due.is_known or (due.request and not due.asked):
        return "answer" if due.request is None else "advice"
    return title(turn, due.deadline, advice.title(turn, due.request) if due.request else "")


def _row(turn: Turn, due: Due, agency: Agency | None) -> Row:
    cells = (due.reference, sentence(_what(turn, due)), due_on(turn, due.deadline))
    return Row(cells, state(turn, due.deadline), _actions(turn, due, agency)[:2])


def _actions(turn: Turn, due: Due, agency: Agency | None) -> tuple[Action, ...]:
    """What this recipient can do about it: a partner's room answers, the council records."""
    request, reference = due.request, due.about.reference
    if not due.is_known:
        return (Action("My day", line("today"), acts=False),)
    if request is not None and agency in (Agency.HEALTH, Agency.SOCIAL_CARE):
        sent = Action("Advice sent", line("advice sent", request=request.id), Style.PRIMARY)
        return (sent, Action("We can't by then…", line("help needed", request=request.id)))
    if request is not None:
        what = "Reply" if advice.asks(turn, request) is Asks.CONSULTATION else "Advice"
        received = Action(f"{what} received", line("received", request=request.id), Style.PRIMARY)
        return (received, _open(reference), *_reply(turn, due))
    if agency in (Agency.HEALTH, Agency.SOCIAL_CARE):  # what stops it, the council records
        return (_open(reference),)
    return (_record(turn, due), _open(reference), *_reply(turn, due))


def _reply(turn: Turn, due: Due) -> tuple[Action, ...]:
    """What an owner says who can't record it yet: that they have it, or from the last day on that it goes higher."""
    owner = turn.db.get(Person, due.about.owner_id) if due.about.owner_id else None
    if due.nudge.hears is not Hears.OWNER or owner is None or due.reader is None or due.reader.id == owner.manager_id:
        return ()
    of = {"case": due.about.reference, "deadline": due.deadline.id}
    if turn.today < due.deadline.safe:
        return (Action("I have it", line("have it", **of)),)
    return (Action("Tell my manager", line("escalate", to="manager", **of)),)


def _record(turn: Turn, due: Due) -> Action:
    """The one press that stops the clock; where several facts could, a form asks which. Of a letter's the first."""
    stops = [kind for kind in rule_of(turn, due.deadline).stops if FACTS[kind].said]
    if len(stops) == 1 or isinstance(due.about, Enquiry):
        return record_button(stops[0], due.about.reference, Style.PRIMARY)
    return Action("Record…", line("sent", case=due.about.reference), Style.PRIMARY)


def _open(reference: str) -> Action:
    return Action("Open", line("open", case=reference), acts=False, alone=True)
