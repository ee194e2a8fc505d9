"""The demo's dozen cases, each told from the day its request came: made up, as are all the people in them."""

from dataclasses import dataclass
from datetime import date

from bot.domain.terms import AskedBy, EntryKind, Matter, ResponseType

USUAL = ("education", "educational_psychology", "health", "social_care")
PRIYA, TOM, FRANCES = "priya.shah@anyshire.example", "tom.reid@anyshire.example", "frances.doyle@anyshire.example"


@dataclass(frozen=True)
class Step:
    """What happened on a day of a case; the day the council received the request is day 0."""

    day: int


@dataclass(frozen=True)
class Sent(Step):
    kind: EntryKind


@dataclass(frozen=True)
class Asked(Step):
    services: tuple[str, ...] = USUAL


@dataclass(frozen=True)
class Had(Step):
    """The body said that it has the request."""

    service: str


@dataclass(frozen=True)
class AdviceSent(Step):
    service: str


@dataclass(frozen=True)
class Received(Step):
    service: str
    response: ResponseType = ResponseType.FULL


@dataclass(frozen=True)
class CannotBy(Step):
    """The body said that it cannot answer in time."""

    service: str


@dataclass(frozen=True)
class Noted(Step):
    words: str


@dataclass(frozen=True)
class Story:
    """One case. `began` is how many days ago the council received the request."""

    number: int
    began: int
    child: str
    born: date
    school: str
    steps: tuple[Step, ...] = ()
    asked_by: AskedBy = AskedBy.PARENT
    owner: str = PRIYA
    restricted: bool = False


@dataclass(frozen=True)
class Letter:
    """An MP's letter about some of the cases; `came` and the answers are days ago."""

    number: int
    came: int
    mp: str
    constituency: str
    about: tuple[int, ...]
    matters: tuple[Matter, ...] = (Matter.ENQUIRY,)
    acknowledged: int | None = None
    owner: str = FRANCES


ASSESS, REFUSE = EntryKind.DECISION_TO_ASSESS_SENT, EntryKind.REFUSAL_TO_ASSESS_SENT
DRAFT, FINAL = EntryKind.DRAFT_SERVED, EntryKind.FINAL_PLAN_SENT
OAKHURST, MILLBROOK, ST_AIDANS = "Oakhurst Primary", "Millbrook Academy", "St Aidan's CE Primary"

STORIES = (
    # Speech and language advice nine days late, all else in; an MP asks why.
    Story(
        42,
        86,
        "Maisie Palmer",
        date(2019, 3, 14),
        OAKHURST,
        (
            Sent(33, ASSESS),
            Asked(35, ("education", "educational_psychology", "speech_and_language", "social_care")),
            Had(35, "speech_and_language"),
            Received(56, "education"),
            Received(63, "educational_psychology"),
            Received(70, "social_care", ResponseType.NIL_RETURN),
        ),
    ),
    # Out of school with anxiety; an appointment was missed, which may excuse the advice but never the plan.
    Story(
        47,
        70,
        "Ella Frost",
        date(2012, 6, 2),
        MILLBROOK,
        (
            Sent(38, ASSESS),
            Asked(40, ("education", "educational_psychology", "camhs", "social_care")),
            Had(41, "camhs"),
            Received(60, "education"),
            CannotBy(65, "camhs"),
            Noted(
                65, "Appointment missed on account of anxiety; the service asks whether that counts as an exception."
            ),
        ),
        AskedBy.SCHOOL,
    ),
    # Asked for by e-mail to an MP, and forwarded three weeks later: the day of receipt is disputed.
    Story(
        51,
        30,
        "Idris Khan",
        date(2017, 11, 23),
        ST_AIDANS,
        (Noted(2, "The family counts from the day of the MP's e-mail. Day of receipt at the council as recorded."),),
        AskedBy.MP,
    ),
    # A refusal sent three days late; the MP wants an apology.
    Story(58, 60, "Grace Lowe", date(2015, 1, 9), MILLBROOK, (Sent(45, REFUSE),)),
    # Twins: one plan on time, one not.
    Story(
        79,
        150,
        "Arun Patel",
        date(2018, 8, 30),
        OAKHURST,
        (
            Sent(40, ASSESS),
            Asked(41),
            *(Received(day, service) for day, service in zip((70, 75, 78, 80), USUAL, strict=True)),
            Sent(110, DRAFT),
            Sent(138, FINAL),
        ),
        owner=TOM,
    ),
    Story(
        80,
        150,
        "Anika Patel",
        date(2018, 8, 30),
        OAKHURST,
        (
            Sent(40, ASSESS),
            Asked(41),
            *(Received(day, service) for day, service in zip((70, 75, 101, 80), USUAL, strict=True)),
            Sent(124, DRAFT),
        ),
        owner=TOM,
    ),
    # The school was closed for the summer when its advice was asked for; the psychologist is late as well.
    Story(
        82,
        112,
        "Callum Reeve",
        date(2016, 4, 18),
        ST_AIDANS,
        (Sent(41, ASSESS), Asked(42), Received(84, "health"), Received(85, "social_care", ResponseType.NIL_RETURN)),
        AskedBy.SCHOOL,
        owner=TOM,
    ),
    # Five weeks abroad for treatment.
    Story(
        84,
        100,
        "Sofia Marin",
        date(2014, 9, 5),
        MILLBROOK,
        (
            Sent(36, ASSESS),
            Asked(37),
            Noted(50, "Abroad for treatment for five weeks; evidence asked for."),
            *(Received(day, service) for day, service in zip((72, 77, 79, 78), USUAL, strict=True)),
        ),
        owner=TOM,
    ),
    # A safe address: no room hears of it.
    Story(90, 48, "Lily Sands", date(2017, 2, 27), OAKHURST, (Sent(40, ASSESS), Asked(42)), restricted=True),
    # Social care answered "not known"; the parent says the child is.
    Story(
        108,
        95,
        "Noah Grant",
        date(2016, 12, 1),
        ST_AIDANS,
        (
            Sent(39, ASSESS),
            Asked(40),
            Had(41, "health"),
            Received(74, "social_care", ResponseType.NIL_RETURN),
            Noted(76, "The parent says that Early Help knows the family."),
            AdviceSent(80, "health"),
        ),
    ),
    # One letter with a complaint, a request for the file and a freedom of information request in it.
    Story(115, 9, "Zara Quinn", date(2018, 5, 16), OAKHURST),
    # Excluded; the decision is three days late.
    Story(140, 45, "Jayden Cole", date(2013, 7, 8), MILLBROOK, asked_by=AskedBy.SCHOOL, owner=TOM),
)

LETTERS = (
    Letter(7, 2, "Dana Okoro", "Anyshire North", (42,)),
    Letter(11, 6, "Dana Okoro", "Anyshire North", (58,), (Matter.ENQUIRY, Matter.COMPLAINT), acknowledged=5),
    Letter(15, 9, "Martin Vale", "Anyshire South", (79, 80), acknowledged=8),
    Letter(19, 1, "Martin Vale", "Anyshire South", (115,), (Matter.COMPLAINT, Matter.SUBJECT_ACCESS, Matter.FOI)),
)
