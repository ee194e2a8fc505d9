"""referralbot rules: the law as tables, checked, read and compared."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module

from bot.settings import Settings

WHAT: Mapping[str, str] = {
    "check": "check:check",
    "show": "show:show",
    "diff": "differences:diff",
    "table": "table:table",
    "preview": "adopting:preview",
    "adopt": "adopting:adopt",
    "adopted": "adopting:adopted",
}
"""The module of this folder, and its function."""


def rules(arguments: Namespace, settings: Settings, wall: Callable[[], datetime]) -> int:
    module, _, function = WHAT[arguments.what].partition(":")
    found: Callable[[Namespace, Settings, Callable[[], datetime]], int] = getattr(
        import_module(f"{__name__}.{module}"), function
    )
    return found(arguments, settings, wall)
