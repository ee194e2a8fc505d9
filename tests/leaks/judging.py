"""Which marker may stand where: a table of its own, written down apart from the bot's."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain.terms import Agency, Role
from tests.leaks.council import KNOWS, Knows
from tests.leaks.markers import Marker, Of, Search
from tests.leaks.platforms import Left
from tests.leaks.quarter import Kept

MATTER_ROOMS = {Agency.EDUCATION, Agency.MP_TEAM}
"""Rooms that hear that an MP wrote."""
MATTER_ROLES = {Role.OFFICER, Role.MANAGER, Role.MP_TEAM, Role.DATA_PROTECTION}
IN_THE_CLEAR = {Of.SETTING, Of.MP_MATTER}
"""What the database holds as it is: schools, and Members of Parliament by name."""
FILES = {
    "database": IN_THE_CLEAR,
    "write-ahead log": IN_THE_CLEAR,
    "backup": IN_THE_CLEAR,
    "log and traces": set[Of](),
    "measures": set[Of](),
    "other files": set[Of](),
}
AFTER = 2.0
"""Seconds in which a message may be on its way already when a case is restricted."""


@dataclass
class Judged:
    """`looked` and `leaks` by surface."""

    looked: Counter[str] = field(default_factory=Counter)
    size: Counter[str] = field(default_factory=Counter)
    leaks: dict[str, list[str]] = field(default_factory=dict)
    seen_rightly: Counter[str] = field(default_factory=Counter)
    """Markers seen by those who may: none at all would mean that nobody was ever told anything."""

    def leak(self, surface: str, what: str) -> None:
        self.leaks.setdefault(surface, []).append(what)

    @property
    def count(self) -> int:
        return sum(map(len, self.leaks.values()))


def judged(kept: Kept) -> Judged:
    """Look through everything."""
    told = Judged()
    search = Search(tuple(kept.script.markers))
    references = {reference.encode(): child for child, reference in kept.references.items()}
    for left in (*kept.slack.left, *kept.teams.left):
        _judge(left, kept, search, references, told)
    for left in (*kept.slack.now_shown(), *kept.teams.now_shown()):
        _judge_standing(left, kept, search, references, told)
    for kind, files in kept.files.items():
        for name, blob in files:
            told.looked[kind] += 1
            told.size[kind] += len(blob)
            for marker in search.found(blob):
                if marker.of not in FILES[kind]:
                    told.leak(kind, f"{name}: {marker.of}, {marker.value}")
    return told


def _judge(left: Left, kept: Kept, search: Search, references: dict[bytes, int], told: Judged) -> None:
    surface = "rooms" if not left.alone else "to one person"
    told.looked[surface] += 1
    told.size[surface] += len(left.words)
    for marker in search.found(left.words):
        allowed = _alone(left, marker, kept) if left.alone else _in_room(left, marker, kept)
        if allowed:
            told.seen_rightly[marker.of] += 1
        else:
            told.leak(surface, f"{left.place} ({left.how}): {marker.of}, {marker.value}")
    for reference, child in references.items():
        hidden = kept.hidden_since.get(child)
        if hidden is None or left.at < hidden + AFTER or reference not in left.words:
            continue
        if not left.alone or not (_named(left, child, kept) or _typed(left, reference.decode(), kept)):
            told.leak(surface, f"{left.place} ({left.how}): {reference.decode()}, which is restricted")


def _judge_standing(left: Left, kept: Kept, search: Search, references: dict[bytes, int], told: Judged) -> None:
    """At the end, more than ten minutes after everybody looked."""
    surface = "standing in rooms" if not left.alone else "standing in personal chats"
    told.looked[surface] += 1
    told.size[surface] += len(left.words)
    for marker in search.found(left.words):
        if marker.of in (Of.IDENTITY, Of.NOTES) or (not left.alone and not _in_room(left, marker, kept)):
            told.leak(surface, f"{left.place}: {marker.of}, {marker.value}")
    if not left.alone:
        for reference, child in references.items():
            if child not in kept.hidden_since or reference not in left.words:
                continue
            if _is_answer(left):
                told.seen_rightly["a case that was restricted later, in an answer asked for aloud"] += 1
            else:
                told.leak(surface, f"{left.place}: {reference.decode()}, which is restricted")


def _is_answer(left: Left) -> bool:
    """What was asked aloud was answered aloud, and is no post: `restrict` names the room, and cannot take it back."""
    return b'"replyToId"' in left.words or b'"thread_ts"' in left.words


def _in_room(left: Left, marker: Marker, kept: Kept) -> bool:
    return marker.of is Of.MP_MATTER and kept.council.rooms.get(left.place) in MATTER_ROOMS


def _alone(left: Left, marker: Marker, kept: Kept) -> bool:
    """Whether this one person may read this."""
    reader = kept.council.reader(left.place)
    role = kept.council.roles.get(reader)
    if role is None or marker.of is Of.SECRET:
        return False
    if marker.value in kept.typed[reader]:
        return True
    hidden = kept.hidden_since.get(marker.about)
    if hidden is not None and left.at > hidden + AFTER and not _named(left, marker.about, kept):
        return False
    if marker.of is Of.MP_MATTER:
        return role in MATTER_ROLES
    knows = KNOWS.get(role, Knows.NONE)
    asked = knows is Knows.ASKED and reader in kept.script.asked.get(marker.about, set())
    return knows is Knows.EVERY or (asked and marker.of is not Of.NOTES)


def _typed(left: Left, reference: str, kept: Kept) -> bool:
    """Whether its reader named it: "I can't find SEND-2026-0042" tells whoever typed that nothing."""
    return reference in kept.typed[kept.council.reader(left.place)]


def _named(left: Left, child: int, kept: Kept) -> bool:
    """The owner, the owner's manager, whoever answers for personal data, and who broke the glass."""
    owner, reader = kept.script.owners[child], kept.council.reader(left.place)
    above = {"officer0": "manager", "officer1": "manager", "officer2": "head"}[owner]
    return reader in {owner, above, "guardian"} or (reader, child) in kept.broke_glass


def rows(told: Judged) -> Iterator[str]:
    yield "| where | looked through | KB | private values found that may not be there |"
    yield "|---|---:|---:|---:|"
    for surface in told.looked:
        found = len(told.leaks.get(surface, ()))
        yield f"| {surface} | {told.looked[surface]:,} | {told.size[surface] / 1024:,.0f} | {found} |"
    seen = ", ".join(f"{what}: {count:,}" for what, count in sorted(told.seen_rightly.items()))
    yield f"\nSeen by those who may: {seen or 'nothing'}."
