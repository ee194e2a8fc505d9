"""The words of the `referralbot` command: what an operator can say to it."""

import argparse
from pathlib import Path

from bot.domain.terms import Platform, PostState

WELL, WRONG, CANNOT = 0, 1, 2
"""What a command ends with: as asked; something is to be mended; it could not be done."""
ABOUT = "SEND cases run together from chat, and no lawful date missed."
CHATS = (Platform.SLACK.value, Platform.TEAMS.value)


def parser() -> argparse.ArgumentParser:
    """Each command sets `run` to its own name."""
    whole = argparse.ArgumentParser(prog="referralbot", description=ABOUT)
    commands = whole.add_subparsers(dest="run", metavar="command", required=True)

    def command(name: str, what: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=what, description=what)

    command("serve", "Run the bot on the platforms that are configured.")
    demo = command("demo", "Run a demo on this machine with fictional staff and cases.")
    demo.add_argument("--reset", action="store_true", help="start over: forget what was done in the demo")
    command("terminal", "Talk to the bot here, as any member of staff.")

    say = command("say", "Say one line and print the answer.")
    say.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who says it")
    say.add_argument("--room", metavar="NAME", help="the bound room it is said in; without it, a private chat")
    _at(say, "when it is said; now, unless given")
    say.add_argument("--json", action="store_true", help="print the answer as JSON")
    say.add_argument("line", metavar="LINE", nargs="+", help='such as "status 0042"')

    why = command("why", "Say why the dates of a case or a letter are what they are.")
    why.add_argument("reference", metavar="REFERENCE", help="such as SEND-2026-0042 or MP-2026-0007")
    why.add_argument("date", metavar="DATE", nargs="*", help="one date, as staff call it: 20 weeks, final plan, SLT")
    why.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who asks: they see what they may")
    _at(why, "as at a moment; now, unless given")
    why.add_argument("--json", action="store_true", help="print it as JSON")

    sweep = command("sweep", "Say what should have been said by a moment and has not been.")
    _at(sweep, "the moment; now, unless given")
    sweep.add_argument(
        "--dry-run", action="store_true", help="print what would be said, to whom and why; change nothing"
    )

    migrate = command("migrate", "Bring the database to a revision, forward or back.")
    migrate.add_argument("--to", default="head", metavar="REVISION", help="the newest, unless given")
    may = "PostgreSQL: let the role that the bot works under do its work, and change nothing that is on record"
    migrate.add_argument("--grant", metavar="ROLE", help=may)
    _rules(command("rules", "The law as tables: check it, read it, compare it."))
    _understand(command("understand", "Say what a sentence in plain English is understood as."))
    _clock(command("clock", "Count one date of the law, and show the working."))
    afresh = "Derive every date afresh from the entries and the rules, and mend what is kept otherwise."
    check = "change nothing; ends with 1 where anything is kept otherwise"
    command("rebuild", afresh).add_argument("--check", action="store_true", help=check)
    command("doctor", "Check that everything is in place, and say how to mend what is not.")
    anchor = "a fresh REFERRALBOT_ANCHOR_KEY instead, with its public key"
    command("new-key", "Print a fresh REFERRALBOT_KEY, or the key that signs anchors.").add_argument(
        "--anchor", action="store_true", help=anchor
    )

    rotated = "Wrap every key under a new REFERRALBOT_KEY, with the old one in REFERRALBOT_OLD_KEY; the bot may run."
    command("rotate-key", rotated).add_argument(
        "--as", dest="email", required=True, metavar="EMAIL", help="who asks for it; somebody else has to say yes first"
    )

    what = command("import", "Take in staff or an open caseload from a CSV file.").add_subparsers(
        dest="what", required=True
    )
    for name, columns in (("people", "staff"), ("cases", "an open caseload")):
        taken = what.add_parser(name, help=f"{columns}; docs/running.md describes the columns")
        taken.add_argument("file", type=Path)
        taken.add_argument("--dry-run", action="store_true", help="check the file and change nothing")
        if name == "cases":
            who = "who answers for what is put on record; the only administrator, unless given"
            taken.add_argument("--as", dest="email", default="", metavar="EMAIL", help=who)

    _rounds(command("round", "Open the annual reviews of a year, or the phase transfers of a September."))

    connect = command("connect", "Further Slack workspaces and Teams tenants.").add_subparsers(
        dest="what", required=True
    )
    connect.add_parser("list", help="the connections there are")
    add = connect.add_parser("add", help="add one, or give one new secrets; the secrets are asked for")
    add.add_argument("platform", choices=CHATS)
    add.add_argument("outside_id", metavar="ID", help="the workspace's id (T…) or the tenant's (a GUID)")
    add.add_argument("--name", required=True, help="what people call the organisation")
    add.add_argument("--app-id", default="", help="Teams: the application's id in Entra")
    add.add_argument("--domains", default="", help="e-mail domains that the organisation owns, divided by commas")

    _audit(command("audit", "Prove that the record is what it was; keep what proves it elsewhere."))
    _posts(command("posts", "What waits to be sent and what failed: list, show, send again, take out."))
    kept = command("retention", "Print what is due to be erased by a day, restricted cases too; it changes nothing.")
    kept.add_argument("--by", metavar="DATE", help="such as 2027-12-31; today, unless given")
    command("exports", "The sealed files there are: for whom, and until when they can be opened.")
    _export(command("export", "Open a sealed file for the person who asked for it, or destroy it."))
    backup = command("backup", "Copy the record to a file while the bot runs.")
    backup.add_argument("file", type=Path, help="where to; a file that is not there yet")
    restore = command("restore", "Put a backup in the place of the record, with what waited then marked as in doubt.")
    restore.add_argument("file", type=Path, nargs="?", help="the backup; not needed with --by-hand")
    restore.add_argument("--yes", action="store_true", help="though there is a record: it is kept beside the new one")
    restore.add_argument(
        "--by-hand", action="store_true", help="it was put back with another tool, such as pg_restore: only mark it"
    )

    manifest = command("manifest", "Write the app manifest to hand to Slack or Teams.")
    manifest.add_argument("platform", choices=CHATS)
    manifest.add_argument("--url", required=True, metavar="https://…", help="where the bot is reached")
    manifest.add_argument("--out", type=Path, metavar="FILE", help="slack.yaml or referralbot-teams.zip, unless given")
    return whole


def _audit(audit: argparse.ArgumentParser) -> None:
    what = audit.add_subparsers(dest="what", required=True)
    verify = what.add_parser("verify", help="whether every entry is there as it was recorded; ends with 1 where not")
    verify.add_argument("--export", type=Path, metavar="FILE", help="check an export; no database is needed")
    verify.add_argument("--anchors", type=Path, metavar="FILE", help="anchors that were kept elsewhere")
    key = "whose signature counts, as new-key --anchor printed it; may be given again for an earlier key"
    verify.add_argument("--public-key", action="append", default=[], metavar="KEY", help=key)
    for name, does in (
        ("export", "every entry as it is stored, nothing opened, and every anchor"),
        ("anchors", "the anchors alone: small, nothing private, to be kept elsewhere"),
    ):
        what.add_parser(name, help=does).add_argument("file", type=Path, help="where to; a file that is not there yet")


def _posts(posts: argparse.ArgumentParser) -> None:
    what = posts.add_subparsers(dest="what", required=True)
    listed = what.add_parser("list", help="those that wait or failed")
    listed.add_argument("--state", choices=[state.value for state in PostState], help="those of this state instead")
    for name, does in (
        ("show", "everything about one"),
        ("retry", "send it again, what is still true of it"),
        ("drop", "take it out, unsent, on the record of what it is about"),
    ):
        one = what.add_parser(name, help=does)
        one.add_argument("post", type=int, metavar="ID")
    one.add_argument("--because", required=True, metavar="REASON", help="why; it is sealed on the record")
    who = "who answers for it; the only administrator, unless given"
    one.add_argument("--as", dest="email", default="", metavar="EMAIL", help=who)


def _export(export: argparse.ArgumentParser) -> None:
    what = export.add_subparsers(dest="what", required=True)
    opened = what.add_parser("open", help="write what it holds, in clear, for the person who asked; it is on record")
    opened.add_argument("number", type=int, metavar="N", help="as the chat said, and `referralbot exports` lists it")
    where = "where to; a folder for that person alone, made where there is none"
    opened.add_argument("--to", type=Path, required=True, metavar="FOLDER", help=where)
    opened.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="the person who asked for it")
    gone = what.add_parser("delete", help="destroy its key and the file: no copy of it opens again")
    gone.add_argument("number", type=int, metavar="N")


def _rounds(command: argparse.ArgumentParser) -> None:
    which = command.add_subparsers(dest="which", required=True)
    kinds = (
        ("reviews", "the reviews that fall due in a calendar year"),
        ("transfers", "the moves to another phase in a September"),
    )
    for name, what in kinds:
        held = which.add_parser(name, help=f"{what}, of every plan on record")
        held.add_argument("year", type=int, metavar="YEAR", help="such as 2027")
        held.add_argument("--dry-run", action="store_true", help="say what would be opened, and change nothing")
        who = "who answers for what is put on record; the only administrator, unless given"
        held.add_argument("--as", dest="email", default="", metavar="EMAIL", help=who)
    moves = "moves that no date of birth tells of; docs/running.md describes the columns"
    held.add_argument("--also", type=Path, metavar="FILE", help=moves)


def _rules(rules: argparse.ArgumentParser) -> None:
    what = rules.add_subparsers(dest="what", required=True)
    folder = "a folder of rules, or the name of one that comes with the bot"
    check = what.add_parser("check", help="whether the tables hold together, and what nobody has verified yet")
    check.add_argument("folder", nargs="?", metavar="FOLDER", help=f"{folder}; those in use, unless given")
    show = what.add_parser("show", help="one clock: every version in words, its ladder, its examples")
    show.add_argument("rule", metavar="RULE_ID")
    _overlay(show)
    diff = what.add_parser("diff", help="what another pack, or a council's overlay, changes")
    diff.add_argument("old", metavar="OLD", help=folder)
    diff.add_argument("new", metavar="NEW", help=folder)
    _adopting(what, f"a pack or a council's overlay: {folder}")
    table = what.add_parser("table", help="every clock from one start, as a page")
    table.add_argument("--start", required=True, metavar="DATE", help="such as 2026-09-07")
    table.add_argument("--write", type=Path, metavar="FILE", help="write it there; printed, unless given")
    _overlay(table)


def _adopting(what: "argparse._SubParsersAction[argparse.ArgumentParser]", folder: str) -> None:
    preview = what.add_parser("preview", help="which dates of which cases it would move; nothing is changed")
    preview.add_argument("folder", metavar="FOLDER", help=folder)
    preview.add_argument("--json", action="store_true", help="print it as JSON, one object a line")
    adopt = what.add_parser("adopt", help="put it in force from tomorrow; shows what would move, and asks first")
    adopt.add_argument("folder", metavar="FOLDER", help=folder)
    adopt.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who answers for it")
    adopt.add_argument("--because", dest="reason", required=True, metavar="TEXT", help="why, for the record")
    adopt.add_argument("--yes", action="store_true", help="do not ask")
    what.add_parser("adopted", help="what was adopted: which, when, by whom, why")


def _clock(clock: argparse.ArgumentParser) -> None:
    each_line = "with - in its place, `RULE_ID START` is read a line at a time from standard input"
    clock.add_argument("rule", metavar="RULE_ID", help=f"such as final_plan; {each_line}")
    start = "the day it starts, such as 2026-09-07; for a clock that counts back, the day of the event"
    clock.add_argument("start", nargs="*", metavar="START", help=start)
    clock.add_argument("--json", action="store_true", help="print it as JSON, one object a line")
    _overlay(clock)


def _understand(understand: argparse.ArgumentParser) -> None:
    each_line = "with - in its place, JSON objects are read a line at a time from standard input"
    understand.add_argument("text", metavar="TEXT", nargs="+", help=f"what somebody says; {each_line}")
    understand.add_argument(
        "--context", action="append", default=[], metavar="TEXT", help="what they said before; may be given again"
    )
    where = "dm, or channel: and its name; a private chat, unless given"
    understand.add_argument("--setting", default="dm", metavar="WHERE", help=where)
    understand.add_argument("--today", metavar="DATE", help="the day it is said on; today, unless given")
    understand.add_argument("--json", action="store_true", help="print the JSON in one line")
    names = "a JSON file of people, MPs, schools, cases and terms; docs/conversation.md describes it"
    understand.add_argument("--vocabulary", type=Path, metavar="FILE", help=names)


def _overlay(command: argparse.ArgumentParser) -> None:
    command.add_argument("--overlay", metavar="FOLDER", help="a council's overlay to lay over the law")


def _at(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("--at", metavar="MOMENT", help=f"{what}; such as 2026-12-01T09:00, London time")
