"""What the owners hear of many cases at once: one message each, however often it was interrupted and run again."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import col, select, update

from bot.cases import posts
from bot.domain.terms import Notice, PostState
from bot.turn import Turn
from storage.tables import Post

HELD = timedelta(minutes=10)
"""How long a message waits for the rest; where that is interrupted, it is told then as far as it came."""


@dataclass(frozen=True)
class Owners:
    """Those told of one import, or of one round on one day. `which` is opaque, and the same each time it is run."""

    notice: Notice
    which: str
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Typed values that the notice needs besides the numbers."""

    def tell(self, turn: Turn, added: Counter[int], late: Counter[int]) -> None:
        """Say so many cases and late dates more to each owner, in the transaction that puts the cases in."""
        for owner, count in added.items():
            more = {"count": count, "late": late[owner]}
            if not self._say_more(turn, owner, more):
                held = posts.OFFICE.next_open(turn.now + HELD, calendar=turn.rules.calendar)
                about = {**self.more, **more}
                posts.tell(turn, owner, self.notice, about=about, key=self._about(owner), not_before=held)

    def release(self, turn: Turn, owners: Iterable[int]) -> None:
        """All of it is in: what is still held may go, as soon as the office is open."""
        keys = [posts.post_key(self._about(owner)) for owner in owners]
        opens = posts.in_office_hours(turn)
        held = (col(Post.key).in_(keys), col(Post.state) == PostState.WAITING, col(Post.not_before) > opens)
        turn.db.exec(update(Post).where(*held).values(not_before=opens))

    def _say_more(self, turn: Turn, owner: int, more: dict[str, int]) -> bool:
        """Whether a message stood or waited already; where it was sent, it is written anew in its place."""
        post = turn.db.exec(select(Post).where(Post.key == posts.post_key(self._about(owner)))).first()
        if post is None:
            return False
        post.about = {**post.about, **{name: post.about[name] + number for name, number in more.items()}}
        post.wanted, post.state = post.wanted + 1, PostState.WAITING
        turn.db.flush()
        return True

    def _about(self, owner: int) -> str:
        return f"{self.notice.value}/{self.which}/{owner}"
