"""What can be said here."""

from typing import Annotated

from bot.blanks import text
from bot.commands.roles import EVERYONE
from bot.domain.message import Action, BlankKind, Fact, Message
from bot.domain.terms import Role
from bot.grammar import Book, Command, command, line
from bot.turn import Turn

FIRST = ("new", "status", "list", "ask", "received", "mp", "today")
"""What most people want first."""


@command(
    "help", "hello", "hi", "what can i say", may=EVERYONE, acts=False, examples=("help", "help received"), title="Help"
)
def help_(turn: Turn, book: Book, *, about: Annotated[str, text("About", rest=True)] = "") -> Message:
    """Show what you may say here, with examples."""
    if about:
        return _one(turn, book.find(about)[0])
    known = [found for found in book.commands if turn.person.role in found.may]
    known.sort(key=lambda found: FIRST.index(found.name) if found.name in FIRST else len(FIRST))
    facts = tuple(Fact(found.examples[0], found.summary) for found in known)
    actions = tuple(Action(found.summary.rstrip("."), found.name) for found in known if found.name in ("new", "mp"))
    return Message(
        f"What you can say here, {turn.person.name.split(' ')[0]}:",
        facts=facts,
        actions=(*actions, Action("My day", line("today"), acts=False)),
        aside="Say help and a word to see more, for example: help received",
        private=turn.private,
    )


def _one(turn: Turn, found: Command) -> Message:
    facts = [Fact("For example", example) for example in found.examples]
    facts += [
        Fact(field.ask.label, field.ask.hint or _kind(field.ask.kind), "" if field.required else "may be left out")
        for field in found.fields
        if field.ask.asked
    ]
    *most, last = [turn.rules.people(role) for role in Role if role in found.may]
    may = "everyone" if found.may == set(Role) else f"{', '.join(most)} and {last}" if most else last
    return Message(found.help, facts=tuple(facts), aside=f"For {may}.", private=turn.private)


def _kind(kind: BlankKind) -> str:
    return {BlankKind.DATE: "a date, such as 3 October", BlankKind.YES_NO: "yes or no"}.get(kind, "")
