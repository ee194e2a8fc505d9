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
NAMES_TOO = (NOUNS | FORENAMES) - COUNTED
BOTH = words(
    "ask best call care case cases chase clerk day days early good key late law long mark more most page pass plan "
    "post reading salt school short still wait way ways will word"
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
