"""E-mail as the last address: who is written to where no chat takes it, what they read, and that nobody else is.

The mail server is a stand-in over a real socket; the courier, the record and the words are the bot's own.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from adapters.mail.chat import AT_ONCE, MailChat
from bot import reminders
from bot.auditor import Auditor
from bot.cards.posted import post_message
from bot.cases import posts
from bot.cases.children import Private, register
from bot.courier import ATTEMPTS, REST, Chat, Courier, Credentials
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.message import Address, Message
from bot.domain.terms import Agency, Hears, Notice, Platform, PostSays, PostState, Role
from storage.connect import Store
from storage.tables import Case, Connection, Deadline, Enquiry, EnquiryCase, Nudge, Person, Post
from tests.adapters.fake_mail import FakeMailServer, Taken
from tests.council import RULES, SLACK, TEAMS, VAULT, Council, at
from tests.fake_chat import FakeChat
from tests.test_courier import Office

pytestmark = pytest.mark.databases("sqlite")
on_both = pytest.mark.databases("sqlite", "postgresql")
"""Where what is asked of the database is new; the rest is who, and which words."""
MONDAY = at("2026-10-12 09:00")
MINUTE = timedelta(minutes=1)
MAIL = 4
RECORDS = "https://records.council.example/children/{record_number}"


class Gone(FakeChat):
    """A workspace that has taken the bot's token away."""

    async def send(self, to: Address, message: Message, key: str) -> str:
        raise Undeliverable("token_revoked", whole=True)


@dataclass
class PostOffice(Office):
    """The council with a mail server beside its chats."""

    server: FakeMailServer = field(default_factory=FakeMailServer)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))
    in_time: float = 5.0

    def carrier(self) -> Courier:
        credentials = Credentials(MAIL, "smtp", secrets={"url": self.server.url, "sender": "send@council.example"})
        mail = MailChat(credentials, threads=self.threads, clock=lambda: MONDAY, in_time=self.in_time)
        chats: dict[int, Chat] = {SLACK: self.slack, TEAMS: self.teams, MAIL: mail}
        return Courier(
            self.council.store,
            RULES,
            VAULT,
            chats=chats,
            render=post_message,
            record_url=RECORDS,
            chance=lambda: 1.0,
        )

    async def carry(self, rounds: int = 9, now: datetime = MONDAY) -> list[Taken]:
        """Everything to its end, a minute a round; what the mail server has then."""
        courier = self.carrier()
        for each in range(rounds):
            await courier.deliver(now + each * MINUTE)
        return self.server.taken

    def change(self, table: type[Any], key: int | None, **values: Any) -> None:
        with self.council.store.transaction() as db:
            row = db.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)

    def administrator(self, name: str = "Kit") -> Person:
        return self.council.person(name, role=Role.ADMINISTRATOR, on=None)

    def assign(self, person: Person, **more: Any) -> Case:
        """A case of theirs, of which they are told."""
        case = self.council.case(person, **more)
        self.tell(person, case_id=case.id)
        return case

    def everybody(self) -> list[str]:
        """Whom the mail server was given something for, in order."""
        return [taken.to.partition("@")[0] for taken in self.server.taken]


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[PostOffice]:
    store, server = Store(database_url), FakeMailServer()
    async with server.running():
        office = PostOffice(Council(store), server=server)
        office.council.add(
            Connection(platform=Platform.MAIL, outside_id="smtp", name="Anyshire", domains=["council.example"])
        )
        yield office
        office.threads.shutdown()
    store.close()


@on_both
async def test_the_token_revoked_and_no_administrators_room_the_owner_has_a_mail(office: PostOffice) -> None:
    shah = office.council.person("Shah")
    office.administrator()
    office.nudge(office.council.case(shah), person=shah)
    office.slack = Gone()
    mail, to_kit = await office.carry()
    assert (mail.to, mail.mail["Subject"]) == ("shah@council.example", "SEND-2026-0001")
    assert (
        mail.text
        == """SEND-2026-0001 final plan is due Mon 19 Oct (in 7 days) · statutory

This comes by e-mail because no chat could deliver it.

To see more or to record what you did, say in chat: open SEND-2026-0001

The council's record system: https://records.council.example/

-- \nreferralbot
Nobody reads an answer to this e-mail.
"""
    )
    assert (to_kit.to, to_kit.mail["Subject"]) == ("kit@council.example", "1 notice")
    assert to_kit.text.startswith("Nothing can be delivered in Slack any more (slack).")
    (nudge,) = office.council.nudges()
    said = office.council.posts(Post.id == nudge.post_id)[0]
    assert (nudge.person_id, nudge.skipped) == (shah.id, "")
    assert (said.connection_id, said.state, said.platform_id) == (MAIL, PostState.SENT, mail.mail["Message-ID"])
    assert await office.carry(now=MONDAY + 2 * REST) == [mail, to_kit], "nothing is mailed twice"


@pytest.mark.parametrize("left", ["another account", "a manager in chat", "the administrators' room"])
async def test_while_any_chat_is_left_nobody_has_a_mail(office: PostOffice, left: str) -> None:
    council = office.council
    brown = council.person("Brown", on=TEAMS if left == "a manager in chat" else SLACK)
    shah = council.person("Shah", manager=brown)
    if left == "another account":
        council.account(shah, TEAMS)
    if left == "the administrators' room":
        council.room(None, on=TEAMS)
    nudge = office.nudge(council.case(shah), person=shah)
    office.slack = Gone()
    assert await office.carry() == []
    place = {"another account": "dm-shah-2", "a manager in chat": "dm-brown-2"}.get(left, "administrators-1")
    assert any("SEND-2026-0001" in text for text in office.teams.texts(place)), nudge


async def test_a_dead_room_and_a_dead_administrators_room_the_owner_hears_for_the_room(office: PostOffice) -> None:
    council = office.council
    shah, room = council.person("Shah"), council.room(Agency.HEALTH)
    council.room(None)
    office.administrator()
    nudge = office.nudge(council.case(shah), room=room)
    office.change(Nudge, nudge.id, hears=Hears.ROOM)
    office.change(Deadline, nudge.deadline_id, agency=Agency.HEALTH)
    office.slack.dead |= {"health-1", "administrators-1"}
    await office.carry()
    assert sorted(office.everybody()) == ["kit", "kit", "shah"], "that the room, and that their own, takes nothing"
    (mail,) = [mail for mail in office.server.taken if mail.to == shah.email]
    assert mail.mail["Subject"] == "SEND-2026-0001"
    assert "You hear this because health can't be reached." in mail.text


async def test_after_four_hours_of_not_now_it_is_mailed(office: PostOffice) -> None:
    shah = office.council.person("Shah")
    office.nudge(office.council.case(shah), person=shah)
    office.change(Post, office.post().id, attempts=ATTEMPTS - 1)
    office.slack.troubles["dm-shah-1"] = [TryLater("503")]
    (mail,) = await office.carry(3)
    assert (mail.to, mail.mail["Subject"]) == (shah.email, "SEND-2026-0001")
    assert office.slack.everything == []


async def test_several_reminders_are_one_mail_with_a_count_for_its_subject(office: PostOffice) -> None:
    shah = office.council.person("Shah", on=None)
    nudges = [office.nudge(office.council.case(shah), person=shah) for _ in range(3)]
    first, *others = office.council.posts()
    with office.council.store.transaction() as db:
        db.get_one(Post, first.id).about = {"nudges": [nudge.id for nudge in nudges]}
        for nudge, other in zip(nudges[1:], others, strict=True):
            db.get_one(Nudge, nudge.id).post_id = first.id
            db.flush()
            db.delete(db.get_one(Post, other.id))
    (mail,) = await office.carry()
    assert mail.mail["Subject"] == "3 reminders"
    assert mail.text.startswith(
        "3 things need an answer\n\nSEND-2026-0001  Final plan\n    Due: Mon 19 Oct (in 7 days) · statutory\n"
    )
    assert "no chat knows you yet. Say help" in mail.text and "say in chat: today" in mail.text.replace("\n", " ")


# Whoever no chat knows


def swept(office: PostOffice, now: datetime = MONDAY) -> list[Post]:
    """What a sweep puts in."""
    reminders.sweep(office.council.store, RULES, VAULT, now)
    return office.council.posts(Post.says == PostSays.NUDGES)


DUE, BEGAN = date(2026, 10, 19), date(2026, 9, 7)


@pytest.mark.parametrize("reached", ["manager", "administrators", "nobody"])
def test_somebody_whom_no_chat_knows_is_mailed_where_nobody_above_is_in_chat(office: PostOffice, reached: str) -> None:
    council = office.council
    brown = council.person("Brown", on=SLACK if reached == "manager" else None)
    shah = council.person("Shah", on=None, manager=brown)
    room = council.room(None) if reached == "administrators" else None
    council.clock(council.case(shah), DUE, started_on=BEGAN)
    (post,) = swept(office)
    expected = {"manager": (SLACK, None, brown.id), "administrators": (SLACK, room and room.id, None)}
    assert (post.connection_id, post.room_id, post.person_id) == expected.get(reached, (MAIL, None, shah.id))


async def test_whoever_covers_has_the_mail(office: PostOffice) -> None:
    council = office.council
    tom = council.person("Tom", on=None)
    shah = council.person("Shah", on=None)
    council.away(shah, date(2026, 10, 5), date(2026, 10, 30), deputy=tom)
    council.clock(council.case(shah), DUE, started_on=BEGAN)
    swept(office)
    (mail,) = await office.carry()
    assert mail.to == tom.email
    assert "You hear this because Shah is away." in mail.text


def test_an_owner_who_has_left_is_not_mailed_but_their_manager(office: PostOffice) -> None:
    council = office.council
    brown = council.person("Brown", on=None)
    shah = council.person("Shah", on=None, manager=brown, active=False)
    council.clock(council.case(shah), DUE, started_on=BEGAN)
    (post,) = swept(office)
    assert (post.connection_id, post.person_id) == (MAIL, brown.id)


def test_dates_that_came_late_are_mailed_at_once_for_nobody_has_a_digest_by_mail(office: PostOffice) -> None:
    council = office.council
    shah = council.person("Shah", on=None)
    late = council.clock(council.case(shah), date(2026, 10, 5), started_on=BEGAN, recorded_at=MONDAY - MINUTE)
    office.change(Deadline, late.id, next_at=MONDAY)
    (post,) = swept(office)
    assert (post.connection_id, post.person_id) == (MAIL, shah.id)
    council.clock(council.case(shah, restricted=True), DUE, started_on=BEGAN)
    assert reminders.digests(council.store, RULES, VAULT, at("2026-10-13 07:30")) == 0


@on_both
async def test_what_nobody_could_hear_is_mailed_once_there_is_a_mail_server(office: PostOffice) -> None:
    council = office.council
    office.change(Connection, MAIL, active=False)
    shah = council.person("Shah")
    nudge = office.nudge(council.case(shah), person=shah)
    office.change(Deadline, nudge.deadline_id, next_at=None)  # nothing newer is due
    office.slack = Gone()
    assert await office.carry(2) == []
    assert council.nudges()[0].skipped == "nobody could be reached"
    office.change(Connection, MAIL, active=True)
    later = MONDAY + 30 * MINUTE
    Auditor().audit(council.store, RULES, VAULT, later)
    (mail,) = await office.carry(2, later)
    assert (mail.to, council.nudges()[0].skipped) == (shah.email, "")


# Who may not read it


@on_both
async def test_of_a_restricted_case_the_owner_and_then_the_manager_have_a_mail_and_nobody_else(
    office: PostOffice,
) -> None:
    council = office.council
    council.room(None)
    office.administrator()
    head = council.person("Adeyemi", on=None)
    brown = council.person("Brown", on=None, manager=head)
    shah = council.person("Shah", manager=brown)
    office.nudge(council.case(shah, restricted=True), person=shah)
    office.slack = Gone()
    office.server.refuses[shah.email] = "550 5.1.1 no such user"
    await office.carry()
    (mail,) = [mail for mail in office.server.taken if "SEND-2026-0001" in mail.raw.decode()]
    assert mail.to == brown.email
    assert "You hear this because Shah can't be reached." in mail.text
    assert set(office.everybody()) == {"brown", "kit"}


async def test_when_those_who_may_see_it_cannot_be_mailed_nobody_is(office: PostOffice) -> None:
    council = office.council
    office.administrator()
    brown = council.person("Brown", on=None, manager=council.person("Adeyemi", on=None))
    shah = council.person("Shah", on=None, manager=brown)
    council.clock(council.case(shah, restricted=True), DUE, started_on=BEGAN)
    swept(office)
    office.server.refuses = {one.email: "550 5.1.1 no such user" for one in (shah, brown)}
    await office.carry()
    assert council.nudges()[0].skipped == "nobody could be reached"
    assert set(office.everybody()) == {"kit"}
    assert not any("SEND-" in mail.raw.decode() for mail in office.server.taken)


async def test_a_case_that_became_restricted_is_not_mailed_to_whoever_may_not_see_it_any_more(
    office: PostOffice,
) -> None:
    council = office.council
    brown, shah = council.person("Brown", on=None), council.person("Shah", on=None)
    case = council.case(brown)
    office.tell(shah, Notice.MATCH_HIDDEN, case_id=case.id)
    office.nudge(case, person=shah)
    office.change(Case, case.id, restricted=True)
    assert await office.carry() == []


@pytest.mark.parametrize(("how", "who"), [("another domain", "You"), ("a partner's contributor", "Health")])
async def test_whoever_is_outside_the_council_reads_what_a_shared_room_would_hear(
    office: PostOffice, how: str, who: str
) -> None:
    council = office.council
    shah = council.person("Shah", on=None)
    email = {"email": "shah@agency.example"} if how == "another domain" else {}
    role = {} if email else {"agency": Agency.HEALTH, "role": Role.CONTRIBUTOR}
    office.change(Person, shah.id, **email, **role)
    case = council.case(shah)
    office.tell(shah, Notice.MATCH_HIDDEN, case_id=case.id)
    office.nudge(case, person=shah)
    await office.carry()
    notice, nudge = sorted(office.server.taken, key=lambda mail: "reminder" in mail.mail["Subject"])
    assert nudge.mail["Subject"] == "1 reminder"
    assert nudge.text.startswith(f"{who} · 1 thing needs an answer\n") and "SEND" not in nudge.raw.decode()
    assert notice.text.startswith("SEND-2026-0001: there is a word for you.\n")
    assert not any("records.council.example" in mail.raw.decode() for mail in office.server.taken)


async def test_a_mail_that_would_tell_who_a_child_is_goes_without_its_words(office: PostOffice) -> None:
    council = office.council
    shah = council.person("Shah", on=None)
    nudge = office.nudge(council.case(shah), person=shah)
    with council.store.transaction() as db:
        register(council.turn(db, MONDAY), Private("Amira Khan", date(2017, 3, 4), "AN123456"))
    office.change(Post, office.post().id, about={"nudges": [nudge.id], "instead": {str(nudge.id): "Amira Khan is ill"}})
    (mail,) = await office.carry()
    assert mail.mail["Subject"].startswith("SEND-2026-0001")
    assert mail.text.startswith("SEND-2026-0001 · ") and "Amira" not in mail.raw.decode()


# Notices


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("room", [False, True])
async def test_a_word_after_an_act_is_mailed_where_not_even_the_administrators_can_have_it(
    office: PostOffice, restricted: bool, room: bool
) -> None:
    council = office.council
    shah = council.person("Shah", on=None)
    if room:
        council.room(None)
    office.assign(shah, restricted=restricted)
    await office.carry(2)
    if room and not restricted:
        assert office.slack.texts("administrators-1") == ["SEND-2026-0001 is yours now."]
        return
    (mail,) = office.server.taken
    assert (mail.to, mail.mail["Subject"]) == (shah.email, "SEND-2026-0001")
    assert mail.text.startswith("SEND-2026-0001 is yours now.\n")
    assert office.slack.everything == []


async def test_a_word_that_neither_its_reader_nor_the_administrators_room_takes_is_mailed(office: PostOffice) -> None:
    council = office.council
    council.room(None)
    shah = council.person("Shah")
    office.assign(shah)
    office.slack.dead |= {"dm-shah-1", "administrators-1"}
    (mail,) = await office.carry()
    assert mail.text.startswith("SEND-2026-0001 is yours now.\n") and "Meant for" not in mail.text


@pytest.mark.parametrize("about", ["a case", "a letter"])
async def test_a_word_of_what_is_restricted_is_mailed_to_its_reader_past_the_administrators(
    office: PostOffice, about: str
) -> None:
    council = office.council
    council.room(None)
    shah = council.person("Shah")
    case = council.case(shah, restricted=True)
    mp: dict[str, Any] = {"mp": "A. Member", "constituency": "Oldtown", "opened_at": MONDAY}
    letter = Enquiry(reference="MP-2026-0007", owner_id=shah.id, **mp)
    council.add(letter)
    council.add(EnquiryCase(enquiry_id=letter.id, case_id=case.id))
    of = {"case_id": case.id} if about == "a case" else {"enquiry_id": letter.id}
    office.tell(shah, **of)
    office.slack.dead.add("dm-shah-1")
    (mail,) = await office.carry()
    assert mail.to == shah.email and "is yours now" in mail.text
    (told,) = office.slack.texts("administrators-1")
    assert told.startswith("A message for Shah could not be delivered.")
    office.tell(council.person("Adeyemi", on=None), Notice.MATCH_HIDDEN, **of)
    await office.carry(now=MONDAY + 10 * MINUTE)
    assert office.slack.texts("administrators-1") == [told], "nor does a word that no chat could take at all"


@on_both
@pytest.mark.parametrize("room", ["none", "dead"])
async def test_each_administrator_has_a_mail_where_their_room_cannot_be_written_to(
    office: PostOffice, room: str
) -> None:
    council = office.council
    office.administrator("Kit")
    office.administrator("Ola")
    office.council.person("Shah", on=None)
    if room == "dead":
        council.room(None)
        office.slack.dead.add("administrators-1")
    for _ in range(2):
        with council.store.transaction() as db:
            about = {"count": 3, "late": 1, "nobody": 1, "year": 2027, "process": "annual_review"}
            posts.tell_administrators(council.turn(db, MONDAY), Notice.ROUND, about=about, key="round/2027")
    await office.carry()
    rounds = [mail for mail in office.server.taken if mail.text.startswith("The round of 2027")]
    assert sorted(mail.to for mail in rounds) == ["kit@council.example", "ola@council.example"]
    assert "3 annual reviews are open, 1 of them nobody's" in rounds[0].text.replace("\n", " ")
    assert "Bind one in chat: room bind administrators" in rounds[0].text.replace("\n", " ")
    assert "shah" not in office.everybody()


async def test_a_card_is_never_mailed(office: PostOffice) -> None:
    shah, room = office.council.person("Shah"), office.council.room(Agency.HEALTH)
    office.show(office.council.case(shah), room)
    office.slack.dead.add("health-1")
    assert await office.carry() == []


# Trouble


async def test_a_mail_server_that_hangs_delays_only_itself(office: PostOffice) -> None:
    council = office.council
    shah, brown = council.person("Shah", on=None), council.person("Brown")
    office.assign(shah)
    office.assign(brown)
    office.server.hangs_at, office.in_time = "EHLO", 0.5
    courier = office.carrier()
    mailing = asyncio.create_task(courier.deliver_to(MAIL, MONDAY))
    assert await courier.deliver_to(SLACK, MONDAY) == {"sent": 1}
    assert not mailing.done(), "Slack did not wait for it"
    assert await mailing == {"later": 1}
    office.server.hangs_at = None
    assert [mail.to for mail in await office.carry(2, MONDAY + 10 * MINUTE)] == [shah.email]


async def test_taken_and_then_cut_it_goes_again_as_the_same_mail(office: PostOffice) -> None:
    shah = office.council.person("Shah", on=None)
    office.assign(shah)
    office.server.cuts = True
    await office.carry(1)
    office.server.cuts = False
    one, again = await office.carry(3, MONDAY + MINUTE)
    assert one.mail["Message-ID"] == again.mail["Message-ID"], "which a mail program shows once"
    assert [("You may have had this already." in mail.text) for mail in (one, again)] == [False, True]


@on_both
async def test_two_couriers_send_one_mail(office: PostOffice) -> None:
    office.assign(office.council.person("Shah", on=None))
    await asyncio.gather(*(office.carrier().deliver(MONDAY) for _ in range(2)))
    assert len(office.server.taken) == 1


async def test_a_mail_server_that_refuses_the_password_is_the_end_of_it_and_shows(office: PostOffice) -> None:
    council = office.council
    shah = council.person("Shah", on=None, manager=council.person("Brown", on=None))
    office.administrator()
    office.nudge(council.case(shah), person=shah)
    office.slack = Gone()
    office.server.replies["MAIL"] = ["535 5.7.8 no"] * 50
    await office.carry(20)
    assert {post.state for post in council.posts()} == {PostState.FAILED}
    assert council.nudges()[0].skipped == "nobody could be reached"
    assert sum(line.upper().startswith("MAIL") for line in office.server.heard) <= 3, "it does not go round in circles"


async def test_somebody_who_has_left_is_not_written_to(office: PostOffice) -> None:
    shah = office.council.person("Shah", on=None)
    office.assign(shah)
    office.change(Person, shah.id, active=False)
    assert await office.carry() == []
    assert office.council.posts()[0].trouble == "that person has left"
