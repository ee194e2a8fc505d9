"""Lists narrowed by anything, in a line and in plain English: what is on them, counted by hand over one town."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import select

from bot.domain.errors import CannotRead
from bot.domain.lengths import days_ago, read_length, read_week, say_lengths, weeks_ago
from bot.domain.message import Message
from bot.phrases import Vocabulary, understand
from storage.connect import Store
from storage.tables import Case
from tests.town import RULES, Town
from tests.understanding import rows

TODAY = date(2026, 10, 16)
STORY = (
    # Fri 16 Oct 2026. 42 and 51 are in weeks 18 and 17, 58 in week 9, 47 and 79 in week 6; 63 is restricted, 84 closed.
    "Priya: ask 0042 SLT, OT on 1 July",
    "Priya: received OT 0042 on 15 October",
    "Priya: ask 0047 health, social care on 8 September",
    "Tom: ask 0051 EP, SLT on 2 September",
    "Tom: sent draft 0058 on 15 October",
    "Kit: close 0084 withdrawn",
    'Frances: mp member="Dana Okoro" constituency="Anyshire North" received=5/10/2026 matters=enquiry cases=0042',
    'Frances: mp member="Gareth Pell" constituency="Anyshire South" received=14/10/2026 matters=enquiry',
    'Priya: mp member="Rhys Lane" constituency=Westmoor received=16/10/2026 matters=enquiry cases=0042 cases=0063',
    "Priya: exception 0063 circumstances from 1 September until 10 September because of an illness",
    "Moira: approve 0063 5",
)
HILLVIEW = "Hillview Academy"


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    town = Town(store)
    town.opens("Priya", received=date(2026, 6, 15))
    town.opens("Priya", "Arun Palmer", received=date(2026, 9, 7), setting=HILLVIEW, record_number="AR-7711")
    town.opens("Tom", "Idris Khan", received=date(2026, 6, 22))
    town.opens("Tom", "Noah Grant", received=date(2026, 8, 17))
    town.opens("Priya", "Ada Finch", received=date(2026, 6, 1), restricted="yes")
    town.opens("Kit", "Lena Moss", received=date(2026, 9, 8))
    town.opens("Kit", "Milo Reed", received=date(2026, 9, 8))
    with store.transaction() as db:
        unowned = db.exec(select(Case).where(Case.number == 79)).one()
        unowned.owner_id = None
    for line in STORY:
        name, _, said = line.partition(": ")
        answer = town.say(name, said)
        assert not answer.error, (line, answer.text)
    yield town
    store.close()


LINES = (
    # who, the line, what is on the list (references, each once; or groups with their counts), how the answer begins
    ("Priya", "list overdue", "42 51 58 63 MP07", "12 things are overdue, 6 of them statutory."),
    ("Priya", "list overdue health", "42 51", "2 things are overdue for health, both of them statutory."),
    ("Priya", "list overdue slt", "42 51", "2 things are overdue for speech and language, both of them statutory."),
    (
        "Priya",
        "list overdue slt and ep",
        "42 51",
        "3 things are overdue for speech and language and educational psychology, 2",
    ),
    (
        "Priya",
        "list overdue health slt",
        "42 51",
        "2 things are overdue for speech and language, both of them statutory.",
    ),
    ("Priya", "list overdue except health", "42 51 58 63 MP07", "10 things are overdue, 4 of them statutory."),
    ("Priya", "list overdue except tom", "42 63 MP07", "7 things are overdue, 3 of them statutory."),
    ("Priya", "list overdue except slt, ep", "42 51 58 63 MP07", "9 things are overdue, 4 of them statutory."),
    ("Priya", "list overdue except me", "51 58 MP07", "7 things are overdue, 3 of them statutory."),
    ("Priya", "list overdue more than 10 days", "42 51 58 63", "7 things are overdue, 5 of them statutory."),
    (
        "Priya",
        'list overdue late_by="more than 9 working days"',
        "42 51 58 63",
        "6 things are overdue, 5 of them statutory.",
    ),
    ("Priya", 'list overdue late_by="at most 2 days"', "51 MP07", "3 things are overdue, 1 of them statutory."),
    ("Priya", 'list overdue late_by="2 to 11 days"', "42 51 MP07", "5 things are overdue, 1 of them statutory."),
    ("Priya", "list overdue since 12 October", "51 MP07", "4 things are overdue, 1 of them statutory."),
    ("Priya", "list overdue until 1 October", "42 51 58 63", "6 things are overdue, 5 of them statutory."),
    ("Priya", 'list overdue date="decision to assess"', "42 51 58 63", "4 things are overdue, all of them statutory."),
    ("Priya", 'list overdue date="draft, 6 weeks"', "42 51 58 63", "10 things are overdue, 6 of them statutory."),
    ("Priya", "list due since 1 November until 30 November", "42 51", "2 things are due, both of them statutory."),
    ("Priya", "list due since 2 November", "42 47 51 58 79", "7 things are due, 5 of them statutory."),
    ("Priya", "list due until 20 October", "47 63 79 MP07 MP11 MP15", "8 things are due, 4 of them statutory."),
    ("Priya", "list due date=final_plan", "63", "1 thing is due, and it is statutory."),
    ("Priya", "list awaited", "42 47 51", "5 things are awaited, 3 of them late."),
    ("Priya", "list awaited health", "42 47 51", "3 things are awaited from health, 2 of them late."),
    (
        "Priya",
        "list awaited social care and EP",
        "47 51",
        "2 things are awaited from educational psychology and social care, 1 of them",
    ),
    ("Priya", 'list awaited age="more than 6 weeks"', "42 51", "3 things are awaited, all of them late."),
    (
        "Priya",
        "list owed social care",
        "47",
        "3 things are still to do where social care was asked, 2 of them statutory.",
    ),
    ("Priya", "list cases", "42 47 51 58 63 79", "6 open cases."),
    ("Priya", "list cases past week 16", "42 51 63", "3 open cases: past week 16."),
    ("Priya", "list cases week 6 to 9", "47 58 79", "3 open cases: in week 6 to 9."),
    ("Priya", 'list cases week="exactly 17"', "51", "1 open case: in week 17."),
    ("Priya", "list cases past week 16 without draft", "42 51 63", "3 open cases: past week 16, no draft plan."),
    ("Priya", "list cases without draft", "42 47 51 63 79", "5 open cases: no draft plan."),
    ("Priya", "list cases has=draft without=final", "58", "1 open case: draft plan done, no final."),
    ("Priya", "list cases without owner", "79", "1 open case: no owner."),
    ("Priya", "list cases without record number", "42 51 58 63 79", "5 open cases: no record number."),
    ("Priya", "list cases without anything", "42 51 58 63 79", "5 open cases: no owner, record number or school."),
    ("Priya", "list cases without advice", "47 51 58 63 79", "5 open cases: no advice."),
    ("Priya", "list cases without EP", "42 47 51 58 63 79", "6 open cases: no educational psychology advice."),
    ("Priya", "list cases without EP, owner", "79", "1 open case: no educational psychology advice, no owner."),
    (
        "Priya",
        "list cases without=advice service=ot",
        "47 51 58 63 79",
        "5 open cases: no advice from occupational therapy.",
    ),
    ("Priya", "list cases date=draft_plan_target statutory", "", "No open cases: draft plan, statutory dates."),
    ("Priya", "list cases except health", "", "Of cases I leave out a colleague's. For dates say: list due except"),
    (
        "Priya",
        'list cases service=slt late_by="more than 20 days"',
        "42",
        "1 open case: speech and language, more than",
    ),
    (
        "Priya",
        "list received by week",
        "Mon 5 Oct to Sun 11 Oct 1, Mon 12 Oct to Sun 18 Oct 2",
        "3 letters came in, counted by week.",
    ),
    ("Priya", 'list mp="%"', "", "Nothing is due."),
    ("Priya", "list cases at Hillview Academy", "47", "1 open case: at Hillview Academy."),
    ("Priya", "list cases at Hillview Academy past week 10", "", "No open cases: at Hillview Academy, past week 10."),
    ("Priya", "list cases owner=tom", "51 58", "Tom Reid owns 2 open cases."),
    ("Priya", 'list cases owner="tom, priya"', "42 47 51 58 63", "5 open cases."),
    ("Priya", "list cases except tom", "42 47 63 79", "4 open cases: other than Tom Reid's."),
    ("Priya", "list cases mp=okoro", "42", "1 open case: MP okoro."),
    ("Priya", "list cases constituency=north", "42", "1 open case: MP for north."),
    ("Priya", "list cases mp=lane", "42 63", "2 open cases: MP lane."),
    ("Tom", "list cases mp=lane", "", "No open cases: MP lane."),
    ("Tom", "list mp=lane", "", "Nothing is due."),
    ("Priya", "list cases restricted", "63", "1 open case: restricted."),
    ("Priya", "list closed", "84", "1 case was closed."),
    ("Priya", "list closed since 16 October", "84", "1 case was closed from Fri 16 Oct."),
    ("Priya", "list closed until 15 October", "", "No cases were closed up to Thu 15 Oct."),
    ("Priya", "list opened today", "42 47 51 58 63 79 84", "7 cases were opened Fri 16 Oct."),
    ("Priya", 'list cases age="more than 16 weeks"', "42 51 63", "3 open cases: more than 16 weeks old."),
    ("Priya", "list received since 10 October", "MP11 MP15", "2 letters came in."),
    ("Priya", "list letter=mp_letter mp=pell", "MP11", "3 things are due, none of them statutory."),
    ("Priya", "list letter=mp_letter constituency=south", "MP11", "3 things are due, none of them statutory."),
    (
        "Priya",
        'list letter=mp_letter date="holding reply" age="at least 8 days"',
        "MP07",
        "1 thing is due, and it is late.",
    ),
    (
        "Priya",
        "list next date me",
        "42 47 63 MP15",
        "Next: SEND-2026-0047, Decision to assess, Mon 19 Oct (in 3 days) ·",
    ),
    (
        "Priya",
        "list overdue by agency",
        "education 8, health 2, MP team 2",
        "12 things are overdue, counted by agency.",
    ),
    (
        "Priya",
        "list overdue by service",
        "no advice: the council's own 9, speech and language 2, educational psychology 1",
        "12 things are overdue, counted by service.",
    ),
    (
        "Priya",
        "list overdue by owner",
        "Priya Shah 5, Tom Reid 5, Frances Doyle 2",
        "12 things are overdue, counted by owner.",
    ),
    (
        "Priya",
        "list overdue by month",
        "July 2026 2, August 2026 2, September 2026 2, October 2026 6",
        "12 things are overdue, counted by month.",
    ),
    (
        "Priya",
        "list overdue by week since 28 September",
        "Mon 28 Sep to Sun 4 Oct 1, Mon 5 Oct to Sun 11 Oct 2, Mon 12 Oct to Sun 18 Oct 4",
        "7 things are overdue, counted by week.",
    ),
    ("Priya", "list cases by owner", "Priya Shah 3, Tom Reid 2, nobody yet 1", "6 open cases, counted by owner."),
    ("Priya", "list cases by school", "Oakhurst Primary 5, Hillview Academy 1", "6 open cases, counted by school."),
    (
        "Priya",
        "list letter=mp_letter by mp",
        "Dana Okoro 3, Gareth Pell 3, Rhys Lane 3",
        "9 things are due, counted by MP.",
    ),
    (
        "Priya",
        "list letter=mp_letter by constituency",
        "Anyshire North 3, Anyshire South 3, Westmoor 3",
        "9 things are due, counted by constituency.",
    ),
    ("Priya", "list overdue with MP letter", "42 63", "5 things are overdue, 3 of them statutory."),
    ("Priya", "list overdue without MP letter", "51 58", "5 things are overdue, 3 of them statutory."),
    ("Priya", "list awaited SLT with mp", "42", "1 thing is awaited from speech and language, and it is late."),
    ("Priya", "list cases with MP letter, draft", "", "No open cases: with an MP's letter, draft plan done."),
    ("Priya", "list cases with exception", "63", "1 open case: with an exception."),
    ("Priya", "list overdue without exception, complaint", "42 51 58", "8 things are overdue, 5 of them statutory."),
    (
        "Priya",
        "list cases process=appeal,new_assessment",
        "42 47 51 58 63 79",
        "6 open cases: appeal or new assessment.",
    ),
    ("Tom", "list cases with exception", "", "No open cases: with an exception."),
    ("Priya in education", "list cases with exception", "", "No open cases: with an exception."),
    ("Dan", "list overdue with mp", "", "Which MP wrote about which case is told to the council's own staff, in"),
    ("Priya", "exceptions", "63", "1 case has an exception on record."),
    ("Priya", "exceptions ground=(b)", "", "No cases have an exception on record."),
    ("Priya", "exceptions this week ground=10(4)(c) owner=me", "63", "1 case has an exception on record"),
    ("Priya in education", "exceptions", "", "No cases have an exception on record."),
    ("Tom", "exceptions", "", "No cases have an exception on record."),
    ("Priya", "list mine", "42 47 63", "You own 3 open cases."),
    ("Priya", "list mine overdue", "42 63", "5 things are overdue, 3 of them statutory."),
    ("Priya", "list Tom", "51 58", "Tom Reid owns 2 open cases."),
    ("Priya", "list Tom health", "51", "1 thing is due for health, and it is statutory and late."),
    ("Tom", "list cases restricted", "", "No open cases: restricted."),
    ("Tom", "list overdue", "42 51 58 MP07", "10 things are overdue, 5 of them statutory."),
    ("Priya in education", "list overdue", "42 51 58 MP07", "10 things are overdue, 5 of them statutory."),
    ("Priya in education", "list cases restricted", "63", "1 open case: restricted."),
    ("Priya in administrators", "list overdue", "42 51 58 63 MP07", "12 things are overdue, 6 of them statutory."),
    ("Dan in health", "list overdue", "42 51", "2 things are overdue, both of them statutory."),
    ("Grace", "what do we still owe the council", "42 47 51", "3 things are awaited, 2 of them late."),
    ("Dan in health", "list awaited social care", "", "Nothing that you may see is awaited from social care."),
    ("Dan in health", "list cases without advice", "47 51 58 79", "4 open cases: no advice."),
    ("Dan", "list cases without EP", "", "Who was asked for advice is not told to you."),
    ("Dan", "list cases without owner", "", "What is missing from the record is told to the council's own staff."),
    ("Dan", "list cases at Hillview Academy", "", "Which school a case is at is told to the council's officers alone."),
    ("Dan", "list cases by school", "", "Which school a case is at is told to the council's officers alone."),
    ("Vera", "list cases without advice", "", "Who was asked for advice is not told to you."),
    (
        "Dan",
        "list letter=mp_letter by mp",
        "",
        "Which MP wrote about which case is told to the council's own staff, in",
    ),
    ("Priya in health", "list cases at Hillview Academy", "47", "1 open case: at Hillview Academy."),
    (
        "Priya in health",
        "list cases constituency=north",
        "",
        "Which MP wrote about which case is told to the council's own staff, in",
    ),
    ("Rosa", "list cases", "42 51 58 79", "4 open cases."),
    ("Priya", "list overdue next week", "", "Nothing can be overdue yet: that time begins on Mon 19 Oct."),
    ("Priya", "list cases by week", "", "Cases can be counted by owner, school or process. Say, for example: list"),
    ("Priya", "list due date=nothing", "", "“nothing” is no date that I know. Say for example: final plan, draft, 20"),
    ("Priya", "list overdue fire brigade", "", "I don't understand “fire brigade” after list."),
    ("Priya", "list due since 4 January until 21 December", "", "The first day is after the last."),
)
SENTENCES = (
    # Priya's, privately
    (
        "what's overdue for SLT and social care",
        "42 51",
        "2 things are overdue for speech and language and social care, both of them",
    ),
    ("anything more than 10 days late?", "42 51 58 63", "7 things are overdue, 5 of them statutory."),
    ("everything late bar the EP stuff", "42 51 58 63 MP07", "11 things are overdue, 6 of them statutory."),
    ("overdue for health apart from SLT", "", "Nothing is overdue for health."),
    ("overdue by agency please", "education 8, health 2, MP team 2", "12 things are overdue, counted by agency."),
    ("what's gone over since 12 October", "51 MP07", "4 things are overdue, 1 of them statutory."),
    ("what's late for Tom", "51 58", "5 things are overdue, 3 of them statutory."),
    ("show overdue for everyone but Tom", "42 63 MP07", "7 things are overdue, 3 of them statutory."),
    ("overdue decisions to assess for Tom", "51 58", "2 things are overdue, both of them statutory."),
    (
        "any EP reports that are 2 days or more late",
        "51",
        "1 thing is overdue for educational psychology.",
    ),
    ("list overdue cases for Hillview Academy", "", "Nothing is overdue."),
    ("which final plans are due in November", "42 51", "2 things are due, both of them statutory."),
    ("what's due 19 October to 20 October not Priya's", "79 MP07", "2 things are due, 1 of them statutory."),
    ("what's due from 2 November to 10 November", "42 51", "2 things are due, both of them statutory."),
    ("my cases past week 16 with no draft", "42 63", "You own 2 open cases: past week 16, no draft plan."),
    ("show cases in week 17", "51", "1 open case: in week 17."),
    ("all cases between week 16 and 20", "42 51 63", "3 open cases: in week 16 to 20."),
    ("cases with no draft yet", "42 47 51 63 79", "5 open cases: no draft plan."),
    ("which cases have the draft out but no final", "58", "1 open case: draft plan done, no final plan."),
    (
        "which of Tom's cases have no EP advice yet",
        "51 58",
        "Tom Reid owns 2 open cases: no advice from educational psychology.",
    ),
    ("cases at Hillview past week 5", "47", "1 open case: at Hillview Academy, past week 5."),
    ("all cases not mine", "51 58 79", "3 open cases: other than Priya Shah's."),
    ("cases where the draft hasn't gone", "42 47 51 63 79", "5 open cases: no draft plan."),
    ("cases where the draft has gone", "58", "1 open case: draft plan done."),
    ("open cases by school", "Oakhurst Primary 5, Hillview Academy 1", "6 open cases, counted by school."),
    ("which cases have an MP enquiry", "42 63", "2 open cases: MP letters."),
    ("cases with no MP letter", "47 51 58 79", "4 open cases: no MP's letter."),
    ("statutory deadlines due this month", "47 63 79", "4 things are due, all of them statutory."),
    ("any letter from Okoro or Pell overdue", "MP07", "2 things are overdue, none of them statutory."),
    ("complaints due this month", "", "Nothing is due."),
    ("overdue annual reviews", "", "Nothing is overdue."),
    ("what's overdue for mp letters", "MP07", "2 things are overdue, none of them statutory."),
    ("what's due between 21 and 25 September", "63", "1 thing is overdue."),
    ("cases closed this month", "84", "1 case was closed Thu 1 Oct to Sat 31 Oct."),
    ("show closed cases", "84", "1 case was closed."),
    ("cases opened this month", "42 47 51 58 63 79 84", "7 cases were opened Thu 1 Oct to Sat 31 Oct."),
    (
        "what are we still waiting on from the EPs",
        "51",
        "1 thing is awaited from educational psychology, and it is late.",
    ),
    ("outstanding from social care", "47", "1 thing is awaited from social care, and it is not late."),
    ("outstanding from health over 6 weeks", "42 51", "2 things are awaited from health, both of them late."),
    ("what am I waiting for", "42 47", "3 things are awaited, 1 of them late."),
    ("show cases where social care hasn't replied", "47", "1 thing is awaited from social care, and it is not late."),
    ("what do I owe the DCO", "42 47", "6 things are still to do where health was asked, 4 of them statutory, 2"),
    (
        "any MP enquiries with no holding reply after 8 days",
        "MP07",
        "1 thing is due, and it is late.",
    ),
    ("anything outstanding for Gareth Pell", "MP11", "3 things are due, none of them statutory."),
    (
        "what letters have we had from the MP for Anyshire North",
        "MP07",
        "3 things are due, none of them statutory, 2 late.",
    ),
    ("MP letters over 10 days old with no reply", "MP07", "1 thing is due."),
    ("what have we promised Dana Okoro MP and by when", "MP07", "3 things are due, none of them statutory, 2 late."),
    ("any cases without an owner?", "79", "1 open case: no owner."),
    ("show cases with no record number", "42 51 58 63 79", "5 open cases: no record number."),
    ("which of mine are missing a UPN", "42 63", "You own 2 open cases: no record number."),
    ("what's my next deadline", "42 47 63 MP15", "Next: SEND-2026-0047, Decision to assess, Mon 19 Oct (in 3 days) ·"),
    ("what's overdue next week?", "", "Nothing can be overdue yet: that time begins on Mon 19 Oct."),
    ("which MP letters are mine", "MP15", "3 things are due, none of them statutory."),
    ("what's due between 1 and 15 December", "", "Nothing is due."),
    ("overdue cases with an MP letter", "42 63", "5 things are overdue, 3 of them statutory."),
    ("what's late for Tom without an MP letter", "51 58", "5 things are overdue, 3 of them statutory."),
    ("what are we waiting on from SLT for cases with an MP", "42", "1 thing is awaited from speech and language, and"),
    ("just cases with an MP", "42 63", "2 open cases: MP letters."),
    ("which cases have exceptions", "63", "1 case has an exception on record."),
    (
        "any exceptions for exceptional circumstances this month",
        "63",
        "1 case has an exception on record.",
    ),
    ("which schools haven't answered the consultation", "", "No consultation waits for an answer."),
    ("any appeals open", "", "No open cases: appeal."),
    ("orders still to carry out in January", "", "Nothing is due."),
)


def listed(answer: Message) -> str:
    """The numbers on it, each once; or each group with its count."""
    cells = [row.cells for row in answer.table.rows] if answer.table else []
    if cells and not re.match(r"[A-Z]+-\d{4}-\d{4}", cells[0][0]):
        return ", ".join(f"{name} {many}" for name, many, *_ in cells)
    return " ".join(sorted({re.sub(r"SEND-2026-00|-2026-00", "", row[0]) for row in cells}))


def test_what_is_asked_for_is_listed_and_nothing_else(town: Town) -> None:
    """In a line on either database, and in plain English, which is never answered more widely than it was asked."""
    wrong, in_words = {}, SENTENCES if town.store.engine.dialect.name == "sqlite" else ()
    for who, said, wanted, told in (*LINES, *(("Priya", *row) for row in in_words)):
        name, _, room = who.partition(" in ")
        answer = town.say(name, said, room=room)
        if listed(answer) != wanted or not answer.text.startswith(told) or "narrow" in answer.aside:
            wrong[who, said] = (listed(answer), answer.text, answer.aside)
    assert not wrong, "\n".join(f"{key}: {got}" for key, got in wrong.items())


@pytest.mark.databases("sqlite")
def test_the_file_and_the_next_page_are_of_the_same_list(town: Town) -> None:
    town.numbers["SEND"].extend(range(105, 120))
    for number in range(15):
        town.opens("Tom", f"Child {number}", received=date(2026, 8, 24))
    shown = town.say("Priya", "list overdue date=ehcna_decide except me")
    more, file = (next(each for each in shown.actions if each.label.startswith(label)) for label in ("More", "As CSV"))
    assert shown.aside.startswith("1 to 15 of ") and "other than Priya Shah's" in town.say("Priya", more.line).aside
    listed_there = town.say("Priya", file.line).attachment
    assert listed_there and len(listed_there.text.splitlines()) == int(shown.text.split()[0]) + 1
    assert "Priya Shah" not in listed_there.text and "Decision to assess" in listed_there.text
    groups = town.say("Priya", "list overdue date=ehcna_decide except me by owner")
    assert groups.table and sum(int(row.cells[1]) for row in groups.table.rows) == int(shown.text.split()[0])


@pytest.mark.databases("sqlite")
def test_a_school_is_named_and_a_restricted_case_counted_to_the_asker_alone(town: Town) -> None:
    for line in ("list cases at Hillview Academy", "list cases restricted", "list cases by school"):
        assert town.say("Priya", line, room="education").private and not town.say("Priya", line, room="health").error
    assert all(town.say("Priya", line, room="administrators").private for line in ("list overdue", "list cases"))
    counts = [town.say("Priya", "list overdue by month", room=room).table for room in ("", "education")]
    assert [sum(int(row.cells[1]) for row in table.rows) for table in counts if table] == [12, 10]
    assert "63" not in str(town.say("Priya", "list overdue by owner", room="education").table)


LENGTHS = (
    # said of Fri 16 Oct 2026, as it is said back, and the days that lie so long ago
    ("more than 10 days", "more than 10 days", None, date(2026, 10, 5)),
    ("10 days or more", "at least 10 days", None, date(2026, 10, 6)),
    ("at most 2 weeks", "at most 2 weeks", date(2026, 10, 2), None),
    ("less than 1 month", "less than 1 month", date(2026, 9, 17), None),
    ("exactly 3 days", "exactly 3 days", date(2026, 10, 13), date(2026, 10, 13)),
    ("more than 5 working days late", "more than 5 working days", None, date(2026, 10, 8)),
    ("at least 5 working days", "at least 5 working days", None, date(2026, 10, 11)),
    ("2 to 4 weeks", "at least 2 weeks and at most 4 weeks", date(2026, 9, 18), date(2026, 10, 2)),
)
WEEKS = (
    ("past week 16", "more than 16", None, date(2026, 6, 26)),
    ("week 18 or later", "at least 18", None, date(2026, 6, 19)),
    ("week 17", "exactly 17", date(2026, 6, 20), date(2026, 6, 26)),
    ("between week 16 and 20", "at least 16 and at most 20", date(2026, 5, 30), date(2026, 7, 3)),
    ("before week 6", "less than 6", date(2026, 9, 12), None),
)


def test_lengths_are_read_said_back_and_counted() -> None:
    for said, back, first, last in LENGTHS:
        read = read_length(said)
        assert (say_lengths(read), *days_ago(read, TODAY, RULES.calendar)) == (back, first, last), said
        assert read_length(back) == read
    for said, back, first, last in WEEKS:
        week = read_week(said)
        assert (say_lengths(week), *weeks_ago(week, TODAY)) == (back, first, last), said
        assert read_week(back) == week
    for read, said in (
        (read_length, "10 days"),
        (read_length, "0042"),
        (read_week, "42"),
        (read_week, "over 3 days"),
        (read_week, "over 42"),
        (read_length, "past 42"),
    ):
        with pytest.raises(CannotRead):
            read(said)


GAPS = {"owner", "record_number", "upn", "setting"}
OF_LISTS = {"due_list", "overdue_list", "awaiting_list", "filter_list", "mp_list", "phase_list", "next_clock"}


def test_the_line_of_a_list_says_all_that_was_asked() -> None:
    """For every sentence of the table: but for nurses, whom the bot has no service for."""
    asked = [row.heard() for row in rows() if row.intent in OF_LISTS | {"data_quality"}]
    found = [one for top in asked for one in (top, *top.also)]
    lists = [one for one in found if one.intent in OF_LISTS and not one.question]
    assert len(lists) > 400
    assert [(one.slots, one.unmet) for one in lists if one.unmet and one.slots.get("service") != "NURSING"] == []
    gaps = [one for one in found if one.intent == "data_quality" and {*one.slots.get("without", [""])} <= GAPS]
    assert len(gaps) > 10 and all(one.line.startswith("list which=cases without=") for one in gaps)


@pytest.mark.parametrize(
    "said, line",
    [
        ("what do you need from us this week", "list which=awaited until=2026-11-29"),
        ("what do you need from us next week", "list which=awaited period=next_week"),
        (
            "which year 6 kids haven't got a final plan by 15 feb",
            "list date=phase_school date=phase_post16 date=phase_p16_to_p16 since=2026-11-25 until=2027-02-15",
        ),
    ],
)
def test_what_is_late_is_awaited_still_and_a_transfer_has_a_final_plan_of_its_own(said: str, line: str) -> None:
    assert understand(said, vocabulary=Vocabulary(), today=date(2026, 11, 25)).line == line
