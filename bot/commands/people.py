"""The staff list."""

from sqlmodel import col, select

from bot.blanks import PersonBlank
from bot.commands.roles import ADMINISTRATORS, STAFF_LIST
from bot.domain.errors import NotNow
from bot.domain.message import Message, Row, Table
from bot.domain.terms import CaseStatus
from bot.grammar import command
from bot.turn import Turn
from storage.tables import Case, Enquiry, Identity, Person


@command("people", "staff", may=STAFF_LIST, acts=False, examples=("people",))
def people(turn: Turn) -> Message:
    """List the staff: agency, role, manager, and whether each can be reached in chat."""
    found = turn.db.exec(select(Person).where(col(Person.active)).order_by(Person.name)).all()
    linked = set(turn.db.exec(select(Identity.person_id).distinct()))
    names = {person.id: person.name for person in found}
    rows = tuple(
        Row(
            (
                person.name,
                person.agency.label,
                turn.rules.called(person.role),
                names.get(person.manager_id, "no manager"),
                "linked" if person.id in linked else "not linked yet",
            )
        )
        for person in found
    )
    return Message(
        f"{len(rows)} {'person is' if len(rows) == 1 else 'people are'} on the staff list.",
        table=Table(("Name", "Agency", "Role", "Manager", "Chat"), rows),
        aside="To add people, an administrator runs: referralbot import people FILE",
        private=True,
    )


@command(
    "people deactivate",
    "deactivate",
    may=ADMINISTRATORS,
    examples=("people deactivate tom.reid@council.example",),
    title="Take off the staff list",
)
def deactivate(turn: Turn, *, person: PersonBlank) -> Message:
    """Take someone who has left off the staff list. What they recorded stays; their cases need a new owner."""
    if person.id == turn.person.id:
        raise NotNow("You can't take yourself off the list. Ask another administrator.")
    cases = turn.db.exec(select(Case.id).where(Case.owner_id == person.id, Case.status == CaseStatus.OPEN)).all()
    letters = turn.db.exec(
        select(Enquiry.id).where(Enquiry.owner_id == person.id, Enquiry.status == CaseStatus.OPEN)
    ).all()
    person.active = False
    owned = [_counted(len(cases), "open case"), _counted(len(letters), "open letter")]
    left = f"Without an owner now: {', '.join(filter(None, owned))}." if any(owned) else "No open case was theirs."
    aside = f"A manager sees the cases with list {person.email}, and gives each to somebody." if cases else ""
    return Message(f"{person.name} can no longer use referralbot. {left}", aside=aside, private=True)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}" if number else ""
