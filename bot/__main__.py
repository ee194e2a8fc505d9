"""The command line and the composition root: read settings, wire, run. The only reader of the wall clock."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commandline import CANNOT, WELL, WRONG, parser
from bot.domain.errors import BadSettings, Refusal
from bot.domain.terms import Platform
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from sqlalchemy.exc import OperationalError

    from adapters.terminal import Terminal
    from bot.courier import Credentials
    from bot.serving.run import Door, Inside
    from bot.upkeep.doctor import Ask

Clock = Callable[[], datetime]
Task = Callable[[Namespace, Settings, Clock], int]


def wall() -> datetime:
    return datetime.now(UTC)


def main(words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run one command. Everything expected that stands in its way is one sentence on stderr."""
    os.umask(0o077)  # the record, the demo's key and the manifests are nobody else's
    arguments = parser().parse_args(words)
    try:
        settings = Settings() if arguments.run in BY_ITSELF else read_settings(environ, Path(".env"))
        return task(arguments.run)(arguments, settings, wall)
    except (BadSettings, Refusal) as no:
        print(no, file=sys.stderr)
    except BrokenPipeError:  # whoever read the answer has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print(file=sys.stderr)
    except _database_errors() as away:  # asked for last: only an error that is none of the above loads its library
        print(f"The database does not answer: {str(away.orig).splitlines()[0]}.", file=sys.stderr)
    return CANNOT


def _database_errors() -> "type[OperationalError]":
    from sqlalchemy.exc import OperationalError

    return OperationalError


def serve(_arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """The bot on every platform that is configured, until it is told to stop."""
    from bot.serving.run import run
    from bot.serving.told import serving_lines
    from bot.serving.web import listen
    from bot.upkeep.clock import MovedClock
    from bot.upkeep.installation import hold_record, open_configured

    if isinstance(wall, MovedClock):
        raise BadSettings("serve goes by the machine's own clock. One that is moved is for the demo and for tests.")
    here = open_configured(settings, wall)
    held = hold_record(settings.database_url)
    listening = listen(settings.host, settings.port)
    run(here, listening, open_doors, lambda at: print(serving_lines(settings, at), flush=True))
    del held  # up to here, that no other bot serves the same file
    return WELL


def demo(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """The local page with fictional staff and cases. The port is taken first: another demo may be running on it."""
    from bot.serving.run import run
    from bot.serving.told import demo_lines
    from bot.serving.web import listen
    from bot.upkeep.demo import load_demo
    from bot.upkeep.installation import hold_demo, make_demo, open_demo

    if not settings.loopback:
        raise BadSettings("The demo lets anyone speak as anyone: it needs REFERRALBOT_HOST=127.0.0.1.")
    listening, held = listen(settings.host, settings.port), hold_demo()
    if held is None:
        raise BadSettings("The demo is running already, from this folder: stop that one first.")
    make_demo(reset=arguments.reset)
    here = open_demo(settings, wall)
    load_demo(here.store, here.vault, here.rules, here.clock())
    run(here, listening, open_doors, lambda at: print(demo_lines(at), flush=True))
    return WELL


def open_doors(inside: "Inside", found: Mapping[Platform, Sequence["Credentials"]]) -> "Mapping[Platform, Door]":
    """The adapters of the platforms in use."""
    ways = {
        Platform.SLACK: open_slack,
        Platform.TEAMS: open_teams,
        Platform.PAGE: open_page,
        Platform.MAIL: open_mail,
    }
    return {platform: ways[platform](inside, each) for platform, each in found.items()}


def open_slack(inside: "Inside", found: Sequence["Credentials"]) -> "Door":
    from adapters.slack import Slack
    from bot.upkeep.connections import told

    here, settings = inside.here, inside.here.settings

    def tell(connection: int, team: str) -> None:
        with here.store.transaction() as db:
            told(db, connection, team)

    return Slack(
        found,
        answer=inside.answer,
        clock=here.clock,
        met=here.app.met,
        api_url=settings.slack_api_url,
        told=tell,
        proxy=settings.https_proxy or None,
        copies=inside.copies,
        changes=inside.looker,
    )


def open_teams(inside: "Inside", found: Sequence["Credentials"]) -> "Door":
    from adapters.teams import Teams
    from adapters.teams.gate import SERVICE_HOSTS

    here, settings = inside.here, inside.here.settings
    return Teams(
        found,
        answer=inside.answer,
        clock=here.clock,
        tenants={each.outside_id: each.connection for each in found},
        met=here.app.met,
        service_hosts=settings.teams_service_hosts or SERVICE_HOSTS,
        loopback_only=settings.teams_playground,
        proxy=settings.https_proxy or None,
        metadata_url=settings.teams_metadata_url,
        login_url=settings.teams_login_url,
        copies=inside.copies,
        changes=inside.looker,
    )


def open_page(inside: "Inside", found: Sequence["Credentials"]) -> "Door":
    from adapters.page import Page
    from bot.upkeep.seats import recalled, rooms_on, staff_of

    here, connection = inside.here, found[0].connection
    return Page(
        connection=connection,
        answer=inside.answer,
        clock=here.clock,
        people=partial(staff_of, here.store),
        rooms=partial(rooms_on, here.store, connection),
        met=lambda who, where: here.app.met(who, where, here.clock()),
        recall=partial(recalled, here, connection),
        jump=inside.jump.to if inside.jump else None,
    )


def open_mail(inside: "Inside", found: Sequence["Credentials"]) -> "Door":
    from adapters.mail import Mail

    return Mail(found, clock=inside.here.clock)


def terminal(_arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """A conversation here. In the demo, while its page is not running, nudges arrive and the clock can be moved."""
    from bot.serving.run import converse
    from bot.upkeep.installation import hold_demo, open_installation

    here = open_installation(settings, wall)
    held = hold_demo() if here.demo else None
    converse(here, open_terminal, alone=held is not None)
    here.store.close()
    return WELL


def open_terminal(inside: "Inside", connection: int) -> "Terminal":
    from adapters.terminal import Terminal
    from bot.upkeep.seats import rooms_on, staff_of

    here = inside.here
    return Terminal(
        connection=connection,
        answer=inside.answer,
        clock=here.clock,
        people=partial(staff_of, here.store),
        rooms=partial(rooms_on, here.store, connection),
        input=sys.stdin,
        output=sys.stdout,
        jump=inside.jump.wait if inside.jump else None,
    )


def say(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """One line in, its answer out. 1 where the answer is a no."""
    from adapters.terminal import message_as_json, render
    from bot.domain.message import Said
    from bot.upkeep.installation import open_installation, read_moment
    from bot.upkeep.seats import place, take_seat

    here, line = open_installation(settings, wall), " ".join(arguments.line)
    now = read_moment(arguments.at, here.clock)
    with here.store.transaction() as db:
        who = take_seat(db, arguments.email, now)
        where = place(db, who, arguments.room)
    message = here.app.answer(Said(line, who, where), now)
    here.store.close()
    as_json = json.dumps(message_as_json(message, line=line), ensure_ascii=False, indent=2)
    print(as_json if arguments.json else render(message))
    return WRONG if message.error else WELL


def why(arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Why the dates of a case or a letter are what they are."""
    from adapters.terminal import render
    from bot.upkeep.why import tell

    return tell(arguments, settings, wall, render)


def doctor(_arguments: Namespace, settings: Settings, wall: Clock) -> int:
    """Whether everything is in place; of the chat platforms, as they themselves say."""
    from adapters.mail.checkup import check as check_mail
    from adapters.slack.checkup import check as check_slack
    from adapters.teams.checkup import check as check_teams
    from bot.upkeep.tasks import examine

    proxy = settings.https_proxy or None
    ways: dict[Platform, Ask] = {
        Platform.SLACK: partial(check_slack, api_url=settings.slack_api_url, proxy=proxy),
        Platform.TEAMS: partial(
            check_teams,
            clock=wall,
            login_url=settings.teams_login_url,
            metadata_url=settings.teams_metadata_url,
            proxy=proxy,
        ),
        Platform.MAIL: check_mail,
    }
    return examine(settings, wall, ways)


def manifest(arguments: Namespace, settings: Settings, _wall: Clock) -> int:
    """The file that Slack or Teams is given."""
    from bot.commands import BOOK
    from manifest.slack import slack_manifest
    from manifest.teams import teams_package

    if arguments.platform == Platform.SLACK:
        path = arguments.out or Path("slack.yaml")
        path.write_text(slack_manifest(arguments.url, socket_mode=bool(settings.slack_app_token)))
    else:
        path = arguments.out or Path("referralbot-teams.zip")
        commands = [(command.name, command.summary) for command in BOOK.commands]
        path.write_bytes(teams_package(arguments.url, app_id=settings.teams_app_id, commands=commands))
    print(f"Written to {path}.")
    return WELL


TASKS: Mapping[str, str] = {
    "serve": f"{__name__}:serve",
    "demo": f"{__name__}:demo",
    "terminal": f"{__name__}:terminal",
    "say": f"{__name__}:say",
    "why": f"{__name__}:why",
    "manifest": f"{__name__}:manifest",
    "doctor": f"{__name__}:doctor",
    "migrate": "bot.upkeep.tasks:bring",
    "sweep": "bot.upkeep.tasks:sweep",
    "rules": "bot.upkeep.rulebook:rules",
    "clock": "bot.upkeep.rulebook.clock:clock",
    "understand": "bot.upkeep.understand:tell",
    "rebuild": "bot.upkeep.rebuild:rebuild",
    "new-key": "bot.upkeep.tasks:print_key",
    "rotate-key": "bot.upkeep.keys:rotate_key",
    "import": "bot.upkeep.tasks:take_in",
    "round": "bot.upkeep.rounds:hold",
    "connect": "bot.upkeep.tasks:connect",
    "audit": "bot.upkeep.audit:audit",
    "posts": "bot.upkeep.outposts:posts",
    "retention": "bot.upkeep.retention:retention",
    "exports": "bot.upkeep.exports:list_exports",
    "export": "bot.upkeep.exports:export",
    "backup": "bot.upkeep.backup:backup",
    "restore": "bot.upkeep.backup:restore",
}
"""Loaded only when asked for: the libraries of Teams alone take a second."""

BY_ITSELF = {"clock", "understand"}
"""What needs no settings."""


def task(name: str) -> Task:
    module, _, function = TASKS[name].partition(":")
    found: Task = getattr(import_module(module), function)
    return found


if __name__ == "__main__":
    sys.exit(main())
