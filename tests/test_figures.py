"""The figures, against rows that were counted by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from bot.cases.figures import Kept, figures
from bot.commands.figures import About, figures_, share
from bot.domain.terms import Agency, ClockState, LetterKind, Role
from bot.turn import Turn
from storage.connect import Store
from storage.tables import Case, Enquiry, Person, Request
from tests.council import Council, at

NOW = at("2026-10-16 09:00")
FIRST, LAST = date(2026, 1, 1), date(2026, 10, 16)
MET, LATE, RUNNING = ClockState.MET, ClockState.MET_LATE, ClockState.RUNNING

PLANS = (
    # state, request came, last day, went out, grounds, information
    (MET, date(2026, 1, 5), date(2026, 5, 25), date(2026, 5, 20), "", False),
    (LATE, date(2026, 1, 5), date(2026, 5, 25), date(2026, 6, 30), "A1", False),
    (LATE, date(2026, 1, 5), date(2026, 5, 25), date(2026, 7, 10), "", False),
    (MET, date(2025, 9, 1), date(2026, 1, 19), date(2026, 1, 1), "", False),  # the first day counts
    (MET, date(2025, 8, 1), date(2025, 12, 19), date(2025, 12, 31), "", False),  # the day before does not
    (MET, date(2026, 1, 5), date(2026, 5, 25), date(2026, 5, 20), "", True),  # no duty
    (RUNNING, date(2025, 10, 16), date(2026, 3, 5), None, "", False),  # 52 weeks and a day
    (RUNNING, date(2025, 10, 17), date(2026, 3, 6), None, "", False),  # 52 weeks
    (RUNNING, date(2026, 6, 1), date(2026, 10, 19), None, "", False),
)
ADVICE = (
    # service, agency, state
    ("speech_and_language", Agency.HEALTH, MET),
    ("speech_and_language", Agency.HEALTH, LATE),
    ("speech_and_language", Agency.HEALTH, MET),
    ("educational_psychology", Agency.EDUCATION, LATE),
)


@pytest.fixture
def council(database_url: str) -> Iterator[Council]:
    store = Store(database_url)
    yield Council(store)
    store.close()


def counted(council: Council) -> dict[str, Person]:
    """The rows above, of a case each; a plan of a case that is Tom's alone; two replies to MPs."""
    people = {
        "Priya": council.person("Priya"),
        "Tom": council.person("Tom"),
        "Vera": council.person("Vera", role=Role.VIEWER),
    }
    for state, came, legal, out, grounds, information in PLANS:
        case = council.case(people["Priya"])
        more = {"stopped_on": out, "exception": grounds, "information": information}
        council.clock(case, legal, started_on=came, state=state, **more)
    hidden = council.case(people["Tom"], restricted=True)
    council.clock(hidden, date(2026, 5, 25), started_on=FIRST, state=MET, stopped_on=date(2026, 5, 1))
    for service, agency, state in ADVICE:
        ask(council, council.case(people["Priya"]), service, agency, state)
    for number, state in enumerate((MET, LATE)):
        letter(council, number, state)
    return people


def ask(council: Council, case: Case, service: str, agency: Agency, state: ClockState) -> None:
    request = Request(case_id=case.id, service=service, agency=agency, asked_on=date(2026, 8, 1))
    council.add(request)
    rule = council.rules.service(service).clock
    more = {"request_id": request.id, "rule": rule, "state": state, "stopped_on": date(2026, 9, 1)}
    council.clock(case, date(2026, 9, 12), started_on=date(2026, 8, 1), **more)


def letter(council: Council, number: int, state: ClockState) -> None:
    about = Enquiry(
        reference=f"MP-2026-{number:04}",
        year=2026,
        number=number,
        kind=LetterKind.MP_LETTER,
        mp="Dana Okoro",
        constituency="North Anyshire",
        wrapped_key=b"wrapped",
        opened_at=NOW,
    )
    council.add(about)
    more = {"rule": "mp_reply", "state": state, "stopped_on": date(2026, 9, 10)}
    council.clock(about, date(2026, 9, 15), started_on=date(2026, 9, 1), **more)


def turn_of(council: Council, db: object, person: Person) -> Turn:
    return replace(council.turn(db, NOW), who=person)  # type: ignore[arg-type]


def test_they_are_as_counted_by_hand(council: Council) -> None:
    people = counted(council)
    with council.store.reading() as db:
        seen = {name: figures(turn_of(council, db, person), FIRST, LAST) for name, person in people.items()}
        told = figures_(turn_of(council, db, people["Priya"]), about=About.REPLIES)
        until_june = figures(turn_of(council, db, people["Priya"]), FIRST, date(2026, 6, 30))
    mine = seen["Priya"]
    assert (mine.plans, mine.plain_plans) == (Kept(2, 4), Kept(2, 3))
    assert (mine.past_limit, mine.very_late) == (2, 1)
    assert mine.advice == (("educational_psychology", Kept(0, 1)), ("speech_and_language", Kept(2, 3)))
    assert mine.replies == Kept(1, 2)
    assert seen["Tom"].plans == Kept(3, 5), "of his own hidden case too"
    assert (seen["Vera"].plans, seen["Vera"].advice, seen["Vera"].replies) == (Kept(2, 4), (), None)
    assert until_june.plans == Kept(2, 3)
    assert told.text == "Replies to MPs in time, Thu 1 Jan 2026 to Fri 16 Oct: 1 of 2 (50%)."
    facts = {fact.label: fact.value for fact in told.facts}
    assert facts["Speech and language advice in time"] == "2 of 3 (67%)"
    assert facts["Without exceptions"] == "2 of 3 (67%)"


@pytest.mark.parametrize(("kept", "said"), [((0, 0), "none"), ((1, 8), "1 of 8 (13%)"), ((3, 3), "3 of 3 (100%)")])
def test_a_share_is_said_with_what_it_is_of(kept: tuple[int, int], said: str) -> None:
    assert share(Kept(*kept)) == said
