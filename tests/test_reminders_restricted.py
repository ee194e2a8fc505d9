"""Reminders of a restricted case: told to its owner and the owner's manager, and to nobody else by any road."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from bot.cards import post_message
from bot.cases.recipients import ALONE, Recipients
from bot.cases.undelivered import give_up
from bot.domain.message import Message
from bot.domain.terms import Agency, Hears, PostSays, PostState
from bot.reminders import digests, sweep
from storage.connect import Store
from storage.tables import Case, Nudge, Person, Post
from tests.council import RULES, VAULT, Council, at

LATE = "2026-11-02 09:00"
"""A Monday, ten working days after `DUE`: the rung that the manager and the head hear."""
DUE = date(2026, 10, 19)
TUESDAY = "2026-10-13 07:30"  # half past eight in London


@dataclass
class Office:
    """An officer, her manager, the head of service, and a deputy who belongs to none of them."""

    council: Council
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        above = None
        for name in ("Head", "Manager", "Owner"):
            above = self.people[name] = self.council.person(name, manager=above)
        self.people["Deputy"] = self.council.person("Deputy")
        self.council.room(Agency.HEALTH)
        self.council.room(None)

    def case(self, *, restricted: bool = True, owner: str = "Owner") -> Case:
        return self.council.case(self.people[owner], restricted=restricted)

    def away(self, *couples: tuple[str, str]) -> None:
        for name, deputy in couples:
            cover = self.people.get(deputy)
            self.council.away(self.people[name], date(2026, 10, 1), date(2026, 11, 30), cover)

    def leaves(self, *names: str) -> None:
        with self.council.store.transaction() as db:
            for name in names:
                db.get_one(Person, self.people[name].id).active = False

    def hears(self, role: Hears) -> tuple[list[str], str]:
        with self.council.store.reading() as db:
            owner_id = self.people["Owner"].id
            found = Recipients(self.council.turn(db, at(LATE))).of(
                role, owner_id=owner_id, agency=Agency.HEALTH, restricted=True
            )
        return [self.name(place.person_id) for place in found.places], found.why

    def name(self, person_id: int | None) -> str:
        return next((name for name, one in self.people.items() if one.id == person_id), "a room")

    def reads(self, now: str) -> dict[str, Message]:
        """What waits for each person, in words."""
        with self.council.store.reading() as db:
            turn = self.council.turn(db, at(now))
            posts = self.council.posts(Post.state == PostState.WAITING, Post.says != PostSays.NOTICE)
            said = {self.name(post.person_id): post_message(turn, post) for post in posts}
        return {name: message for name, message in said.items() if message}

    def nudge(self, case: Case, to: str | None) -> Nudge:
        """A nudge in a post of its own to somebody, or to a room, as the sweep leaves it."""
        return self.bundle([case], to)[0]

    def bundle(self, cases: list[Case], to: str | None) -> list[Nudge]:
        clocks = [self.council.clock(case, DUE, started_on=date(2026, 9, 7)) for case in cases]
        post = Post(
            key=f"p{clocks[0].id}", says=PostSays.NUDGES, connection_id=1, not_before=at(LATE), made_at=at(LATE)
        )
        post.person_id = self.people[to].id if to else None
        post.room_id = None if to else 1
        self.council.add(post)
        what: dict[str, Any] = {
            "due": DUE,
            "rung": "10-after",
            "hears": Hears.MANAGER,
            "post_id": post.id,
            "at": at(LATE),
        }
        nudges = [Nudge(key=f"{clock.id}", deadline_id=clock.id, **what) for clock in clocks]
        self.council.add(*nudges)
        with self.council.store.transaction() as db:
            db.get_one(Post, post.id).about = {"nudges": [nudge.id for nudge in nudges]}
        return nudges

    def gives_up(self, times: int = 1) -> None:
        for _ in range(times):
            waiting = self.council.posts(Post.state == PostState.WAITING, Post.says == PostSays.NUDGES)
            with self.council.store.transaction() as db:
                for post in waiting:
                    give_up(self.council.turn(db, at(LATE)), post.id or 0, "account_inactive")

    def waiting(self) -> dict[str, list[int]]:
        """Who is to hear which nudges."""
        posts = self.council.posts(Post.state == PostState.WAITING, Post.says == PostSays.NUDGES)
        return {self.name(post.person_id): post.about["nudges"] for post in posts}


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = Store(database_url)
    yield Office(Council(store))
    store.close()


NO_ROOM = "a restricted case is spoken of in no room"
NO_COVER = "Owner is away and Deputy may not see it"


@pytest.mark.parametrize(
    "meant,away,left,heard,why",
    [
        (Hears.OWNER, [], [], ["Owner"], ""),
        (Hears.MANAGER, [], [], ["Manager"], ""),
        (Hears.HEAD, [], [], ["Manager"], ALONE),
        (Hears.ROOM, [], [], ["Owner"], NO_ROOM),
        (Hears.HEAD, [], ["Manager"], ["Owner"], f"{ALONE}; Manager can't be reached"),
        (Hears.MANAGER, [], ["Manager"], ["Owner"], "Manager can't be reached"),
        (Hears.OWNER, [("Owner", "Deputy")], [], ["Manager"], NO_COVER),
        (Hears.OWNER, [("Owner", "Manager")], [], ["Manager"], "Owner is away"),
        (Hears.ROOM, [("Owner", "Deputy")], [], ["Manager"], f"{NO_ROOM}; {NO_COVER}"),
        (Hears.MANAGER, [("Manager", "Head")], [], ["Owner"], "Manager is away and Head may not see it"),
        (Hears.OWNER, [("Owner", "Deputy")], ["Manager"], [], f"{NO_COVER}; Manager can't be reached"),
    ],
)
def test_a_restricted_case_is_told_to_its_owner_or_their_manager(
    office: Office, meant: Hears, away: list[tuple[str, str]], left: list[str], heard: list[str], why: str
) -> None:
    office.away(*away)
    office.leaves(*left)
    assert office.hears(meant) == (heard, why)


def test_the_heads_rung_of_a_restricted_case_names_it_to_the_manager_alone(office: Office) -> None:
    office.council.clock(office.case(), DUE, started_on=date(2026, 9, 7), ladder="agency", rule="advice_health")
    sweep(office.council.store, RULES, VAULT, at(LATE))
    assert set(office.reads(LATE)) == {"Manager", "Owner"}


def test_the_manager_reads_of_no_room_that_was_told(office: Office) -> None:
    clock = {"ladder": "agency", "rule": "advice_health"}
    office.council.clock(office.case(), DUE, started_on=date(2026, 9, 7), agency=Agency.HEALTH, **clock)
    for now in ("2026-10-05 08:00", "2026-10-12 08:00", "2026-10-26 09:00"):
        sweep(office.council.store, RULES, VAULT, at(now))
    told = office.reads("2026-10-26 09:00")["Manager"].aside
    assert told == "Told: the owner on Mon 5 and Mon 12 Oct. No answer is recorded."


def test_where_neither_is_there_the_administrators_hear_no_reference(office: Office) -> None:
    office.leaves("Owner", "Manager")
    office.council.clock(office.case(), DUE, started_on=date(2026, 9, 7), ladder="agency", rule="advice_health")
    sweep(office.council.store, RULES, VAULT, at(LATE))
    (post,) = office.council.posts()
    assert (post.case_id, post.about) == (None, {"notice": "undelivered", "person_id": office.people["Owner"].id})


@pytest.mark.parametrize(
    "to,roads",
    [
        ("Owner", [["Manager"], []]),
        ("Manager", [["Owner"], []]),
        ("Head", [["Manager"], ["Owner"], []]),  # from before the case was restricted
        (None, [["Manager"], ["Owner"], []]),
    ],
)
def test_an_undelivered_nudge_of_a_restricted_case_stays_with_the_two(
    office: Office, to: str | None, roads: list[list[str]]
) -> None:
    nudge = office.nudge(office.case(), to)
    found = []
    for _ in roads:
        office.gives_up()
        found.append(list(office.waiting()))
    assert found == roads
    assert office.council.nudges(Nudge.id == nudge.id)[0].skipped == "nobody could be reached"
    assert all(post.case_id is None for post in office.council.posts(Post.says == PostSays.NOTICE))


def test_of_a_bundle_that_cannot_be_delivered_only_the_rest_goes_up_the_line(office: Office) -> None:
    plain, hidden = office.bundle([office.case(restricted=False), office.case()], "Manager")
    office.gives_up()
    assert office.waiting() == {"Head": [plain.id], "Owner": [hidden.id]}
    said = office.reads(LATE)["Owner"]
    assert "SEND-2026-0002" in said.text and ALONE in said.aside


def test_a_nudge_on_its_way_is_not_said_to_who_may_no_longer_see_the_case(office: Office) -> None:
    """It was handed over in the night."""
    office.bundle([office.case(), office.case(restricted=False)], "Owner")
    with office.council.store.transaction() as db:
        db.get_one(Case, 1).owner_id = office.people["Deputy"].id
    assert "SEND-2026-0002" in office.reads(LATE)["Owner"].text


def digest(office: Office, now: str = TUESDAY) -> dict[str, list[str]]:
    """Which references each person's digest lists."""
    digests(office.council.store, RULES, VAULT, at(now))
    return {name: references(message) for name, message in office.reads(now).items()}


def references(message: Message) -> list[str]:
    return sorted(row.cells[0] for row in message.table.rows) if message.table else []


def soon(office: Office, *cases: Case, **more: Any) -> None:
    for case in cases:
        office.council.clock(case, date(2026, 10, 16), started_on=date(2026, 9, 7), **more)


def test_a_deputys_digest_leaves_out_what_the_manager_reads_instead(office: Office) -> None:
    soon(office, office.case(restricted=False), office.case())
    office.away(("Owner", "Deputy"))
    assert digest(office) == {"Deputy": ["SEND-2026-0001"], "Manager": ["SEND-2026-0002"]}
    assert "Restricted cases of Owner are here too" in office.reads(TUESDAY)["Manager"].aside


def test_a_deputy_gets_no_digest_for_what_they_may_not_see(office: Office) -> None:
    soon(office, office.case())
    office.case(restricted=False)
    office.away(("Owner", "Deputy"))
    assert digest(office) == {"Manager": ["SEND-2026-0001"]}


def test_the_owner_reads_all_and_a_manager_who_covers_too(office: Office) -> None:
    soon(office, office.case(restricted=False), office.case())
    assert digest(office) == {"Owner": ["SEND-2026-0001", "SEND-2026-0002"]}
    office.away(("Owner", "Manager"))
    assert digest(office, "2026-10-14 07:30")["Manager"] == ["SEND-2026-0001", "SEND-2026-0002"]


@pytest.mark.parametrize(
    "away,read",
    [
        ([("Owner", "Deputy")], {"Manager": ["SEND-2026-0001"]}),
        ([("Owner", "Deputy"), ("Manager", "Head")], {}),
    ],
)
def test_a_restricted_case_that_came_late_is_told_to_no_deputy(
    office: Office, away: list[tuple[str, str]], read: dict[str, list[str]]
) -> None:
    """They go away between the sweep and the morning."""
    recorded = at("2026-10-12 10:00")
    late: dict[str, Any] = {"recorded_at": recorded, "next_at": recorded}
    office.council.clock(office.case(), date(2026, 10, 9), started_on=date(2026, 8, 28), **late)
    sweep(office.council.store, RULES, VAULT, recorded)
    office.away(*away)
    assert digest(office) == read
    told = [office.name(post.about["person_id"]) for post in office.council.posts(Post.says == PostSays.NOTICE)]
    assert told == ([] if read else ["Owner", "Manager"])
