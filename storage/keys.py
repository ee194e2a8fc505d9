"""The keys that are kept wrapped: the installation's own, and those of children, letters and exports.

Under another REFERRALBOT_KEY they are wrapped anew and stay what they are: nothing that was sealed is touched.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from bot.domain.errors import BadSettings
from storage.add import add_rows
from storage.columns import columns
from storage.connect import Store
from storage.crypto import OWN_KEYS, Vault
from storage.tables import Child, Enquiry, Export, Key

HOLDERS: tuple[type[SQLModel], ...] = (Child, Enquiry, Export)
"""What has a key of its own."""
AT_ONCE = 200
"""Keys of one transaction: some milliseconds' work."""
KEY = columns(Key)


def take_own_keys(store: Store, vault: Vault, *, starting: bool = False) -> None:
    """Have the vault use the installation's own keys as they are kept; put in where they are not, once they count.

    That is from the first key that is wrapped, or the first start. BadSettings where neither key at hand opens them.
    """
    with store.reading() as db:
        kept, beside = _kept(db), any_wrapped(db)
    if not kept and (starting or beside is not None):
        with suppress(IntegrityError), store.transaction() as db:  # another process may have put them in by now
            _put_in(db, vault, beside)
        with store.reading() as db:
            kept = _kept(db)
    if kept:
        vault.keep_to(kept)


def _kept(db: Session) -> Mapping[str, bytes]:
    return {row.use: row.wrapped_key for row in db.execute(select(KEY.use, KEY.wrapped_key))}


def any_wrapped(db: Session) -> bytes | None:
    """A key of somebody's: from before marks stood beside them, where there is one."""
    for of in map(columns, HOLDERS):
        found = select(of.wrapped_key).where(of.wrapped_key.is_not(None)).order_by(of.wrapped_by, of.id).limit(1)
        if (wrapped := db.execute(found).scalar()) is not None:
            return bytes(wrapped)
    return None


def _put_in(db: Session, vault: Vault, beside: bytes | None) -> None:
    """Keep the installation's own keys, and mark all that was wrapped before there were marks."""
    keys, mark = vault.own_keys(beside)
    add_rows(db, Key, [{"use": use, "wrapped_key": key, "wrapped_by": mark} for use, key in keys.items()])
    for holder, of in zip(HOLDERS, map(columns, HOLDERS), strict=True):
        unmarked = (of.wrapped_by == "", of.wrapped_key.is_not(None))
        db.execute(update(holder).where(*unmarked).values(wrapped_by=mark))


def wrapped_under(db: Session) -> Counter[str]:
    """How many keys are wrapped under each REFERRALBOT_KEY, by its mark."""
    found: Counter[str] = Counter()
    for of in (KEY, *map(columns, HOLDERS)):
        counted = select(of.wrapped_by, func.count()).where(of.wrapped_key.is_not(None)).group_by(of.wrapped_by)
        found.update({row[0]: row[1] for row in db.execute(counted)})
    return found


def has_begun(db: Session, vault: Vault) -> bool:
    """Whether the installation's own keys are under the newest key already: they are wrapped anew first."""
    return set(db.execute(select(KEY.wrapped_by)).scalars()) == {vault.mark}


def wrap_own_anew(db: Session, vault: Vault) -> None:
    kept = _kept(db)
    for use in OWN_KEYS:
        anew = {"wrapped_key": vault.wrap_anew(kept[use], use), "wrapped_by": vault.mark}
        db.execute(update(Key).where(KEY.use == use).values(anew))


class Shut(NamedTuple):
    """A key that does not open."""

    table: str
    id: int


def wrap_anew(store: Store, vault: Vault, told: Callable[[int], object], *, at_once: int = AT_ONCE) -> list[Shut]:
    """Wrap every other key under the newest one, so many in a transaction; those that open under neither stay.

    `told` hears after each transaction how many keys were looked at in it. Stopped anywhere, it is begun again and does
    what is left. A key that somebody changed or destroyed meanwhile stays as it is then.
    """
    shut: list[Shut] = []
    for holder in HOLDERS:
        of, after = columns(holder), 0
        others = (of.wrapped_by != vault.mark, of.wrapped_key.is_not(None), of.id > bindparam("after"))
        some = select(of.id, of.wrapped_key).where(*others).order_by(of.id).limit(at_once)
        as_it_was = (of.id == bindparam("which"), of.wrapped_key == bindparam("was"))
        put = update(of.id.table).where(*as_it_was).values(wrapped_key=bindparam("anew"), wrapped_by=vault.mark)
        while True:
            with store.transaction() as db:
                rows = db.execute(some, {"after": after}).all()
                changed, bad = _anew(vault, rows)
                if changed:
                    db.connection().execute(put, changed)
            shut += [Shut(of.id.table.name, number) for number in bad]
            if not rows:
                break
            after = rows[-1].id
            told(len(rows))
    return shut


def _anew(vault: Vault, rows: Sequence[Any]) -> tuple[list[dict[str, Any]], list[int]]:
    """What is written for these, and which of them do not open."""
    changed, bad = list[dict[str, Any]](), list[int]()
    for number, was in rows:
        try:
            changed.append({"which": number, "was": was, "anew": vault.wrap_anew(was)})
        except BadSettings:
            bad.append(number)
    return changed, bad


def shut_for(store: Store, vault: Vault, told: Callable[[int], object], *, at_once: int = AT_ONCE) -> list[Shut]:
    """Every key that does not open with what this vault has at hand."""
    shut: list[Shut] = []
    for table, rows in _every(store, at_once):
        told(len(rows))
        shut += [Shut(table, number) for number, wrapped in rows if not _opens(vault, wrapped)]
    return shut


def _every(store: Store, at_once: int) -> Iterator[tuple[str, Sequence[Any]]]:
    for of in map(columns, HOLDERS):
        kept = (of.wrapped_key.is_not(None), of.id > bindparam("after"))
        some, after = select(of.id, of.wrapped_key).where(*kept).order_by(of.id).limit(at_once), 0
        while True:
            with store.reading() as db:
                rows = db.execute(some, {"after": after}).all()
            if not rows:
                break
            yield of.id.table.name, rows
            after = rows[-1].id


def _opens(vault: Vault, wrapped: bytes) -> bool:
    with suppress(BadSettings):
        return bool(vault.unwrap(wrapped))
    return False
