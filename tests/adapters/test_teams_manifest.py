"""The Teams app package: valid against Microsoft's schema, and right where the schema proves nothing."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from adapters.teams.cards import door
from bot.domain.errors import BadSettings
from manifest.teams import ICONS, MOST_COMMANDS, teams_manifest, teams_package
from manifest.teams.icons import draw
from tests.adapters.fake_connector import APP_ID

URL = "https://referralbot.council.example"
COMMANDS = [("new", "Open a case"), ("status", "Where a case stands: status 0042"), ("list", "Cases that are due")]
MANY = [(f"command {number}", "d" * 5000) for number in range(20)]
MANIFEST = Path(__file__).parents[2] / "manifest"
SCHEMA = json.loads((MANIFEST / "schemas/teams-manifest.schema.1.30.json").read_text("utf-8"))


def made(commands: Any = COMMANDS, **other: Any) -> dict[str, Any]:
    return teams_manifest(URL, app_id=APP_ID, commands=commands, **other)


@pytest.mark.parametrize("commands", [COMMANDS, MANY, [], [("t" * 300, "")]])
def test_the_manifest_is_valid(commands: Any) -> None:
    Draft4Validator(SCHEMA).validate(made(commands))


def test_the_schema_is_the_one_it_names() -> None:
    assert made()["manifestVersion"] == SCHEMA["properties"]["manifestVersion"]["const"] == "1.30"


def test_it_reaches_our_bot_and_no_other() -> None:
    manifest = made()
    assert manifest["id"] == manifest["bots"][0]["botId"] == APP_ID
    assert manifest["validDomains"] == ["referralbot.council.example"]
    assert manifest["developer"]["websiteUrl"] == URL


def test_it_asks_for_no_permission() -> None:
    """No reading of channels (resource-specific consent), no identity, no devices, no files."""
    manifest = made()
    assert not {"authorization", "webApplicationInfo", "permissions", "devicePermissions", "composeExtensions"} & set(
        manifest
    )
    assert manifest["bots"][0]["supportsFiles"] is False


def test_commands_by_mention_everywhere_and_by_slash_where_others_listen() -> None:
    menus = made()["bots"][0]["commandLists"]
    assert [(menu["scopes"], menu["triggers"]) for menu in menus] == [
        (["personal"], ["mention"]),
        (["team", "groupChat"], ["mention", "slash"]),
    ]
    for menu in menus:
        assert [(each["title"], each["description"]) for each in menu["commands"]] == COMMANDS
    assert made()["bots"][0]["supportsTargetedMessages"] is True
    assert {scope for menu in menus for scope in menu["scopes"]} == set(made()["bots"][0]["scopes"])
    assert [each["title"] for each in made(MANY)["bots"][0]["commandLists"][0]["commands"]] == [
        f"command {number}" for number in range(MOST_COMMANDS)
    ]


def test_a_dialog_needs_no_domain_of_its_own() -> None:
    """Dialogs here are cards. A page in one would need its domain listed as valid."""
    [opens] = door("Open it here.", "Open the form", "new")["actions"]
    assert "url" not in json.dumps(opens)


@pytest.mark.parametrize("url", ["http://referralbot.example", "referralbot.example", "", "https://"])
def test_an_address_that_teams_cannot_reach(url: str) -> None:
    with pytest.raises(BadSettings, match="https"):
        teams_manifest(url, app_id=APP_ID, commands=COMMANDS)


@pytest.mark.parametrize("app_id", ["", "referralbot", "28:x"])
def test_an_app_id_that_is_none(app_id: str) -> None:
    with pytest.raises(BadSettings, match="TEAMS_APP_ID"):
        teams_manifest(URL, app_id=app_id, commands=COMMANDS)


def test_the_package() -> None:
    packed = teams_package(URL, app_id=APP_ID, commands=COMMANDS)
    assert packed == teams_package(URL, app_id=APP_ID, commands=COMMANDS)
    with zipfile.ZipFile(io.BytesIO(packed)) as package:
        assert package.namelist() == ["manifest.json", *ICONS]  # at the top: Teams looks nowhere else
        manifest = json.loads(package.read("manifest.json"))
        assert manifest == made()
        for icon, size in (("color", 192), ("outline", 32)):
            pixels = read_png(package.read(manifest["icons"][icon]))
            assert (len(pixels), len(pixels[0])) == (size, size)


def test_the_outline_is_white_on_nothing(tmp_path: Path) -> None:
    """Microsoft documentation, "Design guidelines for your Teams app": the outline is white and transparent only."""
    draw(tmp_path)
    pixels = [each for row in read_png((tmp_path / "outline.png").read_bytes()) for each in row]
    assert {each[:3] for each in pixels} == {(255, 255, 255)}
    assert {0, 255} <= {each[3] for each in pixels}
    assert all(each[3] == 255 for row in read_png((tmp_path / "color.png").read_bytes()) for each in row)


@pytest.mark.parametrize("icon", ICONS)
def test_the_icons_are_the_drawn_ones(icon: str, tmp_path: Path) -> None:
    draw(tmp_path)
    assert read_png((tmp_path / icon).read_bytes()) == read_png((MANIFEST / "teams" / icon).read_bytes())


def read_png(data: bytes) -> list[list[tuple[int, ...]]]:
    """Rows of RGBA pixels of a plain PNG: 8 bits, no filter, one block of data."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    assert (depth, colour) == (8, 6)
    (length,) = struct.unpack(">I", data[33:37])
    raw = zlib.decompress(data[41 : 41 + length])
    rows = [raw[number * (width * 4 + 1) + 1 : (number + 1) * (width * 4 + 1)] for number in range(height)]
    return [[tuple(row[at : at + 4]) for at in range(0, width * 4, 4)] for row in rows]
