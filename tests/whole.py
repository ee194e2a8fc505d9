"""All that a message says. Its own repr leaves out what is private, for it may end up in a log."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass


def whole(told: object) -> str:
    """Everything in it, the private parts too: to be looked through for what must, or must not, be there."""
    if is_dataclass(told) and not isinstance(told, type):
        named = ((each.name, getattr(told, each.name)) for each in fields(told))
        return f"{type(told).__name__}({', '.join(f'{name}={whole(value)}' for name, value in named)})"
    if isinstance(told, Mapping):
        return f"{{{', '.join(f'{whole(key)}: {whole(value)}' for key, value in told.items())}}}"
    if isinstance(told, list | tuple):
        return f"[{', '.join(map(whole, told))}]"
    return str(told) if isinstance(told, str) else repr(told)
