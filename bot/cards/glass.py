"""What is said of the glass: a case that was opened for a reason, openings that wait for their review, much asking."""

from bot.cards.mailed import mailbox_of
from bot.cases.glass import Opening
from bot.domain.calendar import london_time
from bot.domain.dates import say_day
from bot.domain.message import Action, Row, Table
from bot.domain.terms import Role
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Admitted, Case, Person, Post

SHOW = Action("Show them", line("glass"), acts=False)
UNSAID = "There is a word for you about a restricted case. Say it in chat: glass, or list mine."


def glass_notice(turn: Turn, post: Post) -> tuple[str, tuple[Action, ...]]:
    """Who opened what and until when, to the owner, the manager and the leads. A room and a mail hear none of it."""
    told = post.about
    reader = turn.db.get(Person, post.person_id) if post.person_id else None
    if reader is None or mailbox_of(turn, post):
        return UNSAID, ()
    show = (SHOW,) if reader.role is Role.DATA_PROTECTION else ()
    if many := told.get("unreviewed"):
        return f"{_openings(many)} by breaking the glass and not reviewed. Say glass, to see them.", show
    if told.get("often"):
        by = turn.db.get_one(Person, told["often"])
        return f"{by.name} has asked to break the glass on {told['count']} cases within a day. Speak with them.", ()
    row = turn.db.get(Admitted, told.get("admitted", 0))
    if row is None:
        return UNSAID, ()
    case, by = turn.db.get_one(Case, row.case_id), turn.db.get_one(Person, row.person_id)
    look = (
        () if reader.role is Role.DATA_PROTECTION else (Action("Open", line("open", case=case.reference), acts=False),)
    )
    return f"{by.name} may see {case.reference} until {until(turn, row)}, by breaking the glass.", (*show, *look)


def _openings(many: int) -> str:
    return "1 case was opened" if many == 1 else f"{many} cases were opened"


def openings_table(turn: Turn, found: list[Opening]) -> Table:
    rows = tuple(
        Row(
            (
                one.case.reference,
                one.by.name,
                f"until {until(turn, one.row)}",
                "never" if not one.looks else "once" if one.looks == 1 else f"{one.looks} times",
            ),
            actions=(Action("Review…", line("review glass", case=one.case.reference)),),
        )
        for one in found
    )
    return Table(("Reference", "Opened to", "Open", "Looked at the child"), rows)


def until(turn: Turn, row: Admitted) -> str:
    """ "10:00 on Sat 17 Oct"."""
    here = london_time(row.until or row.since)
    return f"{here:%H:%M} on {say_day(here.date(), turn.today)}"
