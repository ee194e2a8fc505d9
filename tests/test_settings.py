"""Settings: read from the environment and a .env file, secrets hidden, and one sentence for each that is wrong."""

import dataclasses
from pathlib import Path

import pytest

from bot.domain.errors import BadSettings
from bot.settings import Settings, as_markdown, described, read_settings

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"
GUID = "00000000-1111-2222-3333-444444444444"
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
TEAMS = {"TEAMS_APP_ID": GUID, "TEAMS_APP_PASSWORD": "p", "TEAMS_APP_TENANT_ID": GUID}


def test_with_nothing_set_all_is_at_its_default() -> None:
    assert read_settings({}) == Settings()
    assert Settings().database_url == "sqlite:///var/referralbot.sqlite"
    assert (Settings().host, Settings().port, Settings().slack, Settings().teams) == ("127.0.0.1", 8080, False, False)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("REFERRALBOT_PORT=81\nREFERRALBOT_HOST=localhost\nREFERRALBOT_COUNCIL='Anyshire $5'\n")
    settings = read_settings({"REFERRALBOT_PORT": "82"}, env_file)
    assert (settings.port, settings.host, settings.council) == (82, "localhost", "Anyshire $5")


def test_a_file_that_is_not_there_is_no_matter(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path / ".env") == Settings()


def test_a_setting_that_is_there_and_empty_is_at_its_default() -> None:
    assert read_settings({"REFERRALBOT_PORT": " "}).port == 8080


def test_values_are_read_to_their_types() -> None:
    settings = read_settings(
        SLACK | TEAMS | {"REFERRALBOT_EMAIL_DOMAINS": "Council.gov.uk, schools.example", "TEAMS_TENANTS": f"{GUID},"}
    )
    assert settings.email_domains == ("council.gov.uk", "schools.example")
    assert settings.teams_tenants == (GUID,)
    assert settings.slack and settings.teams


def test_without_a_list_the_apps_own_tenant_is_taken() -> None:
    assert read_settings(TEAMS).tenants == (GUID,)
    assert read_settings({}).tenants == ()


WRONG = [
    ({"REFERRALBOT_PORT": "http"}, "REFERRALBOT_PORT must be a number from 1 to 65535."),
    ({"REFERRALBOT_PORT": "65536"}, "REFERRALBOT_PORT must be a number from 1 to 65535."),
    ({"REFERRALBOT_LOCAL_PAGE": "yes"}, "REFERRALBOT_LOCAL_PAGE must be on or off."),
    ({"REFERRALBOT_LOG_LEVEL": "loud"}, "REFERRALBOT_LOG_LEVEL must be debug, info, warning or error."),
    ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with sqlite:/// or postgresql://."),
    ({"SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN must start with xoxb-."),
    ({"SLACK_API_URL": "http://slack.example"}, "SLACK_API_URL must start with https://."),
    ({"TEAMS_TENANTS": "council"}, "TEAMS_TENANTS must be a GUID, such as 00000000-0000-0000-0000-000000000000."),
    (
        {"REFERRALBOT_EMAIL_DOMAINS": "@council.gov.uk"},
        "REFERRALBOT_EMAIL_DOMAINS must be domains such as council.gov.uk, divided by commas; '@council.gov.uk' is not"
        " one.",
    ),
    (
        {"REFERRALBOT_RECORD_URL": "https://records.example/"},
        "REFERRALBOT_RECORD_URL must hold {record_number} where the number goes.",
    ),
    ({"REFERRALBOT_HSOT": "127.0.0.1"}, "There is no setting REFERRALBOT_HSOT: did you mean REFERRALBOT_HOST?"),
    (
        {"REFERRALBOT_OFFICE_HOURS": "1"},
        "There is no setting REFERRALBOT_OFFICE_HOURS: docs/settings.md lists those there are.",
    ),
    (
        {"SLACK_BOT_TOKEN": "xoxb-1"},
        "SLACK_BOT_TOKEN needs SLACK_SIGNING_SECRET, or SLACK_APP_TOKEN for Socket Mode.",
    ),
    ({"SLACK_SIGNING_SECRET": "s"}, "Slack is half set up: SLACK_BOT_TOKEN is missing."),
    ({"TEAMS_APP_ID": GUID}, "TEAMS_APP_ID needs TEAMS_APP_PASSWORD."),
    ({"TEAMS_APP_ID": GUID, "TEAMS_APP_PASSWORD": "p"}, "TEAMS_APP_ID needs TEAMS_APP_TENANT_ID."),
    ({"TEAMS_APP_PASSWORD": "p"}, "Teams is half set up: TEAMS_APP_ID is missing."),
    (
        TEAMS | {"TEAMS_PLAYGROUND": "on"},
        "TEAMS_PLAYGROUND takes unsigned messages: it needs REFERRALBOT_HOST=127.0.0.1 and no TEAMS_APP_ID.",
    ),
    (
        {"REFERRALBOT_SMTP_URL": "mail.council.example"},
        "REFERRALBOT_SMTP_URL must be a mail server, such as smtp://user:password@mail.example.org:587.",
    ),
    (
        {"REFERRALBOT_SMTP_URL": "smtp://send:hush@mail.council.example/#1"},
        "REFERRALBOT_SMTP_URL must end with the port: a /, ? or # in the password is written %2F, %3F or %23.",
    ),
    (
        {"REFERRALBOT_SMTP_URL": "smtp://send@mail.council.example"},
        "REFERRALBOT_SMTP_URL must hold a user and a password of plain ASCII letters, or neither.",
    ),
    (
        {"REFERRALBOT_SMTP_FROM": "SEND reminders"},
        "REFERRALBOT_SMTP_FROM must be an e-mail address, such as SEND reminders <send@council.example>.",
    ),
    (
        {"REFERRALBOT_SMTP_FROM": "send@council.example\nBcc: everyone@council.example"},
        "REFERRALBOT_SMTP_FROM must be an e-mail address, such as SEND reminders <send@council.example>.",
    ),
    ({"REFERRALBOT_SMTP_URL": "smtp://mail.council.example"}, "REFERRALBOT_SMTP_URL needs REFERRALBOT_SMTP_FROM."),
    ({"REFERRALBOT_SMTP_FROM": "send@council.example"}, "E-mail is half set up: REFERRALBOT_SMTP_URL is missing."),
    (
        {"REFERRALBOT_LOCAL_PAGE": "on", "REFERRALBOT_HOST": "0.0.0.0"},
        "REFERRALBOT_LOCAL_PAGE lets anyone speak as anyone: it needs REFERRALBOT_HOST=127.0.0.1.",
    ),
]


@pytest.mark.parametrize(("environ", "sentence"), WRONG)
def test_a_wrong_setting_is_one_sentence(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadSettings) as trouble:
        read_settings(environ)
    assert str(trouble.value) == sentence


def test_no_secret_is_shown() -> None:
    secrets = [each for each in described() if each.secret]
    shown = repr(dataclasses.replace(Settings(), **{each.attribute: "hush" for each in secrets}))
    assert secrets and "hush" not in shown
    assert all(f"{each.attribute}='…'" in shown for each in secrets)


def test_a_wrong_secret_is_not_repeated_in_the_sentence() -> None:
    with pytest.raises(BadSettings) as trouble:
        read_settings({"SLACK_BOT_TOKEN": "hush-hush"})
    assert "hush" not in str(trouble.value)


@pytest.mark.parametrize(
    ("host", "alone"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_which_hosts_only_this_machine_can_reach(host: str, alone: bool) -> None:
    assert read_settings({"REFERRALBOT_HOST": host}).loopback is alone


def test_every_setting_is_in_the_docs() -> None:
    assert as_markdown() in DOCS.read_text(), (
        "docs/settings.md does not hold the settings as they are. Put there what this prints, in place of its tables:\n"
        "  python -c 'from bot.settings import as_markdown; print(as_markdown())'"
    )
