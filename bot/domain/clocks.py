"""Which clocks run on a case or an enquiry, and to what dates: worked out from dated facts and rules, nothing else."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from bot.domain.calendar import Calendar
from bot.domain.claims import Claim, given_date
from bot.domain.clock_rule import Adviser as Adviser
from bot.domain.clock_rule import ClockRule as ClockRule
from bot.domain.clock_rule import Example as Example
from bot.domain.clock_rule import Happening as Happening
from bot.domain.clock_rule import Owner as Owner
from bot.domain.clock_rule import Per as Per
from bot.domain.facts import FACTS
from bot.domain.periods import WAYS, last_day, safe_day
from bot.domain.terms import ClockState, EntryKind, Nature, RuleId


@dataclass(frozen=True)
class Clock:
    """One rule running, or having run, on a case, an enquiry or one request."""

    rule: ClockRule
    instance: int | None
    start: Happening
    presumed: bool
    """It counts from the asking until the body records its own receipt."""
    legal: date
    safe: date
    """The last working day on or before the legal date; the legal date where no working day lies in the period."""
    target: date | None
    state: ClockState
    stopped: Happening | None
    """What met it, or what made it needless."""
    information: bool
    """Shown, but never late, nudged or counted: not a duty, or a branch that has not been taken."""
    doubt: Happening | None = None
    """A stop dated before the start, which stops nothing: one of the two dates is wrong, and a person must mend it."""
    counted: date | None = None
    """Where a date was given in place of the counted one: what the row counts to."""
    claims: tuple[Claim, ...] = ()
    """What was claimed for it, earliest first."""
    bound: bool = False
    """A fact that settles its branch is on record."""
    later_limb: RuleId | None = None
    """The other limb of its limit, where that ends later: the limit is then the other's date, and this binds nobody."""

    @property
    def runs_from(self) -> date:
        """The first day on which anything is said of it. A clock that counts back runs from its recording."""
        return self.start.recorded_on if WAYS[self.rule.counting].back else self.start.on

    @property
    def ladder(self) -> str:
        """The ladder that nudges it; empty where nobody is nudged. What is owed at once is asked about once."""
        standing = self.rule.nature is Nature.AT_ONCE and _binds(self.rule, self.stopped, self.bound)
        return self.rule.ladder if self.state is ClockState.RUNNING and (standing or not self.information) else ""


def derive(
    rules: Iterable[ClockRule],
    happenings: Sequence[Happening],
    *,
    calendar: Calendar,
    requests: Mapping[int, RuleId] = MappingProxyType({}),
    claims: Sequence[Claim] = (),
    closed_on: date | None = None,
) -> tuple[Clock, ...]:
    """The clocks of one case or letter, in the order of `rules` and then of requests.

    `rules` are all rows of its process, every version: each is used if it was in force on the day its clock started.
    `requests` says under which rule each request to a body runs; a fact about a request it lacks is a ValueError.
    `closed_on` stops what still runs, a family's right apart. BeyondCalendar where a date lies outside the calendar.
    """
    if lost := {fact.instance for fact in happenings if fact.instance is not None} - requests.keys():
        raise ValueError(f"facts about requests that nobody made: {sorted(lost)}")
    counted = (
        _clock(rule, instance, happenings, calendar=calendar, claims=claims, closed_on=closed_on)
        for rule in rules
        for instance in _instances(rule, requests)
    )
    made = [clock for clock in counted if clock]
    return tuple(_of_two(clock, made) for clock in made)


def _of_two(clock: Clock, made: Sequence[Clock]) -> Clock:
    """A limb of a limit that is the later of two is only information where the other limb ends later."""
    others = (other for other in made if other.rule.id == clock.rule.composite)
    later = next((other for other in others if other.legal > clock.legal), None)
    if later is None:
        return clock
    kept = clock.stopped is not None and clock.stopped.on <= later.legal
    state = ClockState.MET if clock.state is ClockState.MET_LATE and kept else clock.state
    return replace(clock, later_limb=later.rule.id, information=True, state=state)


def is_late(clock: Clock, today: date) -> bool:
    """Whether a duty still owed has passed its legal date. Nothing else is ever late."""
    return clock.state is ClockState.RUNNING and not clock.information and today > clock.legal


def _instances(rule: ClockRule, requests: Mapping[int, RuleId]) -> list[int | None]:
    if rule.per is Per.CASE:
        return [None]
    return [instance for instance, rule_id in sorted(requests.items()) if rule_id == rule.id]


def _clock(
    rule: ClockRule,
    instance: int | None,
    happenings: Sequence[Happening],
    *,
    calendar: Calendar,
    claims: Sequence[Claim],
    closed_on: date | None,
) -> Clock | None:
    """The clock of one row on one instance; None where it has not started, or started under another version."""
    own = [fact for fact in happenings if fact.instance == instance]
    start, stop, doubt = _start_and_stop(rule, own)
    if start is None or not rule.counts(start):
        return None
    stop = _needless(rule, [fact for fact in happenings if fact.instance in (None, instance)], stop) or stop
    mine = tuple(claim for claim in claims if rule.id in claim.rules and claim.instance in (None, instance))
    counted = last_day(rule.counting, start.on, rule.length, calendar=calendar)
    given = given_date(start.on, rule.length, mine, calendar=calendar)
    legal = given or counted
    bound = any(fact.kind in rule.binds and fact.instance in (None, instance) for fact in happenings)
    binds = _binds(rule, stop, bound)
    return Clock(
        rule=rule,
        instance=instance,
        start=start,
        presumed=start.kind not in rule.starts,
        legal=legal,
        safe=safe_day(legal, start.on, rule.counting, calendar=calendar),
        target=_target(rule, start, mine, calendar),
        state=_state(rule, stop, legal, closed_on) if binds or stop is None else ClockState.NOT_NEEDED,
        stopped=stop,
        information=rule.nature is not Nature.DUTY or not binds,
        doubt=doubt,
        counted=counted if given else None,
        claims=mine,
        bound=bound,
    )


def _binds(rule: ClockRule, stop: Happening | None, bound: bool) -> bool:
    """Whether its branch is taken: by a fact that settles it, else by the stop itself. What has none always binds.

    Where the row names what settles it, a stop that it does not name settles nothing: a review's decision says nothing
    of how old the child is.
    """
    if not rule.branch or bound:
        return True
    return not rule.binds and stop is not None and stop.kind not in rule.ends


def _target(rule: ClockRule, start: Happening, claims: Sequence[Claim], calendar: Calendar) -> date | None:
    """What the council aims for: what it set itself for this case last, else the row's own target."""
    if aims := [claim.aim for claim in claims if claim.aim and claim.aims_at in (None, rule.id)]:
        return aims[-1]
    return None if rule.target is None else last_day(rule.counting, start.on, rule.target, calendar=calendar)


def _start_and_stop(
    rule: ClockRule, own: Sequence[Happening]
) -> tuple[Happening | None, Happening | None, Happening | None]:
    """The fact that starts it, the one that stops it, and a stop that is dated too early to be one.

    A request is answered once, so any answer stops its clock; where the answer is dated before the body's own receipt,
    the body had the request when it answered, and the clock keeps the presumed start. For a case as a whole a stop
    must not be dated before the start.
    """
    if rule.per is Per.REQUEST:
        answer = _first(own, rule.stops)
        return _start(rule, own, by=answer.on if answer else date.max), answer, None
    start = _start(rule, own, by=date.max)
    if start is None:
        return None, None, None
    first = date.min if _lies_ahead(rule) else start.on
    stop = _first([fact for fact in own if fact.on >= first], rule.stops)
    return start, stop, None if stop else _first(own, rule.stops)


def _lies_ahead(rule: ClockRule) -> bool:
    """Whether what it counts from may be still to come, so that all that happens may come before it."""
    return WAYS[rule.counting].back or any(FACTS[kind].ahead for kind in rule.starts if kind in FACTS)


def _start(rule: ClockRule, own: Sequence[Happening], *, by: date) -> Happening | None:
    """The earliest recorded start that is not after `by`, else the earliest presumed one, else the earliest of all."""
    if rule.from_latest:
        return max((fact for fact in own if fact.kind in rule.starts), key=lambda fact: fact.order, default=None)
    timely = [fact for fact in own if fact.on <= by]
    return (
        _first(timely, rule.starts)
        or _first(timely, rule.starts_presumed)
        or _first(own, (*rule.starts, *rule.starts_presumed))
    )


def _needless(rule: ClockRule, facts: Sequence[Happening], stop: Happening | None) -> Happening | None:
    """The fact after which the clock no longer binds, where that came before any stop and still holds.

    A refusal that is later given up no longer holds: the old clock runs on from its old start, as in
    W v Hertfordshire [2023] EWHC 3138, where the 20 weeks ran from the first request.
    """
    if not rule.ends:
        return None
    begun = min(fact.on for fact in facts if fact.kind in (*rule.starts, *rule.starts_presumed))
    begun = date.min if _lies_ahead(rule) else begun
    resumed = max((fact.order for fact in facts if fact.kind in rule.resumes), default=(date.min, 0))
    still = [fact for fact in facts if fact.on >= begun and fact.order > resumed]
    end = _first(still, rule.ends)
    return end if end and (stop is None or end.on < stop.on) else None


def _state(rule: ClockRule, stop: Happening | None, legal: date, closed_on: date | None) -> ClockState:
    if stop is None:
        goes_on = closed_on is None or rule.nature is Nature.RIGHT  # which no closing of ours takes from a family
        return ClockState.RUNNING if goes_on else ClockState.STOPPED
    if stop.kind in rule.ends:
        return ClockState.NOT_NEEDED
    late = rule.nature is Nature.DUTY and stop.on > legal
    return ClockState.MET_LATE if late else ClockState.MET


def _first(facts: Iterable[Happening], kinds: Collection[EntryKind]) -> Happening | None:
    """The earliest fact of these kinds; of one day's, the one recorded first."""
    return min((fact for fact in facts if fact.kind in kinds), key=lambda fact: fact.order, default=None)
