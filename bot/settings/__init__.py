"""Environment -> one frozen Settings object, each field of which is also its own documentation."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from bot.domain.errors import BadSettings
from bot.settings import readers

DATABASE = "sqlite:///var/referralbot.sqlite"
OURS = "REFERRALBOT_"
"""A name that starts so and is not a setting is a slip of the pen, and said to be one."""


@dataclass(frozen=True)
class Described:
    """One setting: its name in the environment, what it is, how its text is read."""

    name: str
    meaning: str
    group: str
    default: str
    read: Callable[[str], Any]
    secret: bool
    attribute: str = ""


def setting(
    name: str,
    meaning: str,
    *,
    group: str,
    default: str = "",
    read: Callable[[str], Any] = readers.text,
    secret: bool = False,
    empty: Any = "",
) -> Any:
    """A field of Settings. `empty` is its value where there is neither a text nor a default."""
    described = Described(name, meaning, group, default, read, secret)
    return field(default=read(default) if default else empty, metadata={"described": described})


RUN, COUNCIL, SLACK, TEAMS, MAIL = "Running", "The council", "Slack", "Microsoft Teams", "E-mail"


@dataclass(frozen=True, repr=False)
class Settings:
    """Everything the operator decides. Its repr hides the secrets."""

    database_url: str = setting(
        "DATABASE_URL",
        "Where the record is kept: an SQLite file (`sqlite:///path`) or PostgreSQL (`postgresql://user:password@host/name`).",
        group=RUN,
        default=DATABASE,
        read=readers.database,
        secret=True,
    )
    key: str = setting(
        "REFERRALBOT_KEY",
        "The installation's key: 32 bytes in base64, made by `referralbot new-key`. Without it nobody can read the"
        " private fields, ever: keep a copy apart from the database's backups. `serve` needs it; the demo has its own.",
        group=RUN,
        secret=True,
    )
    old_key: str = setting(
        "REFERRALBOT_OLD_KEY",
        "The key before REFERRALBOT_KEY, for as long as `referralbot rotate-key` is not through, or a backup from"
        " before is looked at: what is still wrapped under it opens too. New keys are wrapped under REFERRALBOT_KEY"
        " alone.",
        group=RUN,
        secret=True,
    )
    anchor_key: str = setting(
        "REFERRALBOT_ANCHOR_KEY",
        "The key that signs each day's anchor of the record, made by `referralbot new-key --anchor`. Without it anchors"
        " are made unsigned. Keep the public key that is printed with it elsewhere: it proves who signed.",
        group=RUN,
        secret=True,
    )
    host: str = setting("REFERRALBOT_HOST", "The address to listen on.", group=RUN, default="127.0.0.1")
    port: int = setting(
        "REFERRALBOT_PORT", "The port to listen on; 0 takes any free one.", group=RUN, default="8080", read=readers.port
    )
    log_level: str = setting(
        "REFERRALBOT_LOG_LEVEL",
        "How much is logged: debug, info, warning or error.",
        group=RUN,
        default="info",
        read=readers.level,
    )
    local_page: bool = setting(
        "REFERRALBOT_LOCAL_PAGE",
        "`on` serves the local chat page, where anyone can speak as anyone: for trials, on this machine only.",
        group=RUN,
        default="off",
        read=readers.switch,
    )
    https_proxy: str = setting(
        "HTTPS_PROXY",
        "The proxy through which the bot reaches Slack and Teams, such as `http://proxy.council.example:8080`."
        " It may hold a name and a password.",
        group=RUN,
        read=readers.proxy,
        secret=True,
    )
    heartbeat_url: str = setting(
        "REFERRALBOT_HEARTBEAT_URL",
        "An address that is asked every five minutes while all is well, such as a check of healthchecks.io. Silence is"
        " then the alarm: whoever watches it is told from outside. Nothing of the record is in the request.",
        group=RUN,
        read=readers.address,
        secret=True,
    )
    council: str = setting(
        "REFERRALBOT_COUNCIL", "The council's name, as messages say it.", group=COUNCIL, default="The council"
    )
    email_domains: tuple[str, ...] = setting(
        "REFERRALBOT_EMAIL_DOMAINS",
        "E-mail domains that the council owns, divided by commas. Only an address in one of them links a chat account"
        " to a person; without any, accounts are linked by Entra object id alone.",
        group=COUNCIL,
        read=readers.domains,
        empty=(),
    )
    record_url: str = setting(
        "REFERRALBOT_RECORD_URL",
        "Where the council's record system shows a child, with `{record_number}` for the number. Empty: no link.",
        group=COUNCIL,
        read=readers.record_address,
    )
    rules: str = setting(
        "REFERRALBOT_RULES",
        "The folder of the council's overlay over the law's rules: its own standards, targets, ladders, panels and"
        " terms. `docs/rules.md` describes it. Empty: the rules that come with the bot.",
        group=COUNCIL,
    )
    exports: str = setting(
        "REFERRALBOT_EXPORTS",
        "The folder of sealed exports, such as a subject access pack, for the service's own account alone. Processes"
        " that share a record in PostgreSQL share this folder too. Empty: `exports` beside the SQLite file, else"
        " `var/exports`. [rights.md](rights.md) says what is in it.",
        group=COUNCIL,
    )
    export_days: int = setting(
        "REFERRALBOT_EXPORT_DAYS",
        "How many days an export can be opened, 1 to 30; then its key is destroyed, and every copy of it unreadable.",
        group=COUNCIL,
        default="7",
        read=readers.number(1, 30),
    )
    erasures: str = setting(
        "REFERRALBOT_ERASURES",
        "The list of what was erased, by which a restored backup is erased again: a file that only the service's own"
        " account may read, copied elsewhere and not kept beside the backups. Processes that share a record share it."
        " Empty: `erasures.list` beside the SQLite file, else `var/erasures.list`. [privacy.md](privacy.md) says more.",
        group=COUNCIL,
    )
    slack_bot_token: str = setting(
        "SLACK_BOT_TOKEN",
        "The bot token of the first workspace, from *OAuth & Permissions*.",
        group=SLACK,
        read=readers.starting_with("xoxb-"),
        secret=True,
    )
    slack_signing_secret: str = setting(
        "SLACK_SIGNING_SECRET",
        "The secret that Slack signs its requests with, from *Basic Information*. Not needed in Socket Mode.",
        group=SLACK,
        secret=True,
    )
    slack_app_token: str = setting(
        "SLACK_APP_TOKEN",
        "An app-level token with `connections:write`. With it the bot calls Slack (Socket Mode) and needs no public"
        " address.",
        group=SLACK,
        read=readers.starting_with("xapp-"),
        secret=True,
    )
    slack_api_url: str = setting(
        "SLACK_API_URL",
        "Where Slack's methods are. Change it only to test against a stand-in.",
        group=SLACK,
        default="https://slack.com/api/",
        read=readers.address,
    )
    teams_app_id: str = setting(
        "TEAMS_APP_ID", "The bot's application (client) id in Entra.", group=TEAMS, read=readers.guid
    )
    teams_app_password: str = setting(
        "TEAMS_APP_PASSWORD", "The application's client secret.", group=TEAMS, secret=True
    )
    teams_app_tenant_id: str = setting(
        "TEAMS_APP_TENANT_ID", "The tenant in which the application is registered.", group=TEAMS, read=readers.guid
    )
    teams_tenants: tuple[str, ...] = setting(
        "TEAMS_TENANTS",
        "Tenants whose messages are taken, divided by commas. Empty: only TEAMS_APP_TENANT_ID.",
        group=TEAMS,
        read=readers.guids,
        empty=(),
    )
    teams_service_hosts: tuple[str, ...] = setting(
        "TEAMS_SERVICE_HOSTS",
        "Hosts that answers to Teams may be sent to, divided by commas. Empty: those of Teams' public and GCC clouds.",
        group=TEAMS,
        read=readers.words,
        empty=(),
    )
    teams_metadata_url: str = setting(
        "TEAMS_METADATA_URL",
        "Where the keys are that Teams signs with. Change it only for another cloud, or to test against a stand-in.",
        group=TEAMS,
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        read=readers.address,
    )
    teams_login_url: str = setting(
        "TEAMS_LOGIN_URL",
        "Where the bot gets its own tokens. Change it only for another cloud, or to test against a stand-in.",
        group=TEAMS,
        default="https://login.microsoftonline.com",
        read=readers.address,
    )
    teams_playground: bool = setting(
        "TEAMS_PLAYGROUND",
        "`on` takes unsigned messages from Microsoft's Agents Playground: on this machine only, without TEAMS_APP_ID.",
        group=TEAMS,
        default="off",
        read=readers.switch,
    )

    smtp_url: str = setting(
        "REFERRALBOT_SMTP_URL",
        "The mail server that takes what no chat takes, such as `smtp://user:password@mail.council.example:587`. It"
        " must offer STARTTLS, unless it is on this machine; `smtps://` is TLS from the start. In a password `%40`"
        " stands for an @. Empty: no e-mail. [mail.md](mail.md) says when it is used.",
        group=MAIL,
        read=readers.mail_server,
        secret=True,
    )
    smtp_from: str = setting(
        "REFERRALBOT_SMTP_FROM",
        "Whom e-mail is from, such as `SEND reminders <send@council.example>`: an address that the mail server lets"
        " that user send from.",
        group=MAIL,
        read=readers.mailbox,
    )

    def __repr__(self) -> str:
        shown = (f"{each.attribute}={self._shown(each)}" for each in described())
        return f"Settings({', '.join(shown)})"

    def _shown(self, each: Described) -> str:
        value = getattr(self, each.attribute)
        return "'…'" if each.secret and value else repr(value)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the bot."""
        return readers.is_loopback(self.host)

    @property
    def slack(self) -> bool:
        return bool(self.slack_bot_token)

    @property
    def teams(self) -> bool:
        return bool(self.teams_app_id) or self.teams_playground

    @property
    def mail(self) -> bool:
        return bool(self.smtp_url)

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants whose messages are taken."""
        return self.teams_tenants or ((self.teams_app_tenant_id,) if self.teams_app_tenant_id else ())


def described() -> tuple[Described, ...]:
    """The table of settings, in the order of the docs."""
    return tuple(_described(each) for each in fields(Settings))


def _described(each: Any) -> Described:
    found: Described = each.metadata["described"]
    return Described(**{**vars(found), "attribute": each.name})


def read_settings(environ: Mapping[str, str], env_file: Path | None = None) -> Settings:
    """The settings in the environment, else in the file, else their defaults; BadSettings where one is wrong.

    A setting that is there and empty counts as not there.
    """
    written = dotenv_values(env_file, interpolate=False) if env_file and env_file.is_file() else {}
    given = {name: value.strip() for name, value in {**written, **environ}.items() if value and value.strip()}
    _refuse_unknown(given)
    settings = Settings(**{each.attribute: _read(each, given[each.name]) for each in described() if each.name in given})
    _refuse_half(settings)
    return settings


def _read(each: Described, value: str) -> Any:
    try:
        return each.read(value)
    except ValueError as trouble:
        raise BadSettings(f"{each.name} {trouble}.") from None


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = [each.name.removeprefix(OURS) for each in described() if each.name.startswith(OURS)]
    unknown = [ours for name in given if name.startswith(OURS) and (ours := name.removeprefix(OURS)) not in known]
    for name in unknown:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {OURS}{near[0]}?" if near else "docs/settings.md lists those there are."
        raise BadSettings(f"There is no setting {OURS}{name}: {hint}")


def _refuse_half(settings: Settings) -> None:
    """What cannot work or is not safe together."""
    slack_proof = settings.slack_signing_secret or settings.slack_app_token
    rules = (
        (
            settings.slack and not slack_proof,
            "SLACK_BOT_TOKEN needs SLACK_SIGNING_SECRET, or SLACK_APP_TOKEN for Socket Mode.",
        ),
        (slack_proof and not settings.slack, "Slack is half set up: SLACK_BOT_TOKEN is missing."),
        (settings.teams_app_id and not settings.teams_app_password, "TEAMS_APP_ID needs TEAMS_APP_PASSWORD."),
        (settings.teams_app_id and not settings.teams_app_tenant_id, "TEAMS_APP_ID needs TEAMS_APP_TENANT_ID."),
        (settings.teams_app_password and not settings.teams_app_id, "Teams is half set up: TEAMS_APP_ID is missing."),
        (
            settings.teams_playground and (settings.teams_app_id or not settings.loopback),
            "TEAMS_PLAYGROUND takes unsigned messages: it needs REFERRALBOT_HOST=127.0.0.1 and no TEAMS_APP_ID.",
        ),
        (
            settings.local_page and not settings.loopback,
            "REFERRALBOT_LOCAL_PAGE lets anyone speak as anyone: it needs REFERRALBOT_HOST=127.0.0.1.",
        ),
        (settings.smtp_url and not settings.smtp_from, "REFERRALBOT_SMTP_URL needs REFERRALBOT_SMTP_FROM."),
        (settings.smtp_from and not settings.smtp_url, "E-mail is half set up: REFERRALBOT_SMTP_URL is missing."),
    )
    for wrong, sentence in rules:
        if wrong:
            raise BadSettings(sentence)


def as_markdown() -> str:
    """The tables of docs/settings.md, a group at a time."""
    groups = dict.fromkeys(each.group for each in described())
    return "\n".join(_table(group) for group in groups)


def _table(group: str) -> str:
    rows = [_row(each) for each in described() if each.group == group]
    return "\n".join((f"## {group}", "", "| name | default | secret | what it is |", "|---|---|---|---|", *rows, ""))


def _row(each: Described) -> str:
    default = f"`{each.default}`" if each.default else ""
    return f"| `{each.name}` | {default} | {'yes' if each.secret else ''} | {each.meaning} |"
