"""What only leads to a question: "mum rang about 0051: what is it stuck on?", "I'm meeting the DCO at two, …"."""

import re
from collections.abc import Sequence

from bot.phrases.acting import is_order
from bot.phrases.reading import STARTS, Sentence
from bot.phrases.wordlists import any_of

TELLS = any_of(
    """
    i|we|am|is|are|was|were|has|have|had|be|been|said|says|say|wants|wishes|asked|asks|asking|rang|rings|ringing|called|
    calling|meeting|preparing|writing|briefing|here|new|sorry|apologies|hope|came|went|sent|held|will|would|need|needs|looks|seems|
    on the phone|back from|off to|about to|before i|before we
    """
)
"""Words of which one is in a sentence that tells something; "my cases" and "0042 slt" ask, though they have no verb."""
DO_IT = re.compile(
    r"^(?:(?:can|could|would|will) you )?(?:log|record|mark|enter|register|note|add|update|put) (?:it|that|this|them)"
    r"(?: (?!about|on|for)\S+){0,4}$"
)
"""An order about what was told just before it: "the EP report is in for 0042. Log it please"."""


ONLY_ASKS = re.compile(
    r"^(?:(?:list|show|give|log|record|add|mark|enter|update|register|file|tell|remind|find|get|send)"
    r"(?: (?:it|them|that|this|me|us|in|on|up|out|as|each|those|these|all|what|which|is|are|they|to|now|down))*"
    r"|which(?: ones)?|which are (?:in|out|late|back|left)"
    r"|how many(?: (?:are|is|so|far|in|out|left|back|done|late)){0,3}"
    r"|anything|any|who|what|when|yes or no|do we know|any (?:idea|ideas|joy|luck|news|update|sign))$"
)
"""It says that something is wanted, and not what: "overdue final plans, list them", "SALT 0042, anything?"."""


def asked(parts: Sequence[Sentence]) -> list[Sentence]:
    """What asks, or wants something done, each with what leads to it; all of them where nothing asks outright."""
    done = {at for at in range(1, len(parts)) if DO_IT.match(parts[at].said)}
    asking = {at for at, part in enumerate(parts) if at + 1 in done or (at not in done and _asks(part))}
    if not asking:
        return list(parts)
    found: list[Sentence] = []
    lead: Sentence | None = None
    for at, part in enumerate(parts):
        if at in done or (found and not lead and ONLY_ASKS.match(part.said)):
            continue
        if at in asking:
            found.append(lead.then(part) if lead and (not part.refs or not lead.refs) else part)
            lead = None
        elif TELLS.search(part.whole) is None:  # a few words that ask by themselves: "my cases"
            found.append(part)
        elif part.spans:
            lead = part
    return found


def _asks(part: Sentence) -> bool:
    return part.asked or part.begins_as_question or part.low[0] in STARTS or is_order(part)
