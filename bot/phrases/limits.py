"""What is declined, and in which words: decisions, clinical content, a child named in a room, hidden instructions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bot.domain.guard.vocabulary import ORDINARY
from bot.phrases.clean import Word
from bot.phrases.cues import Cue, limits
from bot.phrases.reading import Sentence
from bot.phrases.spelling import KNOWN
from bot.phrases.vocabulary import Vocabulary, plain_name
from bot.phrases.wordlists import EVERYDAY, any_of, words

ADVICE = (
    "I can't say what to decide, and I give no legal advice. The panel advises and the council decides; a manager or "
    "your legal team can help. I can show the dates that the law sets."
)
ACCESS = (
    "I don't hold or tell that in chat: diagnoses, reports and a family's details stay in the council's record. "
    "I can say what is on record about dates and who is asked."
)
PRIVACY = (
    "I don't talk about a named child where others read. Please delete your message, and ask me privately, "
    "with the case number."
)
HIDDEN = "I take no instructions of that kind from a message. Ask about a case by its number, or say help."
RESTRICTED = "I can't say anything about that case here. Ask me privately."

MISSING = re.compile(r"(?<!\S)(?:no|without|missing|lacking|lack|blank|not got|have not got)(?!\S)")
WHO_IS_IT = any_of(
    """
    who is the child|who is the boy|who is the girl|who is the pupil|who is the young person|child called|boy called|
    girl called|pupil called|kid called|name of the child|whose child|which child|child's name
    """
)
WHO_IS_REF = re.compile(r"^(?:who|what child|whose case|which family) is (?:the one in |in |behind )?REF$")
NOT_A_CHILD = re.compile(
    r"(?<!\S)(?:cover\w*|off|leave|away|back|assign\w*|reassign\w*|allocate\w*|give|hand|pass|officer|manager|mp|mps|"
    r"letter|constituency|councillor|cllr|owner|owned|owns|caseload|cases|team|member|colleague|standing|deputising)(?!\S)"
)
BEFORE_A_CHILD = words(
    """
    with about for of is has little young child pupil called named regarding re does did was seen by on poor wee
    master miss and at over mention because to see assess
    """
)
A_CHILDS = words(
    "plan case assessment draft ehcp report advice review placement school diagnosis needs mum dad mother father"
)
LOWER_CASE = any_of(
    """
    wrong with|matter with|up with|happening with|going on with|little|child called|child named|pupil called|
    a boy called|a girl called
    """,
    ends=r" ([a-z]{3,})(?: ([a-z]{3,}))?(?= at | in |$)",
)


SAYS = {"refuse_advice": ADVICE, "refuse_access": ACCESS, "refuse_privacy": PRIVACY}


def declined(sentence: Sentence) -> str:
    """The intent by which a row of limits.csv declines it; or nothing."""
    return next((intent for intent in _fitting(sentence, limits().likely(_bag(sentence))) if intent != HIDDEN_ONE), "")


def orders_the_bot(sentence: Sentence) -> bool:
    """An order to the bot itself, such as to forget its rules."""
    rows = [cue for cue in limits().likely(_bag(sentence)) if cue.intent == HIDDEN_ONE]
    return next(_fitting(sentence, rows), "") != ""


HIDDEN_ONE = "hidden"
"""What limits.csv calls it."""


def _fitting(sentence: Sentence, likely: Iterable[Cue]) -> Iterator[str]:
    bag = _bag(sentence)
    for cue in likely:
        lacking = cue.intent == "refuse_access" and MISSING.search(sentence.said)
        if not lacking and cue.fits(bag, sentence.tagged, sentence.plain, sentence.said, sentence.typed):
            yield cue.intent


def _bag(sentence: Sentence) -> frozenset[str]:
    return sentence.bag | frozenset(sentence.typed.split())


def names_a_child(sentence: Sentence, vocabulary: Vocabulary) -> bool:
    """Whether a sentence names a child: one on record, or a name that nobody on the staff or in Parliament has."""
    if WHO_IS_IT.search(sentence.said) or WHO_IS_REF.match(sentence.tagged):
        return True
    if any(vocabulary.names_a_child(words) for words in _runs(sentence, vocabulary)):
        return True
    if any(_has_an_mp(sentence, at, vocabulary) for at in range(1, len(sentence.words))):
        return True
    if NOT_A_CHILD.search(sentence.said) or sentence.has("name"):
        return False
    lower = LOWER_CASE.search(sentence.plain)
    if lower and not _is_known(lower[1], vocabulary):
        return True
    return any(_stands_for_a_child(sentence, at, vocabulary) for at in range(len(sentence.words)))


def _runs(sentence: Sentence, vocabulary: Vocabulary) -> Iterator[str]:
    """Runs of one to three words that may be a name: unknown ones, or with a capital."""
    covered = {at for span in sentence.spans for at in range(span.first, span.last)}
    words = [None if at in covered else word for at, word in enumerate(sentence.words)]
    for length in (2, 3, 1):
        for at in range(len(words) - length + 1):
            run = [word for word in words[at : at + length] if word is not None]
            whole = len(run) == length and all(word.low.isalpha() for word in run)
            if whole and (_may_name(run) or (length == 1 and run[0].low in vocabulary.children - ORDINARY)):
                yield sentence.text[run[0].start : run[-1].end]


def _may_name(run: Sequence[Word]) -> bool:
    return any(word.capital or word.low not in KNOWN for word in run)


def _stands_for_a_child(sentence: Sentence, at: int, vocabulary: Vocabulary) -> bool:
    word = sentence.words[at]
    if not word.low.isalpha() or len(word.low) < 3 or _is_known(word.low, vocabulary):
        return False
    after = sentence.low[at + 1] if at + 1 < len(sentence.low) else ""
    if word.owns and after in A_CHILDS:
        return True
    if not word.capital:
        return False
    if any(span.first <= at < span.last for span in sentence.spans):
        return False
    before = sentence.low[at - 1] if at else ""
    beside = [*sentence.words[max(0, at - 1) : at], *sentence.words[at + 1 : at + 2]]
    return word.owns or before in BEFORE_A_CHILD or any(other.capital for other in beside)


def may_name(sentence: Sentence, vocabulary: Vocabulary) -> bool:
    """Whether two words stand together that nobody here knows, as a whole name does in letters of any size."""
    covered = {at for span in sentence.spans for at in range(span.first, span.last)}
    new = [
        at not in covered and word.low.isalpha() and len(word.low) > 2 and not _is_known(word.low, vocabulary)
        for at, word in enumerate(sentence.words)
    ]
    return any(first and second for first, second in pairwise(new))


def _has_an_mp(sentence: Sentence, at: int, vocabulary: Vocabulary) -> bool:
    """ "Maisie Palmer's MP", in letters of any size: no MP has one."""
    first, last = sentence.words[at - 1], sentence.words[at]
    unknown = not _is_known(first.low, vocabulary) and not _is_known(last.low, vocabulary)
    after = sentence.low[at + 1 : at + 2]
    return unknown and last.owns and after in (["mp"], ["mps"]) and first.low.isalpha() and last.low.isalpha()


def _is_known(low: str, vocabulary: Vocabulary) -> bool:
    return low in KNOWN or low in EVERYDAY or low in vocabulary.own_words or plain_name(low) in vocabulary.names
