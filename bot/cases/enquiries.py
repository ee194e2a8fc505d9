"""Letters: an MP's, a complaint, a request for information or for a file. Logged, linked to cases, given owners.

One letter may hold several matters. A matter that has a clock of its own starts it on the letter, from the day the
council received it; no letter ever moves a clock of a case.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlmodel import col, select

from bot.cases import deadlines, facts, history, new_owner, posts
from bot.cases.files import EnquiryFile, open_enquiry_file
from bot.cases.history import New
from bot.cases.references import insert_with_reference
from bot.cases.referrals import check_new_owner, check_owner, must_be_open
from bot.cases.staff import OFFICERS
from bot.domain.dates import say_day
from bot.domain.errors import AlreadyDone, CannotRead
from bot.domain.facts import FACTS, beginnings
from bot.domain.terms import Agency, EntryKind, LetterKind, Matter, Notice, Role
from bot.turn import Turn
from storage.queries import rooms_of
from storage.tables import Case, Enquiry, EnquiryCase, Entry, Person

OWNERS = (*OFFICERS, Role.MP_TEAM)
"""The roles that may own a letter."""

STARTS: Mapping[Matter, EntryKind] = {
    Matter.COMPLAINT: EntryKind.COMPLAINT_RECEIVED,
    Matter.FOI: EntryKind.FOI_RECEIVED,
    Matter.SUBJECT_ACCESS: EntryKind.SAR_RECEIVED,
}
"""The matters that have clocks of their own, and the fact that starts them."""

LOGGED_WITH = {
    Matter.COMPLAINT: "letter complaint",
    Matter.FOI: "letter foi",
    Matter.SUBJECT_ACCESS: "letter sar",
    Matter.ENQUIRY: "mp",
}
"""What to say to log a letter that is this first of all."""


def log(
    turn: Turn,
    *,
    kind: LetterKind = LetterKind.MP_LETTER,
    mp: str = "",
    constituency: str = "",
    received: date,
    dated: date | None = None,
    cases: Sequence[Case],
    owner: Person | None,
    matters: Sequence[Matter] = (),
    sender: str = "",
    note: str = "",
) -> EnquiryFile:
    """Log a letter: its reference, its own clocks, and a line on the card of each case it is about.

    `sender` is who wrote, other than an MP: it is sealed like a note.
    """
    _check_dates(turn, received, dated)
    check_owner(turn, owner, OWNERS)
    for matter in matters:
        check_matter(kind, matter)
    _, wrapped = turn.vault.new_child_key()
    letter = Enquiry(
        kind=kind,
        mp=mp.strip(),
        constituency=constituency.strip(),
        letter_dated=dated,
        matters=[matter.value for matter in dict.fromkeys(matters)],
        owner_id=owner.id if owner else None,
        opened_at=turn.now,
        wrapped_key=wrapped,
        wrapped_by=turn.vault.mark,
    )
    insert_with_reference(turn, letter)
    first = list(_first_entries(turn, letter, received, sender, note))
    added = history.record_after(turn, letter, first, last=(0, history.FIRST))
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


def check_matter(kind: LetterKind, matter: Matter) -> None:
    """Refuses what a letter of this kind is anyway, and what has clocks that such a letter can't run."""
    fact = STARTS.get(matter)
    if kind is LetterKind.MP_LETTER or (fact is None and matter is not Matter.ENQUIRY):
        return
    if fact and kind in FACTS[fact].begins:
        raise CannotRead(f"It is {_a(kind.label)} anyway: leave that out.", "matters")
    log_it = f"Log that as a letter of its own, received on the same day. Say: {LOGGED_WITH[matter]}"
    raise CannotRead(f"A {kind.label} can't hold {_a(matter.label)} here. {log_it}", "matters")


def _a(label: str) -> str:
    return f"an {label}" if label[0] in "aeio" else f"a {label}"


def _first_entries(turn: Turn, letter: Enquiry, received: date, sender: str, note: str) -> Iterator[New]:
    yield New(beginnings(letter.kind)[0], received)
    yield from (New(STARTS[one], received) for one in map(Matter, letter.matters) if one in STARTS)
    opened = {"owner": letter.owner_id, "kind": letter.kind.value, "matters": letter.matters}
    yield New(EntryKind.OPENED, turn.today, clear=opened, words=sender.strip())
    if note:
        yield New(EntryKind.NOTED, turn.today, words=note)


def add_matter(turn: Turn, letter: Enquiry, matter: Matter, on: date | None = None) -> EnquiryFile:
    """Say that a letter holds this too. Its clock counts from the day the letter came, unless another is given."""
    file = open_enquiry_file(turn, letter)
    must_be_open(letter)
    check_matter(letter.kind, matter)
    came = history.began(file.entries)
    if on and on < came:
        raise CannotRead(f"The letter came on {say_day(came, turn.today)}: what it holds came no earlier.", "on")
    if fact := STARTS.get(matter):
        facts.record_fact(turn, file, fact, on or came)
    elif matter in held(file):
        raise AlreadyDone(f"{letter.reference} holds {_a(matter.label)} already.")
    else:
        history.record(turn, letter, New(EntryKind.MATTER_ADDED, turn.today, clear={"what": matter.label}))
        facts.moved(turn, file)
    letter.matters = list(dict.fromkeys([*letter.matters, matter.value]))
    return open_enquiry_file(turn, letter)


def held(file: EnquiryFile) -> list[Matter]:
    """What a letter holds: what was said at first and since, but for what was struck from its record."""
    ever, still = _kinds(file.entries), _kinds(history.standing(file.entries))
    matters = [Matter(matter) for matter in file.enquiry.matters]
    return [matter for matter in matters if STARTS.get(matter) not in ever - still]


def _kinds(entries: Sequence[Entry]) -> set[EntryKind | None]:
    return {entry.kind for entry in entries}


def link(turn: Turn, letter: Enquiry, cases: Sequence[Case]) -> None:
    """Say which cases a letter is about."""
    linked = set(turn.db.exec(select(EnquiryCase.case_id).where(EnquiryCase.enquiry_id == letter.id)))
    for case in {case.id: case for case in cases if case.id not in linked}.values():
        turn.db.add(EnquiryCase(enquiry_id=letter.id or 0, case_id=case.id or 0))
        history.record(turn, case, New(EntryKind.LINKED, turn.today, clear={"enquiry": letter.id}))
        posts.case_moved(turn, case)
    if any(case.restricted for case in cases):  # then no room hears of the letter either
        posts.enquiry_moved(turn, letter)


def assign(turn: Turn, letter: Enquiry, owner: Person) -> None:
    must_be_open(letter)
    check_owner(turn, owner, OWNERS, blank="to")
    check_new_owner(letter, owner)
    before, letter.owner_id = letter.owner_id, owner.id
    history.record(turn, letter, New(EntryKind.ASSIGNED, turn.today, clear={"owner": owner.id, "before": before}))
    new_owner.follow(turn, letter)
    posts.enquiry_moved(turn, letter)
    if owner.id != turn.person.id:
        posts.tell(turn, owner.id or 0, Notice.ASSIGNED, enquiry_id=letter.id)


def of_case(turn: Turn, case: Case) -> list[Enquiry]:
    """All letters about a case, those that are closed too, the newest first."""
    linked = select(Enquiry).join(EnquiryCase, col(EnquiryCase.enquiry_id) == Enquiry.id)
    return list(turn.db.exec(linked.where(EnquiryCase.case_id == case.id).order_by(col(Enquiry.id).desc())))
