"""What follows from a new owner: what the one before had put off, and what still waits for them, is the new one's."""

from collections.abc import Iterator

from sqlalchemy import update
from sqlmodel import col, select

from bot.cases.auditing import say_anew
from bot.cases.climbing import look_now
from bot.cases.history import stream_of
from bot.cases.posts import NOBODY
from bot.domain.terms import THE_AGENCYS, PostSays, PostState
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Nudge, Post


def follow(turn: Turn, record: Case | Enquiry) -> None:
    """Have the dates looked at at once, and the nudges that wait said to whoever hears them now.

    What is on its way, or may have arrived, stays the old owner's.
    """
    look_now(turn, record)
    nudges = list(_taken_back(turn, record))
    say_anew(turn, nudges)
    nowhere = (col(Nudge.id).in_(nudges), col(Nudge.post_id).is_(None), col(Nudge.skipped) == "")
    turn.db.execute(update(Nudge).where(*nowhere).values(skipped=NOBODY))


def _taken_back(turn: Turn, record: Case | Enquiry) -> Iterator[int]:
    """The nudges about this that wait for a person of the council, taken out of their posts."""
    waits = (col(Post.state) == PostState.WAITING, col(Post.claimed_until).is_(None), col(Post.says) == PostSays.NUDGES)
    to_people = (col(Post.person_id).is_not(None), col(Nudge.hears).not_in(THE_AGENCYS))
    found = (
        select(Nudge.id, Post)
        .join(Post, col(Nudge.post_id) == Post.id)
        .join(Deadline, col(Nudge.deadline_id) == Deadline.id)
        .where(*waits, *to_people, col(Deadline.stream) == stream_of(record))
        .order_by(col(Nudge.id))
        .with_for_update(of=Post, skip_locked=True)
    )
    for nudge, post in turn.db.exec(found).all():
        post.about = {**post.about, "nudges": [one for one in post.about["nudges"] if one != nudge]}
        turn.db.execute(update(Nudge).where(col(Nudge.id) == nudge).values(post_id=None))
        yield nudge or 0
