"""Which of a case's clocks somebody means: by its title, its weeks, who answers it, or its regulation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.clocks import Adviser, Clock
from bot.domain.facts import FACTS, Asks

SAYS_NOTHING = frozenset(
    {"a", "an", "the", "date", "dates", "deadline", "clock", "due", "of", "for", "is", "on", "in", "and", "to"}
)
UNITS = {"w": "weeks", "wk": "weeks", "wks": "weeks", "week": "weeks", "day": "days", "month": "months"}
ALSO = {"reg": "regulation", "regs": "regulations", "s": "section", "sec": "section", "ar": "annual review"}


@dataclass(frozen=True)
class Called:
    """One clock of a case, and what it is called there."""

    clock: Clock
    title: str
    """ "final plan", "speech and language advice (2)"."""
    adviser: Adviser | None = None
    """Who is asked, where it runs on a request."""

    @property
    def key(self) -> str:
        return key_of(self.clock.rule.id, self.clock.instance)


def key_of(rule: str, instance: int | None) -> str:
    """What no other clock of a case is called: what a button carries."""
    return f"{rule}#{instance}" if instance else rule


def meant(clocks: Sequence[Called], text: str) -> list[Called]:
    """Those that the words fit: by a name of their own, else an agency's, else by every word of it said of them."""
    for fits in (_is_it, _is_named, _is_met_by, _is_agencys, _is_in_title, _is_said_of):
        if found := [called for called in clocks if fits(called, text)]:
            return _that_count(found)
    return []


def _that_count(found: list[Called]) -> list[Called]:
    """Of two that stand for one thing, the one that counts: the later limb of a limit, the branch that was taken."""
    first = found[0].clock.rule
    if all(called.clock.rule.composite in {other.clock.rule.id for other in found} for called in found):
        return [max(found, key=lambda called: (called.clock.later_limb is None, called.clock.legal))]
    binding = [called for called in found if not called.clock.information]
    alike = all(called.clock.rule.title == first.title and called.clock.instance is None for called in found)
    return binding if alike and len(binding) == 1 else found


def _is_it(called: Called, text: str) -> bool:
    return text.strip() in (called.key, called.title)


def _is_named(called: Called, text: str) -> bool:
    return _plain(text) in {_plain(name) for name in _names(called)}


def _names(called: Called) -> list[str]:
    rule = called.clock.rule
    names = [called.title, rule.id, *(said for stop in rule.stops[:1] for said in FACTS[stop].said)]
    names += [rule.period] if rule.length else []
    if called.adviser is None:
        return [*names, rule.title]
    what = "advice" if called.adviser.asks is Asks.ADVICE else "consultation"
    known = (called.adviser.label, str(called.adviser.id), *called.adviser.also)
    return [*names, *known, *(f"{name} {what}" for name in known)]


def _is_met_by(called: Called, text: str) -> bool:
    """By another fact than its own that meets it: a full reply makes a holding reply needless."""
    return _plain(text) in {_plain(said) for stop in called.clock.rule.stops for said in FACTS[stop].said}


def _is_agencys(called: Called, text: str) -> bool:
    """ "Health" means any of health's advisers where no general request was made."""
    agency = called.adviser.agency if called.adviser else None
    return agency is not None and _plain(text) in (_plain(agency.label), _plain(f"{agency.label} advice"))


def _is_in_title(called: Called, text: str) -> bool:
    return _all_in(text, called.title)


def _is_said_of(called: Called, text: str) -> bool:
    rule = called.clock.rule
    return _all_in(text, " ".join([*_names(called), rule.act, rule.branch, rule.source]))


def _all_in(text: str, said: str) -> bool:
    """Whether every word of it is there: "section 44" in "section 44(1)(b)"."""
    asked, words = _words(text), _words(said)
    known = {word[:end] for word in words for end in (len(word), *(at for at, each in enumerate(word) if each == "("))}
    return bool(asked) and set(asked) <= known


def _plain(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    """The words that say something, alike however they are written: "the 20-week date" is "20 weeks"."""
    apart = re.sub(r"(\d)(?=(?:w|wk|wks)\b)", r"\1 ", text.casefold().replace("_", " ").replace("-", " "))
    words = re.findall(r"\d+(?:\(\w+\))+|[\w']+", apart)
    spelt = [UNITS.get(word, word) if before.isdigit() else ALSO.get(word, word)
             for before, word in zip(["", *words], words, strict=False)]  # fmt: skip
    return [part for word in spelt for part in word.split() if part not in SAYS_NOTHING]
