"""Why a case's dates are what they are, from the command line: as in chat, or its values for a program."""

import json
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.cards.why import explained
from bot.cases import facts, staff
from bot.cases.files import open_file
from bot.commandline import WELL, WRONG
from bot.commands import BOOK
from bot.domain.message import Message, Said, Where, Who
from bot.domain.why import as_values, headline
from bot.filling import fill
from bot.settings import Settings
from bot.turn import Turn
from bot.upkeep.installation import Clock, Installation, open_installation, read_moment
from bot.upkeep.seats import place, take_seat


def tell(arguments: Namespace, settings: Settings, wall: Clock, render: Callable[[Message], str]) -> int:
    """Ask as a member of staff; 1 where the answer is a no. What may be known, and that it was asked, is as in chat."""
    here = open_installation(settings, wall)
    line, now = " ".join(["why", arguments.reference, *arguments.date]), read_moment(arguments.at, here.clock)
    with here.store.transaction() as db:
        who = take_seat(db, arguments.email, now)
        where = place(db, who, None)
    answer = here.app.answer(Said(line, who, where), now)
    told = answer.error or answer.form or not arguments.json
    print(render(answer) if told else _as_json(here, line, who, where, now))
    here.store.close()
    return WRONG if answer.error or answer.form else WELL


def _as_json(here: Installation, line: str, who: Who, where: Where, now: datetime) -> str:
    """What the answer that was just given was made of."""
    with here.store.transaction() as db:
        person = staff.recognise(db, who, now)
        turn = Turn(db, now, here.rules, here.vault, who=person, where=where)
        return json.dumps(_values(turn, line), ensure_ascii=False, indent=2)


def _values(turn: Turn, line: str) -> dict[str, Any]:
    command, rest = BOOK.find(line)
    asked = fill(command, turn, rest, None).values
    file = open_file(turn, asked["case"])
    dates = [
        {
            "called": each.called.title,
            "headline": headline(each.clock, each.told.other),
            **as_values(each.clock, each.told, calendar=turn.rules.calendar),
        }
        for each in explained(turn, file, asked.get("date", ""))
    ]
    return {"reference": facts.about(file).reference, "dates": dates}
