"""Microsoft Teams: activities in, Adaptive Cards out. The only place that knows the archived bot library."""

from adapters.teams.edge import Teams

__all__ = ["Teams"]
