"""The second lock on rooms: what leaves is looked through for anything that tells who a child is.

What is said in a room is built of typed fields and should never hold such a thing. Whole names and record numbers of
any child are found by their fingerprints, in one question and without reading a child; dates of birth and single names
only of the children of the cases that are spoken of.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import LargeBinary, bindparam, cast, literal, null, select, union_all
from sqlmodel import Session, col
from sqlmodel import select as select_cases

from bot.cases import children, visible
from bot.cases.children import Private
from bot.cases.posts import tell_administrators
from bot.domain import guard
from bot.domain.errors import BadSettings
from bot.domain.guard import REFERENCE, Found, Trace, Word
from bot.domain.message import Action, Message, Said
from bot.domain.terms import Kind, Mark, Notice, PostSays
from bot.turn import Turn
from storage.columns import columns
from storage.tables import Case, Child, Enquiry, EnquiryCase, Fingerprint, Person, Post

log = logging.getLogger(__name__)

NAMED = 15
"""The most references that a bare message names."""
OPENED = 5
"""The most that it has a button for."""
MOST_ASKED = 20_000
"""Fingerprints in one question: no message that a platform takes has as many, and no database takes many more."""
WHY_BARE = "The rest is not shown in a room. Open it to see it alone."

MARKS, CHILD, CASE = columns(Fingerprint), columns(Child), columns(Case)
LETTER, LINKED = columns(Enquiry), columns(EnquiryCase)
APART = "\n¦\n"
"""Between two texts: no name and no number goes across."""
NOTHING = cast(null(), LargeBinary)
DIGESTS: Any = bindparam("digests", expanding=True)
REFERENCES: Any = bindparam("references", expanding=True)
ABOUT = select(literal(b"").label("digest"), CHILD.id, CHILD.sealed, CHILD.wrapped_key)
ASKED = union_all(
    select(MARKS.digest, MARKS.child_id, NOTHING.label("sealed"), NOTHING.label("wrapped_key")).where(
        MARKS.kind.in_((Mark.NAME, Mark.RECORD_NUMBER)), MARKS.digest.in_(DIGESTS)
    ),
    ABOUT.where(CASE.child_id == CHILD.id, CASE.reference.in_(REFERENCES)),
    ABOUT.where(
        *(CASE.child_id == CHILD.id, LINKED.case_id == CASE.id, LINKED.enquiry_id == LETTER.id),
        LETTER.reference.in_(REFERENCES),
    ),
)
"""Whose fingerprints these are, and the children of the cases and letters that are spoken of."""


@dataclass(frozen=True)
class Held:
    """What was found in a message to a room: kinds, and the references it spoke of."""

    found: tuple[Trace, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class _Text:
    """One text made ready: its words, and what in it may be a child's, by fingerprint."""

    text: str
    words: Sequence[Word]
    days: Sequence[tuple[date, int, int]]
    marks: Mapping[bytes, Found]


@dataclass(frozen=True, repr=False)
class _Child:
    """A child who is spoken of, made ready to be looked for."""

    born: date
    forms: Collection[tuple[str, ...]]
    names: Collection[str]


@dataclass(frozen=True, repr=False)
class _Known:
    """What the record says of the texts: whose the fingerprints are, and who is spoken of."""

    marked: Mapping[bytes, set[int]] = field(default_factory=dict)
    about: Mapping[int, _Child] = field(default_factory=dict)


Traced = tuple[Found, frozenset[int]]
"""Something found, and the children it is of; none where it tells by itself."""


def of_post(turn: Turn, post: Post, message: Message | None) -> tuple[Message | None, Held | None]:
    """A post as it may leave: to a room, or by e-mail, as its bare template where anything tells who a child is."""
    if message is None or (post.room_id is None and not message.subject):  # what is mailed has a subject
        return message, None
    texts = list(guard.slots(message))
    found = traces(turn, texts)
    if not found:
        return message, None
    held = Held(found, tuple(_references(texts)))
    log.warning("post %s leaves as its bare template: %s", post.id, ", ".join(found))
    return replace(_bare(post, held.references), subject=message.subject, private=message.private), held


def tell_of_held(turn: Turn, post_id: int, held: Held) -> None:
    """Tell the administrators of a held post, once a day: what it spoke of and what kind of thing was in it."""
    cases = turn.db.execute(select(CASE.id).where(CASE.reference.in_(held.references))).scalars()
    letters = turn.db.execute(select(LETTER.id).where(LETTER.reference.in_(held.references))).scalars()
    about = {"post_id": post_id, "traces": [*held.found], "cases": [*cases], "letters": [*letters]}
    tell_administrators(turn, Notice.HELD, about=about, key=f"held/{post_id}/{turn.today}")


def in_room(turn: Turn, said: Said, message: Message) -> Message:
    """The answer to a line said in a room, as it may be given there.

    One that tells who a child is goes to the asker alone. Whoever typed such a thing is asked, alone, to delete it, and
    what they asked is done or refused all the same. A button's line and a form's values stand in no room.
    """
    if turn.private:
        return message
    typed = [said.line] if said.values is None and not said.nonce else []
    told = list(guard.slots(message))
    in_line, in_answer = _look_at_both(turn, typed, [] if message.private else told, of=_references([*typed, *told]))
    if kinds := _kinds(in_answer):
        log.warning("an answer in a room is given privately: %s", ", ".join(kinds))
        message = message.privately()
    if kinds := _kinds(_may_be_told(turn, in_line)):
        return _asks_to_delete(message, kinds, said.where.name)
    return message


def _asks_to_delete(message: Message, kinds: Sequence[Trace], room: str) -> Message:
    labels = [kind.label for kind in kinds]
    what = " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))
    where = f"“{room}”" if room else "the room"
    ask = f"Please delete your message in {where}, if it shows there: it holds {what}. Only you can do that."
    return replace(message, text="\n".join(filter(None, [ask, message.text])), private=True)


def traces(turn: Turn, texts: Iterable[str]) -> tuple[Trace, ...]:
    """What kinds of thing in these texts tell who a child is, a child of the cases that they name among them."""
    lot = list(texts)
    return _kinds(_look_at_both(turn, lot, (), of=_references(lot))[0])


def _look_at_both(
    turn: Turn, first: Iterable[str], second: Iterable[str], *, of: Sequence[str]
) -> tuple[list[Traced], list[Traced]]:
    """What tells who a child is in two lots of texts, with one question for both. `of`: what they speak of."""
    ready = [_ready(turn, APART.join(lot)) for lot in (first, second)]
    known = _asked(turn, ready, of)
    one, other = (_traces(turn, text, known) for text in ready)
    return one, other


def _ready(turn: Turn, text: str) -> _Text:
    plain = guard.cleaned(text)
    words = guard.words_of(plain)
    marks = {
        turn.vault.fingerprint(Mark.NAME, name): Found(Trace.FULL_NAME, start, end)
        for name, start, end in guard.full_names(words)
    }
    for number, start, end in guard.record_numbers(plain):
        digest = turn.vault.fingerprint(Mark.RECORD_NUMBER, number)
        marks[digest] = Found(Trace.RECORD_NUMBER, start, end)
    return _Text(plain, words, guard.days(plain, turn.today), marks)


def _asked(turn: Turn, texts: Sequence[_Text], references: Sequence[str]) -> _Known:
    """What the record knows of these texts; nothing is asked where nothing may be known."""
    digests = [digest for text in texts for digest in text.marks][:MOST_ASKED]
    if not digests and not references:
        return _Known()
    marked, about = defaultdict[bytes, set[int]](set), dict[int, _Child]()
    for digest, child_id, sealed, wrapped in turn.db.execute(ASKED, {"digests": digests, "references": references}):
        if digest:
            marked[digest].add(child_id)
        elif wrapped is not None:
            with suppress(BadSettings):  # a child that cannot be read keeps no message back
                about[child_id] = _spoken_of(children.opened(turn, sealed, wrapped))
    return _Known(marked, about)


def _spoken_of(who: Private) -> _Child:
    name = guard.cleaned(who.name)
    whole = {tuple(form.split()) for form in guard.forms(name) if " " in form}
    return _Child(who.born, whole, {word.plain for word in guard.words_of(name)})


def _traces(turn: Turn, text: _Text, known: _Known) -> list[Traced]:
    """What in one text tells who a child is. A whole name that a grown-up bears in this work is theirs."""
    found = list(_all_traces(turn.today, text, known))
    named = (Trace.FULL_NAME, Trace.NAME)
    if not any(each.what in named for each, _ in found):
        return found
    theirs = list(guard.spans_of(text.words, _grown_ups(turn.db)))
    return [
        (each, of) for each, of in found if each.what not in named or not any(each.within(*span) for span in theirs)
    ]


def _all_traces(today: date, text: _Text, known: _Known) -> Iterator[Traced]:
    for found in (*guard.numbers(text.text), *guard.births(text.text, today, text.days)):
        yield found, frozenset()
    for digest, found in text.marks.items():
        if children_of := known.marked.get(digest):
            yield found, frozenset(children_of)
    for child_id, who in known.about.items():
        yield from ((found, frozenset({child_id})) for found in _of_child(text, who))


def _of_child(text: _Text, child: _Child) -> Iterator[Found]:
    """What is a known child's own: the day of birth however it is written, and a first or last name."""
    for day, start, end in text.days:
        if day == child.born:
            yield Found(Trace.BIRTH, start, end)
    for start, end in guard.spans_of(text.words, child.forms):
        if text.text[start].isupper():
            yield Found(Trace.FULL_NAME, start, end)
    yield from guard.single_names(text.words, child.names)


def _grown_ups(db: Session) -> set[tuple[str, ...]]:
    """The names that a room may hear: of staff, and of members of Parliament who have written."""
    names = db.execute(union_all(select(columns(Person).name), select(LETTER.mp).distinct())).scalars()
    return {tuple(word.plain for word in guard.words_of(name)) for name in names}


def _may_be_told(turn: Turn, found: Sequence[Traced]) -> list[Traced]:
    """Without what would tell the asker that somebody is on record whose identity is not theirs to know."""
    theirs = _may_identify(turn, {child for _, of in found for child in of})
    return [(each, of) for each, of in found if not of or of & theirs]


def _may_identify(turn: Turn, child_ids: set[int]) -> set[int]:
    if not child_ids:
        return set()
    alone = replace(turn, private=True)
    cases = turn.db.exec(select_cases(Case).where(col(Case.child_id).in_(child_ids), visible.cases(turn)))
    return {case.child_id for case in cases if visible.viewer(alone, case).may_know(Kind.IDENTITY)}


def _kinds(found: Iterable[Traced]) -> tuple[Trace, ...]:
    """Each kind once; whoever hears of a whole name need not hear of its parts."""
    kinds = {each.what for each, _ in found}
    return tuple(kind for kind in Trace if kind in kinds and not (kind is Trace.NAME and Trace.FULL_NAME in kinds))


def _references(texts: Iterable[str]) -> list[str]:
    """The cases and letters that are named in full, in the order in which they are."""
    return list(dict.fromkeys(found.upper() for text in texts for found in REFERENCE.findall(text)))


BARE = {
    PostSays.CASE_CARD: "case",
    PostSays.ENQUIRY_CARD: "letter",
    PostSays.NUDGES: "an answer is needed",
    PostSays.NOTICE: "something to look at",
    PostSays.CANARY: "the hourly check of nudges",
}
"""What a held post says beside its references."""


def _bare(post: Post, references: Sequence[str]) -> Message:
    """What a post says where its words are held: what it is about and of what kind, and the way to the rest."""
    what = BARE.get(post.says, "something to look at")
    named = ", ".join(references[:NAMED])
    more = f" and {len(references) - NAMED} more" if len(references) > NAMED else ""
    opens = tuple(Action(f"Open {one}", f"open case={one}", acts=False) for one in references[:OPENED])
    return Message(
        f"{named}{more} · {what}" if named else f"{what[:1].upper()}{what[1:]}", actions=opens, aside=WHY_BARE
    )
