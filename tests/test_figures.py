"""The figures, against rows that were counted by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.commands import BOOK
from bot.domain.errors import Refusal
from bot.domain.figures import About, Kept, Took
from bot.domain.message import Message
from bot.domain.terms import Agency, CaseStatus, ClockState, EntryKind, LetterKind, Process, Role
from bot.filling import fill
from bot.phrases import understand
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Enquiry, EnquiryCase, Entry, Person, Request
from tests.council import Council, at
from tests.understanding import vocabulary

NOW = at("2026-10-16 09:00")
MET, LATE, RUNNING = ClockState.MET, ClockState.MET_LATE, ClockState.RUNNING
ON = "Thu 1 Jan 2026 to Fri 16 Oct"

PLANS = (
    # whose, state, request came, last day, went out, grounds, closed
    ("Priya", MET, date(2026, 1, 5), date(2026, 5, 25), date(2026, 5, 20), "", date(2026, 6, 1)),
    ("Priya", LATE, date(2026, 1, 5), date(2026, 5, 25), date(2026, 6, 30), "A1|A4", date(2026, 9, 10)),
    ("Priya", LATE, date(2026, 1, 5), date(2026, 5, 25), date(2026, 7, 10), "", None),
    ("Tom", MET, date(2025, 9, 1), date(2026, 1, 19), date(2026, 1, 1), "", None),  # the first day counts
    ("Tom", MET, date(2025, 8, 1), date(2025, 12, 19), date(2025, 12, 31), "", None),  # the day before does not
    ("Priya", RUNNING, date(2025, 10, 16), date(2026, 3, 5), None, "", None),  # 52 weeks and a day
    ("Tom", RUNNING, date(2025, 10, 17), date(2026, 3, 6), None, "", None),  # 52 weeks
    ("Lee", RUNNING, date(2026, 6, 1), date(2026, 10, 19), None, "", None),
)
ADVICE = (
    # service, agency, state, came in; each of a case of Priya's, asked on 1 August, due on 12 September
    ("speech_and_language", Agency.HEALTH, MET, date(2026, 9, 1)),
    ("speech_and_language", Agency.HEALTH, MET, date(2026, 9, 5)),
    ("speech_and_language", Agency.HEALTH, LATE, date(2026, 9, 22)),
    ("camhs", Agency.HEALTH, LATE, date(2026, 10, 2)),
    ("educational_psychology", Agency.EDUCATION, MET, date(2026, 8, 31)),
    ("speech_and_language", Agency.HEALTH, RUNNING, None),
)
LETTERS = (
    # MP, constituency, rule, state, received, answered; the first is about a case of Priya's
    ("Dana Okoro", "North Anyshire", "mp_reply", RUNNING, date(2026, 10, 1), None),
    ("Dana Okoro", "North Anyshire", "mp_reply", MET, date(2026, 9, 1), date(2026, 9, 10)),
    ("Gareth Pell", "Anyborough South", "mp_reply", LATE, date(2026, 9, 1), date(2026, 9, 30)),
    ("Gareth Pell", "Anyborough South", "mp_ack", MET, date(2026, 9, 1), date(2026, 9, 2)),
)
TRANSFERS = (
    # rule, state, due, sent
    ("phase_school", MET, date(2027, 2, 14), date(2026, 10, 1)),
    ("phase_school", RUNNING, date(2027, 2, 14), None),
    ("phase_post16", RUNNING, date(2027, 3, 30), None),
    ("phase_school", LATE, date(2026, 2, 14), date(2026, 3, 1)),  # last school year's
)
FACTS = (
    # number of the case, what, when
    (1, EntryKind.DECISION_TO_ASSESS_SENT, date(2026, 2, 10)),
    (2, EntryKind.DECISION_TO_ASSESS_SENT, date(2026, 2, 11)),
    (3, EntryKind.DECISION_TO_ASSESS_SENT, date(2026, 3, 2)),
    (8, EntryKind.REFUSAL_TO_ASSESS_SENT, date(2026, 7, 1)),
    (2, "A1", date(2026, 5, 1)),
    (2, "A4", date(2026, 5, 1)),
    (3, "A4", date(2026, 5, 2)),
)

SAID = (
    # who, line, first line, some of what stands below
    ("Priya", "figures", f"New plans within 20 weeks, {ON}: 2 of 4 (50%), 2 late.",
     {"Without exceptions": "2 of 3 (67%)", "Past 20 weeks": "2", "Advice in time": "3 of 5 (60%)",
      "Replies to MPs in time": "1 of 2 (50%)", "New requests": "4"}),
    ("Vera", "figures", f"New plans within 20 weeks, {ON}: 2 of 4 (50%), 2 late.", {"Advice in time": "none"}),
    ("Priya", "figures plans", f"New plans within 20 weeks, {ON}: 2 of 4 (50%), 2 late.",
     {"Without exceptions": "2 of 3 (67%)", "Not done yet": "3"}),
    ("Priya", "figures 20 weeks without exceptions",
     f"New plans within 20 weeks without exceptions, {ON}: 2 of 3 (67%), 1 late.", {"With exceptions": "2 of 4 (50%)"}),
    ("Priya", "figures plans including exceptions",
     f"New plans within 20 weeks with exceptions, {ON}: 2 of 4 (50%), 2 late.", {}),
    ("Tom", "figures plans for me", f"New plans within 20 weeks, for Tom, {ON}: 2 of 2 (100%).", {}),
    ("Priya", "figures Tom's 20 week figure", f"New plans within 20 weeks, for Tom, {ON}: 1 of 1 (100%).", {}),
    ("Priya", "figures mine plans", f"New plans within 20 weeks, for Priya, {ON}: 1 of 3 (33%), 2 late.", {}),
    ("Priya", "figures plans team Moira",
     f"New plans within 20 weeks, for Moira's team, {ON}: 2 of 4 (50%), 2 late.", {}),
    ("Moira", "figures plans team me by officer",
     f"New plans within 20 weeks, for Moira's team, {ON}: 3 of 5 (60%), 2 late.",
     {"Priya": "1 of 3 (33%)", "Tom": "2 of 2 (100%)"}),
    ("Priya", "figures plans month by month since 1 May until 31 July",
     "New plans within 20 weeks, Fri 1 May to Fri 31 Jul: 1 of 3 (33%), 2 late.",
     {"May 2026": "1 of 1 (100%)", "June 2026": "0 of 1 (0%)", "July 2026": "0 of 1 (0%)"}),
    ("Priya", "figures plans this month", "New plans within 20 weeks, Thu 1 Oct to Fri 16 Oct: none.", {}),
    ("Priya", "figures plans since 1 July until 31 July against last month",
     "New plans within 20 weeks, Wed 1 Jul to Fri 31 Jul: 0 of 1 (0%), 1 late, "
     "against 0 of 1 (0%), Mon 1 Jun to Tue 30 Jun.", {}),
    ("Priya", "figures plans against last year",
     f"New plans within 20 weeks, {ON}: 2 of 4 (50%), 2 late, against none, Wed 1 Jan 2025 to Thu 16 Oct 2025.", {}),
    ("Priya", "figures how many plans", f"New plans, {ON}: 4, 2 of them late.", {}),
    ("Priya", "figures average plans",
     f"New plans, days taken, {ON}: 154.8 days (22.1 weeks) on average (median 155.5), of 4.",
     {"Late ones": "41 days on average (median 41), of 2"}),
    ("Priya", "figures decisions to assess", f"Decisions to assess or not within 6 weeks, {ON}: 4 of 4 (100%).", {}),
    ("Priya", "figures drafts", f"Draft plans within 16 weeks (our target), {ON}: none.", {}),
    ("Priya", "figures ar decision", f"Decision after the review within 4 weeks, {ON}: none.", {}),
    ("Priya", "figures complaint s1", f"Stage 1 answer within 10 working days, {ON}: none.", {}),
    ("Priya", "figures slt since 1 September",
     "Speech and language advice within 6 weeks, Tue 1 Sep to Fri 16 Oct: 2 of 3 (67%), 1 late.",
     {"Not done yet": "1"}),
    ("Priya", "figures health since 1 Sept",
     "Advice within 6 weeks, for health, Tue 1 Sep to Fri 16 Oct: 2 of 4 (50%), 2 late.", {}),
    ("Priya", "figures advice by service", f"Advice within 6 weeks, {ON}: 3 of 5 (60%), 2 late.",
     {"CAMHS": "0 of 1 (0%)", "Educational psychology": "1 of 1 (100%)", "Speech and language": "2 of 3 (67%)"}),
    ("Priya", "figures advice by agency", f"Advice within 6 weeks, {ON}: 3 of 5 (60%), 2 late.",
     {"Education": "1 of 1 (100%)", "Health": "2 of 4 (50%)"}),
    ("Priya", "figures average camhs",
     f"CAMHS advice, days taken, {ON}: 62 days (8.9 weeks) on average (median 62), of 1.",
     {"Late ones": "20 days on average (median 20), of 1"}),
    ("Vera", "figures slt", f"Speech and language advice within 6 weeks, {ON}: none.", {}),
    ("Priya", "figures mp replies", f"Replies to MPs within 10 working days (our target), {ON}: 1 of 2 (50%), 1 late.",
     {"Not done yet": "1"}),
    ("Priya", "figures mp replies by mp",
     f"Replies to MPs within 10 working days (our target), {ON}: 1 of 2 (50%), 1 late.",
     {"Dana Okoro": "1 of 1 (100%)", "Gareth Pell": "0 of 1 (0%)"}),
    ("Priya", "figures mp=okoro",
     f"Replies to MPs within 10 working days (our target), MP okoro, {ON}: 1 of 1 (100%).", {}),
    ("Priya", "figures acknowledgements mp=anyborough",
     f"Acknowledgements to MPs within 2 working days (our target), MP anyborough, {ON}: 1 of 1 (100%).", {}),
    ("Priya", "figures holding replies", f"Holding replies to MPs within 8 working days (our target), {ON}: none.", {}),
    ("Vera", "figures mp replies", "Letters are told of to the council's own staff, in their own rooms.", {}),
    ("Priya", "figures phase transfers",
     "Phase transfers left to do, Tue 1 Sep to Tue 31 Aug 2027: 2 of 3; 1 done, 1 in time.",
     {"By Sun 14 Feb 2027": "1 of 2; 1 done, 1 in time", "By Tue 30 Mar 2027": "1 of 1; 0 done, 0 in time"}),
    ("Priya", "figures open cases", "Open cases: 18.", {}),
    ("Tom", "figures open cases for me", "Open cases, for Tom: 4.", {}),
    ("Priya", "figures caseload", "Open cases by officer: 18.",
     {"Priya": "12", "Tom": "3", "Lee": "1", "Nobody yet": "2"}),
    ("Priya", "figures new requests since 1 June", "New requests, Mon 1 Jun to Fri 16 Oct: 1.", {}),
    ("Priya", "figures new requests by month since 1 May", "New requests, Fri 1 May to Fri 16 Oct: 1.",
     {"May 2026": "none", "June 2026": "1"}),
    ("Priya", "figures assessments agreed", f"Assessments agreed, {ON}: 3 of 4 (75%) decided.", {}),
    ("Priya", "figures refused this quarter", "Assessments refused, Thu 1 Oct to Fri 16 Oct: none.", {}),
    ("Priya", "figures closed cases since 1 September", "Closed cases, Tue 1 Sep to Fri 16 Oct: 1.", {}),
    ("Priya", "figures past 20 weeks", "New plans not out after more than 20 weeks: 2.", {}),
    ("Priya", "figures past 52 weeks", "New plans not out after more than 52 weeks: 1.", {}),
    ("Priya", "figures overdue by officer", "Overdue, of any kind: 4.", {"Priya": "2", "Tom": "1", "Nobody yet": "1"}),
    ("Priya", "figures overdue for health", "Overdue, of any kind, for health: 1.", {}),
    ("Priya", "figures overdue by service", "Overdue, of any kind: 4.",
     {"No advice: the council's own": "3", "Speech and language": "1"}),
    ("Priya", "figures overdue mp=lane", "Overdue, of any kind, MP lane: none.", {}),  # of a hidden case too
    ("Tom", "figures overdue mp=lane", "Overdue, of any kind, MP lane: 1.", {}),
    ("Priya", "figures cases with an mp", "Open cases that an open MP letter is about: 1.", {}),
    ("Priya", "figures mp letters since 1 October", "MP letters received, Thu 1 Oct to Fri 16 Oct: 1.", {}),
    ("Priya", "figures open mp letters", "Open MP letters: 4.", {}),
    ("Priya", "figures open letters letter=complaint", "Open complaints: none.", {}),
    ("Priya", "figures open cases process=phase_transfer", "Open cases, phase transfer: 4.", {}),
    ("Priya", "figures plans process=annual_review",
     "Of one process I count: open cases, caseload, closed cases, overdue, cases without an owner, exceptions.", {}),
    ("Priya", "figures appeals", "Open appeals: 1.", {}),
    ("Priya", "figures exceptions", f"Cases with an exception put on record, {ON}: 2.",
     {"School closed": "1", "Family away from the area": "2"}),
    ("Vera", "figures exceptions", f"Cases with an exception put on record, {ON}: 2.", {}),
    ("Priya", "figures cases without an owner", "Open cases without an owner: 2.", {}),
    ("Priya", "figures gaps", "Gaps in the record: 64.",
     {"No owner": "2", "Owner has left": "1", "No record number": "18", "Letter without a case": "3"}),
    ("Vera", "figures gaps", "Gaps in the record: 57.", {"No owner": "2"}),
    ("Priya", "figures plans since 1 October until 1 September",
     "The first day is after the last. Say, for example: figures since 1 September", {}),
    ("Priya", "figures open cases since 1 September", "That is counted as it stands today: leave out the days.", {}),
    ("Priya", "figures average open cases",
     "That I can say of these: plans, decisions to assess, drafts, review decisions, amended plans, MP replies, "
     "holding replies, acknowledgements, advice, and of any clock by its name.", {}),
    ("Priya", "figures overdue against last month",
     "That is counted as it stands today: I have nothing to compare it with.", {}),
    ("Priya", "figures plans by service",
     "I can't count plans by service. By officer or team I can count most things.", {}),
    ("Priya", "figures this term",
     "I have no term dates on record. Say since which day, for example: figures since 1 September", {}),
)  # fmt: skip


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def counted(council: Council) -> dict[str, Person]:
    """The rows above, of a case each; a plan of a case that is Tom's alone; two cases that nobody has."""
    moira = council.person("Moira", role=Role.MANAGER)
    people = {name: council.person(name, manager=moira) for name in ("Priya", "Tom")}
    people |= {
        "Moira": moira,
        "Vera": council.person("Vera", role=Role.VIEWER),
        "Lee": council.person("Lee", active=False),
    }
    cases = [plan(council, people[whose], *row) for whose, *row in PLANS]
    hidden = council.case(people["Tom"], restricted=True)
    council.clock(hidden, date(2026, 5, 25), started_on=date(2026, 1, 5), state=MET, stopped_on=date(2026, 5, 1))
    for row in ADVICE:
        ask(council, council.case(people["Priya"]), *row)
    for number, letter in enumerate(LETTERS):
        about = write(council, number, *letter)
        if number == 0:
            council.add(EnquiryCase(enquiry_id=about.id or 0, case_id=cases[2].id or 0))
    of_both = write(council, len(LETTERS), "Rhys Lane", "Westmoor", "mp_ack", MET, date(2026, 9, 1), date(2026, 9, 2))
    for about in (hidden, cases[5]):
        council.add(EnquiryCase(enquiry_id=of_both.id or 0, case_id=about.id or 0))
    for rule, state, due, sent in TRANSFERS:
        case = council.case(people["Priya"], process=Process.PHASE_TRANSFER)
        council.clock(case, due, started_on=date(2025, 12, 1), rule=rule, state=state, stopped_on=sent)
    council.case(None, process=Process.APPEAL)
    council.case(None)
    for number, what, on in FACTS:
        record(council, cases[number - 1], what, on)
    wrong = record(council, cases[0], "A1", date(2026, 5, 3))
    record(council, cases[0], EntryKind.CORRECTED, date(2026, 5, 4), supersedes=wrong.id)
    return people


def plan(council: Council, owner: Person, state: ClockState, came: date, legal: date, out: date | None, grounds: str,
         closed: date | None) -> Case:  # fmt: skip
    """A request, decided after 36 days, and its plan."""
    ended = {"status": CaseStatus.CLOSED, "closed_on": closed} if closed else {}
    case = council.case(owner, **ended)
    council.clock(case, legal, started_on=came, state=state, stopped_on=out, exception=grounds)
    decided = {"rule": "ehcna_decide", "state": MET, "stopped_on": came + timedelta(days=36)}
    council.clock(case, came + timedelta(weeks=6), started_on=came, **decided)
    council.clock(
        case, legal, started_on=came, state=state, stopped_on=out, information=True
    )  # no duty: it counts never
    return case


def ask(council: Council, case: Case, service: str, agency: Agency, state: ClockState, came: date | None) -> None:
    request = Request(case_id=case.id or 0, service=service, agency=agency, asked_on=date(2026, 8, 1))
    council.add(request)
    rule = council.rules.service(service).clock
    more = {"request_id": request.id, "rule": rule, "agency": agency, "state": state, "stopped_on": came}
    council.clock(case, date(2026, 9, 12), started_on=date(2026, 8, 1), **more)


def write(council: Council, number: int, mp: str, of: str, rule: str, state: ClockState, came: date,
          answered: date | None) -> Enquiry:  # fmt: skip
    about = Enquiry(
        reference=f"MP-2026-{number:04}", year=2026, number=number, kind=LetterKind.MP_LETTER, mp=mp, constituency=of,
        wrapped_key=b"wrapped", opened_at=NOW,
    )  # fmt: skip
    council.add(about)
    council.clock(about, came + timedelta(days=14), started_on=came, rule=rule, state=state, stopped_on=answered)
    return about


def record(council: Council, case: Case, what: EntryKind | str, on: date, **more: Any) -> Entry:
    """A fact, or an exception by its ground."""
    number = council.numbers["entry"] = council.numbers.get("entry", 0) + 1
    kind = what if isinstance(what, EntryKind) else EntryKind.EXCEPTION_CLAIMED
    entry = Entry(
        stream=f"case:{case.id}", number=number, case_id=case.id, kind=kind, happened_on=on, recorded_at=NOW,
        clear={} if kind is what else {"ground": what}, previous=b"", digest=b"", **more,
    )  # fmt: skip
    council.add(entry)
    return entry


def answered(turn: Turn, line: str) -> Message:
    """What the line is answered, or refused with."""
    found, rest = BOOK.find(line)
    try:
        return found.run(turn, **fill(found, turn, rest, None).values)
    except Refusal as refusal:
        return Message(str(refusal))


def test_each_line_is_answered_as_counted_by_hand(council: Council) -> None:
    people = counted(council)
    wrong: dict[str, object] = {}
    with council.store.reading() as db:
        for who, line, first, below in SAID:
            message = answered(replace(council.turn(db, NOW), who=people[who], private=True), line)
            facts = {fact.label: fact.value for fact in message.facts}
            told = {name: facts.get(name) for name in below}
            if (message.text, told) != (first, below):
                wrong[f"{who}: {line}"] = (message.text, facts)
            for action in message.actions:
                command, rest = BOOK.find(action.line)
                fill(command, replace(council.turn(db, NOW), who=people[who], private=True), rest, None)
    assert wrong == {}


BEHIND = (
    # a figure, and the button that shows each of what it counts
    ("figures past 52 weeks", "Which"),
    ("figures past 20 weeks for Tom", "Which"),
    ("figures overdue", "The list"),
    ("figures overdue for health", "The list"),
    ("figures cases without an owner", "The cases"),
    ("figures open cases for me", "The cases"),
    ("figures closed cases since 1 September", "The cases"),
)


@pytest.mark.databases("sqlite")
def test_the_list_behind_a_figure_holds_as_many(council: Council) -> None:
    people = counted(council)
    with council.store.reading() as db:
        turn = replace(council.turn(db, NOW), who=people["Priya"], private=True)
        for said, label in BEHIND:
            figure = answered(turn, said)
            (behind,) = [action.line for action in figure.actions if action.label == label]
            table = answered(turn, behind).table
            assert table and figure.text.endswith(f": {len(table.rows)}."), (said, behind, table)


@pytest.mark.databases("sqlite")
def test_a_room_hears_of_no_restricted_case_and_no_figure_that_is_not_for_it(council: Council) -> None:
    people = counted(council)
    with council.store.reading() as db:
        tom = replace(council.turn(db, NOW), who=people["Tom"], private=False)
        assert answered(tom, "figures plans for me").text.endswith("1 of 1 (100%).")
        health = replace(tom, room=council.room(Agency.HEALTH))
        assert answered(health, "figures advice").text.endswith("2 of 4 (50%), 2 late.")
        nobodys = replace(tom, room=council.room(None))
        assert answered(nobodys, "figures plans").private and not answered(health, "figures plans").private
        assert answered(health, "figures overdue").text == "Overdue, of any kind: 1."
        assert answered(health, "figures mp ack").text.endswith(": none.")
        assert answered(health, "figures mp replies").text.startswith("Letters are told of")
        assert answered(health, "figures gaps").text.startswith("What is missing")
        assert answered(health, "figures exceptions by ground").text.startswith("On which ground")


@pytest.mark.databases("sqlite")
def test_the_statements_are_as_many_however_many_there_are(council: Council) -> None:
    people = counted(council)
    said: list[str] = []

    def statements() -> dict[str, int]:
        found = {}
        with council.store.reading() as db:
            turn = replace(council.turn(db, NOW), who=people["Priya"], private=True)
            for _, line, _, _ in SAID:
                said.clear()
                answered(turn, line)
                found[line] = len(said)
        return found

    event.listen(council.store.engine, "before_cursor_execute", lambda *words: said.append(words[2]))
    before = statements()
    for _ in range(3):
        plan(council, people["Priya"], MET, date(2026, 1, 5), date(2026, 5, 25), date(2026, 5, 20), "", None)
    assert statements() == before and max(before.values()) <= 12, before


@pytest.mark.parametrize(
    ("took", "said"),
    [(((0, 0)), "none"), (((1, 8)), "1 of 8 (13%)"), (((3, 3)), "3 of 3 (100%)"), (((2, 3)), "2 of 3 (67%)")],
)
def test_a_share_is_said_with_what_it_is_of(took: tuple[int, int], said: str) -> None:
    assert str(Kept(*took)) == said


def test_the_help_names_every_figure() -> None:
    told = BOOK.find("figures")[0].help
    assert [about.label for about in About if about.label not in told] == ["headlines"]


def test_a_time_taken_is_said_with_its_median() -> None:
    assert [str(Took(days)) for days in ((), (1,), (30, 36, 48))] == [
        "none",
        "1 day on average (median 1), of 1",
        "38 days on average (median 36), of 3",
    ]


# In words

ASKED = (
    ("how are we doing on 20 weeks this month", "figures plans since 2026-11-01"),
    ("what's the 20 week figure month by month since September", "figures plans by month since 2026-09-01"),
    ("what's Priya's 20 week figure", "figures plans for Priya Shah"),
    ("my 20 week figure this year without exceptions", "figures plans without exceptions for me since 2026-01-01"),
    ("how is my team doing on 20 weeks", "figures plans team me"),
    ("what is Tom Reid's team's 20 week figure", 'figures plans team "Tom Reid"'),
    ("how did we do on 20 weeks this month compared with last month",
     "figures plans since 2026-11-01 against last month"),
    ("% advice in on time by service since September", "figures advice by service since 2026-09-01"),
    ("how is CAMHS doing", "figures camhs"),
    ("what share of drafts went out in time last month", "figures drafts since 2026-10-01 until 2026-10-31"),
    ("what percentage of decisions to assess were on time this year", "figures decisions to assess since 2026-01-01"),
    ("% of annual review decisions within 4 weeks since April", "figures review decisions since 2026-04-01"),
    ("what percentage of amended plans went out on time", "figures amended plans"),
    ("average time for a final plan", "figures average plans"),
    ("on average how late is CAMHS", "figures average camhs"),
    ("holding replies in time this month", "figures holding replies since 2026-11-01"),
    ("what percentage of acknowledgements were in time for Dana Okoro", 'figures acknowledgements mp="Dana Okoro"'),
    ("how many open cases does Priya have", "figures open cases for Priya Shah"),
    ("how many cases does each officer have", "figures caseload"),
    ("how many cases did we close last month", "figures closed cases since 2026-10-01 until 2026-10-31"),
    ("how many requests were refused since April", "figures assessments refused since 2026-04-01"),
    ("how many cases have an MP", "figures cases with an MP"),
    ("how many appeals do we have open", "figures open appeals"),
    ("how many exceptions have we claimed this year", "figures exceptions since 2026-01-01"),
    ("how many are overdue for health", "figures overdue for health"),
    ("how many cases are past 20 weeks", "figures past 20 weeks"),
    ("are there any gaps in our data", "figures gaps"),
    ("are we doing better than last month on 20 weeks", "figures plans against last month"),
    ("what percentage of decisions to assess were made in 6 weeks", "figures decisions to assess"),
    ("caseload by officer", "figures caseload"),
    ("how many annual reviews are overdue", "figures overdue process=annual_review"),
    ("how many complaints do we have open", "figures open letters letter=complaint"),
    ("how many annual reviews did we do on time this term", "figures review decisions since 2026-09-02"),
    ("how many plans are overdue", "figures past 20 weeks"),
    ("how many drafts are overdue", 'list which=overdue date="draft plan"'),
    ("how many cases have been open more than 30 weeks", 'list which=cases age="more than 30 weeks"'),
    ("how many requests did we agree to assess last month",
     "figures assessments agreed since 2026-10-01 until 2026-10-31"),
    ("performance by officer this month", "figures by officer since 2026-11-01"),
    ("exceptions by ground this year", "figures exceptions by ground since 2026-01-01"),
    ("any data missing on my cases", "figures gaps for me"),
)  # fmt: skip


def test_a_question_becomes_its_line() -> None:
    wrong = {}
    for text, line in ASKED:
        found = understand(text, vocabulary=vocabulary(), today=date(2026, 11, 25))
        if (found.line, found.unmet) != (line, ()):
            wrong[text] = (found.intent, found.line, found.unmet, found.slots)
    assert wrong == {}


def test_what_follows_goes_on_about_the_same_figure() -> None:
    asked = ("how many open cases do we have", "how is my team doing on 20 weeks without exceptions")
    told = [
        understand(more, vocabulary=vocabulary(), today=date(2026, 11, 25), context=[before]).line
        for before, more in zip(asked, ("and mine?", "and Tom?"), strict=True)
    ]
    assert told == ["figures open cases for me", "figures plans without exceptions for Tom Reid"]


@pytest.mark.parametrize(
    ("text", "line", "unmet"),
    [
        ("how many taxis do we pay for", "", ()),
        ("20 week figure by week", "figures plans", ("by",)),
        ("how many open cases did we have last month", "figures open cases", ("period",)),
    ],
)
def test_what_there_is_no_figure_for_is_said(text: str, line: str, unmet: tuple[str, ...]) -> None:
    found = understand(text, vocabulary=vocabulary(), today=date(2026, 11, 25))
    assert (found.line, found.unmet) == (line, unmet), found
