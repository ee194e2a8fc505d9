"""Which permission each call to Slack and each event needs: the manifest asks for these and no others.

Sources: the pages of Slack's reference on methods, events and scopes. Why we ask, in plain words: docs/slack.md.
"""

from collections.abc import Mapping

METHODS: Mapping[str, tuple[str, ...]] = {
    "apps.connections.open": (),  # an app token of its own, not the bot's
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.members": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "users.info": ("users:read", "users:read.email"),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}

EVENTS: Mapping[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "channel_shared": ("channels:read", "groups:read"),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.im": ("im:history",),
    "user_change": ("users:read",),
}

FEATURES: Mapping[str, tuple[str, ...]] = {"slash_commands": ("commands",), "shortcuts": ("commands",)}

OPTIONAL = frozenset({"channels:history", "groups:history"})
"""The bot does its work without these; with them it never posts twice after a crash."""


def needed() -> frozenset[str]:
    """Every permission that something here needs."""
    tables = (METHODS, EVENTS, FEATURES)
    return frozenset(scope for table in tables for scopes in table.values() for scope in scopes)
