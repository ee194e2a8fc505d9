"""Odd things to send: JSON of every shape, and real payloads with something in them turned into something else.

`make test` tries few of them, the same ones each time. FUZZ=2000 tries so many, and others each time.
"""

import asyncio
import copy
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

T = TypeVar("T")
DELIVERIES = ("trigger_id", "event_id", "id", "delivery")
"""By what the platforms name what they deliver."""
NUMBERS = itertools.count()
MANY = int(os.environ.get("FUZZ", "0"))


def tried(times: int) -> settings:
    """So many examples, or as many as FUZZ says."""
    return settings(
        max_examples=MANY or times,
        derandomize=not MANY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def running(context: AbstractAsyncContextManager[T]) -> Iterator[tuple[T, Callable[[Any], Any]]]:
    """Something asynchronous that runs while many examples are tried on it, and the way to await something in it."""
    with asyncio.Runner() as runner:
        entered = runner.run(context.__aenter__())
        try:
            yield entered, runner.run
        finally:
            runner.run(context.__aexit__(None, None, None))


texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "\x00", "\ud83d", "help", "0042", "'; DROP TABLE entry; --", "\u202e", "<@U0SHAH>", "x" * 5000]
    ),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
odd_json = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)


def deep(levels: int = 100_000) -> bytes:
    """Lists in lists: more than any reader goes down."""
    return b"[" * levels + b"]" * levels


def paths(value: Any, *above: Any) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a payload."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*above, name)
        yield from paths(inner, *above, name)


@st.composite
def mutated(draw: Any, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with one to three things in it gone, or turned into something else; each a delivery of its own."""
    changed = copy.deepcopy(payload)
    changed |= {name: f"{changed[name]}{next(NUMBERS)}" for name in DELIVERIES if name in changed}
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(paths(changed)) or [("type",)]))
        holder = changed
        for name in way:
            holder = holder[name]
        if draw(st.booleans()) and not isinstance(holder, list) and last in holder:
            del holder[last]
        else:
            holder[last] = draw(odd_json)
    return changed
