"""The search finds what it looks for, however it was written: else a leak would be no leak."""

import base64
import json
from datetime import date
from urllib.parse import quote

import pytest

from tests.leaks.markers import Marker, Of, Search, Words, written

CHILD = Words("test").child(3)
SEARCH = Search(tuple(CHILD.markers()))


@pytest.mark.parametrize(
    "as_written",
    [
        lambda value: value,
        str.upper,
        str.lower,
        lambda value: f"…{value}'s…",
        lambda value: json.dumps({"text": value}),
        lambda value: quote(f"/x?y={value}"),
        lambda value: value.encode("utf-16-le"),
        lambda value: value.encode().hex(),
        lambda value: base64.b64encode(value.encode()),
        lambda value: base64.b64encode(b"a" + value.encode() + b"bc"),
        lambda value: base64.b64encode(b"ab" + value.encode()),
    ],
)
def test_it_is_found(as_written) -> None:  # type: ignore[no-untyped-def]
    for marker in CHILD.markers():
        text = as_written(marker.value)
        assert marker in SEARCH.found(text if isinstance(text, bytes) else text.encode()), marker


def test_a_whole_value_is_found_and_part_of_one_is_not() -> None:
    assert SEARCH.found(CHILD.last[:-2].encode()) == set()
    assert {each.of for each in SEARCH.found(f"{CHILD.name} at {CHILD.school}".encode())} == {Of.IDENTITY, Of.SETTING}


def test_no_two_children_share_a_marker() -> None:
    words = Words("test")
    values = [marker.value for number in range(60) for marker in words.child(number).markers()]
    assert len(values) == len(set(values))


def test_a_day_is_looked_for_as_people_write_it() -> None:
    assert {"2013-03-17", "17/03/2013", "17/3/2013", "17 March 2013", "17 Mar 2013"} <= set(written(date(2013, 3, 17)))


def test_nothing_is_found_where_nothing_is_looked_for() -> None:
    assert Search(()).found(b"anything") == set()
    assert Search((Marker(Of.NOTES, "quabrexet"),)).found(b"quabre xet") == set()
