"""What somebody does who owns the database: takes its triggers away, writes what they like, and puts them back.

And whether it shows in a chain.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlmodel import Session

from bot.domain.chain import DIGESTED, Stream
from storage import triggers
from storage.connect import Store
from storage.tables import Entry

CHAINED = ("id", "case_id", "enquiry_id", *DIGESTED, "previous", "digest")


@contextmanager
def forging(store: Store) -> Iterator[Session]:
    """A session in which the record can be changed."""
    with store.transaction() as db:
        triggers.take_away(db.connection())
        yield db
        db.flush()
        triggers.put(db.connection())


def broken_link(entries: Sequence[Entry]) -> Entry | None:
    """The first entry of a whole stream, in order, that does not follow from the one before."""
    stream = Stream(entries[0].stream if entries else "")
    return next((entry for entry in entries if stream.follow({name: getattr(entry, name) for name in CHAINED})), None)
