"""Sweeps: deadlines whose next rung is ripe become nudges and posts; each morning has its digests and fresh cards.

Any number of replicas may sweep at once. A nudge has a unique key, and only the sweep that kept it puts in its post.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from bot.cases import anchors, approvals, exports, glass, kept_reminders
from bot.cases.digests import are_due, put_digests
from bot.cases.hours import SPEAKING, breaks_quiet
from bot.cases.mornings import anything_stale, look_again
from bot.cases.nudging import Look, Reminder, Swept, look, write
from bot.cases.recipients import Place
from bot.cases.sweeping import ripe, swept_apart
from bot.cases.telling import told_apart
from bot.cases.unreachable import report
from bot.domain.terms import Hears, RuleId
from bot.fault import log_fault
from bot.rules import Rules
from bot.turn import At, Exports, Turn
from storage.connect import Store, will_pass
from storage.crypto import Vault
from storage.signing import Signer
from storage.tables import Connection, Entry, Person, Room

log = logging.getLogger(__name__)

BATCH = 5_000
"""Deadlines in one transaction. On any morning that is all of them, so that each person gets one post: in February
every phase transfer of a council is near on one day.
"""


@dataclass(frozen=True)
class WouldSay:
    """One reminder that a sweep would put in: what, for which role, to whom really, and why."""

    reference: str
    what: str
    due: date
    safe: date
    rung: str
    hears: Hears
    whom: str
    instead: str
    """Why not the obvious recipient; empty where it is."""
    in_digest: bool


def sweep(store: Store, rules: Rules, vault: Vault, now: datetime, *, limit: int = BATCH) -> Swept:
    """Say what is ripe at `now`, `limit` deadlines to a transaction; one that cannot be swept stops no other.

    Outside the hours of speaking nothing, save what the council lets break them: a statutory date's last day.
    """
    at, swept = At(store, rules, vault, now), Swept()
    while True:
        try:
            batch = _together(at, limit)
        except Exception as error:  # the edge of one sweep: whatever is amiss with one date, the others go on
            if will_pass(error):
                raise
            log_fault(log, "a sweep; each date is swept by itself", error)
            batch = _apart(at, limit)
        swept += batch
        if batch.looked < limit:
            return swept


def _is_quiet(turn: Turn) -> bool:
    """Whether only what may break the quiet is said now."""
    return not SPEAKING.is_open(turn.now, calendar=turn.rules.calendar)


def _may_speak(turn: Turn) -> bool:
    return not _is_quiet(turn) or breaks_quiet(turn)


def _together(at: At, limit: int) -> Swept:
    with at.store.reading() as db:  # looking takes longest, and keeps nobody waiting
        turn = at.turn(db)
        found = look(turn, limit=limit, at_any_hour=_is_quiet(turn)) if _may_speak(turn) else []
    if not found:
        return Swept()
    with at.turns() as turn:
        return write(turn, found)


def _apart(at: At, limit: int) -> Swept:
    with at.store.reading() as db:
        turn = at.turn(db)
        quiet = _is_quiet(turn)
        due = ripe(turn, limit=limit, at_any_hour=quiet) if _may_speak(turn) else []
    return swept_apart(at.turns, due, at_any_hour=quiet)


def preview(store: Store, rules: Rules, vault: Vault, now: datetime) -> list[WouldSay]:
    """What a sweep at `now` would put in. Looks with the sweep's own eyes and changes nothing."""
    with store.reading() as db:
        turn = Turn(db, now, rules, vault)
        if not _may_speak(turn):
            return []
        return [
            _would_say(turn, one, reminder, place)
            for one in look(turn, limit=1_000_000, at_any_hour=_is_quiet(turn))
            for reminder in one.reminders
            if not reminder.skipped
            for place in reminder.hearers.places
        ]


def digests(store: Store, rules: Rules, vault: Vault, now: datetime) -> int:
    """Put in this morning's digests, and on a Monday what waits for somebody to mend or review it; how many."""
    with store.reading() as db:
        if not are_due(Turn(db, now, rules, vault)):
            return 0
    with store.transaction() as db:
        turn = Turn(db, now, rules, vault)
        report(turn)
        glass.remind(turn)
        return put_digests(turn)


def tell_planned(store: Store, rules: Rules, vault: Vault, now: datetime) -> int:
    """Tell the reminders that people set for today, or for a day on which nobody ran; how many. From nine on."""
    at = At(store, rules, vault, now)
    with store.reading() as db:
        come = _planned(at.turn(db))
    return told_apart(at.turns, come)


def preview_planned(store: Store, rules: Rules, vault: Vault, now: datetime) -> list[str]:
    """A line for each of those: "SEND-2026-0042  the reminder that was set for Thu 26 Nov 2026 (entry 7)"."""
    with store.reading() as db:
        turn = Turn(db, now, rules, vault)
        found = [db.get_one(Entry, one) for one in _planned(turn)]
        return [
            f"{kept_reminders.about(turn, one).reference}  the reminder that was set for {one.happened_on:%a %-d %b %Y}"
            f" (entry {one.number})"
            for one in found
        ]


def _planned(turn: Turn) -> list[int]:
    return [] if _is_quiet(turn) else kept_reminders.due(turn)


def second_people(store: Store, rules: Rules, vault: Vault, now: datetime) -> int:
    """Tell who decides that the glass is to be broken, and whoever asked in vain that it is so; how many questions."""
    with store.reading() as db:
        turn = Turn(db, now, rules, vault)
        if not (glass.anything_untold(turn) or approvals.anything_expired(turn)):
            return 0
    with store.transaction() as db:
        turn = Turn(db, now, rules, vault)
        return glass.tell_of_asked(turn) + approvals.expire(turn)


def refresh_cards(store: Store, rules: Rules, vault: Vault, now: datetime) -> int:
    """Have the living cards looked at again this morning, where that is not done; how many."""
    with store.reading() as db:
        if not anything_stale(Turn(db, now, rules, vault)):
            return 0
    with store.transaction() as db:
        return look_again(Turn(db, now, rules, vault))


def anchor(store: Store, rules: Rules, vault: Vault, now: datetime, *, signer: Signer | None = None) -> bool:
    """Make today's anchor of the record, where that is not done; whether it was not."""
    with store.reading() as db:
        if not anchors.is_due(Turn(db, now, rules, vault)):
            return False
    with store.transaction() as db:
        return anchors.make(Turn(db, now, rules, vault), signer) is not None


def expire(store: Store, rules: Rules, vault: Vault, now: datetime, *, kept: Exports) -> int:
    """Destroy the keys of exports whose time is over, and then remove each file that no key opens; how many keys.

    In this order: a file without its key is nothing, whenever a crash comes.
    """
    with store.reading() as db:
        over, gone = exports.expired(Turn(db, now, rules, vault)), 0
    if over:
        with store.transaction() as db:
            turn = Turn(db, now, rules, vault)
            gone = exports.destroy(turn, exports.expired(turn))
    with store.reading() as db:
        exports.tidied(Turn(db, now, rules, vault, exports=kept))
    return gone


def _would_say(turn: Turn, one: Look, reminder: Reminder, place: Place) -> WouldSay:
    return WouldSay(
        reference=one.reference,
        what=turn.rules.by_id[RuleId(one.rule)].title,
        due=one.due,
        safe=one.safe,
        rung=reminder.rung,
        hears=reminder.hears,
        whom=_name(turn, place),
        instead=reminder.hearers.why,
        in_digest=reminder.for_digest,
    )


def _name(turn: Turn, place: Place) -> str:
    """ "Shah (slack)" or "the room health (teams)"."""
    platform = turn.db.get_one(Connection, place.connection_id).platform
    if place.person_id:
        return f"{turn.db.get_one(Person, place.person_id).name} ({platform})"
    return f"the room {turn.db.get_one(Room, place.room_id).name} ({platform})"
