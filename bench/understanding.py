"""How long a sentence takes to be understood, and a text as long as a platform takes."""

import random
import time
from dataclasses import dataclass
from statistics import median, quantiles

from bench.page import Told
from bot.phrases import understand
from tests.understanding import rows, vocabulary

LONGEST_PHRASE, LONGEST_TEXT = 300, 40_000
"""Characters: of a phrase that is asked; of a message, to Slack's limit."""
WANTED = 5.0
"""Milliseconds at the 99th percentile for a phrase."""


@dataclass(frozen=True)
class Measured:
    """Milliseconds of the processor for each: what else the machine does is no part of it."""

    sentences: list[float]
    phrases: list[float]
    texts: list[float]


def measured(times: int) -> Measured:
    """Every sentence of the table, sentences put together to the length of a phrase, and whole texts."""
    said = [row.text for row in rows()]
    draw = random.Random(1)
    phrases = [" ".join(draw.choices(said, k=12))[:LONGEST_PHRASE] for _ in said]
    texts = [" ".join(draw.choices(said, k=1200))[:LONGEST_TEXT] for _ in range(max(times, 3))]
    for text in said[:20]:
        _took(text)
    return Measured(
        [_took(text) for _ in range(times) for text in said],
        [_took(text) for _ in range(times) for text in phrases],
        [_took(text) for text in texts],
    )


def _took(text: str) -> float:
    began = time.thread_time()
    understand(text, vocabulary=vocabulary(), today=rows()[0].today)
    return (time.thread_time() - began) * 1000


def told(found: Measured) -> Told:
    lines = [
        (what, f"{len(took)}", f"{median(took):.2f} ms", f"{at_99(took):.2f} ms")
        for what, took in (
            ("a sentence of tests/utterances.csv", found.sentences),
            (f"several questions in {LONGEST_PHRASE} characters", found.phrases),
            (f"a text of {LONGEST_TEXT} characters", found.texts),
        )
    ]
    p99 = at_99(found.phrases)
    target = (
        f"a phrase of {LONGEST_PHRASE} characters understood, 99th percentile",
        f"< {WANTED:.0f} ms",
        f"{p99:.1f} ms",
    )
    table = [
        "## Plain English\n",
        "| text, in processor time | times | median | 99th percentile |",
        "|---|---:|---:|---:|",
        *(f"| {' | '.join(line)} |" for line in lines),
        "",
    ]
    return Told("\n".join(table), [(*target, p99 < WANTED)])


def at_99(took: list[float]) -> float:
    return quantiles(took, n=100)[98]
