"""The second lock on rooms: what becomes of a message in which something tells who a child is.

What is said in a room is built of typed fields and should never hold such a thing; `bot/cases/tracing.py` looks.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from bot.cases.posts import tell_administrators
from bot.cases.tracing import of_both, references_in, traces
from bot.domain import guard
from bot.domain.guard import Trace
from bot.domain.message import Action, Message, Said
from bot.domain.sentences import listed
from bot.domain.terms import Notice, PostSays
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Case, Enquiry, Post

log = logging.getLogger(__name__)

NAMED = 15
"""The most references that a bare message names."""
OPENED = 5
"""The most that it has a button for."""
WHY_BARE = "The rest is not shown in a room. Open it to see it alone."


@dataclass(frozen=True)
class Held:
    """What was found in a message to a room: kinds, and the references it spoke of."""

    found: tuple[Trace, ...]
    references: tuple[str, ...]


def of_post(turn: Turn, post: Post, message: Message | None) -> tuple[Message | None, Held | None]:
    """A post as it may leave: to a room, or by e-mail, as its bare template where anything tells who a child is.

    A private fact leaves in an answer alone, which is taken away again: nowhere in what the bot says by itself.
    """
    if message is None:
        return None, None
    message = replace(
        message, facts=tuple(fact for fact in message.facts if not fact.private)
    )  # a post stays where it is
    if post.room_id is None and not message.subject:  # what is mailed has a subject
        return message, None
    texts = list(guard.slots(message))
    found = traces(turn, texts)
    if not found:
        return message, None
    held = Held(found, tuple(references_in(texts)))
    log.warning("post %s leaves as its bare template: %s", post.id, ", ".join(found))
    bare = _bare(post, held.references)
    return replace(bare, subject=bare.text if message.subject else "", private=message.private), held


def tell_of_held(turn: Turn, post_id: int, held: Held) -> None:
    """Tell the administrators of a held post, once a day: what it spoke of and what kind of thing was in it."""
    of_case, of_letter = columns(Case), columns(Enquiry)
    cases = turn.db.execute(select(of_case.id).where(of_case.reference.in_(held.references))).scalars()
    letters = turn.db.execute(select(of_letter.id).where(of_letter.reference.in_(held.references))).scalars()
    about = {"post_id": post_id, "traces": [*held.found], "cases": [*cases], "letters": [*letters]}
    tell_administrators(turn, Notice.HELD, about=about, key=f"held/{post_id}/{turn.today}")


def in_room(turn: Turn, said: Said, message: Message) -> Message:
    """The answer to a line said in a room, as it may be given there.

    One that tells who a child is goes to the asker alone. Whoever typed such a thing is asked, alone, to delete it, and
    what they asked is done or refused all the same. A button's line and a form's values stand in no room.
    """
    if turn.private:
        return message
    typed = [said.line] if said.values is None and not said.nonce else []
    told = list(guard.slots(message))
    for_all, alone = ([], told) if message.private else (told, [])
    in_line, in_answer = of_both(turn, typed, for_all, *alone)
    if in_answer:
        log.warning("an answer in a room is given privately: %s", ", ".join(in_answer))
        message = message.privately()
    return _asks_to_delete(message, in_line, said.where.name) if in_line else message


def _asks_to_delete(message: Message, kinds: Sequence[Trace], room: str) -> Message:
    what = listed([kind.label for kind in kinds])
    where = f"“{room}”" if room else "the room"
    ask = f"Please delete your message in {where}, if it shows there: it holds {what}. Only you can do that."
    return replace(message, text="\n".join(filter(None, [ask, message.text])), private=True)


BARE = {
    PostSays.CASE_CARD: "case",
    PostSays.ENQUIRY_CARD: "letter",
    PostSays.NUDGES: "an answer is needed",
    PostSays.NOTICE: "something to look at",
    PostSays.CANARY: "the hourly check of nudges",
}
"""What a held post says beside its references."""


def _bare(post: Post, references: Sequence[str]) -> Message:
    """What a post says where its words are held: what it is about and of what kind, and the way to the rest."""
    what = BARE.get(post.says, "something to look at")
    named = ", ".join(references[:NAMED])
    more = f" and {len(references) - NAMED} more" if len(references) > NAMED else ""
    opens = tuple(Action(f"Open {one}", f"open case={one}", acts=False, alone=True) for one in references[:OPENED])
    return Message(
        f"{named}{more} · {what}" if named else f"{what[:1].upper()}{what[1:]}", actions=opens, aside=WHY_BARE
    )
