"""referralbot clock: one date counted, or one for each line that is read. It needs no database and no settings."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import TextIO

from bot.commandline import WELL, WRONG
from bot.domain.calendar import london_date
from bot.domain.dates import read_date, say_in_full
from bot.domain.errors import CannotRead, Refusal
from bot.rules import Rules
from bot.settings import Settings
from bot.upkeep.rulebook.folders import law_and
from bot.upkeep.rulebook.reckoning import Reckoned, reckon, row_on, rows_of

HOW = "Write a rule and the day it starts, such as: final_plan 2026-09-07"


def clock(arguments: Namespace, _settings: Settings, wall: Callable[[], datetime]) -> int:
    """1 where something asked could not be answered."""
    rules, today = law_and(arguments.overlay), london_date(wall())
    if arguments.rule == "-":
        return _each_line(rules, today, sys.stdin, as_json=arguments.json)
    asked = " ".join([arguments.rule, *arguments.start])
    try:
        found = _answer(rules, asked, today)
    except Refusal as no:
        print(_refused(asked, no)) if arguments.json else print(no, file=sys.stderr)
        return WRONG
    print(_as_json(found) if arguments.json else "\n".join(_told(found, rules)))
    return WELL


def _each_line(rules: Rules, today: date, lines: TextIO, *, as_json: bool) -> int:
    """An answer for each line as it comes, so that the two can be laid side by side."""
    ended = WELL
    for line in lines:
        try:
            found = _answer(rules, line.strip(), today)
            print(_as_json(found) if as_json else _in_a_line(found), flush=True)
        except Refusal as no:
            ended = WRONG
            print(_refused(line.strip(), no) if as_json else no, flush=True)
    return ended


def _answer(rules: Rules, asked: str, today: date) -> Reckoned:
    rule_id, _, start = asked.partition(" ")
    if not start.strip():
        raise CannotRead(HOW)
    rows = rows_of(rules, rule_id)
    day = _day(start.strip(), today)
    return reckon(row_on(rows, day), day, calendar=rules.calendar)


@cache
def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return read_date(text, today)


def _as_json(found: Reckoned) -> str:
    return json.dumps(found.in_json, ensure_ascii=False)


def _refused(asked: str, no: Refusal) -> str:
    rule_id, _, start = asked.partition(" ")
    return json.dumps({"rule": rule_id, "start": start.strip(), "error": str(no)}, ensure_ascii=False)


def _in_a_line(found: Reckoned) -> str:
    by = f", act by {say_in_full(found.safe)}" if found.safe != found.legal else ""
    legal, start = say_in_full(found.legal), say_in_full(found.start)
    return f"{found.rule.id} from {start}: {legal}{by}. {found.rule.kind.label.capitalize()}. {found.working}"


def _told(found: Reckoned, rules: Rules) -> Iterator[str]:
    rule = found.rule
    yield f"{rule.id}: {rule.title} ({rule.kind.label})"
    yield f"{'Start':<9} {say_in_full(found.start)}"
    yield f"{'Legal':<9} {say_in_full(found.legal)}"
    yield f"{'Safe':<9} {say_in_full(found.safe)}"
    for label, text in found.lines.items():
        yield f"{label:<9} {text}"
    yield f"{'Source':<9} {rule.source}; rule pack {rules.label}"
