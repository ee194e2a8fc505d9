"""Reminders for a day to come: told on it once, or let go, and then whoever asked is told why."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, update

from bot.auditor import Auditor
from bot.cases import auditing, kept_reminders
from bot.domain.terms import Agency, EntryKind, Notice
from bot.phrases import understand
from bot.reminders import tell_planned
from storage.connect import Store
from storage.tables import Absence, Entry, Nudge, Person, Post, Room
from tests.town import RULES, Town, private_place
from tests.understanding import vocabulary

NINE = datetime(2026, 11, 19, 9, tzinfo=UTC)
"""The Thursday for which most are set, in winter."""
OTHER = re.compile(r"SEND-2026-\d+ · |Today, |Nudges ")
"""How cards begin, digests, and the hourly check."""
WORDS = "ring his mother about the taxi"


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """Monday morning. Both cases are Priya's; of 0042 speech and language and health are asked."""
    store = Store(database_url)
    town = Town(store, datetime(2026, 11, 16, 10, tzinfo=UTC))
    for child in ("Maisie Palmer", "Arun Shah"):
        town.opens("Priya", child, owner=town.email("Priya"), received=date(2026, 11, 2))
    for line in ("sent decision to assess 0042", "ask 0042 SLT, health"):
        assert not town.say("Priya", line).error
    heard(town)
    yield town
    store.close()


def heard(town: Town) -> dict[str, list[str]]:
    """What the bot has said since it was last asked, by place: no cards and no digests."""
    places = ["health", "education", "administrators", *(private_place(town.email(n)) for n in PEOPLE)]
    told = {place: [one.message for one in town.read(place)] for place in places}
    kept = {
        place.removeprefix("private:").partition(".")[0]: [
            f"{one.text} {one.aside}".strip() for one in those if not OTHER.match(one.text)
        ]
        for place, those in told.items()
    }
    return {place: those for place, those in kept.items() if those}


PEOPLE = ("Priya", "Tom", "Moira", "Helen", "Frances", "Dan")


def said(town: Town, *lines: str) -> None:
    for line in lines:
        name, _, rest = line.partition(": ")
        answer = town.say(name, rest)
        assert not answer.error and answer.form is None, (line, answer.text)


def test_it_is_told_on_its_day_once_whatever_runs(town: Town) -> None:
    """Not a minute before nine; by two replicas at once, again and again, and after a start."""
    said(
        town,
        "Priya: remind 0042 SLT on Thursday about the mother's letter",
        f"Priya: remind 0042 me on Thursday about {WORDS}",
        f"Priya: remind 0047 Tom on Thursday about {WORDS}",
        "Dan: remind 0042 me on Thursday about my draft",
    )
    for moment in (NINE - timedelta(days=1), NINE - timedelta(minutes=1)):
        town.now = moment
        town.remind()
        assert heard(town) == {}
    town.now = NINE
    with ThreadPoolExecutor() as replicas:
        runs = [replicas.submit(tell_planned, town.store, RULES, town.vault, NINE) for _ in range(4)]
    assert sum(run.result() for run in runs) == 4
    again = Store(town.store.url)
    assert tell_planned(again, RULES, town.vault, NINE) == 0
    again.close()
    town.remind()
    assert heard(town) == {
        "health": ["Health · SEND-2026-0042 speech and language advice: the last working day is Thu 24 Dec · statutory"
                   " The legal date, Mon 28 Dec, is a bank holiday (Boxing Day, substitute)."
                   " You hear this because Priya Shah set a reminder for today."],
        "priya": ["SEND-2026-0042: you asked to be reminded today."],
        "tom": ["SEND-2026-0047: Priya Shah asked that you be reminded today."],
        "dan": ["SEND-2026-0042: you asked to be reminded today."],
    }  # fmt: skip
    assert not any(word in str(post.about) for post in town.all(Post) for word in ("taxi", "mother", "draft"))
    kinds = [entry.kind for entry in town.all(Entry)]
    assert kinds.count(EntryKind.REMINDED) == 4 and kinds.count(EntryKind.NOT_REMINDED) == 0
    assert len(town.all(Nudge, Nudge.rung == "set-6")) == 1
    (what,) = town.say("Tom", "reminders 0047 3").facts
    assert (what.value, what.private) == (WORDS, True)


def test_what_was_not_told_is_found_and_told_late(town: Town) -> None:
    """Nobody ran on the day, or for two months: the next look says it, and that it comes late."""
    said(town, "Priya: remind 0042 SLT on Thursday", "Priya: remind 0042 me on Thursday")
    for now, found in ((NINE + timedelta(minutes=9), 0), (NINE + timedelta(minutes=10), 2)):
        town.now = now
        with town.store.reading() as db:
            assert len(auditing.untold(town.turn(db))) == found
    auditor = Auditor()
    town.now = NINE + timedelta(days=1, hours=3)
    auditor.audit(town.store, RULES, town.vault, town.now - timedelta(minutes=5))
    late = heard(town)
    assert "set a reminder for Thu 19 Nov, which comes late." in late["health"][0]
    assert late["priya"] == ["SEND-2026-0042: you asked to be reminded on Thu 19 Nov. This comes late."]
    assert auditor.audit(town.store, RULES, town.vault, town.now).again == 0 and heard(town) == {}
    said(town, "Priya: remind 0042 Tom on Monday")
    heard(town)
    town.now = NINE + timedelta(days=63, hours=3)
    assert tell_planned(town.store, RULES, town.vault, town.now) == 0
    audit = auditor.audit(town.store, RULES, town.vault, town.now)
    assert [one.found for one in audit.findings if one.found is auditing.Found.UNTOLD] and audit.again
    assert "This comes late." in heard(town)["tom"][0]


LET_GO = (
    # who is to be reminded, what happened before the day, and what whoever asked is told
    ("SLT", "Priya: received SLT {ref}", "what was awaited has come"),
    ("SLT", "Dan: advice sent {ref} SLT", "they say that they have answered, and you have to confirm"),
    ("health", "Priya: close {ref} withdrawn because they moved", "it is closed"),
    ("me", "Priya: close {ref} withdrawn because they moved", "it is closed"),
    ("health", "Priya: restrict {ref} adoption because of a word", "it is restricted now, and spoken of in no room"),
    ("Tom", "Priya: restrict {ref} adoption because of a word", "they may no longer know of it"),
    ("Kit", "Alan: people deactivate kit.amos@anyshire.example", "they have left"),
)


def test_what_is_needed_no_more_is_let_go_and_whoever_asked_is_told(town: Town) -> None:
    """Each on a case of its own. Nobody else hears of any of them."""
    why_of: dict[str, str] = {}
    for number, (whom, _, why) in enumerate(LET_GO):
        ref = town.opens("Priya", f"Child Number{number}", owner=town.email("Priya"), received=date(2026, 11, 2)).text[
            :14
        ]
        why_of[ref] = why
        said(
            town,
            f"Priya: sent decision to assess {ref}",
            f"Priya: ask {ref} SLT, health",
            f"Priya: remind {ref} {whom} on Thursday",
        )
    for ref, (_, happened, _) in zip(why_of, LET_GO, strict=True):
        name, _, line = happened.format(ref=ref).partition(": ")
        town.say(name, line)
    heard(town)
    town.now = NINE
    for _ in range(2):
        town.remind()
    told = heard(town)
    mine = sorted(text for text in told.pop("priya") if "reminded" in text)
    assert [text[:14] for text in mine] == sorted(why_of)
    assert all(text.endswith(f" on Thu 19 Nov as you asked: {why_of[text[:14]]}.") for text in mine), mine
    assert not any("remind" in text for those in told.values() for text in those)
    assert [entry.kind for entry in town.all(Entry)].count(EntryKind.NOT_REMINDED) == len(LET_GO)


def test_whoever_is_there_hears_and_a_room_hears_of_a_date_once_a_day(town: Town) -> None:
    """Tom is away and Frances covers, who may know of it; on the rung's own day the reminder adds nothing."""
    tom, frances = (town.all(Person, Person.name == name)[0].id for name in ("Tom Reid", "Frances Doyle"))
    town.add(Absence(person_id=tom, first_day=date(2026, 11, 17), last_day=date(2026, 11, 30), deputy_id=frances))
    said(town, f"Priya: remind 0042 Tom on Thursday about {WORDS}", "Priya: remind 0042 SLT on 10/12/2026")
    town.now = NINE
    town.remind()
    told = heard(town)
    assert told == {
        "frances": ["SEND-2026-0042: Priya Shah asked that Tom Reid, for whom you cover, be reminded today."]
    }
    town.now = datetime(2026, 12, 10, 9, tzinfo=UTC)  # fourteen days before the last working day
    assert tell_planned(town.store, RULES, town.vault, town.now) == 0  # the ladder goes first
    town.remind()
    town.remind()
    assert len(heard(town)["health"]) == 1
    assert town.all(Entry)[-1].kind is EntryKind.REMINDED


def test_where_the_agency_has_no_room_whoever_hears_for_it_is_named(town: Town) -> None:
    with town.store.transaction() as db:
        db.execute(update(Room).where(col(Room.agency) == Agency.HEALTH).values(bound=False))
    answer = town.say("Tom", "remind 0042 SLT on Thursday")
    assert answer.text.startswith("SEND-2026-0042: Priya Shah is reminded of the speech and language advice on Thu 19")
    assert answer.aside == "Not the agency's room: health has no room."
    town.now = NINE
    town.remind()
    assert "Tom Reid set a reminder for today; health has no room" in heard(town)["priya"][0]


REFUSED = (
    # who says what, and what is answered
    ("Priya", "remind 0042 me on Sunday 15 November", "Sun 15 Nov is past. Give today, or a day to come."),
    ("Priya", "remind 0042 me on 18/11/2027", "A reminder is for a day within a year. Give a nearer one."),
    ("Priya", "remind 0042 mum on Friday", "I don't know “mum”."),
    (
        "Priya",
        "remind 0042 social care on Friday",
        "nothing is awaited from social care that its room could be told of.",
    ),
    ("Priya", "remind 0047 SLT on Friday", "nothing is awaited from speech and language"),
    ("Priya", "remind 0047 SLT on today", "nothing is awaited from speech and language"),
    ("Priya", "remind 0051 health on Friday", "is restricted, and spoken of in no room."),
    ("Priya", "remind 0051 Tom on Friday", "Tom Reid may not know of SEND-2026-0051"),
    ("Tom", "remind 0051 me on Friday", "I can't find 0051 among the cases"),
    ("Dan", "remind 0042 SLT on Friday", "You can have yourself reminded"),
    ("Dan", "remind 0042 Priya on Friday", "You can have yourself reminded"),
    ("Frances", "remind 0042 SLT on Friday", "Who was asked for advice is not told to you."),
    ("Frances", "remind 0042 social care on today", "Who was asked for advice is not told to you."),
    ("Frances", "escalate 0042 to room", "no date runs of which"),
    ("Vera", "remind 0042 me on Friday", "is for officers, managers, contributors and the MP team"),
    ("Priya", "remind 0042 me on Thursday", "set already (entry 6). To take it back, say: unremind SEND-2026-0042 6"),
    ("Tom", "unremind 0042 8", "Somebody else set that reminder"),
    ("Tom", "unremind 0042 5", "Entry 5 of SEND-2026-0042 is no reminder."),
    ("Tom", "unremind 0042", "No reminder of yours waits on SEND-2026-0042."),
    ("Priya", "correct 0042 6 on Friday another day", "A reminder is set anew for another day."),
    ("Priya", "unremind 0042 7", "no longer waits"),
    ("Priya", "undo 0042 9", "The reminder of entry 9 was told already."),
)


def test_what_cannot_be_had_is_one_clear_sentence(town: Town) -> None:
    town.opens("Priya", "Noah Reid", owner=town.email("Priya"), restricted="yes")
    said(
        town, "Priya: remind 0042 me on Thursday", "Priya: remind 0042 me on Friday",
        "Moira: remind 0042 me on 24/11/2026", "Priya: remind 0042 me on today", "Priya: undo 0042 7",
    )  # fmt: skip
    before = len(town.all(Entry))
    for name, line, answer in REFUSED:
        told = town.say(name, line)
        assert answer in told.text and told.error, (line, told.text)
    assert len(town.all(Entry)) == before
    assert heard(town) == {"priya": ["SEND-2026-0042: you asked to be reminded today."]}


def test_today_tells_the_room_as_an_escalation_does_and_a_closed_day_is_moved(town: Town) -> None:
    assert town.say("Priya", "remind 0042 SLT on today").text.endswith("hears of the speech and language advice now.")
    assert "Priya Shah escalated it" in heard(town)["health"][0]
    assert town.say("Priya", "remind 0042 SLT on today").error == "AlreadyDone"
    answer = town.say("Priya", "remind 0042 me on 25 December")
    assert answer.text.endswith("you are reminded on Tue 29 Dec, at nine.")
    assert answer.aside == "Fri 25 Dec is no working day (Christmas Day), so it is Tue 29 Dec."
    town.now = datetime(2026, 12, 24, 18, tzinfo=UTC)  # after hours: told when the office opens
    assert town.say("Priya", "remind 0042 Tom on today").text.endswith("on Tue 29 Dec at 08:30, when the office opens.")
    assert "tom" not in heard(town)


def test_it_is_taken_back_and_listed_by_those_whose_it_is(town: Town) -> None:
    said(
        town,
        "Priya: remind 0042 Tom on Thursday",
        "Priya: remind 0042 SLT on Friday",
        "Priya: remind 0047 me on Friday",
    )
    (row,) = town.say("Tom", "reminders").table.rows  # type: ignore[union-attr]
    assert row.cells == ("SEND-2026-0042", "you", "Thu 19 Nov, at nine, as Priya Shah asked")
    (button,) = row.actions
    assert town.say("Tom", button.line, nonce="n1").text == "SEND-2026-0042: you are not reminded on Thu 19 Nov."
    said(town, "Priya: unremind 0042", "Priya: undo 0047 3")
    assert town.say("Priya", "reminders").text.startswith("No reminder of yours waits.")
    town.now = NINE + timedelta(days=1)
    town.remind()
    assert heard(town) == {} and not town.all(Post, Post.about["notice"].as_string() == Notice.REMINDER.value)


@pytest.mark.databases("sqlite")
def test_what_is_due_is_found_by_its_index_alone(town: Town) -> None:
    """A look each twenty seconds reads the reminders, and not the record."""
    with town.store.reading() as db:
        query = kept_reminders.select(kept_reminders.OF.id).where(
            kept_reminders.WAITS, kept_reminders.OF.happened_on <= NINE.date()
        )
        text = str(query.compile(db.connection(), compile_kwargs={"literal_binds": True}))
        plan = [row[3] for row in db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert "ix_entry_reminder" in plan[0], plan


IN_WORDS = (
    # what is said on Wed 25 Nov 2026, the line that it becomes, and its effect as it is shown
    ("remind SLT about 0042 on Thursday", "speech and language on 2026-11-26",
     "Speech and language's room is reminded on Thu 26 Nov, at nine."),
    ("chase CAMHS for 0042", "camhs on 2026-11-25", "CAMHS's room is reminded now, in office hours."),
    ("remind the school about 0042 on Saturday", "school on 2026-11-28",
     "School's room is reminded on the first working day from Sat 28 Nov, at nine."),
    ("remind me about 0042 next Monday", "me on 2026-11-30", "You are reminded on Mon 30 Nov, at nine, privately."),
    ("remind me to check 0042 on Friday", "me on 2026-11-27", "You are reminded on Fri 27 Nov, at nine, privately."),
    ("remind me to chase SLT about 0042 tomorrow", "me on 2026-11-26 about chase SLT",
     "You are reminded on Thu 26 Nov, at nine, privately."),
    ("remind me about Mum's letter for 0042 on Friday", "me on 2026-11-27 about Mum's letter",
     "You are reminded on Fri 27 Nov, at nine, privately."),
    ("remind Tom to ring the school about 0042 tomorrow", "Tom Reid on 2026-11-26 about ring the school",
     "Tom Reid is reminded on Thu 26 Nov, at nine, privately."),
    ("remind me about 0042", "me", "I ask for the day then."),
)  # fmt: skip


@pytest.mark.parametrize(("text", "line", "effect"), IN_WORDS, ids=[row[0] for row in IN_WORDS])
def test_in_words_it_becomes_the_line_and_its_effect(text: str, line: str, effect: str) -> None:
    found = understand(text, vocabulary=vocabulary(), today=date(2026, 11, 25))
    assert (found.line, found.says, found.confirm) == (f"remind SEND-2026-0042 {line}", effect, True)


@pytest.mark.databases("sqlite")
def test_an_operator_sees_what_would_be_told_and_tells_it(town: Town) -> None:
    said(town, "Priya: remind 0042 me on Thursday")
    dry = town.operator("sweep", "--at", "2026-11-19T09:00", "--dry-run")
    assert "SEND-2026-0042  the reminder that was set for Thu 19 Nov 2026 (entry 6)" in dry[1]
    assert "; 1 reminders that people set; " in town.operator("sweep", "--at", "2026-11-19T09:00")[1][0]
