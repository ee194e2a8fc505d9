"""The words of the trade: who takes part, what may be known, and what can happen to a case."""

from enum import StrEnum
from typing import NewType

RuleId = NewType("RuleId", str)
"""The name of a clock in the rule pack, such as `final_plan`."""

Service = NewType("Service", str)
"""Who gives one piece of advice, such as `speech_and_language`: a row of `bot/rules/services.csv`."""


class Term(StrEnum):
    """A member of a closed set, and what a caseworker calls it."""

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


class Agency(Term):
    """The bodies that run a case together; each has rooms of its own."""

    EDUCATION = "education"
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    MP_TEAM = "mp_team"

    @property
    def label(self) -> str:
        return {Agency.MP_TEAM: "MP team", Agency.SOCIAL_CARE: "social care"}.get(self, self.value)


class Role(Term):
    """What a member of staff does; each command names the roles that may say it."""

    OFFICER = "officer"
    MANAGER = "manager"
    CONTRIBUTOR = "contributor"
    MP_TEAM = "mp_team"
    VIEWER = "viewer"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return "MP team" if self is Role.MP_TEAM else self.value

    @property
    def people(self) -> str:
        """Those who have it: "officers", "the MP team"."""
        return "the MP team" if self is Role.MP_TEAM else f"{self.value}s"


class Process(Term):
    """What a case is one run of. The list grows with the clocks."""

    NEW_ASSESSMENT = "new_assessment"


class CaseStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Outcome(Term):
    """Why a case was closed."""

    PLAN_ISSUED = "plan_issued"
    NO_ASSESSMENT = "no_assessment"
    NO_PLAN = "no_plan"
    WITHDRAWN = "withdrawn"
    MOVED_AWAY = "moved_away"
    DIED = "died"
    OPENED_IN_ERROR = "opened_in_error"
    ANSWERED = "answered"


class AskedBy(Term):
    """Who asked for the assessment."""

    PARENT = "parent"
    YOUNG_PERSON = "young_person"
    SCHOOL = "school"
    MP = "mp"
    OTHER = "other"

    @property
    def label(self) -> str:
        return "MP" if self is AskedBy.MP else super().label


class Matter(Term):
    """What an MP's letter holds; one letter may hold several."""

    ENQUIRY = "enquiry"
    COMPLAINT = "complaint"
    FOI = "foi"
    SUBJECT_ACCESS = "subject_access"
    FIRST_REQUEST = "first_request"
    RISK_OF_HARM = "risk_of_harm"

    @property
    def label(self) -> str:
        return {
            Matter.FOI: "freedom of information request",
            Matter.SUBJECT_ACCESS: "subject access request",
            Matter.FIRST_REQUEST: "possible first request for an assessment",
        }.get(self, super().label)


class ResponseType(Term):
    """How advice came back. A nil return is an answer; so is a refusal to give advice."""

    FULL = "full"
    PARTIAL = "partial"
    NIL_RETURN = "nil_return"
    DECLINED = "declined"


class ClockKind(Term):
    """Whose rule a clock is. A local target is never called statutory."""

    STATUTORY = "statutory"
    GUIDANCE = "guidance"
    LOCAL = "local"

    @property
    def label(self) -> str:
        return "our target" if self is ClockKind.LOCAL else self.value


class Nature(StrEnum):
    """What a date means. Only a duty can be late, is nudged and is counted."""

    DUTY = "duty"
    EARLIEST = "earliest"
    RIGHT = "right"
    AT_ONCE = "at_once"


class Counting(StrEnum):
    """How a period is counted; each is one function of `domain/periods.py`."""

    WEEKS = "W"
    DAYS = "D"
    DAYS_INCLUSIVE = "D_INC"
    WORKING_DAYS = "WD"
    WORKING_DAYS_INCLUSIVE = "WD_INC"
    WORKING_DAYS_UK = "WD_UK"
    TRIBUNAL_WORKING_DAYS = "WD_TRIB"
    MONTHS = "M"
    MONTHS_STARTING_WITH = "Y_START"
    TRIBUNAL_MONTHS = "M_TRIB"
    MONTHS_NEXT_WORKING_DAY = "M_NWD"
    BEFORE = "BEFORE"
    WEEKS_BACK = "BACKW"
    MONTHS_BACK = "BACKM"
    AT_ONCE = "NOW"


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    MET = "met"
    MET_LATE = "met_late"
    NOT_NEEDED = "not_needed"
    STOPPED = "stopped"


class Hears(Term):
    """Whom a rung of the ladder tells."""

    OWNER = "owner"
    ROOM = "room"
    MANAGER = "manager"
    HEAD = "head"

    @property
    def label(self) -> str:
        return {"room": "the agency's room", "head": "the head of service"}.get(self.value, f"the {self.value}")


class EntryKind(StrEnum):
    """What can be recorded about a case or an enquiry: facts that clocks count, then acts."""

    REQUEST_RECEIVED = "la_request_received_or_s24"
    DECISION_TO_ASSESS_SENT = "decision_to_assess_sent"
    REFUSAL_TO_ASSESS_SENT = "refusal_to_assess_sent"
    DRAFT_SERVED = "draft_served"
    REFUSAL_TO_ISSUE_SENT = "refusal_to_issue_sent"
    FINAL_PLAN_SENT = "final_plan_sent"
    PROVISION_CONFIRMED = "provision_confirmed"
    ADVICE_ASKED = "advice_asked"
    BODY_RECEIVED_REQUEST = "body_received_request"
    ADVICE_SENT = "advice_sent"
    ADVICE_RECEIVED = "advice_received"
    MP_RECEIVED = "mp_received"
    MP_ACKNOWLEDGED = "mp_acknowledged"
    MP_HOLDING_REPLY_SENT = "mp_holding_reply_sent"
    MP_REPLY_SENT = "mp_reply_sent"

    OPENED = "opened"
    LINKED = "linked"
    NOTED = "noted"
    PLANNED = "planned"
    HELD = "held"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    HELP_ASKED = "help_asked"
    BACKDATE_ASKED = "backdate_asked"
    CORRECTED = "corrected"
    CLOSED = "closed"
    REOPENED = "reopened"


class Kind(StrEnum):
    """Kinds of information about a case; `domain/sharing.py` says who may have each."""

    EXISTENCE = "existence"
    DATES = "dates"
    REQUESTS = "requests"
    IDENTITY = "identity"
    SETTING = "setting"
    MP_MATTER = "mp_matter"
    NOTES = "notes"


class Platform(StrEnum):
    SLACK = "slack"
    TEAMS = "teams"
    PAGE = "page"


class PostSays(StrEnum):
    """What a post speaks of. Its words are made from the record at the moment it is sent."""

    CASE_CARD = "case_card"
    ENQUIRY_CARD = "enquiry_card"
    NUDGES = "nudges"
    DIGEST = "digest"
    NOTICE = "notice"


class PostState(StrEnum):
    """How far a post has come. DROPPED: no longer true when its turn came."""

    WAITING = "waiting"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    FAILED = "failed"


class Notice(StrEnum):
    """The short things said to one person, or in the administrators' room."""

    ASSIGNED = "assigned"
    MATCH_HIDDEN = "match_hidden"
    APPROVAL_ASKED = "approval_asked"
    ADVICE_SENT = "advice_sent"
    HELP_ASKED = "help_asked"
    UNDELIVERED = "undelivered"
    IMPORTED = "imported"
