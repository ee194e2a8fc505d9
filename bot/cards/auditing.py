"""What the auditor says: the message by which nudges prove every hour that they arrive, and what it found unsaid."""

from sqlmodel import col, select

from bot.cases import visible
from bot.cases.auditing import Found
from bot.cases.set_aside import what_of
from bot.domain.calendar import london_time
from bot.domain.chain import short
from bot.domain.message import Message
from bot.turn import Turn
from storage.tables import Anchor, Case, Enquiry, Post

NAMED = 5
"""How many references are named; the rest are counted."""

SENTENCES = {
    Found.UNSENT: ("{n} message was not sent within ten minutes", "{n} messages were not sent within ten minutes"),
    Found.UNSWEPT: ("{n} date was not looked at in time", "{n} dates were not looked at in time"),
    Found.UNSAID: ("{n} reminder was in no message", "{n} reminders were in no message"),
    Found.UNHEARD: ("{n} reminder reached nobody", "{n} reminders reached nobody"),
    Found.UNTOLD: ("{n} reminder for its day was not told", "{n} reminders for their day were not told"),
    Found.ASTRAY: ("{n} case or letter was kept with a wrong date", "{n} cases or letters were kept with a wrong date"),
    Found.NO_CANARY: ("the hourly check of nudges has not come through",) * 2,
}


def canary_message(post: Post) -> Message:
    """ "Nudges were last checked end to end on Mon 23 Nov at 14:00." """
    due = london_time(post.due_at or post.not_before)
    return Message(f"Nudges were last checked end to end on {due:%a %-d %b} at {due:%H:%M}.", private=False)


def found_words(turn: Turn, post: Post) -> str:
    """What the auditor found today and what became of it, with references of cases that every reader may know of."""
    told = post.about
    counts = [(Found(kind), n) for kind, n in told["found"].items()]
    found = "; ".join(SENTENCES[kind][n != 1].format(n=n) for kind, n in counts)
    references = _references(turn, told.get("cases", []), told.get("letters", []))
    more = f" and {len(references) - NAMED} more" if len(references) > NAMED else ""
    whose = f" About {', '.join(references[:NAMED])}{more}." if references else ""
    again = "What could be done again has been, and nothing is said twice."
    return f"{found[:1].upper()}{found[1:]}.{whose} {again} Tell whoever runs the bot: code {told['code']}."


def anchored_words(turn: Turn, post: Post) -> str:
    """ "The record of Mon 23 Nov 2026: 1,204 cases and letters, 3f9a 01c2 77de 4b10 (signed)." """
    anchor = turn.db.get_one(Anchor, post.about["anchor"])
    signed = "signed" if anchor.signature else "not signed"
    whole = "1 case or letter" if anchor.streams == 1 else f"{anchor.streams:,} cases and letters"
    return f"The record of {anchor.day:%a %-d %b %Y}: {whole}, {short(anchor.digest)} ({signed})."


def set_aside_words(turn: Turn, post: Post) -> str:
    """What a fault of ours keeps from being done, without the name of a restricted case or that it is one."""
    found = what_of(turn, post)
    hidden = found is None or visible.is_restricted(turn, found.about)
    which = "a case or letter" if hidden or found is None else found.about.reference
    code = f"something is wrong on our side (code {post.about['code']})"
    if "deadline" in post.about:
        return (
            f"A date of {which} cannot be looked at, and nobody is nudged of it meanwhile: {code}."
            " It is tried again each hour. Keep an eye on that date, and tell whoever runs the bot."
        )
    return (
        f"The dates of {which} could not be worked out afresh last night: {code}."
        " They stay as they are, and nudges go on. Tell whoever runs the bot."
    )


def _references(turn: Turn, cases: list[int], letters: list[int]) -> list[str]:
    """None of a restricted case, nor of a letter about one."""
    open_ones = select(Case).where(col(Case.id).in_(cases), ~col(Case.restricted)).order_by(Case.reference)
    about = select(Enquiry).where(col(Enquiry.id).in_(letters)).order_by(Enquiry.reference)
    fit = [letter for letter in turn.db.exec(about) if not visible.is_restricted(turn, letter)]
    return [each.reference for each in (*turn.db.exec(open_ones), *fit)]
