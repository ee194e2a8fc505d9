"""The exceptions of a case: whether any is on record, on what ground, for which dates."""

from bot.cards.answers.saying import MOST_NAMED, Asking
from bot.cards.exceptions import claims_of, may_know_ground, noted
from bot.cases import exceptions, facts
from bot.cases.files import CaseFile
from bot.domain.message import Action, Message
from bot.domain.sentences import listed
from bot.domain.terms import Kind
from bot.grammar import line
from storage.tables import Deadline


def claimed(asking: Asking, file: CaseFile) -> Message:
    """Those for dates that this reader may know, as the card notes them; the rest privately, to those who run cases."""
    dates = [one for one in asking.seen if one.exception]
    told = asking.viewer.private and asking.viewer.may_know(Kind.NOTES)
    asked = [one for one in file.entries if exceptions.is_asked(one) and not facts.is_agreed(file.entries, one.number)]
    waits = f"; {len(asked)} waiting for a second person's yes" if asked and told else ""
    lines = list(claims_of(asking.turn, file)) if told else [asking.due(one) for one in dates]
    offers = [Action("Could one apply?", line("exception", case=asking.reference))]
    wanted = asking.runs_cases and asking.duties and not dates and not asked
    said = _said(asking, dates) or "no exception is recorded"
    return asking.answer(f"{said}{waits}.", lines, why=dates, offers=offers if wanted else ())


def _said(asking: Asking, dates: list[Deadline]) -> str:
    """ "exception recorded: school closed (decision to assess and final plan)"."""
    by_note: dict[str, list[str]] = {}
    for one in dates:
        note = noted(asking.turn, one, ground=may_know_ground(asking.viewer, of_body=one.request_id is not None))
        by_note.setdefault(note, []).append(asking.name_of(one))
    return "; ".join(f"{note} ({listed(names, MOST_NAMED)})" for note, names in by_note.items())
