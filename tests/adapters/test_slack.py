"""Conversations in Slack, from a signed request to what the person sees."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.courier import Credentials
from bot.domain.message import Action, Blank, BlankKind, Fact, Form, Message, Said, Where, Who
from tests.adapters.fake_slack import TOKEN, FakeSlack, event, payload
from tests.adapters.slack_bot import COUNCIL, NEW, NINE, Bot, connected
from tests.whole import whole


@pytest.fixture
def bot() -> Bot:
    return Bot({"new": Message("Open a case", form=NEW, private=True, nonce="n1")})


@pytest.fixture
async def slack(bot: Bot) -> AsyncIterator[FakeSlack]:
    async with connected(bot) as fake:
        yield fake


# Slash commands


async def test_a_slash_command_is_answered_in_its_acknowledgement_for_the_asker_alone(
    bot: Bot, slack: FakeSlack
) -> None:
    status, shown = await slack.command("status 0042")
    assert status == 200
    assert (shown["response_type"], shown["text"]) == ("ephemeral", "You said: status 0042")
    assert shown["blocks"][0]["text"]["text"] == "You said: status 0042"
    [said] = bot.heard
    assert said.line == "status 0042"
    assert said.who == Who(1, "U0SHAH", "p.shah@council.example")
    assert said.where == Where(1, "C0HEALTH", name="health")
    assert said.delivery.endswith(".trigger")
    assert said.values is None


@pytest.mark.parametrize(
    "text, line",
    [
        ("", "help"),
        ("  list   overdue ", "list   overdue"),
        ("assign 0042 <@U07|sam.lee>", "assign 0042 @sam.lee"),
        ("note 0042 tea &amp; biscuits", "note 0042 tea & biscuits"),
        ("status “0042” 🙂", "status “0042” 🙂"),
    ],
)
async def test_the_line_is_what_was_typed(bot: Bot, slack: FakeSlack, text: str, line: str) -> None:
    await slack.command(text)
    assert bot.heard[0].line == line


@pytest.mark.parametrize(
    "channel, name, where",
    [
        ("D0SHAH", "directmessage", Where(1, "D0SHAH", private=True)),
        ("C0ELSEWHERE", "privategroup", Where(1, "C0ELSEWHERE", name="elsewhere")),
        ("C0JOINT", "joint-panel", Where(1, "C0JOINT", name="joint-panel", shared=True)),
    ],
    ids=["a direct message is private", "Slack asked for a private channel's name", "people of other organisations"],
)
async def test_where_it_was_said(bot: Bot, slack: FakeSlack, channel: str, name: str, where: Where) -> None:
    await slack.command("status 42", channel_id=channel, channel_name=name)
    assert bot.heard[0].where == where


async def test_a_channel_is_known_to_be_shared_though_its_members_take_long(bot: Bot, slack: FakeSlack) -> None:
    slack.slow["conversations.members"] = 1.5
    await slack.command("status 42", channel_id="C0JOINT")
    assert bot.heard[0].where.shared


async def test_people_and_channels_are_asked_about_once_an_hour(bot: Bot, slack: FakeSlack) -> None:
    for minutes in (0, 30, 59, 61):
        bot.now = NINE + timedelta(minutes=minutes)
        await slack.command("status 42")
    assert [len(slack.called(method)) for method in ("users.info", "conversations.info")] == [2, 2]
    assert bot.met == [(Who(1, "U0SHAH", "p.shah@council.example"), Where(1, "U0SHAH", private=True))] * 2


async def test_the_bot_answers_though_slack_says_nothing_about_the_person(bot: Bot, slack: FakeSlack) -> None:
    slack.fail("users.info", 503)
    assert (await slack.command("status 42"))[0] == 200
    assert bot.heard[0].who == Who(1, "U0SHAH")
    bot.now += timedelta(minutes=2)
    await slack.command("status 42")
    assert bot.heard[1].who.email == "p.shah@council.example"


# Forms


async def test_a_form_opens_as_a_modal(bot: Bot, slack: FakeSlack) -> None:
    status, shown = await slack.command("new")
    assert (status, shown) == (200, {})
    await slack.until(lambda: slack.views)
    [view] = slack.views.values()
    assert view["title"]["text"] == "Open a case"
    assert [block["block_id"] for block in view["blocks"]] == ["child", "born", "asked_by"]
    assert json.loads(view["private_metadata"])["nonce"] == "n1"
    assert not slack.messages


async def test_a_trigger_that_grew_old_leaves_a_button_that_opens_the_form(bot: Bot, slack: FakeSlack) -> None:
    def slow(said: Said) -> Message:
        slack.now += 3.5
        return Message("Open a case", form=NEW, private=True, nonce="n1")

    bot.answers["new"] = slow
    await slack.command("new")
    await slack.until(lambda: slack.answers)
    button = slack.answers[0]["blocks"][-1]["elements"][0]
    assert (slack.answers[0]["response_type"], json.loads(button["value"])) == ("ephemeral", {"line": "new"})
    assert not slack.views


async def test_a_bad_value_comes_back_beside_its_field(bot: Bot, slack: FakeSlack) -> None:
    error = "That would be dated after today."
    wrong = replace(NEW, blanks=tuple(replace(b, error=error if b.name == "born" else "") for b in NEW.blanks))
    bot.answers["new"] = Message("Open a case", form=wrong, private=True)
    _, shown = await slack.interact(payload("view_submission"))
    assert shown == {"response_action": "errors", "errors": {"born": error}}


async def test_a_good_form_is_replaced_by_its_result(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["new"] = Message(
        "SEND-2026-0042 is open.",
        (Fact("Child", "Maisie", private=True),),
        (Action("Undo", "undo 0042"),),
        private=True,
        nonce="n2",
    )
    _, shown = await slack.interact(payload("view_submission"))
    assert shown["response_action"] == "update"
    told = [block["text"]["text"] for block in shown["view"]["blocks"] if "text" in block]
    assert told == ["*SEND-2026-0042 is open.*", "*Child*  Maisie"]
    [said] = bot.heard
    assert (said.line, said.nonce, said.where) == ("new", "n1", Where(1, "C0HEALTH", name="health"))
    assert said.values == {"child": "Maisie & Co", "born": "2018-03-04", "asked_by": "school"}
    assert not slack.messages and not slack.called("chat.postEphemeral")


async def test_a_refusal_lies_on_top_of_the_form_so_that_nothing_typed_is_lost(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["new"] = Message("You can't open a case here.", error="NotAllowed", private=True)
    _, shown = await slack.interact(payload("view_submission"))
    assert shown["response_action"] == "push"
    assert shown["view"]["title"]["text"] == "Not done"


async def test_the_next_form_takes_the_place_of_the_first(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["new"] = Message(
        "", form=Form("The same child?", "new same=yes", (Blank("same", "Same", BlankKind.YES_NO),)), nonce="n2"
    )
    _, shown = await slack.interact(payload("view_submission"))
    assert (shown["response_action"], shown["view"]["title"]["text"]) == ("update", "The same child?")


async def test_the_shortcut_offers_the_message_for_editing_and_passes_it_no_further(bot: Bot, slack: FakeSlack) -> None:
    note = Blank("note", "Note", BlankKind.LONG_TEXT, required=False)
    bot.answers["new"] = Message("Open a case", form=replace(NEW, blanks=(*NEW.blanks, note)), nonce="n1")
    await slack.interact(payload("message_shortcut"))
    await slack.until(lambda: slack.views)
    [view] = slack.views.values()
    fields = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert fields["note"]["initial_value"] == "School asked us about a pupil & her @p.shah plan"
    assert "initial_value" not in fields["child"]
    assert "pupil" not in whole(bot.heard) + view["private_metadata"]


async def test_without_a_note_the_shortcut_shows_the_text_nowhere(bot: Bot, slack: FakeSlack) -> None:
    await slack.interact(payload("message_shortcut"))
    await slack.until(lambda: slack.views)
    assert "pupil" not in json.dumps(slack.views)


# Buttons


async def test_a_button_in_a_channel_is_answered_to_its_presser_alone(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["sent slt 0042"] = Message("Recorded.")
    assert (await slack.interact(payload("press_in_channel")))[0] == 200
    await slack.until(lambda: slack.answers)
    [said] = bot.heard
    assert (said.line, said.nonce, said.where.place) == ("sent slt 0042", "n1", "C0HEALTH")
    [answer] = slack.answers
    assert (answer["response_type"], answer["replace_original"], answer["text"]) == ("ephemeral", False, "Recorded.")
    assert not slack.messages


async def test_a_button_in_a_direct_message_is_answered_there(bot: Bot, slack: FakeSlack) -> None:
    await slack.interact(payload("press_in_direct_message"))
    await slack.until(lambda: slack.messages["D0SHAH"])
    assert slack.messages["D0SHAH"][0]["text"] == "You said: sent slt 0042"
    assert bot.heard[0].where.private


async def test_a_button_whose_answer_is_a_form_opens_it(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["sent slt 0042"] = Message("", form=NEW, nonce="n2")
    await slack.interact(payload("press_in_channel"))
    await slack.until(lambda: slack.views)
    assert not slack.answers


async def test_a_button_in_a_modal_changes_that_modal(bot: Bot, slack: FakeSlack) -> None:
    await slack.interact(payload("press_in_modal"))
    await slack.until(lambda: slack.called("views.update"))
    assert slack.views["V0MODAL"]["blocks"][0]["text"]["text"] == "You said: sent slt 0042"
    assert bot.heard[0].where == Where(1, "C0HEALTH", name="health")


async def test_a_button_on_the_home_tab_answers_over_it_and_renews_it(bot: Bot, slack: FakeSlack) -> None:
    await slack.interact(payload("press_on_home"))
    await slack.until(lambda: slack.homes)
    assert [said.line for said in bot.heard] == ["sent slt 0042", "home"]
    assert bot.heard[0].where == Where(1, "U0SHAH", private=True)
    assert slack.called("views.open")[0]["view"]["type"] == "modal"


# Mentions, direct messages, the home tab


async def test_a_mention_is_answered_in_its_thread(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["what's overdue for health"] = Message(
        "3 things are overdue.", (Fact("Child", "Maisie", private=True),)
    )
    assert await slack.event(payload("app_mention")) == [200]
    await slack.until(lambda: slack.messages["C0HEALTH"])
    [post] = slack.messages["C0HEALTH"]
    assert (post["text"], post["thread_ts"]) == ("3 things are overdue.", "1760000000.000200")
    assert "Maisie" not in json.dumps(post)
    assert (bot.heard[0].delivery, bot.heard[0].where.name) == ("Ev0001", "health")


@pytest.mark.parametrize(
    "text", ["<@U0BOT> status 42", "<@U0BOT>: status 42", "<@U0BOT|referralbot>, status 42", "status 42 <@U0BOT>"]
)
async def test_the_mention_is_no_part_of_the_line(bot: Bot, slack: FakeSlack, text: str) -> None:
    await slack.event(event("app_mention", text=text))
    assert bot.heard[0].line == "status 42"


@pytest.mark.parametrize(
    "message", [Message("Maisie P.", private=True), Message("Fill this in.", form=NEW)], ids=["private", "a form"]
)
async def test_what_is_not_for_the_room_goes_to_the_asker_alone(bot: Bot, slack: FakeSlack, message: Message) -> None:
    bot.answers["what's overdue for health"] = message
    await slack.event(payload("app_mention"))
    await slack.until(lambda: slack.called("chat.postEphemeral"))
    [post] = slack.called("chat.postEphemeral")
    assert (post["channel"], post["user"], post["thread_ts"]) == ("C0HEALTH", "U0SHAH", "1760000000.000200")
    assert not slack.messages["C0HEALTH"]


async def test_where_the_bot_is_no_member_a_private_answer_comes_directly(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["status 42"] = Message("Maisie P.", private=True)
    await slack.event(event("app_mention", text="<@U0BOT> status 42", channel="C0ELSEWHERE"))
    await slack.until(lambda: slack.messages["D0SHAH"])
    assert slack.messages["D0SHAH"][0]["text"] == "Maisie P."


async def test_a_direct_message_is_a_line(bot: Bot, slack: FakeSlack) -> None:
    await slack.event(payload("message_im"))
    await slack.until(lambda: slack.messages["D0SHAH"])
    assert (bot.heard[0].line, bot.heard[0].where) == ("status 42", Where(1, "D0SHAH", private=True))
    assert "thread_ts" not in slack.messages["D0SHAH"][0]


@pytest.mark.parametrize("name", ["message_im_changed", "message_im_from_bot", "app_home_opened_messages"])
async def test_what_no_person_said_is_no_line(bot: Bot, slack: FakeSlack, name: str) -> None:
    assert await slack.event(payload(name)) == [200]
    assert not bot.heard


async def test_the_home_tab_shows_the_answer_to_home(bot: Bot, slack: FakeSlack) -> None:
    bot.answers["home"] = Message("2 due, 1 late.", (Fact("SEND-2026-0042", "final plan"),), private=True)
    await slack.event(payload("app_home_opened"))
    await slack.until(lambda: slack.homes)
    assert slack.homes["U0SHAH"]["blocks"][0]["text"]["text"] == "*2 due, 1 late.*"


async def test_a_person_of_another_organisation_is_not_taken_for_one_of_ours(bot: Bot, slack: FakeSlack) -> None:
    """Slack Connect: an address in somebody else's workspace proves nothing, even where it looks like ours."""
    await slack.event(payload("app_mention_from_another_organisation"))
    assert bot.heard[0].who == Who(1, "T0NHS/U0NURSE")
    assert bot.heard[0].where == Where(1, "C0JOINT", name="joint-panel", shared=True)
    assert not bot.met


async def test_a_person_of_a_connected_organisation_is_an_account_there(bot: Bot) -> None:
    nhs = Credentials(2, "T0NHS", "A0NHS", {"bot_token": TOKEN, "signing_secret": "nhs-signing-secret"})
    async with connected(bot, COUNCIL, nhs) as slack:
        await slack.event(payload("app_mention_from_another_organisation"))
    assert bot.heard[0].who == Who(2, "U0NURSE")
