"""Who may say what: the sets of roles that commands name."""

from bot.domain.terms import Role

EVERYONE = frozenset(Role)
CASEWORK = frozenset({Role.OFFICER, Role.MANAGER})
"""Those who run cases."""
COUNCIL = CASEWORK | {Role.MP_TEAM}
"""Casework, and those who answer MPs."""
ADVISERS = CASEWORK | {Role.CONTRIBUTOR}
"""Casework, and those who give advice."""
MANAGERS = frozenset({Role.MANAGER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
SECOND_PERSON = frozenset({Role.MANAGER, Role.DATA_PROTECTION})
"""Those whose yes is asked for what nobody does alone."""
DATA_PROTECTION = frozenset({Role.DATA_PROTECTION})
STAFF_LIST = frozenset({Role.ADMINISTRATOR, Role.MANAGER})
READERS = EVERYONE - {Role.ADMINISTRATOR}
"""Those who may look at cases; what each sees is in `domain/sharing.py`."""
RIGHTS = frozenset({Role.MANAGER, Role.DATA_PROTECTION})
"""Those who answer for what is kept of a child, and for how long."""
