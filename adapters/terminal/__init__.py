"""The terminal: the same conversation, line by line, and messages as plain text and as JSON."""

from adapters.terminal.as_json import message_as_json
from adapters.terminal.plain import render
from adapters.terminal.talk import Terminal

__all__ = ["Terminal", "message_as_json", "render"]
