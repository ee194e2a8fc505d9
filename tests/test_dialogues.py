"""Conversations that a caseworker can read: each file of tests/dialogues is said to the bot, and must be answered so.

A file is read from top to bottom. What stands at the margin is done; what is indented is what the bot says to it.

    Fri 16 Oct 2026, 10:00              the clock on the wall in London
    Priya, privately                    who speaks now, and where; `Dan, in the health room`
    > status 0042                       a line
    > [Advice sent]                     a button of the newest message there that has it
    > [Advice sent] on SEND-2026-0047   ... the one beside that text
    > [Advice sent] again               the same press once more, as a double click is
    >> Date of birth: 14 March 2019     a blank of the form that was sent last; the lines together are one answer
    >> (as it is)                       the form as it stands
    >> (again)                          the same answer once more
    The health room reads               what has come to a room since it was last read; `Moira reads`
    Priya opens 0042 for Maisie Palmer, received 10 August 2026     a case opened before the story begins
    Before: Priya says ask 0042 SLT     a line said before the story begins, whose answer is of no matter here
    Reminders are due                   the bot looks at its deadlines; what it says is read in the rooms
    Tom leaves                          somebody is taken off the staff list
    $ referralbot rules preview NAME    a command of the operator's; NAME may be a folder beside the transcripts
    # ...                               a remark

`python -m tests.test_dialogues --write [NAME ...]` writes the answers anew. Read them before you commit them.
"""

import argparse
import re
import shlex
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path

import pytest

from bot.cases.rebuilding import look_over
from bot.domain.calendar import moment
from bot.domain.dates import read_date
from bot.domain.message import Action, Blank, Fact, Form, Message, Said, State, Table
from storage.connect import Store
from tests.conftest import migrated, sqlite_copy
from tests.town import Arrived, Town, private_place

DIALOGUES = Path(__file__).parent / "dialogues"
FILES = sorted(DIALOGUES.glob("*.txt"))
ON_BOTH = (
    *("advice", "backdating", "letters", "mp_letter", "annual_review", "review_that_amends", "review_that_ceases"),
    *("phase_transfer", "amendment", "moving_in_and_out", "icb_change", "custody", "reassessment"),
    *("informal_concession", "correction_that_moves_dates", "consultation", "several_processes", "order_and_twice"),
    *("mediation", "appeal", "tribunal_order", "conceding", "absence", "job_share", "handing_over_all"),
    *("in_hand", "escalating", "first_morning"),
)
"""Those that PostgreSQL answers too; the suite stays quick with a few."""

WORDS = {State.LATE: "late", State.SOON: "soon", State.WAITING: "waiting", State.DONE: "done"}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_bot_answers_as_written(file: Path, database_url: str) -> None:
    written = file.read_text()
    assert replayed(written, database_url) == written


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("name", ON_BOTH)
def test_the_bot_answers_alike_on_postgresql(name: str, database_url: str) -> None:
    written = (DIALOGUES / f"{name}.txt").read_text()
    assert replayed(written, database_url) == written


def replayed(written: str, database_url: str) -> str:
    """The transcript with the answers that the bot gives now; afterwards every date follows from the record."""
    store = Store(database_url)
    try:
        town = Town(store)
        answered = Conversation(town).replay(written)
        differences = [str(each) for found in look_over(store, town.turn) for each in found.differences]
        assert not differences, "\n".join(["`referralbot rebuild --check` would say:", *differences])
        return answered
    finally:
        store.close()


@dataclass
class Conversation:
    """Somebody who reads a transcript out to the bot and writes down what it answers."""

    town: Town
    name: str = ""
    room: str = ""
    heard: dict[str, list[Message]] = field(default_factory=dict)
    """What the bot said in each place, oldest first."""
    last: Said | None = None

    def replay(self, written: str) -> str:
        out: list[str] = []
        for block in _blocks(written):
            out += block.splitlines() or [""]
            out += [f"  {answer}".rstrip() for answer in self._do(block)]
        return "\n".join(out) + "\n"

    def _do(self, line: str) -> list[str]:
        if not line or line.startswith("#"):
            return []
        for pattern, act in self._acts():
            if found := re.fullmatch(pattern, line, re.DOTALL):
                return act(*found.groups()) or []
        raise ValueError(f"the transcript says what nobody understands: {line}")

    def _acts(self) -> list[tuple[str, Callable[..., list[str] | None]]]:
        return [
            (r"(\w{3} \d+ \w{3} \d{4}), (\d\d:\d\d)", self._clock),
            (r"(\w+), privately", self._speaks),
            (r"(\w+), in the ([\w ]+) room", self._speaks),
            (r"> \[(.+)\]( again| on .+)?", self._press),
            (r"> (.+)", self._say),
            (r">> \(again\)", self._again),
            (r"((?:>> .+\n?)+)", self._fill),
            (r"The ([\w ]+) room reads", self._room_reads),
            (r"(\w+) reads", self._person_reads),
            (r"(\w+) opens (\d+) for ([\w ]+), received ([\w ]+)(, restricted)?", self._opens),
            (r"Before: (\w+) says (.+)", self._before),
            (r"(\w+) leaves", self._leaves),
            (r"\$ referralbot (.+)", self._operator),
            (r"Reminders are due", self.town.remind),
        ]

    def _clock(self, day: str, hour: str) -> None:
        today = read_date(day, self.town.now.date())
        self.town.now = moment(today, time.fromisoformat(hour))

    def _speaks(self, name: str, room: str = "") -> None:
        self.name, self.room = name, room

    @property
    def _place(self) -> str:
        return self.room or private_place(self.town.email(self.name))

    def _say(self, line: str) -> list[str]:
        return self._hear(self.town.said(self.name, line, room=self.room))

    def _press(self, label: str, more: str | None) -> list[str]:
        if more == " again":
            return self._again()
        beside = (more or "").removeprefix(" on ")
        message, action = self._button(label, beside)
        nonce = message.nonce if action.acts else ""
        return self._hear(self.town.said(self.name, action.line, room=self.room, nonce=nonce))

    def _button(self, label: str, beside: str) -> tuple[Message, Action]:
        for message in reversed(self.heard.get(self._place, [])):
            for text, action in _buttons(message):
                if action.label == label and beside in text:
                    return message, action
        seen = [a.label for m in self.heard.get(self._place, []) for _, a in _buttons(m)]
        raise ValueError(f"{self.name} sees no button [{label}] {beside}, only {seen}")

    def _again(self) -> list[str]:
        """The same press or form, as a second delivery."""
        assert self.last is not None
        return self._hear(replace(self.last, delivery=self.last.delivery + "-again"))

    def _fill(self, answers: str) -> list[str]:
        message = next((m for m in reversed(self.heard.get(self._place, [])) if m.form), None)
        if message is None or message.form is None:
            raise ValueError(f"{self.name} has been sent no form")
        values = _values(message.form, answers)
        return self._hear(
            self.town.said(self.name, message.form.line, room=self.room, values=values, nonce=message.nonce)
        )

    def _hear(self, said: Said) -> list[str]:
        self.last, answer = said, self.town.hear(said)
        own = private_place(self.town.email(self.name))
        alone = bool(self.room) and answer.private
        self.heard.setdefault(own if alone else self._place, []).append(answer)
        if alone:
            self.heard.setdefault(self._place, []).append(answer)  # what only the asker sees there has buttons too
        return [*([f"(to {self.name} alone)"] if alone else []), *rendered(answer)]

    def _room_reads(self, room: str) -> list[str]:
        return self._reads(room)

    def _person_reads(self, name: str) -> list[str]:
        return self._reads(private_place(self.town.email(name)))

    def _reads(self, place: str) -> list[str]:
        came = self.town.read(place)
        self.heard.setdefault(place, []).extend(each.message for each in came)
        return [line for each in came for line in _came(each)] or ["(nothing new)"]

    def _opens(self, name: str, number: str, child: str, received: str, restricted: str | None) -> None:
        self.town.numbers["SEND"] = type(self.town.numbers["SEND"])(
            [int(number), *(n for n in self.town.numbers["SEND"] if n != int(number))]
        )
        day = read_date(received, self.town.now.date())
        answer = self.town.opens(name, child, received=day, restricted="yes" if restricted else "no")
        assert answer.text.startswith(f"SEND-{self.town.now.year}-{number}"), answer

    def _before(self, name: str, line: str) -> None:
        answer = self.town.say(name, line)
        assert not answer.error and not answer.form, answer

    def _leaves(self, name: str) -> None:
        answer = self.town.say("Alan", f"people deactivate {self.town.email(name)}")
        assert not answer.error, answer

    def _operator(self, line: str) -> list[str]:
        words = [str(DIALOGUES / word) if (DIALOGUES / word).is_dir() else word for word in shlex.split(line)]
        _, lines = self.town.operator(*words)
        self.town.count_by_newest()
        return lines


def _blocks(written: str) -> Iterator[str]:
    """What is done, in order, without the answers: a line, or the lines that fill a form in together."""
    form: list[str] = []
    for line in [*written.splitlines(), None]:
        if form and (line is None or not line.startswith(">> ")):
            yield "\n".join(form)
            form = []
        if line is not None and line.startswith(">> "):
            form.append(line)
        elif line is not None and not line.startswith(" "):
            yield line


def _buttons(message: Message) -> Iterator[tuple[str, Action]]:
    """Each button with the text that it stands beside."""
    for row in message.table.rows if message.table else ():
        yield from ((" ".join(row.cells), action) for action in row.actions)
    yield from ((message.text, action) for action in message.actions)


def _values(form: Form, answers: str) -> dict[str, str]:
    """A form's values: as they stood, with what is answered in place of it."""
    values = {blank.name: blank.value for blank in form.blanks}
    for line in answers.splitlines():
        if line == ">> (as it is)":
            continue
        label, text = line.removeprefix(">> ").split(": ", 1)
        blank = next((blank for blank in form.blanks if blank.label == label), None)
        if blank is None:
            raise ValueError(f"the form has no blank called {label}: {[blank.label for blank in form.blanks]}")
        values[blank.name] = _value(blank, text)
    return values


def _value(blank: Blank, text: str) -> str:
    """What the platform would send: a choice's value for its label."""
    known = {choice.label: choice.value for choice in blank.choices}
    return ", ".join(known.get(part, part) for part in text.split(", ")) if known else text


def rendered(message: Message) -> list[str]:
    """A message in lines, as this file's transcripts write it."""
    lines = [*message.text.splitlines(), *(f"  ‖ {line}" for line in message.copy.splitlines())]
    lines += _facts(message.facts)
    lines += _table(message.table) if message.table else []
    lines += _form(message.form) if message.form else []
    if message.attachment:
        lines += [
            f"Attached: {message.attachment.name}",
            *(f"  {line}" for line in message.attachment.text.split("\r\n")),
        ]
    lines += [" ".join(f"[{action.label}]" for action in message.actions)] if message.actions else []
    lines += [f"({message.aside})"] if message.aside else []
    return [line for line in lines if line.strip()]


def _came(each: Arrived) -> list[str]:
    first, *rest = rendered(each.message)
    if each.gone:
        return [f"(taken away) {first}"]
    return [f"{'(edited) ' if each.edited else ''}{first}", *rest]


def _facts(facts: tuple[Fact, ...]) -> list[str]:
    labels = ["  " * fact.depth + fact.label for fact in facts]
    width = max(map(len, labels), default=0)
    return [
        f"  {label.ljust(width)}  {' · '.join(filter(None, (fact.value, fact.detail)))}{_state(fact.state)}"
        for label, fact in zip(labels, facts, strict=True)
    ]


def _state(state: State) -> str:
    return f"  ({WORDS[state]})" if state is not State.PLAIN else ""


def _table(table: Table) -> list[str]:
    grid = [table.columns, *(row.cells for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) for cells in grid]
    ends = ["", *(_state(row.state) + "".join(f"  [{a.label}]" for a in row.actions) for row in table.rows)]
    return [f"  {line.rstrip()}{end}" for line, end in zip(lines, ends, strict=True)]


def _form(form: Form) -> list[str]:
    labels = [f"{blank.label}{' *' if blank.required else ''}" for blank in form.blanks]
    width = max(map(len, labels))
    return [
        f"  | {label.ljust(width)}  {_filled_in(blank)}".rstrip()
        for label, blank in zip(labels, form.blanks, strict=True)
    ]


def _filled_in(blank: Blank) -> str:
    known = {choice.value: choice.label for choice in blank.choices}
    value = ", ".join(known.get(part, part) for part in blank.value.split(", "))
    return f"{value}  ! {blank.error}" if blank.error else value


def write(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.sqlite"
        migrated(f"sqlite:///{template}")
        for file in (file for file in FILES if not names or file.stem in names):
            own = Path(folder) / file.stem
            own.mkdir()
            file.write_text(replayed(file.read_text(), sqlite_copy(template, own)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the answers of the dialogues anew.")
    parser.add_argument("--write", action="store_true", required=True)
    parser.add_argument("names", nargs="*", help="without .txt; all when left out")
    write(parser.parse_args().names)
