"""The staff list from a CSV file: all or nothing, with everything wrong named by row and column."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.domain.errors import BadSettings
from bot.domain.terms import Agency, Role
from bot.upkeep.people import Report, import_people
from storage.connect import Store
from storage.tables import Person, Setting

pytestmark = pytest.mark.databases("sqlite")

STAFF = """name,email,agency,role,manager
Priya Shah,Priya.Shah@council.example,education,officer,moira@council.example
Moira Bell,moira@council.example,Education,Manager,
Dan Cole,dan@nhs.example,Health,contributor,
"Ade, Jo",jo@council.example,MP team,MP team,moira@council.example
"""


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def take(store: Store, folder: Path, text: str) -> Report:
    path = folder / "people.csv"
    path.write_text(text)
    with store.transaction() as db:
        return import_people(db, path)


def everyone(store: Store) -> dict[str, Person]:
    with store.transaction() as db:
        return {person.email: person for person in db.exec(select(Person).order_by(col(Person.id)))}


def test_staff_are_added_with_their_managers(store: Store, tmp_path: Path) -> None:
    assert str(take(store, tmp_path, STAFF)) == "4 added, 0 changed, 0 as they were."
    staff = everyone(store)
    priya, moira, jo = (staff[f"{name}@council.example"] for name in ("priya.shah", "moira", "jo"))
    assert (priya.name, priya.agency, priya.role, priya.active) == ("Priya Shah", Agency.EDUCATION, Role.OFFICER, True)
    assert (priya.manager_id, moira.manager_id) == (moira.id, None)
    assert (jo.name, jo.agency, jo.role) == ("Ade, Jo", Agency.MP_TEAM, Role.MP_TEAM)


def test_again_it_changes_what_has_changed(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, STAFF)
    again = take(store, tmp_path, STAFF.replace("Dan Cole", "Dan Coles"))
    assert (again.added, again.changed, again.unchanged) == (0, 1, 3)
    assert everyone(store)["dan@nhs.example"].name == "Dan Coles"


def test_a_manager_who_is_on_the_staff_list_need_not_be_in_the_file(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path, STAFF)
    header, *_ = STAFF.splitlines()
    take(store, tmp_path, f"{header}\nTom Reid,tom@council.example,education,officer,MOIRA@council.example\n")
    staff = everyone(store)
    assert staff["tom@council.example"].manager_id == staff["moira@council.example"].id


def test_a_senco_has_a_school(store: Store, tmp_path: Path) -> None:
    text = (
        "name,email,agency,role,manager,school\n"
        "Sam Okafor,sam@oakhurst.example,education,contributor,,Oakhurst Primary\n"
        "Lee Ray,lee@oakhurst.example,education,contributor,,oakhurst primary\n"
    )
    take(store, tmp_path, text)
    with store.transaction() as db:
        (school,) = db.exec(select(Setting))
    assert {person.setting_id for person in everyone(store).values()} == {school.id}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_names_with_accents_from_any_spreadsheet(store: Store, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("Name,E-mail,Agency,Role,Manager\r\nZoë Brontë,z@a.example,health,viewer,\r\n".encode(encoding))
    with store.transaction() as db:
        import_people(db, path)
    assert everyone(store)["z@a.example"].name == "Zoë Brontë"


WRONG = [
    ("Ann,ann@a.example,health,officer", "email: is in row 2 too", "Bo,ann@a.example,health,officer,"),
    ("Ann,ann.a.example,health,officer,", "email: is not an e-mail address", ""),
    (",ann@a.example,health,officer,", "name: is empty", ""),
    (
        "Ann,ann@a.example,housing,officer,",
        "agency: must be one of: education, health, social_care, mp_team",
        "",
    ),
    (
        "Ann,ann@a.example,health,boss,",
        "role: must be one of: officer, manager, contributor, mp_team, viewer, administrator, data_protection",
        "",
    ),
    (
        "Ann,ann@a.example,health,officer,bo@a.example",
        "manager: is neither in this file nor on the staff list: give their e-mail address",
        "",
    ),
    (
        "Ann,ann@a.example,health,officer,bo@a.example",
        "manager: makes a ring: going up from this person comes back to them",
        "Bo,bo@a.example,health,officer,ann@a.example",
    ),
    (
        "Cole, Ann,ann@a.example,health,officer,",
        "manager: is followed by more cells than there are columns: is a comma unquoted?",
        "",
    ),
]


@pytest.mark.parametrize(("row", "sentence", "next_row"), WRONG)
def test_what_is_wrong_is_named_and_nothing_goes_in(
    store: Store, tmp_path: Path, row: str, sentence: str, next_row: str
) -> None:
    header = STAFF.splitlines()[0]
    good = "Good,good@a.example,health,viewer,"
    report = take(store, tmp_path, f"{header}\n{row}\n{next_row}\n{good}\n")
    assert sentence in {f"{wrong.column}: {wrong.sentence}" for wrong in report.wrong}
    assert str(report).endswith(" to mend; nothing was imported.")
    assert everyone(store) == {}


def test_everything_wrong_is_told_at_once(store: Store, tmp_path: Path) -> None:
    report = take(store, tmp_path, STAFF.replace("Health", "Helath").replace("Priya Shah,", ","))
    assert [(wrong.row, wrong.column) for wrong in report.wrong] == [(2, "name"), (4, "agency")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,email,agency,role\n", "lacks the column manager. Its first row must name: name, email, agency, role,"),
        (
            "name,email,agency,role,manager,dob\n",
            "has a column 'dob'. Its first row must name: name, email, agency, role,",
        ),
        ("name,email,agency,role,manager,shool\n", "has a column 'shool'. Did you mean school?"),
        ("", "is empty, or larger than 20 MB"),
    ],
)
def test_a_file_of_another_kind(store: Store, tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(BadSettings, match=sentence):
        take(store, tmp_path, text)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_columns_may_be_divided_by_another_mark(store: Store, tmp_path: Path, mark: str) -> None:
    report = take(store, tmp_path, STAFF.replace(",", mark))
    assert not report.wrong
    assert len(everyone(store)) == len(STAFF.strip().splitlines()) - 1


def test_a_file_that_is_not_there(store: Store, tmp_path: Path) -> None:
    with store.transaction() as db, pytest.raises(BadSettings, match=r"none.csv cannot be read: no such file"):
        import_people(db, tmp_path / "none.csv")
