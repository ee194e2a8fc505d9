"""Whom a text is drafted for, and the words that people have for them."""

from collections.abc import Mapping

from bot.domain.sharing import Viewer
from bot.domain.terms import Agency, Role, Term


class Whom(Term):
    """Who is to read a draft: it says no more than they may be told."""

    MANAGER = "manager"
    MP_TEAM = "mp_team"
    MP = "mp"
    FAMILY = "family"
    AGENCY = "agency"
    OTHERS = "others"

    @property
    def label(self) -> str:
        return {
            Whom.MANAGER: "a manager or the panel",
            Whom.MP_TEAM: "the MP team",
            Whom.MP: "the MP, as a holding reply",
            Whom.FAMILY: "the family",
            Whom.AGENCY: "whoever still owes advice",
            Whom.OTHERS: "somebody outside",
        }[self]

    @property
    def viewer(self) -> Viewer | None:
        """By whose row of the sharing table they are told; None where the asker's own row is all there is."""
        return Viewer(Agency.MP_TEAM, Role.MP_TEAM, private=True) if self is Whom.MP_TEAM else None


ALSO: Mapping[str, Whom] = {
    name: whom
    for whom, names in {
        Whom.MANAGER: "panel|head|head of service|director|colleague|meeting|briefing|team",
        Whom.MP_TEAM: "mp team|members enquiries|mps team",
        Whom.MP: "mps|holding|holding reply|holding line|holding letter",
        Whom.FAMILY: "parents|parent|mum|dad|mother|father|carer|carers|grandparents|young person",
        Whom.AGENCY: "chase|chaser|agencies",
        Whom.OTHERS: "outside|councillor|press|governor|neighbour",
    }.items()
    for name in names.split("|")
}
