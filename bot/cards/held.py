"""What the administrators hear of a message to a room that was held: never its words."""

from sqlalchemy import select

from bot.cases import visible
from bot.domain.guard import Trace
from bot.domain.sentences import listed
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Case, Enquiry, Post

NAMED = 5
"""How many references are named; the rest are counted."""


def held_words(turn: Turn, post: Post) -> str:
    """ "A message to a room about SEND-2026-0042 went out without its words, because …"."""
    kinds = [Trace(kind).label for kind in post.about.get("traces", [])] or ["something private"]
    what = listed(kinds)
    references = _references(turn, post)
    more = f" and {len(references) - NAMED} more" if len(references) > NAMED else ""
    about = f" about {', '.join(references[:NAMED])}{more}" if references else ""
    why = f"because something in it was taken for {what}"
    number = f" (message {post.about['post_id']})" if post.about.get("post_id") else ""
    return f"A message to a room{about} went out without its words, {why}{number}. Tell whoever runs the bot."


def _references(turn: Turn, post: Post) -> list[str]:
    """None of a case that has become restricted since, nor of a letter about one."""
    cases = columns(Case)
    fit = select(cases.reference).where(cases.id.in_(post.about.get("cases", [])), ~cases.restricted)
    found = list(turn.db.execute(fit.order_by(cases.reference)).scalars())
    for letter_id in post.about.get("letters", []):
        letter = turn.db.get(Enquiry, letter_id)
        found += [letter.reference] if letter and not visible.is_restricted(turn, letter) else []
    return found
