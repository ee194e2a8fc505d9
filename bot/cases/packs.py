"""The rule packs that were adopted: which is in force, since when, and that nobody counts by an earlier one."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlmodel import Session, col
from sqlmodel import select as records

from bot.domain.calendar import ONE_DAY
from bot.domain.errors import BadSettings
from bot.domain.ladder import Ladder
from bot.rules import Earlier, Rules, Tables, rules_from
from bot.rules.ladders import check_versions
from bot.turn import Turn
from storage.columns import columns
from storage.connect import Store
from storage.tables import Person, RulePack

OVERLAY = "overlay/"
"""What stands before the name of a council's table among the files of a pack that was adopted."""
NEWEST = select(func.max(columns(RulePack).id))
ALONE = text("LOCK TABLE rulepack IN ACCESS EXCLUSIVE MODE")

Files = Mapping[str, str]
"""The text of every table by its path, a council's under `overlay/`."""


class OldRules(BadSettings):
    """Other rules have been adopted since these were read: read them again, and do it again."""

    def __init__(self) -> None:
        super().__init__("Other rules were adopted a moment ago. Nothing was written by the old ones: run it again.")


def newest(db: Session) -> int:
    """The pack that was adopted last; 0 where none was."""
    return db.execute(NEWEST).scalar() or 0


def must_be_newest(turn: Turn) -> None:
    """OldRules where the rules of this turn are no longer those in force. To be asked before dates are written.

    On PostgreSQL asking also keeps others from being adopted before this transaction ends: `adopt` waits for it.
    """
    if newest(turn.db) != turn.rules.adopted:
        raise OldRules()


def in_force(db: Session) -> Rules | None:
    """The rules as they were adopted, one pack after another; None where none was.

    BadSettings where a pack that was adopted can no longer be read.
    """
    return _one_after_another(all_adopted(db))


def known_at(db: Session, at: datetime) -> Rules | None:
    """The rules as they were adopted by a moment. None where none ever was: those that come with the bot counted then.

    Before the first adoption it is the tables of then, which were put on record with it.
    """
    packs = all_adopted(db)
    return _one_after_another([pack for pack in packs if pack.adopted_at <= at] or packs[:1])


def _one_after_another(packs: Sequence[RulePack]) -> Rules | None:
    rules: Rules | None = None
    for pack in packs:
        rules = _after(rules, pack.files, pack.counts_from, adopted=pack.id or 0)
    return rules


def renewed(store: Store, rules: Rules) -> Rules:
    """The same rules, or those that were adopted since they were read."""
    with store.reading() as db:
        return rules if newest(db) == rules.adopted else in_force(db) or rules


def following(rules: Rules, files: Files, counts_from: date) -> Rules:
    """What the rules would be, were these tables adopted after those in force.

    BadSettings where a ladder reads otherwise under a version that was in force.
    """
    found = _after(rules, files, counts_from, adopted=rules.adopted)
    check_versions(_ladders_until(rules), found.ladders.values())
    return found


def _ladders_until(rules: Rules | None) -> Iterator[Ladder]:
    """Every ladder that has been in force, the newest first."""
    while rules:
        yield from rules.ladders.values()
        rules = rules.before


def _after(before: Rules | None, files: Files, counts_from: date, *, adopted: int) -> Rules:
    pack, overlay = _apart(files)
    if before is None:
        return replace(rules_from(pack, overlay), adopted=adopted, counts_from=counts_from)
    rules = rules_from(pack, overlay, earlier=[Earlier(before.clocks, counts_from - ONE_DAY)])
    counting = {(row.id, row.version) for row in rules.clocks}
    former = {(row.id, row.version): row for row in (*before.former, *rules.former)}
    left = tuple(row for which, row in former.items() if which not in counting)
    return replace(rules, adopted=adopted, before=before, counts_from=counts_from, former=left)


def together(pack: Tables, overlay: Tables | None) -> Files:
    """The tables of a pack and of a council's overlay as one set."""
    return {**pack, **{f"{OVERLAY}{name}": table for name, table in (overlay or {}).items()}}


def _apart(files: Files) -> tuple[Tables, Tables | None]:
    overlay = {path.removeprefix(OVERLAY): table for path, table in files.items() if path.startswith(OVERLAY)}
    return {path: table for path, table in files.items() if not path.startswith(OVERLAY)}, overlay or None


def laid_over(files: Files, new: Tables, *, is_overlay: bool) -> Files:
    """The set with a new pack, or a new overlay, in the place of the old one."""
    pack, overlay = _apart(files)
    return together(pack, new) if is_overlay else together(new, overlay)


def digest_of(files: Files) -> bytes:
    """SHA-256 over every table under its path."""
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True, ensure_ascii=False).encode()).digest()


def all_adopted(db: Session) -> list[RulePack]:
    """Every pack that was adopted, oldest first."""
    return list(db.exec(records(RulePack).order_by(col(RulePack.id))))


def adopted_by(db: Session) -> list[tuple[RulePack, str]]:
    """Every pack that was adopted, oldest first, and by whom; nobody for the rules that were there before the first."""
    found = records(RulePack, Person.name).outerjoin(Person, col(RulePack.adopted_by) == Person.id)
    return [(pack, name or "") for pack, name in db.exec(found.order_by(col(RulePack.id)))]


def adopt(turn: Turn, files: Files, *, before: Files, rules: Rules, reason: str) -> RulePack:
    """Put tables on record as those in force, as they stand; `before` are those in force now, `rules` what follows.

    OldRules where others were adopted meanwhile. Whoever writes dates by the rules until now is waited for.
    """
    if turn.db.get_bind().dialect.name == "postgresql":
        turn.db.execute(ALONE)
    must_be_newest(turn)
    if not turn.rules.adopted and digest_of(before) != digest_of(files):
        _add(turn, before, turn.rules.label, counts_from=date.min)
    return _add(turn, files, rules.label, counts_from=rules.counts_from, by=turn.person.id, reason=reason)


def _add(
    turn: Turn, files: Files, name: str, *, counts_from: date, by: int | None = None, reason: str = ""
) -> RulePack:
    pack = RulePack(
        name=name,
        files=dict(files),
        digest=digest_of(files),
        counts_from=counts_from,
        adopted_by=by,
        adopted_at=turn.now,
        reason=reason,
    )
    turn.db.add(pack)
    turn.db.flush()
    return pack
