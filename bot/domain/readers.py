"""Who reads a room, as its platform says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Readers:
    """The accounts of a room's members, and how many of them are of another organisation or guests."""

    accounts: tuple[str, ...]
    outsiders: int = 0
    shared: bool = False
    """The room as such is shared with another organisation, whoever is in it today."""

    @property
    def outside(self) -> bool:
        return self.shared or bool(self.outsiders)
