"""The rows of each part of a subject access pack.

Staff acting in their job stand here by role and agency. Words that a person typed are marked as such: they go through
`bot/cases/masking.py` before anybody reads them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from bot.cards.dates import rule_of, sentence, title
from bot.cards.pack_parts import Row, Words
from bot.cards.record import what_of
from bot.cases import advice, approvals, enquiries, history, retaining
from bot.cases.files import CaseFile, EnquiryFile, about
from bot.cases.pack import Gathered, Told
from bot.domain.facts import Asks
from bot.domain.retention import due
from bot.domain.terms import CaseStatus, ClockState, EntryKind, LetterKind, PostSays
from bot.turn import Turn
from storage.tables import Case, Deadline, Enquiry, Entry, Person, Post, Request, Room

WITHHELD = "[withheld]"
ENDED = {
    ClockState.RUNNING: "still runs",
    ClockState.MET: "done in time",
    ClockState.MET_LATE: "done late",
    ClockState.NOT_NEEDED: "not needed",
    ClockState.STOPPED: "stopped",
}
SAID = {
    PostSays.CASE_CARD: "the card of the case, without a name",
    PostSays.ENQUIRY_CARD: "the card of the letter, without a name",
    PostSays.NUDGES: "reminders",
    PostSays.DIGEST: "a list of what is due",
    PostSays.CANARY: "a check",
}
BY = {"slack": "Slack", "teams": "Microsoft Teams", "page": "the local page", "mail": "e-mail"}
SEEN = {"identity": "who the child is", "export": "an export of the record"}


def role(turn: Turn, person: Person | None) -> str:
    """ "officer, education": how somebody who acts in their job is shown."""
    if person is None:
        return "the bot"
    called, of = turn.rules.called(person.role), "a school" if person.setting_id else person.agency.label
    return called if called == of else f"{called}, {of}"


def outsiders(turn: Turn, held: Gathered) -> list[str]:
    """Who is withheld in a field: advisers who were named, and whoever wrote a letter, an MP apart."""
    advisers = [request.adviser for file in held.cases for request in file.requests if _body(turn, request) == WITHHELD]
    opened = [(file, entry) for file in held.letters for entry in file.entries if entry.kind is EntryKind.OPENED]
    return advisers + [history.words_of(turn, file.enquiry, entry) for file, entry in opened]


def _identity(_turn: Turn, held: Gathered) -> Iterator[Row]:
    if who := held.who:
        schools = sorted({file.setting for file in held.cases if file.setting})
        yield {"field": "Name", "value": who.name, "kind": "text"}
        yield {"field": "Date of birth", "value": who.born.isoformat(), "kind": "date"}
        yield {"field": "Record number", "value": who.record_number or "none", "kind": "text"}
        yield {"field": "School or setting", "value": ", ".join(schools) or "none", "kind": "text"}
        yield {"field": "On record since", "value": held.child.added_at.isoformat(), "kind": "moment"}


def _cases(turn: Turn, held: Gathered) -> Iterator[Row]:
    for file in held.cases:
        case = file.case
        yield {
            "case": case.reference,
            "process": case.process.label,
            "asked_by": case.asked_by.label,
            "opened": case.opened_at.isoformat(),
            "stage": case.stage,
            "status": _status(case),
            "closed_on": _day(case.closed_on),
            "school": file.setting,
            "owner": role(turn, file.owner) if file.owner else "nobody",
            "restricted": case.restricted,
        }


def _status(about: Case | Enquiry) -> str:
    if about.status is not CaseStatus.CLOSED:
        return about.status.value
    return f"closed: {about.outcome.label}" if about.outcome else "closed"


def _requests(turn: Turn, held: Gathered) -> Iterator[Row]:
    for file in held.cases:
        for request in file.requests:
            yield {
                "case": file.case.reference,
                "what": sentence(advice.title(turn, request)),
                "of": _body(turn, request),
                "agency": request.agency.label,
                "asked_on": _day(request.asked_on),
                "had_on": _day(request.receipt_on),
                "sent_on": _day(request.sent_on),
                "received_on": _day(request.received_on),
                "response": request.response.label if request.response else "",
            }


def _body(turn: Turn, request: Request) -> str:
    """A school that was consulted is named; an adviser may be a person, and is not."""
    if advice.asks(turn, request) is Asks.CONSULTATION:
        return request.adviser
    return WITHHELD if request.adviser else ""


def _record(turn: Turn, held: Gathered) -> Iterator[Row]:
    for file in held.cases:
        yield from _entries(turn, file, partial(_words_of, turn, file))


def _letters_record(turn: Turn, held: Gathered) -> Iterator[Row]:
    for file in held.letters:
        shared = held.is_shared(file)
        yield from _entries(turn, file, partial(_letters_words, turn, file, shared))


def _entries(turn: Turn, file: CaseFile | EnquiryFile, words_of: Callable[[Entry], Any]) -> Iterator[Row]:
    numbers = {entry.id or 0: entry.number for entry in file.entries}
    after = {entry.supersedes: entry.number for entry in file.entries if entry.supersedes}
    people = {one: turn.db.get(Person, one) for one in {entry.recorded_by for entry in file.entries} if one}
    for entry in file.entries:
        before = numbers.get(entry.supersedes or 0)
        yield {
            "about": about(file).reference,
            "entry": entry.number,
            "on": _day(entry.happened_on),
            "what": sentence(what_of(turn, entry)),
            "words": words_of(entry),
            "recorded_at": entry.recorded_at.isoformat(),
            "recorded_by": role(turn, people.get(entry.recorded_by or 0)),
            "in_place_of": before,
            "replaced_by": after.get(entry.id or 0),
        }


def _words_of(turn: Turn, file: CaseFile | EnquiryFile, entry: Entry) -> Words:
    reference = about(file).reference
    return Words(history.words_of(turn, about(file), entry), f"entry of {reference}", entry.number)


def _letters_words(turn: Turn, file: EnquiryFile, shared: bool, entry: Entry) -> Words | str:
    """Who wrote, other than an MP, is somebody else's name; of several children nothing is told apart."""
    words = _words_of(turn, file, entry)
    if words.text and shared:
        return f"{WITHHELD[:-1]}: this letter is about another child too]"
    return f"{WITHHELD[:-1]}: who wrote]" if words.text and entry.kind is EntryKind.OPENED else words


def _dates(turn: Turn, held: Gathered) -> Iterator[Row]:
    for file in held.files:
        requests = {request.id: request for request in file.requests} if isinstance(file, CaseFile) else {}
        for deadline in file.deadlines:
            rule, request = rule_of(turn, deadline), requests.get(deadline.request_id)
            yield {
                "about": about(file).reference,
                "what": _what(turn, deadline, request),
                "kind": rule.kind.label,
                "counted_from": _day(deadline.started_on),
                "due": _day(deadline.legal),
                "act_by": _day(deadline.safe),
                "target": _day(deadline.target),
                "ended": "for information" if deadline.information else ENDED[deadline.state],
                "ended_on": _day(deadline.stopped_on),
                "exception": ", ".join(turn.rules.ground(one).title for one in deadline.exception.split("|") if one),
                "source": rule.source,
                "rule": f"{deadline.rule} version {deadline.rule_version}",
            }


def _what(turn: Turn, deadline: Deadline, request: Request | None) -> str:
    return sentence(title(turn, deadline, advice.title(turn, request) if request else ""))


def _exceptions(turn: Turn, held: Gathered) -> Iterator[Row]:
    for file in held.files:
        agreed = {entry.number: entry.recorded_by for entry in file.entries}
        for claim in history.claims(file.entries):
            yield {
                "about": about(file).reference,
                "entry": claim.entry,
                "ground": turn.rules.ground(claim.ground).title,
                "from": _day(claim.starts),
                "until": _day(claim.ends),
                "gives": _day(claim.gives),
                "aim": _day(claim.aim),
                "told": _day(claim.told),
                "agreed_by": role(turn, turn.db.get(Person, agreed[claim.entry] or 0)),
            }


def _letters(turn: Turn, held: Gathered) -> Iterator[Row]:
    for file in held.letters:
        letter = file.enquiry
        mp = f"{letter.mp} MP, {letter.constituency}" if letter.kind is LetterKind.MP_LETTER else WITHHELD
        yield {
            "letter": letter.reference,
            "kind": letter.kind.label,
            "from": mp,
            "received": _day(history.began(file.entries)),
            "dated": _day(letter.letter_dated),
            "holds": ", ".join(matter.label for matter in enquiries.held(file)),
            "status": _status(letter),
            "closed_on": _day(letter.closed_on),
            "owner": role(turn, file.owner) if file.owner else "nobody",
            "others": held.is_shared(file),
        }


def _said(turn: Turn, held: Gathered) -> Iterator[Row]:
    references = {("case", file.case.id): file.case.reference for file in held.cases}
    references |= {("enquiry", file.enquiry.id): file.enquiry.reference for file in held.letters}
    requests = {request.id: request for file in held.cases for request in file.requests}
    for told in sorted(held.told, key=lambda each: each.made_at):
        of = told.deadline or told.post
        key = ("case", of.case_id) if of and of.case_id else ("enquiry", of.enquiry_id if of else None)
        yield {
            "about": references.get(key, ""),
            "what": _told(turn, told, requests),
            "due": _day(told.nudge.due) if told.nudge else "",
            "to": _whom(turn, told),
            "by": BY.get(told.platform, told.platform),
            "ripe": told.made_at.isoformat(),
            "sent": told.at.isoformat() if told.at else "",
            "not_said": told.nudge.skipped if told.nudge else told.post.trouble if told.post else "",
        }


def _told(turn: Turn, told: Told, requests: Mapping[int | None, Request]) -> str:
    if told.deadline:
        return f"reminder: {_what(turn, told.deadline, requests.get(told.deadline.request_id))}"
    return _notice(told.post) if told.post else ""


def _notice(post: Post) -> str:
    named = str(post.about.get("notice", "")).replace("_", " ")
    return f"notice: {named}" if post.says is PostSays.NOTICE else SAID[post.says]


def _whom(turn: Turn, told: Told) -> str:
    """ "the health room", "officer, education"."""
    if isinstance(told.to, Room):
        return f"the {told.to.agency.label if told.to.agency else 'administrators'} room"
    if told.to is None:
        return told.nudge.hears.label if told.nudge else "nobody"
    return role(turn, told.to)


def _seen(turn: Turn, held: Gathered) -> Iterator[Row]:
    for one, person, case in held.seen:
        yield {
            "at": one.at.isoformat(),
            "case": case.reference,
            "by": role(turn, person),
            "what": SEEN.get(one.kinds, one.kinds),
            "why": one.basis.label,
        }


def _let_in(turn: Turn, held: Gathered) -> Iterator[Row]:
    for one, case in held.admitted:
        yield {
            "case": case.reference,
            "who": role(turn, turn.db.get(Person, one.person_id)),
            "why": one.basis.label,
            "since": one.since.isoformat(),
            "until": one.until.isoformat() if one.until else "",
            "reviewed": one.reviewed_at.isoformat() if one.reviewed_at else "",
        }


def _yeses(turn: Turn, held: Gathered) -> Iterator[Row]:
    for one in held.approvals:
        yield {
            "number": one.id,
            "what": sentence(one.act.label),
            "asked_by": role(turn, turn.db.get(Person, one.asked_by)),
            "asked_at": one.asked_at.isoformat(),
            "answered_by": role(turn, turn.db.get(Person, one.answered_by)) if one.answered_by else "",
            "answer": "" if one.answered_at is None else "yes" if one.agreed else "no",
            "words": Words(approvals.opened(turn, one).why, "question to a second person", one.id or 0),
        }


def _asked(turn: Turn, held: Gathered) -> Iterator[Row]:
    for number, one in enumerate(held.asked, start=1):
        yield {
            "line": number,
            "at": one.at.isoformat(),
            "by": role(turn, one.by) if one.by else "somebody not on the staff list",
            "words": Words(one.line, "line said to the bot", number),
            "answer": Words(one.answer, "answer to the line", number),
        }


def _exports(turn: Turn, held: Gathered) -> Iterator[Row]:
    for one in held.exports:
        yield {
            "export": one.id,
            "kind": one.kind.label,
            "made_at": one.made_at.isoformat(),
            "made_by": role(turn, turn.db.get(Person, one.made_by)),
            "opened_at": one.opened_at.isoformat() if one.opened_at else "",
            "expires_at": one.expires_at.isoformat(),
        }


def _holds(turn: Turn, held: Gathered) -> Iterator[Row]:
    for one in held.holds:
        yield {
            "why": one.kind.label,
            "placed_at": one.placed_at.isoformat(),
            "placed_by": role(turn, turn.db.get(Person, one.placed_by)),
            "lifted_at": one.lifted_at.isoformat() if one.lifted_at else "",
        }


def _kept(turn: Turn, held: Gathered) -> Iterator[Row]:
    born = held.who.born if held.who else None
    for record in map(about, held.files):
        keep = retaining.keep_of(turn, record)
        yield {
            "about": record.reference,
            "kept": keep.basis,
            "source": keep.source,
            "until": _day(due(keep, retaining.closed_on(record), born)),
        }


def _day(day: date | datetime | None) -> str:
    return day.isoformat() if day else ""


ROWS: Mapping[str, Callable[[Turn, Gathered], Iterator[Row]]] = {
    "identity": _identity,
    "cases": _cases,
    "requests": _requests,
    "record": _record,
    "dates": _dates,
    "exceptions": _exceptions,
    "letters": _letters,
    "letters_record": _letters_record,
    "said": _said,
    "seen": _seen,
    "let_in": _let_in,
    "yeses": _yeses,
    "asked": _asked,
    "exports": _exports,
    "kept": _kept,
    "holds": _holds,
}
"""The rows of each part, by its id."""
