"""Cases, letters, nudges and digests as messages: the only place that turns the record into words."""

from bot.cards.posted import post_message

__all__ = ["post_message"]
