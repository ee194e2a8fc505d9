"""referralbot understand: what a sentence is understood as. It needs no database and no settings."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from bot.commandline import CANNOT, WELL, WRONG
from bot.domain.calendar import london_date
from bot.domain.dates import read_date
from bot.domain.errors import CannotRead
from bot.phrases import Vocabulary, understand, vocabulary_from
from bot.rules import load_calendar
from bot.settings import Settings

HOW = 'Each line is a JSON object such as {"text": "what is overdue for health", "setting": "dm"}.'


@dataclass(frozen=True, repr=False)
class Asked:
    """A sentence, and what it is said in."""

    text: str
    context: tuple[str, ...]
    setting: str
    today: date

    @property
    def room(self) -> bool:
        """Others read it. A setting is a private chat, or a channel with its name."""
        kind = self.setting.partition(":")[0].strip().lower()
        if kind not in ("dm", "channel", "room", "private"):
            raise CannotRead(
                f"“{self.setting}” is no setting. Say dm, or channel: and its name, such as channel:health."
            )
        return kind in ("channel", "room")


def tell(arguments: Namespace, _settings: Settings, wall: Callable[[], datetime]) -> int:
    """Print how a text is understood, or each line of standard input; 1 where a line could not be read."""
    try:
        vocabulary = _vocabulary(arguments.vocabulary)
        usual = Asked("", tuple(arguments.context), arguments.setting, _day(arguments.today, london_date(wall())))
        text = " ".join(arguments.text)
        if text == "-":
            return _each_line(vocabulary, usual, sys.stdin)
        answer = _answer(vocabulary, Asked(text, usual.context, usual.setting, usual.today))
    except CannotRead as no:
        print(no, file=sys.stderr)
        return CANNOT
    print(json.dumps(answer, ensure_ascii=False, indent=None if arguments.json else 2))
    return WELL


def _each_line(vocabulary: Vocabulary, usual: Asked, lines: TextIO) -> int:
    ended = WELL
    for answer in _answers(vocabulary, usual, lines):
        ended = WRONG if "error" in answer else ended
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return ended


def _answers(vocabulary: Vocabulary, usual: Asked, lines: TextIO) -> Iterator[Mapping[str, Any]]:
    """One for each line that is not empty, in their order."""
    for line in lines:
        if line.strip():
            try:
                yield _answer(vocabulary, _asked(line, usual))
            except CannotRead as no:
                yield {"error": str(no)}


def _asked(line: str, usual: Asked) -> Asked:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise CannotRead(f"That is not JSON. {HOW}") from None
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise CannotRead(f"There is no text. {HOW}")
    context = given.get("context") or usual.context
    context = (context,) if isinstance(context, str) else context
    if not isinstance(context, list | tuple) or not all(isinstance(one, str) for one in context):
        raise CannotRead(f"The context is a list of earlier sentences. {HOW}")
    setting = given.get("setting") or usual.setting
    today = given.get("today")
    return Asked(given["text"], tuple(context), str(setting), _day(today, usual.today) if today else usual.today)


def _answer(vocabulary: Vocabulary, asked: Asked) -> Mapping[str, Any]:
    found = understand(asked.text, vocabulary=vocabulary, today=asked.today, room=asked.room, context=asked.context)
    return found.as_json


def _day(text: object, usual: date) -> date:
    return read_date(str(text), usual) if text else usual


def _vocabulary(path: Path | None) -> Vocabulary:
    holidays = frozenset(load_calendar().holidays)
    if path is None:
        return Vocabulary(holidays=holidays)
    try:
        return vocabulary_from(json.loads(path.read_text(encoding="utf-8")), holidays)
    except OSError as no:
        raise CannotRead(f"{path} cannot be read: {no.strerror}.") from no
    except (ValueError, RecursionError):
        raise CannotRead(f"{path} is not JSON. docs/conversation.md shows what a vocabulary looks like.") from None
