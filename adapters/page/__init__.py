"""The local chat page: rooms, cards and forms in a browser, with no outside platform."""

from adapters.page.server import Page

__all__ = ["Page"]
