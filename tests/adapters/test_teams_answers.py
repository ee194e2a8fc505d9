"""Answers in Teams: where each part goes, who can read it, and when the request is acknowledged."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from adapters.teams.answering import FORM_SENT, NO_CHAT, NO_CHAT_FORM, PRIVATELY
from adapters.teams.listening import STILL_WORKING
from adapters.teams.patience import PAUSES
from adapters.teams.writing import FILE_PART, MOST_PARTS, TOO_LONG
from bot.domain.message import Action, Attachment, Blank, BlankKind, Fact, Form, Message, Said
from tests.adapters.fake_connector import Call, Fault, buttons_of, inputs_of, words_of
from tests.adapters.teams_town import OWN_CHAT, THREAD, Town, town

NEW_CHAT = "a:chat-of-29:1shah"
FORM_CARD = "1700000000002"

STATUS = Message(
    "SEND-2026-0042 · new assessment",
    facts=(Fact("Health advice", "due Mon 19 Oct"), Fact("Child", "Maisie P.", private=True)),
    actions=(Action("Advice sent", "sent slt 0042"),),
    nonce="n1",
)
OPENED = Message("Opened privately · Maisie P.", private=True)
NEW = Form(
    "Open a case", "new", (Blank("child", "Child's name", private=True), Blank("on", "Received on", BlankKind.DATE))
)
ROOM = Form("Bind this room", "room bind", (Blank("agency", "Agency"),))
LIST = Message("3 cases", attachment=Attachment("cases.csv", "case,due\n0042,<19 Oct>\n"))


def new_case(said: Said) -> Message:
    """Asks for the form until the date is one."""
    if said.values is None:
        return Message("Open a case", form=NEW, nonce="n2")
    if said.values.get("on") == "31 Feb":
        blanks = (
            Blank("child", "Child's name", private=True, value=said.values["child"]),
            Blank("on", "Received on", BlankKind.DATE, value="31 Feb", error="31 February isn't a date."),
        )
        return Message("Nothing was saved yet.", form=Form("Open a case", "new", blanks), nonce="n2")
    return Message("SEND-2026-0042 is open.", private=True)


ANSWERS = {
    "status 0042": STATUS,
    "open 0042": OPENED,
    "new": new_case,
    "room bind": Message("Which agency?", form=ROOM),
    "list": LIST,
    "sent slt 0042": Message("Recorded as sent today.\nHealth hears."),
    "nothing": Message(""),
}


def places(here: Town) -> list[str]:
    return [call.conversation for call in here.fake.posts()]


def words(call: Call) -> str:
    return words_of(call.card)


async def press(here: Town, data: dict[str, Any], *, place: str = "personal_message", name: str = "execute") -> Any:
    """Press a button or send a form, as a Universal Action or as an old client's submit."""
    where = {key: here.activity(place)[key] for key in ("conversation", "channelData")}
    value = {"action": {"verb": "say", "data": data}} if name == "execute" else data
    status, body = await here.post(here.activity(name, value=value, **where))
    assert status == 200
    await here.teams.stop()  # what is under way has been written when this returns
    await here.teams.start()
    return body


# Typed lines


async def test_a_personal_answer_shows_everything() -> None:
    async with town(ANSWERS) as here:
        await here.says("status 0042")
        [call] = here.fake.posts()
        assert (call.conversation, call.activity) == (OWN_CHAT, "1700000000001")
        assert "Maisie P." in words(call) and "due Mon 19 Oct" in words(call)
        assert call.body["recipient"]["id"] == "29:1shah"
        assert call.token == "pass-1"


async def test_a_channel_answer_names_no_child() -> None:
    async with town(ANSWERS) as here:
        await here.says("status 0042", place="channel_mention")
        [call] = here.fake.posts()
        assert call.conversation == THREAD
        assert "due Mon 19 Oct" in words(call) and "Maisie" not in str(call.body)


@pytest.mark.parametrize("place", ["channel_mention", "group_mention"])
async def test_a_private_answer_goes_to_the_personal_chat(place: str) -> None:
    async with town(ANSWERS) as here:
        await here.says("open 0042", place=place)
        private, public = here.fake.posts()
        assert (private.conversation, words(private)) == (NEW_CHAT, "Opened privately · Maisie P.")
        assert (public.conversation, words(public)) == (here.activity(place)["conversation"]["id"], PRIVATELY)


async def test_the_personal_chat_is_made_once() -> None:
    async with town(ANSWERS) as here:
        for _ in range(3):
            await here.says("open 0042", place="channel_mention")
        assert sum("members" in call.body for call in here.fake.calls) == 1


async def test_a_notification_names_no_child() -> None:
    async with town(ANSWERS) as here:
        await here.says("open 0042")
        await here.says("status 0042", place="channel_mention")
        assert [call.body["summary"] for call in here.fake.posts()] == [
            "A private answer from referralbot",
            "A private answer from referralbot",
        ]
        await here.says("sent slt 0042")
        assert here.fake.posts()[-1].body["summary"] == "Recorded as sent today."


async def test_a_private_message_in_a_channel_is_answered_to_its_sender_alone() -> None:
    async with town(ANSWERS) as here:
        await here.says("open 0042", place="channel_targeted")
        [call] = here.fake.posts()
        assert (call.conversation, call.activity, call.query) == (THREAD, "", {"isTargetedActivity": "true"})
        assert call.body["recipient"]["id"] == "29:1shah"
        assert words(call) == "Opened privately · Maisie P."


async def test_an_answer_without_words_is_not_written() -> None:
    async with town(ANSWERS) as here:
        assert await here.says("nothing") == 200
        assert not here.fake.calls


# Forms


@pytest.mark.parametrize("place", ["channel_mention", "group_mention", "channel_targeted"])
async def test_a_form_with_a_private_blank_never_stands_in_a_channel(place: str) -> None:
    async with town(ANSWERS) as here:
        await here.says("new", place=place)
        form, notice = here.fake.posts()
        assert form.conversation == NEW_CHAT and list(inputs_of(form.card)) == ["blank_child", "blank_on"]
        assert notice.conversation == here.activity(place)["conversation"]["id"] and words(notice) == FORM_SENT


async def test_a_form_with_nothing_private_stands_where_it_was_asked_for() -> None:
    async with town(ANSWERS) as here:
        await here.says("room bind", place="channel_mention")
        [form] = here.fake.posts()
        assert form.conversation == THREAD and list(inputs_of(form.card)) == ["blank_agency"]


@pytest.mark.parametrize("name", ["execute", "submit"])
async def test_a_wrong_blank_comes_back_in_place_with_what_was_typed(name: str) -> None:
    async with town(ANSWERS) as here:
        body = await press(
            here, {"line": "new", "form": True, "blank_child": "Maisie P.", "blank_on": "31 Feb"}, name=name
        )
        [edit] = here.fake.edits()
        assert (edit.conversation, edit.activity) == (OWN_CHAT, FORM_CARD)
        assert "31 February isn't a date." in words(edit)
        assert {id: each["value"] for id, each in inputs_of(edit.card).items()} == {
            "blank_child": "Maisie P.",
            "blank_on": "31 Feb",
        }
        assert not here.fake.posts()
        if name == "execute":
            assert (body["type"], body["value"]) == ("application/vnd.microsoft.card.adaptive", edit.card)


@pytest.mark.parametrize("name", ["execute", "submit"])
async def test_a_form_gives_way_to_its_answer(name: str) -> None:
    async with town(ANSWERS) as here:
        await press(
            here, {"line": "new", "form": True, "blank_child": "Maisie P.", "blank_on": "2026-02-27"}, name=name
        )
        [edit] = here.fake.edits()
        assert words(edit) == "SEND-2026-0042 is open." and not here.fake.posts()


async def test_a_form_that_is_gone_is_answered_with_a_message() -> None:
    async with town(ANSWERS) as here:
        here.fake.gone.add(FORM_CARD)
        await press(here, {"line": "new", "form": True, "blank_on": "2026-02-27"}, name="submit")
        assert [words(call) for call in here.fake.posts(OWN_CHAT)] == ["SEND-2026-0042 is open."]


async def test_a_channel_form_with_a_private_answer() -> None:
    async with town({"room bind": OPENED}) as here:
        body = await press(here, {"line": "room bind", "form": True}, place="channel_mention")
        assert words_of(body["value"]) == PRIVATELY
        assert [words(call) for call in here.fake.edits()] == [PRIVATELY]
        assert [(call.conversation, words(call)) for call in here.fake.posts()] == [(NEW_CHAT, OPENED.text)]


# Buttons


async def test_a_button_keeps_its_card_and_its_answer_follows() -> None:
    async with town(ANSWERS) as here:
        body = await press(here, {"line": "sent slt 0042", "nonce": "n1"})
        assert body == {
            "statusCode": 200,
            "type": "application/vnd.microsoft.activity.message",
            "value": "Recorded as sent today.",
        }
        assert [words(call) for call in here.fake.posts(OWN_CHAT)] == ["Recorded as sent today. Health hears."]
        assert not here.fake.edits()


async def test_a_private_answer_to_a_button_in_a_channel_leaves_no_trace_there() -> None:
    async with town(ANSWERS) as here:
        body = await press(here, {"line": "open 0042"}, place="channel_mention")
        assert body["value"] == PRIVATELY
        assert places(here) == [NEW_CHAT]


async def test_a_button_of_an_old_client() -> None:
    async with town(ANSWERS) as here:
        await press(here, {"line": "sent slt 0042", "nonce": "n1"}, name="submit")
        assert [words(call) for call in here.fake.posts(OWN_CHAT)] == ["Recorded as sent today. Health hears."]


# Where the bot cannot write privately


async def test_a_form_opens_in_a_dialog_where_there_is_no_personal_chat() -> None:
    async with town(ANSWERS) as here:
        here.fake.blocked.add("29:1shah")
        await here.says("new", place="channel_mention")
        [call] = here.fake.posts()
        assert call.conversation == THREAD and NO_CHAT_FORM in words(call)
        assert buttons_of(call.card)["Open the form"]["data"] == {"msteams": {"type": "task/fetch"}, "line": "new"}
        assert not inputs_of(call.card)


async def test_a_private_answer_that_cannot_be_written_stays_unsaid() -> None:
    async with town(ANSWERS) as here:
        here.fake.blocked.add("29:1shah")
        await here.says("open 0042", place="channel_mention")
        assert [(call.conversation, words(call)) for call in here.fake.posts()] == [(THREAD, NO_CHAT)]


async def test_a_dialog_from_the_form_to_its_answer() -> None:
    async with town(ANSWERS) as here:
        _, opened = await here.post(here.activity("task_fetch"))
        shown = opened["task"]["value"]
        assert (opened["task"]["type"], shown["title"]) == ("continue", "Open a case")
        [send] = buttons_of(shown["card"]["content"]).values()
        assert send["type"] == "Action.Submit"  # dialogs answer no Universal Actions
        wrong = {"data": {**send["data"], "blank_child": "Maisie P.", "blank_on": "31 Feb"}}
        _, again = await here.post(here.activity("task_submit", value=wrong))
        assert inputs_of(again["task"]["value"]["card"]["content"])["blank_child"]["value"] == "Maisie P."
        right = {"data": {**send["data"], "blank_child": "Maisie P.", "blank_on": "2026-02-27"}}
        _, done = await here.post(here.activity("task_submit", value=right))
        assert words_of(done["task"]["value"]["card"]["content"]) == "SEND-2026-0042 is open."
        assert not here.fake.posts()


# Files


async def test_a_file_is_text_to_copy_in_the_personal_chat() -> None:
    async with town(ANSWERS) as here:
        await here.says("list", place="channel_mention")
        card, file, notice = here.fake.posts()
        assert [card.conversation, file.conversation, notice.conversation] == [NEW_CHAT, NEW_CHAT, THREAD]
        assert (file.body["textFormat"], file.body["text"]) == (
            "xml",
            "<b>cases.csv</b><pre>case,due\n0042,&lt;19 Oct&gt;\n</pre>",
        )


@pytest.mark.parametrize("place", ["personal_message", "channel_targeted"])
async def test_a_file_asked_for_privately(place: str) -> None:
    async with town(ANSWERS) as here:
        await here.says("list", place=place)
        assert [call.conversation for call in here.fake.posts()] == [here.activity(place)["conversation"]["id"]] * 2
        assert {call.query.get("isTargetedActivity", "") for call in here.fake.posts()} == {
            "true" if place == "channel_targeted" else ""
        }


@pytest.mark.parametrize(("rows", "parts"), [(500, 1), (1_000, 2), (2_800, MOST_PARTS), (3_000, 1)])
async def test_a_long_file_comes_in_parts_or_not_at_all(rows: int, parts: int) -> None:
    row = "0042,Mon 19 Oct 2026,health"
    whole = "\n".join([row] * rows)
    async with town({"list": Message("Cases", attachment=Attachment("cases.csv", whole))}) as here:
        await here.says("list")
        texts = [call.body["text"] for call in here.fake.posts()[1:]]
        assert len(texts) == parts
        if rows == 3_000:
            assert texts == [TOO_LONG]
        else:
            assert sum(text.count(row) for text in texts) == rows
            assert max(map(len, texts)) < FILE_PART + 100


# Time


def slow(gate: threading.Event, message: Message) -> Callable[[Said], Message]:
    def answer(said: Said) -> Message:
        assert gate.wait(10)
        return message

    return answer


async def test_a_slow_answer_is_acknowledged_and_follows() -> None:
    gate = threading.Event()
    async with town({"status 0042": slow(gate, STATUS)}, answer_within=0.05) as here:
        assert await here.says("status 0042") == 200
        assert not here.fake.posts()
        gate.set()
        await here.teams.stop()  # it lets what is under way finish
        assert [call.conversation for call in here.fake.posts()] == [OWN_CHAT]


@pytest.mark.parametrize("form", [False, True])
async def test_a_slow_answer_to_a_button_follows(form: bool) -> None:
    gate = threading.Event()
    async with town({"sent": slow(gate, Message("Recorded."))}, invoke_within=0.05) as here:
        data = {"line": "sent", "form": form}
        status, body = await here.post(here.activity("execute", value={"action": {"data": data}}))
        assert (status, body["value"]) == (200, STILL_WORKING)
        gate.set()
        await here.teams.stop()  # it lets what is under way finish
        written = here.fake.edits() if form else here.fake.posts()
        assert [words(call) for call in written] == ["Recorded."]


async def test_a_slow_dialog_is_followed_in_the_personal_chat() -> None:
    gate = threading.Event()
    async with town({"new": slow(gate, OPENED)}, invoke_within=0.05) as here:
        _, body = await here.post(here.activity("task_submit"))
        assert body["task"]["type"] == "message"
        gate.set()
        await here.teams.stop()  # it lets what is under way finish
        assert [(call.conversation, words(call)) for call in here.fake.posts()] == [(NEW_CHAT, OPENED.text)]


async def test_an_answer_waits_as_long_as_teams_says() -> None:
    async with town(ANSWERS) as here:
        here.fake.faults += [Fault(429, retry_after="3"), Fault(502), Fault(503)]
        assert await here.says("status 0042") == 200
        assert here.slept == [3.0, PAUSES[1], PAUSES[2]]
        assert len(here.fake.posts()) == 1


async def test_an_answer_is_given_up_after_a_while_and_still_acknowledged() -> None:
    async with town(ANSWERS) as here:
        here.fake.faults += [Fault(503)] * 9
        assert await here.says("status 0042") == 200
        assert len(here.slept) == len(PAUSES) and not here.fake.posts()


async def test_a_fault_of_ours_is_a_500() -> None:
    def broken(said: Said) -> Message:
        raise RuntimeError("a fault")

    async with town({"status 0042": broken}) as here:
        assert await here.says("status 0042") == 500
        assert await here.says("help") == 200


async def test_one_token_serves_every_answer_until_it_ends() -> None:
    async with town(ANSWERS) as here:
        for _ in range(3):
            await here.says("status 0042")
        assert [asked["tenant"] for asked in here.fake.tokens_asked] == [
            here.activity("execute")["channelData"]["tenant"]["id"]
        ]
        here.clock.move(seconds=here.fake.token_seconds)
        await here.says("status 0042")
        assert len(here.fake.tokens_asked) == 2


async def test_a_token_that_teams_refuses_is_asked_for_anew() -> None:
    async with town(ANSWERS) as here:
        await here.says("status 0042")
        here.fake.tokens.clear()
        await here.says("status 0042")
        assert [call.token for call in here.fake.posts()] == ["pass-1", "pass-2"]
