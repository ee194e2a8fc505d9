"""From a thing heard in Slack to its answer, one function for each way of saying it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.slack import heard as hear
from adapters.slack import replies
from adapters.slack.heard import Heard, Payload
from adapters.slack.modals import beside_fields, form_view, result_view
from adapters.slack.workspace import Account, Workspace
from bot.domain.message import BlankKind, Form, Message, Said, Where, Who
from bot.in_turn import InTurn

NOTE = "note"
"""The blank that a message's text is offered in."""
OFFERED = 3_000
MOST_DELIVERIES = 1_000
GREETED = timedelta(hours=1)
FILE_FOLLOWS = "The file is in your direct messages with this app."

Answer = Callable[[Said, datetime], Message]
Met = Callable[[Who, Where, datetime], None]


class Changes(Protocol):
    """Who hears of an account that Slack closes, and of a channel whose members change. Both are called in a thread."""

    def gone(self, connection: int, account: str) -> None: ...
    def moved(self, connection: int, place: str, *, shared: bool = False) -> None: ...


class Listeners:
    """What the bot does with each kind of payload. Every one ends in `_ask`: a line in, a message out."""

    def __init__(
        self,
        answer: Answer,
        clock: Callable[[], datetime],
        met: Met,
        workspaces: Callable[[str], Workspace | None],
        changes: Changes | None = None,
    ) -> None:
        self._changes = changes
        self._answer, self._clock, self._met, self._of_team = answer, clock, met, workspaces
        self._in_turn = InTurn()
        self.replies = replies.Replies()
        self._greeted: dict[tuple[int, str], datetime] = {}
        self._deliveries: OrderedDict[str, asyncio.Task[None]] = OrderedDict()

    async def command(self, ack: AsyncAck, body: Payload, workspace: Workspace) -> None:
        """Everything that a slash command is told, the asker alone reads."""
        heard = hear.command(body)
        message = await self._ask(workspace, heard)
        if message.form:
            self.replies.follow(replies.opened(workspace, heard, message))
            await ack()
            return
        await ack(replies.ephemeral(self._with_file(workspace, heard, message)))

    async def shortcut(self, ack: AsyncAck, body: Payload, workspace: Workspace) -> None:
        heard = hear.shortcut(body)
        message = await self._ask(workspace, heard)
        if message.form:
            message = replace(message, form=_with_offer(message.form, heard.offered))
        self.replies.follow(replies.opened(workspace, heard, message))
        await ack()

    async def press(self, ack: AsyncAck, body: Payload, workspace: Workspace) -> None:
        """The answer stands where the button stood: in its modal, beside its message, in a modal over the home tab.

        What tells who a child is stands in a modal over a direct message too: Slack keeps none.
        """
        heard = hear.press(body)
        message = await self._ask(workspace, heard)
        message = self._with_file(workspace, heard, message)
        if heard.modal:
            self.replies.follow(replies.shown_instead(workspace, heard, message))
        elif message.form or heard.view or (message.fades and heard.private and not heard.fleeting):
            again = [self._home_again(workspace, heard)] if heard.view and heard.nonce else []
            self.replies.follow(replies.opened(workspace, heard, message), *again)
        elif heard.private and not heard.fleeting:
            self.replies.follow(replies.directly(workspace, heard.place, message, heard.thread))
        else:
            self.replies.follow(replies.privately(workspace, heard, message))
        await ack()

    async def submission(self, ack: AsyncAck, body: Payload, workspace: Workspace) -> None:
        """Errors stand beside their fields; a refusal lies on top of the form, so that nothing typed is lost; else the
        result takes the form's place. All of it in the acknowledgement: private for certain, and no call can fail."""
        heard = hear.submission(body)
        message = self._with_file(workspace, heard, await self._ask(workspace, heard))
        if message.form and (errors := beside_fields(message.form, heard.line, heard.shown)):
            await ack({"response_action": "errors", "errors": errors})
        elif message.form:
            await ack({"response_action": "update", "view": form_view(message, heard.origin)})
        else:
            action = "push" if message.error else "update"
            await ack({"response_action": action, "view": result_view(message, heard.origin)})

    async def mention(self, body: Payload, workspace: Workspace) -> None:
        """A private answer, or a form, goes to the asker alone; anything else stands in the thread."""
        heard = hear.mention(body, workspace.bot_user)

        async def answered() -> None:
            message = self._with_file(workspace, heard, await self._ask(workspace, heard))
            alone = message.private or message.form is not None
            reply = replies.privately if alone else replies.in_thread
            self.replies.follow(reply(workspace, heard, message))

        await self._once(heard, answered)

    async def direct_message(self, body: Payload, workspace: Workspace) -> None:
        if not (heard := hear.direct_message(body)):
            return

        async def answered() -> None:
            message = self._with_file(workspace, heard, await self._ask(workspace, heard))
            self.replies.follow(replies.directly(workspace, heard.place, message, heard.thread))

        await self._once(heard, answered)

    async def home_opened(self, body: Payload, workspace: Workspace) -> None:
        if not (heard := hear.home_opened(body)):
            return

        async def answered() -> None:
            message = await self._ask(workspace, heard)
            self.replies.follow(replies.at_home(workspace, heard.user, message))

        await self._once(heard, answered)

    async def account_changed(self, body: Payload, workspace: Workspace) -> None:
        """An account that Slack closes is cut off before Slack is told that this was heard."""
        if self._changes and (found := hear.closed(body)):
            account, team = found
            workspace.forget("user", account)
            home = self._of_team(team) or workspace
            foreign = team and home.team and team not in (home.team, workspace.enterprise)
            name = f"{team}/{account}" if foreign else account
            await asyncio.to_thread(self._changes.gone, home.connection, name)

    async def members_changed(self, body: Payload, workspace: Workspace) -> None:
        """Who reads a channel is asked again soon; that it is shared holds at once."""
        place, shared = hear.moved(body)
        workspace.forget("channel", place)
        if self._changes:
            await asyncio.to_thread(self._changes.moved, workspace.connection, place, shared=shared)

    async def _ask(self, workspace: Workspace, heard: Heard) -> Message:
        """The line to the bot, in one step of the database. Slack is asked about a stranger or a new channel first."""
        now = self._clock()
        account, channel = await workspace.meet(heard.user, heard.place, now)
        who = self._who(workspace, heard, account)
        name, shared = heard.name or channel.name, heard.shared or channel.shared
        where = Where(
            workspace.connection,
            heard.place,
            heard.private,
            name,
            shared,
            thread=heard.thread,
            readers=channel.readers,
        )
        said = Said(heard.line, who, where, heard.values, heard.delivery, heard.nonce)
        return await self._in_turn(workspace.connection, self._answered, said, heard.user, now)

    def _answered(self, said: Said, user: str, now: datetime) -> Message:
        """The answer; and once an hour, that this person can be written to (in Slack, by their own id)."""
        message = self._answer(said, now)
        key = (said.who.connection, said.who.account)
        if said.who.account == user and self._greeted.get(key, now - GREETED) + GREETED <= now:
            self._greeted[key] = now
            self._met(said.who, Where(said.who.connection, user, private=True), now)
        return message

    def _who(self, workspace: Workspace, heard: Heard, account: Account) -> Who:
        """(workspace, person) names an account; a person from another one is never taken for one of ours."""
        home = heard.home
        if account.ours or not home or home in (workspace.team, workspace.enterprise):
            return Who(workspace.connection, heard.user, account.email)
        theirs = self._of_team(home)
        return Who(theirs.connection, heard.user) if theirs else Who(workspace.connection, f"{home}/{heard.user}")

    async def _once(self, heard: Heard, answered: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Slack sends an event again when it was not acknowledged: the second waits for the first one's outcome."""
        task = self._deliveries.get(heard.delivery)
        if task is None:
            task = self._deliveries[heard.delivery] = asyncio.create_task(answered())
            while len(self._deliveries) > MOST_DELIVERIES:
                self._deliveries.popitem(last=False)
        try:
            await asyncio.shield(task)
        finally:
            if task.done() and (task.cancelled() or task.exception()):
                self._deliveries.pop(heard.delivery, None)

    async def _home_again(self, workspace: Workspace, heard: Heard) -> None:
        """The home tab after a button on it did something."""
        message = await self._ask(workspace, Heard("home", heard.user, heard.user, private=True))
        await replies.at_home(workspace, heard.user, message)

    def _with_file(self, workspace: Workspace, heard: Heard, message: Message) -> Message:
        if not message.attachment:
            return message
        self.replies.follow(replies.given_file(workspace, heard, message.attachment))
        return replace(message, aside="\n".join(filter(None, [message.aside, FILE_FOLLOWS])))


def _with_offer(form: Form, text: str) -> Form:
    """The form with a message's text in its note, to be edited before anything is kept; in no other blank."""
    blanks = tuple(
        replace(blank, value=text[:OFFERED]) if blank.name == NOTE and blank.kind is BlankKind.LONG_TEXT else blank
        for blank in form.blanks
    )
    return replace(form, blanks=blanks)
