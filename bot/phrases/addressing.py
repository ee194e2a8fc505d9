"""Whom a draft is for, by the words that name them."""

import re

from bot.phrases.reading import Sentence

READERS = (
    ("mp_team", r"mp team|mps team|members enquiries"),
    ("family", r"mum|dad|mother|father|parents?|famil(?:y|ies)|carers?|grandparents?|young person"),
    ("others", r"councillor|press|governors?|lead member|cabinet|scrutiny|member of the public|journalist"),
    ("mp", r"mps?|holding"),
    ("manager", r"manager|head|director|dcs|panel|boss|leader|team"),
)
"""As `draft` takes each; the first that fits."""


def addressed(sentence: Sentence) -> str:
    """Whom a text is for; empty where none of them is named, and for whoever gives advice."""
    said = f"{sentence.plain} {sentence.said}"
    to = next((whom for whom, named in READERS if re.search(rf"(?<!\S)(?:{named})(?!\S)", said)), "")
    letter = sentence.has("mp", "constituency") or any(ref.startswith("MP") for ref in sentence.refs)
    return to or ("mp" if letter else "")
