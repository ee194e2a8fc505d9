"""What is left out: "all but the EPs", "except for health and SLT", "Tom's aside"."""

from collections.abc import Sequence

from bot.phrases.span import Span
from bot.phrases.wordlists import sayings, words

BEFORE = sayings(
    """
    except|excepting|excluding|exclude|besides|minus|bar|barring|ignoring|ignore|excl|not|apart|aside|skip|
    skipping|outside|omit|omitting|discounting|disregarding|forget|forgetting|sans|
    except for|apart from|aside from|other than|anything but|everything but|all but|everyone but|anyone but|
    anybody but|everybody but|nobody but|not counting|not including|not with|not from|not for|not under|not owned by|
    not belonging to|not on|leaving out|leave out|leaving aside|leave aside|setting aside|take out|taking out|
    strip out|stripping out|but not|but skip|but for|excluding for|without counting|without including|outside of|
    exception of|save for|never mind|instead of|rather than|as opposed to|not to do with|nothing to do with
    """
)
AFTER = sayings(
    "aside|excepted|excluded|notwithstanding|not included|not counted|removed|taken out|left out|stripped out|out"
)
"""After a name that is left out: "health aside"."""
LEAVING = words("leaving leave taking take stripping strip with keeping keep")
OF_THEIRS = words("ones one advice reports cases stuff bits requests")
ARTICLES = words("the a any all")
OF_WHOM = words("from by with for of to under")
ROW = sayings("and|or|nor|, and")
PUT_RIGHT = words("not no")
"""With these one is put in another's place: "not SLT, OT"."""


def is_left_out(low: Sequence[str], first: int, last: int) -> bool:
    """Whether the name from one word up to another is left out."""
    before = [word for word in low[max(0, first - 4) : first] if word not in ARTICLES]
    if _ends_with_one(before) or (before[-1:] != [] and before[-1] in OF_WHOM and _ends_with_one(before[:-1], least=2)):
        return True
    after = [word for word in low[last : last + 4] if word not in OF_THEIRS]
    said = next((length for length in (2, 1) if tuple(after[:length]) in AFTER), 0)
    return said > 0 and (after[0] != "out" or (before != [] and before[-1] in LEAVING))


def _ends_with_one(before: Sequence[str], least: int = 1) -> bool:
    """Whether the words before a name end with what leaves it out; of a long saying, before "from" too."""
    return any(tuple(before[-length:]) in BEFORE for length in range(least, len(before) + 1))


def is_left_out_too(low: Sequence[str], before: Span, first: int) -> bool:
    """Whether a name stands in a row with one that is left out: "except health and EP"."""
    between = tuple(word for word in low[before.last : first] if word not in ARTICLES | OF_THEIRS)
    together = between in ROW or (between in ((), (",",)) and low[before.first - 1] not in PUT_RIGHT)
    return before.negated and together
