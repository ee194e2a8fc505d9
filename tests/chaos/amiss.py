"""Messages that should not be: what landed, and what is on record of the post that each of them was."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, select

from storage.tables import Nudge, Post
from tests.chaos.weather import Landed


def kept_of(db: Session, amiss: Iterable[Landed]) -> dict[str, str]:
    """By key what each post is, and of which nudges it was made."""
    found = db.exec(select(Post).where(col(Post.key).in_({landed.key for landed in amiss})))
    return {post.key: f"{_post(post)} of {', '.join(_nudges(db, post)) or 'no nudges'}" for post in found}


def _post(post: Post) -> str:
    sent = f"{post.sent_at:%d %b %H:%M:%S}" if post.sent_at else "never"
    return f"{post.says} {post.id}, made {post.made_at:%d %b %H:%M:%S}, noted {sent}, {post.state}, {post.trouble!r},"


def _nudges(db: Session, post: Post) -> Iterable[str]:
    for nudge in db.exec(select(Nudge).where(col(Nudge.id).in_(post.about.get("nudges", [])))):
        why = " late arrival" * nudge.late_arrival + f" {nudge.skipped!r}" * bool(nudge.skipped)
        yield f"{nudge.key} {nudge.at:%d %b %H:%M:%S}{why}"


def told_of(landed: Landed, posts: Mapping[str, str]) -> str:
    """When and how it landed, what is on record of it, and what it said. All times are UTC."""
    how = "" if landed.told else ", its answer lost"
    return f"{landed.shown_at:%d %b %H:%M:%S}{how}: {posts.get(landed.key, 'some post')}: {landed.words[:300]!r}"
