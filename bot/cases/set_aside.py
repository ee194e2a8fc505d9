"""What a fault of ours keeps from being done: set aside so that the rest goes on, and shown to a person."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import col, select

from bot.cases.posts import tell_administrators
from bot.domain.terms import Notice, PostSays
from bot.turn import Turn
from storage.connect import will_pass
from storage.tables import Case, Deadline, Enquiry, Post

Thing = TypeVar("Thing")
Done = TypeVar("Done")

AN_HOUR = timedelta(hours=1)
"""How long a deadline is set aside."""
A_WEEK = timedelta(days=7)
"""In which every open case is derived once."""


def without_the_bad(
    these: Sequence[Thing], do: Callable[[Sequence[Thing]], Done], aside: Callable[[Thing, Exception], None]
) -> Iterator[Done]:
    """What is done with all of these at once; where that breaks, with each half, until what breaks it is alone."""
    try:
        done = do(these)
    except Exception as error:  # the edge of one deadline or case: it is set aside so that the rest go on
        if will_pass(error):
            raise
        if len(these) == 1:
            aside(these[0], error)
            return
        for half in (these[: len(these) // 2], these[len(these) // 2 :]):
            yield from without_the_bad(half, do, aside)
    else:
        yield done


def tell_of_deadline(turn: Turn, deadline_id: int, code: str) -> None:
    """Show the administrators a date of which nobody can be nudged, once a day."""
    about = {"deadline": deadline_id, "code": code}
    tell_administrators(turn, Notice.SET_ASIDE, about=about, key=f"set aside/date/{deadline_id}/{turn.today}")


def tell_of_record(turn: Turn, of: type[Case | Enquiry], record_id: int, code: str) -> None:
    """Show the administrators a case or letter whose dates cannot be worked out afresh, once a day."""
    what = "case" if of is Case else "letter"
    about = {what: record_id, "code": code}
    tell_administrators(turn, Notice.SET_ASIDE, about=about, key=f"set aside/{what}/{record_id}/{turn.today}")


@dataclass(frozen=True)
class SetAside:
    """One thing that a fault kept from being done, as the administrators were told."""

    at: datetime
    code: str
    about: Case | Enquiry
    deadline: Deadline | None = None


def set_aside_lately(turn: Turn) -> list[SetAside]:
    """Dates that wait for another look after a fault, and what could not be derived in the last week; the newest first.

    Each once, under the code of the last time.
    """
    lately = (Post.says == PostSays.NOTICE, col(Post.made_at) > turn.now - A_WEEK)
    found: dict[tuple[str, int | None], SetAside] = {}
    for post in turn.db.exec(select(Post).where(*lately).order_by(col(Post.id).desc())):
        if post.about.get("notice") == Notice.SET_ASIDE and (one := what_of(turn, post)) and _waits(turn, one):
            which = one.deadline or one.about
            found.setdefault((type(which).__name__, which.id), one)
    return list(found.values())


def what_of(turn: Turn, post: Post) -> SetAside | None:
    """What such a notice is about; None where it is there no more."""
    deadline = turn.db.get(Deadline, post.about["deadline"]) if "deadline" in post.about else None
    case_id = deadline.case_id if deadline else post.about.get("case")
    letter_id = deadline.enquiry_id if deadline else post.about.get("letter")
    about = turn.db.get(Case, case_id) if case_id else turn.db.get(Enquiry, letter_id) if letter_id else None
    return SetAside(post.made_at, post.about["code"], about, deadline) if about else None


def _waits(turn: Turn, one: SetAside) -> bool:
    """A date that was looked at since is looked at next when its next rung is near, or not at all."""
    next_at = one.deadline.next_at if one.deadline else turn.now
    return next_at is not None and next_at <= turn.now + AN_HOUR
