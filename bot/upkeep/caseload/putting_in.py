"""A checked caseload -> the record, a batch at a time and without a storm: what is late is told once, in digests."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, delete, exists, select, update

from bot.cases import children, deadlines, following, history, referrals
from bot.cases.children import RECORD_NUMBER, Private
from bot.cases.files import is_late
from bot.cases.history import New
from bot.cases.rounds import OPENING
from bot.cases.staff import OFFICERS
from bot.domain.calendar import london_date
from bot.domain.errors import BadSettings
from bot.domain.facts import STEPS
from bot.domain.terms import Agency, EntryKind, Notice, Role
from bot.rules import Rules
from bot.turn import Turn
from bot.upkeep.caseload.beginning import identity
from bot.upkeep.caseload.owners import Owners
from bot.upkeep.caseload.reading import Advice, Known, Reader, check_twice
from bot.upkeep.progress import Progress, in_batches
from bot.upkeep.sheet import Wrong, everything_wrong
from storage.add import add_all
from storage.connect import Store
from storage.crypto import Vault
from storage.queries import alone
from storage.tables import Case, Child, Deadline, Entry, Fingerprint, Person, Post, Request, Setting

BATCH = 25
"""Rows a transaction: what an interruption undoes, and how long the bot's own writers wait."""


@dataclass
class Report:
    """What an import did, or would do. Where something is wrong, nothing was done."""

    wrong: Sequence[Wrong] = ()
    there: int = 0
    added: Counter[int] = field(default_factory=Counter)
    """Cases by the id of their owner."""
    late: Counter[int] = field(default_factory=Counter)
    """Late dates by the id of their case's owner."""

    def add(self, batch: "Report") -> None:
        self.there += batch.there
        self.added += batch.added
        self.late += batch.late

    def __str__(self) -> str:
        if self.wrong:
            return "\n".join((*map(str, self.wrong), f"{len(self.wrong)} to mend; nothing was imported."))
        late = f"{self.late.total()} dates of the new ones are late."
        return f"{self.added.total()} cases imported, {self.there} were there already. {late}"


@dataclass(frozen=True)
class Import:
    """One run: the record, the rules, the moment, and who answers for what is put on record."""

    store: Store
    vault: Vault
    rules: Rules
    now: datetime
    by: str = ""
    """An e-mail; without one the only administrator answers."""
    dry_run: bool = False

    def run(self, path: Path) -> Report:
        """Check the whole file, then put in what is not there yet. Interrupted, it is run again and goes on."""
        with self.store.transaction() as db:
            recorder = recorder_of(db, self.by)
            staff = db.exec(select(Person).where(col(Person.active), col(Person.role).in_(OFFICERS)))
            reader = Reader(self.rules.services, {each.email: each for each in staff}, london_date(self.now))
        rows = reader.rows(path)
        known = [reader.read(row) for row in rows]
        check_twice(rows, known)
        if wrong := everything_wrong(rows):
            return Report(wrong=wrong)
        told = self.vault.fingerprint("caseload", hashlib.sha256(path.read_bytes()).hexdigest()).hex()
        return self._put_in([each for each in known if each is not None], recorder, Owners(Notice.IMPORTED, told))

    def _put_in(self, rows: Sequence[Known], recorder: Person, owners: Owners) -> Report:
        whole = Report()
        for some in in_batches(rows, BATCH, Progress("cases")):
            with self.store.transaction() as db:
                alone(db, OPENING)
                turn, batch = Turn(db, self.now, self.rules, self.vault, who=recorder), Report()
                for row in some:
                    put_in(turn, row, batch)
                owners.tell(turn, batch.added, batch.late)
                if self.dry_run:
                    db.rollback()
            whole.add(batch)
        if not self.dry_run:
            with self.store.transaction() as db:
                turn = Turn(db, self.now, self.rules, self.vault)
                owners.release(turn, {row.owner.id or 0 for row in rows})
        return whole


def recorder_of(db: Session, email: str) -> Person:
    """Who answers for what is put on record: the one named, else the only administrator."""
    wanted = Person.email == email.casefold() if email else Person.role == Role.ADMINISTRATOR
    match list(db.exec(select(Person).where(col(Person.active), wanted))):
        case [one]:
            return one
        case _:
            raise BadSettings("Say who answers for what is put on record: --as EMAIL, of someone on the staff list.")


def put_in(turn: Turn, row: Known, report: Report) -> None:
    """One case with all its facts, unless it is there: a case of that process, from that day, for the same child."""
    if _is_there(turn, row):
        report.there += 1
        return
    opened = referrals.open_case(
        turn,
        row.private,
        process=row.process,
        beginning=row.began.kind,
        received=row.began.on,
        asked_by=row.asked_by,
        owner=row.owner,
        setting=row.school,
        restricted=row.restricted,
        note=row.note,
        same=_same(turn, row.private),
    )
    # Its cards and its owner's notices would come by the hundred: owners hear once, at the end.
    turn.db.exec(delete(Post).where(col(Post.case_id) == opened.case.id))
    case = turn.db.exec(select(Case).where(Case.id == opened.case.id)).one()
    if row.phase:
        turn.db.exec(update(Setting).where(col(Setting.id) == case.setting_id).values(phase=row.phase))
    clocks = _record_facts(turn, case, row)
    owner = row.owner.id or 0
    report.added[owner] += 1
    report.late[owner] += sum(is_late(clock, turn) for clock in clocks)


def _is_there(turn: Turn, row: Known) -> bool:
    """Whether such a case is on record, from that day as it was first recorded: it may have been corrected since."""
    digest = turn.vault.fingerprint(RECORD_NUMBER, row.private.fingerprints()[RECORD_NUMBER])
    same = select(Fingerprint.child_id).where(Fingerprint.kind == RECORD_NUMBER, Fingerprint.digest == digest)
    found = select(Case.id).where(col(Case.child_id).in_(same), Case.process == row.process)
    _, began = identity(row.process, row.began)
    if began:
        first = (col(Entry.case_id) == Case.id, col(Entry.kind) == began.kind, col(Entry.happened_on) == began.on)
        found = found.where(exists().where(*first))
    return turn.db.exec(found).first() is not None


def _same(turn: Turn, private: Private) -> children.Known:
    """The children who look the same. Under one record number and date of birth a name may be spelled in two ways."""
    known = children.known(turn, private)
    if known.surely or not known.perhaps:
        return known
    found = turn.db.exec(select(Child).where(col(Child.id).in_(known.perhaps)))
    surely = [child.id or 0 for child in found if children.born(turn, child) == private.born]
    return children.Known(tuple(sorted(surely)), tuple(one for one in known.perhaps if one not in surely))


def _record_facts(turn: Turn, case: Case, row: Known) -> list[Deadline]:
    """Every fact in the order in which it happened, and the clocks that follow from them all."""
    requests = [
        Request(
            case_id=case.id or 0,
            service=each.service.id,
            agency=each.service.agency or Agency.EDUCATION,
            asked_on=each.days[STEPS[each.service.asks].asked],
        )
        for each in row.advice
    ]
    add_all(turn.db, requests)
    new = [New(_kind(turn, row, kind, day), day) for kind, day in row.facts.items()]
    for request, each in zip(requests, row.advice, strict=True):
        new += [_of_advice(each, kind, request) for kind in each.days]
    history.record(turn, case, *sorted(new, key=lambda entry: entry.on))
    turn.db.flush()
    clocks = deadlines.rebuild(turn, case, history.entries_of(turn.db, case), _kept(turn, case))
    turn.db.flush()
    return clocks


def _kind(turn: Turn, row: Known, kind: EntryKind, on: date) -> EntryKind:
    """Which fact it is: that the old authority knew of a move may have been in time, or not."""
    is_aware = kind is EntryKind.BECAME_AWARE
    return following.aware_of(turn, on, row.began.on) if is_aware else kind


def _of_advice(advice: Advice, kind: EntryKind, request: Request) -> New:
    steps, clear = STEPS[advice.service.asks], dict[str, str]()
    if kind is steps.asked:
        clear = {"service": advice.service.id}
    elif kind is steps.came:
        clear = {"response": advice.response.value}
    return New(kind, advice.days[kind], request_id=request.id, clear=clear)


def _kept(turn: Turn, case: Case) -> Sequence[Request]:
    return turn.db.exec(select(Request).where(Request.case_id == case.id)).all()
