"""A message as JSON, for scripts."""

from dataclasses import asdict
from typing import Any

from bot.domain.message import Message


def message_as_json(message: Message, *, line: str = "") -> dict[str, Any]:
    """What `say --json` prints: the line said, and the answer to it; no form or no table is null."""
    return {
        "line": line,
        "text": message.text,
        "copy": message.copy,
        "facts": [asdict(fact) for fact in message.facts],
        "actions": [asdict(action) for action in message.actions],
        "form": asdict(message.form) if message.form else None,
        "table": asdict(message.table) if message.table else None,
        "private": message.private,
        "error": message.error,
    }
