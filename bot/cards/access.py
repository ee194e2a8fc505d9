"""Who may know what of a case, by the sharing table, and who has seen who the child is. For one reader alone."""

from collections.abc import Iterator, Sequence

from bot.cards.history import seen_by
from bot.cases import visible
from bot.cases.files import CaseFile
from bot.cases.restricting import named_to
from bot.domain.message import Action, Fact, Message
from bot.domain.sentences import listed
from bot.domain.sharing import KINDS, TABLE, Share
from bot.domain.terms import Agency, Kind, Relation, Role
from bot.grammar import line
from bot.turn import Turn

WORDS = {
    Kind.EXISTENCE: "that it is there",
    Kind.STAGE: "its stage and owner",
    Kind.REQUESTS: "who was asked for advice",
    Kind.IDENTITY: "who the child is",
    Kind.SETTING: "the school",
    Kind.MP_MATTER: "MPs' letters",
}
HOW = {
    Share.ALONE: "privately",
    Share.OWN: "their own agency's",
    Share.OWN_ALONE: "their own agency's, privately",
}
ROLES = tuple(Role)
MOST_SEEN = 5


def access_message(turn: Turn, file: CaseFile) -> Message:
    """A restricted case is told of by its names alone; any other by role and room."""
    case = file.case
    history = Action("Whole record", line("history", case=case.reference), acts=False)
    seen = list(seen_by(turn, file))
    shown = f"{_people(len(seen))} been shown who the child is."
    if case.restricted:
        return Message(f"{_named(turn, file)} {shown}", facts=_most(seen), actions=(history,), private=True)
    return Message(
        f"{case.reference} is not restricted: staff may know that it is there, and as much as their role may. {shown}",
        facts=(*_most(seen), *_roles(turn), *_rooms()),
        actions=(history,),
        aside="Those who work at a school see its own children only.",
        private=True,
    )


def _named(turn: Turn, file: CaseFile) -> str:
    """Who are named, for those who may know why."""
    known = visible.viewer(turn, file.case).may_know(Kind.RESTRICTED)
    names = [person.name for person in named_to(turn, file.case)] if known else []
    also = f", their manager and {listed(names)}" if names else " and their manager"
    return f"{file.case.reference} is restricted: its owner{also} see it, and no room hears of it."


def _roles(turn: Turn) -> Iterator[Fact]:
    rows = [(turn.rules.people(role), _known(TABLE[role, None, Relation.ANY]), _once_asked(role)) for role in ROLES]
    for people, known, asked in _alike(rows):
        yield Fact(f"{people[:1].upper()}{people[1:]}", known, asked)


def _alike(rows: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Those who are told the same, in one line."""
    for known in dict.fromkeys(row[1:] for row in rows):
        yield listed([row[0] for row in rows if row[1:] == known]), *known


def _once_asked(role: Role) -> str:
    """What somebody may know in addition once their agency was asked for advice."""
    row = TABLE.get((role, None, Relation.ASKED))
    return f"once asked: {_known(row, beside=TABLE[role, None, Relation.ANY])}" if row else ""


def _rooms() -> Iterator[Fact]:
    rows = [(agency.label, _known(TABLE[None, agency, Relation.ANY]), "") for agency in Agency]
    yield from (Fact(f"Rooms: {agencies}", known) for agencies, known, _ in _alike(rows))


def _known(row: Sequence[Share], beside: Sequence[Share] = ()) -> str:
    """ "its stage and owner, dates, who was asked for advice (their own agency's)"."""
    told = [
        f"{WORDS.get(kind, kind.value)}{f' ({HOW[share]})' if share in HOW else ''}"
        for place, (kind, share) in enumerate(zip(KINDS, row, strict=True))
        if share is not Share.NO and kind is not Kind.RESTRICTED and (not beside or beside[place] is not share)
    ]
    return ", ".join(told[1:] if len(told) > 1 and not beside else told)


def _people(many: int) -> str:
    return "1 person has" if many == 1 else f"{many} people have" if many else "Nobody has"


def _most(seen: Sequence[Fact]) -> tuple[Fact, ...]:
    more = [Fact("Seen by", f"{len(seen) - MOST_SEEN} more", "in the whole record")] if len(seen) > MOST_SEEN else []
    return (*seen[:MOST_SEEN], *more)
