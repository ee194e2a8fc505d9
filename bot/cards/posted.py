"""What a post says, made from the record at the moment it is sent."""

from bot.cards import mailed
from bot.cards.auditing import canary_message
from bot.cards.case import case_card
from bot.cards.digest import digest_message
from bot.cards.letter import letter_card
from bot.cards.notices import notice_message
from bot.cards.nudges import nudges_message
from bot.cases.files import open_case_file, open_enquiry_file
from bot.cases.posts import nudges_of
from bot.cases.visible import is_restricted
from bot.domain.message import Message
from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, Kind, PostSays
from bot.turn import Turn
from storage.tables import Case, Enquiry, Person, Post, Room

ANSWERS = (Agency.HEALTH, Agency.SOCIAL_CARE)
"""The agencies that answer the council."""


def post_message(turn: Turn, post: Post) -> Message | None:
    """The words of a post; None when it is no longer true and should not be sent."""
    room = turn.db.get(Room, post.room_id) if post.room_id else None
    person = turn.db.get(Person, post.person_id) if post.person_id else None
    if person and (mailbox := mailed.mailbox_of(turn, post)):
        outsiders = mailed.is_outside(person, mailbox)
        message = _message(turn, post, None, person, outsiders=outsiders)
        return message and mailed.by_mail(turn, post, person, message, outsiders=outsiders)
    return _message(turn, post, room, person, outsiders=bool(room and room.shared))


def _message(turn: Turn, post: Post, room: Room | None, person: Person | None, *, outsiders: bool) -> Message | None:
    match post.says:
        case PostSays.CASE_CARD:
            return _case(turn, post, room)
        case PostSays.ENQUIRY_CARD:
            return _letter(turn, post, room)
        case PostSays.NUDGES:
            agency = room.agency if room else _partner(person)
            instead, found = post.about.get("instead", {}), nudges_of(turn, post)
            return nudges_message(turn, found, agency, instead=instead, outsiders=outsiders, reader=person)
        case PostSays.DIGEST:
            return _digest(turn, post, person) if person else None
        case PostSays.NOTICE:
            return notice_message(turn, post)
        case PostSays.CANARY:
            return canary_message(post)


def _digest(turn: Turn, post: Post, person: Person) -> Message:
    owners, restricted_of = post.about["owners"], post.about.get("restricted_of", [])
    return digest_message(turn, person, owners=owners, restricted_of=restricted_of, arrived=nudges_of(turn, post))


def _case(turn: Turn, post: Post, room: Room | None) -> Message | None:
    case = turn.db.get(Case, post.case_id)
    if case is None or case.restricted or room is None:
        return None
    return case_card(turn, open_case_file(turn, case), _readers(room))


def _letter(turn: Turn, post: Post, room: Room | None) -> Message | None:
    letter = turn.db.get(Enquiry, post.enquiry_id)
    if letter is None or room is None:
        return None
    if is_restricted(turn, letter) or not _readers(room).may_know(Kind.MP_MATTER):
        return None
    return letter_card(turn, open_enquiry_file(turn, letter), _readers(room))


def _readers(room: Room) -> Viewer:
    """Everybody in the room. Where outsiders read it is nobody's: they may know that a case exists, no more."""
    return Viewer(agency=None if room.shared else room.agency)


def _partner(person: Person | None) -> Agency | None:
    """The agency of a reader who answers for it, as its room does: whoever leads health or social care."""
    return person.agency if person and person.agency in ANSWERS else None
