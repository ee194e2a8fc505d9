"""Who may be told what: one table, one function, asked by everything that speaks of a case."""

from dataclasses import dataclass

from bot.domain.terms import Agency, Kind, Role

COUNCIL = frozenset({Agency.EDUCATION, Agency.MP_TEAM})
"""The agencies whose staff run cases and answer MPs."""

COUNCIL_ROLES = frozenset({Role.OFFICER, Role.MANAGER, Role.MP_TEAM, Role.ADMINISTRATOR, Role.DATA_PROTECTION})
"""Roles that only their staff may hold: elsewhere a manager is a contributor whom others report to."""

OWN_CASEWORK = frozenset(Kind)
PARTNER = frozenset({Kind.EXISTENCE, Kind.DATES, Kind.REQUESTS})

MAY_KNOW: dict[Role, frozenset[Kind]] = {
    Role.OFFICER: OWN_CASEWORK,
    Role.MANAGER: OWN_CASEWORK,
    Role.CONTRIBUTOR: PARTNER,
    Role.MP_TEAM: frozenset({Kind.EXISTENCE, Kind.DATES, Kind.MP_MATTER}),
    Role.VIEWER: frozenset({Kind.EXISTENCE, Kind.DATES}),
    Role.ADMINISTRATOR: frozenset({Kind.EXISTENCE}),
    Role.DATA_PROTECTION: OWN_CASEWORK,
}
"""What each role may know of a case it can see at all."""

ONCE_ASKED = frozenset({Kind.IDENTITY, Kind.SETTING})
"""What a contributor may know besides, once their agency has been asked: nobody can advise on a stranger."""

ONLY_PRIVATELY = frozenset({Kind.IDENTITY, Kind.SETTING, Kind.NOTES})
"""Kinds that no room ever hears."""

ROOMS: dict[Agency, frozenset[Kind]] = {
    Agency.EDUCATION: frozenset({Kind.EXISTENCE, Kind.DATES, Kind.REQUESTS, Kind.MP_MATTER}),
    Agency.HEALTH: PARTNER,
    Agency.SOCIAL_CARE: PARTNER,
    Agency.MP_TEAM: frozenset({Kind.EXISTENCE, Kind.DATES, Kind.MP_MATTER}),
}
"""What an agency's own room may hear."""


@dataclass(frozen=True)
class Viewer:
    """Whoever reads an answer: one person privately, or everybody in an agency's room."""

    agency: Agency | None
    role: Role | None = None
    """None for a room."""
    private: bool = False
    asked: bool = False
    """Their agency has been asked for advice on this case."""

    def may_know(self, kind: Kind) -> bool:
        """Whether this kind of information may be put before this viewer."""
        if kind in ONLY_PRIVATELY and not self.private:
            return False
        if self.role is None:
            return self.agency is not None and kind in ROOMS[self.agency]
        return kind in MAY_KNOW[self.role] or (self.role is Role.CONTRIBUTOR and self.asked and kind in ONCE_ASKED)

    def may_know_request(self, agency: Agency) -> bool:
        """The council's own staff and rooms see every request; a partner sees its own."""
        return self.may_know(Kind.REQUESTS) and (self.council or agency is self.agency)

    @property
    def council(self) -> bool:
        """The council's own staff, or a room of theirs: not a partner, a school or a psychologist."""
        return self.agency in COUNCIL and self.role is not Role.CONTRIBUTOR
