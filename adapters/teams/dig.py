"""Looking into JSON that came from outside."""

from collections.abc import Mapping
from typing import Any


def dig(value: Any, *names: str) -> Any:
    """What lies under those names; None where something on the way is missing or is no object."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def dig_text(value: Any, *names: str) -> str:
    """The text under those names, empty where there is none."""
    found = dig(value, *names)
    return found if isinstance(found, str) else ""
