"""A case or a letter as it was known on a day gone by, and what had been said about it by then: for one reader."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.cards.case import case_card
from bot.cards.dates import sentence, title
from bot.cards.exceptions import claims_of
from bot.cards.letter import letter_card
from bot.cards.record import lines_of
from bot.cases import advice, facts, staff, visible
from bot.cases.as_known import Known, Said
from bot.cases.files import CaseFile, requests_of
from bot.domain.calendar import london_date
from bot.domain.dates import say_day
from bot.domain.message import Fact, Message
from bot.domain.sharing import Viewer
from bot.domain.terms import THE_AGENCYS, Kind
from bot.turn import Turn
from storage.tables import Request, Room

ENTRIES_SHOWN = 10
SAID_SHOWN = 10


def as_known_message(turn: Turn, known: Known) -> Message:
    """Its card of that day without buttons, the newest entries of then, and what had been said. `turn` is today's."""
    then, alone, file = replace(known.turn, private=True), replace(turn, private=True), known.file
    about = facts.about(file)
    if isinstance(file, CaseFile):
        viewer = visible.viewer(alone, file.case)
        card = case_card(then, file, viewer)
    else:
        viewer = visible.viewer(alone)
        card = letter_card(then, file, viewer)
    told = list(card.facts)
    if viewer.may_know(Kind.NOTES):
        told += claims_of(then, file)
    told += lines_of(then, about, visible.entries_among(then, viewer, file.entries)[-ENTRIES_SHOWN:])
    told += _said(then, known, viewer)
    return Message(
        text=f"As known at the end of {say_day(then.today, turn.today)} · {card.text}",
        facts=tuple(told),
        aside="What was recorded later is not in it.",
        private=True,
    )


def _said(then: Turn, known: Known, viewer: Viewer) -> Iterator[Fact]:
    """What the bot had said about the dates that this reader may know, newest first."""
    requests = {request.id: request for request in requests_of(known.file)}
    mine = [one for one in known.said if _may_know(viewer, one, requests)]
    if not mine and viewer.may_know(Kind.DATES):
        yield Fact("Said by then", "nothing")
    for one in reversed(mine[-SAID_SHOWN:]):
        request = requests.get(one.deadline.request_id)
        what = sentence(title(then, one.deadline, advice.title(then, request) if request else ""))
        day = say_day(london_date(one.nudge.at), then.today)
        yield Fact(f"Said {day}", f"{what}, due {say_day(one.nudge.due, then.today)}", _how(then, one))
    if len(mine) > SAID_SHOWN:
        yield Fact("Said before", f"{len(mine) - SAID_SHOWN} more")


def _may_know(viewer: Viewer, one: Said, requests: Mapping[int | None, Request]) -> bool:
    """A partner hears what its rooms and its lead heard; whom in the council it was said to is the council's affair."""
    if not viewer.council and one.nudge.hears not in THE_AGENCYS:
        return False
    if one.deadline.request_id is None:
        return viewer.may_know(Kind.DATES)
    request = requests.get(one.deadline.request_id)
    return request is not None and viewer.may_know(Kind.REQUESTS, request.agency)


def _how(then: Turn, one: Said) -> str:
    """ "to the owner, Priya Shah", "not said: a later reminder takes its place"."""
    nudge = one.nudge
    if nudge.skipped:
        return f"not said to {nudge.hears.label}: {nudge.skipped}"
    person = staff.person(then, nudge.person_id)
    room = then.db.get(Room, nudge.room_id) if nudge.room_id else None
    name = person.name if person else f"in {room.name}" if room else ""
    waits = "" if one.sent else "waiting to be sent"
    return ", ".join(filter(None, [f"to {nudge.hears.label}", name, waits]))
