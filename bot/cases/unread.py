"""Sentences that were not understood, as long as lines are kept."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, func, select

from bot.cases.lines import SEALED_FOR
from bot.domain.calendar import london_date
from bot.turn import Turn
from storage.tables import Heard

VERDICT = "NotUnderstood"
PAGE = 20


@dataclass(frozen=True, repr=False)
class Unread:
    """One page of them. `lines` are what was typed, the newest first: no word of one is shown as it stands."""

    lines: tuple[str, ...]
    many: int
    by_day: tuple[tuple[date, int], ...]
    """Of all of them, the latest day first."""


def unread(turn: Turn, page: int) -> Unread:
    """Not by whom, nor where: nothing else of a row is read."""
    which = col(Heard.verdict) == VERDICT
    newest = select(Heard.sealed).where(which).order_by(col(Heard.at).desc(), col(Heard.id).desc())
    sealed = turn.db.exec(newest.offset((page - 1) * PAGE).limit(PAGE))
    days = Counter(london_date(at) for at in turn.db.exec(select(Heard.at).where(which)))
    many = turn.db.exec(select(func.count()).select_from(Heard).where(which)).one()
    lines = tuple(str(turn.vault.open_own(each, SEALED_FOR)["line"]) for each in sealed)
    return Unread(lines, many, tuple(sorted(days.items(), reverse=True)))
