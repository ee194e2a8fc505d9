"""Who may be told what: each kind of information, for each reader."""

import pytest

from bot.domain.sharing import SEE_RESTRICTED, TABLE, Viewer
from bot.domain.terms import Agency, Basis, Kind, Relation, Role

EVERYTHING = set(Kind)
NEVER_ALOUD = {Kind.IDENTITY, Kind.SETTING, Kind.NOTES, Kind.RESTRICTED}
IN_GENERAL = {Kind.EXISTENCE, Kind.STAGE, Kind.DATES}
OFFICER = Viewer(Agency.EDUCATION, Role.OFFICER, private=True)
THERAPIST = Viewer(Agency.HEALTH, Role.CONTRIBUTOR, private=True)
LEAD = Viewer(Agency.EDUCATION, Role.DATA_PROTECTION, private=True)


def who(agency: Agency | None, role: Role | None, *relations: Relation, private: bool = True) -> Viewer:
    return Viewer(agency, role, private, frozenset(relations))


def known(viewer: Viewer) -> set[Kind]:
    """Of what the viewer may know all."""
    return {kind for kind in Kind if viewer.may_know(kind)}


@pytest.mark.parametrize(
    ("viewer", "kinds"),
    [
        (OFFICER, EVERYTHING),
        (Viewer(Agency.EDUCATION, Role.OFFICER), EVERYTHING - NEVER_ALOUD),
        (THERAPIST, IN_GENERAL),
        (who(Agency.HEALTH, Role.CONTRIBUTOR, Relation.ASKED), IN_GENERAL | {Kind.IDENTITY, Kind.SETTING}),
        (who(Agency.HEALTH, Role.CONTRIBUTOR, Relation.ASKED, private=False), IN_GENERAL),
        (
            who(Agency.SOCIAL_CARE, Role.CONTRIBUTOR, Relation.NAMED),
            IN_GENERAL | {Kind.IDENTITY, Kind.SETTING, Kind.RESTRICTED},
        ),
        (who(Agency.EDUCATION, Role.OFFICER), set()),
        (Viewer(Agency.HEALTH, Role.MANAGER, private=True), IN_GENERAL),
        (Viewer(Agency.MP_TEAM, Role.MP_TEAM, private=True), IN_GENERAL | {Kind.MP_MATTER}),
        (Viewer(Agency.EDUCATION, Role.VIEWER, private=True), IN_GENERAL),
        (Viewer(Agency.EDUCATION, Role.ADMINISTRATOR, private=True), {Kind.EXISTENCE}),
        (LEAD, IN_GENERAL),
        (who(Agency.EDUCATION, Role.DATA_PROTECTION, Relation.RIGHTS), EVERYTHING),
        (who(Agency.EDUCATION, Role.DATA_PROTECTION, Relation.REVIEWS), {Kind.EXISTENCE}),
        (Viewer(Agency.EDUCATION), IN_GENERAL | {Kind.REQUESTS, Kind.MP_MATTER}),
        (Viewer(Agency.EDUCATION, asker=THERAPIST), IN_GENERAL),
        (Viewer(Agency.HEALTH, asker=OFFICER), IN_GENERAL),
        (Viewer(Agency.HEALTH), IN_GENERAL),
        (Viewer(Agency.SOCIAL_CARE), IN_GENERAL),
        (Viewer(Agency.MP_TEAM), IN_GENERAL | {Kind.MP_MATTER}),
        (Viewer(None), {Kind.EXISTENCE}),
    ],
)
def test_what_a_reader_may_know(viewer: Viewer, kinds: set[Kind]) -> None:
    assert known(viewer) == kinds


@pytest.mark.parametrize("agency", [None, *Agency])
@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("relation", Relation)
def test_nobody_hears_aloud_who_a_child_is(agency: Agency | None, role: Role | None, relation: Relation) -> None:
    aloud = Viewer(agency, role, private=False, relations=frozenset({relation}))
    assert {kind for kind in NEVER_ALOUD for of in (None, *Agency) if aloud.may_know(kind, of)} == set()


@pytest.mark.parametrize(
    ("viewer", "agencies"),
    [
        (OFFICER, set(Agency)),
        (Viewer(Agency.EDUCATION), set(Agency)),
        (THERAPIST, {Agency.HEALTH}),
        (Viewer(Agency.HEALTH), {Agency.HEALTH}),
        (Viewer(Agency.EDUCATION, asker=THERAPIST), {Agency.HEALTH}),
        (Viewer(Agency.EDUCATION, Role.CONTRIBUTOR, private=True), {Agency.EDUCATION}),
        (Viewer(Agency.EDUCATION, Role.VIEWER, private=True), set()),
        (LEAD, set()),
        (Viewer(Agency.MP_TEAM), set()),
        (Viewer(None), set()),
    ],
)
def test_whose_requests_a_reader_may_know(viewer: Viewer, agencies: set[Agency]) -> None:
    assert {agency for agency in Agency if viewer.may_know(Kind.REQUESTS, agency)} == agencies


@pytest.mark.parametrize(
    ("viewer", "agencies"),
    [
        (OFFICER, set(Agency)),
        (THERAPIST, set()),
        (who(Agency.HEALTH, Role.CONTRIBUTOR, Relation.ASKED), {Agency.HEALTH}),
        (who(Agency.HEALTH, Role.CONTRIBUTOR, Relation.ASKED, private=False), set()),
        (Viewer(Agency.MP_TEAM, Role.MP_TEAM, private=True), set()),
        (LEAD, set()),
    ],
)
def test_whose_notes_a_reader_may_read(viewer: Viewer, agencies: set[Agency]) -> None:
    assert {agency for agency in Agency if viewer.may_know(Kind.NOTES, agency)} == agencies


@pytest.mark.parametrize(
    ("viewer", "basis"),
    [
        (OFFICER, Basis.CASEWORK),
        (who(Agency.EDUCATION, Role.OFFICER, Relation.OWNER, Relation.NAMED), Basis.CASEWORK),
        (who(Agency.EDUCATION, Role.OFFICER, Relation.NAMED, Relation.BROKE_GLASS), Basis.NAMED),
        (who(Agency.EDUCATION, Role.OFFICER, Relation.BROKE_GLASS), Basis.BROKE_GLASS),
        (THERAPIST, None),
        (who(Agency.HEALTH, Role.CONTRIBUTOR, Relation.ANY, Relation.ASKED), Basis.ASKED),
        (LEAD, None),
        (who(Agency.EDUCATION, Role.DATA_PROTECTION, Relation.RIGHTS), Basis.RIGHTS),
        (Viewer(Agency.EDUCATION), None),
    ],
)
def test_on_what_ground_somebody_knows_who_a_child_is(viewer: Viewer, basis: Basis | None) -> None:
    assert viewer.on(Kind.IDENTITY) is basis


def test_a_room_is_told_by_whose_it_is_alone_and_being_asked_makes_no_restricted_case_be_there() -> None:
    assert {relation for role, _, relation in TABLE if role is None} == {Relation.ANY}
    assert [row for row in TABLE if row[0] and row[1]] == []
    assert SEE_RESTRICTED.isdisjoint({Relation.ANY, Relation.ASKED, Relation.RIGHTS, Relation.REVIEWS})
