"""What somebody does who owns the database: takes its triggers away, writes what they like, and puts them back."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from storage import triggers
from storage.connect import Store


@contextmanager
def forging(store: Store) -> Iterator[Session]:
    """A session in which the record can be changed."""
    with store.transaction() as db:
        triggers.take_away(db.connection())
        yield db
        db.flush()
        triggers.put(db.connection())
