"""What the law and the council say, read from tables; docs/rules.md says what they hold and how to change them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from bot.domain.backplan import Milestone, Panel
from bot.domain.calendar import Calendar
from bot.domain.clocks import Adviser, ClockRule
from bot.domain.facts import Whole
from bot.domain.grounds import Effect, Ground, former
from bot.domain.ladder import Ladder, taken_over
from bot.domain.retention import Schedule
from bot.domain.school_year import SchoolTime
from bot.domain.terms import ClockKind, Role, RuleId
from bot.rules.clock_rows import WHOLES, Known, Row, read_clocks
from bot.rules.grounds import read_grounds
from bot.rules.holidays import read_calendar
from bot.rules.ladders import check_on_the_day, read_ladders
from bot.rules.overlay import laid_over
from bot.rules.pack import ClosedLastDay, FirstDay, Pack, Transition, read_overlay, read_pack
from bot.rules.planning import read_milestones, read_panels, read_terms
from bot.rules.reading import OVERLAY, Tables, check_names, tables_in
from bot.rules.retention import read_schedule, usual_schedule
from bot.rules.roles import read_roles
from bot.rules.services import read_services
from bot.rules.succession import Earlier, succeed

__all__ = ["HERE", "SHIPPED", "Earlier", "Rules", "Tables", "load_calendar", "load_rules", "rules_from", "tables_in"]

SHIPPED = Path(__file__).parent
"""The packs that come with the bot, a folder each."""

HERE = SHIPPED / "england-2014"
"""The SEND Regulations 2014, with the usual targets of a council beside them."""

TABLES = (
    *("pack.csv", "clocks.csv", "ladder.csv", "services.csv", "bank_holidays.csv", "grounds.csv"),
    "milestones.csv",
)
"""What a pack of the law holds."""

OVERLAYS = (
    *("pack.csv", "clocks.csv", "ladder.csv", "services.csv", "roles.csv", "panels.csv", "terms.csv"),
    "retention.csv",
)
"""What a council's overlay may hold; the first it must."""


@dataclass(frozen=True)
class Rules:
    """The rules in force: every version of every row, the council's overlay laid over them, and the calendar."""

    settings: Pack
    """What the pack of the law says of itself."""
    clocks: tuple[ClockRule, ...]
    services: tuple[Adviser, ...]
    ladders: Mapping[str, Ladder]
    calendar: Calendar
    council: Pack | None = None
    """What the council's overlay says of itself; None where there is none."""
    grounds: tuple[Ground, ...] = ()
    """What may be claimed as an exception or as another date, and what only seems to be one."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the council calls its roles: officer -> "EHC coordinator"."""
    former: tuple[ClockRule, ...] = ()
    """Rows that count nothing any more, but that a deadline may have been made under."""
    milestones: tuple[Milestone, ...] = ()
    """The steps on the way to a legal date."""
    panels: tuple[Panel, ...] = ()
    """When the council's panels sit; none where it keeps no calendar of them."""
    terms: tuple[SchoolTime, ...] = ()
    """The council's school terms and half terms; none where it keeps no table of them."""
    retention: Schedule = field(default_factory=usual_schedule, hash=False)
    """How long what is sealed is kept, by process and by kind of letter."""
    adopted: int = 0
    """Which adopted pack they are, by its number; 0 where none was adopted."""
    before: "Rules | None" = None
    """The rules in force before them, under which what had ended by then stays as it was counted."""
    counts_from: date = date.min
    """The first day on which they were in force."""

    @property
    def pack(self) -> str:
        return self.settings.name

    @property
    def version(self) -> int:
        return self.settings.version

    @property
    def overlay(self) -> str:
        """The name of the council's overlay; empty where there is none."""
        return self.council.name if self.council else ""

    @property
    def label(self) -> str:
        """As in "england-2014 version 1 with anyshire version 2"."""
        return " with ".join(each.label for each in (self.settings, self.council) if each)

    @cached_property
    def by_id(self) -> Mapping[RuleId, ClockRule]:
        """The newest row of each clock, and the last one of a clock that there is no more."""
        return {rule.id: rule for rule in (*self.former, *sorted(self.clocks, key=_age))}

    @cached_property
    def _by_version(self) -> Mapping[tuple[str, int], ClockRule]:
        return {(rule.id, rule.version): rule for rule in (*self.former, *sorted(self.clocks, key=_age))}

    @cached_property
    def _by_service(self) -> Mapping[str, Adviser]:
        return {adviser.id: adviser for adviser in self.services}

    @cached_property
    def _by_ground(self) -> Mapping[str, Ground]:
        return {ground.id: ground for ground in self.grounds}

    @cached_property
    def _by_process(self) -> Mapping[Whole, tuple[ClockRule, ...]]:
        return {whole: tuple(rule for rule in self.clocks if whole in rule.processes) for whole in WHOLES.values()}

    def of(self, process: Whole) -> tuple[ClockRule, ...]:
        """Every row of a process, all versions: what `derive` takes."""
        return self._by_process[process]

    def in_force(self, process: Whole, on: date) -> tuple[ClockRule, ...]:
        """The rows of a process under which a clock that starts on that day, and is recorded now, is counted."""
        return tuple(rule for rule in self.of(process) if rule.in_force(on) and rule.recorded_until is None)

    def rule(self, rule_id: str, version: int) -> ClockRule | None:
        """The row that a deadline was made under."""
        return self._by_version.get((rule_id, version))

    @cached_property
    def _ladders_by_rule(self) -> Mapping[str, Sequence[str]]:
        """The ladders that the rows of each clock name."""
        return {rule: [row.ladder for row in self.clocks if row.id == rule and row.ladder] for rule in self.by_id}

    def ladder(self, name: str, *, rule: str, recorded_on: date) -> Ladder:
        """What a date of that clock climbs whose start was recorded on that day: the ladder in force then.

        Where a later pack counts for open cases too, that pack's from the day on which it came. KeyError for a ladder
        that no rules know.
        """
        now, before = self.ladders.get(name), self.before
        if before is None or recorded_on >= self.counts_from:
            return self.ladders[name]
        named = before._ladders_by_rule.get(rule, ())
        if now is None or not named:
            return now or before.ladder(name, rule=rule, recorded_on=recorded_on)
        moves = name not in named or self._whose(ours=now.ours).transition is Transition.OPEN_CASES_TOO
        was = before.ladder(name if name in named else named[-1], rule=rule, recorded_on=recorded_on)
        return taken_over(was, now, self.counts_from) if moves and was != now else was

    def _whose(self, *, ours: bool) -> Pack:
        """Whose transition decides: for what is the council's own the council's, for all else the law's."""
        return self.council if self.council and ours else self.settings

    def service(self, service: str) -> Adviser:
        """Who gives the advice that a request asks for. KeyError for a service that no row names."""
        return self._by_service[service]

    def called(self, role: Role) -> str:
        """What the council calls it: "EHC coordinator"."""
        return self.names.get(role, role.label)

    def people(self, role: Role) -> str:
        """Those who have it: "EHC coordinators", "the MP team"."""
        name = self.names.get(role)
        return role.people if name is None else f"the {name}" if role is Role.MP_TEAM else f"{name}s"

    def ground(self, ground: str) -> Ground:
        """What was claimed, also where the rules have no row for it any more."""
        return self._by_ground.get(ground) or former(ground)

    def grounds_called(self, name: str) -> tuple[Ground, ...]:
        """What staff mean by a name: "away" is a ground of several regulations, and the clock says of which."""
        return tuple(ground for ground in self.grounds if ground.is_called(name))

    def knows(self, service: str) -> bool:
        """Whether a row names that service."""
        return service in self._by_service

    def adviser(self, name: str) -> Adviser | None:
        """Who gives advice under that name, as staff say it: "SLT", "speech and language"."""
        return next((adviser for adviser in self.services if adviser.is_called(name)), None)


def load_rules(folder: Path = HERE, overlay: Path | None = None) -> Rules:
    """The rules of a folder, with a council's overlay over them. BadSettings names file, line and column of a slip."""
    return rules_from(tables_in(folder), tables_in(overlay) if overlay else None)


def load_calendar(folder: Path = HERE) -> Calendar:
    """The bank holidays of a folder alone."""
    return read_calendar(tables_in(folder))


def rules_from(pack: Tables, overlay: Tables | None = None, *, earlier: Sequence[Earlier] = ()) -> Rules:
    """Read and check a pack and what a council lays over it.

    `earlier` are the rows that were in force before, oldest first; the newest alone will do, where its `Rules` were
    themselves made from those before them. BadSettings names the file, the line and the column of a slip.
    """
    check_names(pack, TABLES)
    settings = read_pack(pack)
    calendar = _counting(read_calendar(pack), settings)
    ladders = read_ladders(pack)
    grounds = read_grounds(pack, version=settings.version)
    claimable = [ground.id for ground in grounds if ground.effect is not Effect.NEVER]
    known = Known(ladders, claimable, calendar)
    found = read_clocks(pack, known, version=settings.version)
    law = tuple(row.rule for row in found)
    check_on_the_day(law, ladders)
    rules = Rules(
        settings,
        law,
        read_services(pack, law),
        ladders,
        calendar,
        grounds=grounds,
        milestones=read_milestones(pack, law, calendar),
    )
    return _after(rules if overlay is None else _under(rules, overlay, found, known), earlier)


def _under(law: Rules, overlay: Tables, found: Sequence[Row], known: Known) -> Rules:
    """The law with a council's overlay over it, as far as that has tables."""
    check_names(overlay, OVERLAYS, within=OVERLAY)
    council, clocks, services, ladders = read_overlay(overlay), law.clocks, law.services, law.ladders
    if "ladder.csv" in overlay:
        ladders = {**ladders, **read_ladders(overlay, law=ladders, within=OVERLAY)}
    if "clocks.csv" in overlay:
        clocks = laid_over(found, overlay, known._replace(ladders=ladders))
    check_on_the_day(clocks, ladders, within=OVERLAY)
    if "services.csv" in overlay:
        services = read_services(overlay, clocks, known=services, within=OVERLAY)
    return replace(
        law,
        council=council,
        clocks=clocks,
        former=_left_behind(law.clocks, clocks),
        services=services,
        ladders=ladders,
        names=read_roles(overlay) if "roles.csv" in overlay else {},
        panels=read_panels(overlay, law.calendar),
        terms=read_terms(overlay),
        retention=read_schedule(overlay),
    )


def _counting(calendar: Calendar, settings: Pack) -> Calendar:
    """The calendar, counting as the pack reads the law."""
    return replace(
        calendar,
        day_one=settings.first_day is FirstDay.DAY_ONE,
        rolls_forward=settings.closed_last_day is ClosedLastDay.ROLLS_FORWARD,
    )


def _after(rules: Rules, earlier: Sequence[Earlier]) -> Rules:
    """The rules with the rows that earlier packs leave behind."""
    if not earlier:
        return rules

    def open_too(row: ClockRule) -> bool:
        return rules._whose(ours=row.kind is ClockKind.LOCAL).transition is Transition.OPEN_CASES_TOO

    rows = earlier[0].clocks
    for one, following in pairwise(earlier):
        rows = succeed(Earlier(rows, one.until), following.clocks, open_too=lambda row: False)
    clocks = succeed(Earlier(rows, earlier[-1].until), rules.clocks, open_too=open_too)
    before = (*rules.former, *(row for each in earlier for row in each.clocks))
    return replace(rules, clocks=clocks, former=_left_behind(before, clocks))


def _left_behind(before: Iterable[ClockRule], clocks: Iterable[ClockRule]) -> tuple[ClockRule, ...]:
    """The versions that count nothing any more, each once."""
    counting = {(row.id, row.version) for row in clocks}
    left = {(row.id, row.version): row for row in before if (row.id, row.version) not in counting}
    return tuple(left.values())


def _age(rule: ClockRule) -> tuple[date, date]:
    return (rule.valid_from, rule.recorded_from or date.min)
