"""Everything that is kept: the only record classes there are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from bot.domain.sharing import COUNCIL, COUNCIL_ROLES
from bot.domain.terms import (
    Agency,
    AskedBy,
    Basis,
    CaseStatus,
    ClockState,
    EntryKind,
    ExportKind,
    Hears,
    HoldKind,
    LetterKind,
    Mark,
    Nature,
    Outcome,
    Platform,
    PostSays,
    PostState,
    Process,
    ResponseType,
    Role,
    Sensitive,
)
from storage.columns import Moment, quoted, word


class Child(SQLModel, table=True):
    """One child. `sealed` holds the private fields as JSON under the child's own key; no key, no child."""

    id: int | None = Field(default=None, primary_key=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    wrapped_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    wrapped_by: str = Field(default="", index=True)
    """The mark of the installation's key that it is wrapped under; empty for the first one."""
    added_at: datetime = Field(sa_type=Moment)
    erased_at: datetime | None = Field(default=None, sa_type=Moment)


class Key(SQLModel, table=True):
    """A key of the installation's own, wrapped like a child's: a new REFERRALBOT_KEY wraps it anew, and it stays."""

    use: str = Field(primary_key=True)
    """`own` (tokens, lines heard) or `fingerprint`."""
    wrapped_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    wrapped_by: str


class Fingerprint(SQLModel, table=True):
    """A keyed digest by which a child is found without being read: exact matches only."""

    __table_args__ = (Index("ix_fingerprint_digest", "kind", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    child_id: int = Field(foreign_key="child.id", index=True)
    kind: Mark = word(Mark)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Hold(SQLModel, table=True):
    """Why nothing of a child is erased: put in place and lifted by a person. An open appeal holds by itself."""

    id: int | None = Field(default=None, primary_key=True)
    child_id: int = Field(foreign_key="child.id", index=True)
    kind: HoldKind = word(HoldKind)
    placed_by: int = Field(foreign_key="person.id")
    placed_at: datetime = Field(sa_type=Moment)
    lifted_by: int | None = Field(default=None, foreign_key="person.id")
    lifted_at: datetime | None = Field(default=None, sa_type=Moment)


class Export(SQLModel, table=True):
    """An encrypted file that somebody made. Once its key is gone it is unreadable, wherever a copy lies."""

    id: int | None = Field(default=None, primary_key=True)
    kind: ExportKind = word(ExportKind)
    child_id: int | None = Field(default=None, foreign_key="child.id", index=True)
    file: str
    """Its name in the folder of exports."""
    wrapped_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    wrapped_by: str = ""
    made_by: int = Field(foreign_key="person.id")
    made_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)
    opened_at: datetime | None = Field(default=None, sa_type=Moment)


class Setting(SQLModel, table=True):
    """A school, college or nursery."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    urn: str = ""
    phase: str = ""


class Closure(SQLModel, table=True):
    """A time when a school or other setting was closed, of which the school-closure exception asks."""

    __table_args__ = (UniqueConstraint("setting_id", "first_day"),)
    id: int | None = Field(default=None, primary_key=True)
    setting_id: int = Field(foreign_key="setting.id")
    first_day: date
    last_day: date


class Case(SQLModel, table=True):
    """One child and one run of a process."""

    __table_args__ = (Index("ix_case_round", "child_id", "round", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(default="", unique=True)
    """Such as SEND-2026-0042: drawn at random within the year, so that a gap tells nothing."""
    year: int = 0
    number: int = Field(default=0, index=True)
    child_id: int = Field(foreign_key="child.id", index=True)
    setting_id: int | None = Field(default=None, foreign_key="setting.id")
    process: Process = word(Process)
    asked_by: AskedBy = word(AskedBy)
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    status: CaseStatus = word(CaseStatus, default=CaseStatus.OPEN, index=True)
    outcome: Outcome | None = word(Outcome, default=None)
    closed_on: date | None = None
    restricted: bool = False
    opened_at: datetime = Field(sa_type=Moment)
    round: str | None = None
    """The yearly round that opened it, such as reviews-2027: of one round a child has one case."""
    stage: str = ""
    """The last step on the path, in a caseworker's words; derived from the entries with the deadlines."""


class Admitted(SQLModel, table=True):
    """Somebody who may see a restricted case besides its owner and the owner's manager: named, or for a while."""

    __table_args__ = (Index("ix_admitted_person", "person_id", "case_id"),)
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    basis: Basis = word(Basis)
    """NAMED, or BROKE_GLASS."""
    since: datetime = Field(sa_type=Moment)
    until: datetime | None = Field(default=None, sa_type=Moment)
    """None for the named, until they are taken off again."""
    reviewed_by: int | None = Field(default=None, foreign_key="person.id")
    reviewed_at: datetime | None = Field(default=None, sa_type=Moment)


class Approval(SQLModel, table=True):
    """A second person's yes to something sensitive: asked for, given, and used once."""

    id: int | None = Field(default=None, primary_key=True)
    act: Sensitive = word(Sensitive)
    about: str = ""
    """Such as `child:12` or `case:7`; empty where it is of the whole installation, or of nothing that is there."""
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """What was asked and why, as JSON, under the installation's key."""
    asked_by: int = Field(foreign_key="person.id", index=True)
    asked_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    answered_by: int | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    agreed: bool = False
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class Enquiry(SQLModel, table=True):
    """A letter: an MP's, a complaint, a request for information or for a file. It never moves a case's clock."""

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(default="", unique=True)
    """Such as MP-2026-0007, drawn like a case's."""
    year: int = 0
    number: int = Field(default=0, index=True)
    kind: LetterKind = word(LetterKind, default=LetterKind.MP_LETTER)
    mp: str = Field(index=True)
    constituency: str
    letter_dated: date | None = None
    wrapped_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """The letter's own key, under which what people write about it is sealed."""
    wrapped_by: str = Field(default="", index=True)
    matters: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    status: CaseStatus = word(CaseStatus, default=CaseStatus.OPEN, index=True)
    outcome: Outcome | None = word(Outcome, default=None)
    closed_on: date | None = None
    opened_at: datetime = Field(sa_type=Moment)


class EnquiryCase(SQLModel, table=True):
    """A case that a letter is about."""

    enquiry_id: int = Field(foreign_key="enquiry.id", primary_key=True)
    case_id: int = Field(foreign_key="case.id", primary_key=True, index=True)


class Request(SQLModel, table=True):
    """One request to one adviser. Two therapists asked on one day are two requests and two clocks."""

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    service: str
    agency: Agency = word(Agency, index=True)
    ordinal: int = 1
    """1 for the first request to a service on a case, 2 for the second: how a room tells two of a kind apart."""
    adviser: str = ""
    """Which body was asked, as somebody typed it: shown privately, never in a room."""
    asked_on: date
    receipt_on: date | None = None
    sent_on: date | None = None
    received_on: date | None = None
    response: ResponseType | None = word(ResponseType, default=None)


IS_REMINDER = text("kind = 'reminder_set'")
OF_REMINDERS: dict[str, Any] = {f"{dialect}_where": IS_REMINDER for dialect in ("sqlite", "postgresql")}
"""What makes an index hold the reminders for a day to come alone, by that day: few entries are."""


class Entry(SQLModel, table=True):
    """A dated fact or act: append-only, one hash chain per stream, and the only input of the clocks."""

    __table_args__ = (
        UniqueConstraint("stream", "number"),
        Index("ix_entry_reminder", "happened_on", **OF_REMINDERS),
    )
    id: int | None = Field(default=None, primary_key=True)
    stream: str
    """`case:12` or `enquiry:7`."""
    number: int
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    enquiry_id: int | None = Field(default=None, foreign_key="enquiry.id", index=True)
    request_id: int | None = Field(default=None, foreign_key="request.id")
    kind: EntryKind = word(EntryKind)
    happened_on: date
    clear: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Typed values only: ids, dates, kinds. Words a person typed are sealed."""
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    supersedes: int | None = Field(default=None, foreign_key="entry.id")
    recorded_by: int | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime = Field(sa_type=Moment)
    previous: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Anchor(SQLModel, table=True):
    """What the record was on one day: a digest over the newest entry of every stream, chained to the day before.

    Append-only, signed with a key that is not in the database, and told in the administrators' room.
    """

    id: int | None = Field(default=None, primary_key=True)
    day: date = Field(unique=True)
    made_at: datetime = Field(sa_type=Moment)
    streams: int
    """How many cases and letters were on record."""
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The digest over the heads that are new with it."""
    previous: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    """The digest of the anchor before: no two anchors follow the same one."""
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signature: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """Ed25519, over the digest; None where no key was set."""
    public_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class Head(SQLModel, table=True):
    """The newest entry of one stream as an anchor found it, where it had not been anchored before. Append-only."""

    stream: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    anchor_id: int = Field(foreign_key="anchor.id", index=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Deadline(SQLModel, table=True):
    """A clock running on an instance: a projection of entries and rules, rebuilt in the entry's transaction."""

    __table_args__ = (
        UniqueConstraint("stream", "rule", "instance"),
        # What lists ask: duties that run, by date. All that they are narrowed by first stands in it.
        Index("ix_deadline_duty", "state", "information", "legal", "safe", "agency"),
        Index("ix_deadline_ripe", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )
    id: int | None = Field(default=None, primary_key=True)
    stream: str
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    enquiry_id: int | None = Field(default=None, foreign_key="enquiry.id", index=True)
    request_id: int | None = Field(default=None, foreign_key="request.id")
    rule: str
    rule_version: str
    instance: int = 0
    """The request's id; 0 for a clock of the whole case."""
    agency: Agency | None = word(Agency, default=None)
    """Whose duty it is; None for a family's."""
    nature: Nature = word(Nature)
    information: bool = False
    """Shown, never nudged or counted: not a duty, or a branch not taken."""
    presumed: bool = False
    """Counted from the day the request was sent, until the body records its own receipt."""
    started_on: date
    legal: date
    safe: date
    target: date | None = None
    """What the council aims for itself: of the row, or set with an exception."""
    exception: str = ""
    """The grounds that were claimed for it, with | between them."""
    state: ClockState = word(ClockState)
    stopped_on: date | None = None
    recorded_at: datetime = Field(sa_type=Moment)
    """When the start was recorded: rungs before this never existed."""
    ladder: str = ""
    """Who is nudged; empty where nobody is, or no more."""
    ladder_version: int = 0
    """Which version of that ladder: the one in force when the start was recorded; 0 without a ladder."""
    next_at: datetime | None = Field(default=None, sa_type=Moment)


class Nudge(SQLModel, table=True):
    """One rung of one deadline for one recipient role: said in a post, or skipped and why."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """deadline id / due date / rung / recipient role."""
    deadline_id: int = Field(foreign_key="deadline.id", index=True)
    due: date
    rung: str
    hears: Hears = word(Hears)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    room_id: int | None = Field(default=None, foreign_key="room.id")
    post_id: int | None = Field(default=None, foreign_key="post.id", index=True)
    late_arrival: bool = False
    skipped: str = ""
    at: datetime = Field(sa_type=Moment, index=True)


OF_PEOPLE: dict[str, Any] = {f"{dialect}_where": text("person_id IS NOT NULL") for dialect in ("sqlite", "postgresql")}
"""What makes an index hold the posts to people alone: those to rooms are many more."""


class Post(SQLModel, table=True):
    """One message to one address: the outbox.

    It holds no words, only what to speak of. `wanted` is raised each time the message should be (re)written and
    `shown` follows when the platform has it; a living card is one row, edited for ever after.
    """

    __table_args__ = (
        Index("ix_post_due", "state", "not_before"),
        Index("ix_post_next", "connection_id", "state", "refresh", "not_before"),
        Index("ix_post_in_hand", "connection_id", "claimed_until"),
        Index("ix_post_room", "room_id", "state", "refresh", "not_before", "id"),
        Index("ix_post_person", "person_id", "connection_id", "state", "not_before", "id"),
        Index("ix_post_people", "connection_id", "state", "not_before", "id", **OF_PEOPLE),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Opaque and stable; given to the platform so that it can be asked whether a message arrived."""
    says: PostSays = word(PostSays)
    connection_id: int = Field(foreign_key="connection.id")
    room_id: int | None = Field(default=None, foreign_key="room.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    enquiry_id: int | None = Field(default=None, foreign_key="enquiry.id", index=True)
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Typed values for a notice, such as which notice it is; never free text."""
    state: PostState = word(PostState, default=PostState.WAITING)
    wanted: int = 1
    shown: int = 0
    withdraw: bool = False
    refresh: bool = False
    """Wanted anew only because the day has changed: it goes after all else, and never as a second message."""
    words: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """A digest of what a living card says, so that it is not told to say the same."""
    not_before: datetime = Field(sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    """When it should have gone out, since it was last wanted: `not_before` moves with every wait, this does not."""
    claimed_until: datetime | None = Field(default=None, sa_type=Moment)
    attempts: int = 0
    repeats: int = 0
    """How often it went out again although it may have been there: its platform could not be asked."""
    trouble: str = ""
    platform_id: str = ""
    made_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    """When it last went out, or was looked at and needed no change."""


class Connection(SQLModel, table=True):
    """A Slack workspace, a Teams tenant or the local page; every address belongs to one."""

    __table_args__ = (UniqueConstraint("platform", "outside_id"),)
    id: int | None = Field(default=None, primary_key=True)
    platform: Platform = word(Platform)
    outside_id: str
    """The workspace or tenant id; `local` for the page; `settings` until the platform has told it."""
    name: str
    app_id: str = ""
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """Its tokens as JSON, under the installation's key; None where they come from the environment."""
    domains: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """E-mail domains that this organisation owns: only these may link an account by e-mail."""
    active: bool = True


class Room(SQLModel, table=True):
    """A channel bound to an agency."""

    __table_args__ = (UniqueConstraint("connection_id", "place"),)
    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connection.id")
    place: str
    name: str
    agency: Agency | None = word(Agency, default=None, index=True)
    """None for the administrators' room."""
    bound: bool = True
    """False once it is unbound: what was posted there stays, nothing more comes."""
    shared: bool = False
    reference: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    bound_at: datetime = Field(sa_type=Moment)
    checked_at: datetime | None = Field(default=None, sa_type=Moment)
    """When its platform last said who reads it."""


class Person(SQLModel, table=True):
    """A member of staff. The roles that run cases are for the council's own, whatever wrote the row."""

    __table_args__ = (
        CheckConstraint(
            f"agency IN ({quoted(COUNCIL)}) OR role NOT IN ({quoted(COUNCIL_ROLES)})", name="ck_person_role"
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    agency: Agency = word(Agency)
    role: Role = word(Role)
    manager_id: int | None = Field(default=None, foreign_key="person.id")
    setting_id: int | None = Field(default=None, foreign_key="setting.id")
    """The school a setting's contributor works at, who sees its own children only."""
    active: bool = True


class Identity(SQLModel, table=True):
    """A person's account on one connection, and how to write to it first."""

    __table_args__ = (UniqueConstraint("connection_id", "account"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    connection_id: int = Field(foreign_key="connection.id")
    account: str
    place: str = ""
    """Where a private message goes, once known: a user id, a personal conversation."""
    reference: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    heard_at: datetime = Field(sa_type=Moment)
    checked_at: datetime | None = Field(default=None, sa_type=Moment)
    """When its platform last said whether it is still in use."""
    gone_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the platform said that it is closed: from then on it can say nothing and is written to no more."""


class PrivateCopy(SQLModel, table=True):
    """A message in a personal chat that says who a child is: after a while it is edited to say so no more."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Opaque; given to the platform with the message, so that it is found though nobody noted its id."""
    connection_id: int = Field(foreign_key="connection.id")
    place: str
    platform_id: str = ""
    """Empty until the platform has it: the row is written before."""
    reference: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    case_id: int | None = Field(default=None, foreign_key="case.id")
    enquiry_id: int | None = Field(default=None, foreign_key="enquiry.id")
    shown_at: datetime = Field(sa_type=Moment)
    fades_at: datetime = Field(sa_type=Moment, index=True)
    """When it is to be edited; while somebody does so, when another may try."""
    attempts: int = 0


class Absence(SQLModel, table=True):
    """Leave, and who covers."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    first_day: date
    last_day: date
    deputy_id: int | None = Field(default=None, foreign_key="person.id")


class Pattern(SQLModel, table=True):
    """The weekdays that somebody works, where that is not all five, and who hears on the others."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    weekdays: str
    """Such as `mon tue wed`."""
    cover_id: int | None = Field(default=None, foreign_key="person.id")
    """Of two who share a job, each covers for the other."""


class Heard(SQLModel, table=True):
    """Each line that reached the bot: drops redeliveries and double clicks, and keeps that it was asked."""

    id: int | None = Field(default=None, primary_key=True)
    delivery: str | None = Field(default=None, unique=True)
    """connection / platform's delivery id."""
    nonce: str | None = Field(default=None, unique=True)
    """person / message nonce / line; kept only where the line did something."""
    person_id: int | None = Field(default=None, foreign_key="person.id")
    connection_id: int
    place: str
    verdict: str
    """`done`, or the name of the refusal, or `fault`."""
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The line and its answer as JSON, under the installation's key; purged after 30 days."""
    at: datetime = Field(sa_type=Moment, index=True)


class Viewed(SQLModel, table=True):
    """Who saw a child's identity, and when."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    case_id: int = Field(foreign_key="case.id", index=True)
    kinds: str
    basis: Basis = word(Basis, default=Basis.CASEWORK)
    at: datetime = Field(sa_type=Moment)


class RulePack(SQLModel, table=True):
    """A rule pack that was adopted: its tables as they stood, so that every replica counts alike and for ever."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    files: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    """The text of each table by its path, the council's overlay included."""
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    counts_from: date
    """The first day of recording that it counts for."""
    adopted_by: int | None = Field(default=None, foreign_key="person.id")
    adopted_at: datetime = Field(sa_type=Moment)
    reason: str = ""
