"""The words of a sentence that may be shown to somebody who may know of no child: those that tell of nobody."""

from itertools import groupby

from bot.domain.guard.vocabulary import FORENAMES, MONTHS, NEVER_ALONE, NOUNS
from bot.phrases.clean import ENDS, Word, cleaned, words_of
from bot.phrases.days import MONTH_NAMES, NUMBERS
from bot.phrases.spelling import DAY_WORDS, KNOWN, TRADE_WORDS
from bot.phrases.wordlists import words

GAP = "…"
MOST = 40
"""Words of a sentence."""
COUNTED = frozenset({*MONTH_NAMES, *MONTHS, *NUMBERS}) - words("a an couple")
"""A day of birth may be written out."""
ALSO_NAMES = words(
    "beach brand bread buddy cable camp candle charm close cloud comfort cope corn couch courage crisp curry dance "
    "deal dear ditch drain dream drum duck fair fall fell field fields fish flag flood foot fort fortune foster "
    "friend game gear gift grain guest hair happy harry hay head heard hook horse jolly judge junior keen kettle "
    "kind lang lay leaver link low luck main mill mint mist mo moon money music nice noon north nurse orange pack "
    "perfect pick pink poor praise prior promise purse red ring rope rough royal said sand seal shell shore smart "
    "snow south stack steer stock straw sunday tail tall tear tidy tree trick true twist wake warm wave west "
    "whale wild wind wing worth wonder yard"
)
"""Everyday words that people are called besides, in this country: Hunt and Curry, Gift and Comfort, Harry and Mo."""
NAMES_TOO = (NOUNS | FORENAMES | ALSO_NAMES) - COUNTED
BOTH = words(
    "ask best call care case cases chase clerk close day days deal early fair field fields good happy head heard "
    "judge key kind late law link long low mark more most nurse page pass pick plan post prior promise reading red "
    "ring said salt school short still wait way ways will word worth"
)
"""Of those, what the trade cannot do without. Beside another that may be a name it may be half of one."""
PLAIN = (KNOWN | NEVER_ALONE) - COUNTED - NAMES_TOO
ALWAYS_CAPITAL = TRADE_WORDS | DAY_WORDS | {"i"}


def shown(line: str) -> str:
    """The sentence with a gap for all that may tell of anybody: "where is … with the ot advice".

    It goes by a list of what may be shown and not of what may not, and by looks alone: it is the same whether or not
    there is such a child.
    """
    found = words_of(cleaned(line))
    told = [_told(found, at) for at in range(min(len(found), MOST))]
    told += [GAP] if len(found) > MOST else []
    return "".join(word if word in ENDS else f" {word}" for word, _ in groupby(told)).strip()


def _told(found: tuple[Word, ...], at: int) -> str:
    word = found[at]
    if word.low in ENDS:
        return word.low
    beside = found[max(at - 1, 0) : at] + found[at + 1 : at + 2]
    alone = word.low in BOTH and all(each.low in PLAIN or each.low in ENDS for each in beside)
    return word.low if (alone or word.low in PLAIN) and not _is_named(found, at) else GAP


def _is_named(found: tuple[Word, ...], at: int) -> bool:
    """It has a capital, and none for beginning a sentence or for being an agency or a day."""
    opens = at == 0 or found[at - 1].low in ENDS
    return found[at].capital and not opens and found[at].low not in ALWAYS_CAPITAL
