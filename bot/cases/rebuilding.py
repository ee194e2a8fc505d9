"""Every case and letter derived afresh, hundreds at a time, and brought in line where it is kept otherwise.

Rows are read plainly, those of hundreds of cases in one statement.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, SQLModel

from bot.cases import packs
from bot.cases.comparing import Found, Kept, compare
from bot.cases.deadlines import Columns, fresh_row
from bot.cases.queue import CARDS
from bot.cases.set_aside import without_the_bad
from bot.domain.terms import PostState
from bot.turn import Turn
from storage.add import add_rows
from storage.columns import columns
from storage.connect import Store
from storage.tables import Case, Deadline, Enquiry, Entry, Post, Request

BATCH = 500
"""Cases read in one go."""
MENDED = 100
"""Cases brought in line in one transaction: what an interruption undoes, and how long the bot's own writers wait."""

TurnOn = Callable[[Session], Turn]
Tell = Callable[[int, int], None]
"""Called with how many cases and letters have been looked at, of how many."""
Aside = Callable[[str, Exception], None]
"""Called with the reference of a case or letter that cannot be derived, and why not."""


def how_many(db: Session) -> int:
    """Cases and letters, open and closed."""
    return sum(
        db.execute(select(func.count()).select_from(columns(of).id.table)).scalar_one() for of in (Case, Enquiry)
    )


def look_over(
    store: Store,
    turn_on: TurnOn,
    tell: Tell = lambda done, of: None,
    *,
    aside: Aside | None = None,
    batch: int = BATCH,
) -> Iterator[Found]:
    """Every case and letter of which something is kept otherwise than it follows. Changes nothing.

    One that cannot be derived is handed to `aside`, and the rest goes on; without one it ends there.
    """
    with store.reading() as db:
        total, done = how_many(db), 0
    for of in (Case, Enquiry):
        after = 0
        while True:
            with store.reading() as db:
                steady(db)
                ids = _some(db, of, after, batch)
                found = _compared(turn_on(db), of, ids, aside)
            if not ids:
                break
            yield from found
            after, done = ids[-1], done + len(ids)
            tell(done, max(total, done))


def _compared(turn: Turn, of: type[Case | Enquiry], ids: Sequence[int], aside: Aside | None) -> list[Found]:
    def do(these: Sequence[int]) -> list[Found]:
        return [found for found in compare(turn, read(turn.db, of, these)) if found] if these else []

    if aside is None:
        return do(ids)

    def put_aside(this: int, error: Exception) -> None:
        own = columns(of)
        aside(turn.db.execute(select(own.reference).where(own.id == this)).scalar_one(), error)

    return [found for some in without_the_bad(ids, do, put_aside) for found in some]


def bring_in_line(
    store: Store,
    turn_on: TurnOn,
    tell: Tell = lambda done, of: None,
    *,
    aside: Aside | None = None,
    batch: int = BATCH,
) -> Iterator[Found]:
    """Bring every case and letter in line, and say what was not. Stopped, it may be run again: what is done is done."""
    waiting: dict[type[Case | Enquiry], list[Found]] = {Case: [], Enquiry: []}
    for found in look_over(store, turn_on, tell, aside=aside, batch=batch):
        mine = waiting[found.kept.of]
        mine.append(found)
        if len(mine) == MENDED:
            waiting[found.kept.of] = []
            yield from _mend_these(store, turn_on, mine)
    for these in waiting.values():
        yield from _mend_these(store, turn_on, these)


def _mend_these(store: Store, turn_on: TurnOn, these: Sequence[Found]) -> list[Found]:
    return mend(store, turn_on, these[0].kept.of, [each.kept.about.id for each in these], these) if these else []


def mend(
    store: Store, turn_on: TurnOn, of: type[Case | Enquiry], ids: Sequence[int], known: Sequence[Found] = ()
) -> list[Found]:
    """Look again at these, with everybody else kept away from them, and write what follows.

    `known` is what was found of them a moment ago: where nothing was recorded since it is what is found now.
    """
    if not ids:
        return []
    with store.transaction() as db:
        turn, own = turn_on(db), columns(of)
        packs.must_be_newest(turn)
        # An entry refers to its case, so that nobody can add one to a case that is held like this.
        db.execute(select(own.id).where(own.id.in_(ids)).order_by(own.id).with_for_update())
        still = _still(db, of, ids, known)
        grown = sorted(set(ids) - {each.kept.about.id for each in still})
        found = [*still, *(each for each in compare(turn, read(db, of, grown)) if each)]
        _write(turn, of, found)
    return found


def _still(db: Session, of: type[Case | Enquiry], ids: Sequence[int], known: Sequence[Found]) -> list[Found]:
    """Those to which no entry was added since. Where the sweep has moved one on meanwhile, it looks once more."""
    theirs = OF_ENTRY["case_id" if of is Case else "enquiry_id"]
    last = select(theirs, func.max(OF_ENTRY.number)).where(theirs.in_(ids)).group_by(theirs)
    numbers = {row[0]: row[1] for row in db.execute(last)}
    return [each for each in known if _last_number(each) == numbers.get(each.kept.about.id)]


def _last_number(found: Found) -> int | None:
    return found.kept.entries[-1].number if found.kept.entries else None


def steady(db: Session) -> None:
    """Have what is read one after another be of one moment. On SQLite it always is."""
    if db.get_bind().dialect.name == "postgresql":
        db.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _some(db: Session, of: type[Case | Enquiry], after: int, batch: int) -> list[int]:
    own = columns(of)
    return list(db.execute(select(own.id).where(own.id > after).order_by(own.id).limit(batch)).scalars())


OF_ENTRY, OF_DEADLINE, OF_REQUEST = columns(Entry), columns(Deadline), columns(Request)
READ = (
    *(OF_ENTRY.id, OF_ENTRY.number, OF_ENTRY.request_id, OF_ENTRY.kind, OF_ENTRY.happened_on, OF_ENTRY.clear),
    *(OF_ENTRY.supersedes, OF_ENTRY.recorded_at),
)
"""What the clocks need of an entry. What is sealed stays where it is."""


def read(db: Session, of: type[Case | Enquiry], ids: Sequence[int]) -> list[Kept]:
    """These cases or letters with all that belongs to them: a statement a table."""
    own, theirs = columns(of), "case_id" if of is Case else "enquiry_id"
    whole = own.process if of is Case else own.kind
    about = db.execute(
        select(
            own.id, own.reference, own.status, own.closed_on, whole.label("whole"), own.stage if of is Case else whole
        )
        .where(own.id.in_(ids))
        .order_by(own.id)
    ).all()
    entries = _by_owner(db, select(OF_ENTRY[theirs], *READ).where(OF_ENTRY[theirs].in_(ids)).order_by(OF_ENTRY.number))
    deadlines = _by_owner(db, select(OF_DEADLINE[theirs], *OF_DEADLINE).where(OF_DEADLINE[theirs].in_(ids)))
    requests: Mapping[int, list[Any]] = {}
    if of is Case:
        asked = select(OF_REQUEST.case_id, *OF_REQUEST).where(OF_REQUEST.case_id.in_(ids)).order_by(OF_REQUEST.id)
        requests = _by_owner(db, asked)
    return [
        Kept(
            of,
            each,
            each.whole,
            entries.get(each.id, ()),
            requests.get(each.id, ()),
            {(deadline.rule, deadline.instance): deadline for deadline in deadlines.get(each.id, ())},
        )
        for each in about
    ]


def _by_owner(db: Session, query: Any) -> Mapping[int, list[Any]]:
    """Rows by the case or letter that their first column names."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.execute(query):
        found[row[0]].append(row)
    return found


def _write(turn: Turn, of: type[Case | Enquiry], found: Sequence[Found]) -> None:
    """Write what follows, all of one table in one statement, and have the cards looked at again."""
    deadlines = [
        {"this": each.kept.deadlines[place].id, **_now_reads(each.kept.deadlines[place], changed)}
        for each in found
        for place, changed in each.deadlines.items()
    ]
    requests = [
        {"this": request.id, **each.derived.requests[request.id]}
        for each in found
        for request in each.kept.requests
        if request.id in each.requests
    ]
    _update(turn.db, Deadline, deadlines)
    _update(turn.db, Request, requests)
    _update(turn.db, of, [{"this": each.kept.about.id, **each.own} for each in found if each.own])
    name = "case" if of is Case else "enquiry"
    fresh = [
        fresh_row(turn, each.kept.about, each.derived.deadlines[place], of=name)
        for each in found
        for place in each.missing
    ]
    add_rows(turn.db, Deadline, fresh)
    _look_at_cards(turn, name, [each.kept.about.id for each in found])


REBUILT = tuple(
    column.name
    for column in OF_DEADLINE
    if column.name not in ("id", "stream", "case_id", "enquiry_id", "rule", "instance")
)


def _now_reads(kept: Any, changed: Columns) -> Columns:
    return {name: changed.get(name, getattr(kept, name)) for name in REBUILT}


def _update(db: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        own = columns(table).id
        db.connection().execute(update(own.table).where(own == bindparam("this")), list(rows))


def _look_at_cards(turn: Turn, name: str, ids: Iterable[int]) -> None:
    """Have the cards that stand in rooms compared with what they should say now."""
    own = columns(Post)
    anew = {"wanted": own.wanted + 1, "state": PostState.WAITING, "refresh": True, "not_before": turn.now}
    stand = (own.says.in_(CARDS), own.state == PostState.SENT, ~own.withdraw)
    turn.db.execute(update(own.id.table).where(own[f"{name}_id"].in_(list(ids)), *stand).values(anew))
