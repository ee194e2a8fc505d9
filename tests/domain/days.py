"""Dates and moments as a table writes them, weekday included."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def day(text: str) -> date:
    """Read "Mon 7 Sep 2026"; a weekday that is wrong is a mistake in the table."""
    found = datetime.strptime(f"{text} +0000", "%a %d %b %Y %z").date()
    assert f"{found:%a}" == text[:3], f"{found:%d %b %Y} is a {found:%A}"
    return found


def at(text: str) -> datetime:
    """Read "Mon 7 Sep 2026 09:00", a time on a wall in London; aware UTC."""
    hour, minute = text[-5:].split(":")
    found = day(text[:-6])
    here = datetime(found.year, found.month, found.day, int(hour), int(minute), tzinfo=ZoneInfo("Europe/London"))
    return here.astimezone(UTC)
