"""What stands in a sentence: references, people, agencies, clocks, MPs, schools, days, comparisons, each found once."""

from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from bot.phrases import wordlists
from bot.phrases.clean import ENDS, Word
from bot.phrases.comparing import comparators
from bot.phrases.days import Almanac, When
from bot.phrases.leaving import is_left_out, is_left_out_too
from bot.phrases.numbering import references, shorts
from bot.phrases.span import Span
from bot.phrases.spelling import DAY_WORDS, KNOWN, TRADE_WORDS
from bot.phrases.stretches import BEGIN_A_DAY, MAY_BE_A_DAY, OF_DAYS, read_when
from bot.phrases.unknown import unknown_names
from bot.phrases.vocabulary import OWN, Named, Vocabulary


def found_in(words: Sequence[Word], vocabulary: Vocabulary, almanac: Almanac, text: str) -> list[Span]:
    """Every span of a sentence, in its order. A word belongs to one span alone, the surest kind first."""
    low = [word.low for word in words]
    taken = [False] * len(low)
    spans: list[Span] = []
    finders = (
        references(low, almanac, vocabulary),
        comparators(low),
        _whens(low, almanac),
        _names(words, low, vocabulary),
        _near_mps(low, vocabulary),
        shorts(low, almanac, vocabulary),
        _unknown_mps(words, low, text),
        unknown_names(words, text, vocabulary),
    )
    for finder in finders:
        for span in finder:
            if not any(taken[span.first : span.last]):
                taken[span.first : span.last] = [True] * (span.last - span.first)
                spans.append(span)
    return sorted(spans, key=lambda span: span.first)


FURTHEST = 10
"""Words within which what begins a day or a period names one."""


def _whens(low: Sequence[str], almanac: Almanac) -> Iterator[Span]:
    at, named = 0, [place for place, word in enumerate(low) if word in OF_DAYS or MAY_BE_A_DAY.match(word)]
    while named and at <= named[-1]:
        begins = low[at] in BEGIN_A_DAY or low[at][:1].isdigit()
        near = begins and any(at <= place < at + FURTHEST for place in named)
        found = read_when(low, at, almanac) if near else None
        if found and _is_meant(found, low, at):
            yield Span("when", found, at, at + found.length, bound=low[at])
        at += found.length if found else 1


def _is_meant(found: When, low: Sequence[str], at: int) -> bool:
    """ "15 feb" and "31 march" are deadlines of the phase transfers; "may" alone is a verb."""
    words = list(low[at : at + found.length])
    if {"fifteenth", "february"} <= set(words) or {"fifteenth", "feb"} <= set(words):
        words = ["15", "feb"]
    if words[-2:] in (["15", "feb"], ["15", "february"], ["31", "march"], ["31", "mar"]) and not {
        "by",
        "before",
        "since",
        "to",
    } & set(words):
        return False
    if at and low[at - 1] in ("dob", "born", "birth", "birthday"):
        return False
    if words[0] == "on" and words[-1] in ("holiday", "holidays", "break"):  # somebody is
        return False
    if words[-2:] in (["20", "weeks"], ["16", "weeks"]) and not {"next", "last", "past", "coming"} & set(words):
        return False
    return words not in (["may"], ["sun"], ["sat"], ["march"], ["a"]) and not (words[0] == "the" and len(words) == 1)


def _names(words: Sequence[Word], low: Sequence[str], vocabulary: Vocabulary) -> Iterator[Span]:
    """The longest known name at each word."""
    at, known, before = 0, vocabulary.names, None
    while at < len(low):
        for length in vocabulary.lengths.get(low[at], ()):
            named = known.get(" ".join(low[at : at + length])) if at + length <= len(low) else None
            if named and _counts(named, words, low, at, length):
                before = _span(named, low, at, at + length, before)
                yield before
                at += length - 1
                break
        at += 1


def _counts(named: Sequence[Named], words: Sequence[Word], low: Sequence[str], at: int, length: int) -> bool:
    """A single word that is also an everyday one has to look like what it names."""
    before, after = low[at - 1] if at else "", low[at + length] if at + length < len(low) else ""
    if named[0].kind in OWN:
        return length > 1 or low[at] not in OTHER_WORDS or _is_written_as_a_name(words, at)
    if low[at] == "us" or (low[at] == "la" and after in ("la",)):
        return False
    if after in PAPERS.get(low[at], ()) and length == 1:
        return False
    if low[at] == "draft" and length == 1 and before not in ("a", "the", "no", "any", "their", "her", "his", "our"):
        return after not in DRAFTED and not (at == 0 and after in ("holding", "reply"))
    if low[at] in ("reply", "answer", "response") and before in ("we", "they", "you", "to", "i", "not", "anyone"):
        return not {"tribunal", "appeal"}.isdisjoint(low[at : at + length])
    if low[at] in ("order", "appeal") or (low[at] == "final" and after in ("day", "week", "step", "warning")):
        return length > 1
    if low[at] in ("foi", "sar", "complaint") and after.isdigit():
        return False
    return not (length == 1 and low[at] in SCHOOLS and _is_a_place(low, at))


OTHER_WORDS = wordlists.EVERYDAY | DAY_WORDS | TRADE_WORDS


def _is_written_as_a_name(words: Sequence[Word], at: int) -> bool:
    """A name that is an everyday word too, such as Will or Mark: it has its capital, not just for coming first."""
    following = words[at + 1].capital if at + 1 < len(words) else False
    return words[at].owns or (words[at].capital and (at > 0 or following))


SCHOOLS = frozenset({"school", "college", "nursery", "academy", "education", "setting"})
WHERE = wordlists.words(
    """
    off at in into attending attends attend starting starts missing misses missed leaving leaves skipping outside
    joining joins refusing
    """
)


PAPERS_OF = frozenset({"advice", "report", "reports", "reply", "replies", "response", "responses"})


def _is_a_place(low: Sequence[str], at: int) -> bool:
    """ "He's off school": where a child is, not who is asked; "asked school", "the school", are."""
    before = low[at - 1] if at else ""
    if low[at + 1 : at + 2] and low[at + 1] in PAPERS_OF:
        return False
    going = low[max(0, at - 2) : at] in (["out", "of"], ["going", "to"], ["go", "to"], ["goes", "to"], ["get", "to"])
    return before in WHERE or going or (low[at] == "education" and before == "of")


DRAFTED = frozenset({"me", "us", "a", "an", "some", "something", "up", "two", "2", "one"})
"""What follows "draft" where it is a verb."""
PAPERS = {
    "draft": frozenset(
        {"report", "advice", "letter", "reply", "response", "reports", "minutes", "assessment", "agenda"}
    ),
    "medical": frozenset({"condition", "conditions", "history", "needs", "diagnosis", "problem", "problems", "issues"}),
}
"""Before these a word says of what sort they are: a draft report is no draft plan, a medical condition no agency."""


def _span(named: Sequence[Named], low: Sequence[str], first: int, last: int, before: Span | None) -> Span:
    negated = is_left_out(low, first, last) or (before is not None and is_left_out_too(low, before, first))
    others = tuple(one.id for one in named) if len(named) > 1 else ()
    return Span(named[0].kind, named[0].id, first, last, negated, others)


def _near_mps(low: Sequence[str], vocabulary: Vocabulary) -> Iterator[Span]:
    """ "Garath Pel": both names of an MP, each with a slip at most."""
    for at in range(len(low) - 1):
        for mp in vocabulary.mps:
            names = mp.lower().split()
            if low[at][:1] == names[0][:1] and _is_near(low[at], names[0]) and _is_near(low[at + 1], names[-1]):
                yield Span("mp", mp, at, at + 2)


def _is_near(said: str, name: str) -> bool:
    return len(said) > 2 and OSA.distance(said, name, score_cutoff=1) <= 1


def _unknown_mps(words: Sequence[Word], low: Sequence[str], text: str) -> Iterator[Span]:
    """An MP whom nobody has put on record: "Dana Okoro MP", "from Dana Okoro", as it is written."""
    for at, word in enumerate(low):
        if word == "mp" and at and words[at - 1].capital and low[at - 1] not in KNOWN:
            first = at - 1
            while first and at - first < 3 and words[first - 1].capital and low[first - 1] not in ENDS and first > 1:
                first -= 1
            yield Span("mp", text[words[first].start : words[at - 1].end], first, at)
