"""Is everything in place? Each check answers with what is so, and where something is wrong, how to mend it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from bot.cards.people import several
from bot.cases import anchors, room_checks
from bot.cases.set_aside import set_aside_lately
from bot.cases.unreachable import unreachable
from bot.courier import Credentials
from bot.domain.calendar import london_date, london_time
from bot.domain.errors import BadSettings
from bot.domain.terms import Agency, Platform, PostState, Role
from bot.rules import Rules
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.erasures import backups_beside, list_of, readable, told, unlisted
from storage import roles, triggers
from storage.crypto import PUT_BACK, Vault
from storage.keys import any_wrapped, wrapped_under
from storage.queries import rooms_of
from storage.tables import Connection, Identity, Person, Post, Request

A_YEAR = timedelta(days=365)
LONG = timedelta(minutes=15)
"""How long a post may wait past its moment before something must be wrong."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `mend` is empty where it is well."""

    what: str
    mend: str = ""

    @property
    def well(self) -> bool:
        return not self.mend

    def __str__(self) -> str:
        return f"ok    {self.what}" if self.well else f"MEND  {self.what}\n      {self.mend}"


@dataclass(frozen=True)
class Patient:
    """What is examined, at one moment."""

    db: Session
    settings: Settings
    vault: Vault
    rules: Rules
    now: datetime
    connections: Sequence[Finding] = ()
    """What the platforms themselves said, asked before: no transaction is open while they are waited for."""


Ask = Callable[[Credentials], Awaitable[Sequence[str]]]
"""Asks a platform whether it takes a connection as it is: a sentence for each thing wrong, and how to mend it."""
Check = Callable[[Patient], Iterator[Finding]]


def examine(patient: Patient) -> Iterator[Finding]:
    """Every check of the record and the settings, in the order of setting up."""
    for check in CHECKS:
        yield from check(patient)


def platforms(patient: Patient) -> Iterator[Finding]:
    """Whether there is a chat to work in."""
    active = patient.db.exec(select(Connection).where(Connection.active)).all()
    settings = patient.settings
    configured = ((Platform.SLACK, settings.slack), (Platform.TEAMS, settings.teams), (Platform.MAIL, settings.mail))
    for platform, set_up in configured:
        if set_up or any(row.platform is platform for row in active):
            yield Finding(f"{platform.value.capitalize()} is configured.")
    if not (settings.slack or settings.teams or any(row.platform is not Platform.MAIL for row in active)):
        yield Finding("No chat platform is configured.", "Set those of Slack or Teams in docs/settings.md.")
    if (settings.slack or settings.teams) and not settings.email_domains:
        yield Finding(
            "No e-mail domain is the council's.",
            "Set REFERRALBOT_EMAIL_DOMAINS, or Slack accounts cannot be linked to people.",
        )


async def ask_around(
    found: Mapping[Platform, Sequence[Credentials]], names: Mapping[int, str], ways: Mapping[Platform, Ask]
) -> list[Finding]:
    """What each platform that can be asked says of each connection, all asked at once. `names` are by connection."""
    asked = [(platform, each) for platform in ways for each in found.get(platform, ())]
    answers = await asyncio.gather(*(ways[platform](each) for platform, each in asked))
    findings: list[Finding] = []
    for (platform, each), ills in zip(asked, answers, strict=True):
        who = f"{platform.value.capitalize()}, {names[each.connection]}"
        findings += [Finding(who, ill) for ill in ills] or [Finding(f"{who}, is in order.")]
    return findings


def key(patient: Patient) -> Iterator[Finding]:
    """Whether the key opens what is sealed, and where a change of it stands."""
    vault, found = patient.vault, wrapped_under(patient.db)
    missing = found.total() - sum(found[mark] for mark in (*vault.marks, ""))
    before = found.total() - found[vault.mark] - missing
    if missing or not _opens(patient):
        yield Finding("The key does not open the record.", PUT_BACK)
    elif before and patient.settings.old_key:
        what = f"The key is being changed: {before:,} of {found.total():,} keys are under the one before."
        yield Finding(what, "Say, until it is through: referralbot rotate-key --as EMAIL")
    elif patient.settings.old_key:
        yield Finding("Every key is under the new REFERRALBOT_KEY.", "Take REFERRALBOT_OLD_KEY out of the settings.")
    else:
        yield Finding("The key opens the record." if found else "The key is well formed; nothing is sealed yet.")


def _opens(patient: Patient) -> bool:
    """Whether the key opens a key that is kept."""
    wrapped = any_wrapped(patient.db)
    with suppress(BadSettings):
        return wrapped is None or bool(patient.vault.unwrap(wrapped))
    return False


def connections(patient: Patient) -> Iterator[Finding]:
    yield from patient.connections


def rules(patient: Patient) -> Iterator[Finding]:
    calendar, today = patient.rules.calendar, london_date(patient.now)
    mend = "Compare the pack's bank_holidays.csv with https://www.gov.uk/bank-holidays, or install a newer version."
    what = f"Bank holidays are known until {calendar.announced:%-d %B %Y}, computed until {calendar.last:%-d %B %Y}."
    yield Finding(what, mend if calendar.announced < today + A_YEAR else "")


def people(patient: Patient) -> Iterator[Finding]:
    """Whether there is staff, somebody to administer and somebody to escalate to."""
    staff = patient.db.exec(select(Person).where(col(Person.active))).all()
    if not staff:
        yield Finding("The staff list is empty.", "Take it in with: referralbot import people FILE")
        return
    yield Finding(f"{len(staff)} people are on the staff list.")
    if not any(person.role is Role.ADMINISTRATOR for person in staff):
        yield Finding("Nobody is an administrator.", "Give one person that role in the staff list and import it again.")
    working = {person.id for person in staff}
    alone = [each for each in staff if each.role is Role.OFFICER and each.manager_id not in working]
    if alone:
        names = ", ".join(person.name for person in alone[:5]) + (" and others" if len(alone) > 5 else "")
        yield Finding(
            f"{len(alone)} officers have no manager who works here: {names}.",
            "Name their managers in the staff list and import it again: nobody hears when they are late.",
        )


def owners(patient: Patient) -> Iterator[Finding]:
    """Whether everything that is open has an owner who works here, and whether that one and their manager hear."""
    found = unreachable(patient.db, patient.rules)
    if found.left:
        whose = several([f"{name} ({many})" for name, many in found.left])
        yield Finding(f"Owners who have left: {whose}.", "A manager says: hand over all from … to …")
    if found.nobodys:
        yield Finding(f"Open cases and letters that are nobody's: {found.nobodys}.", "Say of each: assign … to …")
    if found.unlinked:
        what = f"They own what is open, or manage who does, and no chat knows them: {several(found.unlinked)}."
        yield Finding(what, "Ask each to say `help` to the bot once; until then whoever stands above them hears.")
    if found.no_lead:
        what = f"A ladder tells the lead of {several([agency.label for agency in found.no_lead])}, and there is none."
        yield Finding(what, "Name a manager of that agency in the staff list; until then its room hears.")
    if not found:
        yield Finding("Everybody whose cases are open can be reached.")


def accounts(patient: Patient) -> Iterator[Finding]:
    """Whether people have been met, so that they can be written to."""
    linked = select(Identity.person_id).where(col(Identity.gone_at).is_(None))
    unknown = patient.db.exec(
        select(Person).where(col(Person.active), col(Person.id).not_in(linked)).order_by(Person.name)
    ).all()
    if unknown:
        names = ", ".join(person.name for person in unknown[:5]) + (" and others" if len(unknown) > 5 else "")
        yield Finding(
            f"{len(unknown)} people have not been met in chat yet: {names}.",
            "Ask each to say `help` to the bot once; until then what is theirs goes to the administrators' room.",
        )


def rooms(patient: Patient) -> Iterator[Finding]:
    """Whether each agency that is asked for advice, or has staff, can be told."""
    asked = set(patient.db.exec(select(Request.agency).distinct()))
    staffed = set(patient.db.exec(select(Person.agency).where(col(Person.active)).distinct()))
    for agency in (each for each in Agency if each in asked | staffed):
        bound = rooms_of(patient.db, agency)
        mend = f"Say in its room: /referral room bind {agency.value}"
        names = ", ".join(room.name for room in bound)
        yield Finding(f"Rooms of {agency.label}: {names or 'none'}.", "" if bound else mend)
    if not rooms_of(patient.db, None):
        yield Finding(
            "No administrators' room is bound, so trouble has nowhere to go and nudges are not checked end to end.",
            "An administrator says in a private room: /referral room bind administrators",
        )
    if unread := [room.name for room in room_checks.unread(patient.db, patient.now)]:
        yield Finding(
            f"Nobody knows who reads these rooms: {several(unread)}.",
            "Is `serve` running, is the bot in them, has the app its permissions? Until then look yourself.",
        )


def aside(patient: Patient) -> Iterator[Finding]:
    """What a fault keeps from being looked at or worked out, each with the code under which the log has it."""
    turn = Turn(patient.db, patient.now, patient.rules, patient.vault)
    for one in set_aside_lately(turn):
        which = f"The {one.deadline.rule} of {one.about.reference}" if one.deadline else one.about.reference
        what = "cannot be looked at: nobody is nudged of it" if one.deadline else "cannot be derived afresh"
        yield Finding(
            f"{which} {what} (code {one.code}, {london_time(one.at):%a %-d %b %H:%M}).",
            "The log has the place of the fault under that code: report both. A date is tried again each hour.",
        )


def outbox(patient: Patient) -> Iterator[Finding]:
    failed = patient.db.exec(select(func.count()).where(Post.state == PostState.FAILED)).one()
    due = func.coalesce(Post.due_at, Post.not_before)
    overdue = (Post.state == PostState.WAITING, ~col(Post.refresh), due < patient.now - LONG)
    waiting = patient.db.exec(select(func.count()).where(*overdue)).one()
    if failed:
        yield Finding(f"{failed} posts could not be delivered.", "Say: referralbot posts list")
    if waiting:
        yield Finding(
            f"{waiting} posts have waited over 15 minutes.",
            "Is `referralbot serve` running, and its log quiet? Which they are: referralbot posts list",
        )
    if not failed and not waiting:
        yield Finding("Every post that was due has gone out.")


def record(patient: Patient) -> Iterator[Finding]:
    """Whether the record is kept from being changed, and anchored each day under a signature."""
    connection, last = patient.db.connection(), anchors.last_anchor(patient.db)
    if unguarded := triggers.missing(connection):
        yield Finding(f"The database would let anybody change {', '.join(unguarded)}.", "Say: referralbot migrate")
    if roles.may_change_the_record(connection):
        mend = "Give the bot a role of its own: docs/record.md says how."
        yield Finding("The bot's own role in PostgreSQL owns the record, or may change it.", mend)
    if not patient.settings.anchor_key:
        mend = "Make a key with `referralbot new-key --anchor`. Without, a record written anew can be anchored anew."
        yield Finding("Anchors of the record are not signed.", mend)
    if last is not None and patient.now - last.made_at > anchors.OVERDUE:
        yield Finding(f"The record was last anchored on {last.day:%-d %B %Y}.", "Is `referralbot serve` running?")
    elif last is not None:
        yield Finding(f"The record was last anchored on {last.day:%-d %B %Y}. Check it with: referralbot audit verify")


def erasures(patient: Patient) -> Iterator[Finding]:
    """Whether the list of erasures and the record agree, and whether it lies apart from the backups."""
    kept = list_of(patient.settings)
    turn = Turn(patient.db, patient.now, patient.rules, patient.vault)
    try:
        listed = kept.all()
    except BadSettings as no:
        yield Finding("The list of erasures cannot be read.", str(no))
        return
    back, missing = list(readable(turn, listed.values())), list(unlisted(turn, listed))
    if back:
        mend = "Restart the bot: it erases them again, or says why not."
        yield Finding(f"{told(back)} can be read again that were erased.", mend)
    if missing:
        mend = f"Restart the bot: it puts them on the list again. Find out who took {kept.path} away."
        yield Finding(f"{told(missing)} that are erased are not on the list: a restored backup would keep them.", mend)
    if beside := backups_beside(kept, patient.settings.database_url):
        mend = "Keep backups in another place: who puts that folder back puts back an older list too."
        yield Finding(f"Backups lie beside the list of erasures, {kept.path}: {several(beside)}.", mend)
    if not (back or missing or beside):
        yield Finding(f"The record agrees with the list of erasures: {told(listed.values()) or 'nothing'} erased.")


CHECKS: tuple[Check, ...] = (
    key,
    rules,
    platforms,
    connections,
    people,
    owners,
    accounts,
    rooms,
    aside,
    outbox,
    record,
    erasures,
)
