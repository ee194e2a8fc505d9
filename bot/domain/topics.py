"""What may be asked of one case or letter short of the whole of it, and the words that people have for it."""

from collections.abc import Mapping

from bot.domain.terms import Term


class Topic(Term):
    """One question about a case; who gives advice is asked after by name."""

    OWNER = "owner"
    WAITING = "waiting"
    NEXT = "next"
    LATE = "late"
    LETTER = "letter"
    DECISION = "decision"
    DRAFT = "draft"
    FINAL_PLAN = "final_plan"
    AMENDED_PLAN = "amended_plan"
    REVIEW = "review"
    PANEL = "panel"
    CONSULTATION = "consultation"
    APPEAL = "appeal"
    EXCEPTIONS = "exceptions"


OF_LETTERS = (Topic.OWNER, Topic.WAITING, Topic.NEXT, Topic.LATE, Topic.LETTER)
"""What a letter has too."""

ALSO: Mapping[str, Topic] = {
    name: topic
    for topic, names in {
        Topic.OWNER: "owned by|officer|case officer",
        Topic.WAITING: "waiting for|held up|blockers|blocked",
        Topic.NEXT: "next step|next date|to do",
        Topic.LATE: "how late|overdue|week|weeks|days left",
        Topic.LETTER: "letters|mp|mp letter|mp reply",
        Topic.DECISION: "decision to assess|6 weeks",
        Topic.DRAFT: "draft plan|16 weeks",
        Topic.FINAL_PLAN: "final|20 weeks",
        Topic.AMENDED_PLAN: "amended|amended final plan",
        Topic.REVIEW: "annual review|review meeting",
        Topic.PANEL: "panels",
        Topic.CONSULTATION: "consultations|schools|comments|parents' comments",
        Topic.APPEAL: "tribunal|appeals|mediation|order",
        Topic.EXCEPTIONS: "exception|exemption",
    }.items()
    for name in names.split("|")
}
