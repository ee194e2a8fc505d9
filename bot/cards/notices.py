"""Short things told to one person, or in the administrators' room: typed values in, one sentence out."""

from sqlmodel import select

from bot.cards.approvals import asked_notice, given_notice
from bot.cards.auditing import anchored_words, found_words, set_aside_words
from bot.cards.dates import when
from bot.cards.fading import still_shown_words
from bot.cards.glass import glass_notice
from bot.cards.held import held_words
from bot.cards.people import covers_words, handed_over_words, unreachable_words
from bot.cards.record import what_of
from bot.cards.reminding import not_reminded_notice, reminder_notice
from bot.cards.rosters import left_actions, left_words, room_refused_words
from bot.cases import advice, anchors, facts, history, staff
from bot.domain.message import Action, Message, Style
from bot.domain.terms import CaseStatus, ClockState, Notice, Platform, Process
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Connection, Deadline, Enquiry, Entry, Person, Post, Request, Room


def notice_message(turn: Turn, post: Post) -> Message | None:
    """The words of a notice, made from the record as it stands; None when what it speaks of is true no more."""
    case = turn.db.get(Case, post.case_id) if post.case_id else None
    about = case or (turn.db.get(Enquiry, post.enquiry_id) if post.enquiry_id else None)
    if not _still_so(turn, post, about):
        return None
    reference = about.reference if about else ""
    words = _words(turn, post, reference)
    if words is None:
        return None
    text, actions = words
    meant = turn.db.get(Person, post.about["meant_for"]) if post.about.get("meant_for") else None
    aside = f"Meant for {meant.name}, who could not be reached." if meant else ""
    return Message(text, (), actions, aside=aside, private=post.room_id is None)


def _still_so(turn: Turn, post: Post, about: Case | Enquiry | None) -> bool:
    """Whether it is worth saying still: between the act and the sending it may have been undone, or done with."""
    match Notice(post.about["notice"]):
        case Notice.ASSIGNED:
            return about is not None and about.owner_id == (post.person_id or post.about.get("meant_for"))
        case Notice.ADVICE_SENT:
            request = turn.db.get(Request, post.about["request"])
            sent = request.sent_on.isoformat() if request and request.sent_on else ""
            return request is not None and sent == post.about["on"] and request.received_on is None
        case Notice.HELP_ASKED:
            request = turn.db.get(Request, post.about["request"])
            return request is not None and request.received_on is None
        case Notice.REMINDER:
            return about is not None and about.status is CaseStatus.OPEN
        case Notice.APPROVAL_ASKED:
            return about is not None and not facts.is_agreed(history.entries_of(turn.db, about), post.about["entry"])
        case Notice.ANCHORED:  # of several that waited, the newest vouches for those before it
            return anchors.is_newest(turn.db, post.about["anchor"])
    return True


def _words(turn: Turn, post: Post, reference: str) -> tuple[str, tuple[Action, ...]] | None:
    look = Action("Open", line("open", case=reference), acts=False, alone=True)
    match Notice(post.about["notice"]):
        case Notice.ASSIGNED:
            return f"{reference} is yours now.", (look,)
        case Notice.APPROVAL_ASKED:
            number = post.about["entry"]
            agree = Action("Agree", line("approve", case=reference, entry=number), Style.PRIMARY)
            return f"{reference}: {_asked(turn, post)}", (look, agree)
        case Notice.ADVICE_SENT:
            request = turn.db.get(Request, post.about["request"])
            name = advice.answer(turn, request) if request else "advice"
            got = Action("Advice received", line("received", request=post.about["request"]), Style.PRIMARY)
            return f"{reference}: {name} has been sent. Confirm once you have it.", (got, look)
        case Notice.HELP_ASKED:
            return f"{reference}: {_cannot_come(turn, post.about['request'])} The date stays; speak with them.", (look,)
        case Notice.REMINDER:
            return reminder_notice(turn, post)
        case Notice.NOT_REMINDED:
            return not_reminded_notice(turn, post)
        case Notice.MATCH_HIDDEN:
            by = staff.person(turn, post.about.get("by"))
            opened_by = by.name if by else "Somebody"
            other = f"{opened_by} opened another record for the same child, and was not told of this one."
            return f"{reference}: {other} Speak with them.", (look,)
        case Notice.IMPORTED:
            return (
                f"{post.about.get('count', 0)} cases were imported and {post.about.get('late', 0)} dates are late.",
                (),
            )
        case Notice.ROUND:
            return _opened(post), _theirs(post)
        case Notice.UNDELIVERED if post.about.get("stands"):
            return _stands(turn, post), ()
        case Notice.UNDELIVERED if post.about.get("connection_id"):
            where = turn.db.get_one(Connection, post.about["connection_id"])
            way = "by e-mail" if where.platform is Platform.MAIL else f"in {where.platform.value.capitalize()}"
            return (
                f"Nothing can be delivered {way} any more ({where.name or where.outside_id})."
                " Reminders are said elsewhere. Whoever runs the bot can say why: referralbot doctor.",
                (),
            )
        case Notice.UNDELIVERED if post.about.get("post_id"):
            fault = f"Message {post.about['post_id']} cannot be written: something is wrong on our side"
            return f"{fault} (code {post.about['code']}). It is tried each hour. Tell whoever runs the bot.", ()
        case Notice.UNDELIVERED:
            who = turn.db.get(Person, post.about["person_id"]) if post.about.get("person_id") else None
            whom = f" for {who.name}" if who else ""
            return f"A message{whom} could not be delivered. Say people, to see who can't be reached.", ()
        case Notice.FOUND_UNSAID:
            return found_words(turn, post), ()
        case Notice.HELD:
            return held_words(turn, post), ()
        case Notice.SET_ASIDE:
            return set_aside_words(turn, post), ()
        case Notice.COVERS:
            return covers_words(turn, post), ()
        case Notice.HANDED_OVER:
            mine = Action("Show them", line("list", which="mine"), acts=False)
            return handed_over_words(turn, post), (mine,)
        case Notice.UNREACHABLE:
            return unreachable_words(turn), ()
        case Notice.ANCHORED:
            return anchored_words(turn, post), ()
        case Notice.YES_ASKED:
            return asked_notice(turn, post)
        case Notice.YES_GIVEN:
            return given_notice(turn, post)
        case Notice.GLASS_BROKEN:
            return glass_notice(turn, post)
        case Notice.ROOM_REFUSED:
            return room_refused_words(turn, post), ()
        case Notice.STILL_SHOWN:
            return still_shown_words(turn, post), ()
        case Notice.LEFT:
            return left_words(turn, post), left_actions(turn, post)


def _stands(turn: Turn, post: Post) -> str:
    """ "A message that the bot was to take back still stands in the health room."."""
    room = turn.db.get(Room, post.about["room_id"]) if post.about.get("room_id") else None
    whose = turn.db.get(Person, post.about["person_id"]) if post.about.get("person_id") else None
    where = f"in the room {room.name}" if room else f"in a private chat of {whose.name}" if whose else "in a chat"
    return f"A message that was to be taken back still stands {where}. Have somebody there delete it."


def _opened(post: Post) -> str:
    """ "The round of 2027: 212 annual reviews are open, and yours; 3 of their dates are late already." """
    told = post.about
    count, late, process = told.get("count", 0), told.get("late", 0), Process(told.get("process", "annual_review"))
    many = f"{count} {process.label}{' is' if count == 1 else 's are'} open"
    nobodys = f", {told['nobody']} of them nobody's" if told.get("nobody") else ""
    whose = nobodys if _is_administrators(post) else ", and yours"
    dates = f"; {late} of their dates {'is' if late == 1 else 'are'} late already" if late else ""
    return f"The round of {told.get('year', 'this year')}: {many}{whose}{dates}."


def _is_administrators(post: Post) -> bool:
    """In their room, or where they have none by e-mail to each."""
    return post.person_id is None or bool(post.about.get("administrators"))


def _theirs(post: Post) -> tuple[Action, ...]:
    if _is_administrators(post):
        return ()
    process = post.about.get("process", "annual_review")
    return (Action("Show them", line("list", which="mine", process=process), acts=False),)


def _cannot_come(turn: Turn, request_id: int) -> str:
    """ "health says that the CAMHS advice can't come by its date: due Tue 20 Oct (in 4 days) · statutory."."""
    request = turn.db.get_one(Request, request_id)
    deadline = turn.db.exec(select(Deadline).where(Deadline.request_id == request_id)).first()
    due = f": {when(turn, deadline)}" if deadline and deadline.state is ClockState.RUNNING else ""
    return f"{request.agency.label} says that the {advice.answer(turn, request)} can't come by its date{due}."


def _asked(turn: Turn, post: Post) -> str:
    stream = Entry.case_id == post.case_id if post.case_id else Entry.enquiry_id == post.enquiry_id
    entry = turn.db.exec(select(Entry).where(stream, Entry.number == post.about["entry"])).one()
    by = staff.person(turn, entry.recorded_by)
    asked = f"{by.name} asks, and entry {entry.number} says why." if by else f"Entry {entry.number} says why."
    return f"{what_of(turn, entry)}. {asked} Until you agree, no date moves."
