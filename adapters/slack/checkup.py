"""Is a workspace in order? Its token, the permissions it was given and its app token, as Slack itself says."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace

from adapters.slack.refusals import Refused
from adapters.slack.scopes import OPTIONAL, needed
from adapters.slack.workspace import Workspace
from bot.courier import Credentials
from bot.domain.errors import TryLater, Undeliverable

PATIENCE = 5.0
"""Seconds that Slack has for each question."""
NO_ANSWER = "Check this machine's way out to Slack (HTTPS_PROXY in docs/settings.md), and try again."
NOT_ACCEPTED = (
    "Slack does not accept the app-level token ({code}). Make one with connections:write under Basic Information"
    " and set it anew, with Socket Mode switched on."
)


async def check(
    credentials: Credentials, *, api_url: str | None = None, proxy: str | None = None, patience: float = PATIENCE
) -> list[str]:
    """A sentence or two for each thing that is wrong: what, and how to mend it. Nothing where all is well."""
    workspace = Workspace(credentials, api_url, proxy)
    # The app token is one of the app's own; asking with it for an address to connect to connects nothing yet.
    own = replace(credentials, secrets={"bot_token": workspace.app_token})
    socket = Workspace(own, api_url, proxy) if workspace.app_token else None
    questions = [_bot_token(workspace, credentials.outside_id), *([_app_token(socket)] if socket else [])]
    try:
        answers = await asyncio.gather(*(_within(patience, question) for question in questions))
    finally:
        await asyncio.gather(*(each.close() for each in (workspace, socket) if each))
    return list(dict.fromkeys(ill for answer in answers for ill in answer))


async def _within(patience: float, question: Awaitable[Sequence[str]]) -> Sequence[str]:
    try:
        async with asyncio.timeout(patience):
            return await question
    except TimeoutError:
        return (f"Slack did not answer within {patience:g} seconds. {NO_ANSWER}",)
    except TryLater as away:
        return (f"{away} {NO_ANSWER}",)
    except Undeliverable as no:
        return (str(no),)


async def _bot_token(workspace: Workspace, known_as: str) -> Sequence[str]:
    team, ills = await workspace.introduce(), []
    if known_as not in ("", team, workspace.enterprise):
        ills.append(f"The bot token is of the workspace {team}, not of {known_as}. Set that one's own.")
    missing = sorted(needed() - OPTIONAL - workspace.granted) if workspace.granted is not None else []
    if missing:
        ills.append(
            f"The app lacks the permissions {', '.join(missing)}. Update it from the manifest, then install it in the"
            " workspace again."
        )
    return ills


async def _app_token(socket: Workspace) -> Sequence[str]:
    try:
        await socket.call("apps.connections.open")
    except Refused as no:
        return (NOT_ACCEPTED.format(code=no.code),)
    return ()
