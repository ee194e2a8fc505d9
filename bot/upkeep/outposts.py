"""`referralbot posts`: what waits to be sent, what failed and why, and what a person does about it."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from sqlmodel import Session, col, or_, select

from bot.cases import by_hand
from bot.commandline import WELL
from bot.domain.calendar import london_time
from bot.domain.terms import PostSays, PostState, RuleId
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.caseload.putting_in import recorder_of
from bot.upkeep.installation import Installation, open_installation
from storage.tables import Case, Connection, Deadline, Enquiry, Nudge, Person, Post, Room

Clock = Callable[[], datetime]
AT_MOST = 200
"""How many posts are listed."""

WHAT = {
    PostSays.CASE_CARD: "a case's card",
    PostSays.ENQUIRY_CARD: "a letter's card",
    PostSays.NUDGES: "reminders",
    PostSays.DIGEST: "a digest",
    PostSays.NOTICE: "a notice",
    PostSays.CANARY: "the hourly check of nudges",
}
STATES = {
    PostState.WAITING: "waits",
    PostState.SENT: "sent",
    PostState.WITHDRAWN: "taken back",
    PostState.DROPPED: "taken out, no longer needed",
    PostState.FAILED: "could not be delivered",
}


def posts(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """List the posts, show one, have it sent again, or take it out."""
    here = open_installation(settings, wall)
    ways: Mapping[str, Callable[[Installation, Namespace], int]] = {
        "list": list_posts,
        "show": show,
        "retry": retry,
        "drop": drop,
    }
    try:
        return ways[arguments.what](here, arguments)
    finally:
        here.store.close()


def list_posts(here: Installation, arguments: Namespace) -> int:
    """Those of one state; those that wait or failed, unless one is named."""
    states = [PostState(arguments.state)] if arguments.state else [PostState.WAITING, PostState.FAILED]
    somewhere = or_(col(Post.room_id).is_not(None), col(Post.person_id).is_not(None))
    with here.store.reading() as db:
        of_state = select(Post).where(col(Post.state).in_(states), somewhere)
        found = db.exec(of_state.order_by(col(Post.not_before), col(Post.id)).limit(AT_MOST)).all()
        for post in found:
            print(_line(db, post))
    print(_counted(len(found)))
    return WELL


def show(here: Installation, arguments: Namespace) -> int:
    """Everything about one post but its words: those are made when it is sent."""
    with here.store.reading() as db:
        turn = Turn(db, here.clock(), here.rules, here.vault)
        print("\n".join(_details(turn, by_hand.find(turn, arguments.post))))
    return WELL


def retry(here: Installation, arguments: Namespace) -> int:
    with here.store.transaction() as db:
        post = by_hand.retry(Turn(db, here.clock(), here.rules, here.vault), arguments.post)
        print(
            f"Post {post.id} goes to {_whom(db, post)} at {_when(post.not_before)}, what is true of it then."
            " Its platform is asked first whether it has it, where it can be asked."
        )
    return WELL


def drop(here: Installation, arguments: Namespace) -> int:
    with here.store.transaction() as db:
        who = recorder_of(db, arguments.email)
        turn = Turn(db, here.clock(), here.rules, here.vault, who=who)
        references = by_hand.drop(turn, arguments.post, arguments.because)
    where = f" That and why is on the record of {', '.join(references)}." if references else ""
    print(f"Post {arguments.post} is taken out and will not be sent.{where}")
    return WELL


def _line(db: Session, post: Post) -> str:
    """ "12  could not be delivered: is_archived; reminders to the room health (slack); due Mon 19 Oct 09:00"."""
    tries = f"; tried {post.attempts} times" if post.attempts > 1 else ""
    why = f": {post.trouble}" if post.trouble else ""
    return (
        f"{post.id}  {STATES[post.state]}{why}; {WHAT[post.says]} to {_whom(db, post)};"
        f" due {_when(post.due_at or post.not_before)}{tries}"
    )


def _details(turn: Turn, post: Post) -> Iterator[str]:
    yield _line(turn.db, post)
    if about := _about(turn.db, post):
        yield f"    about {about}"
    if post.state is PostState.WAITING:
        yield f"    not tried before {_when(post.not_before)}"
    if post.repeats:
        times = "once" if post.repeats == 1 else f"{post.repeats} times"
        yield f"    sent again {times} though it may have been there: its platform could not be asked"
    if post.sent_at:
        yield f"    last shown {_when(post.sent_at)}"
    if post.about.get("tried"):
        yield f"    tried in vain at {len(post.about['tried'])} other addresses first"
    for nudge_id in post.about.get("nudges", []):
        yield _nudge(turn, post, turn.db.get_one(Nudge, nudge_id))


def _nudge(turn: Turn, post: Post, nudge: Nudge) -> str:
    """ "    SEND-2026-0042  Final plan, due Mon 19 Oct 2026; rung 7-before, for the owner"."""
    deadline = turn.db.get_one(Deadline, nudge.deadline_id)
    rule = turn.rules.by_id.get(RuleId(deadline.rule))
    what = rule.title if rule else deadline.rule
    moved = f"; told in post {nudge.post_id} instead" if nudge.post_id not in (None, post.id) else ""
    skipped = f"; skipped: {nudge.skipped}" if nudge.skipped else ""
    return (
        f"    {_about(turn.db, deadline)}  {what}, due {nudge.due:%a %-d %b %Y};"
        f" rung {nudge.rung}, for {nudge.hears.label}{skipped}{moved}"
    )


def _about(db: Session, of: Post | Deadline) -> str:
    """The reference of the case or letter; empty where there is none."""
    case = db.get(Case, of.case_id) if of.case_id else None
    about = case or (db.get(Enquiry, of.enquiry_id) if of.enquiry_id else None)
    return about.reference if about else ""


def _whom(db: Session, post: Post) -> str:
    """ "Priya Shah (slack)" or "the room health (teams)"."""
    platform = db.get_one(Connection, post.connection_id).platform
    if post.person_id:
        return f"{db.get_one(Person, post.person_id).name} ({platform})"
    room = db.get(Room, post.room_id) if post.room_id else None
    return f"the room {room.name if room else '?'} ({platform})"


def _when(moment: datetime) -> str:
    return f"{london_time(moment):%a %-d %b %H:%M}"


def _counted(many: int) -> str:
    match many:
        case 0:
            return "No posts."
        case 1:
            return "1 post."
        case _:
            return f"{many} posts{', and perhaps more' if many == AT_MOST else ''}."
