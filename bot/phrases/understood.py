"""What a sentence was understood as, and what it may be understood as: the intents and slots there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

INTENTS: Mapping[str, str] = {
    "case_status": "where a case stands",
    "agency_status": "one agency's or one service's part in a case",
    "clock_date": "when a clock falls due, whether it is late and by how much",
    "explain_date": "how a date was worked out",
    "next_clock": "the next date of a case",
    "next_step": "what happens next, and whose turn it is",
    "blockers": "who or what holds a case up",
    "forecast": "whether a date can still be kept",
    "due_list": "what falls due in a period",
    "overdue_list": "what is late",
    "awaiting_list": "what is still to come from an agency",
    "filter_list": "cases by what they have or lack, by week, owner or school",
    "data_quality": "cases without an owner or a number that they should have",
    "kpi": "counts, percentages and the 20-week figure",
    "mp_list": "MPs' letters, and what an MP was promised",
    "mp_status": "whether the MP of a case was answered",
    "consult_status": "schools' answers to a consultation, and parents' comments on a draft",
    "review_status": "the annual review of a case",
    "phase_list": "phase transfers that are left to do",
    "panel": "panels: when, with what, and what they said",
    "tribunal": "appeals and orders of the Tribunal",
    "exception": "exceptions on record, and their grounds",
    "owner": "whose case it is, and who covers for whom",
    "audit": "what changed, when, and by whom",
    "draft_text": "words for a letter or an update",
    "act_record": "record that something came, went out or was held",
    "act_remind": "remind an agency, or the asker",
    "act_snooze": "quieten the asker's own nudges",
    "act_escalate": "tell somebody above",
    "act_assign": "give a case to an owner",
    "act_note": "add a note",
    "act_away": "say who is away, and who covers",
    "act_new_case": "open a case",
    "act_new_mp": "log a letter",
    "followup": "a follow-up without anything before it",
    "clarify": "a case that is described and not named",
    "refuse_privacy": "a child named where others read",
    "refuse_access": "what chat does not hold or tell: diagnoses, reports, addresses",
    "refuse_advice": "legal advice, and decisions that are people's",
    "help": "what can be said",
    "smalltalk": "a greeting, thanks",
    "out_of_scope": "anything else",
}
ACTIONS = frozenset(intent for intent in INTENTS if intent.startswith("act_"))
REFUSALS = frozenset(intent for intent in INTENTS if intent.startswith("refuse_"))

SLOTS: Mapping[str, str] = {
    "refs": "full references of cases and letters, a list",
    "agency": "HEALTH, EP, SOCIAL_CARE, SCHOOL, LA, MP_TEAM; a list where there are several",
    "service": "SLT, OT, PHYSIO, CAMHS, PAEDIATRICS, NURSING, SENSORY; a list where there are several",
    "not_agency": "an agency that is left out",
    "not_service": "a service that is left out",
    "clock": "the id of a clock in the rule pack; a list where there are several",
    "period": "{from, to}: first and last day, both included; null where it is open",
    "date": "the day of an act: of what is recorded, until when a snooze lasts, for when a reminder is",
    "received": "the day on which a letter or a request came in",
    "dated": "the date on a letter",
    "start": "the day from which a clock is to be counted",
    "person": "`me`, or a colleague's name",
    "not_person": "somebody who is left out",
    "mp": "an MP's name",
    "constituency": "an MP's constituency",
    "setting": "a school, college or nursery",
    "comparator": "{field, op, value, unit}: field is `late` (how late), `week` (of the case) or `age`",
    "without": "what has not come or is not there: a list, such as `draft_plan_target`, `advice`, `owner`",
    "with": "what the cases have: a list of `mp_letter`, `complaint`, `exception`",
    "by": "what a list or a count is grouped by",
    "status": "`closed`, `opened` or `restricted`, of cases; `overdue`, of letters; `statutory`, of dates",
    "owes": "`us`, where it is asked what we owe a body and not what it owes us",
    "exceptions": "`with` or `without`, of a figure",
    "measure": "percent, count or average, of a figure",
    "what": "what a figure counts: open, requests, plans, closed, overdue, advice …; `other` where there is none of it",
    "process": "the one kind of case that a figure is of, such as `annual_review`",
    "team": "whose team a figure is of: `me`, or a manager's name",
    "against": "what a figure is compared with: the week, month, quarter, term or year before",
    "to": "whom an escalation tells: manager, head, room, lead; or for whom a draft is: mp_team, mp, family, manager",
    "fact": "what is recorded, as `sent`, `received` and `held` take it",
    "kind": "which letter: complaint, foi, sar, mp_letter; or which process is opened or listed",
    "text": "the words of a note",
    "cover": "who covers for somebody who is away",
    "topic": "what help is wanted with; of the record, `dates` or who `viewed` it",
}


@dataclass(frozen=True, repr=False)
class Option:
    """One answer to a question: what the button says, and the line or the words that it stands for."""

    label: str
    line: str


@dataclass(frozen=True, repr=False)
class Question:
    """What is asked back, with two to four answers."""

    text: str
    choices: tuple[Option, ...]

    @property
    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "choices": [{"label": one.label, "line": one.line} for one in self.choices]}


@dataclass(frozen=True, repr=False)
class Understood:
    """A sentence as a line to run, or as a question, or as what is declined."""

    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    line: str = ""
    """Empty where no command answers it."""
    also: tuple["Understood", ...] = ()
    """What else the message asked."""
    question: Question | None = None
    refusal: str = ""
    confirm: bool = False
    """It changes something: it is done only after a button is pressed."""
    says: str = ""
    """A line of small talk; or the effect of what is to be confirmed, where that is not plain from the line."""
    more: tuple[str, ...] = ()
    """The same line for each further case that was named."""
    brief: bool = False
    """It points back at what was said before it, or is of a few words."""
    unmet: tuple[str, ...] = ()
    """Slots that the line does not carry: its answer is wider than what was asked."""

    @property
    def as_json(self) -> dict[str, Any]:
        """As `referralbot understand` prints it."""
        return {
            "line": self.line or None,
            "intent": self.intent,
            "slots": {name: value for one in (*self.also[::-1], self) for name, value in one.slots.items()},
            "also": [one.intent for one in self.also],
            "question": self.question and self.question.as_json,
            "refusal": self.refusal or None,
            "confirm": self.confirm,
        }
