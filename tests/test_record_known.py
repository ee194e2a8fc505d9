"""As known on a day: at the end of a conversation each day that it passed reads as it did when it was today."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.cases.as_known import known_on
from bot.cases.files import CaseFile, about, open_file, requests_of
from bot.commandline import WELL
from bot.domain.calendar import london_date
from bot.domain.terms import ClockState
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Enquiry
from tests.packs import pack
from tests.test_dialogues import DIALOGUES, Conversation
from tests.town import Town

TOLD = (
    *("correction_that_moves_dates", "rule_pack", "letters", "consultation", "review_that_amends"),
    *("informal_concession", "as_known", "exception_order"),
)
"""Conversations that pass several nights, and never go back in time."""
DEADLINE = ("rule_version", "legal", "safe", "target", "state", "stopped_on", "exception", "information", "started_on")
REQUEST = ("service", "asked_on", "receipt_on", "sent_on", "received_on", "response")
OWN = ("status", "closed_on", "outcome", "owner_id")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", TOLD)
def test_each_day_reads_as_it_did_when_it_was_today(name: str, database_url: str) -> None:
    store = Store(database_url)
    town = Town(store)
    story = Remembering(town)
    story.replay((DIALOGUES / f"{name}.txt").read_text())
    story.remember()
    assert len(story.days) > 1, "the conversation passes no night: nothing is asked"
    with store.reading() as db:
        for day, then in story.days.items():
            turn = town.turn(db)
            known = [known_on(turn, record, day) for record in records(turn, day)]
            assert {about(one.file).reference: stands(one.file) for one in known} == then, day
    store.close()


@pytest.mark.databases("sqlite")
def test_a_day_before_rules_were_adopted_reads_under_those_of_then(database_url: str, tmp_path: Path) -> None:
    """A new bank holiday moves a letter's reply; on a day before that it was due as the calendar then said."""
    town = Town(Store(database_url))
    letter = 'mp member="Dana Okoro" constituency=North received=today matters=enquiry'
    assert not town.say("Frances", letter).error
    town.pass_time(days=3)
    folder = str(pack(tmp_path / "v2", holidays=[("2026-10-27", "Day of mourning")]))
    adopted = ("rules", "adopt", folder, "--as", "helen.ward@anyshire.example", "--because", "announced", "--yes")
    assert town.operator(*adopted)[0] == WELL
    town.count_by_newest()
    town.pass_time(days=1)
    due = [
        fact.value
        for line in ("status MP-2026-0007", "status MP-2026-0007 as known on 18 October")
        for fact in town.say("Frances", line).facts
        if fact.label == "Reply to the MP"
    ]
    assert due == ["due Mon 2 Nov (in 13 days) · our target", "due Fri 30 Oct (in 12 days) · our target"]
    town.store.close()


class Remembering(Conversation):
    """A conversation that writes down, each evening, how everything stands."""

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.days: dict[date, dict[str, Any]] = {}

    def _clock(self, day: str, hour: str) -> None:
        self.remember()
        super()._clock(day, hour)

    def remember(self) -> None:
        with self.town.store.reading() as db:
            turn = self.town.turn(db)
            files = [open_file(turn, record) for record in records(turn, turn.today)]
            if files:
                self.days[turn.today] = {about(file).reference: stands(file) for file in files}


def records(turn: Turn, day: date) -> list[Case | Enquiry]:
    """Every case and letter that was on record by then."""
    found = [*turn.db.exec(select(Case)), *turn.db.exec(select(Enquiry))]
    return [record for record in found if london_date(record.opened_at) <= day]


def stands(file: Any) -> Any:
    """All that hangs on a day. A clock that was struck out stays as a row: nobody sees it."""
    runs = (one for one in file.deadlines if one.state is not ClockState.STOPPED)
    return (
        {name: getattr(about(file), name) for name in OWN},
        {(one.rule, one.instance): {name: getattr(one, name) for name in DEADLINE} for one in runs},
        {one.id: {name: getattr(one, name) for name in REQUEST} for one in requests_of(file)},
        about(file).stage if isinstance(file, CaseFile) else list(about(file).matters),
    )
