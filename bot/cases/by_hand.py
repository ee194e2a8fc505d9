"""What an operator may do with a post by hand: have it sent again where it is still true, or take it out, on record."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import col, select

from bot.cases import history, posts
from bot.cases.digests import is_stale
from bot.cases.history import New
from bot.cases.outbox import IN_OFFICE_HOURS
from bot.domain.calendar import london_time
from bot.domain.errors import AlreadyDone, NeedsReason, NotFound, NotNow
from bot.domain.terms import EntryKind, PostSays, PostState
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Nudge, Post

BY_HAND = "taken out by hand"


def find(turn: Turn, post_id: int) -> Post:
    """The post of that number; those to nobody only mark that a day's digests were seen to."""
    post = turn.db.get(Post, post_id)
    if post is None or (post.room_id is None and post.person_id is None):
        raise NotFound(f"There is no post {post_id}. Those that wait or failed: referralbot posts list")
    return post


def retry(turn: Turn, post_id: int) -> Post:
    """Have a post sent again, what is still true of it; the platform is asked first whether it has it already."""
    post = find(turn, post_id)
    _must_rest(turn, post)
    if post.state not in (PostState.WAITING, PostState.FAILED):
        raise NotNow(f"Post {post_id} was taken out: what it said was no longer needed. It stays as it is.")
    if is_stale(turn, post):
        raise NotNow(f"Post {post_id} is a digest of an earlier day. What it said is in the next one.")
    if post.says is PostSays.NUDGES:
        _take_back(turn, post)
    when = posts.in_office_hours(turn) if post.says in IN_OFFICE_HOURS else turn.now
    unsure = post.made_at if post.state is PostState.FAILED else post.claimed_until
    post.state, post.not_before, post.due_at, post.claimed_until = PostState.WAITING, when, when, unsure
    post.attempts, post.trouble = 0, ""
    turn.db.add(post)
    return post


def drop(turn: Turn, post_id: int, because: str) -> list[str]:
    """Take a post out, unsent; the references of the cases and letters on whose record it stands, with the reason."""
    if not because.strip():
        raise NeedsReason(f'Say why: referralbot posts drop {post_id} --because "..."')
    post = find(turn, post_id)
    _must_rest(turn, post)
    if post.state not in (PostState.WAITING, PostState.FAILED):
        raise AlreadyDone(f"Post {post_id} was taken out before.")
    mine = col(Nudge.post_id) == post.id
    nudges = list(turn.db.exec(select(Nudge).where(mine)))
    turn.db.execute(update(Nudge).where(mine).values(skipped=BY_HAND))
    post.state, post.claimed_until, post.trouble = PostState.DROPPED, None, BY_HAND
    turn.db.add(post)
    return [_note(turn, each, post, because) for each in _spoken_of(turn, post, nudges)]


def _must_rest(turn: Turn, post: Post) -> None:
    if post.state is PostState.SENT:
        sent = f" on {london_time(post.sent_at):%a %-d %b at %H:%M}" if post.sent_at else ""
        raise AlreadyDone(f"Post {post.id} was sent{sent}. Nothing is said twice.")
    if post.claimed_until is not None and post.claimed_until > turn.now:
        raise NotNow(f"Post {post.id} is on its way at this moment. Try again in a minute.")


def _take_back(turn: Turn, post: Post) -> None:
    """Leave in a post of nudges what is true still and was told in no other place instead."""
    told: set[int] = set()
    own = [post.connection_id, post.room_id or 0, post.person_id or 0]
    nudges = list(turn.db.exec(select(Nudge).where(col(Nudge.id).in_(post.about.get("nudges", [])))))
    for nudge in nudges:
        other = turn.db.get(Post, nudge.post_id) if nudge.post_id not in (None, post.id) else None
        if other is not None and own in other.about.get("tried", []):
            told.add(other.id or 0)
    left = [nudge.id for nudge in nudges if nudge.post_id not in told]
    post.about = {**post.about, "nudges": left}
    if not left and told:
        raise NotNow(f"What post {post.id} says is told elsewhere, in post {max(told)}. Look at that one instead.")
    if not posts.nudges_of(turn, post):
        raise NotNow(f"Nothing that post {post.id} says is true any more, or in time. It stays as it is.")
    turn.db.execute(update(Nudge).where(col(Nudge.post_id) == post.id).values(skipped=""))


def _spoken_of(turn: Turn, post: Post, nudges: Sequence[Nudge]) -> list[Case | Enquiry]:
    """The cases and letters that a post is about, each once."""
    own = [turn.db.get(Case, post.case_id) if post.case_id else None]
    letters = [turn.db.get(Enquiry, post.enquiry_id) if post.enquiry_id else None]
    for nudge in nudges:
        deadline = turn.db.get_one(Deadline, nudge.deadline_id)
        own.append(turn.db.get(Case, deadline.case_id) if deadline.case_id else None)
        letters.append(turn.db.get(Enquiry, deadline.enquiry_id) if deadline.enquiry_id else None)
    found = {each.reference: each for each in (*own, *letters) if each is not None}
    return [found[reference] for reference in sorted(found)]


def _note(turn: Turn, about: Case | Enquiry, post: Post, because: str) -> str:
    """The reason goes on the record as typed words do: sealed."""
    words = f"Message {post.id} was taken out unsent: {because.strip()}"
    history.record(turn, about, New(EntryKind.NOTED, turn.today, clear={"post": post.id}, words=words))
    return about.reference
