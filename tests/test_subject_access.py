"""A subject access pack: all that is held of one child and nothing of another's, in a file that opens for a week."""

import asyncio
import csv
import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from bot.cases import exports, pack
from bot.domain.calendar import london_time
from bot.domain.errors import BadSettings, NotAllowed, NotNow
from bot.domain.terms import Basis, EntryKind
from bot.reminders import expire
from bot.serving.metrics import Metrics
from bot.serving.run import ticking
from bot.settings import Settings
from bot.upkeep.installation import Installation
from storage.connect import Store
from storage.tables import Case, Entry, Export, Viewed
from tests.town import RULES, Town

NORA, HELEN = "nora.quill@anyshire.example", "helen.ward@anyshire.example"
THEIRS = (
    *("Łukasz Ngũgĩ-Sowerby", "مريم", "14 Mar 2019", "QX445566", "Oakhurst Primary"),
    *("tangerine", "heliotrope", "vermilion", "periwinkle", "Dana Okoro MP", "hovercraft", "Hillview Academy"),
)
"""What only this child's record holds: who they are, and a word out of each thing that was written."""
OTHERS = (
    *("Otto Vastrup", "Vastrup", "ZZ777111", "2016-01-09", "9 Jan 2016", "SEND-2026-0047", "cobalt", "magenta"),
    *("Jane Rowntree", "Bert Sowerby", "Priya", "Helen Ward", "Nora"),
)
"""What is another child's, an adviser's from outside, a letter writer's, or the name of staff in a field."""


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store)
    store.close()


def tells_a_story(town: Town) -> None:
    """Two children, one of whom has a restricted case besides; letters about one and about both; reminders."""
    town.opens("Priya", "مريم Łukasz Ngũgĩ-Sowerby", record_number="QX445566", note="tangerine")
    town.opens("Tom", "Otto Vastrup", born="2016-01-09", record_number="ZZ777111", note="cobalt")
    for line in (
        'ask 0042 SLT adviser="Dr Jane Rowntree" on 7 September',
        'consult 0042 "Hillview Academy"',
        "note 0042 heliotrope: Otto Vastrup (ZZ777111, born 9 January 2016) too, see SEND-2026-0047; ring 07700 900123",
        "start annual review 0042 last review on 10 March 2026",
        "note 0051 vermilion\nVastrup's mother and Dr Jane Rowntree " + "wrote at length. " * 100,
        "open 0042",
    ):
        assert not town.say("Priya", line).error, line
    assert town.say("Priya", "milestones 0047, 0042").error
    with town.store.transaction() as db:
        db.get_one(Case, 3).restricted = True
    for line in (
        'mp member="Dana Okoro" constituency=North received=today matters=enquiry cases=0042 note=hovercraft',
        'letter complaint received=today cases=0042 sender="Bert Sowerby" note=periwinkle',
        'letter complaint received=today cases="0042, 0047" note=magenta',
    ):
        assert not town.say("Frances", line).error, line
    town.pass_time(days=3)
    town.remind()


def asks(town: Town) -> None:
    """Nora asks, Moira agrees, the pack is made: export 1."""
    town.say("Nora", "subject access 0042 because the family asked")
    assert not town.say("Moira", "agree 1").error
    assert "export 1" in town.say("Nora", "subject access 0042").text


def opened(town: Town, folder: Path) -> tuple[dict[str, Any], str]:
    """The JSON and the text of the PDF, as Nora is handed them."""
    ended, lines = town.operator("export", "open", "1", "--to", str(folder), "--as", NORA)
    assert ended == 0, lines
    pages = PdfReader(folder / "subject-access-pack.pdf").pages
    text = "\n".join(page.extract_text() for page in pages)
    return json.loads((folder / "subject-access-pack.json").read_text()), text.replace("\u200e", "")


def values(told: dict[str, Any]) -> Iterator[str]:
    """Each value of the pack as it should be printed."""
    for part in told["parts"]:
        for row in part["rows"]:
            for column in part["columns"]:
                kind = row["kind"] if part["shape"] == "fields" and column["id"] == "value" else column["kind"]
                value = row.get(column["id"])
                if value not in (None, "", False, True) and (part["shape"], column["id"]) != ("fields", "kind"):
                    yield printed(str(value), kind)


def printed(value: str, kind: str) -> str:
    if kind == "date":
        return f"{date.fromisoformat(value):%-d %b %Y}"
    return f"{london_time(datetime.fromisoformat(value)):%-d %b %Y, %H:%M}" if kind == "moment" else value


def squeezed(text: str) -> str:
    """Without spaces and feet of pages: lines are broken anywhere on paper."""
    text = re.sub(r"SEND-2026-0042 · subject access pack · made [^\n]*", "", text)
    return re.sub(r"\s", "", text)


def is_on_record(town: Town, folder: Path) -> None:
    """That the export was opened, once: what could not be written was not seen."""
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert [row.case_id for row in town.all(Viewed, Viewed.basis == Basis.RIGHTS)] == [1, 3]
    kept = [(row.case_id, row.clear["what"]) for row in town.all(Entry, Entry.kind == EntryKind.EXPORTED)]
    made, open_ = "subject access, made", "subject access, opened"
    assert sorted(kept) == [(1, made), (1, open_), (3, made), (3, open_)]

    with pytest.raises(BadSettings, match=r"There is a file .* already"):
        town.operator("export", "open", "1", "--to", str(folder), "--as", NORA)
    assert len(town.all(Viewed, Viewed.basis == Basis.RIGHTS)) == 2, "what was not written was not seen"


def test_a_pack_holds_all_of_the_child_and_nothing_of_another(town: Town, tmp_path: Path) -> None:
    tells_a_story(town)
    asks(town)
    with pytest.raises(NotAllowed, match="made for somebody else"):
        town.operator("export", "open", "1", "--to", str(tmp_path / "helen"), "--as", HELEN)
    assert not (tmp_path / "helen").exists() and not town.all(Viewed, Viewed.basis == Basis.RIGHTS)

    told, text = opened(town, tmp_path / "nora")
    whole, paper = json.dumps(told, ensure_ascii=False), squeezed(text)
    in_full = whole.replace("2019-03-14", "14 Mar 2019")
    for where, there in (("JSON", squeezed(in_full)), ("PDF", paper)):
        assert [each for each in THEIRS if squeezed(each) not in there] == [], where
        assert [each for each in OTHERS if squeezed(each) in there] == [], where
    missing = [
        value for value in values(told) if squeezed(value) not in paper and not re.search("[\u0600-\u06ff]", value)
    ]
    assert missing == [], "the paper does not say what the JSON says"

    parts = {part["id"]: part for part in told["parts"]}
    assert [case["case"] for case in parts["cases"]["rows"]] == ["SEND-2026-0042", "SEND-2026-0051"]
    assert {row["by"] for row in parts["seen"]["rows"]} == {"officer, education"}
    assert "the health room" in {row["to"] for row in parts["said"]["rows"]}
    assert "milestones [withheld: another case], 0042" in {row["words"] for row in parts["asked"]["rows"]}
    to_look_at = {item["what"] for item in told["before_sending"]}
    assert {
        "It holds a mobile number",
        "Something was withheld",
        "A restricted case is in it",
        "Serious harm",
    } <= to_look_at
    assert "For the council alone" in text and re.search(r"Page 1 of \d+", text)
    is_on_record(town, tmp_path / "nora")


def test_the_file_says_nothing_and_opens_no_longer_than_its_key(town: Town, tmp_path: Path) -> None:
    tells_a_story(town)
    asks(town)
    (file,) = town.exports.folder.iterdir()
    sealed = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert not [each for each in THEIRS if each.encode() in sealed]

    for spoilt, why in ((sealed[:-1] + bytes([sealed[-1] ^ 1]), "was changed"), (sealed[:40], "cut short")):
        file.write_bytes(spoilt)
        with pytest.raises(BadSettings, match=why):
            opened(town, tmp_path / "spoilt")
    file.write_bytes(sealed)

    town.pass_time(days=7)
    with pytest.raises(NotNow, match=r"expired on Mon 26 October 2026.*nobody can open it"):
        opened(town, tmp_path / "late")
    left = [town.exports.folder / name for name in ("0000.sealed", "1111.sealed.part", "2222.sealed", "notes.txt")]
    for path in left:
        path.write_bytes(b"left by a crash")
        os.utime(path, (town.now.timestamp() - 7200,) * 2)
    os.utime(left[2], (town.now.timestamp(),) * 2)
    at = (town.store, town.app.rules, town.vault, town.now)
    assert (expire(*at, kept=town.exports), expire(*at, kept=town.exports)) == (1, 0)
    assert {path.name for path in town.exports.folder.iterdir()} == {"2222.sealed", "notes.txt"}, (
        "a line may be at work"
    )
    file.write_bytes(sealed)  # a copy that somebody kept
    with pytest.raises(NotNow, match="its key is destroyed"):
        opened(town, tmp_path / "copy")
    assert [row.wrapped_key for row in town.all(Export)] == [None]


@pytest.mark.databases("sqlite")
def test_what_did_not_come_to_its_end_is_not_there(town: Town, tmp_path: Path) -> None:
    tells_a_story(town)
    town.say("Nora", "subject access 0042 because the family asked")
    town.say("Moira", "agree 1")
    town.exports.folder.parent.chmod(0o700)
    town.exports.folder.write_text("no folder")
    answer = town.say("Nora", "subject access 0042")
    assert answer.text.startswith("Something went wrong on our side"), "no key is missing"
    assert not town.all(Export), "no file, no export"
    town.exports.folder.unlink()
    assert not town.say("Nora", "subject access 0042").error, "the yes was not used up"


@pytest.mark.databases("sqlite")
def test_lines_that_name_the_child_are_found_and_others_are_not(town: Town) -> None:
    tells_a_story(town)
    with town.store.reading() as db:
        found = [one.line for one in pack.gather(town.turn(db), 1).asked]
    assert "open 0042" in found and "note 0051 vermilion" in " ".join(found)
    assert not [line for line in found if "0042" not in line and "0051" not in line and line != "new"]


@pytest.mark.databases("sqlite")
def test_an_erased_child_has_no_pack_and_no_export(town: Town) -> None:
    tells_a_story(town)
    asks(town)
    with town.store.transaction() as db:
        turn = town.turn(db)
        assert exports.destroy(turn, exports.of_child(turn, 1)) == 1
        pack.gather(turn, 1).child.wrapped_key = None
    town.say("Nora", "subject access 0042 because they asked again")
    town.say("Moira", "agree 2")
    assert "was erased" in town.say("Nora", "subject access 0042").text


@pytest.mark.databases("sqlite")
def test_the_record_of_a_case_is_whole_and_runs_nothing_in_a_spreadsheet(town: Town, tmp_path: Path) -> None:
    tells_a_story(town)
    town.say("Priya", 'note 0042 =HYPERLINK("http://thief.example","saffron")')
    town.say("Nora", "export 0042 because the child moves to Borchester")
    town.say("Helen", "agree 1")
    assert "export 1" in town.say("Nora", "export 0042").text
    ended, _ = town.operator("export", "open", "1", "--to", str(tmp_path / "out"), "--as", NORA)
    held = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert (ended, set(held)) == (0, {"case.json", "entries.csv", "dates.csv", "requests.csv"})
    told = json.loads(held["case.json"])
    assert told["format"] == "referralbot case record 1"
    for there in ("tangerine", "heliotrope: Otto Vastrup", "Priya Shah", "Dr Jane Rowntree", "QX445566", "2019-03-14"):
        assert there in held["case.json"], there
    for elsewhere in ("vermilion", "cobalt", "SEND-2026-0051"):
        assert not [name for name, text in held.items() if elsewhere in text], elsewhere
    cells = [cell for row in csv.reader(held["entries.csv"].splitlines()) for cell in row]
    assert [cell[:2] for cell in cells if "saffron" in cell] == ["'="]
    assert [row.case_id for row in town.all(Viewed, Viewed.basis == Basis.RIGHTS)] == [1], "of that case alone"


@pytest.mark.databases("sqlite")
def test_a_running_bot_destroys_what_has_expired(town: Town) -> None:
    tells_a_story(town)
    asks(town)
    town.pass_time(days=8)
    kept = Settings(database_url=town.store.url, key=town.key, exports=str(town.exports.folder))
    here = Installation(kept, town.store, town.vault, RULES, lambda: town.now)
    asyncio.run(ticking(here, {}, Metrics(town.store, here.clock), here.app).run_once())
    assert not [*town.exports.folder.iterdir()] and [row.wrapped_key for row in town.all(Export)] == [None]
