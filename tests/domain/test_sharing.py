"""Who may be told what: each kind of information, for each reader."""

import pytest

from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, Kind, Role

EVERYTHING = set(Kind)
NEVER_ALOUD = {Kind.IDENTITY, Kind.SETTING, Kind.NOTES}
OFFICER = Viewer(Agency.EDUCATION, Role.OFFICER, private=True)
THERAPIST = Viewer(Agency.HEALTH, Role.CONTRIBUTOR, private=True)


def known(viewer: Viewer) -> set[Kind]:
    return {kind for kind in Kind if viewer.may_know(kind)}


@pytest.mark.parametrize(
    ("viewer", "kinds"),
    [
        (OFFICER, EVERYTHING),
        (Viewer(Agency.EDUCATION, Role.OFFICER), EVERYTHING - NEVER_ALOUD),
        (THERAPIST, {Kind.EXISTENCE, Kind.DATES, Kind.REQUESTS}),
        (
            Viewer(Agency.HEALTH, Role.CONTRIBUTOR, private=True, asked=True),
            {Kind.EXISTENCE, Kind.DATES, Kind.REQUESTS, Kind.IDENTITY, Kind.SETTING},
        ),
        (Viewer(Agency.HEALTH, Role.CONTRIBUTOR, asked=True), {Kind.EXISTENCE, Kind.DATES, Kind.REQUESTS}),
        (Viewer(Agency.MP_TEAM, Role.MP_TEAM, private=True), {Kind.EXISTENCE, Kind.DATES, Kind.MP_MATTER}),
        (Viewer(Agency.EDUCATION, Role.VIEWER, private=True), {Kind.EXISTENCE, Kind.DATES}),
        (Viewer(Agency.EDUCATION, Role.ADMINISTRATOR, private=True), {Kind.EXISTENCE}),
        (Viewer(Agency.EDUCATION), {Kind.EXISTENCE, Kind.DATES, Kind.REQUESTS, Kind.MP_MATTER}),
        (Viewer(Agency.HEALTH), {Kind.EXISTENCE, Kind.DATES, Kind.REQUESTS}),
        (Viewer(Agency.SOCIAL_CARE), {Kind.EXISTENCE, Kind.DATES, Kind.REQUESTS}),
        (Viewer(Agency.MP_TEAM), {Kind.EXISTENCE, Kind.DATES, Kind.MP_MATTER}),
        (Viewer(None), set()),
    ],
)
def test_what_a_reader_may_know(viewer: Viewer, kinds: set[Kind]) -> None:
    assert known(viewer) == kinds


@pytest.mark.parametrize("agency", [None, *Agency])
@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("asked", [False, True])
def test_nobody_hears_aloud_who_a_child_is(agency: Agency | None, role: Role | None, asked: bool) -> None:
    assert known(Viewer(agency, role, private=False, asked=asked)) & NEVER_ALOUD == set()


@pytest.mark.parametrize(
    ("viewer", "agencies"),
    [
        (OFFICER, set(Agency)),
        (Viewer(Agency.EDUCATION), set(Agency)),
        (THERAPIST, {Agency.HEALTH}),
        (Viewer(Agency.HEALTH), {Agency.HEALTH}),
        (Viewer(Agency.EDUCATION, Role.CONTRIBUTOR, private=True), {Agency.EDUCATION}),
        (Viewer(Agency.EDUCATION, Role.VIEWER, private=True), set()),
        (Viewer(Agency.MP_TEAM), set()),
        (Viewer(None), set()),
    ],
)
def test_whose_requests_a_reader_may_know(viewer: Viewer, agencies: set[Agency]) -> None:
    assert {agency for agency in Agency if viewer.may_know_request(agency)} == agencies
