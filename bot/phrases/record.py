"""Which fact somebody says has happened, as the commands that record facts call it."""

import re

from bot.phrases.reading import Sentence

FACTS = (
    ("refusal to assess", r"(?:refus\w+|decision not|decided not|not) to assess|(?:refusal|rta)(?= letter| to assess|$)|said no to assess\w*"),
    ("refusal to issue", r"(?:refus\w+|decision not|decided not|not) to issue|rti"),
    ("refusal to reassess", r"refus\w+ to re ?assess"),
    ("decision to reassess", r"decision to re ?assess"),
    ("decision to assess", r"(?:decision|decided|agreed|yes|agreement) to assess|assess decision|decision whether to assess|6 week decision|six week decision|agreed an assessment"),
    ("decision to issue", r"(?:decision|decided|agreed) to issue(?: a plan)?"),
    ("decision to maintain", r"(?:decision|decided|agreed) to maintain"),
    ("decision to amend", r"(?:decision|decided|agreed) to amend"),
    ("decision to cease", r"(?:decision|decided|agreed) to cease"),
    ("decision not to amend", r"(?:decision|decided) not to amend"),
    ("amendment notice", r"amendment notices?|notice to amend|notice of amendment|proposed amendments"),
    ("amended plan", r"(?:final )?amended (?:final )?(?:plan|ehcp)|amended final"),
    ("holding reply", r"holding (?:reply|letter|response|answer)"),
    ("acknowledgement", r"acknowledg\w+|ack"),
    ("meeting notice", r"meeting notice|notice of (?:the )?meeting|invit\w+"),
    ("review advice", r"review (?:advice|papers) circulated|circulated|review advice"),
    ("review report", r"(?:annual )?review (?:report|paperwork)|ar report"),
    ("review decision", r"(?:annual )?review decision|ar decision"),
    ("tribunal response", r"(?:tribunal|appeal) response|response to (?:the )?tribunal"),
    ("appeal lodged", r"appeal (?:has been |was )?lodged|lodged (?:an |their )?appeal"),
    ("certificate", r"(?:mediation )?certificate"),
    ("mediation held", r"mediation (?:was |has been )?held|held (?:the )?mediation"),
    ("plan transferred", r"plan transferred|transferred the plan"),
    ("transfer letter", r"transfer letter"),
    ("draft", r"draft(?: plan| ehcp)?s?|proposed plan"),
    ("final plan", r"finals?(?: plan| ehcp| ehc plan)?|finalised|ehcp|plan (?:went|gone|sent|issued)|issued the plan|sent the plan"),
    ("reply", r"(?:full |mp |substantive )?(?:reply|response)|replied|answered"),
)  # fmt: skip
KINDS = tuple((name, re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")) for name, pattern in FACTS)
CAME = re.compile(
    r"(?<!\S)(?:received|came|arrived|in|landed|back|got|had|returned|come|submitted|here|replied|responded|provided|given|tick|turned|has sent|have sent|sent us|sent in|sent it|sent their|sent her|sent his|gave)(?!\S)"
)
ASKED = re.compile(r"(?<!\S)(?:asked|requested|requests?|contacted|approached)(?!\S)")
WE_SENT = re.compile(r"(?:^|\s)(?:we|i) (?:have |just |have just )*(?:sent|submitted|returned|provided|emailed)(?!\S)")
PANEL, MEETING = (
    re.compile(r"(?<!\S)panel(?!\S)"),
    re.compile(
        r"(?<!\S)(?:meeting|review (?:was )?held|held the (?:annual )?review|ar (?:was )?held|annual review (?:was )?held|annual review took place)(?!\S)"
    ),
)
HELD = re.compile(r"(?<!\S)(?:held|met|took place|sat|happened|went ahead|was today|been to)(?!\S)")
ENDS = re.compile(r"^(close|reopen|re open|undo|shut)(?!\S)")
NIL = re.compile(r"(?<!\S)nil(?: return)?(?!\S)")
MP_KINDS = {"reply", "holding reply", "acknowledgement"}


def fact_of(sentence: Sentence) -> str:
    """The fact, "received" for advice that came, "ask" for advice that was asked for; empty where none is plain."""
    said = sentence.said
    if ends := ENDS.match(said):
        return {"re open": "reopen", "shut": "close"}.get(ends[1], ends[1])
    adviser = sentence.has("service", "agency")
    if adviser and ASKED.search(said):
        return "ask"
    if HELD.search(said) and (PANEL.search(said) or MEETING.search(said)):
        return "held panel" if PANEL.search(said) else "held meeting"
    named = next((name for name, pattern in KINDS if pattern.search(said)), "")
    if adviser and (not named or named in MP_KINDS or NIL.search(said) or "advice" in sentence.low):
        return "advice sent" if WE_SENT.search(said) and not CAME.search(said) else "received"
    return named
