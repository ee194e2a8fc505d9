"""Words to send about a case or a letter: drafted from the record, and never sent."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from bot.blanks import CaseOrLetterBlank, plain
from bot.cards.drafts import draft_message
from bot.cases.files import open_file
from bot.commands.roles import COUNCIL
from bot.domain.clocks import Adviser
from bot.domain.drafts import ALSO, Whom
from bot.domain.errors import CannotRead
from bot.domain.message import BlankKind, Choice, Message
from bot.grammar import Ask, command
from bot.turn import Turn
from storage.tables import Case

KNOWN = {plain(name): whom for whom in Whom for name in (whom.value, whom.label)} | dict(ALSO)


def _whom(turn: Turn, words: str) -> Whom | Adviser:
    """A kind of reader, or whose advice is chased."""
    named = re.sub(r"^(?:an?|the|my|our) ", "", plain(words))
    found = KNOWN.get(named) or turn.rules.adviser(named)
    if found is None:
        readers = ", ".join(whom.label for whom in Whom)
        raise CannotRead(f"I draft for one of these, or for whose advice is awaited: {readers}.")
    return found


def _readers(_turn: Turn) -> Sequence[Choice]:
    return [Choice(whom.value, f"{whom.label[:1].upper()}{whom.label[1:]}") for whom in Whom]


WHOM = Ask(
    "For whom", _whom, show=lambda one: one.value if isinstance(one, Whom) else one.id, kind=BlankKind.CHOICE,
    choices=_readers, words=4, lead="for", hint="A manager or the panel, if left empty; of a letter, the MP",
)  # fmt: skip


@command(
    "draft", may=COUNCIL, acts=False,
    examples=("draft 0042 for the MP team", "draft 0042 for mum", "draft MP-2026-0007", "draft 0042 for SLT"),
    title="Draft some words", before=r"#?\d|(?:send|mp|comp|foi|sar)\b|for |case=|to=",
)  # fmt: skip
def draft(turn: Turn, *, case: CaseOrLetterBlank, to: Annotated[Whom | Adviser | None, WHOM] = None) -> Message:
    """Draft two lines to send, from what is on record: for the MP team, an MP, the family, whoever owes advice.

    No child's name and no school stands in it, and no more than its reader may know. What is not on record is left to
    fill in. Nothing is sent: copy it, and check it first.
    """
    alone = replace(turn, private=True)
    whom = Whom.MANAGER if isinstance(case, Case) else Whom.MP
    of = to if isinstance(to, Adviser) else None
    whom = Whom.AGENCY if of else to if isinstance(to, Whom) else whom
    return draft_message(alone, open_file(alone, case), whom, of=of)
