"""The demo's people, rooms and cases -> the record, as if they had been at work here for months."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import singledispatch
from pathlib import Path

from sqlmodel import col, select, update

from bot.cases import advice, enquiries, facts, referrals
from bot.cases.children import Private
from bot.cases.files import CaseFile, open_case_file, open_enquiry_file
from bot.domain.calendar import london_date, moment
from bot.domain.clocks import Adviser
from bot.domain.terms import EntryKind, PostSays, PostState, Process
from bot.rules import Rules
from bot.turn import Turn
from bot.upkeep.demo import stories
from bot.upkeep.demo.stories import LETTERS, STORIES, Letter, Step, Story
from bot.upkeep.people import import_people
from bot.upkeep.seats import furnish, page_connection, seat_everyone
from storage.connect import Store
from storage.crypto import Vault
from storage.tables import Case, Enquiry, Person, Post, Request

PEOPLE = Path(__file__).parent / "people.csv"
AT_TEN = time(10)


def load_demo(store: Store, vault: Vault, rules: Rules, now: datetime) -> bool:
    """Fill an empty record; False where somebody is in it already."""
    with store.transaction() as db:
        if db.exec(select(Person).limit(1)).first() is not None:
            return False
        import_people(db, PEOPLE)
        turn = Turn(db, now, rules, vault)
        _furnish(turn)
        for story in STORIES:
            _tell(turn, story)
        for letter in LETTERS:
            _log(turn, letter)
        # What was told to one person along the way was told then.
        db.exec(update(Post).where(col(Post.says) == PostSays.NOTICE).values(state=PostState.DROPPED))
    return True


def _furnish(turn: Turn) -> None:
    """The page's connection, its rooms, and everybody's account on it."""
    domains = sorted({person.email.partition("@")[2] for person in turn.db.exec(select(Person))})
    page = page_connection(turn.db)
    page.domains, page.active = domains, True
    furnish(turn.db, page.id or 0, turn.now)
    seat_everyone(turn.db, page, turn.db.exec(select(Person)).all(), turn.now)


def _tell(turn: Turn, story: Story) -> None:
    """Open the case on the working day after its request came, then take each step on its own day."""
    owner = _person(turn, story.owner)
    opening = _numbered(_on_day(turn, story, 1, owner), story.number)
    private = Private(story.child, story.born, f"AN{story.number:06}")
    opened = referrals.open_case(
        opening,
        private,
        process=Process.NEW_ASSESSMENT,
        received=_on_day(turn, story, 0, owner).today,
        asked_by=story.asked_by,
        owner=owner,
        setting=story.school,
        restricted=story.restricted,
    )
    turn.db.flush()
    case = turn.db.exec(select(Case).where(Case.id == opened.case.id)).one()
    for step in story.steps:
        then = _on_day(turn, story, step.day, owner)
        turn.db.flush()
        _take(step, then, open_case_file(then, case))
    turn.db.flush()


def _on_day(turn: Turn, story: Story, day: int, who: Person) -> Turn:
    """The moment of a step: ten o'clock on its day, or on the working day before."""
    return replace(turn, now=_at(turn, story.began - day), who=who)


def _at(turn: Turn, days_ago: int) -> datetime:
    day = turn.rules.calendar.working_day_on_or_before(london_date(turn.now) - timedelta(days=days_ago))
    return min(moment(day, AT_TEN), turn.now)


def _numbered(turn: Turn, number: int) -> Turn:
    """A turn in which the next reference drawn is the one that the demo tells of."""
    return replace(turn, draw=lambda _span: number)


@singledispatch
def _take(step: Step, turn: Turn, file: CaseFile) -> None:
    raise TypeError(f"no such step: {step}")


@_take.register
def _(step: stories.Sent, turn: Turn, file: CaseFile) -> None:
    facts.record_fact(turn, file, step.kind, turn.today)


@_take.register
def _(step: stories.Asked, turn: Turn, file: CaseFile) -> None:
    advice.ask(turn, file, [_service(turn, name) for name in step.services], turn.today)


@_take.register
def _(step: stories.Had, turn: Turn, file: CaseFile) -> None:
    advice.have(turn, file, _request(file, step.service), turn.today)


@_take.register
def _(step: stories.AdviceSent, turn: Turn, file: CaseFile) -> None:
    advice.sent(turn, file, _request(file, step.service), turn.today)


@_take.register
def _(step: stories.Received, turn: Turn, file: CaseFile) -> None:
    request = _request(file, step.service)
    advice.received(turn, file, request, turn.today, step.response)


@_take.register
def _(step: stories.CannotBy, turn: Turn, file: CaseFile) -> None:
    advice.ask_for_help(turn, file, _request(file, step.service))


@_take.register
def _(step: stories.Noted, turn: Turn, file: CaseFile) -> None:
    referrals.note(turn, file.case, step.words)


def _log(turn: Turn, letter: Letter) -> None:
    owner = _person(turn, letter.owner)
    then = _numbered(replace(turn, now=_at(turn, letter.came), who=owner), letter.number)
    cases = turn.db.exec(select(Case).where(col(Case.number).in_(letter.about))).all()
    file = enquiries.log(
        then,
        mp=letter.mp,
        constituency=letter.constituency,
        received=then.today,
        dated=_at(turn, letter.came + 2).date(),
        cases=cases,
        owner=owner,
        matters=letter.matters,
    )
    turn.db.flush()
    enquiry = turn.db.exec(select(Enquiry).where(Enquiry.id == file.enquiry.id)).one()
    if letter.acknowledged is not None:
        then = replace(then, now=_at(turn, letter.acknowledged))
        facts.record_fact(then, open_enquiry_file(then, enquiry), EntryKind.MP_ACKNOWLEDGED, then.today)
    turn.db.flush()


def _person(turn: Turn, email: str) -> Person:
    return turn.db.exec(select(Person).where(Person.email == email)).one()


def _service(turn: Turn, name: str) -> Adviser:
    return next(adviser for adviser in turn.rules.services if adviser.id == name)


def _request(file: CaseFile, service: str) -> Request:
    return next(each for each in file.requests if each.service == service)
