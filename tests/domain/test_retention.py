"""How long what is sealed is kept: dates worked out by hand, and what a slip in the schedule is told."""

from datetime import date

import pytest

from bot.domain.errors import BadSettings
from bot.domain.retention import Kept, due_of_all
from bot.domain.terms import LetterKind, Process
from bot.rules import HERE, SHIPPED, load_rules, rules_from, tables_in

USUAL = load_rules().retention
PACK, HEAD = tables_in(SHIPPED / "anyshire"), "of,counts_from,years,basis,source,unverified\n"
REVIEW, APPEAL, MP, COMPLAINT = (
    Process.ANNUAL_REVIEW, Process.APPEAL, LetterKind.MP_LETTER, LetterKind.COMPLAINT,
)  # fmt: skip


@pytest.mark.parametrize(
    ("records", "born", "due"),
    [
        # date of birth and 31 years, whenever the case ended
        ([(REVIEW, "2026-10-16")], "2019-03-14", "2050-03-14"),
        ([(REVIEW, "2026-10-16"), (APPEAL, "2031-01-05")], "2019-03-14", "2050-03-14"),
        # who was born on 29 February is 31 on 1 March, where that year has none
        ([(REVIEW, "2026-10-16")], "2016-02-29", "2047-03-01"),
        ([(MP, "2024-02-29")], "2019-03-14", "2026-03-01"),
        # a leap year after a leap year: 6 years on there is none, 8 years on there is
        ([(COMPLAINT, "2028-02-29")], "2019-03-14", "2034-03-01"),
        # without a known date of birth from the closure: later than from any birth
        ([(REVIEW, "2026-10-16")], None, "2057-10-16"),
        ([(REVIEW, "2028-02-29")], None, "2059-03-01"),
        # a case that outlived the schedule is due once it is closed, no day before
        ([(REVIEW, "2026-10-16")], "1990-01-01", "2026-10-16"),
        # the latest of all that is the child's
        ([(REVIEW, "2026-10-16"), (COMPLAINT, "2047-05-01")], "2019-03-14", "2053-05-01"),
        ([(REVIEW, "2026-10-16"), (MP, "2026-11-01")], "2019-03-14", "2050-03-14"),
        # never while anything is open, and not where there is nothing
        ([(REVIEW, "2026-10-16"), (APPEAL, None)], "2019-03-14", None),
        ([(REVIEW, "2026-10-16"), (MP, None)], None, None),
        ([], "2019-03-14", None),
    ],
)  # fmt: skip
def test_the_first_day_on_which_a_child_may_be_erased(
    records: list[tuple[Process | LetterKind, str | None]], born: str | None, due: str | None
) -> None:
    kept = [Kept(of, date.fromisoformat(closed) if closed else None) for of, closed in records]
    found = due_of_all(USUAL, kept, date.fromisoformat(born) if born else None)
    assert found == (date.fromisoformat(due) if due else None)


def test_the_schedule_covers_everything_and_says_where_it_is_from() -> None:
    assert {*USUAL} == {*Process, *LetterKind}
    assert all(keep.source and keep.basis and keep.unverified for keep in USUAL.values())


def test_a_council_lays_its_own_over_it() -> None:
    own = HEAD + "mp_letter|foi,closure,7,seven years after it was closed,our schedule of 2026,\n"
    rules = rules_from(tables_in(HERE), {**PACK, "retention.csv": own})
    assert (rules.retention[MP].years, rules.retention[LetterKind.FOI].years) == (7, 7)
    assert rules.retention[COMPLAINT] == USUAL[COMPLAINT]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("plan,birth,31,b,s,", "2:of: 'plan' is not known; one of: new_assessment"),
        (",birth,31,b,s,", "2:of: is empty"),
        ("move,birthday,31,b,s,", "2:counts_from: 'birthday' is not known; one of: birth, closure"),
        ("foi,birth,31,b,s,", "2:counts_from: a letter may be about several children"),
        ("move,birth,0,b,s,", "2:years: must be from 1 to 120"),
        ("move,birth,31,,s,", "2:basis: is empty"),
        ("move|move,birth,31,b,s,", "2:of: 'move' is there twice"),
        ("move,birth,31,b,s,\nappeal|move,closure,6,b,s,", "3:of: 'move' is there twice"),
    ],
)
def test_a_slip_in_the_schedule_names_its_line_and_column(row: str, told: str) -> None:
    with pytest.raises(BadSettings) as slip:
        rules_from(tables_in(HERE), {**PACK, "retention.csv": f"{HEAD}{row}\n"})
    assert str(slip.value).startswith(f"overlay/retention.csv:{told}")
