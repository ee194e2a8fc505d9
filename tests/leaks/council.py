"""The council whose quarter it is: everybody who reads anything, and rooms on both platforms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from sqlmodel import Session

from bot.domain.terms import Agency, Platform, Role
from bot.upkeep.connections import credentials
from storage.connect import Store
from storage.crypto import Vault
from storage.migrate import migrate
from storage.tables import Person, Setting
from tests.chaos.council import Council as Stormy
from tests.chaos.council import Member

PEOPLE = (
    # name, agency, role, whose manager, on Teams
    ("head", Agency.EDUCATION, Role.MANAGER, "", False),
    ("manager", Agency.EDUCATION, Role.MANAGER, "head", True),
    ("officer0", Agency.EDUCATION, Role.OFFICER, "manager", False),
    ("officer1", Agency.EDUCATION, Role.OFFICER, "manager", True),
    ("officer2", Agency.EDUCATION, Role.OFFICER, "head", False),
    ("adviser0", Agency.HEALTH, Role.CONTRIBUTOR, "", False),
    ("adviser1", Agency.SOCIAL_CARE, Role.CONTRIBUTOR, "", True),
    ("mpteam", Agency.MP_TEAM, Role.MP_TEAM, "head", True),
    ("viewer", Agency.EDUCATION, Role.VIEWER, "", False),
    ("admin", Agency.EDUCATION, Role.ADMINISTRATOR, "", True),
    ("guardian", Agency.EDUCATION, Role.DATA_PROTECTION, "", False),
    ("school", Agency.EDUCATION, Role.CONTRIBUTOR, "", True),
)
SCHOOL = "Oakhurst Primary"
"""Where the school's own contributor works; no child of ours is there."""


class Knows(Enum):
    """Who may be told who the child of a case is, where it is not restricted."""

    EVERY = auto()
    ASKED = auto()
    NONE = auto()


KNOWS = {
    Role.OFFICER: Knows.EVERY,
    Role.MANAGER: Knows.EVERY,
    Role.CONTRIBUTOR: Knows.ASKED,
    Role.DATA_PROTECTION: Knows.EVERY,
}
"""As docs/privacy.md has it, written down apart from the bot."""


@dataclass
class Council(Stormy):
    """Its staff by name, and its rooms: each place's agency, None for the administrators'."""

    people: dict[str, Member] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    rooms: dict[str, Agency | None] = field(default_factory=dict)

    def open_doors(self) -> None:
        """Make the record: staff and rooms, and not one case."""
        migrate(self.settings.database_url)
        store, vault = Store(self.settings.database_url), Vault(self.settings.key)
        with store.transaction() as db:
            known = credentials(db, self.settings, vault)
            self._on = {each: known[each][0].connection for each in (Platform.SLACK, Platform.TEAMS)}
            db.add(Setting(name=SCHOOL, urn="100001"))
            db.flush()
            for name, agency, role, above, on_teams in PEOPLE:
                over = self.people.get(above)
                self.people[name] = self._person(db, name, role, over, int(on_teams), agency)
                self.roles[name] = role
            self._school(db)
            for whose, on in ROOMS:
                self.rooms[self._room(db, whose, on)] = whose
        store.close()

    def _school(self, db: Session) -> None:
        teacher = db.get_one(Person, self.people["school"].id)
        teacher.setting_id = 1

    def reader(self, place: str) -> str:
        """Whose chat a place is; empty for a room."""
        return self._readers.get(place, "")

    @property
    def _readers(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for name, member in self.people.items():
            found |= dict.fromkeys((member.reads, member.account, f"29:{name}", f"a:chat-of-29:{name}"), name)
        return found


ROOMS = (
    (None, Platform.SLACK),
    (Agency.EDUCATION, Platform.SLACK),
    (Agency.EDUCATION, Platform.TEAMS),
    (Agency.HEALTH, Platform.SLACK),
    (Agency.SOCIAL_CARE, Platform.TEAMS),
    (Agency.MP_TEAM, Platform.TEAMS),
)
