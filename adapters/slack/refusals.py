"""What Slack answers when it does not do as asked: not now, or never and why, in a sentence for a person.

Codes: the error tables of Slack's Web API methods. Rates: 429 with Retry-After, Slack's page on rate limits.
"""

from collections.abc import Mapping

from bot.domain.errors import TryLater, Undeliverable

NOT_NOW = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "internal_error", "fatal_error"}
    | {"request_timeout", "team_added_to_org", "org_login_required"}
)

TOKEN = "Slack no longer accepts the bot's token. Install the app in the workspace again and set the new token."
ABSENT = "The bot is not in that Slack channel. Invite it there with /invite @referralbot."
GONE = "That Slack account is closed, or the bot may not write to it."
HELD = "Slack's administrators do not let the bot write there. Ask them, or bind another room."
SHAPE = "Slack refused the shape of the message. This is a fault of ours: please report it."

SENTENCES: Mapping[str, str] = {
    **dict.fromkeys(["token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive"], TOKEN),
    **dict.fromkeys(["not_in_channel", "user_not_in_channel"], ABSENT),
    "channel_not_found": "Slack knows no such channel, or it is private and the bot is not in it. Invite it there.",
    "is_archived": "That Slack channel is archived. Bind another room for this agency.",
    "is_inactive": "That Slack channel is archived. Bind another room for this agency.",
    **dict.fromkeys(["user_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot", "users_not_found"], GONE),
    "messages_tab_disabled": "The app's messages tab is off. Update the Slack app from the manifest.",
    **dict.fromkeys(["restricted_action", "restricted_action_read_only_channel", "ekm_access_denied"], HELD),
    **dict.fromkeys(["restricted_action_thread_only_channel", "restricted_action_non_threadable_channel"], HELD),
    **dict.fromkeys(["message_not_found", "cant_delete_message"], "That message is no longer in Slack."),
    **dict.fromkeys(["cant_update_message", "edit_window_closed"], "Slack lets that message be edited no more."),
    **dict.fromkeys(["msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"], SHAPE),
}


def refusal(method: str, status: int, headers: Mapping[str, str], body: object) -> TryLater | Undeliverable:
    """What an answer that is not ok means. `headers` are looked up without regard to case."""
    told = body if isinstance(body, Mapping) else {}
    code = str(told.get("error") or "")
    if status == 429 or status >= 500 or code in NOT_NOW:
        return TryLater(f"Slack cannot take {method} now ({code or status}).", _seconds(headers))
    if code == "missing_scope":
        return MissingScope(method, str(told.get("needed") or "see the manifest"))
    return Refused(code, SENTENCES.get(code, f"Slack refused {method} ({code or status})."))


class Refused(Undeliverable):
    """Slack said no for good; `code` is its own word for why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class MissingScope(Refused):
    """The app was installed without a permission that this needs."""

    def __init__(self, method: str, needed: str) -> None:
        sentence = (
            f"Slack cannot be asked for {method}: the app lacks the permission {needed}. Update it from the manifest."
        )
        super().__init__("missing_scope", sentence)


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Retry-After, in seconds; None where it is missing or no number."""
    try:
        return float(headers["Retry-After"])
    except (KeyError, ValueError):
        return None
