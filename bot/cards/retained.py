"""How long a child is kept, what holds that, and what an erasure would take away: by reference alone.

A day counted from a birth tells the birth: only its month is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from bot.cases import belongings, holds, retaining, staff, visible
from bot.cases.belongings import Belongings
from bot.cases.erasing import Going
from bot.cases.holds import Held
from bot.cases.retaining import Due
from bot.domain.calendar import london_date
from bot.domain.dates import MONTHS, say_day, say_in_full
from bot.domain.message import Action, Fact, Message, Row, Style, Table
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Enquiry

PAGE = 20
STAYS = "numbers, days, kinds and owners of every entry; school, process and outcome; who looked and when"


def month(day: date) -> str:
    """ "March 2050"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def due_message(turn: Turn, found: Sequence[Due], by: date, page: int) -> Message:
    """What is due by a day, a page at a time, with what is held and why."""
    shown = found[(page - 1) * PAGE : page * PAGE]
    rows = tuple(Row(cells, actions=tuple(_erase(one))) for one, cells in zip(shown, rows_of(shown), strict=True))
    more = Action("More", line("retention", by=by.isoformat(), page=page + 1), acts=False)
    return Message(
        f"{retaining.counted(found)} by {say_in_full(by)}.",
        table=Table(("Reference", "Due since", "Held"), rows) if rows else None,
        actions=(more,) if page * PAGE < len(found) else (),
        aside="Nothing is erased by itself. A child with a case that you may not see is not counted.",
        private=True,
    )


def rows_of(found: Sequence[Due]) -> list[tuple[str, str, str]]:
    """References, since when, and what holds."""
    return [(", ".join(one.references), month(one.on), _why(one)) for one in found]


def _why(one: Due) -> str:
    named = [kind.label for kind in one.held]
    waits = [f"{reference} is open" for reference in one.waits]
    return "; ".join([*named, *waits])


def _erase(one: Due) -> Iterator[Action]:
    if one.may_go:
        yield Action("Erase…", line("erase", case=one.references[0]), Style.DANGER, acts=False)


def kept_message(turn: Turn, about: Case | Enquiry, belongs: Belongings) -> Message:
    """How long one child, or one letter, is kept; by which row of the schedule; and what holds it.

    As far as the asker sees: a case that is hidden from them holds an erasure back too, and that is not told.
    """
    belongs = _seen(turn, belongs)
    return Message(
        f"{about.reference} · {_headline(turn, belongs)}", facts=tuple(_facts(turn, about, belongs)), private=True
    )


def _headline(turn: Turn, belongs: Belongings) -> str:
    if belongs.erased:
        at = belongs.child.erased_at if belongs.child else None
        return f"erased{f' on {say_in_full(london_date(at))}' if at else ''}"
    due = retaining.due_on(turn, belongs)
    held = "; held" if _held(turn, belongs) else ""
    if due is None:
        return f"kept while anything of it is open{held}"
    return f"due to be erased since {month(due)}{held}" if due <= turn.today else f"kept until {month(due)}{held}"


def _facts(turn: Turn, about: Case | Enquiry, belongs: Belongings) -> Iterator[Fact]:
    keep = retaining.keep_of(turn, about)
    yield Fact("Kept by", keep.basis, f"{keep.source}{f' · to check: {keep.unverified}' if keep.unverified else ''}")
    if belongs.erased:
        return
    for record in belongs.records:
        if record is about:
            continue
        stands = "open" if record in belongs.still_open else "closed"
        yield Fact(
            "Kept with it", record.reference, f"{stands} · {retaining.keep_of(turn, record).basis}", private=True
        )
    for held in _held(turn, belongs):
        yield Fact("Held", held.kind.label, _since(turn, held))


def _seen(turn: Turn, belongs: Belongings) -> Belongings:
    """What of it the asker sees."""
    letters = [one for one in belongs.letters if _may_see(turn, one)]
    alone = [one for one in belongs.alone if one in letters]
    return replace(belongs, cases=[one for one in belongs.cases if _may_see(turn, one)], letters=letters, alone=alone)


def _held(turn: Turn, belongs: Belongings) -> list[Held]:
    return [held for held in holds.on(turn, belongs) if held.by is None or _may_see(turn, held.by)]


def _may_see(turn: Turn, record: Case | Enquiry) -> bool:
    """A letter is told of where its child is: it is the family's right, not the MP's matter, that is in hand."""
    if isinstance(record, Enquiry):
        return not visible.is_about_hidden(turn, record)
    return not belongings.hidden(turn, [record])


def _since(turn: Turn, held: Held) -> str:
    if held.by is not None:
        return f"while {held.by.reference} is open"
    if held.hold is None:
        return ""
    by = staff.person(turn, held.hold.placed_by)
    placed = say_day(london_date(held.hold.placed_at), turn.today)
    return f"placed by {by.name if by else 'somebody'} on {placed}"


def going_message(turn: Turn, about: Case | Enquiry, belongs: Belongings, going: Going) -> Message:
    """What an erasure would take away and what stays, before anything happens."""
    due = retaining.due_on(turn, belongs)
    early = f"The schedule keeps it until {month(due)}. " if due and due > turn.today else ""
    return Message(
        f"{about.reference}: this is what erasing takes away, for good.",
        facts=tuple(_going(belongs, going)),
        aside=f"{early}Backups from before can bring it back for nobody: they are erased again when they are restored.",
        private=True,
    )


def _going(belongs: Belongings, going: Going) -> Iterator[Fact]:
    if belongs.child is not None:
        yield Fact("Goes", "name, date of birth, record number", f"{going.marks} marks by which the child is found")
        yield Fact("Goes", f"the words of {_many(going.entries, 'entry', 'entries')}", "notes, reasons, who wrote")
        yield Fact("Goes", "which bodies were asked, by name; lines said to the bot that tell of the child")
        taken = ((going.cards, "card in rooms", "cards in rooms"), (going.exports, "sealed export", "sealed exports"))
        if named := [_many(*one) for one in taken if one[0]]:
            yield Fact("Goes", " and ".join(named))
    else:
        yield Fact("Goes", f"the words of {_many(going.entries, 'entry', 'entries')}", "notes, reasons, who wrote")
    if belongs.cases:
        yield Fact("Of", ", ".join(record.reference for record in belongs.going))
    if going.letters_kept:
        letters = ", ".join(going.letters_kept)
        yield Fact("Stays", f"the words of {letters}", "about other children too")
    yield Fact("Stays", STAYS, "under numbers, without a name")


def _many(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def asked(preview: Message, words: str) -> Message:
    """The preview, once a second person has been asked."""
    return Message(f"{words} Nothing is erased until then.", facts=preview.facts, aside=preview.aside, private=True)
