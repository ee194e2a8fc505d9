"""Requests as Slack signs and sends them."""

import json
import time
from collections.abc import Callable
from itertools import count
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from adapters.slack.modals import Origin, form_view
from bench.council import CHANNEL, OFFICER, SECRET, TEAM, typed
from bench.load import post
from bot.domain.message import Message

TRIGGERS = count(1)
SIGNER = SignatureVerifier(SECRET)


def command(text: str, team: str = TEAM, user: str = OFFICER) -> bytes:
    """A slash command: `/referral status 0042`, written in the officer's direct messages with the bot."""
    form = {
        "token": "not-used", "team_id": team, "team_domain": "council", "channel_id": "D0SHAH",
        "channel_name": "directmessage", "user_id": user, "user_name": "p.shah", "command": "/referral",
        "text": text, "api_app_id": "A0REFERRAL", "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1/response", "trigger_id": _trigger(),
    }  # fmt: skip
    return signed(urlencode(form))


def submission(form: Message, user: str = OFFICER) -> bytes:
    """The bot's own form, filled in for another child and submitted."""
    view = form_view(form, Origin(CHANNEL, name="health"))
    carried = json.loads(view["private_metadata"]) | {"nonce": token_hex(8)}
    body = {
        "type": "view_submission",
        "user": {"id": user, "username": "p.shah", "name": "p.shah", "team_id": TEAM},
        "team": {"id": TEAM, "domain": "council"},
        "api_app_id": "A0REFERRAL",
        "is_enterprise_install": False,
        "trigger_id": _trigger(),
        "view": {**view, "id": "V0MODAL", "private_metadata": json.dumps(carried), "state": _state(view, typed())},
    }
    return signed(urlencode({"payload": json.dumps(body)}))


def signed(body: str) -> bytes:
    moment = str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": SIGNER.generate_signature(timestamp=moment, body=body) or "",
    }
    return post("/slack/events", body.encode(), headers)


def status_of(reference: str) -> Callable[[], bytes]:
    return lambda: command(f"status {reference.removeprefix('SEND-').partition('-')[2]}")


def _trigger() -> str:
    return f"{next(TRIGGERS)}.2.{token_hex(4)}"


def _state(view: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    return {"values": {b["block_id"]: {"value": _filled(b["element"], values.get(b["block_id"], ""))} for b in inputs}}


def _filled(element: dict[str, Any], value: str) -> dict[str, Any]:
    """A control as Slack returns it."""
    match element["type"]:
        case "plain_text_input":
            return {"type": "plain_text_input", "value": value or None}
        case "datepicker":
            return {"type": "datepicker", "selected_date": value or None}
        case kind:
            return {"type": kind, "selected_option": {"value": value} if value else None}
