"""referralbot rules table: every clock counted from one start, as a page; docs/clocks.md is written by it."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import date, datetime

from bot.commandline import WELL
from bot.domain.calendar import london_date
from bot.domain.dates import read_date, say_in_full
from bot.domain.terms import Nature
from bot.rules import Rules
from bot.settings import Settings
from bot.upkeep.rulebook.folders import law_and
from bot.upkeep.rulebook.reckoning import Reckoned, counted_how, reckon, row_on, rows_of
from bot.upkeep.rulebook.words import facts

COLUMNS = ("clock", "what", "starts", "legal", "safe", "counted", "kind", "source")
UNVERIFIED = "†"
SAID = {
    Nature.DUTY: "",
    Nature.EARLIEST: "until that day at least",
    Nature.RIGHT: "a right, until that day",
    Nature.AT_ONCE: "at once",
}


def table(arguments: Namespace, _settings: Settings, wall: Callable[[], datetime]) -> int:
    rules = law_and(arguments.overlay)
    page = page_of(rules, read_date(arguments.start, london_date(wall())), overlay=arguments.overlay or "")
    if not arguments.write:
        print(page, end="")
        return WELL
    arguments.write.write_text(page, encoding="utf-8")
    print(f"Written to {arguments.write}.")
    return WELL


def page_of(rules: Rules, start: date, *, overlay: str = "") -> str:
    """The whole page as Markdown. BeyondCalendar, NotNow where a clock cannot be counted from that day."""
    counted = [reckon(row_on(rows_of(rules, rule), start), start, calendar=rules.calendar) for rule in rules.by_id]
    return "\n".join([*_head(rules, start, overlay), *map(_row, counted), "", *_open_questions(counted)]) + "\n"


def _head(rules: Rules, start: date, overlay: str) -> Iterator[str]:
    over = f" --overlay {overlay}" if overlay else ""
    yield f"# Every clock from {say_in_full(start)}"
    yield ""
    yield f"Written by `referralbot rules table --start {start}{over} --write docs/clocks.md` from {rules.label}."
    yield "Nothing here is legal advice: a council's legal or SEND lead signs off the rows before it goes live."
    yield ""
    yield (
        f"Each of the {len(rules.by_id)} clocks is counted as if what starts it happened on that day; one that counts "
        "back, as if the meeting or the transfer were on that day. **Legal** is the last day as the row counts it, "
        f"**safe** the last working day on or before it. {UNVERIFIED} is a row that somebody must still compare with "
        "the text of the law: what to read is below. `referralbot clock RULE_ID START` shows the working of one date, "
        "`referralbot rules show RULE_ID` the whole row."
    )
    yield ""
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|" + "---|" * len(COLUMNS)


def _row(found: Reckoned) -> str:
    rule = found.rule
    mark = f" {UNVERIFIED}" if rule.unverified else ""
    what = "; ".join(filter(None, (rule.act, rule.branch, SAID[rule.nature])))
    dates = (say_in_full(found.legal), say_in_full(found.safe))
    cells = (f"`{rule.id}`{mark}", what, facts(rule.starts), *dates, counted_how(rule), rule.kind.label, rule.source)
    return f"| {' | '.join(cells)} |"


def _open_questions(counted: list[Reckoned]) -> Iterator[str]:
    yield f"## {UNVERIFIED} What somebody must still read"
    yield ""
    for found in counted:
        if found.rule.unverified:
            yield f"- `{found.rule.id}`: {found.rule.unverified}"
