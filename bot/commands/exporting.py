"""What is taken out of the record for somebody outside: a second person agrees, and nothing of it is in a chat."""

from dataclasses import replace

from bot.blanks import CaseBlank, ReasonBlank
from bot.cards.case_record import case_record
from bot.cards.pack import PACK_FILE, as_json, pack
from bot.cases import approvals, exports
from bot.cases.pack import gather
from bot.commands.roles import DATA_PROTECTION
from bot.domain.calendar import london_date
from bot.domain.dates import say_day
from bot.domain.errors import CannotRead, NotNow
from bot.domain.message import Fact, Message
from bot.domain.terms import ExportKind, Sensitive
from bot.grammar import command, line
from bot.turn import Turn
from storage.tables import Case, Child, Export


@command(
    "subject access", "sar pack", may=DATA_PROTECTION, title="Subject access pack",
    examples=("subject access 0042 because his mother asked on 2 October",),
)  # fmt: skip
def subject_access(turn: Turn, *, case: CaseBlank, reason: ReasonBlank = "") -> Message:
    """Gather everything that is held of a child, over all their cases, for a subject access request.

    A second person agrees first. The pack is an encrypted file that goes after some days, and is never in a chat.
    Whoever runs the bot opens it at the keyboard for the person who asked, who reads it through before it is sent.
    """
    alone = replace(turn, private=True)
    if not turn.db.get_one(Child, case.child_id).wrapped_key:
        raise NotNow(f"The child of {case.reference} was erased: nothing is left to give access to.")
    if asked := _asked_first(alone, case, "subject access", f"child:{case.child_id}", reason):
        return asked
    held = gather(alone, case.child_id)
    files = {PACK_FILE: as_json(pack(alone, held, case))}
    made = exports.make(alone, ExportKind.SUBJECT_ACCESS, [file.case for file in held.cases], files)
    read = Fact("Before it is sent", "a person reads it through: its first sheets say for what")
    return _is_ready(alone, made, f"The subject access pack on {case.reference} is ready", read)


@command(
    "export", "case record", may=DATA_PROTECTION, title="Export a case",
    examples=("export 0042 because the child moves to Borchester",),
)  # fmt: skip
def export(turn: Turn, *, case: CaseBlank, reason: ReasonBlank = "") -> Message:
    """Export one case whole, for another authority or a new system: as JSON and for a spreadsheet.

    A second person agrees first. It is an encrypted file that goes after some days, and is never in a chat. Nothing is
    withheld in it: for a family's request say `subject access`.
    """
    alone = replace(turn, private=True)
    if asked := _asked_first(alone, case, "export", f"case:{case.id}", reason):
        return asked
    made = exports.make(alone, ExportKind.CASE_RECORD, [case], case_record(alone, case))
    return _is_ready(alone, made, f"The record of {case.reference} is ready")


def _asked_first(turn: Turn, case: Case, said: str, about: str, reason: str) -> Message | None:
    """The question to a second person; None where somebody has agreed, whose yes is used up now."""
    if approvals.given(turn, Sensitive.EXPORT, about):
        return None
    if not reason:
        raise CannotRead("Say why it is needed: the second person reads it.", "reason")
    again = line(said, case=case.reference)
    asked = approvals.ask(turn, Sensitive.EXPORT, about=about, why=reason, line=again)
    return Message(approvals.asked_words(turn, asked), private=True)


def _is_ready(turn: Turn, export: Export, what: str, *further: Fact) -> Message:
    goes = say_day(london_date(export.expires_at), turn.today)
    opens = f"referralbot export open {export.id} --to FOLDER --as {turn.person.email}"
    return Message(
        f"{what}: export {export.id}.",
        facts=(
            Fact("To open it", "whoever runs the bot says at the keyboard", opens),
            Fact("Until", goes, "then it is destroyed, and a new one has to be made"),
            *further,
        ),
        private=True,
    )
