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
    DATA_PROTECTION = "data_protection"
    """Who answers for personal data: the data protection officer, an information-governance lead."""

    @property
    def label(self) -> str:
        named = {Role.MP_TEAM: "MP team", Role.DATA_PROTECTION: "data protection lead"}
        return named.get(self, self.value)

    @property
    def people(self) -> str:
        """Those who have it: "officers", "the MP team"."""
        return "the MP team" if self is Role.MP_TEAM else f"{self.label}s"


class Process(Term):
    """What a case is one run of."""

    NEW_ASSESSMENT = "new_assessment"
    REASSESSMENT = "reassessment"
    ANNUAL_REVIEW = "annual_review"
    PHASE_TRANSFER = "phase_transfer"
    AMENDMENT = "amendment"
    MOVE = "move"
    ICB_CHANGE = "icb_change"
    MEDIATION = "mediation"
    APPEAL = "appeal"
    TRIBUNAL_ORDER = "tribunal_order"
    CONCESSION = "concession"
    DETAINED_ASSESSMENT = "detained_assessment"

    @property
    def label(self) -> str:
        return {
            Process.REASSESSMENT: "re-assessment",
            Process.AMENDMENT: "amendment without a review",
            Process.MOVE: "move between authorities",
            Process.ICB_CHANGE: "change of ICB",
            Process.TRIBUNAL_ORDER: "Tribunal order",
            Process.CONCESSION: "conceded appeal",
            Process.DETAINED_ASSESSMENT: "assessment in custody",
        }.get(self, super().label)


class LetterKind(Term):
    """What a letter is first of all; each kind has clocks of its own."""

    MP_LETTER = "mp_letter"
    COMPLAINT = "complaint"
    FOI = "foi"
    SUBJECT_ACCESS = "sar"

    @property
    def label(self) -> str:
        return {
            LetterKind.MP_LETTER: "MP letter",
            LetterKind.FOI: "freedom of information request",
            LetterKind.SUBJECT_ACCESS: "subject access request",
        }.get(self, super().label)


class CaseStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Outcome(Term):
    """Why a case was closed."""

    PLAN_ISSUED = "plan_issued"
    NO_ASSESSMENT = "no_assessment"
    NO_PLAN = "no_plan"
    PLAN_UNCHANGED = "plan_unchanged"
    PLAN_AMENDED = "plan_amended"
    PLAN_CEASED = "plan_ceased"
    TRANSFERRED = "transferred"
    AGREED = "agreed"
    COMPLETED = "completed"
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
    OMBUDSMAN = "ombudsman"
    PRE_ACTION = "pre_action"

    @property
    def label(self) -> str:
        return {
            Matter.OMBUDSMAN: "Ombudsman's investigation",
            Matter.PRE_ACTION: "letter before a judicial review",
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
    LEAD = "lead"

    @property
    def label(self) -> str:
        named = {"room": "the agency's room", "head": "the head of service", "lead": "the agency's lead"}
        return named.get(self.value, f"the {self.value}")


THE_AGENCYS = frozenset({Hears.ROOM, Hears.LEAD})
"""Those of the body that is asked: once it says that it has answered, the council has to confirm."""


class EntryKind(StrEnum):
    """What can be recorded about a case or a letter: facts that clocks count (`domain/facts.py`), then acts."""

    REQUEST_RECEIVED = "la_request_received_or_s24"
    DECISION_TO_ASSESS_SENT = "decision_to_assess_sent"
    REFUSAL_TO_ASSESS_SENT = "refusal_to_assess_sent"
    CONCEDED_INFORMALLY = "conceded_informally"
    DECISION_TO_ISSUE_SENT = "decision_to_issue_sent"
    DRAFT_SERVED = "draft_served"
    REFUSAL_TO_ISSUE_SENT = "refusal_to_issue_sent"
    FINAL_PLAN_SENT = "final_plan_sent"
    PROVISION_CONFIRMED = "provision_confirmed"
    ADVICE_ASKED = "advice_asked"
    BODY_RECEIVED_REQUEST = "body_received_request"
    ADVICE_SENT = "advice_sent"
    ADVICE_RECEIVED = "advice_received"
    CONSULTATION_SENT = "consultation_sent"
    CONSULTATION_RECEIVED = "consultation_received"
    CONSULTATION_REPLY_SENT = "consultation_reply_sent"
    CONSULTATION_REPLY_RECEIVED = "consultation_reply_received"

    HOME_REQUEST_RECEIVED = "home_la_request_received"
    REASSESS_REQUEST_RECEIVED = "reassess_request_received"
    DECISION_TO_REASSESS_SENT = "reg25_notification"
    REFUSAL_TO_REASSESS_SENT = "refusal_to_reassess_sent"

    PLAN_MADE = "plan_made"
    LAST_REVIEW_CONCLUDED = "last_review_concluded"
    UNDER_FIVE = "under_five"
    TRANSFER_15_FEBRUARY = "date_15_feb_transfer_year"
    TRANSFER_31_MARCH = "date_31_mar_transfer_year"
    TRANSFER_DATE = "transfer_date"
    MEETING_FIXED = "ar_meeting_date"
    MEETING_NOTICE_SENT = "meeting_notice_sent"
    REVIEW_ADVICE_CIRCULATED = "review_advice_circulated"
    MEETING_HELD = "ar_meeting_held"
    REVIEW_REPORT_SENT = "review_report_sent"
    DECISION_TO_MAINTAIN_SENT = "decision_to_maintain_sent"
    DECISION_TO_AMEND_SENT = "decision_to_amend_sent"
    DECISION_TO_CEASE_SENT = "decision_to_cease_sent"
    AMENDMENT_NOTICE_SENT = "amendment_notice_sent"
    AMENDED_PLAN_SENT = "amended_plan_sent"
    DECISION_NOT_TO_AMEND_SENT = "decision_not_to_amend_sent"

    DAY_OF_MOVE = "day_of_move"
    AWARE_IN_TIME = "old_la_aware_in_time"
    BECAME_AWARE = "old_la_became_aware"
    PLAN_TRANSFERRED = "plan_transferred"
    TRANSFER_LETTER_SENT = "transfer_letter_sent"
    ICB_BECAME_AWARE = "icb_became_aware"
    ICB_CHANGE_NOTIFIED = "icb_change_notified"

    DECISION_NOTICE_SENT = "decision_notice_sent"
    MEDIATION_ADVISER_CONTACTED = "mediation_adviser_contacted"
    ADVISER_INFORMED = "adviser_informed"
    PARENT_INFORMS_COUNCIL = "parent_informs_la"
    ICB_TOLD_OF_MEDIATION = "icb_told_of_mediation"
    COUNCIL_INFORMS_ICB = "la_informs_icb"
    MEDIATION_WITHOUT_HEALTH = "mediation_without_health"
    MEDIATION_HELD = "mediation_held"
    ADVISER_TOLD_CANNOT_ARRANGE = "adviser_told_cannot_arrange"
    MEDIATION_CONCLUDED = "mediation_concluded"
    MEDIATION_CERTIFICATE = "mediation_certificate"
    MEDIATION_AGREEMENT = "mediation_agreement"
    APPEALABLE_AGREEMENT = "appealable_agreement"
    AGREEMENT_CARRIED_OUT = "agreement_carried_out"
    COUNCIL_TOLD_OF_AGREEMENT = "la_told_of_agreement"

    APPEAL_LODGED = "appeal_lodged"
    TRIBUNAL_PAPERS_RECEIVED = "tribunal_papers_received"
    TRIBUNAL_RESPONSE_SENT = "tribunal_response_sent"
    RECOMMENDATION_RECEIVED = "recommendation_received"
    RECOMMENDATION_REPLY_SENT = "recommendation_reply_sent"

    ORDER_MAY_CEASE = "order_may_cease"
    ORDER_TO_ASSESS = "order_to_assess"
    ORDER_TO_MAKE_PLAN = "order_to_make_plan"
    ORDER_TO_RECONSIDER = "order_to_reconsider"
    ORDER_TO_AMEND = "order_to_amend"
    ORDER_TO_NAME_SCHOOL = "order_to_name_school"
    ORDER_TO_CONTINUE = "order_to_continue_and_amend"
    ORDER_TO_CONTINUE_AT_SCHOOL = "order_to_continue_with_school"
    AGREED_TO_ASSESS = "agreed_to_assess"
    AGREED_TO_ISSUE = "agreed_to_issue"
    AGREED_TO_AMEND = "agreed_to_amend"
    AGREED_ON_SCHOOL = "agreed_on_school"
    CONCEDED_ASSESSMENT = "conceded_assessment"
    CONCEDED_CONTENTS = "conceded_contents"
    CONCEDED_PLAN = "conceded_plan"
    CONCEDED_SCHOOL = "conceded_school"
    ASSESSMENT_NOTIFIED = "assessment_notified"
    RECONSIDERATION_SENT = "reconsideration_sent"
    PLAN_CEASED = "plan_ceased"

    MP_RECEIVED = "mp_received"
    MP_ACKNOWLEDGED = "mp_acknowledged"
    MP_HOLDING_REPLY_SENT = "mp_holding_reply_sent"
    MP_REPLY_SENT = "mp_reply_sent"
    COMPLAINT_RECEIVED = "complaint_received"
    COMPLAINT_ACKNOWLEDGED = "complaint_acknowledged"
    COMPLAINT_ANSWERED = "complaint_s1_sent"
    STAGE_2_ASKED = "s2_requested"
    STAGE_2_ACKNOWLEDGED = "s2_acknowledged"
    STAGE_2_ANSWERED = "complaint_s2_sent"
    FOI_RECEIVED = "foi_received"
    FOI_REPLY_SENT = "foi_reply_sent"
    SAR_RECEIVED = "sar_received"
    SAR_REPLY_SENT = "sar_reply_sent"

    OPENED = "opened"
    MATTER_ADDED = "matter_added"
    LINKED = "linked"
    NOTED = "noted"
    PLANNED = "planned"
    HELD = "held"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    HELP_ASKED = "help_asked"
    REMINDER_SET = "reminder_set"
    REMINDED = "reminded"
    NOT_REMINDED = "not_reminded"
    EXCEPTION_CLAIMED = "exception_claimed"
    FAMILY_TOLD = "family_told"
    BACKDATE_ASKED = "backdate_asked"
    CORRECTED = "corrected"
    CLOSED = "closed"
    REOPENED = "reopened"

    RESTRICTED = "restricted"
    OPENED_TO_ALL = "opened_to_all"
    NAMED = "named"
    UNNAMED = "unnamed"
    BROKE_GLASS = "broke_glass"
    GLASS_REVIEWED = "glass_reviewed"
    HOLD_PLACED = "hold_placed"
    HOLD_LIFTED = "hold_lifted"
    EXPORTED = "exported"
    PUT_RIGHT = "put_right"
    ERASED = "erased"


class Kind(StrEnum):
    """Kinds of information about a case; `domain/sharing.py` says who may have each."""

    EXISTENCE = "existence"
    """That there is such a case, by its number."""
    STAGE = "stage"
    """Its process, how far it is and whose it is."""
    DATES = "dates"
    REQUESTS = "requests"
    IDENTITY = "identity"
    SETTING = "setting"
    MP_MATTER = "mp_matter"
    NOTES = "notes"
    RESTRICTED = "restricted"
    """Why it is for the named alone, and who they are."""


class Relation(Term):
    """What somebody is to a case; of several the first that is enough is what they are shown something on."""

    OWNER = "owner"
    MANAGER = "manager"
    """Of the owner."""
    ANY = "any"
    """Nothing in particular: what their role alone lets them know of a case that is not restricted."""
    ASKED = "asked"
    """Of an agency that was asked for advice on it."""
    NAMED = "named"
    BROKE_GLASS = "broke_glass"
    RIGHTS = "rights"
    """They answer a request of the family's own, or erase."""
    REVIEWS = "reviews"
    """They look into that somebody broke the glass."""

    @property
    def basis(self) -> "Basis":
        """On what ground what is shown is shown."""
        own = {Relation.ASKED: Basis.ASKED, Relation.NAMED: Basis.NAMED, Relation.BROKE_GLASS: Basis.BROKE_GLASS}
        return (own | {Relation.RIGHTS: Basis.RIGHTS}).get(self, Basis.CASEWORK)


class Basis(Term):
    """On what ground somebody was shown who a child is."""

    CASEWORK = "casework"
    ASKED = "asked_for_advice"
    NAMED = "named"
    BROKE_GLASS = "broke_glass"
    RIGHTS = "rights"
    """A request of the family's own, or an erasure, in hand with the data protection lead."""


class Restriction(Term):
    """Why a case is for the named alone. It stands in the sealed part of the record, never in the clear."""

    CHILD_PROTECTION = "child_protection"
    ADOPTION = "adoption"
    SAFE_ADDRESS = "safe_address"
    STAFF_FAMILY = "staff_family"
    PRESS = "press"
    OTHER = "other"

    @property
    def label(self) -> str:
        named = {Restriction.STAFF_FAMILY: "a member of staff's family", Restriction.PRESS: "press interest"}
        return named.get(self, super().label)


class Sensitive(Term):
    """What nobody does alone: a second person says yes in chat first."""

    BREAK_GLASS = "break_glass"
    UNRESTRICT = "unrestrict"
    EXPORT = "export"
    ERASE = "erase"
    ROTATE_KEY = "rotate_key"


class HoldKind(Term):
    """Why nothing of a child is erased, whatever the retention schedule says."""

    SUBJECT_ACCESS = "sar"
    FOI = "foi"
    OMBUDSMAN = "ombudsman"
    TRIBUNAL = "tribunal"
    INQUIRY = "inquiry"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            HoldKind.SUBJECT_ACCESS: "subject access request",
            HoldKind.FOI: "freedom of information request",
            HoldKind.OMBUDSMAN: "Ombudsman's investigation",
            HoldKind.TRIBUNAL: "appeal to the Tribunal",
            HoldKind.INQUIRY: "public inquiry",
        }.get(self, super().label)


class ExportKind(Term):
    """What an encrypted file holds."""

    SUBJECT_ACCESS = "subject_access"
    CASE_RECORD = "case_record"


class Platform(StrEnum):
    SLACK = "slack"
    TEAMS = "teams"
    PAGE = "page"
    MAIL = "mail"
    """E-mail: the last address of what no chat takes. Nobody speaks to the bot by it."""


class Mark(StrEnum):
    """By what a child is found again without being read: a fingerprint of each."""

    RECORD_NUMBER = "record_number"
    NAME_AND_BIRTH = "name_and_birth"
    NAME = "name"
    """A whole name in one of the ways in which it is written: what no room may hear."""
    NAME_PART = "name_part"
    """One word of a name, by which people who may know search for a child privately."""
    NAME_SOUND = "name_sound"
    """What one word of a name sounds like, for spellings that differ."""


class PostSays(StrEnum):
    """What a post speaks of. Its words are made from the record at the moment it is sent."""

    CASE_CARD = "case_card"
    ENQUIRY_CARD = "enquiry_card"
    NUDGES = "nudges"
    DIGEST = "digest"
    NOTICE = "notice"
    CANARY = "canary"
    """The hourly proof that nudges arrive: one message in the administrators' room, written anew each hour."""


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
    REMINDER = "reminder"
    """What somebody asked for a day to come, told on that day."""
    NOT_REMINDED = "not_reminded"
    UNDELIVERED = "undelivered"
    FOUND_UNSAID = "found_unsaid"
    HELD = "held"
    IMPORTED = "imported"
    ROUND = "round"
    COVERS = "covers"
    HANDED_OVER = "handed_over"
    UNREACHABLE = "unreachable"
    SET_ASIDE = "set_aside"
    ANCHORED = "anchored"
    YES_ASKED = "yes_asked"
    """A second person's yes to something sensitive is asked for."""
    YES_GIVEN = "yes_given"
    GLASS_BROKEN = "glass_broken"
    ROOM_REFUSED = "room_refused"
    """Somebody sits in a room who may not read what is said there."""
    LEFT = "left"
    """An account was cut off, because its platform says that its owner has left."""
    STILL_SHOWN = "still_shown"
    """What told who a child is could not be taken out of a personal chat."""
