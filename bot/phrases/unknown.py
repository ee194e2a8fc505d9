"""Names that nobody has put on record, as they are written: where no vocabulary names the staff, or the MPs."""

from collections.abc import Iterator, Sequence

from bot.phrases.clean import Word
from bot.phrases.cues import CUE_WORDS
from bot.phrases.span import Span
from bot.phrases.spelling import DAY_WORDS, TRADE_WORDS
from bot.phrases.vocabulary import Vocabulary
from bot.phrases.wordlists import EVERYDAY, words

OF_MPS = words(
    "letter letters enquiry enquiries inquiry correspondence email mp mps promised promise owe owed replied reply "
    "written write wrote answered responded constituency"
)
OF_STAFF = words(
    "cover covers covering off away leave back assign reassign allocate reallocate hand give pass move transfer put "
    "owner cases caseload officer take takes taking pick picks due overdue reds holiday in around week remind make have"
)
BEFORE_A_NAME = words(
    "to for with is are has have make put let give can will by from while when all list only show on owe promised the "
    "does did any of remind over"
)
WORDS = TRADE_WORDS | DAY_WORDS | CUE_WORDS | EVERYDAY | words("academy primary school college infant junior high")
AFTER_A_NAME = words("is will has should can takes owns wrote covers")
"""What follows a name with which a sentence begins."""


def unknown_names(said: Sequence[Word], text: str, vocabulary: Vocabulary) -> Iterator[Span]:
    """A colleague or an MP, of whom the sentence's other words speak."""
    low = {word.low for word in said}
    kind = "mp" if not vocabulary.mps and not OF_MPS.isdisjoint(low) else "name" if not vocabulary.people else ""
    if not kind or (kind == "name" and OF_STAFF.isdisjoint(low)):
        return
    at = 0
    while at < len(said):
        length = _name_at(said, at)
        if length:
            written = text[said[at].start : said[at + length - 1].end]
            yield Span(kind, written.removesuffix("'s").removesuffix("'S"), at, at + length)
        at += length or 1


def _name_at(said: Sequence[Word], at: int) -> int:
    """How many words of a name begin here; 0 where none does."""
    if not _may_be(said[at]):
        return 0
    length = 2 if at + 1 < len(said) and _may_be(said[at + 1]) and not said[at].owns else 1
    after = said[at + length].low if at + length < len(said) else ""
    led = said[at - 1].low in BEFORE_A_NAME if at else after in AFTER_A_NAME
    return length if led or said[at + length - 1].owns else 0


def _may_be(word: Word) -> bool:
    return word.capital and word.low.isalpha() and len(word.low) > 1 and word.low not in WORDS
