"""What the local page remembers of its rooms, as a chat platform would: in memory, for as long as it runs."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.message import Message

LONGEST = 500
"""Posts kept for each place; the oldest fall off the page (the bot's own record is elsewhere)."""


@dataclass(frozen=True, repr=False)
class Post:
    """One thing on the page: a line a person typed (`by` and `text`), or a message of the bot's."""

    id: str
    place: str
    order: int
    """Where it stands among posts of the same moment."""
    version: int
    """Rises with every change anywhere on the page, so that a browser can tell old news from new."""
    at: datetime
    by: str = ""
    text: str = ""
    message: Message | None = None
    edited: datetime | None = None


class Transcript:
    """Posts by place, and word of every change to `tell(place, event, body)`."""

    def __init__(self, tell: Callable[[str, str, dict[str, Any]], None]) -> None:
        self._tell = tell
        self._places: dict[str, dict[str, Post]] = {}
        self.version = 0

    def write(
        self, place: str, id: str, at: datetime, *, by: str = "", text: str = "", message: Message | None = None
    ) -> Post:
        """Add a post. The same id again is written anew where it stands, so that a retry never doubles it."""
        self.version += 1
        posts = self._places.setdefault(place, {})
        earlier = posts.get(id)
        if earlier:
            post = replace(earlier, version=self.version, text=text, message=message, edited=earlier.edited)
        else:
            post = Post(id, place, self.version, self.version, at, by, text, message)
        posts[id] = post
        while len(posts) > LONGEST:
            del posts[next(iter(posts))]
        self._tell(place, "post", as_json(post))
        return post

    def edit(self, place: str, id: str, at: datetime, message: Message) -> Post:
        """Write a post anew in place. One that the page has forgotten is posted again under its id."""
        earlier = self.post(place, id)
        if earlier is None:
            return self.write(place, id, at, message=message)
        self.version += 1
        post = replace(earlier, version=self.version, message=message, edited=at)
        self._places[place][id] = post
        self._tell(place, "edit", as_json(post))
        return post

    def unkept(self, place: str, id: str, at: datetime, message: Message) -> Post:
        """A post for one browser alone: it has its place in the order, and is remembered nowhere."""
        self.version += 1
        return Post(id, place, self.version, self.version, at, message=message)

    def withdraw(self, place: str, id: str) -> None:
        """Take a post away; one that is not there stays away."""
        self.version += 1
        if self._places.get(place, {}).pop(id, None):
            self._tell(place, "withdraw", {"id": id, "place": place, "version": self.version})

    def post(self, place: str, id: str) -> Post | None:
        return self._places.get(place, {}).get(id)

    def posts(self, place: str) -> Iterator[Post]:
        return iter(self._places.get(place, {}).values())


def as_json(post: Post) -> dict[str, Any]:
    """A post as a browser reads it; moments are UTC, to the millisecond, so that they sort as text."""
    return {
        **{name: getattr(post, name) for name in ("id", "place", "order", "version", "by", "text")},
        "at": stamp(post.at),
        "edited": stamp(post.edited) if post.edited else None,
        "message": asdict(post.message) if post.message else None,
        "fades": bool(post.message and post.message.fades),
    }


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def for_a_room(message: Message) -> Message:
    """The message as all in a room may read it: a fact that names a child is left out."""
    return replace(message, facts=tuple(fact for fact in message.facts if not fact.private))
