"""The doctor: what is missing is found, with the sentence that mends it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.courier import Credentials
from bot.domain.terms import Agency, AskedBy, Platform, PostSays, PostState, Process, Role
from bot.reminders import anchor
from bot.rules import load_rules
from bot.settings import Settings
from bot.upkeep.doctor import Finding, Patient, ask_around, examine
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.signing import new_signing_key
from storage.tables import Case, Child, Connection, Identity, Person, Post, Room

pytestmark = pytest.mark.databases("sqlite")

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RULES, VAULT = load_rules(), Vault(new_key())
SLACK = Settings(
    slack_bot_token="xoxb-1",
    slack_signing_secret="s",
    email_domains=("council.example",),
    anchor_key=new_signing_key(),
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A council in good health."""
    store = Store(database_url)
    add(
        store,
        Connection(platform=Platform.SLACK, outside_id="T1", name="Anyshire"),
        Room(connection_id=1, place="C1", name="education", agency=Agency.EDUCATION, bound_at=NOW, checked_at=NOW),
        Room(connection_id=1, place="C2", name="administrators", bound_at=NOW, checked_at=NOW),
        person("moira", Role.MANAGER),
        person("priya", Role.OFFICER, manager_id=1),
        person("kit", Role.ADMINISTRATOR),
        *(Identity(person_id=number, connection_id=1, account=f"U{number}", heard_at=NOW) for number in (1, 2, 3)),
    )
    yield store
    store.close()


def person(name: str, role: Role, **more: Any) -> Person:
    agency = more.pop("agency", Agency.EDUCATION)
    return Person(email=f"{name}@council.example", name=name.title(), agency=agency, role=role, **more)


def add(store: Store, *rows: Any) -> None:
    with store.transaction() as db:
        for row in rows:
            db.add(row)
            db.flush()


def found(store: Store, settings: Settings = SLACK, vault: Vault = VAULT, now: datetime = NOW) -> list[Finding]:
    with store.reading() as db:
        return list(examine(Patient(db, settings, vault, RULES, now)))


def ills(*arguments: Any, **more: Any) -> list[str]:
    return [f"{each.what} {each.mend}" for each in found(*arguments, **more) if not each.well]


def test_all_is_well(store: Store) -> None:
    assert ills(store) == []
    assert "ok    3 people are on the staff list." in map(str, found(store))


def test_another_key(store: Store) -> None:
    _, wrapped = VAULT.new_child_key()
    add(store, Child(sealed=b"", wrapped_key=wrapped, added_at=NOW))
    assert ills(store) == []
    (ill,) = ills(store, vault=Vault(new_key()))
    assert ill.startswith("The key does not open the record. Put back the REFERRALBOT_KEY")


def test_bank_holidays_that_run_out(store: Store) -> None:
    # The other is of rooms at which nobody has looked since.
    ill, _ = ills(store, now=datetime(RULES.calendar.announced.year, 6, 1, tzinfo=UTC))
    assert ill.startswith("Bank holidays are known until 31 December ")


def test_no_platform_and_no_domain(store: Store) -> None:
    (ill,) = ills(store, replace(SLACK, email_domains=()))
    assert ill.startswith("No e-mail domain is the council's. Set REFERRALBOT_EMAIL_DOMAINS")


def test_a_mail_server_alone_is_no_chat(store: Store) -> None:
    with store.transaction() as db:
        db.get_one(Connection, 1).platform = Platform.MAIL
    told = [str(each) for each in found(store, Settings(smtp_url="smtp://localhost", smtp_from="send@council.example"))]
    assert "ok    Mail is configured." in told
    assert any(each.startswith("MEND  No chat platform is configured.") for each in told)


def test_an_officer_whose_manager_has_left(store: Store) -> None:
    with store.transaction() as db:
        db.get_one(Person, 1).active = False
    (ill,) = ills(store)
    assert ill.startswith("1 officers have no manager who works here: Priya.")


def test_open_cases_whose_owner_has_left_or_is_nobody_or_was_never_met(store: Store) -> None:
    add(store, person("tom", Role.OFFICER, active=False), person("una", Role.OFFICER, manager_id=1))
    add(store, Child(sealed=b"", added_at=NOW))
    left, unmet = 4, 5
    what: dict[str, Any] = {"process": Process.NEW_ASSESSMENT, "asked_by": AskedBy.PARENT, "child_id": 1}
    for number, (owner, restricted) in enumerate(
        [(left, False), (left, True), (None, False), (unmet, False), (2, False)]
    ):
        reference = f"SEND-2026-{number:04}"
        add(store, Case(reference=reference, owner_id=owner, restricted=restricted, opened_at=NOW, **what))
    told = ills(store)
    assert "Owners who have left: Tom (1). A manager says: hand over all from … to …" in told
    assert "Open cases and letters that are nobody's: 1. Say of each: assign … to …" in told
    assert any(
        ill.startswith("They own what is open, or manage who does, and no chat knows them: Una.") for ill in told
    )
    assert not any("SEND-" in ill for ill in told)


def test_nobody_to_administer(store: Store) -> None:
    with store.transaction() as db:
        db.get_one(Person, 3).active = False
    assert ills(store)[0].startswith("Nobody is an administrator.")


def test_an_agency_with_staff_and_no_room(store: Store) -> None:
    add(store, person("lucy", Role.CONTRIBUTOR, agency=Agency.HEALTH))
    unmet, roomless = ills(store)
    assert unmet.startswith("1 people have not been met in chat yet: Lucy.")
    assert roomless == "Rooms of health: none. Say in its room: /referral room bind health"


def test_rooms_of_which_nobody_knows_who_reads_them(store: Store) -> None:
    add(store, Room(connection_id=1, place="C3", name="health", agency=Agency.HEALTH, bound_at=NOW))
    [ill] = ills(store)
    assert "Nobody knows who reads these rooms: health." in str(ill)


def test_no_room_for_trouble(store: Store) -> None:
    with store.transaction() as db:
        db.get_one(Room, 2).bound = False
    (ill,) = ills(store)
    assert ill.startswith("No administrators' room is bound")


def test_posts_that_failed_and_posts_that_wait(store: Store) -> None:
    long_ago = NOW - timedelta(hours=1)
    what: dict[str, Any] = {"says": PostSays.NUDGES, "connection_id": 1, "made_at": long_ago}
    add(store, Post(key="1", not_before=long_ago, state=PostState.FAILED, **what))
    add(store, Post(key="2", not_before=long_ago, **what), Post(key="3", not_before=NOW, **what))
    add(store, Post(key="4", not_before=long_ago, refresh=True, **what))
    failed, waiting = ills(store)
    assert failed.startswith("1 posts could not be delivered.")
    assert waiting.startswith("1 posts have waited over 15 minutes.")


async def test_each_connection_is_asked_about_on_its_own_platform(store: Store) -> None:
    asked: list[int] = []

    async def ask(one: Credentials) -> list[str]:
        asked.append(one.connection)
        return ["It is full. Empty it."] if one.connection == 2 else []

    found = {
        Platform.SLACK: [Credentials(1, "T1"), Credentials(2, "T2")],
        Platform.TEAMS: [],
        Platform.PAGE: [Credentials(3, "local")],
    }
    said = await ask_around(
        found, {1: "Anyshire", 2: "NHS", 3: "Local page"}, {Platform.SLACK: ask, Platform.TEAMS: ask}
    )
    assert asked == [1, 2]
    assert [str(each) for each in said] == [
        "ok    Slack, Anyshire, is in order.",
        "MEND  Slack, NHS\n      It is full. Empty it.",
    ]
    with store.reading() as db:
        whole = list(examine(Patient(db, SLACK, VAULT, RULES, NOW, said)))
    assert [each for each in whole if each in said] == said


def test_a_record_whose_anchors_are_not_signed_or_have_stopped(store: Store) -> None:
    to_mend = "Anchors of the record are not signed."
    assert to_mend in [each.what for each in found(store, replace(SLACK, anchor_key="")) if each.mend]
    anchor(store, RULES, VAULT, NOW)
    told = [[each for each in found(store, now=NOW + timedelta(days=n)) if "anchored" in each.what] for n in (1, 3)]
    was = "The record was last anchored on 23 November 2026."
    assert told[0] == [Finding(f"{was} Check it with: referralbot audit verify")]
    assert told[1] == [Finding(was, "Is `referralbot serve` running?")]
