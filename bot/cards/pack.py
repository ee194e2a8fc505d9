"""A subject access pack as one value: its parts with their rows, and what a person has still to read before it is sent.

The value is JSON as it stands, and `bot/cards/pack_page.py` prints the same; docs/rights.md describes it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.cards.pack_parts import PARTS, Column, Part, Row, Words
from bot.cards.pack_rows import ROWS, outsiders, role
from bot.cases.masking import Masked, masked, own
from bot.cases.pack import Gathered
from bot.turn import Turn
from storage.tables import Case

FORMAT = "referralbot subject access pack 1"
PACK_FILE = "subject-access-pack.json"
"""What it is called in an export."""

READ_THROUGH = "What people wrote is in it"
WHY_READ = (
    "Read every line of it. Whole names and record numbers of other children who are on record are taken out already;"
    " families, staff by their first names, pet names, descriptions and opinions of others are not."
)
WHY_WITHHELD = "Something was taken out there. See that what is left does not tell who is meant."
WHY_NUMBERS = "It may be the child's own or somebody else's: only a reader can tell. Take out what is another's."
ALWAYS = (
    (
        "Who asks",
        "See that whoever asks may have it: the young person, or a parent of a child too young to decide. A child who"
        " understands decides what a parent reads.",
    ),
    (
        "Serious harm",
        "Data Protection Act 2018, Schedule 3 (health, social work, education and child abuse data): leave out what is"
        " likely to harm anybody seriously. Of health data ask the right health professional first.",
    ),
    (
        "Other people",
        "Data Protection Act 2018, Schedule 2, paragraphs 16 and 17. Staff stand here by role; names of those who acted"
        " in their job in health, social work or education may as a rule be given. Advisers and who wrote a letter are"
        " withheld: decide whether they may be named.",
    ),
    (
        "Advice of lawyers, and proceedings",
        "What lawyers advised, and papers of a court or the Tribunal, may be exempt (Schedules 2 and 3).",
    ),
    (
        "What is not here",
        "Search these as well: the council's record system, e-mail, the chats themselves (by the case's number), the"
        " letters and the advice, and what the partners hold.",
    ),
)
RESTRICTED = (
    "A restricted case is in it",
    "See that nothing tells of a safe address, an adoption or an enquiry that the family must not know of.",
)

Values = Mapping[str, Any]


def pack(turn: Turn, held: Gathered, asked_of: Case) -> dict[str, Any]:
    """The pack of a child who is not erased, as asked for on one of their cases."""
    parts = [(part, tuple(ROWS[part.id](turn, held))) for part in PARTS]
    name = held.who.name if held.who else ""
    words = [words for _, rows in parts for row in rows for words in row.values() if isinstance(words, Words)]
    staff = {person.name: role(turn, person) for person in held.staff}
    whose = own(held.child.id or 0, name, held.references, others=outsiders(turn, held), staff=staff)
    told = dict(zip(map(id, words), masked(turn, whose, [each.text for each in words]), strict=True))
    return {
        "format": FORMAT,
        "reference": asked_of.reference,
        "name": name,
        "made_at": turn.now.isoformat(),
        "before_sending": list(_before_sending(held, [(each, told[id(each)]) for each in words])),
        "parts": [_part(part, rows, told) for part, rows in parts],
    }


def as_json(values: Values) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _part(part: Part, rows: Sequence[Row], told: Mapping[int, Masked]) -> Values:
    return {
        "id": part.id,
        "title": part.title,
        "what": part.what,
        "shape": part.shape,
        "columns": columns_of(part),
        "rows": [{name: _plain(value, told) for name, value in row.items()} for row in rows],
    }


def columns_of(part: Part) -> list[Values]:
    return [_column(column) for column in part.columns]


def _column(column: Column) -> Values:
    told: dict[str, Any] = {"id": column.id, "title": column.title, "kind": column.kind}
    if column.under:
        told["under"] = column.under
    return told | ({"head": True} if column.head else {})


def _plain(value: Any, told: Mapping[int, Masked]) -> Any:
    return told[id(value)].text if isinstance(value, Words) else value


def _before_sending(held: Gathered, read: Sequence[tuple[Words, Masked]]) -> Iterator[Values]:
    """What a person has to look at, and where: because to take something out is a person's decision."""
    written = [((words.of, words.number), found) for words, found in read if found.text]
    yield from _look(READ_THROUGH, WHY_READ, [where for where, _ in written])
    yield from _look("Something was withheld", WHY_WITHHELD, [where for where, found in written if found.withheld])
    for kind in dict.fromkeys(kind for _, found in written for kind in found.look):
        label = f"It holds {kind.label}"
        yield from _look(label, WHY_NUMBERS, [where for where, found in written if kind in found.look])
    hidden = [file.case.reference for file in held.cases if file.case.restricted]
    yield from _look(*RESTRICTED, [(reference, 0) for reference in hidden])
    yield from ({"what": what, "why": why, "where": []} for what, why in ALWAYS)


def _look(what: str, why: str, where: Sequence[tuple[str, int]]) -> Iterator[Values]:
    """One thing to look at, and where: the numbers of each record together."""
    together: dict[str, list[int]] = {}
    for of, number in where:
        together.setdefault(of, []).extend([number] if number else [])
    if where:
        yield {"what": what, "why": why, "where": [{"of": of, "numbers": together[of]} for of in together]}
