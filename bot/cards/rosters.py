"""What the administrators hear of who has left, and of who sits in the rooms."""

from bot.cards.people import counted
from bot.cases import handing_over, room_checks
from bot.domain.message import Action, Style
from bot.domain.terms import Agency
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Connection, Person, Post, Room


def left_words(turn: Turn, post: Post) -> str:
    """ "Tom Reid's account in Slack is closed: … Still theirs, that all staff may see: 12 open cases." """
    person = turn.db.get(Person, post.about.get("person_id", 0))
    at = turn.db.get(Connection, post.about.get("connection_id", 0))
    whose = f"{person.name}'s account" if person else "An account"
    where = f" in {at.platform.value.capitalize()}" if at else ""
    if post.about.get("back"):
        return f"{whose}{where} is in use again, and was linked again by its e-mail address."
    cut = f"{whose}{where} is closed, or the bot was removed from it: it can say nothing more and is not written to."
    if person is None:
        return cut
    owned = handing_over.known_to_all(turn, person)
    return f"{cut} Still theirs: {counted(*owned)}. A manager says: hand over all." if any(owned) else cut


def left_actions(turn: Turn, post: Post) -> tuple[Action, ...]:
    """Off the staff list, or linked again: which is right a person knows."""
    person = turn.db.get(Person, post.about.get("person_id", 0))
    if person is None or not person.active or post.about.get("back"):
        return ()
    off = Action("Take off the staff list", line("people deactivate", person=person.email), Style.DANGER)
    return (off, Action("Link again", line("people relink", person=person.email)))


def room_refused_words(turn: Turn, post: Post) -> str:
    """ "“SEN team” is nobody's room any more. Of the people here 3 are health's, who may not read all that …"."""
    room = turn.db.get(Room, post.about.get("room_id", 0))
    named = f"“{room.name}”" if room else "A room"
    found = {Agency(agency): many for agency, many in post.about.get("whose", {}).items()}
    if not found:
        many = post.about.get("outsiders", 0)
        who = f"{many} who {'is a guest' if many == 1 else 'are guests'} or of another organisation"
        who = who if many else "another organisation"
        less = "only what all may know is posted there now. Once they have gone, say there: room bind."
        return f"{named} is read by {who}: {less}"
    instead = Agency(post.about["instead"]) if post.about.get("instead") else None
    refused = room_checks.refusal(found, room.agency if room else None, instead)
    return f"{named} is nobody's room any more, and its cards are taken away. {refused}"
