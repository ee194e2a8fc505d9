"""What can be said here."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from bot.blanks import text
from bot.commands.roles import EVERYONE
from bot.domain.errors import NotUnderstood
from bot.domain.message import Action, BlankKind, Fact, Message
from bot.domain.sentences import listed
from bot.domain.terms import Role
from bot.grammar import Book, Command, command, line
from bot.turn import Turn

FIRST = ("home", "status", "list", "new", "start", "ask", "received", "sent", "mp")
"""What most people want first."""
THEIRS = {Role.CONTRIBUTOR: ("have", "advice sent", "help needed", "open", "why")}
"""And what those of one role want."""

FITS = 12
"""Commands that a telephone shows, each with its example: where somebody knows more, the rest are named by theme."""

THEMES = {
    "referral": "Cases",
    "case": "Cases",
    "correcting": "Cases",
    "record": "Cases",
    "finding": "Cases",
    "rectifying": "Cases",
    "retaining": "What is kept",
    "exporting": "What is kept",
    "why": "Dates",
    "planning": "Dates",
    "figures": "Dates",
    "panels": "Dates",
    "exception": "Exceptions",
    "exceptions": "Exceptions",
    "advice": "Advice and schools",
    "dispute": "Appeals",
    "drafting": "Letters",
    "mp": "Letters",
    "letter": "Letters",
    "list": "Letters",
    "people": "People",
    "leave": "People",
    "nudge": "Nudges",
    "reminding": "Nudges",
    "room": "Rooms",
    "restricting": "Restricted cases",
    "glass": "Restricted cases",
    "agreeing": "A second person's yes",
    "denied": "What was refused",
    "unread": "What was not understood",
}
"""What the commands of a module are about."""


@command(
    "help", "hello", "hi", "what can i say", may=EVERYONE, acts=False, examples=("help", "help received"), title="Help"
)
def help_(turn: Turn, book: Book, *, about: Annotated[str, text("About", rest=True)] = "") -> Message:
    """Show what you may say here, with examples."""
    if about and (found := _meant(book, about)):
        return _one(turn, found)
    known = [found for found in book.commands if turn.person.role in found.may]
    first = (*FIRST, *THEIRS.get(turn.person.role, ()))
    shown = known if len(known) <= FITS else [found for found in known if found.name in first]
    shown.sort(key=lambda found: first.index(found.name) if found.name in first else len(first))
    actions = tuple(Action(found.summary.rstrip("."), found.name) for found in known if found.name in ("new", "mp"))
    return Message(
        f"What you can say here, {turn.person.name.split(' ')[0]}:",
        facts=(*(Fact(found.examples[0], found.summary) for found in shown), *_others(known, shown)),
        actions=(*actions, Action("My day", line("today"), acts=False)),
        aside="Say help and a word to see more, for example: help received",
        private=turn.private,
    )


def _meant(book: Book, about: str) -> Command | None:
    """The command somebody asks about; none where it is "hello there"."""
    try:
        return book.find(about)[0]
    except NotUnderstood as unknown:
        if unknown.nearest:
            raise
    return None


def _others(known: Sequence[Command], shown: Sequence[Command]) -> Iterator[Fact]:
    """The commands that are not shown with an example, by their names."""
    others: dict[str, list[str]] = {}
    for found in known:
        if found not in shown and found.name != "help":
            theme = THEMES.get(found.run.__module__.rpartition(".")[2], "More")
            others.setdefault(theme, []).append(found.name)
    yield from (Fact(theme, ", ".join(names)) for theme, names in others.items())


def _one(turn: Turn, found: Command) -> Message:
    facts = [Fact("For example", example) for example in found.examples]
    facts += [
        Fact(field.ask.label, field.ask.hint or _kind(field.ask.kind), "" if field.required else "may be left out")
        for field in found.fields
        if field.ask.asked
    ]
    some = listed([turn.rules.people(role) for role in Role if role in found.may])
    may = "everyone" if found.may == set(Role) else some
    return Message(found.help, facts=tuple(facts), aside=f"For {may}.", private=turn.private)


def _kind(kind: BlankKind) -> str:
    return {BlankKind.DATE: "a date, such as 3 October", BlankKind.YES_NO: "yes or no"}.get(kind, "")
