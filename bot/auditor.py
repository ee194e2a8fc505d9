"""The auditor: what should have been said by now and was not is found, said, and shown to a person.

Every few minutes a cheap look at what is late; at night, a seventh of the open cases and letters derived afresh. Any
number of replicas may audit at once: whatever one does again, another finds done.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import islice

from sqlalchemy import select
from sqlmodel import Session

from bot.cases import auditing, canary, rebuilding
from bot.cases.auditing import Finding, Found
from bot.cases.comparing import Found as Compared
from bot.cases.comparing import compare
from bot.cases.posts import administrators_room, tell_administrators
from bot.cases.set_aside import tell_of_deadline, tell_of_record, without_the_bad
from bot.cases.sweeping import swept_apart
from bot.cases.telling import told_apart
from bot.domain.calendar import london_time
from bot.domain.terms import CaseStatus, Notice
from bot.fault import log_fault, new_code
from bot.rules import Rules
from bot.turn import At
from storage.columns import columns
from storage.connect import Store
from storage.crypto import Vault
from storage.tables import Case, Enquiry, Nudge

log = logging.getLogger(__name__)

LATE = (Found.UNSENT, Found.UNSWEPT, Found.UNTOLD, Found.NO_CANARY)
"""What is amiss only where the bot was running: after a stop it is late, and about to go out."""
STALE = timedelta(minutes=15)
"""An audit older than this says nothing any more."""
NIGHTS = 7
"""In how many nights every open case and letter is derived afresh."""
NIGHT = (time(1), time(5))
"""London time: nobody works then, and what is amiss is right again before the office opens."""
BATCH, BATCHES = 100, 5
"""Cases or letters derived in one go, and how often in one tick."""
LOGGED = 20
"""Differences logged of one batch."""


@dataclass(frozen=True)
class Audit:
    """What one look found, and how much of it was done again."""

    at: datetime
    findings: tuple[Finding, ...] = ()
    again: int = 0
    unhappy: int = 0
    """How much of it should not have been, save what the administrators were told that people alone can mend."""
    judged: bool = False
    """Whether the bot had been running long enough for what is late to be its fault."""


class Auditor:
    """Audits one installation. It remembers when it looked last, and how far it has come tonight."""

    def __init__(self) -> None:
        self.last: Audit | None = None
        self._astray: list[Finding] = []
        self._tonight = Tonight()

    def audit(self, store: Store, rules: Rules, vault: Vault, now: datetime) -> Audit:
        """Look for what is late, have it said, and show it."""
        at, judged = At(store, rules, vault, now), self.last is not None and abs(now - self.last.at) <= STALE
        with store.reading() as db:
            turn = at.turn(db)
            silent = [Finding(Found.NO_CANARY, (0,))] if canary.is_silent(turn) else []
            findings = (*auditing.look_for(turn), *self._taken_astray(), *silent)
            reachable = administrators_room(turn) is not None
        again = _do_again(at, findings)
        amiss = [one for one in findings if judged or one.found not in LATE]
        unhappy = sum(len(one.ids) for one in amiss if one.found is not Found.UNHEARD or not reachable)
        if amiss:
            _show(at, amiss)
        self.last = Audit(now, findings, again, unhappy, judged)
        return self.last

    def sing(self, store: Store, rules: Rules, vault: Vault, now: datetime) -> bool:
        """Put in this hour's canary, where that is not done; whether it was not."""
        at = At(store, rules, vault, now)
        with store.reading() as db:
            if not canary.is_due(at.turn(db)):
                return False
        with store.transaction() as db:
            return canary.put(at.turn(db))

    def derive(self, store: Store, rules: Rules, vault: Vault, now: datetime) -> int:
        """At night, derive some of tonight's cases and letters afresh and bring them in line; how many were looked at.

        Stopped, it begins tonight's seventh again: what was in line stays as it is.
        """
        here = london_time(now)
        if not NIGHT[0] <= here.time() < NIGHT[1]:
            return 0
        if self._tonight.slice != here.toordinal() % NIGHTS:
            self._tonight = Tonight(here.toordinal() % NIGHTS)
        return sum(self._derive_some(At(store, rules, vault, now)) for _ in range(BATCHES))

    def _taken_astray(self) -> list[Finding]:
        """What the night found: told once."""
        taken, self._astray = self._astray, []
        return taken

    def _derive_some(self, at: At) -> int:
        """One batch: looked at while nobody waits, and written only where something is to be brought in line."""
        tonight = self._tonight
        with at.store.reading() as db:
            ids = tonight.next(db)
        mended = _mended(at, tonight.of, ids)
        if mended:
            for difference in islice((each for one in mended for each in one.differences), LOGGED):
                log.error("astray: %s", difference)
            wrong = tuple(one.kept.about.id for one in mended)
            whose = {"cases" if tonight.of is Case else "letters": wrong}
            self._astray.append(Finding(Found.ASTRAY, wrong, **whose))
        self._tonight = tonight.after(ids)
        return len(ids)


def _do_again(at: At, findings: Sequence[Finding]) -> int:
    """Everything that can be done again, each kind in transactions of its own; how much went in."""
    ids = {one.found: one.ids for one in findings}
    again = swept_apart(at.turns, ids.get(Found.UNSWEPT, ())).said
    if Found.UNSENT in ids:
        with at.store.transaction() as db:
            again += auditing.bring_forward(at.turn(db), ids[Found.UNSENT])
    again += told_apart(at.turns, ids.get(Found.UNTOLD, ()))
    return again + _say_again(at, (*ids.get(Found.UNSAID, ()), *ids.get(Found.UNHEARD, ())))


def _say_again(at: At, nudges: Sequence[int]) -> int:
    """Say these nudges again. One that cannot be said stops no other."""
    if not nudges:
        return 0

    def say(these: Sequence[int]) -> int:
        with at.store.transaction() as db:
            return auditing.say_again(at.turn(db), these)

    def aside(nudge: int, error: Exception) -> None:
        code = log_fault(log, f"nudge {nudge} cannot be said again", error)
        with at.store.transaction() as db:
            tell_of_deadline(at.turn(db), db.get_one(Nudge, nudge).deadline_id, code)

    return sum(without_the_bad(nudges, say, aside))


def _show(at: At, findings: Sequence[Finding]) -> None:
    """Log what was found, and tell the administrators once a day."""
    code = new_code()
    for one in findings:
        log.error("audit %s: %s: %s", code, one.found, ", ".join(map(str, one.ids)))
    about = {
        "found": {one.found.value: len(one.ids) for one in findings},
        "cases": sorted({case for one in findings for case in one.cases}),
        "letters": sorted({letter for one in findings for letter in one.letters}),
        "code": code,
    }
    with at.store.transaction() as db:
        turn = at.turn(db)
        tell_administrators(turn, Notice.FOUND_UNSAID, about=about, key=f"found unsaid/{turn.today}")


def _mended(at: At, of: type[Case | Enquiry], ids: Sequence[int]) -> list[Compared]:
    """Those that were kept otherwise than they follow, brought in line. One that cannot be derived stops no other."""

    def bring_in_line(these: Sequence[int]) -> list[Compared]:
        with at.store.reading() as db:
            rebuilding.steady(db)
            wrong = [one.kept.about.id for one in compare(at.turn(db), rebuilding.read(db, of, these)) if one]
        return rebuilding.mend(at.store, at.turn, of, wrong)

    def aside(this: int, error: Exception) -> None:
        code = log_fault(log, f"{of.__name__.lower()} {this} cannot be derived", error)
        with at.store.transaction() as db:
            tell_of_record(at.turn(db), of, this, code)

    return [one for some in without_the_bad(ids, bring_in_line, aside) for one in some] if ids else []


@dataclass(frozen=True)
class Tonight:
    """How far tonight's seventh has come: the cases first, then the letters."""

    slice: int = -1
    of: type[Case | Enquiry] = Case
    reached: int = 0

    def next(self, db: Session) -> list[int]:
        """The next few that are open."""
        own = columns(self.of)
        mine = (own.status == CaseStatus.OPEN, own.id > self.reached, own.id % NIGHTS == self.slice)
        return list(db.scalars(select(own.id).where(*mine).order_by(own.id).limit(BATCH)))

    def after(self, ids: Sequence[int]) -> "Tonight":
        if ids:
            return replace(self, reached=ids[-1])
        return replace(self, of=Enquiry, reached=0) if self.of is Case else self
