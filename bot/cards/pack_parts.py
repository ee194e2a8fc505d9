"""The parts of a subject access pack: what each is, in plain words, and the values of its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, repr=False)
class Words:
    """What somebody typed, not yet looked through, and where a person finds it."""

    text: str
    of: str
    """Such as "entry" and the reference of a case."""
    number: int


@dataclass(frozen=True)
class Column:
    """One value of each row. `kind` is text, date, moment, number, yes_no or words."""

    id: str
    title: str
    kind: str = "text"
    under: str = ""
    """The column below whose value it is printed."""
    head: bool = False
    """Of entries: what each begins with."""


@dataclass(frozen=True)
class Part:
    """One part of a pack. `shape` says how it is printed: fields, table, or entries that flow."""

    id: str
    title: str
    what: str
    """In plain words, for the family."""
    shape: str
    columns: tuple[Column, ...]


ENTRIES = (
    Column("on", "Date", "date", head=True), Column("what", "What", head=True), Column("words", "Words", "words"),
    Column("about", ""), Column("entry", "Entry", "number"), Column("recorded_at", "Recorded", "moment"),
    Column("recorded_by", "By"), Column("in_place_of", "In place of entry", "number"),
    Column("replaced_by", "Replaced or struck out by entry", "number"),
)  # fmt: skip

PARTS = (
    Part(
        "identity", "Who this is about",
        "How referralbot, which keeps the dates of SEND casework, knows the child or young person. It is encrypted.",
        "fields", (Column("field", "What"), Column("value", "Value"), Column("kind", "Kind of value")),
    ),
    Part(
        "cases", "Cases",
        "Each time the council began something with a date of its own, such as an assessment or a yearly review.",
        "table",
        (
            Column("case", "Case"), Column("process", "What it is", under="case"),
            Column("opened", "Opened", "moment"), Column("asked_by", "Asked for by", under="opened"),
            Column("stage", "How far it is"), Column("status", "Open or closed", under="stage"),
            Column("closed_on", "Closed", "date", under="stage"),
            Column("school", "School"), Column("owner", "Run by", under="school"),
            Column("restricted", "Restricted", "yes_no", under="case"),
        ),
    ),
    Part(
        "requests", "Advice and consultations",
        "Whom the council asked for advice, or which schools it consulted, and what came back. Names of advisers are "
        "withheld; the advice itself is not kept here.",
        "table",
        (
            Column("what", "What was asked"), Column("of", "Of", under="what"), Column("case", "Case", under="what"),
            Column("agency", "Agency"), Column("asked_on", "Asked", "date"), Column("had_on", "Had by them", "date"),
            Column("sent_on", "Sent by them", "date"), Column("received_on", "Received", "date"),
            Column("response", "Answer", under="received_on"),
        ),
    ),
    Part(
        "record", "What was recorded",
        "Everything that was put on record about the cases, in order, with what people wrote. Nothing is ever deleted "
        "from it: a mistake is struck out by a later entry.",
        "entries", ENTRIES,
    ),
    Part(
        "dates", "Dates to keep",
        "The dates that the law or the council sets, what each was counted from, and how it ended. What is for "
        "information binds nobody, such as the date of a refusal that was not made.",
        "table",
        (
            Column("what", "What"), Column("about", "About", under="what"),
            Column("exception", "Exception", under="what"),
            Column("due", "Due", "date"), Column("act_by", "Act by", "date", under="due"),
            Column("target", "Our target", "date", under="due"),
            Column("ended", "How it ended"), Column("ended_on", "On", "date", under="ended"),
            Column("source", "Where it is set"), Column("kind", "Kind", under="source"),
            Column("counted_from", "Counted from", "date", under="source"), Column("rule", "Rule", under="source"),
        ),
    ),
    Part(
        "exceptions", "Exceptions and new dates",
        "Where the council relied on an exception that the law knows, or somebody gave another date. The reasons stand "
        "with the entry of that number.",
        "table",
        (
            Column("ground", "Ground"), Column("about", "About", under="ground"),
            Column("entry", "Entry", "number", under="ground"),
            Column("from", "From", "date"), Column("until", "Until", "date"), Column("gives", "New date", "date"),
            Column("aim", "Aimed for", "date"), Column("told", "Family told", "date"), Column("agreed_by", "Agreed by"),
        ),
    ),
    Part(
        "letters", "Letters about them",
        "Letters of an MP, complaints and requests for information that were linked to a case. The letters themselves "
        "are not kept here. Who wrote, other than an MP, is withheld.",
        "table",
        (
            Column("letter", "Letter"), Column("kind", "Kind", under="letter"), Column("from", "From"),
            Column("others", "About others too", "yes_no", under="from"),
            Column("received", "Received", "date"), Column("dated", "Dated", "date", under="received"),
            Column("holds", "What it holds"), Column("status", "Open or closed"),
            Column("closed_on", "Closed", "date", under="status"), Column("owner", "Answered by", under="status"),
        ),
    ),
    Part(
        "letters_record", "What was recorded of the letters",
        "Every entry about those letters. Of a letter about several children, what people wrote is withheld.",
        "entries", ENTRIES,
    ),
    Part(
        "said", "What was said, and to whom",
        "Reminders of a date, cards in the rooms of agencies and notices that the bot sent, by the kind of address. "
        "None of them names the child. A date that was near stood also in the morning's list of whoever ran the case.",
        "table",
        (
            Column("sent", "Sent", "moment"), Column("ripe", "Put in", "moment", under="sent"),
            Column("what", "What"), Column("about", "About", under="what"), Column("due", "Due", "date", under="what"),
            Column("to", "To"), Column("by", "By", under="to"), Column("not_said", "Why it was not sent"),
        ),
    ),
    Part(
        "seen", "Who looked",
        "Each time that somebody was shown who the child is, or opened an export of the record.",
        "table",
        (
            Column("at", "When", "moment"), Column("by", "Who, by role"), Column("what", "What"),
            Column("why", "On what ground"), Column("case", "Case"),
        ),
    ),
    Part(
        "let_in", "Who was let in",
        "Where a case was restricted to named people: who was named, or saw it in an emergency.",
        "table",
        (
            Column("case", "Case"), Column("who", "Who, by role"), Column("why", "How"),
            Column("since", "Since", "moment"),
            Column("until", "Until", "moment"), Column("reviewed", "Looked into", "moment"),
        ),
    ),
    Part(
        "yeses", "What a second person was asked",
        "What nobody does alone, such as making this pack: who asked, why, and whether a second person agreed.",
        "entries",
        (
            Column("asked_at", "Asked", "moment", head=True), Column("what", "What", head=True),
            Column("words", "Why", "words"), Column("number", "Number", "number"), Column("asked_by", "Asked by"),
            Column("answer", "Answered"), Column("answered_by", "By"),
        ),
    ),
    Part(
        "asked", "What was said to the bot",
        "Lines of the last 30 days that named the child or a case of theirs, and the first words of each answer. Older "
        "ones are deleted.",
        "entries",
        (
            Column("at", "When", "moment", head=True), Column("by", "By", head=True), Column("line", "Line", "number"),
            Column("words", "Said", "words"), Column("answer", "Answered", "words"),
        ),
    ),
    Part(
        "exports", "Exports",
        "Encrypted files that were made of the record. Each can be opened for some days only, by whoever asked for it.",
        "table",
        (
            Column("export", "Export", "number"), Column("kind", "Kind"), Column("made_at", "Made", "moment"),
            Column("made_by", "For"), Column("opened_at", "Opened", "moment"),
            Column("expires_at", "Expires", "moment"),
        ),
    ),
    Part(
        "kept", "How long it is kept",
        "By the council's schedule, once it is closed. What is held of one child is erased together, once the last "
        "of it need not be kept; nothing goes by itself.",
        "table",
        (
            Column("about", "About"), Column("kept", "How long"), Column("until", "Until at least", "date"),
            Column("source", "By what"),
        ),
    ),
    Part(
        "holds", "What keeps it from being erased",
        "Reasons for which nothing of the child is erased for the time being, such as a request or an appeal in hand.",
        "table",
        (
            Column("why", "Reason"), Column("placed_at", "Since", "moment"), Column("placed_by", "By"),
            Column("lifted_at", "Until", "moment"),
        ),
    ),
)  # fmt: skip
