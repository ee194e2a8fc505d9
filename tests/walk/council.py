"""A council in which each private value is a word that nothing else says, and who may hear each."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlmodel import Session, select

from bot.domain.sharing import COUNCIL, SEE_RESTRICTED, TABLE, Share
from bot.domain.terms import Agency, Basis, Kind, Relation, Role
from storage.connect import Store
from storage.tables import Admitted, Case, Person, Room, Setting
from tests.leaks.markers import Marked, Words, written
from tests.town import ROOMS, SCHOOL, SINCE, STAFF, Town

WALKERS = (
    *("Priya", "Moira", "Helen", "Tom", "Kit"),
    *("Frances", "Vera", "Alan", "Nora", "Grace", "Paul", "Sunita", "Rosa"),
)
"""An owner, her manager, the one above, an officer, one who broke the glass; each other role: health, social care, of
whom Paul is named, and a school."""
SHARED, NOBODYS = "shared with a trust", "nobody's"
PLACES: Mapping[str, Agency | None] = {**ROOMS, SHARED: None, NOBODYS: None}
"""Rooms, and whose each is by the table; None is a room of which it lets nothing but existence be known."""
OF_RIGHTS, OF_GLASS = frozenset({"exporting", "rectifying", "retaining"}), "glass"
"""The modules of commands for a request of the family's, and for openings by breaking the glass."""
OLD = date(2026, 8, 10)
"""The day on which requests were received: by the time of the walk some dates are late and some to come."""


@dataclass(frozen=True)
class Secret:
    """One private value: of what kind, about which cases of the town, and whose words it is."""

    value: str
    kind: Kind
    about: tuple[str, ...]
    of: Agency | None = None
    alone: bool = False
    """Such as a body's name: of what a room may hear it hears that one was asked, and not which."""


@dataclass
class Undone:
    """A store whose transactions leave nothing behind once it says so: each line meets the town as it stood."""

    store: Store
    undo: bool = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.store.transaction() as db:
            yield db
            if self.undo:
                db.flush()
                db.rollback()


@dataclass
class Council:
    """The town, its secrets, and what each person is to each case."""

    town: Town
    references: dict[str, str] = field(default_factory=dict)
    """What a case or a letter is called here -> its reference."""
    secrets: list[Secret] = field(default_factory=list)
    relations: dict[str, Mapping[str, frozenset[Relation]]] = field(default_factory=dict)
    """A case -> who it is there for, and what they are to it."""

    def may(self, walker: str, place: str, secret: Secret, by: str = "") -> bool:
        """Whether the table lets this value be told to somebody alone, or aloud where they asked; by its cells alone.

        `by` is the module of the command that tells it: some are for the data protection lead's own work.
        """
        return any(self._may(walker, place, secret, about, by) for about in secret.about)

    def _may(self, walker: str, place: str, secret: Secret, about: str, by: str) -> bool:
        agency, role = next((agency, role) for _, name, agency, role, _ in STAFF if name.split()[0] == walker)
        role = Role.CONTRIBUTOR if agency not in COUNCIL else role
        mine = self._relations(walker, about)
        if role is Role.DATA_PROTECTION:
            mine |= {Relation.RIGHTS} if by in OF_RIGHTS and mine else set()
            mine |= {Relation.REVIEWS} if by == OF_GLASS and about == "hidden" else set()
        known = any(_fits(_cell(role, None, each, secret.kind), agency, secret.of, alone=not place) for each in mine)
        if not place or not known or secret.alone:
            return known and not place
        room = PLACES[place]
        return mine.isdisjoint(SEE_RESTRICTED) and _fits(
            _cell(None, room, Relation.ANY, secret.kind), room, secret.of, alone=False
        )

    def _relations(self, walker: str, about: str) -> frozenset[Relation]:
        """To a letter what they are to each of its cases, where none of those is hidden from them."""
        cases = LETTERS[about][1] if about in LETTERS else (about,)
        mine = [self.relations[one].get(walker, frozenset()) for one in cases]
        return frozenset().union(*mine) if all(mine) else frozenset()

    def may_read(self, place: str, secret: Secret) -> bool:
        """Whether a room may hear this value where nobody asked."""
        room = Agency.EDUCATION if place == "administrators" else PLACES[place]
        there = any("hidden" not in (one, *LETTERS.get(one, ("", ()))[1]) and one != "twin" for one in secret.about)
        return (
            there
            and not secret.alone
            and _fits(_cell(None, room, Relation.ANY, secret.kind), room, secret.of, alone=False)
        )


def _cell(role: Role | None, agency: Agency | None, relation: Relation, kind: Kind) -> Share:
    row = TABLE.get((role, agency, relation), TABLE[role, agency, Relation.ANY])
    return row[list(Kind).index(kind)]


def _fits(cell: Share, mine: Agency | None, of: Agency | None, *, alone: bool) -> bool:
    own = of is not None and of is mine
    match cell:
        case Share.YES:
            return True
        case Share.ALONE:
            return alone
        case Share.OWN:
            return own
        case Share.OWN_ALONE:
            return own and alone
    return False


def settled(store: Store, *, without: Collection[str] = ()) -> Council:
    """The town with its cases, its letters, and a week of reminders said; from now on nothing that is said is kept.

    `without` names those that are left out. What is hidden comes last, so that it lends nothing else its number.
    """
    undone = Undone(store)
    council = Council(Town(undone))  # type: ignore[arg-type]
    town, words = council.town, Words("walk")
    _rooms(town)
    town.numbers["MP"].popleft()  # by which the examples of commands are called
    for name in ("plain", "other", "closed", "letter", *HIDDEN):
        if name not in without:
            _put_in(council, words, name)
    _relations(council)
    for _ in range(3):
        town.pass_time(days=1)
        town.remind()
    undone.undo = True
    town.app.draw = Random("walk").choice  # the town's own numbers would run out
    return council


def _put_in(council: Council, words: Words, name: str) -> None:
    if name in LETTERS:
        _letter(council, words, name)
    elif name == "twin":
        _twin(council)
    else:
        _case(council, words, name)


HIDDEN = ("hidden", "twin", "of_both", "of_hidden")
"""A restricted case, one of a child whose other case is not, an MP's letter about both and one about the first."""
OWNERS = {"plain": "Priya", "other": "Tom", "hidden": "Priya", "closed": "Kit"}


def _rooms(town: Town) -> None:
    town.add(
        Room(
            connection_id=town.connection, place=SHARED, name=SHARED, agency=Agency.HEALTH, shared=True, bound_at=SINCE
        )
    )


def _case(council: Council, words: Words, name: str) -> None:
    """A case with a note, requests that name their bodies, a school that is consulted, an exception that was agreed."""
    town, child, owner = council.town, words.child(len(council.references)), OWNERS[name]
    said = {
        kind: words.next() for kind in ("note", "reason", "evidence", "health", "care", "psychologist", "school", "had")
    }
    opened = town.opens(
        owner, child.name, received=OLD, born=child.born.isoformat(), record_number=child.record_number,
        setting=SCHOOL if name == "plain" else child.school, restricted="yes" if name == "hidden" else "no",
        note=said["note"], asked_by="parent",
    )  # fmt: skip
    reference = council.references[name] = opened.text.split(" ")[0]
    if name == "plain":
        _rename_school(town, child)
    if name != "other":
        for service, adviser in (("OT", "health"), ("social_care", "care"), ("EP", "psychologist")):
            _well(town.say(owner, f"ask {reference} services={service} on=2026-09-07 adviser={said[adviser]}").error)
        _well(town.say(owner, f'consult {reference} "{said["school"]}"').error)
        _well(
            town.say(
                "Grace" if name == "plain" else owner, f"have {reference} OT on 9 September because {said['had']}"
            ).error
        )
    claim = f"evidence {said['evidence']} because {said['reason']}"
    _well(town.say(owner, f"exception {reference} away from 5/10/2026 until 8/11/2026 {claim}").error)
    _well(town.say("Moira" if owner != "Moira" else "Helen", f"approve {reference}").error)
    if name == "closed":
        _well(town.say(owner, f"close {reference} withdrawn because it is over").error)
    _keep(council, name, child, said)


def _well(error: str) -> None:
    assert error == "", f"the council of the walk cannot be settled: {error}"


def _rename_school(town: Town, child: Marked) -> None:
    with town.store.transaction() as db:
        db.get_one(Setting, 1).name = child.school


def _keep(council: Council, name: str, child: Marked, said: Mapping[str, str]) -> None:
    about = (name, "twin") if name == "plain" else (name,)
    kept = [Secret(value, Kind.IDENTITY, about) for value in (child.first, child.last, child.record_number)]
    kept += [Secret(value, Kind.IDENTITY, about) for value in written(child.born)]
    kept += [Secret(child.school, Kind.SETTING, about)]
    kept += [Secret(said[one], Kind.NOTES, (name,), Agency.EDUCATION) for one in ("note", "reason", "evidence")]
    theirs = Agency.HEALTH if name == "plain" else Agency.EDUCATION
    kept += [Secret(said["had"], Kind.NOTES, (name,), theirs)]
    bodies = (("health", Agency.HEALTH), ("care", Agency.SOCIAL_CARE), ("psychologist", Agency.EDUCATION))
    kept += [
        Secret(said[one], Kind.REQUESTS, (name,), agency, alone=True)
        for one, agency in (*bodies, ("school", Agency.EDUCATION))
    ]
    if name == "hidden":
        kept += [Secret(council.references[name], Kind.EXISTENCE, (name,))]
    council.secrets += kept


def _twin(council: Council) -> None:
    """Another case of the plain one's child, which is restricted: Tom's."""
    town = council.town
    said = town.say("Tom", f"start annual review {council.references['plain']} last review on 10 March 2026")
    _well(said.error)
    reference = council.references["twin"] = said.text.split(" ")[0]
    with town.store.transaction() as db:
        twin = _called(db, reference)
        twin.restricted, twin.owner_id = True, _id(db, town, "Tom")
    council.secrets.append(Secret(reference, Kind.EXISTENCE, ("twin",)))


def _called(db: Session, reference: str) -> Case:
    return db.exec(select(Case).where(Case.reference == reference)).one()


def _id(db: Session, town: Town, name: str) -> int:
    return db.exec(select(Person.id).where(Person.email == town.email(name))).one() or 0


LETTERS = {
    "letter": ("Frances", ("plain",)),
    "of_both": ("Priya", ("plain", "hidden")),
    "of_hidden": ("Priya", ("hidden",)),
}
"""MPs' letters: who logged each, and about which cases it is."""


def _letter(council: Council, words: Words, name: str) -> None:
    town, (by, about) = council.town, LETTERS[name]
    member, place, note = words.next().capitalize(), words.next().capitalize(), words.next()
    values = {"member": member, "constituency": place, "received": "2026-10-12", "matters": "enquiry, complaint"}
    cases = ", ".join(council.references[one] for one in about)
    said = town.say(by, "mp", values=values | {"cases": cases, "note": note})
    _well(said.error)
    reference = council.references[name] = said.text.split(" ")[0]
    of = Agency.MP_TEAM if by == "Frances" else Agency.EDUCATION
    council.secrets += [Secret(value, Kind.MP_MATTER, (name,)) for value in (member, place, reference)]
    council.secrets += [Secret(note, Kind.NOTES, (name,), of)]


NAMED = {"Paul": (Basis.NAMED, None), "Kit": (Basis.BROKE_GLASS, 30), "Grace": (Basis.BROKE_GLASS, -30)}
"""Who is admitted to the hidden case besides: on what ground, and for how many days from the walk on."""


def _relations(council: Council) -> None:
    if "hidden" in council.references:
        _admit(council)
    asked = {"Grace", "Paul", "Sunita"}
    everybody = {
        name: frozenset({Relation.ANY, Relation.ASKED} if name in asked else {Relation.ANY})
        for name in WALKERS
        if name != "Rosa"
    }
    nobody_asked = {name: frozenset({Relation.ANY}) for name in everybody}
    rosa = {"Rosa": frozenset({Relation.ANY, Relation.ASKED})}
    there = {"plain": everybody | rosa, "other": nobody_asked, "closed": everybody}
    of_hidden = {
        "Priya": Relation.OWNER,
        "Moira": Relation.MANAGER,
        "Paul": Relation.NAMED,
        "Kit": Relation.BROKE_GLASS,
    }
    there["hidden"] = {name: frozenset({relation}) for name, relation in of_hidden.items()}
    there["twin"] = {"Tom": frozenset({Relation.OWNER}), "Moira": frozenset({Relation.MANAGER})}
    council.relations = there


def _admit(council: Council) -> None:
    town = council.town
    with town.store.transaction() as db:
        case = _called(db, council.references["hidden"])
        for name, (basis, days) in NAMED.items():
            until = None if days is None else town.now + timedelta(days=days)
            whose = {"case_id": case.id or 0, "person_id": _id(db, town, name), "basis": basis}
            db.add(Admitted(**whose, since=town.now - timedelta(days=40), until=until))
