"""The command line and the composition root: read settings, wire, run. The only reader of the wall clock."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from sqlalchemy.exc import OperationalError

from bot.commandline import CANNOT, WELL, WRONG, parser
from bot.domain.errors import BadSettings, Refusal
from bot.settings import Settings, read_settings

Clock = Callable[[], datetime]
Task = Callable[[Namespace, Settings, Clock], int]


def wall() -> datetime:
    return datetime.now(UTC)


def main(words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run one command. Everything expected that stands in its way is one sentence on stderr."""
    os.umask(0o077)  # the record, the demo's key and the manifests are nobody else's
    arguments = parser().parse_args(words)
    try:
        return task(arguments.run)(arguments, read_settings(environ, Path(".env")), wall)
    except (BadSettings, Refusal) as no:
        print(no, file=sys.stderr)
    except OperationalError as away:
        print(f"The database does not answer: {str(away.orig).splitlines()[0]}.", file=sys.stderr)
    except BrokenPipeError:  # whoever read the answer has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return CANNOT


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


TASKS: Mapping[str, str] = {
    "say": f"{__name__}:say",
    "migrate": "bot.upkeep.tasks:bring",
    "new-key": "bot.upkeep.tasks:print_key",
    "import": "bot.upkeep.tasks:take_in",
    "connect": "bot.upkeep.tasks:connect",
    "doctor": "bot.upkeep.tasks:examine",
}
"""Loaded only when asked for: the libraries of Teams alone take a second."""


def task(name: str) -> Task:
    module, _, function = TASKS[name].partition(":")
    found: Task = getattr(import_module(module), function)
    return found


if __name__ == "__main__":
    sys.exit(main())
