"""What the courier needs of Slack: send, edit, withdraw, find."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.blocks import answer_body
from adapters.slack.refusals import MissingScope, Refused
from adapters.slack.workspace import Workspace, is_guest, is_shared
from bot.domain.errors import Undeliverable
from bot.domain.message import Address, Attachment, Message
from bot.domain.pace import Limits, Rate
from bot.domain.readers import Readers

POST = "referralbot_post"
"""The event type of the metadata that carries a post's key. Any member can read it, so it says nothing."""
LIMITS = Limits(place=(Rate(1, 1),), whole=(Rate(20, 1),))
"""Slack's page on rate limits: a message a second to a channel. There is a limit over the whole workspace as well, of
which Slack gives no figure: a burst is spread out, and Retry-After is honoured."""
LOOKED_BACK = 200
"""How many of a channel's last messages are searched for a key."""


class SlackChat:
    """One workspace as the courier sees it. A message's id is `channel/ts`: editing a direct message needs both."""

    limits = LIMITS

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    async def send(self, to: Address, message: Message, key: str) -> str:
        body = _post(message, to) | {"channel": await self.workspace.direct(to.place), "metadata": marked(key)}
        told = await self.workspace.call("chat.postMessage", body)
        if message.attachment:
            await hand_over(self.workspace, told["channel"], message.attachment)
        return f"{told['channel']}/{told['ts']}"

    async def edit(self, to: Address, platform_id: str, message: Message) -> None:
        channel, _, ts = platform_id.partition("/")
        await self.workspace.call("chat.update", _post(message, to) | {"channel": channel, "ts": ts})

    async def withdraw(self, to: Address, platform_id: str) -> None:
        channel, _, ts = platform_id.partition("/")
        try:
            await self.workspace.call("chat.delete", {"channel": channel, "ts": ts})
        except Refused as no:
            if no.code != "message_not_found":  # gone already is what was wanted
                raise

    async def is_there(self, account: str, reference: Mapping[str, Any]) -> bool:
        """Whether Slack knows the account and has not deactivated it; of another workspace's only that one can say."""
        if "/" in account:
            return True
        try:
            told = await self.workspace.call("users.info", user=account)
        except Refused as no:
            if no.code == "user_not_found":
                return False
            raise
        return not (told.get("user") or {}).get("deleted")

    async def readers(self, place: str, reference: Mapping[str, Any]) -> Readers:
        """Who is in a channel; each is asked after, since a list of members does not say who is a guest."""
        told = await self.workspace.call("conversations.info", channel=place)
        accounts, outsiders = [], 0
        for account in await self.workspace.members(place):
            user = (await self.workspace.call("users.info", user=account)).get("user") or {}
            if user.get("is_bot") or user.get("deleted"):
                continue
            accounts.append(account)
            outsiders += is_guest(user) or not self.workspace.is_ours(user)
        return Readers(tuple(accounts), outsiders, is_shared(told.get("channel") or {}))

    async def find(self, to: Address, key: str) -> str | None:
        """Asking needs the optional permission to read history; Undeliverable says that it was not given."""
        channel = await self.workspace.direct(to.place)
        try:
            told = await self.workspace.call(
                "conversations.history", channel=channel, limit=LOOKED_BACK, include_all_metadata="true"
            )
        except MissingScope as no:
            raise Undeliverable(f"{no} Without it, Slack cannot tell whether an interrupted post arrived.") from no
        posts = (post for post in told.get("messages", ()) if _key(post) == key)
        return next((f"{channel}/{post['ts']}" for post in posts), None)


def marked(key: str) -> dict[str, Any]:
    """The metadata by which a message is found again."""
    return {"event_type": POST, "event_payload": {"key": key}}


def _post(message: Message, to: Address) -> dict[str, Any]:
    """The body of a post. The line in a notification never holds a private fact, even in a direct message."""
    if message.private and not to.private:
        raise Undeliverable("A private message has no place in a channel.")
    body = dict(answer_body(message, private=to.private, notified=True))
    return body | {"unfurl_links": False, "unfurl_media": False}


def _key(post: dict[str, Any]) -> str | None:
    metadata = post.get("metadata") or {}
    return metadata.get("event_payload", {}).get("key") if metadata.get("event_type") == POST else None


async def hand_over(workspace: Workspace, place: str, attachment: Attachment) -> None:
    """Give a file to one person, in their direct messages: ask for an address, send it there, share it.

    Slack's page on uploading files; the older files.upload is retired.
    """
    content = attachment.text.encode()
    channel = await workspace.direct(place)
    told = await workspace.call("files.getUploadURLExternal", filename=attachment.name, length=len(content))
    await workspace.send(told["upload_url"], data=content)
    files = [{"id": told["file_id"], "title": attachment.name}]
    await workspace.call("files.completeUploadExternal", {"files": files, "channel_id": channel})
