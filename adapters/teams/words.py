"""Text in cards: runs, which Teams shows letter by letter, so that nothing a person typed becomes markup."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.message import State

Element = dict[str, Any]

COLOURS: Mapping[State, str] = {
    State.LATE: "Attention",
    State.SOON: "Warning",
    State.WAITING: "Accent",
    State.DONE: "Good",
}
_MARKUP = re.compile(r"[\\`*_\[\]#<>~|&{}]|^\s*(?:[-+>]|\d+[.)])\s", re.MULTILINE)
DOT = "\u00a0· "
"""What parts two things in a line; no line begins with it."""
LONGEST = 4_000
"""Characters of a message's text that a card carries: well under what a message may hold, whatever they are."""
LONGEST_SMALL = 500


def run(text: str, **looks: Any) -> Element:
    """A piece of text as it stands. Teams reads markdown in a TextBlock and a FactSet, never in a run."""
    # Two braces open a date function, which a few clients fill in even here.
    return {"type": "TextRun", "text": text.replace("{{", "{\u200b{").replace(" · ", DOT), **looks}


def line(*runs: Element, spacing: str = "Small") -> Element:
    """One paragraph of runs; it wraps by itself."""
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": list(runs)}


def heading(text: str) -> Element:
    """A heading that screen readers find, or bold runs where the words hold something markdown would read."""
    if _MARKUP.search(text):
        return line(run(text, weight="Bolder", size="Medium"))
    return {"type": "TextBlock", "text": text, "wrap": True, "weight": "Bolder", "size": "Medium", "style": "heading"}


def paragraphs(text: str, **looks: Any) -> list[Element]:
    """A line of text a paragraph; empty lines only part."""
    return [line(run(each, **looks)) for each in text.splitlines() if each.strip()]


def small(text: str) -> list[Element]:
    """Small print."""
    return paragraphs(cut(text, LONGEST_SMALL), size="Small", isSubtle=True)


def cut(text: str, longest: int) -> str:
    """The text, or as much of it as is allowed."""
    return text if len(text) <= longest else text[:longest].rstrip() + " …"


def state_runs(state: State, told: str = "", *, between: str = "") -> list[Element]:
    """The coloured mark with its word, unless what is told beside it says that already; nothing for a plain fact."""
    if state is State.PLAIN:
        return []
    said = state.value in re.findall(r"\w+", told.lower())
    # The word keeps the ordinary colour: a theme's yellow on white is too faint to read.
    word = [] if said else [run(f"{state.value.capitalize()}{between}", weight="Bolder")]
    return [run("● ", color=COLOURS[state], weight="Bolder"), *word]


def size(*elements: Any) -> int:
    """Bytes of JSON that these add to a message."""
    return sum(len(json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode()) + 1 for each in elements)


def fitting(groups: Iterable[list[Element]], room: int) -> tuple[list[Element], int, int]:
    """As many groups, from the first, as fit in `room` bytes: their elements, how many stayed out, the room left."""
    kept: list[Element] = []
    out = 0
    for group in groups:
        needed = size(*group)
        if out or needed > room:
            out += 1
            continue
        kept += group
        room -= needed
    return kept, out, room
