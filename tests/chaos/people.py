"""What the council's people say and press while the storm is over them, and how long they keep at it.

What is said at which stop comes from the dice before the storm begins. Somebody who gets no answer, or hears that
nothing was changed, says it again: that is a new delivery.
"""

import asyncio
import re
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count
from random import Random

from bot.domain.terms import Agency, Platform
from tests.chaos.council import BEGAN, Asked, Council, File, Member
from tests.chaos.delivering import ANSWERED_WITHIN, Delivering, Delivery
from tests.chaos.oracle import LONDON, OWNER, Leave, Step
from tests.chaos.weather import Landed

TRIES = 8
"""Times that somebody says a thing before they give up."""
LOOKS = 4.0
"""Seconds that somebody looks for a button, before they type what it says."""
NOTES = 3
"""At each stop."""
MOVING = 16
"""Cases that move at most: each has a living card in four rooms, which takes a message a second."""
OWN = "{own}"
"""Stands in a line for words that no other delivery has."""
NOTHING = re.compile(r"couldn't save that|went away while|Something went wrong|Still working")
"""An answer after which it is said again: nothing was changed, or nobody knows."""
PRIVATELY = "Answered privately."
"""What a room of Teams hears of an answer that is not for it: whoever asked reads it in their own chat."""
FAULT = re.compile(r"Something went wrong")
"""An answer that nobody should ever get."""


class Way(StrEnum):
    TYPED = "typed"
    COMMAND = "command"
    PRESSED = "pressed"
    CLICKED_TWICE = "clicked twice"


@dataclass(frozen=True)
class Mark:
    """What a line leaves on record: an entry of a kind on a case, of a request, with words that are its own."""

    kind: str
    reference: str
    request: int = 0
    words: str = ""


@dataclass(frozen=True)
class Act:
    """One thing that somebody says, once."""

    who: Member
    line: str
    mark: Mark | None
    way: Way = Way.TYPED
    room: str = ""
    """Where the button is; empty for their own chat."""
    evening: bool = False
    """Said once all that was due that day is out."""
    number: int = 0


@dataclass(frozen=True)
class Uttered:
    """One delivery of an act, and the mark that it may have left."""

    act: Act
    mark: Mark | None
    delivery: Delivery


@dataclass
class People:
    """Those who act. `script` says what at which stop."""

    delivering: Delivering
    script: Mapping[int, Sequence[Act]]
    seed: str
    uttered: list[Uttered] = field(default_factory=list)
    given_up: list[Act] = field(default_factory=list)

    async def act(self, stop: int, *, evening: bool = False) -> None:
        """Everything that is said at a stop, by everybody at once."""
        acts = (act for act in self.script.get(stop, ()) if act.evening is evening)
        await asyncio.gather(*(self._say(act) for act in acts))

    async def _say(self, act: Act) -> None:
        dice = Random(f"{self.seed}/{act.number}")
        await asyncio.sleep(dice.uniform(0, 0.5 if act.evening else 2.5))
        for attempt in range(TRIES):
            own = f"w{act.number}x{attempt}"
            uttered = replace(act, line=act.line.replace(OWN, own))
            delivery = await self._deliver(uttered, dice, again=attempt > 0)
            if delivery.answer == PRIVATELY:
                delivery.answer = await self._read_privately(act.who, delivery)
            mark = act.mark and replace(act.mark, words=act.mark.words.replace(OWN, own))
            self.uttered.append(Uttered(uttered, mark, delivery))
            if delivery.answer and not NOTHING.search(delivery.answer):
                return
            await asyncio.sleep(dice.uniform(0.3, 1.5))
            await self.delivering.opened()
        self.given_up.append(act)

    async def _read_privately(self, who: Member, delivery: Delivery) -> str:
        """The answer in their own chat, for as long as a person waits for one."""
        ends = time.monotonic() + ANSWERED_WITHIN
        while not (answer := told_privately(self.delivering.teams.sky.landed, who.reads, delivery.began)):
            if time.monotonic() > ends:
                break
            await asyncio.sleep(0.1)
        delivery.ended = time.monotonic()
        return answer

    async def _deliver(self, act: Act, dice: Random, *, again: bool) -> Delivery:
        if act.way is Way.COMMAND and act.who.on is Platform.SLACK:
            return await self.delivering.commanded(act.who, act.line, dice)
        if act.way in (Way.PRESSED, Way.CLICKED_TWICE):
            place = act.room or act.who.reads
            ends = asyncio.get_running_loop().time() + (0 if again else LOOKS)
            while not (button := self.delivering.button(place, act.line)):
                if asyncio.get_running_loop().time() > ends:
                    break
                await asyncio.sleep(0.1)
            if button:
                twice = act.way is Way.CLICKED_TWICE
                return await self.delivering.pressed(act.who, place, button, dice, twice=twice)
        return await self.delivering.typed(act.who, act.line, dice)


def told_privately(landed: Sequence[Landed], place: str, since: float) -> str:
    """What came to a chat since a moment: that nothing was changed, if that is among it."""
    came = [one.words for one in landed if one.place == place and one.at >= since]
    return next((words for words in came if NOTHING.search(words)), came[-1] if came else "")


# What they will say

ROOMS = {Agency.HEALTH: "C0HEALTH", Agency.SOCIAL_CARE: "19:social_care@thread.tacv2"}
Story = Iterator[tuple[int, Act]]


@dataclass
class Script:
    """Writes what is said at which stop. `steps` are all reminders that are to come."""

    council: Council
    stops: Sequence[datetime]
    steps: Sequence[Step]
    dice: Random
    acts: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    away: dict[str, list[Leave]] = field(default_factory=lambda: defaultdict(list))
    _moving: list[File] = field(default_factory=list)
    """Those of which something is said already."""
    _number: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self) -> None:
        self._notes()
        asking = (
            *(self._had, self._came, self._sent, self._moved, self._held),
            *(self._closed, self._help, self._mp, self._decided),
        )
        files = self.council.files
        self._spread(asking, [file for file in files if not file.drafting], MOVING)
        self._spread((self._came, self._planned), [file for file in files if file.drafting and file.requests], 4)
        self._spread((self._drafted, self._planned), [file for file in files if not file.requests], 4)
        self._spread((self._reminds,), [file for file in files if file.requests and file not in self._moving], MOVING)
        self._leave()

    def _spread(self, stories: Sequence[Callable[[File], Story]], files: Sequence[File], most: int) -> None:
        """Half of these files, up to so many, each with a story."""
        mixed = self.dice.sample(stories, len(stories))
        for place, file in enumerate(self.dice.sample(files, min(most, (len(files) + 1) // 2))):
            self._moving.append(file)
            for stop, act in mixed[place % len(mixed)](file):
                self._add(stop, act)

    def _add(self, stop: int, act: Act) -> None:
        self.acts[stop].append(replace(act, number=next(self._number)))

    def _notes(self) -> None:
        """Words that nobody else says: who typed what how often can be read from the record."""
        people = list(self.council.staff.values())
        for stop in range(len(self.stops)):
            for _ in range(NOTES):
                file, who = self.dice.choice(self.council.files), self.dice.choice(people)
                way = self.dice.choice((Way.TYPED, Way.TYPED, Way.COMMAND))
                mark = Mark("noted", file.reference, words=f"spoke to the school {OWN}")
                self._add(stop, Act(who, f"note {file.reference} {mark.words}", mark, way))

    def _had(self, file: File) -> Story:
        """A body says late that it has the request: six weeks from today."""
        asked = self._one(file)
        yield self._early(), self._of_body(asked, "have", "body_received_request", file)

    def _came(self, file: File) -> Story:
        """The answer comes as its owner is reminded of it, and the button is pressed."""
        asked = self._one(file)
        yield self._when_reminded(file, asked), self._received(file, asked)

    def _sent(self, file: File) -> Story:
        """The body says that it has sent it; days later the owner has it."""
        asked = self._one(file)
        stop = self._when_reminded(file, asked)
        yield stop, self._of_body(asked, "advice sent", "advice_sent", file)
        yield stop + self.dice.randint(2, 5), self._received(file, asked)

    def _held(self, file: File) -> Story:
        """Its owner has it in hand, once reminded of it: nothing for some days, then they are asked again."""
        mark = Mark("acknowledged", file.reference)
        yield (
            self._when_reminded(file, self._one(file)),
            Act(file.owner, f"have it {file.reference}", mark, evening=True),
        )

    def _reminds(self, file: File) -> Story:
        """The rooms of a body are to be reminded on a day to come; now and then what they owe has come by then."""
        asked, first = self._one(file), self._early()
        then = first + self.dice.randint(1, 6)
        if then < len(self.stops):
            line = f"remind {file.reference} {asked.agency.label} on {_written(self._day(then))}"
            way = self.dice.choice((Way.TYPED, Way.COMMAND))
            yield first, Act(file.owner, line, Mark("reminder_set", file.reference), way, evening=True)
            if self.dice.random() < 0.3:
                yield self.dice.randint(first + 1, then), self._received(file, asked)

    def _help(self, file: File) -> Story:
        asked = self._one(file)
        yield self._when_reminded(file, asked), self._of_body(asked, "help needed", "help_asked", file)

    def _moved(self, file: File) -> Story:
        """It was asked on another day: every date of it moves."""
        asked = self._one(file)
        on = self.dice.choice(
            [file.received + timedelta(days=n) for n in range((BEGAN.date() - file.received).days + 1)]
        )
        line = f"correct {file.reference} {asked.entry} on {_written(on)} wrong day typed"
        kind = "advice_asked" if not file.drafting else "consultation_sent"
        if on != asked.on:
            yield self._early(), Act(file.owner, line, Mark(kind, file.reference, asked.id, "instead"))

    def _closed(self, file: File) -> Story:
        line = f"close {file.reference} withdrawn because they have moved away"
        yield self._late(), Act(file.owner, line, Mark("closed", file.reference))

    def _decided(self, file: File) -> Story:
        mark = Mark("decision_to_assess_sent", file.reference)
        yield self._late(), Act(file.owner, f"sent decision to assess {file.reference}", mark)

    def _drafted(self, file: File) -> Story:
        yield self._early(), Act(file.owner, f"sent draft {file.reference}", Mark("draft_served", file.reference))

    def _planned(self, file: File) -> Story:
        line = f"sent final plan {file.reference}"
        yield self._late(), Act(file.owner, line, Mark("final_plan_sent", file.reference))

    def _mp(self, file: File) -> Story:
        """A letter about the case: whoever stands higher hears of late advice."""
        line = f'mp member="{OWN}" constituency=Anyshire received=today matters=enquiry cases={file.reference}'
        yield self._early(), Act(file.owner, line, Mark("mp_received", "", words=OWN))

    def _received(self, file: File, asked: Asked) -> Act:
        kind = "consultation_reply_received" if file.drafting else "advice_received"
        way = self.dice.choice((Way.PRESSED, Way.CLICKED_TWICE))
        return Act(file.owner, f"received request={asked.id}", Mark(kind, file.reference, asked.id), way)

    def _of_body(self, asked: Asked, line: str, kind: str, file: File) -> Act:
        """Said by the body itself in its room, where it has one; else by the owner for it."""
        who = self.council.advisers.get(asked.agency, file.owner)
        way, mark = self.dice.choice((Way.PRESSED, Way.CLICKED_TWICE)), Mark(kind, file.reference, asked.id)
        return Act(who, f"{line} request={asked.id}", mark, way, room=ROOMS.get(asked.agency, ""))

    def _one(self, file: File) -> Asked:
        return self.dice.choice(file.requests)

    def _early(self) -> int:
        return self.dice.randint(0, min(8, len(self.stops) - 1))

    def _late(self) -> int:
        return self.dice.randint(min(3, len(self.stops) - 1), min(20, len(self.stops) - 1))

    def _when_reminded(self, file: File, asked: Asked) -> int:
        """The first stop at which its owner is reminded of a request; some stop where that is too far away."""
        place = file.requests.index(asked)
        mine = [step for step in self.steps if step.owed.reference == file.reference and step.whom == OWNER]
        mine = [step for step in mine if step.owed.due == asked.on + timedelta(days=15 if file.drafting else 42)]
        found = sorted({bisect_left(self.stops, step.at) for step in mine})
        return found[place % len(found)] if found else self._late()

    def _leave(self) -> None:
        """Some go on leave in the evening and a colleague covers, or nobody does; some are back before they said."""
        people = list(self.council.staff.values())
        for who in self.dice.sample(people, len(people) // 2):
            begins = self.dice.randint(1, max(1, min(12, len(self.stops) - 4)))
            ends = begins + self.dice.randint(1, 6)
            if ends + 1 >= len(self.stops):
                continue
            cover = self.dice.choice([other for other in people if other != who] + [None])
            self._say_leave(who, cover, begins, ends)

    def _say_leave(self, who: Member, cover: Member | None, begins: int, ends: int) -> None:
        """From the morning after the stop before; `back` is said in the evening of the stop before the return."""
        first, last = self._day(begins - 1) + timedelta(days=1), self._day(ends)
        back_at = ends - 1 if ends > begins + 1 and self.dice.random() < 0.5 else None
        line = f"away from {_written(first)} until {_written(last)}{f' cover {cover.name}' if cover else ''}"
        self._add(begins - 1, Act(who, line, None, evening=True))
        if back_at is not None:
            self._add(back_at, Act(who, "back", None, evening=True))
        until = ends if back_at is None else back_at
        self.away[who.reads].append(Leave(begins, until, cover.reads if cover else None))

    def _day(self, stop: int) -> date:
        return self.stops[stop].astimezone(LONDON).date()


def _written(on: date) -> str:
    return f"{on.day}/{on.month}/{on.year}"
