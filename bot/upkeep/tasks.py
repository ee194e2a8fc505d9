"""What an operator has done from the command line, without a chat: each task prints what came of it."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from getpass import getpass

from bot import reminders
from bot.commandline import WELL, WRONG
from bot.domain.errors import BadSettings
from bot.domain.terms import Platform
from bot.settings import Settings, readers
from bot.upkeep import connections, doctor
from bot.upkeep.caseload import Import
from bot.upkeep.erasures import list_of
from bot.upkeep.installation import (
    Installation,
    erase_again,
    open_installation,
    open_store,
    open_vault,
    read_moment,
)
from bot.upkeep.people import import_people
from storage import roles
from storage.connect import Store
from storage.crypto import new_key
from storage.keys import take_own_keys
from storage.migrate import migrate, newest, revision
from storage.signing import Signer, new_signing_key, public_key_as_text

Clock = Callable[[], datetime]


def print_key(arguments: Namespace, _settings: Settings, _wall: Clock) -> int:
    if not arguments.anchor:
        print(new_key())
        return WELL
    key = new_signing_key()
    print(f"REFERRALBOT_ANCHOR_KEY={key}")
    print(f"Public key, to keep elsewhere: {public_key_as_text(Signer(key).public_key)}")
    return WELL


def bring(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Migrate."""
    migrate(settings.database_url, arguments.to)
    store = Store(settings.database_url)
    at = revision(store)
    if arguments.grant:
        with store.transaction() as db:
            roles.grant(db.connection(), arguments.grant)
    store.close()
    if at == newest() and list_of(settings).path.exists():
        erase_again(settings, wall)
    print(
        f"The database is at revision {at}{', the newest' if at == newest() else ''}."
        if at
        else "The database is empty."
    )
    if arguments.grant:
        print(f"{arguments.grant} may look at the record and add to it, and change or remove nothing that is there.")
    return WELL


def take_in(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Import staff or cases."""
    return {"people": take_in_people, "cases": take_in_cases}[arguments.what](arguments, settings, wall)


def take_in_people(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    store = open_installation(settings, wall).store
    with store.transaction() as db:
        report = import_people(db, arguments.file)
        if arguments.dry_run:
            db.rollback()
    store.close()
    print(report)
    return WRONG if report.wrong else WELL


def take_in_cases(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    here = open_installation(settings, wall)
    run = Import(here.store, here.vault, here.rules, here.clock(), by=arguments.email, dry_run=arguments.dry_run)
    report = run.run(arguments.file)
    here.store.close()
    print(report)
    return WRONG if report.wrong else WELL


def sweep(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Say what is ripe at a moment, or print what would be said."""
    here = open_installation(settings, wall)
    now = read_moment(arguments.at, here.clock)
    if arguments.dry_run:
        would = [*map(_would_say, reminders.preview(here.store, here.rules, here.vault, now))]
        would += reminders.preview_planned(here.store, here.rules, here.vault, now)
        print("\n".join(would) or "Nothing would be said.")
    else:
        swept = reminders.sweep(here.store, here.rules, here.vault, now)
        planned = reminders.tell_planned(here.store, here.rules, here.vault, now)
        mornings = reminders.digests(here.store, here.rules, here.vault, now)
        nudged = f"{swept.said} nudges in {swept.posts} posts, {swept.skipped} skipped"
        print(f"{nudged}; {planned} reminders that people set; {mornings} digests.")
    here.store.close()
    return WELL


def _would_say(each: reminders.WouldSay) -> str:
    how = " in the next digest" if each.in_digest else ""
    why = f"rung {each.rung}, for {each.hears.label}{f' ({each.instead})' if each.instead else ''}"
    return f"{each.reference}  {each.what}, due {each.due:%a %-d %b %Y}: to {each.whom}{how}; {why}"


def connect(arguments: Namespace, settings: Settings, _wall: Clock) -> int:
    """List the connections, or add one."""
    return {"list": list_connections, "add": add_connection}[arguments.what](arguments, settings)


def list_connections(_arguments: Namespace, settings: Settings) -> int:
    store = open_store(settings.database_url)
    with store.reading() as db:
        for row in connections.known(db):
            where = "the settings" if row.sealed is None else "the record"
            resting = "" if row.active else "; not in use"
            print(f"{row.id}  {row.platform}  {row.outside_id}  {row.name}  (from {where}{resting})")
    store.close()
    return WELL


def add_connection(arguments: Namespace, settings: Settings) -> int:
    """The secrets are asked for, or read a line each where nobody is at the keyboard: never given as words."""
    platform = Platform(arguments.platform)
    store, vault = open_store(settings.database_url), open_vault(settings)
    take_own_keys(store, vault)
    secrets = {name: _secret(asked) for name, asked in connections.WANTED[platform].items()}
    new = connections.Defined(
        platform, arguments.outside_id, arguments.name, arguments.app_id, _domains(arguments.domains), secrets
    )
    with store.transaction() as db:
        connections.add(db, vault, new)
    store.close()
    print(f"Added {arguments.name} ({arguments.outside_id}). Restart `referralbot serve` to use it.")
    return WELL


def _secret(asked: str) -> str:
    return (getpass(f"{asked}: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()


def _domains(text: str) -> tuple[str, ...]:
    try:
        return readers.domains(text)
    except ValueError as trouble:
        raise BadSettings(f"--domains {trouble}.") from None


def examine(settings: Settings, wall: Clock, ways: Mapping[Platform, doctor.Ask]) -> int:
    """The doctor: every finding, and 1 where one is to be mended. `ways` ask the platforms themselves."""
    here = open_installation(settings, wall)
    said = _ask_around(here, ways)
    with here.store.reading() as db:
        patient = doctor.Patient(db, here.settings, here.vault, here.rules, here.clock(), said)
        findings = list(doctor.examine(patient))
    here.store.close()
    for finding in findings:
        print(finding)
    return WELL if all(finding.well for finding in findings) else WRONG


def _ask_around(here: Installation, ways: Mapping[Platform, doctor.Ask]) -> Sequence[doctor.Finding]:
    """What the platforms say of the connections as `serve` would open them; nothing is written."""
    try:
        with here.store.transaction() as db:
            found = connections.credentials(db, here.settings, here.vault)
            names = {row.id or 0: row.name for row in connections.known(db)}
            db.rollback()
    except BadSettings as no:
        return (doctor.Finding("The connections cannot be opened.", str(no)),)
    return asyncio.run(doctor.ask_around(found, names, ways))
