"""A small council to talk to: real staff, rooms and rows on the page, and what has come to each place."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import Session, SQLModel, select

from bot.__main__ import task
from bot.app import App
from bot.cards import post_message
from bot.cases.packs import renewed
from bot.commandline import parser
from bot.commands import BOOK
from bot.courier import Courier
from bot.domain.message import Address, Message, Said, Where, Who
from bot.domain.pace import NO_LIMITS
from bot.domain.terms import Agency, Platform, Role
from bot.reminders import digests, second_people, sweep, tell_planned
from bot.rules import load_rules
from bot.settings import Settings
from bot.turn import Exports, Turn
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.erasures import Erasures
from storage.tables import Connection, Identity, Person, Room, Setting

RULES = load_rules()
DOMAINS = ("anyshire.example", "nhs.example", "oakhurst.example")
SINCE = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""When the rooms were bound and everybody was first heard."""

CASES, LETTERS = (42, 47, 51, 58, 63, 79, 84, 90, 93, 97, 101), (7, 11, 15, 19, 23, 31)
"""The references that are drawn, in this order."""

STAFF = (
    # e-mail, name, agency, role, manager's first name
    ("helen.ward@anyshire.example", "Helen Ward", Agency.EDUCATION, Role.MANAGER, ""),
    ("moira.bell@anyshire.example", "Moira Bell", Agency.EDUCATION, Role.MANAGER, "Helen"),
    ("priya.shah@anyshire.example", "Priya Shah", Agency.EDUCATION, Role.OFFICER, "Moira"),
    ("tom.reid@anyshire.example", "Tom Reid", Agency.EDUCATION, Role.OFFICER, "Moira"),
    ("kit.amos@anyshire.example", "Kit Amos", Agency.EDUCATION, Role.OFFICER, "Helen"),
    ("frances.doyle@anyshire.example", "Frances Doyle", Agency.MP_TEAM, Role.MP_TEAM, "Helen"),
    ("vera.long@anyshire.example", "Vera Long", Agency.EDUCATION, Role.VIEWER, "Helen"),
    ("alan.price@anyshire.example", "Alan Price", Agency.EDUCATION, Role.ADMINISTRATOR, "Helen"),
    ("grace.obi@nhs.example", "Grace Obi", Agency.HEALTH, Role.CONTRIBUTOR, ""),
    ("dan.cole@nhs.example", "Dan Cole", Agency.HEALTH, Role.CONTRIBUTOR, "Grace"),
    ("paul.webb@anyshire.example", "Paul Webb", Agency.SOCIAL_CARE, Role.CONTRIBUTOR, ""),
    ("sunita.rao@anyshire.example", "Sunita Rao", Agency.SOCIAL_CARE, Role.CONTRIBUTOR, "Paul"),
    ("rosa.finn@oakhurst.example", "Rosa Finn", Agency.EDUCATION, Role.CONTRIBUTOR, ""),
    ("nora.quill@anyshire.example", "Nora Quill", Agency.EDUCATION, Role.DATA_PROTECTION, ""),
)
ROOMS = {
    "education": Agency.EDUCATION,
    "health": Agency.HEALTH,
    "social care": Agency.SOCIAL_CARE,
    "MP team": Agency.MP_TEAM,
    "administrators": None,
}
SCHOOL = "Oakhurst Primary"
"""Where Rosa works: she sees its children only."""


@dataclass(frozen=True)
class Arrived:
    """A message of the bot's own that came to a place. `edited`: it stood there before."""

    message: Message
    edited: bool
    gone: bool = False
    """It was taken away: the message is the one that stood there."""


class Page:
    """A platform that takes every message, as the local page does: it keeps what came to each place."""

    limits = NO_LIMITS

    def __init__(self) -> None:
        self.arrived: dict[str, list[Arrived]] = {}
        self.stands: dict[str, tuple[str, Message]] = {}
        """What can be read now, and where, by its id."""
        self._ids = count(1)

    async def send(self, to: Address, message: Message, key: str) -> str:
        self._keep(to, message, edited=False)
        platform_id = f"p{next(self._ids)}"
        self.stands[platform_id] = (to.place, message)
        return platform_id

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        self._keep(to, message, edited=True)
        self.stands[platform_id] = (to.place, message)

    async def withdraw(self, to: Address, platform_id: str) -> None:
        _, message = self.stands.pop(platform_id)
        self.arrived.setdefault(to.place, []).append(Arrived(message, edited=False, gone=True))

    async def find(self, to: Address, key: str) -> str | None:
        return None

    def _keep(self, to: Address, message: Message, *, edited: bool) -> None:
        self.arrived.setdefault(to.place, []).append(Arrived(message, edited))


class Town:
    """Everybody and every room, and the bot that they talk to. `now` is the clock on the wall."""

    def __init__(self, store: Store, now: datetime = datetime(2026, 10, 16, 9, tzinfo=UTC)) -> None:
        self.store, self.now, self.key = store, now, new_key()
        self.vault = Vault(self.key)
        self._own_folder = TemporaryDirectory()
        self.erasures = Erasures(Path(self._own_folder.name) / "erasures.list")
        self.app = App(store, self.vault, RULES, BOOK, draw=self._draw, erasures=self.erasures)
        self.exports = self.app.exports = Exports(Path(self._own_folder.name) / "exports")
        self.numbers = {"SEND": deque(CASES), "MP": deque(LETTERS)}
        self.page = Page()
        self._drawing = "SEND"
        self._deliveries = count(1)
        self._build()
        chats = {self.connection: self.page}
        self._courier = Courier(store, RULES, self.vault, chats=chats, render=post_message)

    def _build(self) -> None:
        """All of it at once: most tests begin with a town of their own."""
        page = Connection(platform=Platform.PAGE, outside_id="local", name="Local page", domains=list(DOMAINS))
        school = Setting(name=SCHOOL, urn="100001")
        people = {
            name.split()[0]: Person(email=email, name=name, agency=agency, role=role)
            for email, name, agency, role, _ in STAFF
        }
        with self.store.transaction() as db:
            db.add_all([page, school, *people.values()])
            db.flush()
            self.connection = page.id or 0
            for (email, *_, manager), person in zip(STAFF, people.values(), strict=True):
                person.manager_id = people[manager].id if manager else None
                person.setting_id = school.id if email.endswith("oakhurst.example") else None
            db.add_all(self._account(person) for person in people.values())
            db.add_all(
                Room(connection_id=self.connection, place=place, name=place, agency=agency, bound_at=SINCE)
                for place, agency in ROOMS.items()
            )

    def _account(self, person: Person) -> Identity:
        private = private_place(person.email)
        return Identity(
            person_id=person.id or 0,
            connection_id=self.connection,
            account=person.email,
            place=private,
            heard_at=SINCE,
        )

    def add(self, *rows: SQLModel) -> None:
        with self.store.transaction() as db:
            for row in rows:
                db.add(row)
                db.flush()

    def all(self, table: type[Any], *where: Any) -> list[Any]:
        with self.store.reading() as db:
            rows = list(db.exec(select(table).where(*where).order_by(table.id)))
            db.expunge_all()
            return rows

    def turn(self, db: Session) -> Turn:
        """A moment in which nobody speaks."""
        return Turn(db, self.now, self.app.rules, self.vault)

    def email(self, first_name: str) -> str:
        """The address of a member of staff. Anybody else, who is on no list, writes from one of the council's own."""
        known = {name.split()[0]: email for email, name, *_ in STAFF}
        return known.get(first_name, f"{first_name.lower()}@anyshire.example")

    def said(
        self, name: str, line: str, *, room: str = "", values: Mapping[str, str] | None = None, **more: Any
    ) -> Said:
        """A line of somebody's, privately unless it is said in a room. Each is a delivery of its own."""
        email = self.email(name)
        place = Where(self.connection, room or private_place(email), private=not room, name=room)
        given = {"delivery": f"d{next(self._deliveries)}", **more}
        return Said(line, Who(self.connection, email, email=email), place, values, **given)

    def say(self, name: str, line: str, *, at: datetime | None = None, **more: Any) -> Message:
        return self.hear(self.said(name, line, **more), at=at)

    def hear(self, said: Said, *, at: datetime | None = None) -> Message:
        self._drawing = "MP" if said.line.split(" ")[0] in ("mp", "letter") else "SEND"
        return self.app.answer(said, at or self.now)

    def _draw(self, span: Sequence[int]) -> int:
        number = self.numbers[self._drawing].popleft()
        assert number in span
        return number

    def opens(
        self, name: str, child: str = "Maisie Palmer", *, received: date = date(2026, 8, 10), **blanks: str
    ) -> Message:
        """A case opened by filling in the form. Blanks that are not given are left as most people leave them."""
        values = {
            "name": child,
            "born": "2019-03-14",
            "setting": SCHOOL,
            "record_number": "",
            "process": "new_assessment",
            "received": received.isoformat(),
            "asked_by": "parent",
            "owner": "",
            "restricted": "no",
            "note": "",
        }
        return self.say(name, "new", values=values | blanks)

    def operator(self, *words: str) -> tuple[int, list[str]]:
        """What a command of `referralbot` ends with, and the lines that it prints."""
        arguments = parser().parse_args(words)
        settings = Settings(database_url=self.store.url, key=self.key, erasures=str(self.erasures.path))
        settings = replace(settings, exports=str(self.exports.folder))
        with redirect_stdout(StringIO()) as out:
            ended = task(arguments.run)(arguments, settings, lambda: self.now)
        return ended, out.getvalue().splitlines()

    def pass_time(self, **much: float) -> None:
        self.now += timedelta(**much)

    def remind(self) -> None:
        """Put in what is due to be said by now: the nudges, and this morning's digests."""
        self.count_by_newest()
        sweep(self.store, self.app.rules, self.vault, self.now)
        tell_planned(self.store, self.app.rules, self.vault, self.now)
        digests(self.store, self.app.rules, self.vault, self.now)
        self.deliver()

    def count_by_newest(self) -> None:
        """Learn of rules that were adopted, as a running bot does before it sweeps."""
        rules = renewed(self.store, self.app.rules)
        self.app.count_by(rules)
        self._courier.count_by(rules)

    def deliver(self) -> None:
        """Bring every post that is due to its place, and first have those told who decide what was asked."""
        second_people(self.store, self.app.rules, self.vault, self.now)
        asyncio.run(self._courier.deliver(self.now))

    def read(self, place: str) -> list[Arrived]:
        """What has come to a room, or to somebody privately, since it was last read."""
        self.deliver()
        return self.page.arrived.pop(place, [])


def private_place(email: str) -> str:
    """The private place of an account on the page."""
    return f"private:{email}"
