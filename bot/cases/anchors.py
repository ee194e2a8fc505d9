"""The daily anchor: what the whole record was on one day, so that nobody can write it anew without its showing.

An entry's chain shows that something in the middle was changed. It does not show that the newest entries were taken
away, or that all of a stream was written anew with digests that fit. An anchor holds the newest entry of every stream
that grew since the one before; it is chained to that one, signed, and told in the administrators' room.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from bot.cases.posts import administrators_room, in_office_hours, tell_administrators
from bot.domain.chain import ANCHOR, FIRST, Anchored, anchor_digest, root
from bot.domain.chain import Head as Newest
from bot.domain.terms import Notice
from bot.turn import Turn
from storage.add import add_rows, add_unless_there
from storage.columns import columns
from storage.signing import Signer
from storage.tables import Anchor, Entry, Head

OVERDUE = timedelta(days=2)
"""Older than this, the last anchor says that nobody makes them any more."""

OF_ENTRY, OF_HEAD, OF_ANCHOR = columns(Entry), columns(Head), columns(Anchor)
ENDS = select(OF_ENTRY.stream, func.max(OF_ENTRY.number).label("number")).group_by(OF_ENTRY.stream).subquery()
KNOWN = select(OF_HEAD.stream, func.max(OF_HEAD.number).label("number")).group_by(OF_HEAD.stream).subquery()
GROWN = (
    select(OF_ENTRY.stream, OF_ENTRY.number, OF_ENTRY.digest, KNOWN.c.number.is_(None).label("is_new"))
    .join(ENDS, and_(ENDS.c.stream == OF_ENTRY.stream, ENDS.c.number == OF_ENTRY.number))
    .outerjoin(KNOWN, KNOWN.c.stream == OF_ENTRY.stream)
    .where((KNOWN.c.number.is_(None)) | (KNOWN.c.number < OF_ENTRY.number))
)
"""The newest entry of each stream that grew since it was anchored. It goes by numbers alone: the order of rows' ids is
not that in which PostgreSQL keeps them. One statement, so that it sees one moment."""
LAST = select(Anchor).order_by(col(Anchor.day).desc()).limit(1)


def is_due(turn: Turn) -> bool:
    """Whether nobody has made today's yet. Asked before `make`, which on SQLite keeps every other writer waiting."""
    last = last_anchor(turn.db)
    return last is None or last.day < turn.today


def make(turn: Turn, signer: Signer | None) -> Anchored | None:
    """Put today's anchor on record, and tell the administrators; None where somebody else was first.

    It is made where nothing was recorded too: that the record stayed as it was is worth as much.
    """
    last = last_anchor(turn.db)
    if last is not None and last.day >= turn.today:
        return None
    grown = turn.db.execute(GROWN).all()
    heads = tuple(Newest(row.stream, row.number, row.digest) for row in grown)
    streams = (last.streams if last else 0) + sum(row.is_new for row in grown)
    previous, over = last.digest if last else FIRST, root(heads)
    digest = anchor_digest(previous, turn.today, turn.now, streams, over)
    anchor = Anchor(
        day=turn.today,
        made_at=turn.now,
        streams=streams,
        root=over,
        previous=previous,
        digest=digest,
        signature=signer.sign(signed_text(digest)) if signer else None,
        public_key=signer.public_key if signer else None,
    )
    if not add_unless_there(turn.db, anchor):
        return None
    add_rows(turn.db, Head, [{**head._asdict(), "anchor_id": anchor.id} for head in heads])
    if administrators_room(turn) is not None:
        about, opens = {"anchor": anchor.id}, in_office_hours(turn)
        tell_administrators(turn, Notice.ANCHORED, about=about, key=f"anchor/{turn.today}", not_before=opens)
    return _anchored(anchor, heads)


def signed_text(digest: bytes) -> bytes:
    """What a signature is over."""
    return ANCHOR + digest


def last_anchor(db: Session) -> Anchor | None:
    return db.scalars(LAST).first()


def is_newest(db: Session, anchor: int) -> bool:
    last = last_anchor(db)
    return last is not None and last.id == anchor


def all_anchors(db: Session) -> Iterator[Anchored]:
    """Every anchor with its heads, oldest first."""
    rows = db.execute(
        select(OF_HEAD.anchor_id, OF_HEAD.stream, OF_HEAD.number, OF_HEAD.digest).order_by(OF_HEAD.anchor_id)
    )
    heads: Mapping[int, tuple[Newest, ...]] = {
        anchor: tuple(Newest(row.stream, row.number, row.digest) for row in of)
        for anchor, of in groupby(rows, key=lambda row: row.anchor_id)
    }
    for anchor in db.execute(select(*OF_ANCHOR).order_by(OF_ANCHOR.day, OF_ANCHOR.id)):
        yield _anchored(anchor, heads.get(anchor.id, ()))


def _anchored(anchor: Any, heads: tuple[Newest, ...]) -> Anchored:
    return Anchored(
        day=anchor.day,
        made_at=anchor.made_at,
        streams=anchor.streams,
        heads=tuple(sorted(heads)),
        previous=anchor.previous,
        digest=anchor.digest,
        signature=anchor.signature or b"",
        public_key=anchor.public_key or b"",
    )
