"""Figures: what is counted, how, by what, and of which days; and how a share and a time taken are said."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean, median

from bot.domain.calendar import ONE_DAY
from bot.domain.periods import corresponding
from bot.domain.school_year import SchoolTime, Spell
from bot.domain.terms import EntryKind, Term


class About(Term):
    """What a figure is of."""

    HEADLINES = "headlines"

    PLANS = "plans"
    DECISIONS = "decisions_to_assess"
    DRAFTS = "drafts"
    REVIEWS = "review_decisions"
    AMENDED = "amended_plans"
    ADVICE = "advice"
    REPLIES = "mp_replies"
    HOLDING = "holding_replies"
    ACKNOWLEDGED = "acknowledgements"
    TRANSFERS = "phase_transfers"

    OPEN = "open_cases"
    CASELOAD = "caseload"
    REQUESTS = "new_requests"
    AGREED = "assessments_agreed"
    REFUSED = "assessments_refused"
    NO_PLAN = "plans_refused"
    CEASED = "plans_ceased"
    LODGED = "appeals_lodged"
    CLOSED = "closed_cases"
    OVERDUE = "overdue"
    WITH_MP = "cases_with_an_mp"
    LETTERS = "mp_letters"
    WAITING = "open_mp_letters"
    APPEALS = "open_appeals"
    EXCEPTIONS = "exceptions"
    UNOWNED = "cases_without_an_owner"
    GAPS = "gaps"

    @property
    def label(self) -> str:
        return super().label.replace("mp ", "MP ").replace(" mp", " MP")


@dataclass(frozen=True)
class Past:
    """New plans that are not out though their request came longer ago than this."""

    weeks: int

    @property
    def label(self) -> str:
        return f"past {self.weeks} weeks"


@dataclass(frozen=True)
class Timed:
    """Clocks whose ends are counted."""

    label: str
    """ "new plans"."""
    rules: tuple[str, ...]


TIMED: Mapping[About, Timed] = {
    About.PLANS: Timed("new plans", ("final_plan",)),
    About.DECISIONS: Timed("decisions to assess or not", ("ehcna_decide",)),
    About.DRAFTS: Timed("draft plans", ("draft_plan_target",)),
    About.REVIEWS: Timed("decisions after a review", ("ar_decision",)),
    About.AMENDED: Timed("amended plans after a review", ("ar_final",)),
    About.REPLIES: Timed("replies to MPs", ("mp_reply",)),
    About.HOLDING: Timed("holding replies to MPs", ("mp_holding",)),
    About.ACKNOWLEDGED: Timed("acknowledgements to MPs", ("mp_ack",)),
}
"""The clocks of what is kept or not. Advice is every clock that runs on a request for advice.

New plans are those of the DfE's SEN2 statistics ("Timeliness of new education, health and care plans": plans issued in
a calendar year, within 20 weeks, with and without those to which an exception applies). To be checked in the guide to
the return: that any exception on record leaves a plan out. We know of no definition of the DfE's for another figure.
"""

FACT_OF: Mapping[About, EntryKind] = {
    About.AGREED: EntryKind.DECISION_TO_ASSESS_SENT,
    About.REFUSED: EntryKind.REFUSAL_TO_ASSESS_SENT,
    About.NO_PLAN: EntryKind.REFUSAL_TO_ISSUE_SENT,
    About.CEASED: EntryKind.DECISION_TO_CEASE_SENT,
    About.LODGED: EntryKind.APPEAL_LODGED,
    About.EXCEPTIONS: EntryKind.EXCEPTION_CLAIMED,
}
"""What is counted by the entries that say it."""

OF_LETTERS = frozenset({About.REPLIES, About.HOLDING, About.ACKNOWLEDGED, About.LETTERS, About.WAITING, About.WITH_MP})
"""What only those may hear who may know of letters."""
NOW = frozenset({
    About.OPEN, About.CASELOAD, About.OVERDUE, About.WITH_MP, About.WAITING, About.APPEALS, About.UNOWNED, About.GAPS,
})  # fmt: skip
"""What stands today: it is of no other days."""

ALSO: Mapping[str, About] = {
    name: about
    for about, names in {
        About.HEADLINES: "all|headline|summary|overview",
        About.PLANS: "20 weeks|20 week|20 week figure|final plans|final plan|new plans|plans issued|ehcps|plan",
        About.DECISIONS: "decision to assess|decisions|6 weeks|assessment decisions",
        About.DRAFTS: "draft|draft plans|draft plan|16 weeks",
        About.REVIEWS: "review decision|decisions after reviews|annual review decisions|ar decisions",
        About.AMENDED: "amended plan|amended final plans|8 weeks",
        About.ADVICE: "advices|reports",
        About.REPLIES: "replies|mp reply|replies to mps|mp|mps",
        About.HOLDING: "holding reply|holding",
        About.ACKNOWLEDGED: "acknowledgement|acks",
        About.TRANSFERS: "phase transfer|transfers|15 february",
        About.OPEN: "open|cases|open case",
        About.CASELOAD: "caseloads",
        About.REQUESTS: "requests|new cases|new request",
        About.AGREED: "agreed|assessments",
        About.REFUSED: "refused|refusals|requests refused",
        About.NO_PLAN: "refused plans|refusals to issue",
        About.CEASED: "ceased|ceased plans",
        About.LODGED: "new appeals",
        About.CLOSED: "closed|cases closed",
        About.OVERDUE: "late|overdue things",
        About.WITH_MP: "with an mp|mp cases|cases with mp",
        About.LETTERS: "letters|mp letter|new mp letters|new letters",
        About.WAITING: "open letters|waiting letters|letters waiting",
        About.APPEALS: "appeals|appeals open|tribunals",
        About.EXCEPTIONS: "exception|exceptions claimed",
        About.UNOWNED: "unowned|no owner|without owner|without an owner|unallocated",
        About.GAPS: "quality|data quality|missing",
    }.items()
    for name in names.split("|")
}


class Measure(Term):
    """What is said of the clocks that ended."""

    SHARE = "in_time"
    COUNT = "how_many"
    AVERAGE = "average"


class By(Term):
    """What a figure is told apart by, a line each."""

    MONTH = "month"
    OFFICER = "officer"
    TEAM = "team"
    SERVICE = "service"
    AGENCY = "agency"
    MP = "mp"
    GROUND = "ground"

    @property
    def label(self) -> str:
        return "MP" if self is By.MP else self.value


class Exceptions(Term):
    """Whether what has an exception on record is counted."""

    WITH = "with"
    WITHOUT = "without"


class Unit(Term):
    """A stretch of the calendar by its name."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    TERM = "term"
    YEAR = "year"
    SCHOOL_YEAR = "school_year"
    FINANCIAL_YEAR = "financial_year"


class When(Term):
    """Some days by their name, as they are seen today."""

    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_TERM = "this_term"
    LAST_TERM = "last_term"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    THIS_SCHOOL_YEAR = "this_school_year"
    LAST_SCHOOL_YEAR = "last_school_year"
    THIS_FINANCIAL_YEAR = "this_financial_year"
    LAST_FINANCIAL_YEAR = "last_financial_year"

    @property
    def unit(self) -> Unit:
        return Unit(self.value.partition("_")[2])


Days = tuple[date, date]
"""The first and the last, both included."""
BEGINS = {Unit.YEAR: 1, Unit.SCHOOL_YEAR: 9, Unit.FINANCIAL_YEAR: 4}
"""The month that a year begins with."""


def days_of(unit: Unit, day: date, terms: Sequence[SchoolTime]) -> Days | None:
    """The week, month, quarter, term or year that a day is in; None for a term of which no dates are known.

    A day in the holidays belongs to the term before.
    """
    match unit:
        case Unit.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case Unit.MONTH:
            return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
        case Unit.QUARTER:
            first = date(day.year, day.month - (day.month - 1) % 3, 1)
            return first, corresponding(first, 3) - ONE_DAY
        case Unit.TERM:
            begun = [one for one in terms if one.spell is Spell.TERM and one.first <= day]
            newest = max(begun, key=lambda one: one.first, default=None)
            return (newest.first, newest.last) if newest else None
    first = date(day.year, BEGINS[unit], 1)
    first = first if first <= day else date(day.year - 1, BEGINS[unit], 1)
    return first, corresponding(first, 12) - ONE_DAY


def named_days(when: When, today: date, terms: Sequence[SchoolTime]) -> Days | None:
    """The days of a name; None where they are those of a term and no dates are known."""
    this = days_of(when.unit, today, terms)
    if this is None or when.value.startswith("this"):
        return this
    return days_of(when.unit, this[0] - ONE_DAY, terms)


def before(unit: Unit, days: Days, terms: Sequence[SchoolTime]) -> Days | None:
    """What some days are compared with: the whole of the unit before the one they begin in.

    Of years the same days a year earlier, so that a year that has only begun is compared with no whole one.
    """
    if unit in BEGINS:
        return corresponding(days[0], -12), corresponding(days[1], -12)
    within = days_of(unit, days[0], terms)
    return days_of(unit, within[0] - ONE_DAY, terms) if within else None


def months(days: Days) -> list[Days]:
    """Each calendar month of some days, the first and the last as far as they go."""
    found, first = [], days[0]
    while first <= days[1]:
        last = first.replace(day=monthrange(first.year, first.month)[1])
        found.append((first, min(last, days[1])))
        first = last + ONE_DAY
    return found


@dataclass(frozen=True)
class Kept:
    """Of those that ended, so many ended in time."""

    in_time: int = 0
    of: int = 0

    @property
    def late(self) -> int:
        return self.of - self.in_time

    def __str__(self) -> str:
        """ "3 of 4 (75%)"; halves are rounded up, as people do by hand."""
        whole = 200 * self.in_time + self.of
        return f"{self.in_time} of {self.of} ({whole // (2 * self.of)}%)" if self.of else "none"


@dataclass(frozen=True)
class Took:
    """How many calendar days each took, and by how many each that was late was."""

    days: tuple[int, ...] = ()
    late_by: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.said()

    def said(self, *, weeks: bool = False) -> str:
        """ "38 days on average (median 36), of 4"; with `weeks`, "38 days (5.4 weeks) on average"."""
        if not self.days:
            return "none"
        usual = mean(self.days)
        also = f" ({_short(usual / 7)} weeks)" if weeks else ""
        return f"{said_days(usual)}{also} on average (median {_short(median(self.days))}), of {len(self.days)}"

    @property
    def late(self) -> str:
        """ "6 days on average (median 6), of 2"; "none" where none was late."""
        return str(Took(self.late_by))


def said_days(days: float) -> str:
    return f"{_short(days)} day{'' if days == 1 else 's'}"


def _short(number: float) -> str:
    """To one decimal, and none where it says nothing: 38, 36.5."""
    return f"{number:.1f}".removesuffix(".0")


def kept(rows: Iterable[tuple[bool, int]]) -> Kept:
    """Of pairs: whether in time, and how many."""
    found = list(rows)
    return Kept(sum(many for in_time, many in found if in_time), sum(many for _, many in found))
