"""What the bot does with each kind of activity: hear it, have it answered, acknowledge it in time."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from botbuilder.core import ActivityHandler, BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ConversationReference, ResourceResponse

from adapters.teams.answering import Answering, split
from adapters.teams.cards import CARD_TYPE, card
from adapters.teams.dig import dig
from adapters.teams.heard import Heard, pressed, typed
from adapters.teams.patience import Patience
from adapters.teams.roster import Roster
from bot.domain.message import Message, Said, Where, Who
from bot.in_turn import InTurn

ANSWER_WITHIN = 8.0
"""Seconds after which a message is acknowledged before its answer. Teams gives up at about 15."""
INVOKE_WITHIN = 4.0
"""Seconds for a pressed button. Microsoft documentation: some invokes must be answered within 5."""

STILL_WORKING = "Still working on it. The answer will follow here."
STILL_WORKING_DIALOG = "Still working on it. The answer will follow in your own chat with referralbot."
NOT_OURS = "This button is from an earlier version of referralbot. Ask for the card again."
_HEARD = "heard"
_WORDS = "application/vnd.microsoft.activity.message"
_ERROR = "application/vnd.microsoft.error"

Answer = Callable[[Said, datetime], Message]
Met = Callable[[Who, Where, datetime], None]


class Changes(Protocol):
    """Who hears of a room whose members change. Called in a thread."""

    def moved(self, connection: int, place: str, *, shared: bool = False) -> None: ...


class Counter(BotAdapter):
    """The library's adapter, reduced to running a turn. Writing goes by `sending`, which keeps every field."""

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        raise NotImplementedError("answers are written by Writer")

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        raise NotImplementedError("answers are written by Writer")

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        raise NotImplementedError("messages are taken away by Connector")

    async def take(self, activity: Activity, heard: Heard, listener: "Listener") -> InvokeResponse | None:
        """Run one activity; the response of an invoke, None for anything else."""
        context = TurnContext(self, activity)
        context.turn_state[_HEARD] = heard
        await self.run_pipeline(context, listener.on_turn)
        return context.turn_state.get(self._INVOKE_RESPONSE_KEY)


class Listener(ActivityHandler):
    """Handlers of the library's kinds of activity. Every line goes to `answer`, on a thread of its own."""

    def __init__(
        self,
        answering: Answering,
        *,
        answer: Answer,
        met: Met,
        clock: Callable[[], datetime],
        roster: Roster,
        patience: Patience,
        answer_within: float = ANSWER_WITHIN,
        invoke_within: float = INVOKE_WITHIN,
        changes: Changes | None = None,
    ) -> None:
        self._changes = changes
        self._answering, self._roster, self._patience = answering, roster, patience
        self._answer, self._met, self._clock = answer, met, clock
        self._in_turn = InTurn()
        self._answer_within, self._invoke_within = answer_within, invoke_within

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        activity, heard = turn_context.activity, turn_context.turn_state[_HEARD]
        if activity.value is not None and not activity.text:
            said = pressed(activity.value, heard)
            work = self._filled_in(heard, said) if said else self._answering.say(heard, Message(NOT_OURS))
        else:
            work = self._typed(heard, typed(activity, heard))
        await self._patience.within(self._answer_within, work)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """Somebody came or went, or the bot itself was added: who reads the place is asked again soon."""
        heard = turn_context.turn_state[_HEARD]
        await self._remember(heard)
        if self._changes and not heard.where.private:
            self._roster.forget(heard)
            place, shared = heard.where.place, heard.where.shared
            await asyncio.to_thread(self._changes.moved, heard.spot.connection, place, shared=shared)

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        if not str(turn_context.activity.action).startswith("remove"):
            await self._remember(turn_context.turn_state[_HEARD])

    async def on_invoke_activity(self, turn_context: TurnContext) -> None:
        """Kept on the turn by ourselves: the library would copy it deeply and serialise it twice."""
        response = await self._invoked(turn_context.activity, turn_context.turn_state[_HEARD])
        turn_context.turn_state[BotAdapter._INVOKE_RESPONSE_KEY] = response

    async def _remember(self, heard: Heard) -> None:
        await asyncio.to_thread(self._met, heard.who, heard.where, self._clock())

    async def _typed(self, heard: Heard, said: Said) -> None:
        await self._answering.say(heard, await self._answered(heard, said))

    async def _filled_in(self, heard: Heard, said: Said) -> None:
        """A form gives way to its answer; the card of a button stands."""
        await self._written(heard, await self._answered(heard, said), form=said.values is not None)

    async def _written(self, heard: Heard, message: Message, *, form: bool) -> None:
        if form and heard.answered_id:
            await self._answering.replace_form(heard, message)
        else:
            await self._answering.say(heard, message)

    async def _invoked(self, activity: Activity, heard: Heard) -> InvokeResponse:
        value = activity.value
        if activity.name == "adaptiveCard/action":
            said = pressed(dig(value, "action", "data"), heard)
            return await self._executed(heard, said) if said else _for_card(_ERROR, _WRONG, status=400)
        if activity.name in ("task/fetch", "task/submit"):
            alone = heard.privately()
            said = pressed(dig(value, "data"), alone)
            return await self._dialog(alone, said) if said else _for_dialog("message", NOT_OURS)
        return InvokeResponse(status=501)

    async def _executed(self, heard: Heard, said: Said) -> InvokeResponse:
        """A form is replaced by what comes next; a button's card stands, and the answer is a message of its own."""
        form = said.values is not None and heard.answered_id != ""
        work = asyncio.create_task(self._answered(heard, said))
        message = await self._in_time(work)
        if message is None:
            self._patience.go_on(self._follow(heard, work, form=form))
            return _for_card(_WORDS, STILL_WORKING)
        here = split(message, heard).here
        if form:
            self._patience.go_on(self._answering.replace_form(heard, message))
            shown = card(here, private=heard.where.private, dialogs=self._answering.dialogs)
            return _for_card(CARD_TYPE, shown)
        self._patience.go_on(self._answering.say(heard, message, told=True))
        return _for_card(_WORDS, here.text.partition("\n")[0] or "Done.")

    async def _follow(self, heard: Heard, work: asyncio.Task[Message], *, form: bool) -> None:
        await self._written(heard, await work, form=form)

    async def _dialog(self, heard: Heard, said: Said) -> InvokeResponse:
        """In a dialog everything is private: forms, their errors, and the answer."""
        work = asyncio.create_task(self._answered(heard, said))
        message = await self._in_time(work)
        if message is None or message.attachment is not None:
            self._patience.go_on(self._follow_privately(heard, work))
        if message is None:
            return _for_dialog("message", STILL_WORKING_DIALOG)
        title = message.form.title if message.form else "referralbot"
        content = {"contentType": CARD_TYPE, "content": card(message, private=True, dialog=True)}
        return _for_dialog("continue", {"title": title[:60], "height": "large", "width": "medium", "card": content})

    async def _follow_privately(self, heard: Heard, work: asyncio.Task[Message]) -> None:
        await self._answering.privately(heard, await work)

    async def _answered(self, heard: Heard, said: Said) -> Message:
        known, read = await asyncio.gather(self._roster.introduced(heard), self._roster.read_by(heard, self._clock()))
        said = replace(said, who=known.who, where=replace(said.where, readers=read.where.readers))
        return await self._in_turn(known.who.connection, self._answer, said, self._clock())

    async def _in_time(self, work: asyncio.Task[Message]) -> Message | None:
        """The answer, or None while it takes longer than Teams waits."""
        done, _ = await asyncio.wait({work}, timeout=self._invoke_within)
        return work.result() if done else None


_WRONG = {"code": "BadRequest", "message": NOT_OURS}


def _for_card(kind: str, value: Any, *, status: int = 200) -> InvokeResponse:
    """The answer to Action.Execute. Microsoft documentation, "Universal Actions": HTTP 200, the status inside."""
    return InvokeResponse(status=200, body={"statusCode": status, "type": kind, "value": value})


def _for_dialog(kind: str, value: Any) -> InvokeResponse:
    return InvokeResponse(status=200, body={"task": {"type": kind, "value": value}})
