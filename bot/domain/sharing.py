"""Who may be told what: one table, one function, asked by everything that speaks of a case.

Two questions in turn. Whether a case is there at all for somebody, `bot/cases/visible.py` asks of the database, by
`SEE_RESTRICTED` below. What of it may be put before a reader, `Viewer.may_know` answers, by `TABLE`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.terms import Agency, Basis, Kind, Relation, Role

COUNCIL = frozenset({Agency.EDUCATION, Agency.MP_TEAM})
"""The agencies whose staff run cases and answer MPs."""

COUNCIL_ROLES = frozenset({Role.OFFICER, Role.MANAGER, Role.MP_TEAM, Role.ADMINISTRATOR, Role.DATA_PROTECTION})
"""Roles that only their staff may hold: elsewhere a manager is a contributor whom others report to."""


class Share(StrEnum):
    """How much of one kind of information a reader may be told, and where."""

    NO = "no"
    YES = "yes"
    """In a private answer; aloud where the room may hear it too."""
    ALONE = "privately"
    OWN = "own"
    """What is their own agency's."""
    OWN_ALONE = "own, privately"


NO, YES, ALONE, OWN, OWN_ALONE = Share

SEE_RESTRICTED = frozenset({Relation.OWNER, Relation.MANAGER, Relation.NAMED, Relation.BROKE_GLASS})
"""For whom a restricted case is there; any other case is there for all staff, save those of another school."""

Shares = tuple[Share, Share, Share, Share, Share, Share, Share, Share, Share]
Row = tuple[Role | None, Agency | None, Relation]
# fmt: off
TABLE: Mapping[Row, Shares] = {
    # existence, stage, dates, requests, identity, setting, mp matter, notes, restricted
    (Role.OFFICER, None, Relation.ANY):             (YES, YES, YES, YES, ALONE, ALONE, YES, ALONE, ALONE),
    (Role.MANAGER, None, Relation.ANY):             (YES, YES, YES, YES, ALONE, ALONE, YES, ALONE, ALONE),
    (Role.CONTRIBUTOR, None, Relation.ANY):         (YES, YES, YES, OWN, NO, NO, NO, NO, NO),
    (Role.CONTRIBUTOR, None, Relation.ASKED):       (YES, YES, YES, OWN, ALONE, ALONE, NO, OWN_ALONE, NO),
    (Role.CONTRIBUTOR, None, Relation.NAMED):       (YES, YES, YES, OWN, ALONE, ALONE, NO, OWN_ALONE, ALONE),
    (Role.CONTRIBUTOR, None, Relation.BROKE_GLASS): (YES, YES, YES, OWN, ALONE, ALONE, NO, OWN_ALONE, ALONE),
    (Role.MP_TEAM, None, Relation.ANY):             (YES, YES, YES, NO, NO, NO, YES, NO, NO),
    (Role.VIEWER, None, Relation.ANY):              (YES, YES, YES, NO, NO, NO, NO, NO, NO),
    (Role.ADMINISTRATOR, None, Relation.ANY):       (YES, NO, NO, NO, NO, NO, NO, NO, NO),
    (Role.DATA_PROTECTION, None, Relation.ANY):     (YES, YES, YES, NO, NO, NO, NO, NO, NO),
    (Role.DATA_PROTECTION, None, Relation.RIGHTS):  (YES, YES, YES, YES, ALONE, ALONE, YES, ALONE, ALONE),
    (Role.DATA_PROTECTION, None, Relation.REVIEWS): (YES, NO, NO, NO, NO, NO, NO, NO, NO),
    (None, Agency.EDUCATION, Relation.ANY):         (YES, YES, YES, YES, NO, NO, YES, NO, NO),
    (None, Agency.HEALTH, Relation.ANY):            (YES, YES, YES, OWN, NO, NO, NO, NO, NO),
    (None, Agency.SOCIAL_CARE, Relation.ANY):       (YES, YES, YES, OWN, NO, NO, NO, NO, NO),
    (None, Agency.MP_TEAM, Relation.ANY):           (YES, YES, YES, NO, NO, NO, YES, NO, NO),
    (None, None, Relation.ANY):                     (YES, NO, NO, NO, NO, NO, NO, NO, NO),
}
# fmt: on
"""Whose role, or whose room, and what they are to the case -> how much of each kind, in the order of `Kind`.

Without a role and an agency it is a room that outsiders read, or nobody's. A relation with no row of its own is as any.
"""
KINDS = tuple(Kind)


@dataclass(frozen=True)
class Viewer:
    """Whoever reads an answer: one person privately, or everybody in a room."""

    agency: Agency | None
    role: Role | None = None
    """None for a room."""
    private: bool = False
    relations: frozenset[Relation] = frozenset({Relation.ANY})
    """What the person is to the case, as far as that makes it be there for them."""
    asker: "Viewer | None" = None
    """Who asked aloud in a room: it hears no more than they may know themselves."""

    def may_know(self, kind: Kind, of: Agency | None = None) -> bool:
        """Whether this kind of information may be put before this viewer: all of it, or what is one agency's."""
        if self.asker is not None and not self.asker.may_know(kind, of):
            return False
        return any(self._by(relation, kind, of) for relation in self.relations)

    def on(self, kind: Kind) -> Basis | None:
        """On what ground they may know it; None where they may not."""
        known = (relation for relation in Relation if relation in self.relations and self._by(relation, kind, None))
        return next((relation.basis for relation in known), None)

    def _by(self, relation: Relation, kind: Kind, of: Agency | None) -> bool:
        match shares(*self._row, relation)[KINDS.index(kind)]:
            case Share.YES:
                return True
            case Share.ALONE:
                return self.private
            case Share.OWN:
                return self._is_own(of)
            case Share.OWN_ALONE:
                return self.private and self._is_own(of)
        return False

    def _is_own(self, of: Agency | None) -> bool:
        return of is not None and of is self.agency

    @property
    def agencies(self) -> frozenset[Agency]:
        """Whose requests for advice they may know of."""
        return frozenset(agency for agency in Agency if self.may_know(Kind.REQUESTS, agency))

    @property
    def _row(self) -> tuple[Role | None, Agency | None]:
        """A role's or a room's. Outside the council a role that is only the council's is a contributor's."""
        if self.role is None:
            return None, self.agency
        outside = self.role in COUNCIL_ROLES and self.agency not in COUNCIL
        return Role.CONTRIBUTOR if outside else self.role, None

    @property
    def council(self) -> bool:
        """The council's own staff, or a room of theirs: not a partner, a school or a psychologist."""
        return self.agency in COUNCIL and self.role is not Role.CONTRIBUTOR


def shares(role: Role | None, agency: Agency | None, relation: Relation = Relation.ANY) -> Shares:
    """The row of the table for somebody, or for a room."""
    return TABLE.get((role, agency, relation)) or TABLE[role, agency, Relation.ANY]
