"""Erasing a child, or a letter, for good: the key under which its words are sealed, and every mark to find it by.

The record keeps its entries, with their days and kinds and without a word, and its chain stays whole. The list outside
the database has it before the database does, so that no restored backup brings it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import col

from bot.cases import approvals, belongings, children, exports, history, holds, lines, posts, visible
from bot.cases.belongings import Belongings
from bot.cases.ending import end_as_erased
from bot.cases.files import open_file
from bot.cases.history import New
from bot.domain.errors import AlreadyDone, NotNow
from bot.domain.sentences import listed
from bot.domain.terms import EntryKind, PostSays, PostState
from bot.turn import Turn
from storage.columns import columns
from storage.erasures import Erasures, Gone
from storage.tables import Approval, Case, Child, Enquiry, Entry, Fingerprint, Post, PrivateCopy, Request

MARK = "erased"
NAMED = 3
"""How many open cases and letters a refusal names."""
ENTRIES, MARKS, POSTS = columns(Entry), columns(Fingerprint), columns(Post)
HIDDEN = (
    "{of} can't be erased now: something on record that you may not see speaks against it. "
    "Whoever runs the bot sees what: referralbot retention"
)


@dataclass(frozen=True)
class Going:
    """What an erasure takes away, counted before it happens."""

    entries: int
    """With words in them."""
    marks: int
    exports: int
    cards: int
    letters: Sequence[str]
    """Whose own words go with it."""
    letters_kept: Sequence[str]
    """Those that are about other children too, as far as the asker may know of them: their words stay."""


def check(turn: Turn, belongs: Belongings, called: str) -> None:
    """Refuses what is erased already, held or open, and what only somebody else may know of. Says what to do."""
    if belongs.erased:
        raise AlreadyDone(f"{called} is erased already.")
    _list(turn)
    if belongings.hidden(turn, belongs.cases) or any(_is_hidden(turn, one) for one in belongs.still_open):
        raise NotNow(HIDDEN.format(of=called))
    if still := [record.reference for record in belongs.still_open]:
        more = [f"{len(still) - NAMED} more"] if len(still) > NAMED else []
        named = _listed([*still[:NAMED], *more])
        what = "it is" if still == [called] else f"{named} {'is' if len(still) == 1 else 'are'}"
        raise NotNow(f"{called} can't be erased while {what} open. What is open ends first: close {still[0]}")
    if held := holds.on(turn, belongs):
        names = _listed([one.kind.label for one in held])
        raise NotNow(f"{called} can't be erased while it is held ({names}). To see since when, say: retention {called}")


def _is_hidden(turn: Turn, record: Case | Enquiry) -> bool:
    return isinstance(record, Enquiry) and visible.is_about_hidden(turn, record)


def _listed(names: Sequence[str]) -> str:
    return listed(list(dict.fromkeys(names)))


def going(turn: Turn, belongs: Belongings) -> Going:
    """What would go."""
    child_id = belongs.child.id if belongs.child else None
    return Going(
        entries=_count(turn, ENTRIES.id, ENTRIES.sealed.is_not(None), ENTRIES.stream.in_(_streams(belongs))),
        marks=_count(turn, MARKS.id, MARKS.child_id == child_id) if child_id else 0,
        exports=sum(one.wrapped_key is not None for one in exports.of_child(turn, child_id)) if child_id else 0,
        cards=_count(turn, POSTS.id, *_cards(belongs)),
        letters=[letter.reference for letter in belongs.alone],
        letters_kept=[
            one.reference for one in belongs.letters if one not in belongs.alone and not _is_hidden(turn, one)
        ],
    )


def _count(turn: Turn, what: object, *fit: object) -> int:
    return int(turn.db.execute(select(func.count(what)).where(*fit)).scalar_one())  # type: ignore[arg-type]


def _streams(belongs: Belongings) -> list[str]:
    """The records whose words go."""
    return [history.stream_of(record) for record in belongs.going]


def _cards(belongs: Belongings) -> tuple[object, ...]:
    of = POSTS.case_id.in_([case.id for case in belongs.cases])
    return of, POSTS.says == PostSays.CASE_CARD, POSTS.state != PostState.WITHDRAWN


def erase(turn: Turn, belongs: Belongings, yes: Approval | None = None) -> int:
    """Destroy the keys and all that would tell; how many lines that were heard went with it.

    `yes` is the second person's, on record with it. Nothing asks here whether it may be: `check` does.
    """
    agreed = approvals.on_record(yes) if yes else {}
    return _destroy(turn, belongs, turn.now, agreed, listed=_list(turn))


def went_on(turn: Turn, belongs: Belongings, at: datetime) -> bool:
    """Whether something of it came on record after that moment: it was not erased then, whatever the list says."""
    later = select(ENTRIES.id).where(ENTRIES.stream.in_(_streams(belongs)), ENTRIES.recorded_at > at).limit(1)
    return turn.db.execute(later).first() is not None or any(letter.opened_at > at for letter in belongs.letters)


def erase_again(turn: Turn, belongs: Belongings, at: datetime) -> None:
    """Take away once more what a restored backup has brought back. It was erased at that moment; what is open ends."""
    for record in belongs.still_open:
        if isinstance(record, Case) or record in belongs.alone:
            end_as_erased(turn, open_file(turn, record))
    _destroy(turn, belongs, at, {"again": True})


def _destroy(
    turn: Turn, belongs: Belongings, at: datetime, clear: dict[str, object], listed: Erasures | None = None
) -> int:
    tells, to_list = _tells(turn, belongs), _gone(turn, belongs, at)
    _destroy_keys(turn, belongs)
    _take_back(turn, belongs)
    approvals.forget(turn, {*_streams(belongs), belongs.what})
    for record in belongs.going:
        history.record(turn, record, New(EntryKind.ERASED, turn.today, clear=clear))
    heard = lines.forget(turn, tells)
    turn.db.flush()
    if listed is not None:
        listed.add(to_list)  # last, and on the disk: the database follows or, where it does not, the next start does
    return heard


def _tells(turn: Turn, belongs: Belongings) -> lines.Tells:
    """By what a line tells of it: read while it still can be."""
    who = children.private_of(turn, belongs.child) if belongs.child else None
    return lines.Tells.of(who, [record.reference for record in belongs.going])


def _destroy_keys(turn: Turn, belongs: Belongings) -> None:
    if belongs.child is not None:
        child_id = belongs.child.id or 0
        exports.destroy(turn, exports.of_child(turn, child_id))
        children.forget(turn, child_id)
        turn.db.refresh(belongs.child)
    for letter in belongs.alone:
        letter.wrapped_key, letter.wrapped_by = None, ""


def _take_back(turn: Turn, belongs: Belongings) -> None:
    """The cards in rooms, what personal chats were told, and which bodies were asked, as somebody typed it."""
    for case in belongs.cases:
        posts.withdraw_case(turn, case)
    _fade(turn, belongs)
    ids = [case.id for case in belongs.cases]
    turn.db.execute(update(Request).where(col(Request.case_id).in_(ids)).values(adviser=""))


def _fade(turn: Turn, belongs: Belongings) -> None:
    """Have what personal chats were told edited away now, and not in ten minutes."""
    copies = columns(PrivateCopy)
    of_case = copies.case_id.in_([case.id for case in belongs.cases])
    mine = of_case | copies.enquiry_id.in_([letter.id for letter in belongs.alone])
    turn.db.execute(update(PrivateCopy).where(mine, copies.fades_at > turn.now).values(fades_at=turn.now))


def _list(turn: Turn) -> Erasures:
    if turn.erasures is None:
        raise NotNow("Nothing can be erased here: this process keeps no list of erasures. Ask whoever runs the bot.")
    return turn.erasures


def _gone(turn: Turn, belongs: Belongings, at: datetime) -> list[Gone]:
    child = [gone(turn, belongs.child, at)] if belongs.child else []
    return [*child, *(gone(turn, letter, at) for letter in belongs.alone)]


def gone(turn: Turn, what: Child | Enquiry, at: datetime | None) -> Gone:
    """As the list has it. It is known again by its number and the moment it was put in."""
    name, put_in = ("enquiry", what.opened_at) if isinstance(what, Enquiry) else ("child", what.added_at)
    mark = turn.vault.fingerprint(MARK, f"{name}:{what.id} {put_in.isoformat()}").hex()
    return Gone(f"{name}:{what.id}", at or turn.now, mark)
