"""The kinds of blank that commands have: how each is read, offered and shown."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, TypeVar

from rapidfuzz import fuzz
from rapidfuzz.process import extract

from bot.cases import advice, ending, history, references, staff, visible
from bot.domain.clocks import Adviser
from bot.domain.dates import read_date
from bot.domain.errors import CannotRead, NotFound
from bot.domain.facts import FACTS, Asks, beginnings, recordable
from bot.domain.message import BlankKind, Choice
from bot.domain.terms import Agency, EntryKind, LetterKind, Matter, Outcome, Process, ResponseType, Term
from bot.domain.topics import ALSO, Topic
from bot.grammar import NEAR, Ask
from bot.turn import Turn
from storage.tables import Case, Enquiry, Person, Request

W = TypeVar("W", bound=Term)
LONGEST_NOTE = 2000
AS_KNOWN = re.compile(r"(?:known|of|at)(?: on)? (.+)", re.IGNORECASE)
YEAR, ISO = re.compile(r"20\d\d"), re.compile(r"\d{4}-\d\d-\d\d")
LEAST_OF_A_NAME = 4
"""Letters by which a fact may be known, of the name it has."""
MOST_CHOICES = 100
"""As many as one select of any platform takes."""


def plain(text: str) -> str:
    return text.strip().lower().replace("_", " ").replace("-", " ")


def one_of(words: type[W], also: dict[str, W] | None = None) -> Callable[[Turn, str], W]:
    """Read one member of a closed set, by its value, its label or another name for it."""
    known = {plain(name): word for word in words for name in (word.value, word.label)} | (also or {})

    def read(_turn: Turn, text: str) -> W:
        if plain(text) not in known:
            named = ", ".join(word.label for word in words)
            raise CannotRead(f"“{text}” is not one of these: {named}.")
        return known[plain(text)]

    return read


def offered(words: type[W]) -> Callable[[Turn], Sequence[Choice]]:
    return lambda _turn: [Choice(word.value, _sentence(word.label)) for word in words]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def choice(words: type[W], label: str, also: dict[str, W] | None = None, words_taken: int = 3) -> Ask:
    return Ask(
        label, one_of(words, also), show=lambda word: word.value, kind=BlankKind.CHOICE,
        choices=offered(words), words=words_taken,
    )  # fmt: skip


def text(label: str, *, longest: int = 200, private: bool = False, hint: str = "", rest: bool = False) -> Ask:
    kind = BlankKind.LONG_TEXT if longest > 200 else BlankKind.TEXT
    return Ask(label, lambda _turn, words: words.strip(), kind=kind, longest=longest, private=private, hint=hint,
               words=0, rest=rest)  # fmt: skip


def day_or_year(label: str, hint: str) -> Ask:
    """A day that may lie either way of today, as it was written: which is meant, what it is the day of decides."""

    def read(turn: Turn, words: str) -> str:
        if YEAR.fullmatch(words.strip()):
            return words.strip()
        back, ahead = (read_date(words, turn.today, past=past) for past in (True, False))
        return back.isoformat() if back == ahead else words.strip()

    def show(written: str) -> str:
        return written if ISO.fullmatch(written) else ""  # a form's calendar takes a whole date alone

    return Ask(label, read, show, kind=BlankKind.DATE, words=4, lead="on", hint=hint, longest=40)


def day(label: str, *, past: bool = True, lead: str = "on", hint: str = "", private: bool = False) -> Ask:
    """A date, today or earlier unless `past` is False. In a typed line it may be led by a word: `on 3 October`."""
    return Ask(
        label,
        lambda turn, words: read_date(words, turn.today, past=past),
        show=date.isoformat,
        kind=BlankKind.DATE,
        words=4,
        lead=lead,
        hint=hint,
        private=private,
        longest=40,
    )


def _as_known(turn: Turn, words: str) -> date:
    """A day after "as": "as known on 3 March"; or as a form writes it."""
    said = AS_KNOWN.fullmatch(words.strip())
    if said is None and not ISO.fullmatch(words.strip()):
        raise CannotRead(f"“{words}” is no day. Say: as known on {turn.today:%-d %B %Y}")
    return read_date(said[1] if said else words, turn.today)


def _yes(_turn: Turn, words: str) -> bool:
    if plain(words) in ("yes", "y", "true", "on"):
        return True
    if plain(words) in ("no", "n", "false", "off"):
        return False
    raise CannotRead("Say yes or no.")


def yes_no(label: str, hint: str = "") -> Ask:
    return Ask(label, _yes, show=lambda yes: "yes" if yes else "no", kind=BlankKind.YES_NO, hint=hint, words=0)


def _number(_turn: Turn, words: str) -> int:
    found = re.fullmatch(r"#?([1-9]\d{0,8})", words.strip(), re.ASCII)
    if found is None:
        raise CannotRead(f"“{words}” is not a number that I know.")
    return int(found[1])


def number(label: str, *, asked: bool = True, words: int = 1) -> Ask:
    return Ask(label, _number, asked=asked, words=words)


def _adviser(turn: Turn, words: str) -> Adviser:
    found = turn.rules.adviser(words)
    if found is None:
        named = ", ".join(adviser.label for adviser in turn.rules.services)
        raise CannotRead(f"I don't know “{words}” as somebody who gives advice. I know: {named}.")
    return found


def _advisers(turn: Turn) -> Sequence[Choice]:
    return [Choice(adviser.id, _sentence(adviser.label)) for adviser in turn.rules.services]


def _about(turn: Turn, words: str) -> Topic | Adviser:
    """One thing to be told of a case: a topic, or whose part in it. Of schools that are consulted, all of them."""
    named = plain(words)
    found = TOPICS.get(named) or turn.rules.adviser(named.removesuffix(" advice").removesuffix(" report"))
    if found is None:
        topics = ", ".join(topic.label for topic in Topic)
        raise CannotRead(f"I don't know “{words}” of a case. Ask about one of these, or who gives advice: {topics}.")
    return Topic.CONSULTATION if isinstance(found, Adviser) and found.asks is Asks.CONSULTATION else found


def _abouts(turn: Turn) -> Sequence[Choice]:
    return [*offered(Topic)(turn), *(one for one in _advisers(turn) if one.value not in TOPICS)]


def adviser_or_all(turn: Turn, words: str) -> tuple[Adviser, ...]:
    if plain(words) in ("all", "usual", "the usual", "everyone"):
        return tuple(adviser for adviser in turn.rules.services if adviser.usual)
    return (_adviser(turn, words),)


def advisers_or_all(turn: Turn) -> Sequence[Choice]:
    usual = ", ".join(adviser.label for adviser in turn.rules.services if adviser.usual)
    return [Choice("all", f"The usual set ({usual})"), *_advisers(turn)]


def _owners(turn: Turn) -> Sequence[Choice]:
    return [Choice(person.email, person.name) for person in staff.owners(turn.db)[:MOST_CHOICES]]


def _case_or_letter(turn: Turn, words: str) -> Case | Enquiry:
    """A case, or the letter where a letter's reference is written, or where the number alone is no case's."""
    if references.is_letters(words):
        return visible.find_enquiry(turn, words)
    try:
        return visible.find_case(turn, words)
    except NotFound:
        with suppress(NotFound, CannotRead):
            return visible.find_enquiry(turn, words)
        raise


def _request(turn: Turn, words: str) -> Request:
    """A request by its id: what a button carries."""
    return advice.request_numbered(turn, _number(turn, words))


def _beginning(_turn: Turn, words: str) -> EntryKind:
    """A fact that a case counts from, by its label, by what staff write for it, or by another name."""
    if plain(words) not in BEGINNINGS:
        raise CannotRead(f"“{words}” is nothing that a case counts from.")
    return BEGINNINGS[plain(words)]


def _beginnings(_turn: Turn, of: Sequence[Process] = tuple(Process)) -> Sequence[Choice]:
    kinds = dict.fromkeys(kind for process in of for kind in beginnings(process))
    return [Choice(kind.value, _sentence(FACTS[kind].label)) for kind in kinds]


def _beginnings_fitting(_turn: Turn, values: Mapping[str, Any]) -> Ask:
    """The same, of the process that was chosen."""
    process = values.get("process")
    return replace(BEGINNING, choices=lambda turn: _beginnings(turn, (process,))) if process else BEGINNING


def _of_one(kinds: Iterable[EntryKind]) -> dict[str, EntryKind]:
    return {plain(name): kind for kind in kinds for name in (kind.value, FACTS[kind].label, *FACTS[kind].said)}


def _facts(turn: Turn, words: str) -> tuple[EntryKind, ...]:
    """The facts that are called so: each process has its own."""
    found = tuple(kind for kind, fact in FACTS.items() if plain(words) in map(plain, (kind.value, *fact.said)))
    found = tuple(kind for kind in found if FACTS[kind].said)
    if not found and turn.rules.adviser(plain(words).removesuffix(" advice")):
        raise CannotRead("Advice that has come is recorded with: received, and whose it is, such as: received SLT 0042")
    if not found:
        raise CannotRead(f"“{words}” is nothing that I can record. {_nearly(words)}")
    return found


def _nearly(words: str) -> str:
    """What staff write for a fact with these words in it, or spelt nearly so; else where it can be kept."""
    said, text = [fact.said[0] for fact in FACTS.values() if fact.said], plain(words)
    holds = [name for name in said if len(text) >= LEAST_OF_A_NAME and text in name]
    near = [name for name, _, _ in extract(text, said, scorer=fuzz.ratio, score_cutoff=NEAR, limit=3)]
    if found := list(dict.fromkeys([*holds, *near]))[:3]:
        return f"Do you mean {' or '.join(found)}?"
    return "Say sent and the case to see what can be; what else there is to say, keep with: note"


def _facts_offered(_turn: Turn) -> Sequence[Choice]:
    return [_fact(kind) for kind, fact in FACTS.items() if fact.said][:MOST_CHOICES]


def _fact(kind: EntryKind) -> Choice:
    return Choice(FACTS[kind].said[0], _sentence(FACTS[kind].label))


def _facts_fitting(turn: Turn, values: Mapping[str, Any]) -> Ask:
    """What can still be recorded on the case or letter that was given."""
    record = values.get("case")
    if record is None:
        return FACT
    kinds = {entry.kind for entry in history.standing(history.entries_of(turn.db, record))}
    left = [_fact(kind) for kind in recordable(record.process if isinstance(record, Case) else record.kind, kinds)]
    return replace(FACT, choices=lambda _turn: left)


def _outcomes_fitting(_turn: Turn, values: Mapping[str, Any]) -> Ask:
    """How the case or letter that was given may end."""
    record = values.get("case")
    if record is None:
        return OUTCOME
    left = [Choice(each.value, _sentence(each.label)) for each in ending.outcomes_of(record)]
    return replace(OUTCOME, choices=lambda _turn: left)


CASE = Ask("Case", visible.find_case, show=lambda case: case.reference, hint="SEND-2026-0042, or just 0042")
ENQUIRY = Ask("Letter", visible.find_enquiry, show=lambda letter: letter.reference, hint="MP-2026-0007")
CASE_OR_LETTER = CASE.named("Case or letter", read=_case_or_letter)
CASES = CASE.named("Cases", many=True, hint="One or more, for example 0042, 0047")
PERSON = Ask("Person", staff.find, show=lambda person: person.email, words=3, hint="Name or e-mail address")
OWNER = Ask(
    "Owner", staff.find, show=lambda person: person.email, kind=BlankKind.CHOICE, choices=_owners, words=3, lead="to"
)
ANYBODY = replace(OWNER, read=staff.find_anybody, lead="")
"""Whose: somebody who has left too."""
SERVICE = Ask("Advice", _adviser, show=lambda a: a.id, kind=BlankKind.CHOICE, choices=_advisers, words=4)
REQUEST = Ask("Request", _request, show=lambda request: str(request.id), asked=False, words=0)
TOPICS = {plain(name): topic for topic in Topic for name in (topic.value, topic.label)} | {**ALSO}
ABOUT = Ask(
    "About", _about, show=lambda one: one.value if isinstance(one, Topic) else one.id, kind=BlankKind.CHOICE,
    choices=_abouts, words=4, hint="SLT, owner, waiting, next, late, letter; the whole card if left empty",
)  # fmt: skip
AGENCY = choice(Agency, "Agency", {"mp": Agency.MP_TEAM, "sc": Agency.SOCIAL_CARE, "nhs": Agency.HEALTH})
PROCESS_NAMES = {plain(name): each for each in Process for name in (each.value, each.label)} | {
    "review": Process.ANNUAL_REVIEW, "transfer": Process.PHASE_TRANSFER, "amendment": Process.AMENDMENT,
    "icb": Process.ICB_CHANGE, "concession": Process.CONCESSION, "custody": Process.DETAINED_ASSESSMENT,
    "tribunal": Process.TRIBUNAL_ORDER,
}  # fmt: skip
SEVERAL = {f"{name}s": each for name, each in PROCESS_NAMES.items()}
"""As they are listed: "list annual reviews"."""
PROCESS = choice(Process, "Process", PROCESS_NAMES | SEVERAL, words_taken=4)
LETTER = choice(
    LetterKind,
    "Kind of letter",
    {"complaints": LetterKind.COMPLAINT, "mp letters": LetterKind.MP_LETTER, "sars": LetterKind.SUBJECT_ACCESS}
    | dict.fromkeys(("fois", "foi requests", "freedom of information"), LetterKind.FOI)
    | {"subject access": LetterKind.SUBJECT_ACCESS, "subject access requests": LetterKind.SUBJECT_ACCESS},
)
BEGINNINGS = _of_one(kind for process in Process for kind in beginnings(process)) | {
    "15 february": EntryKind.TRANSFER_15_FEBRUARY,
    "next school": EntryKind.TRANSFER_15_FEBRUARY,
    "31 march": EntryKind.TRANSFER_31_MARCH,
    "post 16": EntryKind.TRANSFER_31_MARCH,
}
BEGINNING = Ask(
    "It counts from", _beginning, show=lambda kind: kind.value, kind=BlankKind.CHOICE, choices=_beginnings, words=8,
    fitting=_beginnings_fitting,
)  # fmt: skip
FACT = Ask(
    "What was sent or happened", _facts, show=lambda kinds: FACTS[kinds[0]].said[0], kind=BlankKind.CHOICE,
    choices=_facts_offered, words=max(name.count(" ") + 1 for fact in FACTS.values() for name in fact.said),
    fitting=_facts_fitting,
)  # fmt: skip
OUTCOME = replace(choice(Outcome, "Outcome"), fitting=_outcomes_fitting)

CaseBlank = Annotated[Case, CASE]
MaybeCaseBlank = Annotated[Case | None, CASE]
CasesBlank = Annotated[tuple[Case, ...], CASES]
CaseOrLetterBlank = Annotated[Case | Enquiry, CASE_OR_LETTER]
PersonBlank = Annotated[Person, PERSON]
OwnerBlank = Annotated[Person, OWNER]
ServiceBlank = Annotated[Adviser | None, SERVICE]
AboutBlank = Annotated[Topic | Adviser | None, ABOUT]
RequestBlank = Annotated[Request | None, REQUEST]
ProcessBlank = Annotated[Process, PROCESS]
BeginningBlank = Annotated[EntryKind | None, BEGINNING]
FactBlank = Annotated[tuple[EntryKind, ...], FACT]
OutcomeBlank = Annotated[Outcome, OUTCOME]
ResponseBlank = Annotated[
    ResponseType,
    choice(ResponseType, "What came back", {"nil": ResponseType.NIL_RETURN, "refused": ResponseType.DECLINED}),
]
MATTERS = replace(
    choice(
        Matter,
        "What the letter holds",
        {
            "sar": Matter.SUBJECT_ACCESS,
            "safeguarding": Matter.RISK_OF_HARM,
            "request": Matter.FIRST_REQUEST,
            "lgsco": Matter.OMBUDSMAN,
            "judicial review": Matter.PRE_ACTION,
        },
    ),
    kind=BlankKind.CHOICES,
    many=True,
)
MattersBlank = Annotated[tuple[Matter, ...], MATTERS]
DayBlank = Annotated[date | None, day("Date", hint="Today if left empty")]
AsKnownBlank = Annotated[
    date | None,
    Ask("As known on", _as_known, show=date.isoformat, kind=BlankKind.DATE, words=0, lead="as", rest=True, longest=60,
        hint="What was on record by the end of a day gone by; as it stands now, if left empty"),
]  # fmt: skip
ReasonBlank = Annotated[str, replace(text("Reason", longest=LONGEST_NOTE, rest=True), lead="because")]
SettingBlank = Annotated[str, text("School, college or nursery", private=True)]
