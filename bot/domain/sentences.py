"""Several things in one sentence."""

from collections.abc import Sequence


def listed(parts: Sequence[str], most: int = 0) -> str:
    """ "a, b and c"; where there may be `most`, of more than those how many more there are. Empty for nothing."""
    if most and len(parts) > most:
        parts = [*parts[: most - 1], f"{len(parts) - most + 1} more"]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
