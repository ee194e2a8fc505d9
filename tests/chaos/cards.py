"""Living cards at the end of a storm: one for each case in each room, and it says what the record says."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import col, select

from adapters.slack.blocks import answer_body
from adapters.teams.cards import card
from bot.cards.posted import post_message
from bot.domain.message import Message
from bot.domain.terms import Platform, PostSays, PostState
from bot.turn import Turn
from storage.tables import Connection, Post
from tests.chaos.weather import StormyConnector, StormySlack

CARDS = (PostSays.CASE_CARD, PostSays.ENQUIRY_CARD)


def wrong_cards(turn: Turn, slack: StormySlack, teams: StormyConnector) -> Iterator[str]:
    """What is wrong with each card that does not stand as the record has it."""
    platforms = {one.id: one.platform for one in turn.db.exec(select(Connection))}
    for post in turn.db.exec(select(Post).where(col(Post.says).in_(CARDS)).order_by(col(Post.id))):
        message, on = post_message(turn, post), platforms[post.connection_id]
        shown = _in_slack(slack, post.platform_id) if on is Platform.SLACK else _in_teams(teams, post.platform_id)
        where = f"card {post.id} in room {post.room_id}"
        if post.state is not PostState.SENT or post.wanted != post.shown:
            yield f"{where}: {post.state}, wanted {post.wanted} and shown {post.shown}, {post.trouble}"
        elif message is None or shown is None:
            yield f"{where}: nothing stands there"
        elif shown != _plain(_drawn(message, on)):
            yield f"{where}: it says {_words(shown)}, and should say {_words(_plain(_drawn(message, on)))}"


def count_cards(turn: Turn) -> int:
    return len(turn.db.exec(select(Post.id).where(col(Post.says).in_(CARDS))).all())


def _drawn(message: Message, on: Platform) -> Any:
    if on is Platform.SLACK:
        return answer_body(replace(message, nonce="n"), private=False, notified=True)["blocks"]
    return card(replace(message, nonce="n"), private=False)


def _in_slack(slack: StormySlack, platform_id: str) -> Any:
    channel, _, ts = platform_id.partition("/")
    found = (each for each in slack.messages[channel] if each["ts"] == ts)
    return next((_plain(each["blocks"]) for each in found), None)


def _in_teams(teams: StormyConnector, platform_id: str) -> Any:
    """As it was written last."""
    conversation, _, message = platform_id.rpartition(" ")
    edits = (call for call in reversed(teams.calls) if call.method == "PUT" and call.activity == message)
    for call in edits:
        if call.conversation == conversation:
            return _plain(call.card)
    return _plain(teams.made[message].card) if message in teams.made else None


def _plain(part: Any) -> Any:
    """Without nonces, which are no words: the morning leaves a card that says the same, and its older nonce with it."""
    if isinstance(part, list):
        return [_plain(each) for each in part]
    if not isinstance(part, Mapping):
        return part
    kept = {name: _plain(value) for name, value in part.items() if name != "nonce"}
    if part.get("type") == "button" and part.get("value"):
        kept["value"] = _plain(json.loads(part["value"]))
    return kept


def _words(part: Any) -> str:
    return json.dumps(part, ensure_ascii=False)[:600]
