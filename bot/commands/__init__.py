"""What people can say: a module a noun, a function a command."""

from bot.commands import (
    advice,
    agreeing,
    case,
    correcting,
    denied,
    dispute,
    drafting,
    exception,
    exceptions,
    exporting,
    figures,
    finding,
    glass,
    help,
    leave,
    letter,
    list,
    mp,
    nudge,
    panels,
    people,
    planning,
    record,
    rectifying,
    referral,
    reminding,
    restricting,
    retaining,
    room,
    unread,
    why,
)
from bot.grammar import Book

BOOK = Book.of(
    *(referral, case, correcting, why, record, planning, advice, exception, dispute, mp, letter, drafting, list, nudge),
    *(reminding, room, figures, finding, restricting, glass, denied, unread, agreeing, exporting, rectifying),
    *(retaining, people, leave, panels, exceptions, help),
)
"""Every command there is."""

__all__ = ["BOOK"]
