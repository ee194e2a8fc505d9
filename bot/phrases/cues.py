"""What sentences sound like: tables of patterns over words, and over what was found among them."""

import csv
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

GAP = "(?:\\S+ ){0,4}"
"""What `..` stands for: up to four words of any kind."""
OPTIONAL = re.compile(r"^(?:\([^()]*\)\?)+")


@dataclass(frozen=True)
class Cue:
    """One row: what it speaks for, and when it counts."""

    intent: str
    pattern: re.Pattern[str]
    needs: tuple[frozenset[str], ...]
    """Of each of these sets a word has to be there: most rows are passed over by that alone."""
    when: tuple[str, ...] = ()
    mood: str = ""

    def fits(self, words: Collection[str], *texts: str) -> re.Match[str] | None:
        if any(need.isdisjoint(words) for need in self.needs):
            return None
        return next((found for text in texts if (found := self.pattern.search(text))), None)


def rows(name: str) -> Sequence[Mapping[str, str]]:
    return list(csv.DictReader(files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()))


def compiled(written: str, begins: str = "(?<!\\S)") -> re.Pattern[str]:
    """A pattern as the tables write it: words with single spaces, ( | ) alternatives, `..` a gap."""
    plain = (
        written.strip().removesuffix(" (.. )?").replace("(.. )?", GAP).replace(" .. ", f" {GAP}").replace(".. ", GAP)
    )
    plain = re.sub(r"\((?!\?)", "(?:", plain)
    return re.compile(f"{begins}{plain}(?!\\S)")


def needed(written: str) -> tuple[frozenset[str], ...]:
    """The words of which one has to be there, for each part of a pattern that is not optional."""
    found: list[frozenset[str]] = []
    depth, part, parts = 0, "", []
    for each in written:
        if each == " " and depth == 0:
            parts.append(part)
            part = ""
            continue
        depth += (each == "(") - (each == ")")
        part += each
    parts.append(part)
    for each in parts:
        part = OPTIONAL.sub("", each).rstrip("$")
        if not part or part == ".." or part.endswith(("?", "*")) or "?" in part or "[" in part:
            continue
        heads = [one.strip() for one in part.removesuffix("+").strip("()").split("|")] if part[:1] == "(" else [part]
        if any("(" in head or ")" in head for head in heads):
            continue
        found.append(frozenset(head.split()[0] for head in heads if head))
    return tuple(found)


@dataclass(frozen=True)
class Cues:
    """A table, with each row found by its rarest words: of hundreds, some dozens are tried."""

    rows: tuple[Cue, ...]

    @cached_property
    def _by_word(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for at, cue in enumerate(self.rows):
            for word in min(cue.needs, key=len, default=frozenset({""})):
                found.setdefault(word, []).append(at)
        return {word: tuple(places) for word, places in found.items()}

    def likely(self, words: Collection[str]) -> list[Cue]:
        """Those of which a word is there, in the order of the table."""
        places = {at for word in (*words, "") for at in self._by_word.get(word, ())}
        return [self.rows[at] for at in sorted(places)]


@cache
def cues() -> Cues:
    """cues.csv: the questions."""
    return Cues(
        tuple(
            Cue(
                row["intent"], compiled(_spaced(row["pattern"])), needed(row["pattern"]),
                tuple(row["when"].split()),
            )
            for row in rows("cues.csv")
        )
    )  # fmt: skip


@cache
def acts() -> Cues:
    """acts.csv: what somebody wants done (order), or says has been done (told); each begins its sentence."""
    return Cues(
        tuple(
            Cue(row["intent"], compiled(row["pattern"], "^"), needed(row["pattern"]), mood=row["mood"])
            for row in rows("acts.csv")
        )
    )


@cache
def limits() -> Cues:
    """limits.csv: what is declined."""
    return Cues(
        tuple(
            Cue(row["intent"], compiled(_spaced(row["pattern"])), needed(row["pattern"])) for row in rows("limits.csv")
        )
    )


def _spaced(pattern: str) -> str:
    """An optional word at the end takes its space with it: "waiting (for)?"."""
    gaps = re.sub(r" \.\. (\([^()]*\))\?(?= |$)", r"(?: .. \1)?", pattern)
    return re.sub(r" (\([^()]*\))\?(?= |$)", r"(?: \1)?", gaps)


def _words() -> frozenset[str]:
    text = " ".join(
        row["pattern"] for name in ("cues.csv", "acts.csv", "limits.csv", "courtesies.csv") for row in rows(name)
    )
    text += " ".join(row["said"] for row in rows("families.csv"))
    return frozenset(re.findall(r"[a-z]+", text))


CUE_WORDS = _words()

Holds = Callable[[str], bool]


def spoken_for(words: Collection[str], texts: Sequence[str], holds: Holds) -> set[str]:
    """Each question that some row of the table speaks for."""
    found: set[str] = set()
    for cue in cues().likely(words):
        if cue.intent not in found and all(holds(condition) for condition in cue.when) and cue.fits(words, *texts):
            found.add(cue.intent)
    return found
