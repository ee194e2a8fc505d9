"""The command line and the composition root: read settings, wire, run. The only reader of the wall clock."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from sqlalchemy.exc import OperationalError

from bot.commandline import CANNOT, parser
from bot.domain.errors import BadSettings, Refusal
from bot.settings import Settings, read_settings

Task = Callable[[Namespace, Settings, Callable[[], datetime]], int]


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
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return CANNOT


TASKS: Mapping[str, str] = {
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
