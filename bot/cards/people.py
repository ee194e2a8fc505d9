"""What is said of people: who covers for whom, what was handed over, who can't be reached."""

from collections.abc import Iterator, Sequence
from datetime import date

from bot.cases.unreachable import Unreachable, unreachable
from bot.domain.dates import say_day
from bot.turn import Turn
from storage.tables import Person, Post

NAMED = 5
"""How many people are named before the rest are counted."""


def covers_words(turn: Turn, post: Post) -> str:
    """ "You cover for Priya Shah from Mon 21 Dec until Mon 4 Jan 2027: her nudges and her digest come to you." """
    first, last = (post.about.get(name, "") for name in ("first", "last"))
    between = f" from {_day(turn, first)} until {_day(turn, last)}" if first and last else ""
    return f"You cover for {_name(turn, post)}{between}: what they would be nudged of comes to you."


def handed_over_words(turn: Turn, post: Post) -> str:
    """ "12 open cases and 2 open letters of Priya Shah are yours now." """
    cases, letters = post.about.get("cases", 0), post.about.get("letters", 0)
    are = "is" if cases + letters == 1 else "are"
    return f"{counted(cases, letters)} of {_name(turn, post)} {are} yours now."


def counted(cases: int, letters: int) -> str:
    """ "12 open cases and 1 open letter"."""
    told = [
        f"{many} open {word}{'' if many == 1 else 's'}" for many, word in ((cases, "case"), (letters, "letter")) if many
    ]
    return " and ".join(told) or "nothing open"


def unreachable_words(turn: Turn) -> str:
    """Who could not be reached if a rung spoke today, and how to mend each."""
    return " ".join(_sentences(unreachable(turn.db, turn.rules))) or "Everybody who is nudged can be reached."


def _sentences(found: Unreachable) -> Iterator[str]:
    if found.left:
        whose = several([f"{name} ({many})" for name, many in found.left])
        yield f"Have left, with open cases or letters still theirs: {whose}. A manager says: hand over all."
    if found.nobodys:
        yield f"Open cases and letters that are nobody's: {found.nobodys}. An officer says: assign."
    if found.no_manager:
        yield f"No manager who works here: {several(found.no_manager)}. Mend the staff list."
    if found.unlinked:
        yield f"Not met in chat yet: {several(found.unlinked)}. Ask each to say help to the bot once."
    if found.no_lead:
        yield f"No lead: {several([agency.label for agency in found.no_lead])}. Name a manager there in the staff list."
    if found.no_room:
        yield f"No room: {several([agency.label for agency in found.no_room])}. Say in theirs: room bind."


def several(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"


def _day(turn: Turn, text: str) -> str:
    return say_day(date.fromisoformat(text), turn.today)


def _name(turn: Turn, post: Post) -> str:
    person = turn.db.get(Person, post.about.get("person_id"))
    return person.name if person else "a colleague"
