"""Putting right who a child is: what `correct` is for facts."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.blanks import LONGEST_NOTE, CaseBlank, day, text
from bot.cases import children, rectifying, visible
from bot.cases.files import open_case_file
from bot.commands.roles import CASEWORK
from bot.domain.message import Fact, Message
from bot.domain.sentences import listed
from bot.domain.terms import Basis, Kind, Role
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Case

EMPTY = "Leave empty what is right already"


@command(
    "put right", may=CASEWORK | {Role.DATA_PROTECTION}, examples=("put right 0042",), title="Put details right",
)  # fmt: skip
def put_right(
    turn: Turn,
    *,
    case: CaseBlank,
    name: Annotated[str, text("Child's name", private=True, hint=EMPTY)] = "",
    born: Annotated[date | None, day("Date of birth", private=True, lead="born", hint=EMPTY)] = None,
    record_number: Annotated[str, text("Record number in the council's system", private=True, hint=EMPTY)] = "",
    setting: Annotated[str, text("School, college or nursery", private=True, hint=EMPTY)] = "",
    reason: Annotated[
        str, replace(text("Reason", longest=LONGEST_NOTE, hint="Sealed with the entry", rest=True), lead="because")
    ],
) -> Message:
    """Put right a child's name, date of birth or record number, or the school of a case.

    The record keeps that it was put right, by whom and why; what stood there before is not kept.
    """
    alone = replace(turn, private=True)
    given = {"name": name.strip(), "born": born, "record_number": record_number.strip(), "setting": setting.strip()}
    told = {field: value for field, value in given.items() if value}
    changed = rectifying.put_right(alone, open_case_file(alone, case), told, reason)
    are = "is" if len(changed) == 1 else "are"
    facts = tuple(_as_it_is(alone, case))
    return Message(f"{case.reference}: {listed(changed)} {are} put right.", facts=facts, private=True)


def _as_it_is(turn: Turn, case: Case) -> list[Fact]:
    """What is on record now, and that the asker has seen it."""
    file = open_case_file(turn, case)
    basis = visible.viewer(turn, case).on(Kind.IDENTITY) or Basis.RIGHTS
    who = children.identity(turn, case, file.child, basis)
    if who is None:
        return []
    number = f"record number {who.record_number}" if who.record_number else "no record number"
    told = f"{who.name}, born {who.born:%-d %B %Y}"
    return [Fact("Child", told, f"{number} · {file.setting or 'no school recorded'}", private=True)]
