"""Yearly rounds: the reviews that fall due in a year, the phase transfers of a September, opened for every plan."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, NamedTuple

from sqlmodel import Session, col, or_, select

from bot.cases import children, deadlines, history, references, referrals
from bot.cases.files import is_late
from bot.cases.history import New
from bot.cases.staff import OFFICERS
from bot.domain.clocks import Happening, derive
from bot.domain.facts import FACTS
from bot.domain.plans import MADE, OF_A_PLAN, Move, Plan, Told, move_in, plan_of
from bot.domain.terms import CaseStatus, ClockState, EntryKind, Outcome, Process, RuleId, Term
from bot.turn import Turn
from storage.queries import alone
from storage.tables import Case, Child, Deadline, Entry, Person, Setting

REVIEW_FIRST, REVIEW_NEXT = RuleId("review_first"), RuleId("review_next")
TWELVE_MONTHS = (REVIEW_FIRST, REVIEW_NEXT)
"""The rows that say when a review is due: of the rule pack, like every other date."""
OPENING = "opening many cases"
"""What one round or import does at a time, so that two at once open nothing twice."""


class LeftOut(Term):
    """Why a round opens nothing for a child who has, or had, a plan."""

    OPEN = "open already"
    DONE = "opened before from the same date, and closed"
    ENDED = "the plan has ended, or the child moved away or died"
    TO_END = "a decision to cease is sent: decide by hand"
    MOVING = "a move between authorities is open: decide by hand"
    BY_HAND = "the phase of the school does not fit the age: decide by hand"
    NO_DATE = "no date on record of the plan or of its last review"
    EARLIER = "fell due in an earlier year: run the round of that year"
    NO_BIRTH = "no date of birth"
    ERASED = "the child is erased"
    NO_OWNER = "restricted, and nobody owns it: assign it first"


class Began(NamedTuple):
    """What a case counts from."""

    kind: EntryKind
    on: date


@dataclass(frozen=True)
class Holder:
    """A child with what is on record of the plan, and of the cases."""

    child: Child
    cases: Sequence[Case]
    """The newest last."""
    plan: Plan | None
    first_days: Mapping[int, date]
    """Of each case: the day it began, as it was first recorded."""
    reviewing: frozenset[int]
    """The open cases on which the twelve months to the next review run."""
    phase: str
    """Of the school of the newest case that names one."""

    def open(self, process: Process) -> bool:
        return any(case.process is process and case.status is CaseStatus.OPEN for case in self.cases)

    @property
    def source(self) -> Case:
        """The case whose owner, school and restriction the new one takes over: that of the newest fact of the plan."""
        return next(case for case in self.cases if self.plan and case.id == self.plan.newest.case)


@dataclass(frozen=True)
class Opening:
    """A case to open: what it counts from, and what else is known of it."""

    began: Began
    also: tuple[Began, ...] = ()


@dataclass
class Tally:
    """What a round came to, or would."""

    owners: Counter[int] = field(default_factory=Counter)
    """Cases by the id of their owner; 0 for nobody."""
    began: Counter[EntryKind] = field(default_factory=Counter)
    late: Counter[int] = field(default_factory=Counter)
    """Late dates by the id of the owner."""
    left: dict[LeftOut, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The references of those left out, the newest case of each."""

    def add(self, batch: "Tally") -> None:
        self.owners += batch.owners
        self.began += batch.began
        self.late += batch.late
        for why, references_ in batch.left.items():
            self.left[why] += references_

    @property
    def opened(self) -> int:
        return self.began.total()

    @property
    def owners_here(self) -> Counter[int]:
        """Without what nobody owns."""
        return Counter({owner: many for owner, many in self.owners.items() if owner})


@dataclass(frozen=True)
class Reviews:
    """The reviews that fall due in a calendar year (Children and Families Act 2014, section 44(1))."""

    year: int
    process: ClassVar[Process] = Process.ANNUAL_REVIEW

    @property
    def name(self) -> str:
        return f"reviews-{self.year}"

    def choose(self, turn: Turn, holder: Holder) -> Opening | LeftOut | None:
        """What to open, or why nothing; None for a plan whose review falls due in a later year."""
        if holder.plan is None:
            return LeftOut.ENDED
        if holder.reviewing:
            return LeftOut.OPEN
        if why := _not_now(holder, holder.plan):
            return why
        began = counts_from(holder.plan)
        due = review_due(turn, began) if began else None
        if began is None or due is None:
            return LeftOut.NO_DATE
        if due.year != self.year:
            return LeftOut.EARLIER if due.year < self.year else None
        again = any(
            case.process is self.process and holder.first_days.get(case.id or 0) == began.on for case in holder.cases
        )
        if again or any(case.round == self.name for case in holder.cases):
            return LeftOut.DONE
        born = children.born(turn, holder.child)
        young = referrals.young(self.process, New(*began), born) if born else []
        return Opening(began, tuple(Began(fact.kind, fact.on) for fact in young))


@dataclass(frozen=True)
class Transfers:
    """The moves to the next phase of education in the September of a year (SEND Regulations 2014, regulation 18)."""

    year: int
    told: Mapping[int, Began] = field(default_factory=dict, hash=False)
    """By the id of the child: what a file says, of moves that no date of birth tells of. It goes before all else."""
    process: ClassVar[Process] = Process.PHASE_TRANSFER

    @property
    def name(self) -> str:
        return f"transfers-{self.year}"

    def choose(self, turn: Turn, holder: Holder) -> Opening | LeftOut | None:
        """What to open, or why nothing; None for a child who does not move in that year."""
        if holder.plan is None:
            return LeftOut.ENDED
        began = self.told.get(holder.child.id or 0) or self._by_birth(turn, holder)
        if not isinstance(began, Began):
            return began
        if why := self._already(holder) or _not_now(holder, holder.plan):
            return why
        review = counts_from(holder.plan)  # the twelve months run on, and on one case only
        return Opening(began, (review,) if review and not holder.reviewing else ())

    def _by_birth(self, turn: Turn, holder: Holder) -> Began | LeftOut | None:
        if holder.child.wrapped_key is None:
            return LeftOut.ERASED
        born = children.born(turn, holder.child)
        if born is None:
            return LeftOut.NO_BIRTH
        move = move_in(self.year, born)
        if move is None:
            return None
        if not _fits(move, holder.phase):
            return self._already(holder) or LeftOut.BY_HAND
        return Began(move.counts_from, date(self.year, *move.falls_on))

    def _already(self, holder: Holder) -> LeftOut | None:
        """A phase transfer of that year, whoever opened it."""
        same = [case for case in holder.cases if case.process is self.process and self._of_the_year(case, holder)]
        if not same:
            return None
        return LeftOut.OPEN if any(case.status is CaseStatus.OPEN for case in same) else LeftOut.DONE

    def _of_the_year(self, case: Case, holder: Holder) -> bool:
        first = holder.first_days.get(case.id or 0)
        return case.round == self.name or (first is not None and first.year == self.year)


Round = Reviews | Transfers


def _fits(move: Move, phase: str) -> bool:
    """Whether a school of that phase is one that this move leaves. Where no phase is on record the age decides."""
    return not phase or phase.strip().casefold() in move.leaves


def _not_now(holder: Holder, plan: Plan) -> LeftOut | None:
    """What must be settled by hand before anything is opened for a child."""
    if holder.child.wrapped_key is None:
        return LeftOut.ERASED
    if plan.is_to_end:
        return LeftOut.TO_END
    if holder.open(Process.MOVE):
        return LeftOut.MOVING
    if _restricted(holder) and holder.source.owner_id is None:  # nobody would see the new case either
        return LeftOut.NO_OWNER
    return None


def _restricted(holder: Holder) -> bool:
    """Whether any open case of the child is, or the one that the new case follows."""
    return any(case.restricted for case in holder.cases if case is holder.source or case.status is CaseStatus.OPEN)


def counts_from(plan: Plan) -> Began | None:
    """The fact from which a new case counts the twelve months to the next review."""
    told = plan.counts_from
    if told is None:
        return None
    return Began(EntryKind.PLAN_MADE if told.kind in MADE else EntryKind.LAST_REVIEW_CONCLUDED, told.on)


def review_due(turn: Turn, began: Began) -> date | None:
    """The legal date of the review that counts from it, under the row in force then; None where no row was."""
    rows = [rule for rule in turn.rules.of(Process.ANNUAL_REVIEW) if rule.id in TWELVE_MONTHS]
    facts = [Happening(began.kind, began.on, recorded_on=turn.today)]
    return next((clock.legal for clock in derive(rows, facts, calendar=turn.rules.calendar)), None)


def with_plans(db: Session) -> list[int]:
    """The ids of all children of whom a plan was ever told."""
    told = select(Case.child_id).join(Entry, col(Entry.case_id) == Case.id).where(col(Entry.kind).in_(OF_A_PLAN))
    return list(db.exec(told.distinct().order_by(col(Case.child_id))))


def hold(turn: Turn, held: Round, these: Sequence[int], *, dry_run: bool = False) -> Tally:
    """Open what a round opens for these children; in a dry run, say what that would be.

    In a transaction of its own: two rounds at once wait for each other, and the second sees what the first opened.
    """
    if not dry_run:
        alone(turn.db, OPENING)
    tally, found = Tally(), []
    owners = set(turn.db.exec(select(Person.id).where(col(Person.active), col(Person.role).in_(OFFICERS))))
    for holder in _holders(turn.db, these):
        match held.choose(turn, holder):
            case LeftOut() as why:
                tally.left[why].append(holder.cases[-1].reference)
            case Opening() as opening:
                found.append((_case(turn, held, holder, owners), opening))
    for case, opening in found:
        tally.owners[case.owner_id or 0] += 1
        tally.began[opening.began.kind] += 1
    if found and not dry_run:
        _open_all(turn, found, tally)
    return tally


def _case(turn: Turn, held: Round, holder: Holder, owners: set[int | None]) -> Case:
    """The new case of a child. Where the owner has left nobody owns it, unless nobody else could see it then."""
    source, restricted = holder.source, _restricted(holder)
    return Case(
        child_id=holder.child.id or 0,
        setting_id=next((case.setting_id for case in reversed(holder.cases) if case.setting_id), None),
        process=held.process,
        asked_by=source.asked_by,
        owner_id=source.owner_id if restricted or source.owner_id in owners else None,
        restricted=restricted,
        round=held.name,
        opened_at=turn.now,
    )


def _open_all(turn: Turn, found: Sequence[tuple[Case, Opening]], tally: Tally) -> None:
    for case, opening in found:
        case.stage = FACTS[opening.began.kind].stage
    references.insert_all(turn, [case for case, _ in found])
    for case, opening in found:
        opened = {"process": case.process.value, "asked_by": case.asked_by.value, "owner": case.owner_id}
        facts = [New(fact.kind, fact.on) for fact in (opening.began, *opening.also)]
        new = [*facts, New(EntryKind.OPENED, turn.today, clear=opened | {"round": case.round})]
        entries = history.record_after(turn, case, new, last=(0, history.FIRST))
        running = deadlines.rebuild(turn, case, entries, first=True)
        if late := sum(is_late(each, turn) for each in running):
            tally.late[case.owner_id or 0] += late


def _holders(db: Session, these: Sequence[int]) -> list[Holder]:
    """These children with all that a round asks of them: five questions, however many they are."""
    cases: dict[int, list[Case]] = defaultdict(list)
    for case in db.exec(select(Case).where(col(Case.child_id).in_(these)).order_by(col(Case.id))):
        cases[case.child_id].append(case)
    every = [case for each in cases.values() for case in each]
    facts, first_days = _facts(db, [case.id for case in every])
    phases = dict(db.exec(select(Setting.id, Setting.phase).where(Setting.phase != "")).all())
    reviewing = _reviewing(db, [case.id for case in every if case.status is CaseStatus.OPEN])
    found = db.exec(select(Child).where(col(Child.id).in_(these)).order_by(col(Child.id)))
    return [
        Holder(
            child=child,
            cases=(own := cases[child.id or 0]),
            plan=None if _died(own) else plan_of(_told(own, facts), _gone(own)),
            first_days=first_days,
            reviewing=frozenset(case.id or 0 for case in own if case.id in reviewing),
            phase=next((phases.get(case.setting_id, "") for case in reversed(own) if case.setting_id), ""),
        )
        for child in found
    ]


def _facts(db: Session, of: Sequence[int | None]) -> tuple[dict[int, list[Told]], dict[int, date]]:
    """What stands of plans, and the day each case began as it was first recorded; both by case."""
    wanted = or_(col(Entry.kind).in_(OF_A_PLAN), col(Entry.number) == 1, col(Entry.supersedes).is_not(None))
    columns = (Entry.id, Entry.case_id, Entry.number, Entry.kind, Entry.happened_on, Entry.supersedes)
    found = db.execute(select(*columns).where(col(Entry.case_id).in_(of), wanted)).all()  # type: ignore[call-overload]
    gone = {entry.supersedes for entry in found}
    facts: dict[int, list[Told]] = defaultdict(list)
    for entry in found:
        if entry.id not in gone:
            facts[entry.case_id].append(Told(entry.kind, entry.happened_on, entry.case_id))
    return facts, {entry.case_id: entry.happened_on for entry in found if entry.number == 1}


def _told(cases: Sequence[Case], facts: Mapping[int, Sequence[Told]]) -> list[Told]:
    """What these cases tell of a plan; one that was opened in error tells nothing."""
    true = [case for case in cases if case.outcome is not Outcome.OPENED_IN_ERROR]
    return [fact for case in true for fact in facts.get(case.id or 0, ())]


def _reviewing(db: Session, of: Sequence[int | None]) -> set[int | None]:
    """Those of these open cases that wait for the decision after a review; once it is sent, the next may be opened."""
    runs = (col(Deadline.rule).in_(TWELVE_MONTHS), col(Deadline.state) == ClockState.RUNNING)
    return set(db.exec(select(Deadline.case_id).where(col(Deadline.case_id).in_(of), *runs)))


def _died(cases: Sequence[Case]) -> bool:
    return any(case.outcome is Outcome.DIED for case in cases)


def _gone(cases: Sequence[Case]) -> date | None:
    days = [case.closed_on for case in cases if case.outcome is Outcome.MOVED_AWAY and case.closed_on]
    return max(days, default=None)
