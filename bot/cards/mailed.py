"""What goes by e-mail because no chat takes it: references and dates, why it comes so, and where to look.

A mail leaves the council's chat, lies in a mailbox for good and shows its subject on a locked screen. So it never has
who a child is, nor the number of their record; whoever is outside the council reads what a shared room would hear.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from bot.cases import visible
from bot.cases.posts import nudges_of
from bot.domain.message import Message
from bot.domain.sharing import Viewer
from bot.domain.terms import Platform, PostSays
from bot.turn import Turn
from storage.queries import accounts_of
from storage.tables import Case, Connection, Deadline, Enquiry, Person, Post


def mailbox_of(turn: Turn, post: Post) -> Connection | None:
    """The connection of a post that goes by e-mail; None of any other."""
    connection = turn.db.get_one(Connection, post.connection_id)
    return connection if connection.platform is Platform.MAIL else None


def is_outside(reader: Person, mailbox: Connection) -> bool:
    """Whether somebody is not the council's own, or has an address that is not: their mail is kept elsewhere."""
    own = not mailbox.domains or reader.email.rpartition("@")[2] in mailbox.domains
    return not (own and Viewer(reader.agency, reader.role, private=True).council)


def by_mail(turn: Turn, post: Post, reader: Person, message: Message, *, outsiders: bool) -> Message | None:
    """The message as a mail to one reader; None where it is of something that this reader may not see."""
    of = turn.db.get(Case, post.case_id) if post.case_id else None
    about = of or (turn.db.get(Enquiry, post.enquiry_id) if post.enquiry_id else None)
    if about and visible.is_restricted(turn, about) and reader.id not in visible.restricted_to(turn, about.owner_id):
        return None
    references = [about.reference] if about else _references(turn, post, reader)
    if about and outsiders:
        message = Message(f"{about.reference}: there is a word for you.")
    asides = [message.aside, _why(turn, post, reader), *_where(turn, references, outsiders=outsiders)]
    return replace(
        message,
        subject=_subject(post, references, outsiders=outsiders),
        aside="\n".join(filter(None, asides)),
        actions=(),
        private=True,
    )


def _references(turn: Turn, post: Post, reader: Person) -> list[str]:
    """One for each date that the post reminds of, save letters where the reader may not know that an MP wrote."""
    found = []
    for nudge in nudges_of(turn, post):
        deadline = turn.db.get_one(Deadline, nudge.deadline_id)
        case = turn.db.get(Case, deadline.case_id) if deadline.case_id else None
        if case or visible.knows_letters(reader):
            found.append((case or turn.db.get_one(Enquiry, deadline.enquiry_id)).reference)
    return found


def _subject(post: Post, references: Sequence[str], *, outsiders: bool) -> str:
    if len(references) == 1 and not (outsiders and post.says is PostSays.NUDGES):
        return references[0]
    what = "reminder" if post.says is PostSays.NUDGES else "notice"
    many = len(references) or 1
    return f"{many} {what}{'' if many == 1 else 's'}"


def _why(turn: Turn, post: Post, reader: Person) -> str:
    if post.about.get("administrators"):
        why = "the administrators have no room that takes it. Bind one in chat: room bind administrators"
    elif accounts_of(turn.db, reader.id or 0):
        why = "no chat could deliver it."
    else:
        why = "no chat knows you yet. Say help to referralbot in chat once, and it will."
    return f"This comes by e-mail because {why}"


def _where(turn: Turn, references: Sequence[str], *, outsiders: bool) -> Iterator[str]:
    """Where to see more and to record what was done. Of the council's record system only where it is: see above."""
    if references:
        line = f"open {references[0]}" if len(references) == 1 and not outsiders else "today"
        yield f"To see more or to record what you did, say in chat: {line}"
    system = urlsplit(turn.record_url)
    if references and not outsiders and system.hostname and "{" not in system.netloc:
        yield f"The council's record system: {system.scheme}://{system.netloc}/"
