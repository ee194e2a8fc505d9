"""A yearly round from the command line: what is opened, for whom, and what is left out and why."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from bot.cases import posts, rounds
from bot.cases.children import RECORD_NUMBER, plain
from bot.cases.rounds import Began, LeftOut, Reviews, Round, Tally, Transfers
from bot.commandline import WELL, WRONG
from bot.domain.calendar import london_date
from bot.domain.errors import BadSettings
from bot.domain.facts import label
from bot.domain.terms import Notice, Process
from bot.rules import Rules
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.caseload.beginning import read_began
from bot.upkeep.caseload.owners import Owners
from bot.upkeep.caseload.putting_in import recorder_of
from bot.upkeep.installation import open_installation
from bot.upkeep.progress import Progress, in_batches
from bot.upkeep.sheet import Row, Wrong, everything_wrong, read_sheet
from storage.connect import Store
from storage.crypto import Vault
from storage.tables import Fingerprint, Person

BATCH = 100
"""Children a transaction: what an interruption undoes, and how long the bot's own writers wait."""
NAMED = 10
"""How many of those left out are named for one reason."""
UNNAMED = (LeftOut.ENDED, LeftOut.OPEN)
"""Left out as they should be, and too many to name."""


@dataclass
class Report:
    """What a round did, or would do. Where something in its file is wrong, nothing was done."""

    held: Round
    dry_run: bool
    tally: Tally = field(default_factory=Tally)
    names: dict[int, str] = field(default_factory=dict)
    wrong: Sequence[Wrong] = ()

    def __str__(self) -> str:
        if self.wrong:
            return "\n".join((*map(str, self.wrong), f"{len(self.wrong)} to mend; nothing was opened."))
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        opened, what = self.tally.opened, self.held.process.label
        would = "would be opened; nothing was changed" if self.dry_run else "opened"
        yield f"{opened} {what}{'' if opened == 1 else 's'} of {self.held.year} {would}."
        if late := self.tally.late.total():
            yield f"{late} of their dates {'is' if late == 1 else 'are'} late already."
        yield from _counted("Counted from", {label(kind): many for kind, many in self.tally.began.items()})
        owners = {self.names.get(owner, "nobody yet"): many for owner, many in self.tally.owners.items()}
        yield from _counted("Owners", owners)
        yield from self._left_out()

    def _left_out(self) -> Iterator[str]:
        if self.tally.left:
            yield "Left out"
        for why in LeftOut:
            if references := self.tally.left.get(why):
                yield f"  {len(references):>6}  {why.label}{'' if why in UNNAMED else _named(references)}"


def _counted(title: str, of: dict[str, int]) -> Iterator[str]:
    if of:
        yield title
    for name, many in sorted(of.items(), key=lambda each: (-each[1], each[0])):
        yield f"  {many:>6}  {name}"


def _named(references: Sequence[str]) -> str:
    more = len(references) - NAMED
    return f": {', '.join(sorted(references)[:NAMED])}{f' and {more} more' if more > 0 else ''}"


@dataclass(frozen=True)
class Run:
    """One run of a round: the record, the rules, the moment, and who answers for what is put on record."""

    store: Store
    vault: Vault
    rules: Rules
    now: datetime
    by: str = ""
    """An e-mail; without one the only administrator answers."""
    dry_run: bool = False

    def reviews(self, year: int) -> Report:
        return self._hold(Reviews(self._checked(year)))

    def transfers(self, year: int, also: Path | None = None) -> Report:
        """`also` is a file of moves that no date of birth tells of: infant to junior, middle schools, after 16."""
        told: dict[int, Began] = {}
        if also:
            told, wrong = self._told(also, year)
            if wrong:
                return Report(Transfers(year), self.dry_run, wrong=wrong)
        return self._hold(Transfers(self._checked(year), told))

    def _checked(self, year: int) -> int:
        today = london_date(self.now)
        if not today.year - 1 <= year <= today.year + 2:
            known = f"{today.year - 1} to {today.year + 2}"
            raise BadSettings(f"Rounds are held for {known}. {year} is none of these: check the year.")
        return year

    def _hold(self, held: Round) -> Report:
        with self.store.reading() as db:
            recorder, these = recorder_of(db, self.by), rounds.with_plans(db)
            names = {person.id or 0: person.name for person in db.exec(select(Person))}
            db.expunge_all()
        report = Report(held, self.dry_run, names=names)
        about: dict[str, Any] = {"process": held.process.value, "year": held.year}
        owners = Owners(Notice.ROUND, f"{held.name}/{london_date(self.now)}", about)
        for batch in in_batches(these, BATCH, Progress("plans")):
            report.tally.add(self._batch(held, batch, recorder, owners))
        if not self.dry_run:
            self._tell(report, owners, about)
        return report

    def _batch(self, held: Round, these: Sequence[int], recorder: Person, owners: Owners) -> Tally:
        if self.dry_run:
            with self.store.reading() as db:
                return rounds.hold(Turn(db, self.now, self.rules, self.vault), held, these, dry_run=True)
        with self.store.transaction() as db:
            turn = Turn(db, self.now, self.rules, self.vault, who=recorder)
            tally = rounds.hold(turn, held, these)
            owners.tell(turn, tally.owners_here, tally.late)
        return tally

    def _tell(self, report: Report, owners: Owners, about: Mapping[str, Any]) -> None:
        """All is open: the owners' messages may go, and the administrators hear how many there are."""
        with self.store.transaction() as db:
            turn, tally = Turn(db, self.now, self.rules, self.vault), report.tally
            owners.release(turn, tally.owners_here)
            if tally.opened:
                whole = {"count": tally.opened, "late": tally.late.total(), "nobody": tally.owners[0]}
                posts.tell_administrators(turn, Notice.ROUND, about={**about, **whole})

    def _told(self, path: Path, year: int) -> tuple[dict[int, Began], list[Wrong]]:
        """By the id of the child, what a file says of moves; everything wrong in it, by row and column."""
        rows = read_sheet(path, needed=("record_number", "began_with", "began"))
        told: dict[int, Began] = {}
        with self.store.reading() as db:
            for row in rows:
                began = read_began(row, Process.PHASE_TRANSFER, london_date(self.now))
                child = self._child(db, row)
                if child in told:
                    row.bad("record_number", "is there twice")
                elif began and began.on.year != year:
                    row.bad("began", f"is not in {year}")
                elif began and child:
                    told[child] = began
        return told, everything_wrong(rows)

    def _child(self, db: Session, row: Row) -> int | None:
        if not (number := row.needed("record_number", longest=60)):
            return None
        digest = self.vault.fingerprint(RECORD_NUMBER, plain(number))
        mine = (Fingerprint.kind == RECORD_NUMBER, Fingerprint.digest == digest)
        found = db.exec(select(Fingerprint.child_id).where(*mine).order_by(col(Fingerprint.child_id))).all()
        if not found:
            row.bad("record_number", "is no child's here")
        elif len(found) > 1:
            row.bad("record_number", "is that of more than one child here: open these by hand")
        return found[0] if len(found) == 1 else None


def hold(arguments: Namespace, settings: Settings, wall: Callable[[], datetime]) -> int:
    """Hold a yearly round, and print what came of it."""
    here = open_installation(settings, wall)
    run = Run(here.store, here.vault, here.rules, here.clock(), by=arguments.email, dry_run=arguments.dry_run)
    year = arguments.year
    report = run.reviews(year) if arguments.which == "reviews" else run.transfers(year, arguments.also)
    here.store.close()
    print(report)
    return WRONG if report.wrong else WELL
