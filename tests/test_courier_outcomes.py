"""What a platform's "no" means, in the tables, in the documentation and in what the courier then does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.slack.refusals import MEANS as SLACK_MEANS
from adapters.slack.refusals import refusal
from adapters.teams.sending import MEANS as TEAMS_MEANS
from adapters.teams.sending import judged
from bot.cards.posted import post_message
from bot.courier import REST, Courier, Outcome
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.meanings import Table, Verdict, as_rows
from bot.domain.terms import Agency, Notice, PostSays, PostState
from storage.connect import Store
from storage.tables import Post
from tests.council import RULES, SLACK, TEAMS, VAULT, Council, at
from tests.fake_chat import FakeChat
from tests.test_courier import Office

MONDAY = at("2026-10-12 09:00")
DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("page,table", [("slack.md", SLACK_MEANS), ("teams.md", TEAMS_MEANS)])
def test_the_documentation_shows_the_table(page: str, table: Table) -> None:
    rows = (DOCS / page).read_text().partition("| tried again |")[2].splitlines()[2:]
    assert [row for row in rows if row] == as_rows(table), f"put these rows into docs/{page}"


@pytest.mark.parametrize("code", SLACK_MEANS)
def test_each_code_of_slack_is_what_the_table_says(code: str) -> None:
    no, means = refusal("chat.postMessage", 200, {}, {"error": code}), SLACK_MEANS[code]
    assert isinstance(no, TryLater) == (means.verdict is Verdict.LATER)
    assert isinstance(no, TryLater) or (str(no), no.whole) == (means.words, means.whole)


@pytest.mark.parametrize("code", [code for code in TEAMS_MEANS if not code.isdigit()])
def test_each_code_of_teams_is_what_the_table_says(code: str) -> None:
    with pytest.raises(Undeliverable) as no:
        judged(403, "", {"error": {"code": code}})
    assert (str(no.value), no.value.whole) == (TEAMS_MEANS[code].words, TEAMS_MEANS[code].whole)


@pytest.mark.parametrize("status", [int(code) for code in TEAMS_MEANS if code.isdigit()])
def test_each_status_of_teams_is_what_the_table_says(status: int) -> None:
    later = TEAMS_MEANS[str(status)].verdict is Verdict.LATER
    with pytest.raises(TryLater if later else Undeliverable):
        judged(status, "", None)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = Store(database_url)
    yield Office(Council(store))
    store.close()


REVOKED = "Slack no longer accepts the bot's token."


async def test_a_revoked_token_moves_everything_at_once_and_the_cards_wait(office: Office) -> None:
    council, room = office.council, office.council.room(Agency.HEALTH)
    council.room(None)
    council.room(None, on=TEAMS)
    people = [council.person(name) for name in ("Shah", "Brown", "Adeyemi")]
    council.account(people[0], TEAMS)
    for person in people:
        office.nudge(council.case(person), person=person)
    office.show(council.case(), room)
    chat = Revoked()
    courier = Courier(
        council.store, RULES, VAULT, chats={SLACK: chat, TEAMS: office.teams}, render=post_message, chance=lambda: 1.0
    )
    await courier.deliver_to(SLACK, MONDAY)
    first = len(chat.calls)
    assert await courier.deliver_to(SLACK, MONDAY + REST / 2) == {}
    assert len(chat.calls) == first, "it is left alone"
    nudges = council.posts(Post.says == PostSays.NUDGES)
    assert [(post.connection_id, post.state) for post in nudges if post.state is PostState.WAITING] == [
        (TEAMS, PostState.WAITING)
    ] * 3
    (told,) = [post for post in council.posts() if post.about.get("notice") == Notice.UNDELIVERED]
    assert (told.connection_id, told.about["connection_id"]) == (TEAMS, SLACK)
    assert council.posts(Post.says == PostSays.CASE_CARD)[0].state is PostState.WAITING
    with council.store.reading() as db:
        said = post_message(council.turn(db, MONDAY), told)
    assert said and said.text.startswith("Nothing can be delivered in Slack any more (slack).")
    chat.revoked = False
    assert (await courier.deliver_to(SLACK, MONDAY + 2 * REST))[Outcome.SENT] == 1, "the card, once it is mended"


class Revoked(FakeChat):
    """A workspace whose administrators have taken the bot's token away."""

    revoked = True

    async def _call(self, what: str, to: object) -> None:
        await super()._call(what, to)  # type: ignore[arg-type]
        if self.revoked:
            raise Undeliverable(REVOKED, whole=True)


async def test_without_another_chat_nothing_goes_round_in_circles(office: Office) -> None:
    council = office.council
    council.room(None)
    shah = council.person("Shah", manager=council.person("Brown"))
    office.nudge(council.case(shah), person=shah)
    chat = Revoked()
    courier = Courier(council.store, RULES, VAULT, chats={SLACK: chat}, render=post_message, chance=lambda: 1.0)
    for minutes in range(3):
        await courier.deliver_to(SLACK, MONDAY + minutes * 2 * REST)
    assert {post.state for post in council.posts()} == {PostState.FAILED}
    assert council.nudges()[0].skipped == "nobody could be reached"
    assert len(chat.calls) == 2, "the nudge, and the word to the administrators"
