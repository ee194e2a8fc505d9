"""The demo: fictional staff, rooms and cases, put into the record by the same functions that people use."""

from bot.upkeep.demo.load import load_demo

__all__ = ["load_demo"]
