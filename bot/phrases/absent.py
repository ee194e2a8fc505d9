"""Leave said in words: who is away, and who covers."""

import re
from typing import Any

from bot.phrases.reading import Sentence

I_AM = re.compile(r"(?<!\S)(?:i|me|my|myself)(?!\S)")
COVERS_FOR = re.compile(r"(?:NAME|WHO) (?:is |will |will be |is going to )?(?:covers?|covering|stands?|standing)(?!\S)")
""" "Tom is covering for Priya", and not "Priya is off, Tom is covering"."""


def leave(sentence: Sentence) -> dict[str, Any]:
    """Who is away, `me` where nobody else is named as being so, and who covers, where somebody does."""
    people = [str(one) for one in (*sentence.values("person"), *sentence.values("name"))]
    if I_AM.search(sentence.plain) or not people:
        return {"person": "me", "cover": people[0] if people else ""}
    if len(people) > 1 and COVERS_FOR.match(sentence.tagged):
        people.reverse()
    return {"person": people[0], "cover": people[1] if len(people) > 1 else ""}
