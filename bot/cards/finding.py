"""What was found: children by name or number, and words in notes. For one reader alone."""

from bot.cases import children, visible
from bot.cases.finding import MOST, Fit, Match
from bot.cases.searching import Hit, Searched
from bot.domain.dates import say_day
from bot.domain.facts import label
from bot.domain.message import Action, Fact, Message
from bot.domain.terms import Basis, CaseStatus, Kind
from bot.grammar import line
from bot.turn import Turn

OPENED = 5
"""The most that there is a button for."""
NOBODY = "I find nobody of that name or record number among the children you may know of."
HOW = "Try one name, or the record number. For a case by its own number, say: status 0042"


def found_message(turn: Turn, matches: list[Match]) -> Message:
    """Each case with who it is, put on record as shown; nothing found and nothing there to know are the same words."""
    if not matches:
        return Message(NOBODY, aside=HOW, private=True)
    shown = matches[:MOST]
    many = f"More than {MOST} cases fit" if len(matches) > MOST else _cases(len(shown))
    return Message(
        text=f"{many}:",
        facts=tuple(_fact(turn, match) for match in shown),
        actions=tuple(_open(match.case.reference) for match in shown[:OPENED]),
        aside="Say more of the name, or the record number, to see others." if len(matches) > MOST else "",
        private=True,
    )


def _cases(many: int) -> str:
    return "1 case fits" if many == 1 else f"{many} cases fit"


def _fact(turn: Turn, match: Match) -> Fact:
    """ "SEND-2026-0042: Maisie Palmer, born 14 March 2019", with where it stands."""
    case = match.case
    basis = visible.viewer(turn, case).on(Kind.IDENTITY) or Basis.CASEWORK
    who = children.identity(turn, case, match.child, basis)
    stands = f"closed ({case.outcome.label})" if case.status is CaseStatus.CLOSED and case.outcome else case.stage
    number = f"record number {who.record_number}" if who and who.record_number else ""
    alike = "sounds like it" if match.fit is Fit.SOUND else ""
    detail = " · ".join(filter(None, [case.process.label, stands, number, alike]))
    return Fact(case.reference, f"{who.name}, born {who.born:%-d %B %Y}" if who else "", detail, private=True)


def _open(reference: str) -> Action:
    return Action(f"Open {reference}", line("open", case=reference), acts=False, alone=True)


def searched_message(turn: Turn, words: str, found: Searched) -> Message:
    """What was found in notes, how far was looked, and the way to look further back."""
    looked = _looked(turn, found)
    text = f"{_notes(len(found.hits))}. {looked}" if found.hits else f"Nothing found. {looked}"
    further = line("search notes", words=words, before=found.before) if found.before else ""
    references = dict.fromkeys(hit.reference for hit in found.hits)
    return Message(
        text=text,
        facts=tuple(_hit(turn, hit) for hit in found.hits),
        actions=(
            *((Action("Look further back", further, acts=False, alone=True),) if further else ()),
            *(_open(reference) for reference in [*references][: OPENED - 1]),
        ),
        aside=f"Narrower: search notes case=0042 {words}" if further else "",
        private=True,
        identifies=bool(further),  # what was looked for stands in it, and may be a name
    )


def _notes(many: int) -> str:
    return "1 entry" if many == 1 else f"{many} entries"


def _looked(turn: Turn, found: Searched) -> str:
    """ "Looked through 214 cases and letters, back to Mon 12 Oct." """
    if found.back_to is None:
        return "There is nothing here that you may read."
    many = "1 case or letter" if found.records == 1 else f"{found.records:,} cases and letters"
    return f"Looked through {many}, back to {say_day(found.back_to, turn.today)}."


def _hit(turn: Turn, hit: Hit) -> Fact:
    detail = f"{label(hit.kind)}, {say_day(hit.on, turn.today)}, by {hit.by}"
    return Fact(hit.reference, hit.words, detail, private=True)
