"""What Slack answers when it does not do as asked: not now, or never and why, in a sentence for a person.

Codes: the error tables of Slack's Web API methods. Rates: 429 with Retry-After, Slack's page on rate limits.
"""

from collections.abc import Mapping

from bot.domain.errors import Gone, TryLater, Undeliverable
from bot.domain.meanings import Table, Verdict, later, never

BUSY = "Slack takes no more for now. It is tried again after as long as Slack asks for."
DOWN = "Slack is in trouble. It is tried again for four hours."
REVOKED = "Slack no longer accepts the bot's token. Install the app in the workspace again and set the new token."
ABSENT = "The bot is not in that Slack channel. Invite it there with /invite @referralbot."
GONE = "That Slack account is closed, or the bot may not write to it."
HELD = "Slack's administrators do not let the bot write there. Ask them, or bind another room."
SHAPE = "Slack refused the shape of the message. This is a fault of ours: please report it."

UNSEEN = "Slack knows no such channel, or it is private and the bot is not in it. Invite it there."
ARCHIVED = "That Slack channel is archived. Bind another room for this agency."
LOST = "That message is no longer in Slack."
KEPT = "Slack lets that message not be deleted."
FIXED = "Slack lets that message be edited no more."

MEANS: Table = {
    **dict.fromkeys(["ratelimited", "rate_limited", "message_limit_exceeded"], later(BUSY)),
    **dict.fromkeys(["service_unavailable", "internal_error", "fatal_error", "request_timeout"], later(DOWN)),
    **dict.fromkeys(["team_added_to_org", "org_login_required"], later(DOWN)),
    **dict.fromkeys(["token_revoked", "token_expired", "invalid_auth", "not_authed"], never(REVOKED, whole=True)),
    "account_inactive": never(REVOKED, whole=True),
    **dict.fromkeys(["not_in_channel", "user_not_in_channel"], never(ABSENT)),
    "channel_not_found": never(UNSEEN),
    **dict.fromkeys(["is_archived", "is_inactive"], never(ARCHIVED)),
    **dict.fromkeys(["user_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot"], never(GONE)),
    "users_not_found": never(GONE),
    "messages_tab_disabled": never("The app's messages tab is off. Update the Slack app from the manifest."),
    **dict.fromkeys(["restricted_action", "restricted_action_read_only_channel", "ekm_access_denied"], never(HELD)),
    **dict.fromkeys(["restricted_action_thread_only_channel"], never(HELD)),
    **dict.fromkeys(["restricted_action_non_threadable_channel"], never(HELD)),
    "message_not_found": never(LOST, gone=True),
    "cant_delete_message": never(KEPT),
    **dict.fromkeys(["cant_update_message", "edit_window_closed"], never(FIXED)),
    **dict.fromkeys(["msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"], never(SHAPE)),
}
"""A code that is not here, with a status below 500, is a never of that one message."""


def refusal(method: str, status: int, headers: Mapping[str, str], body: object) -> TryLater | Undeliverable:
    """What an answer that is not ok means. `headers` are looked up without regard to case."""
    told = body if isinstance(body, Mapping) else {}
    code = str(told.get("error") or "")
    means = MEANS.get(code)
    if status == 429 or status >= 500 or (means and means.verdict is Verdict.LATER):
        return TryLater(f"Slack cannot take {method} now ({code or status}).", _seconds(headers), sent=status != 429)
    if code == "missing_scope":
        return MissingScope(method, str(told.get("needed") or "see the manifest"))
    words = means.words if means else f"Slack refused {method} ({code or status})."
    kind = Lost if means and means.gone else Refused
    return kind(code, words, whole=bool(means and means.whole))


class Refused(Undeliverable):
    """Slack said no for good; `code` is its own word for why."""

    def __init__(self, code: str, sentence: str, *, whole: bool = False) -> None:
        super().__init__(sentence, whole=whole)
        self.code = code


class Lost(Refused, Gone):
    """The message that was meant is there no longer."""


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
