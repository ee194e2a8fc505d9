"""The terminal as a conversation: lines in, answers out, and posts as they come."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TextIO
from uuid import uuid4

from adapters.terminal.filling import fill, kept
from adapters.terminal.lines import Lines
from adapters.terminal.moving import PRIVATE, Staff, TerminalRoom, room_called, staff_called, wait_of
from adapters.terminal.plain import WIDTH, buttons, render
from bot.courier import Chat
from bot.domain.calendar import london_time
from bot.domain.errors import Refusal, Undeliverable
from bot.domain.message import Action, Address, Form, Message, Said, Where, Who
from bot.domain.pace import NO_LIMITS

LEAVE = ("leave", "exit", "quit", "bye")
WELCOME = """Type a line, such as `help`, or the number of a button.
Besides: `as NAME`, `room NAME`, `private`, `who`, `where`, `wait 3 days`, `wait until next nudge`, `leave`."""


CLOCK_STAYS = (
    "The clock can be moved in the demo alone, and by one at a time: "
    "while the demo's page runs, move it there, or stop the page and start the terminal again."
)


@dataclass(frozen=True)
class Posted:
    """What the bot posted in a place, and whether it has been shown here."""

    message: Message
    shown: bool = False
    edited: bool = False


class Terminal:
    """One person's seat at a time, reading from one stream and writing to another.

    `jump` moves the demo's clock by a length of time, or for None to the next nudge, and answers with the new moment;
    without it `wait` is refused. `answer`, `people` and `rooms` may touch the database: they run on a worker thread.
    """

    def __init__(
        self,
        *,
        connection: int,
        answer: Callable[[Said, datetime], Message],
        clock: Callable[[], datetime],
        people: Callable[[], Iterable[tuple[str, str, str, str]]],
        rooms: Callable[[], Iterable[tuple[str, str, str]]],
        input: TextIO,
        output: TextIO,
        jump: Callable[[timedelta | None], Awaitable[datetime]] | None = None,
        new_id: Callable[[], str] = lambda: uuid4().hex,
        width: int = WIDTH,
    ) -> None:
        self._connection, self._answer, self._clock = connection, answer, clock
        self._people, self._rooms, self._jump = people, rooms, jump
        self._lines, self._output, self._echo = Lines(input), output, not input.isatty()
        self._new_id, self._width = new_id, width
        self._me: Staff | None = None
        self._place, self._place_name = "", ""
        self._buttons: list[tuple[Action, str]] = []
        self._posts: dict[str, dict[str, Posted]] = {}
        self._prompt = ""
        self._news: list[str] = []

    async def run(self) -> None:
        """Talk until the input ends or the person leaves."""
        people = await self._staff()
        if not people:
            self._write("There is nobody to speak as yet: no staff are loaded.")
            return
        self._write(WELCOME)
        self._become(people[0])
        while (line := await self._read(self._question())) is not None and line.strip().lower() not in LEAVE:
            await self._take(line.strip())
            await self._tell_of_news()

    def chat(self, connection: int) -> Chat:
        """The terminal as the courier posts to it."""
        if connection != self._connection:
            raise Undeliverable(f"The terminal is connection {self._connection}, not {connection}.")
        return TerminalChat(self)

    # The words of the terminal

    async def _take(self, line: str) -> None:
        """One line: a word of the terminal's own, a button's number, or a line for the bot."""
        word, _, rest = line.partition(" ")
        match word.lower():
            case "":
                return
            case "as":
                await self._speak_as(rest)
            case "wait":
                await self._wait(rest)
            case "private" if not rest:
                self._go_private()
            case "who" if not rest:
                self._write(*map(str, await self._staff()))
            case "where" if not rest:
                self._write(*(room.name for room in await self._room_list()), "private")
            case "room" if room := room_called(rest, await self._room_list()):
                self._go(room.place, room.name)
            case number if number.isdecimal() and not rest and 1 <= int(number) <= len(self._buttons):
                action, nonce = self._buttons[int(number) - 1]
                await self._say(action.line, nonce=nonce if action.acts else "")
            case _:
                await self._say(line)

    async def _speak_as(self, typed: str) -> None:
        people = await self._staff()
        match staff_called(typed, people):
            case [person]:
                self._become(person)
            case []:
                self._write("There is nobody of that name. `who` lists everybody.")
            case several:
                self._write("Which one?", *map(str, several))

    async def _wait(self, typed: str) -> None:
        if self._jump is None:
            self._write(CLOCK_STAYS)
            return
        try:
            now = await self._jump(wait_of(typed))
        except (ValueError, Refusal) as no:
            self._write(str(no))
        else:
            self._write(f"It is now {_moment(now)}.")

    def _become(self, person: Staff) -> None:
        was_private = self._place.startswith(PRIVATE) or not self._place
        self._me = person
        self._write(f"You are {person}.")
        if was_private:
            self._go_private()
        else:
            self._buttons.clear()

    def _go_private(self) -> None:
        self._go(PRIVATE + self._seat.email, "private chat")

    def _go(self, place: str, name: str) -> None:
        """Enter a place: earlier buttons are out of reach, and what was posted meanwhile is shown."""
        self._place, self._place_name = place, name
        self._buttons.clear()
        for id, post in list(self._posts.get(place, {}).items()):
            if not post.shown:
                self._show_post(place, id, post)

    # Talking to the bot

    async def _say(self, line: str, *, values: Mapping[str, str] | None = None, nonce: str = "") -> None:
        message = await self._heard(line, values=values, nonce=nonce)
        self._show(message)
        if message.form:
            await self._fill(message.form, message.nonce)

    async def _heard(self, line: str, *, values: Mapping[str, str] | None, nonce: str) -> Message:
        private = self._place.startswith(PRIVATE)
        who = Who(self._connection, account=self._seat.email, email=self._seat.email)
        where = Where(self._connection, self._place, private=private, name=self._place_name)
        said = Said(line, who, where, values=values, delivery=self._new_id(), nonce=nonce)
        return await asyncio.to_thread(self._answer, said, self._clock())

    async def _fill(self, form: Form, nonce: str) -> None:
        """Ask a form until it is taken or put away. A plain "no" leaves what was typed, to be changed."""
        while (values := await fill(form, self._read, self._write)) is not None:
            message = await self._heard(form.line, values=values, nonce=nonce)
            self._show(message)
            if message.form:
                form, nonce = message.form, message.nonce
            elif message.error:
                form = kept(form, values)
            else:
                return

    # Showing

    def _show(self, message: Message) -> None:
        """Print an answer; a form is asked afterwards, not printed."""
        alone = message.private and not self._place.startswith(PRIVATE)
        self._print(replace(message, form=None), ["(only you can see this)"] if alone else [])

    def _print(self, message: Message, heading: list[str]) -> None:
        text = render(message, width=self._width, first=len(self._buttons) + 1)
        self._buttons += [(action, message.nonce) for action in buttons(message)]
        if text:
            self._write(*heading, text, "")

    def arrived(self, place: str, id: str, message: Message) -> None:
        """Take a post of the bot's: shown at once where the person is, else when they go there."""
        if not place.startswith(PRIVATE):
            message = replace(message, facts=tuple(fact for fact in message.facts if not fact.private))
        earlier = self._posts.get(place, {}).get(id)
        post = Posted(message, edited=earlier is not None and earlier.shown)
        self._posts.setdefault(place, {})[id] = post
        if place != self._place:
            return
        prompt = self._prompt
        if prompt:
            self._write("")
        self._show_post(place, id, post)
        self._output.write(prompt)
        self._output.flush()

    def forget(self, place: str, id: str) -> None:
        if self._posts.get(place, {}).pop(id, None) and place == self._place:
            self._write("(a post was taken away)")

    def holds(self, place: str, id: str) -> bool:
        return id in self._posts.get(place, {})

    def _show_post(self, place: str, id: str, post: Posted) -> None:
        self._posts[place][id] = replace(post, shown=True)
        self._print(post.message, [f"— {'updated' if post.edited else 'posted'} in {self._place_name} —"])

    async def _tell_of_news(self) -> None:
        """Say, once, where something waits unseen."""
        names = {PRIVATE + person.email: f"private for {person.name}" for person in await self._staff()}
        names |= {room.place: room.name for room in await self._room_list()}
        waiting = {place: sum(not post.shown for post in posts.values()) for place, posts in self._posts.items()}
        news = [f"{names.get(place, place)} ({count})" for place, count in waiting.items() if count]
        if news and news != self._news:
            self._write(f"New elsewhere: {', '.join(news)}")
        self._news = news

    # Reading and writing

    async def _read(self, prompt: str) -> str | None:
        self._prompt = prompt
        self._output.write(prompt)
        self._output.flush()
        line = await self._lines.next()
        self._prompt = ""
        if self._echo or line is None:
            self._write(line or "")
        return line

    def _write(self, *lines: str) -> None:
        self._output.write("".join(f"{line}\n" for line in lines))
        self._output.flush()

    def _question(self) -> str:
        return f"{self._seat.name} · {self._place_name} · {_moment(self._clock())} > "

    @property
    def _seat(self) -> Staff:
        if self._me is None:
            raise RuntimeError("somebody is chosen before anything is said")
        return self._me

    async def _staff(self) -> list[Staff]:
        return [Staff(*row) for row in await asyncio.to_thread(lambda: list(self._people()))]

    async def _room_list(self) -> list[TerminalRoom]:
        return [TerminalRoom(*row) for row in await asyncio.to_thread(lambda: list(self._rooms()))]


class TerminalChat:
    """`bot.courier.Chat` for the terminal. It takes every place; a message's id is its key."""

    limits = NO_LIMITS

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    async def send(self, to: Address, message: Message, key: str) -> str:
        if not self._terminal.holds(to.place, key):
            self._terminal.arrived(to.place, key, message)
        return key

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        self._terminal.arrived(to.place, platform_id, message)

    async def withdraw(self, to: Address, platform_id: str) -> None:
        self._terminal.forget(to.place, platform_id)

    async def find(self, to: Address, key: str) -> str | None:
        return key if self._terminal.holds(to.place, key) else None


def _moment(now: datetime) -> str:
    """A moment as people read it: Fri 16 Oct 2026, 09:12, in London."""
    here = london_time(now)
    return f"{here:%a} {here.day} {here:%b %Y, %H:%M}"
