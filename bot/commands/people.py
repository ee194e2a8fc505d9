"""The staff list: who is there, who is away, who covers, and who has left."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from sqlmodel import col, select

from bot.blanks import ANYBODY, OWNER, PERSON, OwnerBlank, PersonBlank, day, number, plain
from bot.cards.people import counted
from bot.cases import absence, handing_over, rosters, staff
from bot.cases.absence import NAMES, Gap
from bot.cases.recipients import WEEKDAYS
from bot.commands.roles import ADMINISTRATORS, COUNCIL, MANAGERS, STAFF_LIST
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NotNow
from bot.domain.message import Action, BlankKind, Choice, Message, Row, Style, Table
from bot.domain.sentences import listed
from bot.grammar import Ask, command, line
from bot.turn import Turn
from storage.tables import Identity, Person


def _weekdays(_turn: Turn, words: str) -> str:
    """One weekday; `every day` is read as all of them by the command."""
    known = {
        name: short for short, full in NAMES.items() for name in (short, full.lower(), f"{short}s", f"{full.lower()}s")
    }
    known |= {"tues": "tue", "weds": "wed", "thur": "thu", "thurs": "thu", "every day": "all", "all": "all"}
    if plain(words) not in known:
        raise CannotRead(f"“{words}” is no weekday. Say for example: Mon Tue Wed")
    return known[plain(words)]


WEEKDAY = Ask(
    "Works on", _weekdays, kind=BlankKind.CHOICES, many=True, words=2, hint="Other days: whoever covers hears",
    choices=lambda _turn: [Choice(short, full) for short, full in NAMES.items()],
)  # fmt: skip
WHOSE = replace(PERSON, label="Who", hint="Yourself, if left empty")
COVER = replace(OWNER, label="Who covers", lead="cover", words=3)


@command("people", "staff", may=STAFF_LIST, acts=False, examples=("people",))
def people(turn: Turn) -> Message:
    """List the staff: agency, role, manager, whether each can be reached in chat, and who is away."""
    found = turn.db.exec(select(Person).where(col(Person.active)).order_by(Person.name)).all()
    linked = set(turn.db.exec(select(Identity.person_id).where(col(Identity.gone_at).is_(None))))
    closed = set(turn.db.exec(select(Identity.person_id).where(col(Identity.gone_at).is_not(None)))) - linked
    names = {person.id: person.name for person in found}
    there = absence.of_today(turn)
    rows = tuple(
        Row(
            (
                person.name,
                person.agency.label,
                turn.rules.called(person.role),
                names.get(person.manager_id, "no manager"),
                "linked" if person.id in linked else "left" if person.id in closed else "not linked yet",
                *([there.get(person.id or 0, "")] if there else []),
            )
        )
        for person in found
    )
    columns = ("Name", "Agency", "Role", "Manager", "Chat", *(["Leave and days"] if there else []))
    return Message(
        f"{len(rows)} {'person is' if len(rows) == 1 else 'people are'} on the staff list.",
        table=Table(columns, rows),
        aside="To add people, an administrator runs: referralbot import people FILE",
        private=True,
    )


@command(
    "away", "on leave", may=COUNCIL | ADMINISTRATORS,
    examples=("away from 21 December until 4 January cover Tom", "away Priya until Friday cover Tom"),
    title="Leave",
)  # fmt: skip
def away(
    turn: Turn,
    *,
    person: Annotated[Person | None, WHOSE] = None,
    starts: Annotated[date | None, day("From", past=False, lead="from", hint="Today, if left empty")] = None,
    until: Annotated[date, day("Last day away", past=False, lead="until")],
    cover: Annotated[Person | None, COVER] = None,
) -> Message:
    """Say that you are away, and who covers: your nudges and your digest go there. No date moves.

    A manager says it for their team, an administrator for anybody.
    """
    whose, first = person or turn.person, starts or turn.today
    gap = absence.away(turn, whose, first, until, cover)
    span = f"from {say_day(first, turn.today)} until {say_day(until, turn.today)}"
    back = "Back sooner? Say: back" if whose.id == turn.person.id else f"Back sooner? Say: back {whose.name}"
    asides = [*_who_hears(turn, whose, cover, gap), back]
    return Message(f"{whose.name} is away {span}.", aside=" ".join(asides), private=True)


def _who_hears(turn: Turn, whose: Person, cover: Person | None, gap: Gap) -> list[str]:
    """Who hears in somebody's place, and what of it they can't."""
    manager = staff.manager_of(turn.db, whose)
    above = manager.name if manager else "the administrators' room"
    if cover is None:
        return [f"Nobody covers: {above} hears in their place."]
    told = [f"{cover.name} covers."]
    if gap.restricted:
        many = "1 restricted case" if gap.restricted == 1 else f"{gap.restricted} restricted cases"
        told.append(f"Of {many} {above} hears instead: {cover.name} may not see that.")
    if gap.unreachable:
        told.append(f"{cover.name} has not been met in chat yet: until then {above} hears.")
    if gap.away_too:
        told.append(f"{cover.name} is away too for some of it: then whoever covers for them hears.")
    return told


@command("back", "i am back", may=COUNCIL | ADMINISTRATORS, examples=("back", "back Priya"), title="Back from leave")
def back(turn: Turn, *, person: Annotated[Person | None, WHOSE] = None) -> Message:
    """Say that you are back: what is yours comes to you again. Leave that lies ahead is taken out."""
    whose = person or turn.person
    ended = absence.back(turn, whose)
    if ended[0].first_day <= turn.today:
        return Message(f"{whose.name} is back: nudges and the digest come to them again.", private=True)
    spans = [f"{say_day(one.first_day, turn.today)} until {say_day(one.last_day, turn.today)}" for one in ended]
    return Message(f"{whose.name}'s leave is taken out: {'; '.join(spans)}.", private=True)


@command(
    "works", "working days", may=COUNCIL | ADMINISTRATORS,
    examples=("works Priya Mon Tue Wed cover Tom", "works me every day"), title="Working days",
)  # fmt: skip
def works(
    turn: Turn,
    *,
    person: Annotated[Person, replace(WHOSE, hint="Name, or me")],
    days: Annotated[tuple[str, ...], WEEKDAY],
    cover: Annotated[Person | None, COVER] = None,
) -> Message:
    """Say on which weekdays somebody works, and who covers on the others. Of two who share a job each covers the other.

    Where nobody covers, nudges come on those days all the same; a manager hears too of what can't wait until they are
    back.
    """
    weekdays = tuple(dict.fromkeys(WEEKDAYS if "all" in days else days))
    gap = absence.works(turn, person, weekdays, cover)
    if len(weekdays) == len(WEEKDAYS):
        return Message(f"{person.name} works every weekday.", private=True)
    named = listed([f"{NAMES[day_]}s" for day_ in WEEKDAYS if day_ in weekdays])
    alone = "On the other days nudges come all the same; their manager hears too of what can't wait."
    aside = " ".join(_who_hears(turn, person, cover, replace(gap, restricted=0))) if cover else alone
    return Message(f"{person.name} works on {named}.", aside=aside, private=True)


@command(
    "hand over all", "assign all", may=MANAGERS, examples=("hand over all from Priya to Tom",), title="Hand over all",
)  # fmt: skip
def hand_over_all(
    turn: Turn,
    *,
    whose: Annotated[Person, replace(ANYBODY, label="From", lead="from")],
    to: OwnerBlank,
    count: Annotated[int | None, number("How many", asked=False, words=0)] = None,
) -> Message:
    """Give all open cases and letters of somebody a new owner at once. First it says how many there are.

    Nudges go to the new owner from then on. What was told before stays on record.
    """
    owned = handing_over.estate(turn, whose)
    handing_over.check(turn, owned, whose, to)
    what = counted(len(owned.cases), len(owned.letters))
    if count != owned.count:
        sure = line("hand over all", whose=whose.email, to=to.email, count=owned.count)
        ask = f"{whose.name} owns {what}. Hand over all of it to {to.name}?"
        give = Action(f"Hand over {owned.count}", sure, Style.PRIMARY)
        return Message(ask, actions=(give,), aside=handing_over.THEIR_MANAGERS, private=True)
    handing_over.hand_over(turn, owned, whose, to)
    done = f"Handed over from {whose.name} to {to.name}: {what}."
    return Message(done, aside=handing_over.THEIR_MANAGERS, private=True)


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
    owned = handing_over.known_to_all(turn, person)
    person.active = False
    left = f"Without an owner now: {counted(*owned)}." if any(owned) else "No case that all staff may see was theirs."
    aside = f"A manager says: hand over all from {person.email} to …"
    return Message(f"{person.name} can no longer use referralbot. {left}", aside=aside, private=True)


@command(
    "people relink", "relink", may=ADMINISTRATORS, examples=("people relink tom.reid@council.example",),
    title="Link an account again",
)  # fmt: skip
def relink(turn: Turn, *, person: PersonBlank) -> Message:
    """Link an account again that its platform had called closed. The platform is asked once more."""
    again = rosters.connect_again(turn, person)
    done = f"{person.name} can use referralbot in chat again." if again else f"{person.name} was not cut off."
    return Message(done, private=True)
