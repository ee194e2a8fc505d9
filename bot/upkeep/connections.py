"""The chat platforms in use: those that the settings define, and those added since with `referralbot connect add`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from bot.courier import Credentials
from bot.domain.errors import BadSettings, CannotRead
from bot.domain.terms import Platform
from bot.settings import Settings, readers
from storage.add import add_unless_there
from storage.crypto import Vault
from storage.tables import Connection

UNTOLD = "settings"
"""The outside id of a workspace of which only the token is known, until the platform has told it."""
PAGE, PLAYGROUND, MAIL = "local", "playground", "smtp"

WANTED: Mapping[Platform, Mapping[str, str]] = {
    Platform.SLACK: {
        "bot_token": "Bot token (xoxb-…)",
        "signing_secret": "Signing secret",
        "app_token": "App-level token (xapp-…), empty without Socket Mode",
    },
    Platform.TEAMS: {"app_password": "Client secret"},
}
"""The secrets of each platform, by the names its adapter knows them by, and how they are asked for."""
MAY_BE_EMPTY = ("app_token",)


@dataclass(frozen=True)
class Defined:
    """A connection as the settings define it."""

    platform: Platform
    outside_id: str
    name: str
    app_id: str = ""
    domains: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def defined(settings: Settings) -> Iterator[Defined]:
    """The connections in the settings."""
    own, council = settings.email_domains, settings.council
    if settings.slack:
        secrets = {
            "bot_token": settings.slack_bot_token,
            "signing_secret": settings.slack_signing_secret,
            "app_token": settings.slack_app_token,
        }
        yield Defined(Platform.SLACK, UNTOLD, council, domains=own, secrets=secrets)
    for tenant in settings.tenants if settings.teams_app_id else ():
        secrets = {"app_password": settings.teams_app_password, "app_tenant_id": settings.teams_app_tenant_id}
        yield Defined(Platform.TEAMS, tenant, council, settings.teams_app_id, own, secrets)
    if settings.teams_playground:
        yield Defined(Platform.TEAMS, PLAYGROUND, "Agents Playground", domains=own)
    if settings.local_page:
        yield Defined(Platform.PAGE, PAGE, "Local page", domains=own)
    if settings.mail:
        secrets = {"url": settings.smtp_url, "sender": settings.smtp_from}
        yield Defined(Platform.MAIL, MAIL, council, domains=own, secrets=secrets)


def credentials(db: Session, settings: Settings, vault: Vault) -> dict[Platform, list[Credentials]]:
    """Every connection in use, those of the settings first; their rows are written or brought up to date."""
    found: dict[Platform, list[Credentials]] = {platform: [] for platform in Platform}
    current = [(_row(db, each), each) for each in defined(settings)]
    for row, each in current:
        found[each.platform].append(_credentials(row, each.secrets))
    in_use = {row.id for row, _ in current}
    for row in db.exec(select(Connection).order_by(col(Connection.id))):
        if row.sealed is None:
            row.active = row.id in in_use
        elif row.active:
            found[row.platform].append(_credentials(row, vault.open_own(row.sealed, _about(row))))
    return found


def told(db: Session, connection: int, outside_id: str) -> None:
    """The platform has said which workspace a token is of; BadSettings where that is another than before."""
    row = db.get(Connection, connection)
    if row is None or row.outside_id == outside_id:
        return
    if row.outside_id != UNTOLD or _find(db, row.platform, outside_id):
        raise BadSettings(
            f"The {row.platform} token in the settings is of {outside_id}, and the record knows {row.outside_id} by it."
            f" Put the old token back, and add the other with: referralbot connect add {row.platform} {outside_id}"
        )
    row.outside_id = outside_id


def add(db: Session, vault: Vault, new: Defined) -> Connection:
    """Add a workspace or tenant, or give one its new secrets."""
    _check(new)
    row = _find(db, new.platform, new.outside_id)
    if row is not None and row.sealed is None:
        raise BadSettings(f"{new.outside_id} is the connection that the settings define: change it there.")
    row = row or Connection(platform=new.platform, outside_id=new.outside_id, name=new.name)
    row.name, row.app_id, row.domains, row.active = new.name, new.app_id, list(new.domains), True
    row.sealed = vault.seal_own({name: value for name, value in new.secrets.items() if value}, _about(row))
    db.add(row)
    db.flush()
    return row


def known(db: Session) -> Sequence[Connection]:
    return db.exec(select(Connection).order_by(col(Connection.id))).all()


def _row(db: Session, each: Defined) -> Connection:
    """The row of a connection that the settings define. Slack's keeps its id once the platform has told it."""
    kept = select(Connection).where(Connection.platform == each.platform, col(Connection.sealed).is_(None))
    if each.outside_id != UNTOLD:
        kept = kept.where(Connection.outside_id == each.outside_id)
    row = db.exec(kept).first()
    if row is None:  # and by now another replica, started at the same moment, may have put it in
        add_unless_there(db, Connection(platform=each.platform, outside_id=each.outside_id, name=each.name))
        row = db.exec(kept).first()
    if row is None:
        raise BadSettings(
            f"{each.outside_id} was added with `connect add` and is in the settings too: it can be in one."
        )
    row.name, row.app_id, row.domains, row.active = each.name, each.app_id, list(each.domains), True
    db.add(row)
    db.flush()
    return row


def _find(db: Session, platform: Platform, outside_id: str) -> Connection | None:
    same = (Connection.platform == platform, Connection.outside_id == outside_id)
    return db.exec(select(Connection).where(*same)).first()


def _credentials(row: Connection, secrets: Mapping[str, str]) -> Credentials:
    known_id = "" if row.outside_id == UNTOLD else row.outside_id
    return Credentials(row.id or 0, known_id, row.app_id, {name: value for name, value in secrets.items() if value})


def _about(row: Connection) -> str:
    """What binds sealed secrets to their row."""
    return f"connection {row.platform} {row.outside_id}"


def _check(new: Defined) -> None:
    """CannotRead names what is not as the platform writes it."""
    for name, asked in WANTED.get(new.platform, {}).items():
        if not new.secrets.get(name) and name not in MAY_BE_EMPTY:
            raise CannotRead(f"{asked} is missing.", name)
    if new.platform is Platform.SLACK and not re.fullmatch(r"[TE][A-Z0-9]{2,}", new.outside_id):
        raise CannotRead("A Slack workspace is named by its id, such as T0123ABCD: see its web address.", "outside_id")
    if new.platform is Platform.TEAMS:
        for what, value in (("tenant", new.outside_id), ("application", new.app_id)):
            _check_guid(what, value)


def _check_guid(what: str, value: str) -> None:
    try:
        readers.guid(value)
    except ValueError as trouble:
        raise CannotRead(f"The {what} id {trouble}.") from None
