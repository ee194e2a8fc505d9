"""One question about a case or a letter: who asks, what they may be told of it, and the shape of every answer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.cards.dates import against, rule_of, sentence, state, title, when, why_line
from bot.cards.exceptions import may_know_ground, noted
from bot.cards.why import recorded_by
from bot.cases import advice, facts, history, visible
from bot.cases.facts import File
from bot.cases.files import CaseFile
from bot.domain.calendar import london_date
from bot.domain.dates import distance, say_day
from bot.domain.facts import label as label_of
from bot.domain.message import Action, Fact, Message, State
from bot.domain.sharing import Viewer
from bot.domain.terms import CaseStatus, ClockState, EntryKind, Kind, Nature, Role
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Entry, Request

MOST_LINES = 5
"""After the first, which is the answer."""
MOST_WHYS = 4
MOST_NAMED = 3
ABSENT = "Not recorded"
DONE = (ClockState.MET, ClockState.MET_LATE)


@dataclass(frozen=True)
class Asking:
    """Somebody asks about a case or a letter: what is on record of it, as far as they may be told."""

    turn: Turn
    file: File
    viewer: Viewer

    @property
    def about(self) -> Case | Enquiry:
        return facts.about(self.file)

    @property
    def case(self) -> Case | None:
        return self.file.case if isinstance(self.file, CaseFile) else None

    @property
    def reference(self) -> str:
        return self.about.reference

    @property
    def is_open(self) -> bool:
        return self.about.status is CaseStatus.OPEN

    @property
    def runs_cases(self) -> bool:
        return self.viewer.role in (Role.OFFICER, Role.MANAGER)

    @cached_property
    def standing(self) -> Sequence[Entry]:
        return history.standing(self.file.entries)

    def latest(self, *kinds: EntryKind, request: Request | None = None) -> Entry | None:
        """The latest by its own date of the entries of these kinds that hold."""
        wanted = request.id if request else None
        found = [entry for entry in self.standing if entry.kind in kinds and entry.request_id == wanted]
        return max(found, key=lambda entry: (entry.happened_on, entry.number), default=None)

    def may_see(self, deadline: Deadline) -> bool:
        """As `why` has it: what one body is asked for, those who may know of it; information the council alone."""
        if self.case is None:
            return True
        if request := self.request_of(deadline):
            return self.viewer.may_know(Kind.REQUESTS, request.agency)
        return self.viewer.may_know(Kind.DATES) and (self.viewer.council or not deadline.information)

    def request_of(self, deadline: Deadline) -> Request | None:
        return next((one for one in facts.requests_of(self.file) if one.id == deadline.request_id), None)

    @cached_property
    def seen(self) -> Sequence[Deadline]:
        """The dates that they may know of, the earliest first."""
        return [deadline for deadline in self.file.deadlines if self.may_see(deadline)]

    @property
    def duties(self) -> Sequence[Deadline]:
        """What is owed by a last day, the earliest first."""
        runs = (one for one in self.seen if one.state is ClockState.RUNNING and not one.information)
        return [one for one in runs if one.nature is not Nature.AT_ONCE]

    @property
    def late(self) -> Sequence[Deadline]:
        return [one for one in self.duties if one.legal < self.turn.today]

    def clock_of(self, *kinds: EntryKind) -> Deadline | None:
        """The date that one of these facts meets: before others one of its own that binds and runs."""
        found = [one for one in self.seen if not one.request_id and not {*kinds}.isdisjoint(self.stops(one))]
        found = [one for one in found if one.state not in (ClockState.STOPPED, ClockState.NOT_NEEDED)]
        return min(found, key=lambda one: (*self._besides(one, kinds), one.legal), default=None)

    def _besides(self, one: Deadline, kinds: Sequence[EntryKind]) -> tuple[bool, bool, bool]:
        return self.stops(one)[0] not in kinds, one.information, one.state in DONE

    def stops(self, deadline: Deadline) -> tuple[EntryKind, ...]:
        return rule_of(self.turn, deadline).stops

    def name_of(self, deadline: Deadline) -> str:
        """ "final plan", "speech and language advice"."""
        request = self.request_of(deadline)
        return title(self.turn, deadline, advice.title(self.turn, request) if request else "")

    # In words

    def day(self, entry: Entry) -> str:
        return say_day(entry.happened_on, self.turn.today)

    def recorded(self, entry: Entry | None) -> str:
        """ "recorded by Priya Shah on Fri 16 Oct"; empty for what is not on record."""
        if entry is None:
            return ""
        by = recorded_by(self.turn, entry) or "the bot"
        return f"recorded by {by} on {say_day(london_date(entry.recorded_at), self.turn.today)}"

    def when(self, deadline: Deadline) -> str:
        """ "due Mon 28 Dec (in 73 days) · statutory · exception recorded"."""
        ground = may_know_ground(self.viewer, of_body=deadline.request_id is not None)
        claimed = noted(self.turn, deadline, ground=ground or self.case is None)
        return " · ".join(filter(None, [when(self.turn, deadline, far=True), claimed]))

    def how_far(self, deadline: Deadline) -> str:
        """ "3 days late", "due today", "due in 4 days"."""
        far = distance(deadline.legal, self.turn.today)
        return far if deadline.legal < self.turn.today else f"due {far}"

    def due(self, deadline: Deadline, detail: str = "") -> Fact:
        """A date as a line of its own."""
        return Fact(sentence(self.name_of(deadline)), self.when(deadline), detail, state(self.turn, deadline))

    def step(self, label: str, *kinds: EntryKind, named: bool = False) -> Fact:
        """A step of the path: the day on which it was taken and who recorded that; else that it is not on record."""
        entry, clock = self.latest(*kinds), self.clock_of(*kinds)
        if entry is not None:
            what = f"{label_of(entry.kind)}, " if named else ""
            on = clock and clock.stopped_on == entry.happened_on and not clock.information
            how = f", {against(entry.happened_on, clock.legal)}" if clock and on else ""
            return Fact(label, f"{what}{self.day(entry)}{how}", self.recorded(entry), State.DONE)
        runs = clock is not None and clock.state is ClockState.RUNNING
        due = self.when(clock) if clock and runs else ""
        return Fact(label, ABSENT, due, state(self.turn, clock) if clock and runs else State.PLAIN)

    def answer(
        self,
        said: str,
        lines: Iterable[Fact] = (),
        *,
        why: Iterable[Deadline | None] = (),
        offers: Iterable[Action] = (),
        aside: str = "",
    ) -> Message:
        """The answer in one sentence, at most five lines, why each date is what it is, and the way to the card."""
        told = list(lines)
        more = len(told) - MOST_LINES
        left = f"{more} more on the whole card." if more > 0 else ""
        card = Action("Whole card", line("status", case=self.reference), acts=False)
        return Message(
            f"{self.reference}: {said}",
            facts=tuple(told[:MOST_LINES]),
            actions=(*offers, *self._whys(why), card),
            aside=" ".join(filter(None, [left, aside])),
            private=self.viewer.private,
        )

    def _whys(self, dates: Iterable[Deadline | None]) -> Iterator[Action]:
        found = list({one.id: one for one in dates if one is not None}.values())[:MOST_WHYS]
        for one in found:
            named = "Why this date" if len(found) == 1 else f"Why: {self.name_of(one)}"
            yield Action(named, why_line(self.reference, one), acts=False)

    def not_told(self, what: str, may: Callable[[Viewer], bool]) -> Message:
        """What this reader may not know, in words that are the same whether it is there or not."""
        alone = visible.viewer(replace(self.turn, private=True), self.case)
        ask = [Action("Open privately", line("open", case=self.reference), acts=False, alone=True)]
        where = "to you" if self.viewer.private else "here"
        return self.answer(f"{what} is not told {where}.", offers=ask if not self.viewer.private and may(alone) else ())


def days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
