"""MPs' letters: logged, linked to cases, answered. Their clocks are the council's own and move no statutory one."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import select

from bot.cases import deadlines, history, posts
from bot.cases.files import EnquiryFile, open_enquiry_file
from bot.cases.history import New
from bot.cases.references import insert_with_reference
from bot.cases.referrals import check_new_owner, check_owner, must_be_open
from bot.cases.staff import OFFICERS
from bot.domain.errors import CannotRead
from bot.domain.terms import Agency, EntryKind, Matter, Notice, Role
from bot.turn import Turn
from storage.queries import rooms_of
from storage.tables import Case, Enquiry, EnquiryCase, Person

OWNERS = (*OFFICERS, Role.MP_TEAM)
"""The roles that may own a letter."""


def log(
    turn: Turn,
    *,
    mp: str,
    constituency: str,
    received: date,
    dated: date | None,
    cases: Sequence[Case],
    owner: Person | None,
    matters: Sequence[Matter],
    note: str = "",
) -> EnquiryFile:
    """Log a letter: its reference, its own clocks, and a line on the card of each case it is about."""
    _check_dates(turn, received, dated)
    check_owner(owner, OWNERS)
    _, wrapped = turn.vault.new_child_key()
    letter = Enquiry(
        mp=mp.strip(),
        constituency=constituency.strip(),
        letter_dated=dated,
        matters=[matter.value for matter in matters],
        owner_id=owner.id if owner else None,
        opened_at=turn.now,
        wrapped_key=wrapped,
    )
    insert_with_reference(turn, letter)
    entries = [
        New(EntryKind.MP_RECEIVED, received),
        New(EntryKind.OPENED, turn.today, clear={"owner": letter.owner_id}),
    ]
    if note:
        entries.append(New(EntryKind.NOTED, turn.today, words=note))
    added = history.record_after(turn, letter, entries, last=(0, history.FIRST))
    deadlines.rebuild(turn, letter, added, first=True)
    link(turn, letter, cases)
    posts.show_enquiry(turn, letter, rooms_of(turn.db, Agency.MP_TEAM))
    if owner and owner.id != turn.person.id:
        posts.tell(turn, owner.id or 0, Notice.ASSIGNED, enquiry_id=letter.id)
    turn.db.flush()
    return open_enquiry_file(turn, letter)


def _check_dates(turn: Turn, received: date, dated: date | None) -> None:
    if received > turn.today:
        raise CannotRead("The letter can't have arrived after today. Enter the day it came.", "received")
    if dated and dated > received:
        raise CannotRead("The letter is dated after the day it was received. Check both dates.", "dated")


def link(turn: Turn, letter: Enquiry, cases: Sequence[Case]) -> None:
    """Say which cases a letter is about."""
    linked = set(turn.db.exec(select(EnquiryCase.case_id).where(EnquiryCase.enquiry_id == letter.id)))
    for case in {case.id: case for case in cases if case.id not in linked}.values():
        turn.db.add(EnquiryCase(enquiry_id=letter.id or 0, case_id=case.id or 0))
        history.record(turn, case, New(EntryKind.LINKED, turn.today, clear={"enquiry": letter.id}))
        posts.case_moved(turn, case)


def assign(turn: Turn, letter: Enquiry, owner: Person) -> None:
    must_be_open(letter)
    check_owner(owner, OWNERS, blank="to")
    check_new_owner(letter, owner)
    before, letter.owner_id = letter.owner_id, owner.id
    history.record(turn, letter, New(EntryKind.ASSIGNED, turn.today, clear={"owner": owner.id, "before": before}))
    posts.enquiry_moved(turn, letter)
    if owner.id != turn.person.id:
        posts.tell(turn, owner.id or 0, Notice.ASSIGNED, enquiry_id=letter.id)
