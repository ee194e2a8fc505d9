"""Cases for the named alone: restricting one, opening it again, and who is named to it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from bot.blanks import CASE, LONGEST_NOTE, CaseBlank, PersonBlank, choice, text
from bot.cases import approvals, referrals, restricting, staff
from bot.cases.referrals import check_theirs
from bot.cases.withdrawing import Out
from bot.commands.roles import CASEWORK
from bot.domain.errors import NeedsReason
from bot.domain.message import Action, Fact, Message
from bot.domain.sentences import listed
from bot.domain.terms import Restriction, Role, Sensitive
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Case, Person

KIND = choice(Restriction, "Why it is restricted", {"safeguarding": Restriction.CHILD_PROTECTION})
REASON = replace(
    text("Reason", longest=LONGEST_NOTE, rest=True, hint="Sealed: the named alone read it"), lead="because"
)
SEES = Annotated[Case, CASE.named("Case", lead="to")]
LEFT = (
    "What people typed themselves, what a telephone showed, and mail that went out can't be taken back: ask whoever "
    "wrote such a message to delete it."
)


@command(
    "restrict",
    may=CASEWORK,
    examples=("restrict 0042 child protection because a strategy meeting is on Monday",),
    title="For the named alone",
)  # fmt: skip
def restrict(
    turn: Turn, *, case: CaseBlank, kind: Annotated[Restriction, KIND], reason: Annotated[str, REASON]
) -> Message:
    """Hide a case at once from all but its owner, the owner's manager and who is named to it.

    Its cards and reminders are taken out of rooms, and out of the chats of those who may not see it. No room hears of
    it any more; lists, counts and searches of others pass over it.
    """
    out = restricting.restrict(turn, case, kind, reason)
    owner = turn.db.get_one(Person, case.owner_id)
    manager = staff.manager_of(turn.db, owner)
    see = listed([one.name for one in (owner, manager) if one])
    others = (match.case for match in referrals.matches(turn, [case.child_id]) if not match.hidden)
    too = [other for other in others if not other.restricted]
    return Message(
        f"{case.reference} is restricted now ({kind.label}): {see} see it, and nobody else until you name them.",
        facts=tuple(_taken(out)),
        actions=(
            Action("Name somebody…", line("name", case=case.reference)),
            *(Action(f"Restrict {one.reference} too…", line("restrict", case=one.reference, kind=kind)) for one in too),
        ),
        aside=LEFT,
        private=True,
    )


def _taken(out: Out) -> Iterator[Fact]:
    """What is on its way out, and what nobody can take back from here."""
    many = "1 message" if out.messages == 1 else f"{out.messages} messages"
    yield Fact("Taken out of rooms and chats", many if out.messages else "nothing stood there")
    if out.mailed:
        yield Fact("Can't be taken back", f"{out.mailed} went out by e-mail")
    if out.answered_in:
        yield Fact("Answered aloud", f"{', '.join(out.answered_in)}: ask there that those messages are deleted")


@command("unrestrict", may=CASEWORK, examples=("unrestrict 0042 because the plan has ended",), title="Open it to all")
def unrestrict(turn: Turn, *, case: CaseBlank, reason: Annotated[str, REASON] = "") -> Message:
    """Let all who see cases see a restricted one again: a manager may, an officer once a second person agrees."""
    restricting.must_be_restricted(case)
    check_theirs(turn, case)
    about, yes = f"case:{case.id}", None
    if turn.person.role is not Role.MANAGER:
        yes = approvals.given(turn, Sensitive.UNRESTRICT, about)
        reason = approvals.opened(turn, yes).why if yes else reason
    if not reason:
        raise NeedsReason("Say it again with “because …” and the reason; it is kept, sealed.")
    if yes is None and turn.person.role is not Role.MANAGER:
        again = line("unrestrict", case=case.reference)
        asked = approvals.ask(turn, Sensitive.UNRESTRICT, about=about, why=reason, line=again)
        return Message(approvals.asked_words(turn, asked), private=True)
    restricting.open_to_all(turn, case, reason, yes=approvals.on_record(yes) if yes else {})
    opened = f"{case.reference} is open to everybody who sees cases. Its cards go back to the rooms."
    return Message(opened, private=True)


@command("name", may=CASEWORK, examples=("name Tom Reid to 0042",), title="Let somebody see it")
def name(turn: Turn, *, person: PersonBlank, case: SEES) -> Message:
    """Let somebody see a restricted case, as far as their role may know anything of a case."""
    restricting.name(turn, case, person)
    return _who(turn, case, f"{person.name} sees {case.reference} now.", person)


@command("unname", may=CASEWORK, examples=("unname Tom Reid from 0042",), title="No longer see it")
def unname(turn: Turn, *, person: PersonBlank, case: Annotated[Case, CASE.named("Case", lead="from")]) -> Message:
    """Take somebody off a restricted case again, and what the bot said of it out of their chats."""
    restricting.unname(turn, case, person)
    return _who(turn, case, f"{person.name} no longer sees {case.reference}.", None)


def _who(turn: Turn, case: Case, done: str, new: Person | None) -> Message:
    """What was done, and who is named to the case now."""
    named = listed([one.name for one in restricting.named_to(turn, case)])
    undo = line("unname", person=new.email, case=case.reference) if new else ""
    back = (Action("Undo", undo),) if new else ()
    aside = "Tell them yourself: the bot does not." if new else ""
    return Message(f"{done} Named to it: {named or 'nobody'}.", actions=back, aside=aside, private=True)
