"""Short answers about one case or letter: one thing that was asked, in place of the whole card."""

from bot.cards.answers import advice, claimed, clocks, letters, owner, schools, sent, steps
from bot.cards.answers.saying import Asking
from bot.cases import visible
from bot.cases.facts import File
from bot.cases.files import CaseFile
from bot.domain.clocks import Adviser
from bot.domain.errors import CannotRead
from bot.domain.message import Message
from bot.domain.sharing import Viewer
from bot.domain.terms import Kind
from bot.domain.topics import OF_LETTERS, Topic
from bot.turn import Turn

OF_EITHER = {
    Topic.OWNER: owner.owner,
    Topic.WAITING: clocks.waiting,
    Topic.NEXT: clocks.next_,
    Topic.LATE: clocks.late,
    Topic.LETTER: letters.letter,
}
OF_CASE = {
    Topic.REVIEW: steps.review,
    Topic.PANEL: steps.panel,
    Topic.APPEAL: steps.appeal,
    Topic.CONSULTATION: schools.consultation,
    Topic.EXCEPTIONS: claimed.claimed,
}


def answer_about(turn: Turn, file: File, about: Topic | Adviser) -> Message:
    """What is on record about one thing, as far as whoever reads this may be told."""
    case = file.case if isinstance(file, CaseFile) else None
    asking = Asking(turn, file, visible.viewer(turn, case))
    if isinstance(about, Topic) and about in OF_EITHER:
        return OF_EITHER[about](asking) if _may_ask(asking) else _not_told(asking)
    if not isinstance(file, CaseFile):
        named = ", ".join(topic.label for topic in OF_LETTERS)
        raise CannotRead(f"{asking.reference} is a letter. Ask about one of these: {named}.", "about")
    if not _may_ask(asking):
        return _not_told(asking)
    if isinstance(about, Adviser):
        return advice.of_adviser(asking, file, about)
    return OF_CASE[about](asking, file) if about in OF_CASE else sent.sent(asking, about)


def _may_ask(asking: Asking) -> bool:
    """Nothing is said of a case where no more than its number may be known."""
    return asking.case is None or (_knows_where_it_stands(asking.viewer))


def _not_told(asking: Asking) -> Message:
    return asking.not_told("more than its number", _knows_where_it_stands)


def _knows_where_it_stands(viewer: Viewer) -> bool:
    return viewer.may_know(Kind.STAGE) and viewer.may_know(Kind.DATES)
