"""Answers on their way to a person in Slack: posts, private answers, modals, the home tab.

Slack is acknowledged first, as soon as what was said is kept; an answer that needs a call follows at once, and is tried
again for a little while. One lost for good is only an answer: asked again, the bot says the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from adapters.slack.blocks import answer_body
from adapters.slack.chat import hand_over, marked
from adapters.slack.heard import Heard
from adapters.slack.modals import form_view, home_view
from adapters.slack.workspace import Workspace
from bot.domain.errors import TryLater, Undeliverable
from bot.domain.message import Attachment, Message

LOG = logging.getLogger(__name__)
TRIES = 3
LONGEST_WAIT = 20.0
"""Seconds: an answer later than this is no answer."""
PRIVATELY = "Answered privately."

Result = TypeVar("Result")


class Replies:
    """Answers under way. `stop` waits for them."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def follow(self, *steps: Coroutine[Any, Any, None]) -> None:
        """Let each of these happen after the acknowledgement, one after the other."""
        task = asyncio.create_task(_one_after_the_other(steps))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def stop(self, patience: float) -> None:
        """Wait for what is under way, at most `patience` seconds."""
        if self._under_way:
            _, unfinished = await asyncio.wait(self._under_way, timeout=patience)
            for task in unfinished:
                task.cancel()


async def _one_after_the_other(steps: tuple[Coroutine[Any, Any, None], ...]) -> None:
    for step in steps:
        try:
            await step
        except (TryLater, Undeliverable) as no:
            LOG.warning("An answer did not reach Slack: %s", no)


async def _tried(step: Callable[[], Awaitable[Result]]) -> Result:
    """The step, again after "not now" where Slack asks for a short wait. Raises the last refusal."""
    for _ in range(TRIES - 1):
        try:
            return await step()
        except TryLater as not_now:
            wait = 1.0 if not_now.after is None else not_now.after
            if wait > LONGEST_WAIT:
                raise
            await asyncio.sleep(wait)
    return await step()


def ephemeral(message: Message) -> dict[str, Any]:
    """A body that only the asker sees, as an acknowledgement or at a response address."""
    return {"response_type": "ephemeral", "replace_original": False, **answer_body(message, private=True)}


async def privately(workspace: Workspace, heard: Heard, message: Message) -> None:
    """To the asker alone: by the address that came with what was said, else in the channel, else directly.

    Slack keeps none of these but the last; a channel that could show none of it hears once that there was an answer.
    """
    body = ephemeral(message) | ({"thread_ts": heard.thread} if heard.thread else {})
    if heard.response_url:
        await _tried(lambda: workspace.answer_at(heard.response_url, body))
        return
    try:
        await _tried(lambda: workspace.call("chat.postEphemeral", body | {"channel": heard.place, "user": heard.user}))
    except Undeliverable:
        await directly(workspace, heard.user, message)
        if heard.thread and not heard.private:
            await in_thread(workspace, heard, Message(PRIVATELY))


async def directly(workspace: Workspace, place: str, message: Message, thread: str = "") -> None:
    """As a message that stays, in a conversation with one person, until what it tells of a child is taken away."""
    body = dict(answer_body(message, private=True, notified=True)) | ({"thread_ts": thread} if thread else {})
    channel = await workspace.direct(place)

    async def send(key: str) -> str:
        known = {"metadata": marked(key)} if key else {}
        told = await _tried(lambda: workspace.call("chat.postMessage", _quiet(body | known | {"channel": channel})))
        return f"{channel}/{told['ts']}"

    # A form is only a button there: what is filled in is shown in the modal that it opens.
    await workspace.copies.shown(workspace.connection, channel, {}, replace(message, form=None), send)


async def in_thread(workspace: Workspace, heard: Heard, message: Message) -> None:
    """For the whole room, under the line that asked."""
    body = dict(answer_body(message, private=False)) | {"channel": heard.place, "thread_ts": heard.thread}
    await _tried(lambda: workspace.call("chat.postMessage", _quiet(body)))


def _quiet(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"unfurl_links": False, "unfurl_media": False}


async def opened(workspace: Workspace, heard: Heard, message: Message) -> None:
    """A form, or an answer that has no other place, as a modal. A trigger too old leaves a button that opens it."""
    view = form_view(message, heard.origin)
    try:
        await workspace.call("views.open", {"trigger_id": heard.trigger, "view": view})
    except (TryLater, Undeliverable) as no:
        LOG.warning("A form could not be opened: %s", no)
        await privately(workspace, heard, message)


async def shown_instead(workspace: Workspace, heard: Heard, message: Message) -> None:
    """A modal's next face."""
    view = form_view(message, heard.origin)
    await _tried(lambda: workspace.call("views.update", {"view_id": heard.view, "view": view}))


async def at_home(workspace: Workspace, user: str, message: Message) -> None:
    body = {"user_id": user, "view": home_view(message)}
    await _tried(lambda: workspace.call("views.publish", body))


async def given_file(workspace: Workspace, heard: Heard, attachment: Attachment) -> None:
    """The file, in the asker's direct messages; where that fails, a sentence that says so."""
    try:
        await _tried(lambda: hand_over(workspace, heard.user, attachment))
    except (TryLater, Undeliverable) as no:
        LOG.warning("A file did not reach Slack: %s", no)
        await privately(workspace, heard, Message(f"{attachment.name} could not be sent to you here. {no}"))
