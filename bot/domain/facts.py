"""Every dated fact that clocks count: what it is called, where it may be recorded, and what must come before it.

The order is the order of the path, process by process. Where a case stands is told by the latest fact on record.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.terms import EntryKind, LetterKind, Process, Term

Whole = Process | LetterKind
"""What a case or a letter is one run of."""


@dataclass(frozen=True)
class FactKind:
    """What there is to know of one kind of fact."""

    label: str
    """In the record: "draft plan sent"."""
    happened: str
    """Before " on Mon 10 August 2026": "the draft plan was sent"."""
    of: frozenset[Whole]
    """The processes on which it may be recorded."""
    said: tuple[str, ...] = ()
    """What staff write after `sent` or `record`, the usual words first; empty where another command records it."""
    begins: frozenset[Whole] = frozenset()
    """The processes that may count from it as a whole."""
    after: tuple[EntryKind, ...] = ()
    """Of these one must be on record, and none later than it, where the process knows any of them."""
    ruled_out_by: frozenset[EntryKind] = frozenset()
    """Facts after which it can't be sent any more."""
    again: bool = False
    """It may happen more than once."""
    ahead: bool = False
    """Its date may lie ahead: a meeting that is fixed, a transfer."""
    yearly: tuple[int, int] | None = None
    """The month and the day that it falls on, where the law names them: 15 February."""
    asked: str = ""
    """What is asked where it is owed at once: "Is the provision in place?" """
    stage: str = ""
    """Where a case stands once this is on record."""


P, L, E = Process, LetterKind, EntryKind

NEW, AGAIN_ASSESSED, CUSTODY = P.NEW_ASSESSMENT, P.REASSESSMENT, P.DETAINED_ASSESSMENT
ORDER, CONCEDED = P.TRIBUNAL_ORDER, P.CONCESSION
ASSESSING = frozenset({NEW, AGAIN_ASSESSED, CUSTODY, ORDER, CONCEDED})
"""Processes in which a child is assessed and a plan may be made."""
REVIEWS = frozenset({P.ANNUAL_REVIEW, P.PHASE_TRANSFER})
AMENDING = REVIEWS | {P.AMENDMENT, ORDER, CONCEDED}
WHOLE_REVIEWS = REVIEWS | {P.MOVE}
DISPUTES = frozenset({P.MEDIATION, P.APPEAL})


def _of(*processes: Whole) -> frozenset[Whole]:
    return frozenset(processes)


FACTS: Mapping[EntryKind, FactKind] = {
    # A new assessment (regulations 3 to 13), and whatever else ends in a plan
    E.REQUEST_RECEIVED: FactKind(
        "request received", "the council received the request", _of(NEW),
        begins=_of(NEW), stage="deciding whether to assess",
    ),
    E.HOME_REQUEST_RECEIVED: FactKind(
        "request received by the home authority", "the home authority received the request", _of(CUSTODY),
        begins=_of(CUSTODY), stage="assessment under way",
    ),
    E.REASSESS_REQUEST_RECEIVED: FactKind(
        "request to re-assess received", "the council received the request to re-assess", _of(AGAIN_ASSESSED),
        begins=_of(AGAIN_ASSESSED), stage="deciding whether to re-assess",
    ),
    E.REFUSAL_TO_REASSESS_SENT: FactKind(
        "refusal to re-assess sent", "the refusal to re-assess was sent", _of(AGAIN_ASSESSED),
        ("refusal to reassess",), ruled_out_by=frozenset({E.DECISION_TO_REASSESS_SENT}), stage="re-assessment refused",
    ),
    E.DECISION_TO_REASSESS_SENT: FactKind(
        "decision to re-assess sent", "the decision to re-assess was sent", _of(AGAIN_ASSESSED),
        ("decision to reassess", "reassess"), stage="re-assessment under way",
    ),
    E.ORDER_TO_ASSESS: FactKind(
        "order to assess", "the Tribunal ordered an assessment", _of(ORDER), ("order to assess",),
        begins=_of(ORDER), again=True, stage="to tell the family of the assessment",
    ),
    E.AGREED_TO_ASSESS: FactKind(
        "agreed in mediation: to assess", "it was agreed in mediation to assess (regulation 42(5))", _of(ORDER),
        ("agreement to assess",), begins=_of(ORDER), stage="to tell the family of the assessment",
    ),
    E.CONCEDED_ASSESSMENT: FactKind(
        "appeal conceded: to assess", "the council told the Tribunal that it will assess", _of(CONCEDED),
        ("concession to assess",), begins=_of(CONCEDED), stage="to tell the family of the assessment",
    ),
    E.ORDER_TO_RECONSIDER: FactKind(
        "order to reconsider", "the Tribunal ordered a reconsideration", _of(ORDER), ("order to reconsider",),
        begins=_of(ORDER), again=True, stage="to reconsider",
    ),
    E.RECONSIDERATION_SENT: FactKind(
        "reconsideration sent", "the reconsideration was sent", _of(ORDER), ("reconsideration",),
        after=(E.ORDER_TO_RECONSIDER,), stage="reconsidered",
    ),
    E.ASSESSMENT_NOTIFIED: FactKind(
        "family told of the assessment", "the family was told of the assessment", _of(ORDER, CONCEDED),
        ("assessment notified", "notice of assessment"),
        after=(E.ORDER_TO_ASSESS, E.AGREED_TO_ASSESS, E.CONCEDED_ASSESSMENT), stage="assessment under way",
    ),
    E.CONCEDED_INFORMALLY: FactKind(
        "conceded informally, without order or notice", "the council gave way without an order or a notice", _of(NEW),
        ("informal concession", "conceded informally"),
        after=(E.REFUSAL_TO_ASSESS_SENT, E.REFUSAL_TO_ISSUE_SENT), again=True,
        stage="conceded: counted from the first request",
    ),
    E.DECISION_TO_ASSESS_SENT: FactKind(
        "decision to assess sent", "the decision to assess was sent", _of(NEW),
        ("decision to assess", "decision", "assess"), stage="assessment under way",
    ),
    E.ORDER_TO_MAKE_PLAN: FactKind(
        "order to make a plan", "the Tribunal ordered a plan", _of(ORDER),
        ("order to make plan", "order to make a plan"), begins=_of(ORDER), again=True, stage="plan to be drafted",
    ),
    E.AGREED_TO_ISSUE: FactKind(
        "agreed in mediation: to issue a plan", "it was agreed in mediation to issue a plan (regulation 42(5))",
        _of(ORDER), ("agreement to issue",), begins=_of(ORDER), stage="plan to be drafted",
    ),
    E.CONCEDED_PLAN: FactKind(
        "appeal conceded: to issue a plan", "the council told the Tribunal that it will issue a plan", _of(CONCEDED),
        ("concession to issue",), begins=_of(CONCEDED), stage="plan to be drafted",
    ),
    E.DECISION_TO_ISSUE_SENT: FactKind(
        "decision to issue a plan sent", "the decision to issue a plan was sent", ASSESSING,
        ("decision to issue", "issue"), ruled_out_by=frozenset({E.REFUSAL_TO_ISSUE_SENT}), stage="plan being drafted",
    ),
    E.DRAFT_SERVED: FactKind(
        "draft plan sent", "the draft plan was sent", ASSESSING, ("draft", "draft plan"),
        again=True, stage="draft plan with the family",
    ),
    E.REFUSAL_TO_ASSESS_SENT: FactKind(
        "refusal to assess sent", "the refusal to assess was sent", _of(NEW, CUSTODY), ("refusal to assess",),
        ruled_out_by=frozenset({E.DECISION_TO_ASSESS_SENT}), stage="assessment refused",
    ),
    E.REFUSAL_TO_ISSUE_SENT: FactKind(
        "refusal to issue a plan sent", "the refusal to issue a plan was sent", ASSESSING, ("refusal to issue",),
        ruled_out_by=frozenset({E.FINAL_PLAN_SENT}), stage="plan refused",
    ),
    E.FINAL_PLAN_SENT: FactKind(
        "final plan sent", "the final plan was sent", ASSESSING, ("final plan", "final", "plan"),
        stage="final plan sent",
    ),
    E.PROVISION_CONFIRMED: FactKind(
        "provision confirmed", "the provision was confirmed", ASSESSING | AMENDING | {P.MOVE},
        ("provision confirmed", "provision"), after=(E.FINAL_PLAN_SENT, E.AMENDED_PLAN_SENT, E.PLAN_TRANSFERRED),
        asked="Is the provision in place?", stage="provision in place",
    ),
    # Advice from one body, and the consultation of one school
    E.ADVICE_ASKED: FactKind("advice asked for", "the advice was asked for", ASSESSING),
    E.BODY_RECEIVED_REQUEST: FactKind(
        "their receipt of the request", "the request for advice was received", ASSESSING, after=(E.ADVICE_ASKED,)
    ),
    E.ADVICE_SENT: FactKind("advice sent", "the advice was sent", ASSESSING, after=(E.ADVICE_ASKED,)),
    E.ADVICE_RECEIVED: FactKind("advice received", "the advice was received", ASSESSING, after=(E.ADVICE_ASKED,)),
    E.CONSULTATION_SENT: FactKind("school consulted", "the school was consulted", ASSESSING | AMENDING),
    E.CONSULTATION_RECEIVED: FactKind(
        "their receipt of the consultation", "the school received the consultation", ASSESSING | AMENDING,
        after=(E.CONSULTATION_SENT,),
    ),
    E.CONSULTATION_REPLY_SENT: FactKind(
        "reply to the consultation sent", "the school sent its reply", ASSESSING | AMENDING,
        after=(E.CONSULTATION_SENT,),
    ),
    E.CONSULTATION_REPLY_RECEIVED: FactKind(
        "reply to the consultation received", "the school's reply was received", ASSESSING | AMENDING,
        after=(E.CONSULTATION_SENT,),
    ),
    # A review, a phase transfer, an amendment (regulations 18 to 28)
    E.LAST_REVIEW_CONCLUDED: FactKind(
        "last review concluded", "the last review was concluded", WHOLE_REVIEWS,
        ("last review", "last review concluded"), begins=_of(P.ANNUAL_REVIEW), stage="review to be held",
    ),
    E.PLAN_MADE: FactKind(
        "plan made", "the plan was made", WHOLE_REVIEWS, ("plan made",),
        begins=_of(P.ANNUAL_REVIEW), stage="first review to be held",
    ),
    E.UNDER_FIVE: FactKind("under five", "the child was under five", _of(P.ANNUAL_REVIEW)),
    E.TRANSFER_15_FEBRUARY: FactKind(
        "move to the next school", "15 February of the transfer year falls",
        _of(P.PHASE_TRANSFER), begins=_of(P.PHASE_TRANSFER), ahead=True, yearly=(2, 15), stage="review to be held",
    ),
    E.TRANSFER_31_MARCH: FactKind(
        "move from school to post-16", "31 March of the transfer year falls",
        _of(P.PHASE_TRANSFER), begins=_of(P.PHASE_TRANSFER), ahead=True, yearly=(3, 31), stage="review to be held",
    ),
    E.TRANSFER_DATE: FactKind(
        "move between post-16 institutions", "the transfer is", _of(P.PHASE_TRANSFER),
        begins=_of(P.PHASE_TRANSFER), ahead=True, stage="review to be held",
    ),
    E.MEETING_FIXED: FactKind(
        "review meeting fixed", "the review meeting is", REVIEWS, ahead=True, stage="review meeting fixed",
    ),
    E.MEETING_NOTICE_SENT: FactKind(
        "notice of the meeting sent", "notice of the meeting was sent", REVIEWS,
        ("meeting notice", "notice of meeting"), stage="review meeting fixed",
    ),
    E.REVIEW_ADVICE_CIRCULATED: FactKind(
        "advice for the review circulated", "the advice for the review was circulated", REVIEWS,
        ("review advice", "advice circulated"), stage="review meeting fixed",
    ),
    E.MEETING_HELD: FactKind(
        "review meeting held", "the review meeting was held", REVIEWS, ("meeting held", "review meeting"),
        stage="review meeting held",
    ),
    E.REVIEW_REPORT_SENT: FactKind(
        "report of the review sent", "the report of the review was sent", REVIEWS, ("review report", "report"),
        after=(E.MEETING_HELD,), stage="deciding after the review",
    ),
    E.DECISION_TO_AMEND_SENT: FactKind(
        "decision to amend sent", "the decision to amend was sent", WHOLE_REVIEWS, ("decision to amend", "amend"),
        after=(E.MEETING_HELD,), ruled_out_by=frozenset({E.DECISION_TO_MAINTAIN_SENT, E.DECISION_TO_CEASE_SENT}),
        stage="amendments to be sent",
    ),
    E.ORDER_TO_AMEND: FactKind(
        "order to amend the plan", "the Tribunal ordered the plan amended", _of(ORDER), ("order to amend",),
        begins=_of(ORDER), again=True, stage="plan to be amended",
    ),
    E.ORDER_TO_CONTINUE: FactKind(
        "order to continue and amend the plan", "the Tribunal ordered the plan continued and amended", _of(ORDER),
        ("order to continue",), begins=_of(ORDER), again=True, stage="plan to be amended",
    ),
    E.ORDER_TO_NAME_SCHOOL: FactKind(
        "order to name a school", "the Tribunal ordered a school named", _of(ORDER), ("order to name school",),
        begins=_of(ORDER), again=True, stage="plan to be amended",
    ),
    E.ORDER_TO_CONTINUE_AT_SCHOOL: FactKind(
        "order to continue the plan with another school", "the Tribunal ordered the plan continued with another school",
        _of(ORDER), ("order to continue with school",), begins=_of(ORDER), again=True, stage="plan to be amended",
    ),
    E.AGREED_TO_AMEND: FactKind(
        "agreed in mediation: to amend the plan", "it was agreed in mediation to amend the plan (regulation 42(5))",
        _of(ORDER), ("agreement to amend",), begins=_of(ORDER), stage="plan to be amended",
    ),
    E.AGREED_ON_SCHOOL: FactKind(
        "agreed in mediation: the school", "it was agreed in mediation which school to name (regulation 42(5))",
        _of(ORDER), ("agreement on school",), begins=_of(ORDER), stage="plan to be amended",
    ),
    E.CONCEDED_CONTENTS: FactKind(
        "appeal conceded: contents", "the council told the Tribunal that it will amend the plan", _of(CONCEDED),
        ("concession on contents",), begins=_of(CONCEDED), stage="plan to be amended",
    ),
    E.CONCEDED_SCHOOL: FactKind(
        "appeal conceded: school", "the council told the Tribunal that it will name the school", _of(CONCEDED),
        ("concession on school",), begins=_of(CONCEDED), stage="plan to be amended",
    ),
    E.AMENDMENT_NOTICE_SENT: FactKind(
        "amendment notice sent", "the amendment notice was sent", REVIEWS | {P.AMENDMENT},
        ("amendment notice", "notice of amendment"), begins=_of(P.AMENDMENT), after=(E.MEETING_HELD,),
        ruled_out_by=frozenset({E.DECISION_TO_MAINTAIN_SENT, E.DECISION_TO_CEASE_SENT}),
        stage="amendments with the family",
    ),
    E.AMENDED_PLAN_SENT: FactKind(
        "amended plan sent", "the amended plan was sent", AMENDING, ("amended plan",),
        after=(E.AMENDMENT_NOTICE_SENT,), ruled_out_by=frozenset({E.DECISION_NOT_TO_AMEND_SENT}),
        stage="amended plan sent",
    ),
    E.DECISION_NOT_TO_AMEND_SENT: FactKind(
        "decision not to amend sent", "the decision not to amend was sent", REVIEWS | {P.AMENDMENT},
        ("decision not to amend",), after=(E.AMENDMENT_NOTICE_SENT,),
        ruled_out_by=frozenset({E.AMENDED_PLAN_SENT}), stage="not amended",
    ),
    E.DECISION_TO_MAINTAIN_SENT: FactKind(
        "decision to keep the plan as it is sent", "the decision to keep the plan as it is was sent", WHOLE_REVIEWS,
        ("decision to maintain", "maintain"), after=(E.MEETING_HELD,),
        ruled_out_by=frozenset({E.DECISION_TO_AMEND_SENT, E.AMENDMENT_NOTICE_SENT, E.DECISION_TO_CEASE_SENT}),
        stage="plan kept as it is",
    ),
    E.DECISION_TO_CEASE_SENT: FactKind(
        "decision to cease the plan sent", "the decision to cease the plan was sent", WHOLE_REVIEWS,
        ("decision to cease", "cease"), after=(E.MEETING_HELD,),
        ruled_out_by=frozenset({E.DECISION_TO_MAINTAIN_SENT}), stage="plan to end",
    ),
    E.ORDER_MAY_CEASE: FactKind(
        "appeal against ceasing dismissed", "the Tribunal dismissed the appeal against ceasing", _of(ORDER),
        ("order to cease", "order dismissing the appeal"), begins=_of(ORDER), again=True, stage="plan may end",
    ),
    E.PLAN_CEASED: FactKind(
        "plan ceased", "the plan was ceased", REVIEWS | {ORDER}, ("plan ceased", "ceased"),
        after=(E.DECISION_TO_CEASE_SENT, E.ORDER_MAY_CEASE), asked="Has the plan been ceased?", stage="plan ended",
    ),
    # A move, a change of ICB (regulations 15 and 16)
    E.DAY_OF_MOVE: FactKind(
        "day of the move", "the family moves", _of(P.MOVE),
        begins=_of(P.MOVE), ahead=True, stage="plan to be transferred",
    ),
    E.AWARE_IN_TIME: FactKind(
        "old authority became aware in good time", "the old authority knew of the move in time", _of(P.MOVE),
        stage="plan to be transferred",
    ),
    E.BECAME_AWARE: FactKind(
        "old authority became aware of the move", "the old authority became aware of the move", _of(P.MOVE),
        ("aware", "aware of move"), ruled_out_by=frozenset({E.AWARE_IN_TIME}), stage="plan to be transferred",
    ),
    E.PLAN_TRANSFERRED: FactKind(
        "plan transferred", "the plan was transferred", _of(P.MOVE), ("plan transferred", "transfer"),
        asked="Has the plan been transferred?", stage="family to be told of the transfer",
    ),
    E.TRANSFER_LETTER_SENT: FactKind(
        "letter about the transfer sent", "the letter about the transfer was sent", _of(P.MOVE), ("transfer letter",),
        after=(E.PLAN_TRANSFERRED,), stage="review after the move to be held",
    ),
    E.ICB_BECAME_AWARE: FactKind(
        "ICB became aware of the change", "the ICB became aware of the change", _of(P.ICB_CHANGE),
        begins=_of(P.ICB_CHANGE), stage="change of ICB to be notified",
    ),
    E.ICB_CHANGE_NOTIFIED: FactKind(
        "change of ICB notified", "the change of ICB was notified", _of(P.ICB_CHANGE), ("icb change", "icb notice"),
        stage="change of ICB notified",
    ),
    # Mediation and appeal (regulations 32 to 42; HESC Rules)
    E.DECISION_NOTICE_SENT: FactKind(
        "decision that can be appealed sent", "the decision that can be appealed was sent", DISPUTES,
        ("decision notice",), begins=DISPUTES, stage="family may contact the mediation adviser",
    ),
    E.MEDIATION_ADVISER_CONTACTED: FactKind(
        "mediation adviser contacted", "the family contacted the mediation adviser", DISPUTES,
        ("adviser contacted", "mediation adviser"), stage="mediation adviser contacted",
    ),
    E.ADVISER_INFORMED: FactKind(
        "mediation adviser told: no mediation", "the family told the adviser that it does not want mediation", DISPUTES,
        ("adviser informed", "mediation declined"), stage="certificate awaited",
    ),
    E.PARENT_INFORMS_COUNCIL: FactKind(
        "mediation asked for", "the family told the council that it wants mediation", _of(P.MEDIATION),
        ("mediation asked for", "mediation request"), begins=_of(P.MEDIATION), stage="mediation to be arranged",
    ),
    E.ICB_TOLD_OF_MEDIATION: FactKind(
        "ICB told of the health issues", "the ICB was told of the health issues", _of(P.MEDIATION),
        ("icb told",), after=(E.PARENT_INFORMS_COUNCIL,), stage="mediation to be arranged",
    ),
    E.COUNCIL_INFORMS_ICB: FactKind(
        "ICB told that mediation is on health alone", "the ICB was told that mediation is on health alone",
        _of(P.MEDIATION), ("health mediation",), begins=_of(P.MEDIATION), stage="mediation to be arranged by the ICB",
    ),
    E.MEDIATION_WITHOUT_HEALTH: FactKind(
        "no health issues in the mediation", "the mediation was found to hold no health issues", _of(P.MEDIATION),
        ("no health issues", "mediation without health"), after=(E.PARENT_INFORMS_COUNCIL,),
        ruled_out_by=frozenset({E.ICB_TOLD_OF_MEDIATION, E.COUNCIL_INFORMS_ICB}), stage="mediation to be arranged",
    ),
    E.ADVISER_TOLD_CANNOT_ARRANGE: FactKind(
        "adviser told that mediation cannot be arranged", "the adviser was told that it cannot be arranged in time",
        _of(P.MEDIATION), ("cannot arrange",), stage="certificate awaited",
    ),
    E.MEDIATION_HELD: FactKind(
        "mediation held", "the mediation was held", _of(P.MEDIATION), ("mediation held", "mediation"),
        stage="mediation held",
    ),
    E.MEDIATION_CONCLUDED: FactKind(
        "mediation concluded", "the mediation was concluded", _of(P.MEDIATION), ("mediation concluded",),
        stage="mediation concluded",
    ),
    E.MEDIATION_AGREEMENT: FactKind(
        "mediation agreement made", "the mediation agreement was made", _of(P.MEDIATION), ("mediation agreement",),
        stage="agreement to be carried out",
    ),
    E.APPEALABLE_AGREEMENT: FactKind(
        "mediation agreement made, on what can be appealed",
        "the mediation agreement was made, on what can be appealed", _of(P.MEDIATION), ("appealable agreement",),
        stage="agreement to be carried out as an order is",
    ),
    E.COUNCIL_TOLD_OF_AGREEMENT: FactKind(
        "council told of the agreement", "the council was told of the agreement", _of(P.MEDIATION),
        ("told of agreement",), after=(E.MEDIATION_AGREEMENT, E.APPEALABLE_AGREEMENT),
        stage="agreement to be carried out",
    ),
    E.AGREEMENT_CARRIED_OUT: FactKind(
        "agreement carried out", "the agreement was carried out", _of(P.MEDIATION), ("agreement carried out",),
        after=(E.MEDIATION_AGREEMENT, E.APPEALABLE_AGREEMENT), stage="agreement carried out",
    ),
    E.MEDIATION_CERTIFICATE: FactKind(
        "mediation certificate issued", "the mediation certificate was issued", DISPUTES, ("certificate",),
        begins=_of(P.APPEAL), stage="family may appeal",
    ),
    E.APPEAL_LODGED: FactKind(
        "appeal lodged", "the appeal was lodged", DISPUTES, ("appeal lodged", "appeal"), stage="appeal lodged"
    ),
    E.TRIBUNAL_PAPERS_RECEIVED: FactKind(
        "Tribunal's papers received", "the Tribunal's papers were received", _of(P.APPEAL), ("tribunal papers",),
        begins=_of(P.APPEAL), stage="response to the Tribunal to be sent",
    ),
    E.TRIBUNAL_RESPONSE_SENT: FactKind(
        "response to the Tribunal sent", "the response to the Tribunal was sent", _of(P.APPEAL), ("tribunal response",),
        after=(E.TRIBUNAL_PAPERS_RECEIVED,), stage="hearing awaited",
    ),
    E.RECOMMENDATION_RECEIVED: FactKind(
        "Tribunal's recommendation received", "the Tribunal's recommendation was received", _of(P.APPEAL, ORDER),
        ("recommendation",), stage="recommendation to be answered",
    ),
    E.RECOMMENDATION_REPLY_SENT: FactKind(
        "reply to the recommendation sent", "the reply to the recommendation was sent", _of(P.APPEAL, ORDER),
        ("recommendation reply",), after=(E.RECOMMENDATION_RECEIVED,), stage="recommendation answered",
    ),
    # Letters
    E.MP_RECEIVED: FactKind(
        "MP letter received", "the council received the letter", _of(L.MP_LETTER), begins=_of(L.MP_LETTER)
    ),
    E.MP_ACKNOWLEDGED: FactKind(
        "MP letter acknowledged", "the letter was acknowledged", _of(L.MP_LETTER),
        ("acknowledgement", "ack", "mp acknowledgement"),
    ),
    E.MP_HOLDING_REPLY_SENT: FactKind(
        "holding reply sent", "a holding reply was sent", _of(L.MP_LETTER),
        ("holding reply", "holding", "mp holding reply"), again=True,
    ),
    E.MP_REPLY_SENT: FactKind(
        "reply sent", "the full reply was sent", _of(L.MP_LETTER), ("reply", "mp reply", "full reply")
    ),
    E.COMPLAINT_RECEIVED: FactKind(
        "complaint received", "the complaint was received", _of(L.MP_LETTER, L.COMPLAINT), begins=_of(L.COMPLAINT)
    ),
    E.COMPLAINT_ACKNOWLEDGED: FactKind(
        "complaint acknowledged", "the complaint was acknowledged", _of(L.MP_LETTER, L.COMPLAINT),
        ("complaint acknowledgement", "complaint ack", "acknowledgement", "ack"), after=(E.COMPLAINT_RECEIVED,),
    ),
    E.COMPLAINT_ANSWERED: FactKind(
        "stage 1 answer sent", "the stage 1 answer was sent", _of(L.MP_LETTER, L.COMPLAINT),
        ("stage 1 answer", "stage 1", "reply", "complaint reply", "complaint response"), after=(E.COMPLAINT_RECEIVED,),
    ),
    E.STAGE_2_ASKED: FactKind(
        "stage 2 asked for", "stage 2 was asked for", _of(L.MP_LETTER, L.COMPLAINT), ("stage 2 request",),
        after=(E.COMPLAINT_ANSWERED,),
    ),
    E.STAGE_2_ACKNOWLEDGED: FactKind(
        "stage 2 acknowledged", "stage 2 was acknowledged", _of(L.MP_LETTER, L.COMPLAINT),
        ("stage 2 acknowledgement", "stage 2 ack"), after=(E.STAGE_2_ASKED,),
    ),
    E.STAGE_2_ANSWERED: FactKind(
        "stage 2 answer sent", "the stage 2 answer was sent", _of(L.MP_LETTER, L.COMPLAINT),
        ("stage 2 answer", "stage 2"), after=(E.STAGE_2_ASKED,),
    ),
    E.FOI_RECEIVED: FactKind(
        "freedom of information request received", "the request for information was received",
        _of(L.MP_LETTER, L.FOI), begins=_of(L.FOI),
    ),
    E.FOI_REPLY_SENT: FactKind(
        "information sent", "the request for information was answered", _of(L.MP_LETTER, L.FOI),
        ("information", "foi reply", "reply"), after=(E.FOI_RECEIVED,),
    ),
    E.SAR_RECEIVED: FactKind(
        "subject access request received", "the subject access request was received",
        _of(L.MP_LETTER, L.SUBJECT_ACCESS), begins=_of(L.SUBJECT_ACCESS),
    ),
    E.SAR_REPLY_SENT: FactKind(
        "file sent", "the subject access request was answered", _of(L.MP_LETTER, L.SUBJECT_ACCESS),
        ("file", "sar reply", "reply"), after=(E.SAR_RECEIVED,),
    ),
}  # fmt: skip

AGREED = (E.AGREED_TO_ASSESS, E.AGREED_TO_ISSUE, E.AGREED_TO_AMEND, E.AGREED_ON_SCHOOL)
"""What may be agreed in mediation that can be appealed, and is then carried out as an order is (regulation 42(5))."""

ACTS: Mapping[EntryKind, str] = {
    E.OPENED: "opened",
    E.MATTER_ADDED: "holds this too",
    E.LINKED: "linked",
    E.NOTED: "note",
    E.PLANNED: "planned",
    E.HELD: "held",
    E.ASSIGNED: "owner changed",
    E.SNOOZED: "nudges snoozed",
    E.ACKNOWLEDGED: "in hand",
    E.ESCALATED: "escalated",
    E.HELP_ASKED: "help asked for",
    E.REMINDER_SET: "reminder set",
    E.REMINDED: "reminded",
    E.NOT_REMINDED: "nobody reminded",
    E.EXCEPTION_CLAIMED: "exception recorded",
    E.FAMILY_TOLD: "family told of the exception",
    E.BACKDATE_ASKED: "date waits for a second person's yes",
    E.CORRECTED: "entry struck out",
    E.CLOSED: "closed",
    E.REOPENED: "reopened",
    E.RESTRICTED: "restricted",
    E.OPENED_TO_ALL: "no longer restricted",
    E.NAMED: "somebody named to it",
    E.UNNAMED: "somebody no longer named to it",
    E.BROKE_GLASS: "opened for a reason by somebody who is not named",
    E.GLASS_REVIEWED: "that opening reviewed",
    E.HOLD_PLACED: "hold placed",
    E.HOLD_LIFTED: "hold lifted",
    E.EXPORTED: "exported",
    E.PUT_RIGHT: "put right",
    E.ERASED: "erased",
}
"""Entries that are no dated facts, and what each is called."""


class Asks(Term):
    """What a request to a body asks for."""

    ADVICE = "advice"
    CONSULTATION = "consultation"


class Steps(NamedTuple):
    """The facts of one request: asked, had by the body, answered by it, come back to the council."""

    asked: EntryKind
    had: EntryKind
    sent: EntryKind
    came: EntryKind


STEPS: Mapping[Asks, Steps] = {
    Asks.ADVICE: Steps(E.ADVICE_ASKED, E.BODY_RECEIVED_REQUEST, E.ADVICE_SENT, E.ADVICE_RECEIVED),
    Asks.CONSULTATION: Steps(
        E.CONSULTATION_SENT, E.CONSULTATION_RECEIVED, E.CONSULTATION_REPLY_SENT, E.CONSULTATION_REPLY_RECEIVED
    ),
}


def label(kind: EntryKind) -> str:
    """An entry in a caseworker's words: "draft plan sent", "note"."""
    return FACTS[kind].label if kind in FACTS else ACTS[kind]


def beginnings(process: Whole) -> tuple[EntryKind, ...]:
    """The facts from which a case of this process may count, the usual one first."""
    return tuple(kind for kind, fact in FACTS.items() if process in fact.begins)


FROM_BEFORE = frozenset(
    {E.PLAN_MADE, E.LAST_REVIEW_CONCLUDED, E.TRANSFER_15_FEBRUARY, E.TRANSFER_31_MARCH, E.TRANSFER_DATE, E.DAY_OF_MOVE}
)
"""What only frames a path, before it or ahead of it: any other fact says more of where a case stands."""

PLACES: Mapping[EntryKind, int] = {kind: place for place, kind in enumerate(FACTS)}


def recordable(whole: Whole, on_record: Collection[EntryKind] = ()) -> tuple[EntryKind, ...]:
    """What staff can still put on record by name, in the order of the path."""
    there = set(on_record)
    return tuple(
        kind
        for kind, fact in FACTS.items()
        if whole in fact.of and fact.said and (fact.again or kind not in there) and not fact.ruled_out_by & there
    )
