"""What is said of a second person's yes: what is asked, by whom and why; and what came of it."""

from bot.cards.mailed import mailbox_of
from bot.cases import approvals, staff
from bot.domain.calendar import london_time
from bot.domain.dates import say_day
from bot.domain.message import Action, Fact, Style
from bot.domain.sentences import listed
from bot.domain.terms import Sensitive
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Approval, Person, Post

WOULD = {
    Sensitive.BREAK_GLASS: "open {of}, which they are not named to",
    Sensitive.UNRESTRICT: "open {of} to everybody who sees cases",
    Sensitive.EXPORT: "export all of {of}, with nothing withheld",
    Sensitive.ERASE: "erase for good what is sealed of {of}",
    Sensitive.ROTATE_KEY: "change the key under which everything is sealed",
}
"""What each would do, as the person who is asked reads it."""
PACK = "make a subject access pack of the child of {of}"
"""The same of an export that is about a child, over all their cases, and not about one case."""

SEE_WHY = Action("See why", line("approvals"), acts=False, alone=True)

Words = tuple[str, tuple[Action, ...]]


def would(turn: Turn, approval: Approval) -> str:
    """ "open SEND-2026-0042, which they are not named to"."""
    about = [record.reference for record in approvals.what_about(turn, approval.about)]
    if approval.act is Sensitive.BREAK_GLASS and not about:
        return f"open {approvals.opened(turn, approval).line}, which is no case's number"
    pack = approval.act is Sensitive.EXPORT and approval.about.startswith("child:")
    return (PACK if pack else WOULD[approval.act]).format(of=listed(about) or "something that is on record no more")


def _as_asked(turn: Turn, approval: Approval) -> str:
    """The same for whoever asked: of a case that they may not see, only what they typed themselves."""
    if approval.act is Sensitive.BREAK_GLASS and not approval.agreed:
        return f"break the glass on {approvals.opened(turn, approval).line}"
    return would(turn, approval).replace("they are", "you are")


def asked_notice(turn: Turn, post: Post) -> Words | None:
    """Who asks for what, with Agree and Decline; None where it waits for this reader no more.

    Why is asked for: what the bot says first stays in a chat, and a reason may tell who a child is. In a room, or by
    e-mail, only that somebody asks.
    """
    approval = turn.db.get_one(Approval, post.about["approval"])
    reader = turn.db.get(Person, post.person_id) if post.person_id else None
    if approval.answered_at or approval.expires_at <= turn.now:
        return None
    if reader and not approvals.may_answer(turn, approval, reader):
        return None
    by = name_of(turn, approval.asked_by)
    if reader is None or mailbox_of(turn, post):
        return f"{by} asks for a second person's yes. Say approvals in chat, to see for what.", ()
    waits = f"It waits for you until {until(turn, approval)}."
    return f"{by} asks for your yes to {would(turn, approval)}. {waits}", (*buttons(turn, approval), SEE_WHY)


def reason(turn: Turn, approval: Approval, label: str = "The reason given") -> Fact:
    return Fact(label, approvals.opened(turn, approval).why, private=True)


def buttons(turn: Turn, approval: Approval) -> tuple[Action, ...]:
    """Agree and Decline; of a case that is not there only the second."""
    no = Action("Decline", line("decline", number=approval.id))
    if approval.act is Sensitive.BREAK_GLASS and not approvals.what_about(turn, approval.about):
        return (no,)
    return (Action("Agree", line("agree", number=approval.id), Style.PRIMARY), no)


def given_notice(turn: Turn, post: Post) -> Words | None:
    """What came of a question, told to whoever asked it; with a yes comes the button that does it."""
    approval = turn.db.get_one(Approval, post.about["approval"])
    opens = approval.act is Sensitive.BREAK_GLASS and approval.agreed
    if approval.agreed and approval.used_at and not opens:
        return None
    if post.room_id or mailbox_of(turn, post):
        return "What you asked a second person's yes for was answered. Say it again in chat.", ()
    what = _as_asked(turn, approval)
    if not approval.answered_at:
        return f"Nobody has said yes or no to this in time: {what}. To ask again, say it again.", ()
    by = name_of(turn, approval.answered_by)
    if not approval.agreed:
        return f"{by} has said no to this: {what}. Speak with them before you ask again.", ()
    if opens:
        (case,) = approvals.what_about(turn, approval.about)
        look = Action("Open", line("open", case=case.reference), Style.PRIMARY, acts=False)
        asks = "What you look at is on record, and the reason you gave is reviewed."
        return f"{by} has opened {case.reference} to you, until {until(turn, approval)}. {asks}", (look,)
    again = approvals.opened(turn, approval).line
    do = (Action("Do it now", again, Style.PRIMARY),) if again else ()
    return f"{by} has said yes to this: {what}. It can be used once, until {until(turn, approval)}.", do


def name_of(turn: Turn, person_id: int | None) -> str:
    person = staff.person(turn, person_id)
    return person.name if person else "Somebody"


def until(turn: Turn, approval: Approval) -> str:
    """ "17:30 on Tue 20 Oct"."""
    here = london_time(approval.expires_at)
    return f"{here:%H:%M} on {say_day(here.date(), turn.today)}"
