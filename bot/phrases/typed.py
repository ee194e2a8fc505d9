"""What a sentence asks for and only a line does or shows: that line, in place of a guess."""

import re

REF = r"(?:\d{2,5}|send-\S+|case|child|file|records?|everything|her|him|them|it|this)"
TYPED = (
    (
        r"\b(?:cancel|delete|drop|remove|stop|scrap|forget) (?:that|the|my|this|all|a)? ?(?:my )?reminders?\b",
        "Your reminders, each with a button that takes it back, are shown by: reminders",
    ),
    (
        r"\b(?:due|ready|up) (?:for|to be) (?:deletion|erasure|destruction|deleted|erased|destroyed)\b|"
        r"\bhow long (?:do|must|should|can) (?:we|you|the council) (?:keep|hold|retain|store)\b",
        "What is kept no longer, and until when a case is kept, managers and data protection leads see by: retention",
    ),
    (
        r"\b(?:use[ds]?|using|broke|broken|breaks?|opened|opens) (?:the )?(?:break )?glass\b",
        "Who opened a case that they are not shown, data protection leads see by: glass",
    ),
    (
        r"\bwho\b.*\b(?:refused|denied) (?:what|access)\b",
        "Who was refused what, managers and data protection leads see by: denied",
    ),
    (
        r"\b(?:didn['’]?t|did not|couldn['’]?t|don['’]?t) you understand\b",
        "What was not understood, administrators see by: not understood",
    ),
    (
        r"\bon (?:the|our) staff list\b",
        "The staff list is shown to managers and administrators by: people",
    ),
    (
        r"\b(?:which|what) (?:rooms|channels) (?:are )?(?:\w+ )?(?:connected|bound|linked|set up)\b",
        "The rooms are shown to managers and administrators by: rooms",
    ),
    (
        rf"(?:^|[,;.:!] )(?:(?:please|can|could|i|you|we|to|need|want|would like|have|must) )*"
        rf"(?:restrict|hide) (?:the )?{REF}\b|"
        r"\b(?:make|mark|put|set)\b.*\b(?:restricted|confidential)\b",
        "A case is hidden by a line of its own. Say: restrict 0042 safe address because …",
    ),
    (
        rf"\b(?:erase|delete|destroy|wipe)\b.*\b{REF}\b|\b(?:file|records?|case|child)\b.*\b(?:erased|deleted|destroyed)\b|"
        r"\bright to be forgotten\b",
        "Nothing is erased from a sentence. A data protection lead says: erase 0042. "
        "What was recorded by mistake is struck out with: undo, or correct",
    ),
    (
        r"\beverything (?:that )?(?:you|we|the council) (?:hold|have|know)\b|"
        r"\bcopy of (?:her|his|their|the) (?:file|record)",
        "To log the request, say: letter sar. What is held is gathered by a data protection lead, who says: "
        "subject access 0042 because …",
    ),
    (
        r"\b(?:name|surname|dob|date of birth|birthday)\b.*\b(?:wrong|incorrect|mis-?spelt|mis-?spelled)\b|"
        r"\b(?:wrong|incorrect|mis-?spelt) (?:name|surname|dob|date of birth|birthday)\b|"
        r"\b(?:correct|change|fix) (?:the|her|his|their) (?:child's )?(?:name|surname|dob|date of birth|birthday)\b",
        "Who a child is, is put right in a form that you alone see. Say: put right 0042",
    ),
    (
        r"\bwait\w*\b.*\b(?:my (?:yes|approval|agreement)|(?:for|on) me to (?:approve|agree))\b|"
        r"\bwhat (?:do i|have i got to|should i) (?:approve|agree)\b",
        "What waits for your yes is shown by: approvals",
    ),
)
"""What asks for it, in small letters, and what is said."""


def typed(text: str) -> str:
    """How what a sentence asks for is typed; empty where it asks for nothing of the kind."""
    said = " ".join(text.casefold().split())
    return next((says for pattern, says in TYPED if re.search(pattern, said)), "")
