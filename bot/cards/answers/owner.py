"""Whose it is, who covers for them, and who their manager is."""

from collections.abc import Iterator

from bot.cards.answers.saying import ABSENT, Asking
from bot.cases import absence, staff
from bot.domain.message import Action, Fact, Message
from bot.grammar import line

AWAY = "away until"


def owner(asking: Asking) -> Message:
    """Who has it, since when, and who hears while they are away."""
    person = asking.file.owner
    if person is None:
        give = Action("Assign…", line("assign", case=asking.reference))
        return asking.answer("nobody has it yet.", offers=[give] if asking.runs_cases and asking.is_open else ())
    there = absence.of_today(asking.turn).get(person.id or 0, "")
    left = "" if person.active else ", who has left"
    away = f"; {there}" if there.startswith(AWAY) else ""
    return asking.answer(f"{person.name} has it{left}{away}.", _lines(asking, "" if away else there))


def _lines(asking: Asking, there: str) -> Iterator[Fact]:
    person = asking.file.owner
    given = next((entry for entry in reversed(asking.file.entries) if "owner" in entry.clear), None)
    yield Fact("Since", asking.day(given) if given else ABSENT, asking.recorded(given))
    manager = staff.manager_of(asking.turn.db, person)
    yield Fact("Manager", manager.name if manager else ABSENT)
    if there:
        yield Fact("Leave and days", there)
