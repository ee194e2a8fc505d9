"""The council whose bot is measured: staff, rooms, one case in full and many others, made by lines said to the bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import col, func, select

from bot.app import App
from bot.commands import BOOK
from bot.domain.message import Message, Said, Where, Who
from bot.domain.terms import Agency, Platform, Role
from bot.rules import load_rules
from storage.connect import Store
from storage.crypto import Vault
from storage.migrate import migrate
from storage.tables import Case, Connection, Deadline, Entry, Heard, Identity, Person, Request, Room
from tests.adapters.fake_connector import APP_ID, TENANT

SLACK, TEAMS = 1, 2
TEAM, CHANNEL, OFFICER = "T0COUNCIL", "C0HEALTH", "U0SHAH"
TEAMS_OFFICER = "aad-shah"
SECRET = "council-signing-secret"
AGENCIES = (Agency.EDUCATION, Agency.HEALTH, Agency.SOCIAL_CARE)
NAMES = count(1)


@dataclass(frozen=True)
class Filled:
    """What requests need to know of a filled database."""

    reference: str
    """The case that `status` is asked about."""
    form: Message
    """The form that the bot answers to `new`."""
    size: dict[str, int]
    """Of that case: how many requests, deadlines and entries it has."""


@contextmanager
def opened(url: str, key: str) -> Iterator[App]:
    """The bot on a database, without any chat."""
    store = Store(url)
    try:
        yield App(store, Vault(key), load_rules(), BOOK)
    finally:
        store.close()


def fill(url: str, key: str, *, others: int) -> Filled:
    """Migrate a database and give it a council with `others` cases beside the one that is asked about."""
    migrate(url)
    with opened(url, key) as app:
        _settle(app)
        reference = _case_in_full(app)
        for _ in range(others):
            _said(app, "new", typed())
        form = _said(app, "new")
        return Filled(reference, form, _size(app, reference))


def typed() -> dict[str, str]:
    """What an officer types into the form: another child each time."""
    number = next(NAMES)
    return {
        "name": f"Maisie Number-{number}",
        "born": "2019-03-02",
        "setting": "Oakhurst Primary School",
        "record_number": f"R{number}",
        "process": "new_assessment",
        "received": (datetime.now(UTC) - timedelta(days=20)).date().isoformat(),
        "asked_by": "parent",
        "owner": "",
        "restricted": "no",
        "note": "Spoke to the school; papers follow on Friday",
    }


def rows(url: str) -> dict[str, int]:
    """How many lines were heard, cases opened and so on."""
    store = Store(url)
    with store.reading() as db:
        counted = {table.__name__: db.exec(select(func.count()).select_from(table)).one() for table in (Heard, Case)}
    store.close()
    return counted


def _settle(app: App) -> None:
    now = datetime.now(UTC)
    with app.store.transaction() as db:
        slack = Connection(platform=Platform.SLACK, outside_id=TEAM, name="Council", domains=["council.example"])
        teams = Connection(platform=Platform.TEAMS, outside_id=TENANT, name="Council", app_id=APP_ID)
        db.add_all([slack, teams])
        db.flush()
        manager = Person(email="m.okafor@council.example", name="M. Okafor", agency=Agency.EDUCATION, role=Role.MANAGER)
        db.add(manager)
        db.flush()
        officer = Person(
            email="p.shah@council.example", name="P. Shah", agency=Agency.EDUCATION, role=Role.OFFICER,
            manager_id=manager.id,
        )  # fmt: skip
        db.add(officer)
        db.flush()
        for connection, account in ((SLACK, OFFICER), (TEAMS, TEAMS_OFFICER)):
            db.add(Identity(person_id=officer.id or 0, connection_id=connection, account=account, heard_at=now))
        for agency in AGENCIES:
            place = f"C0{agency.value.upper()}"
            db.add(Room(connection_id=SLACK, place=place, name=agency.value, agency=agency, bound_at=now))


def _case_in_full(app: App) -> str:
    """Advice asked of five, had by three and received from one; a note: twelve entries."""
    reference = _said(app, "new", typed()).text.partition(" ")[0]
    _said(app, f"ask {reference} all")
    _said(app, f"ask {reference} slt")
    for number in _requests(app)[1:4]:
        _said(app, f"have request={number}")
    _said(app, f"received {reference} full request={_requests(app)[0]}")
    return reference


def _requests(app: App) -> list[int]:
    with app.store.reading() as db:
        return [number or 0 for number in db.exec(select(Request.id).order_by(col(Request.id)))]


def _size(app: App, reference: str) -> dict[str, int]:
    with app.store.reading() as db:
        case = db.exec(select(Case).where(Case.reference == reference)).one()
        tables: dict[str, Any] = {"requests": Request, "deadlines": Deadline, "entries": Entry}
        return {
            name: db.exec(select(func.count()).select_from(table).where(table.case_id == case.id)).one()
            for name, table in tables.items()
        }


def _said(app: App, line: str, values: dict[str, str] | None = None) -> Message:
    who, where = Who(SLACK, OFFICER), Where(SLACK, "D0SHAH", private=True)
    message = app.answer(Said(line, who, where, values), datetime.now(UTC))
    if message.error or (values and message.form):
        raise RuntimeError(f"the bot answered {line!r} with: {message.text}")
    return message
