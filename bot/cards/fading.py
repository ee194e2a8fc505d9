"""What takes the place of a private answer whose time is over."""

from bot.cases.fading import Copy
from bot.domain.calendar import london_time
from bot.domain.message import Action, Message
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Connection, Enquiry, Post


def instead_of(turn: Turn, copy: Copy) -> Message:
    """ "SEND-2026-0042: shown at 10:04, no longer here." and the way to see it again."""
    case = turn.db.get(Case, copy.case_id) if copy.case_id else None
    about = case or (turn.db.get(Enquiry, copy.enquiry_id) if copy.enquiry_id else None)
    shown = f"shown at {london_time(copy.shown_at):%H:%M}, no longer here"
    if about is None:
        return Message(f"An answer that told who a child is: {shown}. Ask again to see it.", private=True)
    again = Action("Show again", line("open", case=about.reference), acts=False, alone=True)
    return Message(f"{about.reference}: {shown}.", actions=(again,), private=True)


def still_shown_words(turn: Turn, post: Post) -> str:
    """ "A private answer in Teams that told who a child is may still stand there: it could not be taken away." """
    at = turn.db.get(Connection, post.about.get("connection_id", 0))
    where = f"in {at.platform.value.capitalize()} ({at.name or at.outside_id})" if at else "in a chat"
    what = f"A private answer {where} that told who a child is may still stand there: it could not be taken away."
    return f"{what} Ask the people who use it to delete such answers themselves. Whoever runs the bot can say why."
