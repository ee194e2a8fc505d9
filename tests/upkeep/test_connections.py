"""Connections: the first of each platform from the settings, the others from the record with their secrets sealed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from sqlmodel import Session

from bot.domain.errors import BadSettings, CannotRead, Refusal
from bot.domain.terms import Platform
from bot.settings import Settings
from bot.upkeep.connections import Defined, add, credentials, known, told
from bot.upkeep.seats import page_connection
from storage.connect import Store
from storage.crypto import Vault, new_key
from storage.queries import mail_of

VAULT = Vault(new_key())
TENANT, NHS, APP = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3))
SLACK = Settings(
    slack_bot_token="xoxb-1", slack_signing_secret="hush", email_domains=("council.gov.uk",), council="Anyshire"
)
TEAMS = Settings(teams_app_id=APP, teams_app_password="hush", teams_app_tenant_id=TENANT)
NHS_TEAMS = Defined(Platform.TEAMS, NHS, "Anyshire NHS", APP, ("nhs.example",), {"app_password": "hush2"})
NHS_SLACK = Defined(Platform.SLACK, "T222", "Anyshire NHS", secrets={"bot_token": "xoxb-2", "signing_secret": "s"})


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def test_the_settings_define_the_first_of_each_platform(store: Store) -> None:
    with store.transaction() as db:
        found = credentials(db, replace(TEAMS, slack_bot_token="xoxb-1", slack_signing_secret="hush"), VAULT)
    (slack,), (teams,) = found[Platform.SLACK], found[Platform.TEAMS]
    assert (slack.outside_id, dict(slack.secrets)) == ("", {"bot_token": "xoxb-1", "signing_secret": "hush"})
    assert (teams.outside_id, teams.app_id) == (TENANT, APP)
    assert dict(teams.secrets) == {"app_password": "hush", "app_tenant_id": TENANT}
    assert found[Platform.PAGE] == []


def test_a_mail_server_in_the_settings_is_a_connection_too(store: Store) -> None:
    mail = Settings(smtp_url="smtp://send:hush@mail.council.gov.uk", smtp_from="send@council.gov.uk")
    with store.transaction() as db:
        (found,) = credentials(db, replace(mail, email_domains=("council.gov.uk",)), VAULT)[Platform.MAIL]
        assert dict(found.secrets) == {"url": mail.smtp_url, "sender": mail.smtp_from}
        assert [(row.platform, row.domains, row.sealed) for row in known(db)] == [
            (Platform.MAIL, ["council.gov.uk"], None)
        ]
    with store.transaction() as db:
        assert mail_of(db) == found.connection
        assert credentials(db, Settings(), VAULT)[Platform.MAIL] == []
    with store.reading() as db:
        assert mail_of(db) is None, "gone from the settings it is not written to"


def test_started_again_it_is_the_same_row_with_what_the_settings_now_say(store: Store) -> None:
    with store.transaction() as db:
        (first,) = credentials(db, SLACK, VAULT)[Platform.SLACK]
        told(db, first.connection, "T111")
    with store.transaction() as db:
        (again,) = credentials(db, replace(SLACK, council="Newshire"), VAULT)[Platform.SLACK]
        assert [(row.name, row.domains, row.sealed) for row in known(db)] == [("Newshire", ["council.gov.uk"], None)]
    assert (again.connection, again.outside_id) == (first.connection, "T111")


def test_each_tenant_that_is_allowed_is_a_connection(store: Store) -> None:
    with store.transaction() as db:
        found = credentials(db, replace(TEAMS, teams_tenants=(TENANT, NHS)), VAULT)[Platform.TEAMS]
        assert [each.outside_id for each in found] == [TENANT, NHS]
        assert [each.outside_id for each in credentials(db, TEAMS, VAULT)[Platform.TEAMS]] == [TENANT]
        assert [row.active for row in known(db)] == [True, False]


def test_a_connection_gone_from_the_settings_rests(store: Store) -> None:
    with store.transaction() as db:
        credentials(db, SLACK, VAULT)
        assert credentials(db, Settings(), VAULT)[Platform.SLACK] == []
        assert [row.active for row in known(db)] == [False]
        assert len(credentials(db, SLACK, VAULT)[Platform.SLACK]) == 1
        assert [row.active for row in known(db)] == [True]


def test_one_that_was_added_comes_with_its_secrets(store: Store) -> None:
    with store.transaction() as db:
        row = add(db, VAULT, NHS_TEAMS)
    assert b"hush2" not in (row.sealed or b"")
    with store.transaction() as db:
        found = credentials(db, TEAMS, VAULT)[Platform.TEAMS]
    assert [(each.outside_id, each.secrets["app_password"]) for each in found] == [(TENANT, "hush"), (NHS, "hush2")]


def test_added_again_it_has_its_new_secrets(store: Store) -> None:
    with store.transaction() as db:
        first = add(db, VAULT, NHS_SLACK).id
        secrets = {"bot_token": "xoxb-3", "signing_secret": "s"}
        assert add(db, VAULT, replace(NHS_SLACK, secrets=secrets)).id == first
        (found,) = credentials(db, Settings(), VAULT)[Platform.SLACK]
    assert found.secrets["bot_token"] == "xoxb-3"


def test_secrets_sealed_for_one_connection_do_not_open_for_another(store: Store) -> None:
    with store.transaction() as db:
        add(db, VAULT, NHS_SLACK).outside_id = "T333"
        with pytest.raises(BadSettings, match="does not open"):
            credentials(db, Settings(), VAULT)


def test_a_token_of_another_workspace_is_not_taken_for_the_first(store: Store) -> None:
    with store.transaction() as db:
        (first,) = credentials(db, SLACK, VAULT)[Platform.SLACK]
        told(db, first.connection, "T111")
        told(db, first.connection, "T111")
        with pytest.raises(BadSettings, match=r"of T222, and the record knows T111.* connect add slack T222"):
            told(db, first.connection, "T222")


@pytest.mark.parametrize(
    ("new", "error", "sentence"),
    [
        (replace(NHS_SLACK, secrets={"bot_token": "xoxb-2"}), CannotRead, "Signing secret is missing."),
        (replace(NHS_SLACK, outside_id="anyshire"), CannotRead, "named by its id, such as T0123ABCD"),
        (replace(NHS_TEAMS, outside_id="nhs"), CannotRead, "The tenant id must be a GUID"),
        (replace(NHS_TEAMS, app_id=""), CannotRead, "The application id must be a GUID"),
        (replace(NHS_TEAMS, outside_id=TENANT), BadSettings, "is the connection that the settings define"),
    ],
)
def test_what_cannot_be_added(store: Store, new: Defined, error: type[Refusal], sentence: str) -> None:
    with store.transaction() as db:
        credentials(db, TEAMS, VAULT)
        with pytest.raises(error, match=sentence):
            add(db, VAULT, new)


def test_one_workspace_is_not_in_two_places(store: Store) -> None:
    with store.transaction() as db:
        add(db, VAULT, NHS_TEAMS)
        with pytest.raises(BadSettings, match="it can be in one"):
            credentials(db, replace(TEAMS, teams_tenants=(NHS,)), VAULT)


def test_secrets_do_not_show(store: Store) -> None:
    with store.transaction() as db:
        assert "hush" not in repr(credentials(db, SLACK, VAULT)) + repr(NHS_TEAMS)


def test_two_replicas_that_start_at_once_share_the_rows(database_url: str) -> None:
    """The second has looked before the first has committed, so neither knows of the other's rows."""
    both, looking, done = replace(TEAMS, slack_bot_token="xoxb-1", slack_signing_secret="hush"), Event(), Event()

    def second_replica() -> list[int]:
        store = Store(database_url)
        looking.set()
        with store.transaction() as db:
            found = connections_of(db)
        store.close()
        done.set()
        return found

    def connections_of(db: Session) -> list[int]:
        found = credentials(db, both, VAULT)
        return [each.connection for rows in found.values() for each in rows] + [page_connection(db).id or 0]

    first = Store(database_url)
    with ThreadPoolExecutor() as pool:
        with first.transaction() as db:
            ours = connections_of(db)
            theirs = pool.submit(second_replica)
            assert looking.wait(5)
            assert not done.wait(0.3), "it must wait for whoever was first"
        assert theirs.result(5) == ours
    with first.reading() as db:
        assert [row.id for row in known(db)] == sorted(ours)
    first.close()
