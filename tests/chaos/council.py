"""The council that the storm comes over: staff and rooms on both platforms, and cases with much to be reminded of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlmodel import Session

from bot.cases import deadlines, history
from bot.cases.children import Private, register
from bot.cases.history import New
from bot.cases.references import insert_all
from bot.domain.terms import Agency, AskedBy, EntryKind, Platform, Process, Role
from bot.rules import load_rules
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.connections import credentials
from storage.add import add_all
from storage.connect import Store
from storage.crypto import Vault
from storage.migrate import migrate
from storage.tables import Case, Identity, Person, Request, Room
from tests.adapters.fake_connector import TENANT, FakeConnector
from tests.adapters.fake_slack import FakeSlack
from tests.chaos.oracle import HEAD, MANAGER, OWNER, Line

BEGAN = datetime(2026, 11, 2, 18, tzinfo=UTC)
"""A Monday evening: every reminder is still to come."""
OWNERS, MANAGERS, HEADS = 12, 4, 2
ASKED = ("education", "educational_psychology", "health", "speech_and_language", "social_care")
SCHOOLS = 5
ADMINISTRATORS = "C0ADMINISTRATORS"
BOT = {"id": "28:bot", "name": "referralbot"}


@dataclass(frozen=True)
class Size:
    """How many cases: those asked about afresh, and those whose draft is due, some with schools consulted."""

    new: int
    drafting: int
    consulting: int


@dataclass(frozen=True)
class Member:
    """A member of staff, or of a body that is asked: the account, and the place where they read."""

    id: int
    name: str
    on: Platform
    account: str
    reads: str


@dataclass(frozen=True)
class Asked:
    """A request as it stands on record: the number of its entry, and its day."""

    id: int
    agency: Agency
    entry: int
    on: date


@dataclass(frozen=True)
class File:
    """A case when the storm begins."""

    reference: str
    owner: Member
    received: date
    drafting: bool
    requests: tuple[Asked, ...]


@dataclass
class Council:
    """Who is where. Every second person and room is on Teams."""

    settings: Settings
    slack: FakeSlack
    teams: FakeConnector
    staff: dict[int, Member] = field(default_factory=dict)
    """Those who own cases, by id."""
    advisers: dict[Agency, Member] = field(default_factory=dict)
    """Who answers for a body."""
    files: list[File] = field(default_factory=list)

    def found(self, size: Size, dice: Random) -> Line:
        """Make the record; where everybody reads."""
        migrate(self.settings.database_url)
        store, vault = Store(self.settings.database_url), Vault(self.settings.key)
        with store.transaction() as db:
            known = credentials(db, self.settings, vault)
            self._on = {each: known[each][0].connection for each in (Platform.SLACK, Platform.TEAMS)}
            places, line = self._staff(db), self._rooms(db)
            turn = Turn(db, BEGAN, load_rules(), vault)
            owners = list(places)
            for number, case in enumerate(_cases(turn, size, owners, dice)):
                received, requests = _facts(turn, case, number, size, dice)
                owner = self.staff[case.owner_id or 0]
                self.files.append(File(case.reference, owner, received, number >= size.new, requests))
        store.close()
        return Line(places, line, administrators=ADMINISTRATORS)

    def _staff(self, db: Session) -> dict[int, dict[str, str]]:
        """Owners, each under a manager, each under a head; of each owner the places of the three."""
        heads = [self._person(db, f"head{n}", Role.MANAGER, None, n) for n in range(HEADS)]
        managers = [self._person(db, f"manager{n}", Role.MANAGER, heads[n % HEADS], n) for n in range(MANAGERS)]
        owners = [self._person(db, f"officer{n}", Role.OFFICER, managers[n % MANAGERS], n // 2) for n in range(OWNERS)]
        self.staff = {owner.id: owner for owner in owners}
        for number, agency in enumerate((Agency.HEALTH, Agency.SOCIAL_CARE)):
            name = f"adviser{number}"
            self.advisers[agency] = self._person(db, name, Role.CONTRIBUTOR, None, number, agency)
        return {
            owner.id: {
                OWNER: owner.reads,
                MANAGER: managers[n % MANAGERS].reads,
                HEAD: heads[n % MANAGERS % HEADS].reads,
            }
            for n, owner in enumerate(owners)
        }

    def _person(
        self, db: Session, name: str, role: Role, above: Member | None, number: int, agency: Agency = Agency.EDUCATION
    ) -> Member:
        person = Person(email=f"{name}@council.example", name=name, agency=agency, role=role)
        person.manager_id = above.id if above else None
        db.add(person)
        db.flush()
        member = self._on_teams(person) if number % 2 else self._on_slack(person)
        place, reference = f"U0{name.upper()}", {}
        if member.on is Platform.TEAMS:
            place, reference = member.reads, self._reference() | {"user": f"29:{name}", "personal": member.reads}
        known = Identity(person_id=member.id, connection_id=self._on[member.on], account=member.account, heard_at=BEGAN)
        known.place, known.reference = place, reference
        db.add(known)
        return member

    def _on_slack(self, person: Person) -> Member:
        account = f"U0{person.name.upper()}"
        known = {"id": account, "team_id": "T0COUNCIL", "profile": {"email": person.email}}
        self.slack.users[account] = known
        return Member(person.id or 0, person.name, Platform.SLACK, account, f"D0{person.name.upper()}")

    def _on_teams(self, person: Person) -> Member:
        user = f"29:{person.name}"
        self.teams.members[user] = {"id": user, "email": person.email, "tenantId": TENANT}
        return Member(person.id or 0, person.name, Platform.TEAMS, f"aad-{person.name}", f"a:{person.name}")

    def _rooms(self, db: Session) -> dict[str, tuple[str, ...]]:
        """Education has a room on each platform."""
        self._room(db, None, Platform.SLACK)
        education = (self._room(db, Agency.EDUCATION, Platform.SLACK), self._room(db, Agency.EDUCATION, Platform.TEAMS))
        return {
            "education": education,
            "health": (self._room(db, Agency.HEALTH, Platform.SLACK),),
            "social_care": (self._room(db, Agency.SOCIAL_CARE, Platform.TEAMS),),
        }

    def _room(self, db: Session, agency: Agency | None, on: Platform) -> str:
        name = agency.value if agency else "administrators"
        place, reference = f"C0{name.upper()}", {}
        if on is Platform.TEAMS:
            place = f"19:{name}@thread.tacv2"
            reference = self._reference() | {"conversation": place, "type": "channel"}
        else:
            self.slack.channels[place] = {"id": place, "name": name, "is_ext_shared": False}
            self.slack.members.add(place)
        room = Room(connection_id=self._on[on], place=place, name=name, agency=agency, bound_at=BEGAN)
        room.reference = reference
        db.add(room)
        return place

    def _reference(self) -> dict[str, object]:
        return {"serviceUrl": self.teams.service_url, "tenant": TENANT, "bot": BOT}


def _cases(turn: Turn, size: Size, owners: Sequence[int], dice: Random) -> list[Case]:
    made = []
    for number in range(size.new + size.drafting + size.consulting):
        child = register(turn, Private(f"Child {number}", date(2019, 1, 1), f"R{number}"))
        made.append(
            Case(
                child_id=child.id,
                process=Process.NEW_ASSESSMENT,
                asked_by=AskedBy.PARENT,
                owner_id=owners[number % len(owners)],
                opened_at=turn.now,
            )
        )
    insert_all(turn, made)
    return made


def _facts(turn: Turn, case: Case, number: int, size: Size, dice: Random) -> tuple[date, tuple[Asked, ...]]:
    """What is on record of a case when the storm begins: its first day, and what is asked."""
    today = turn.today
    if number < size.new:
        received = today - timedelta(days=dice.randint(6, 22))
        asked_on = received + timedelta(days=dice.randrange((today - received).days + 1))
        services, kind, more = dice.sample(ASKED, dice.randint(1, 5)), EntryKind.ADVICE_ASKED, []
    else:
        received = today - timedelta(days=dice.randint(76, 92))
        more = [New(EntryKind.DECISION_TO_ASSESS_SENT, received + timedelta(days=30))]
        consulting = number >= size.new + size.drafting
        more += [New(EntryKind.DRAFT_SERVED, today)] if consulting else []
        services, kind, asked_on = ["consultation"] * (SCHOOLS if consulting else 0), EntryKind.CONSULTATION_SENT, today
    requests = _requests(turn, case, services, asked_on)
    facts = [New(EntryKind.REQUEST_RECEIVED, received), *more]
    facts += [New(kind, asked_on, request_id=each.id, clear={"service": each.service}) for each in requests]
    entries = history.record_after(turn, case, facts, last=(0, history.FIRST))
    deadlines.rebuild(turn, case, entries, requests, first=True)
    of_requests = entries[len(entries) - len(requests) :]
    asked = zip(requests, of_requests, strict=True)
    return received, tuple(Asked(one.id or 0, one.agency, entry.number, asked_on) for one, entry in asked)


def _requests(turn: Turn, case: Case, services: Sequence[str], asked_on: date) -> list[Request]:
    made = [
        Request(
            case_id=case.id or 0,
            service=service,
            agency=turn.rules.service(service).agency or Agency.EDUCATION,
            ordinal=1 + services[:place].count(service),
            asked_on=asked_on,
        )
        for place, service in enumerate(services)
    ]
    add_all(turn.db, made)
    return made
