"""What people say in the quarter: everything that staff say, private words in it, in the places where they say it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.leaks.council import Council
from tests.leaks.markers import Marked, Marker, Of, Words

SERVICES = ("health", "SLT", "OT", "social care", "education", "EP")
REFERENCE = "{reference}"
ADVISERS = {"health": "adviser0", "SLT": "adviser0", "OT": "adviser0", "social care": "adviser1"}


@dataclass(frozen=True)
class Act:
    """One line. `room` is where it is said: a place, or the speaker's own chat."""

    who: str
    line: str
    room: str = ""
    child: int = -1
    opens: bool = False
    """It opens the child's case: what came of it is looked up."""
    agreed_by: str = ""
    """Who says yes to it, where a second person has to; then it is said again."""


@dataclass
class Script:
    """`files` are the children whose cases are open, `restricted` those that are for the named alone from a day on."""

    council: Council
    dice: Random
    words: Words
    markers: list[Marker] = field(default_factory=list)
    children: list[Marked] = field(default_factory=list)
    owners: dict[int, str] = field(default_factory=dict)
    restricted: set[int] = field(default_factory=set)
    asked: dict[int, set[str]] = field(default_factory=dict)
    """By child, the advisers whose agency was asked about it."""

    def opening(self, today: date, count: int) -> Iterator[Act]:
        """Cases opened on a day, by lines in the owners' own chats."""
        for _ in range(count):
            number = len(self.children)
            child = self.words.child(number)
            owner = ("officer0", "officer1", "officer2")[number % 3]
            self.children.append(child)
            self.owners[number], self.asked[number] = owner, set()
            self.markers += child.markers()
            received = today - timedelta(days=self.dice.randint(0, 80))
            restricted = " restricted=yes" if number % 6 == 5 else ""
            if restricted:
                self.restricted.add(number)
            yield Act(
                owner,
                f'new name="{child.name}" born={child.born:%d/%m/%Y} record_number={child.record_number}'
                f' setting="{child.school}" received={received:%d/%m/%Y} asked_by=parent note="{self._own(number)}"'
                + restricted,
                child=number,
                opens=True,
            )

    def day(self, number: int) -> Iterator[Act]:
        """What is said on one day of work."""
        stories = (
            *(self._asks, self._asks, self._notes, self._notes, self._looks, self._looks, self._looks_in_a_room),
            *(self._looks_in_a_room, self._names_in_a_room, self._an_mp_writes, self._advises, self._corrects),
            *(
                self._strangers_look,
                self._searches,
                self._home_and_lists,
                self._leaves,
                self._reminds,
                self._asks_in_words,
            ),
        )
        for story in self.dice.sample(stories, 5):
            yield from story()
        if number % 7 == 3:
            yield from self._restricts()
        if number % 9 == 4:
            yield from self._rights()
        if number % 11 == 6:
            yield from self._breaks_glass()

    # Stories

    def _asks(self) -> Iterator[Act]:
        child = self._child()
        service = self.dice.choice(SERVICES)
        if service in ADVISERS:
            self.asked[child].add(ADVISERS[service])
        yield self._own_chat(child, f"ask {REFERENCE} {service} today")

    def _notes(self) -> Iterator[Act]:
        child = self._child()
        yield self._own_chat(child, f"note {REFERENCE} {self._own(child)} said so")

    def _looks(self) -> Iterator[Act]:
        child = self._child()
        line = self.dice.choice(("open", "status", "history", "why final plan", "why", "milestones"))
        yield self._own_chat(child, f"{line} {REFERENCE}")

    def _looks_in_a_room(self) -> Iterator[Act]:
        child = self._child(hidden=True)
        who, room = self.dice.choice(self._in_rooms())
        line = self.dice.choice(("status", "open", "history", "why", "status"))
        yield Act(who, f"{line} {REFERENCE}", room, child)

    def _names_in_a_room(self) -> Iterator[Act]:
        """A person types what nobody should: the bot repeats none of it."""
        child = self._child()
        one = self.children[child]
        who, room = self.dice.choice(self._in_rooms())
        line = self.dice.choice(
            (
                f"status {one.name}",
                f"where are we with {one.first} at {one.school}",
                f"note {REFERENCE} {one.first} was born {one.born:%d/%m/%Y}",
                f"find {one.last}",
                f"is {one.record_number} late?",
                f'new name="{one.name}" born={one.born.isoformat()}',
                f"list {one.school}",
                f"{one.name}",
            )
        )
        yield Act(who, line, room, child)

    def _an_mp_writes(self) -> Iterator[Act]:
        child, member, seat = self._child(), self.words.next().capitalize(), self.words.next().capitalize()
        self.markers += [Marker(Of.MP_MATTER, member, child), Marker(Of.MP_MATTER, seat, child)]
        yield self._own_chat(
            child,
            f'mp member="{member} Ames" constituency="{seat}" received=today matters=complaint cases={REFERENCE}',
        )
        who = self.dice.choice(("mpteam", "head"))
        yield Act(who, "letters")

    def _advises(self) -> Iterator[Act]:
        """The body answers in its own room, and says more than it should."""
        child = self._child()
        who, room = self.dice.choice((("adviser0", "C0HEALTH"), ("adviser1", "19:social_care@thread.tacv2")))
        line = self.dice.choice(("have", "advice sent", "help needed"))
        yield Act(who, f"{line} {REFERENCE}", self.dice.choice((room, "")), child)

    def _corrects(self) -> Iterator[Act]:
        child = self._child()
        yield self._own_chat(child, f"correct {REFERENCE} 1 on yesterday {self._own(child)}")
        yield self._own_chat(child, f"snooze {REFERENCE} until next week because {self._own(child)}")

    def _strangers_look(self) -> Iterator[Act]:
        """Those who may not know who it is ask all the same."""
        child = self._child(hidden=True)
        who = self.dice.choice(("viewer", "mpteam", "admin", "school", "adviser1"))
        for line in self.dice.sample(("open", "status", "history", "why", "find", "search notes"), 3):
            about = self.children[child].last if line in ("find", "search notes") else REFERENCE
            yield Act(who, f"{line} {about}", child=child)

    def _searches(self) -> Iterator[Act]:
        child = self._child()
        one = self.children[child]
        for line in (f"find {one.last}", f"find {one.record_number}", f"search notes {one.first}"):
            yield self._own_chat(child, line)

    def _home_and_lists(self) -> Iterator[Act]:
        who = self.dice.choice(tuple(self.council.people))
        for line in self.dice.sample(
            ("home", "list mine", "list overdue", "list", "people", "help", "letters", "rooms"), 3
        ):
            yield Act(who, line)

    def _reminds(self) -> Iterator[Act]:
        """What it says is for whoever may read notes, and stands in no chat; a room hears no words of it."""
        child = self._child()
        yield self._own_chat(child, f"remind {REFERENCE} me on tomorrow about {self._own(child)}")
        yield self._own_chat(child, f"remind {REFERENCE} SLT on tomorrow about {self._own(child)}")
        yield Act("mpteam", f"remind {REFERENCE} me on tomorrow about {self._own(child)}", child=child)
        for who in (self.owners[child], "mpteam", "adviser0"):
            yield Act(who, "reminders")
            yield Act(who, f"reminders {REFERENCE}", child=child)

    def _asks_in_words(self) -> Iterator[Act]:
        child = self._child(hidden=True)
        who, room = self.dice.choice(self._in_rooms())
        lines = (
            *(f"status {REFERENCE} waiting", f"status {REFERENCE} SLT", f"draft {REFERENCE} for the MP team"),
            *(f"access {REFERENCE}", f"history {REFERENCE} since Monday", f"who holds up {REFERENCE}?"),
            *(
                "history since Monday",
                "figures",
                "figures gaps",
                "list overdue by owner",
                "list cases by school",
                "leave",
            ),
            f"list at {self.children[child].school}",
        )
        for line in self.dice.sample(lines, 4):
            yield Act(who, line, self.dice.choice((room, "")), child)

    def _leaves(self) -> Iterator[Act]:
        yield Act("officer2", "away from tomorrow until next Friday cover officer0")
        yield Act("officer2", "back")

    def _restricts(self) -> Iterator[Act]:
        child = self._child()
        yield self._own_chat(child, f"restrict {REFERENCE} adoption because {self._own(child)}")
        self.restricted.add(child)

    def _rights(self) -> Iterator[Act]:
        child = self._child()
        yield Act("guardian", f"subject access {REFERENCE} because {self._own(child)}", child=child, agreed_by="head")
        yield Act("guardian", f"hold {REFERENCE} ombudsman because {self._own(child)}", child=child)
        yield Act("guardian", f"retention {REFERENCE}", child=child)
        yield Act("guardian", f"lift hold {REFERENCE} because {self._own(child)}", child=child)
        yield self._own_chat(child, f"close {REFERENCE} withdrawn because {self._own(child)}")
        yield Act("guardian", f"erase {REFERENCE} because {self._own(child)}", child=child, agreed_by="head")
        yield self._own_chat(child, f"open {REFERENCE}")

    def _breaks_glass(self) -> Iterator[Act]:
        child = self.dice.choice(sorted(self.restricted) or [0])
        line = f"break glass {REFERENCE} because {self._own(child)}"
        yield Act("officer0", line, child=child, agreed_by="guardian")
        yield Act("officer0", f"open {REFERENCE}", child=child)

    # Of which these are made

    def _own_chat(self, child: int, line: str) -> Act:
        return Act(self.owners[child], line, child=child)

    def _own(self, child: int) -> str:
        """A word that nobody else ever writes: whoever reads it anywhere reads what a person wrote of this child."""
        word = self.words.next()
        self.markers.append(Marker(Of.NOTES, word, child))
        return word

    def _child(self, *, hidden: bool = False) -> int:
        seen = [number for number in range(len(self.children)) if hidden or number not in self.restricted]
        return self.dice.choice(seen or [0])

    def _in_rooms(self) -> tuple[tuple[str, str], ...]:
        return (
            ("officer0", "C0EDUCATION"),
            ("officer1", "19:education@thread.tacv2"),
            ("adviser0", "C0HEALTH"),
            ("adviser1", "19:social_care@thread.tacv2"),
            ("mpteam", "19:mp_team@thread.tacv2"),
            ("viewer", "C0EDUCATION"),
            ("guardian", "C0HEALTH"),
            ("head", "C0ADMINISTRATORS"),
        )
