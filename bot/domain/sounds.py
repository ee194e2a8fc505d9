"""Names as they are searched for: the words that one is made of, and what each sounds like.

For names as they are borne in England today, wherever they come from: Shaun for Sean, Muhammad for Mohammed, Lucas for
Łukasz. It hears more alike than is, and is only used to offer what is not found as it was written.
"""

import re
from itertools import pairwise

from bot.domain.guard import cleaned, words_of

GROUP = re.compile(r"[^\s,]+")
APOSTROPHE = re.compile(r"['’ʼ`´]")
# fmt: off
JOINS = frozenset({
    "al", "el", "abd", "abu", "ab", "bin", "ibn", "de", "da", "di", "du", "del", "della", "der", "den", "dos", "la",
    "le", "les", "mac", "mc", "o", "ap", "st", "van", "von", "ter", "ten", "ul", "ur",
})
# fmt: on
"""Little words that some write together with the next: Mac Donald, Al Hassan, De Souza."""

HEARD = tuple(
    (re.compile(written), sounds)
    for written, sounds in (
        (r"^(?:kn|gn|pn|ng|mn)", "n"),  # Knight, Nguyen
        (r"^wr|rh", "r"),  # Wright, Rhys
        (r"^wh", "w"),
        (r"^x", "s"),  # Xavier, Xanthe
        (r"^y(?=[aeiou])", "j"),  # Yasmin, Jasmine
        (r"^wi[ck]t", "vikt"),  # Wiktoria, Victoria
        (r"^ci(?=[ao])", "ki"),  # Ciaran
        (r"^gh", "g"),
        (r"(?<=.)[bm]h(?![aeiou]{2})", "v"),  # Siobhan, Niamh; but Ibrahim has a vowel between
        (r"gh", ""),  # Hugh, Leigh, Wright
        (r"ph", "f"),
        (r"sch", "sh"),  # Schmidt
        (r"tch|cz|ch|kh|ck|q", "k"),  # Khan, Michaela, Zack, Siddiqui
        (r"s[ck](?=[eiy])|sh|sz|zh", "s"),  # Shaun, Łukasz, Francesca
        (r"dg(?=[eiy])|dj|g(?=[eiy])", "j"),  # Georgia, Jorja
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"dt", "t"),
        (r"nd(?=s)", "n"),  # Lindsey
        (r"mp(?=[st])", "m"),  # Thompson
        (r"mb$", "m"),
        (r"(?<=.)ew", "u"),  # Stewart
        (r"(?<=.)w(?=[aeiouy])", "v"),  # Dawid, Jaswinder
        (r"(?<=.)w", "u"),  # Shawn, Chowdhury
        (r"v", "f"),  # Steven, Stephen
        (r"(?<=.)h", ""),  # Sarah, Thomas, Ahmed
        (r"y", "i"),
    )
)
"""How a piece of a word is written, and what it is heard as; in this order."""
VOWEL = {"a": "a", "e": "e", "i": "e", "o": "o", "u": "o"}
"""Vowels, as far as they are told apart: at the beginning, and in a word with one consonant."""


def parts_of(name: str) -> frozenset[str]:
    """The words that a name may be searched for by: each, and those that belong together written as one.

    Smith-Jones: smith, jones, smithjones. O'Brien: obrien, o, brien. Mac Donald: mac, donald, macdonald.
    """
    text = cleaned(name)
    groups = [_words(group) for group in GROUP.findall(text)]
    found = {part for words in groups for part in (*words, "".join(words))}
    found |= {little[0] + after[0] for little, after in pairwise(groups) if _joins(little) and after}
    found |= set(_words(APOSTROPHE.sub(" ", text)))
    return frozenset(found - {""}) or frozenset({text.casefold()})


def asked_for(text: str) -> tuple[str, ...]:
    """The words that somebody searches by, each once; a single letter counts where nothing else is there."""
    words = tuple(dict.fromkeys(_words(cleaned(text))))
    return tuple(word for word in words if len(word) > 1) or words


def _joins(words: list[str]) -> bool:
    return len(words) == 1 and words[0] in JOINS


def _words(text: str) -> list[str]:
    return [word.plain for word in words_of(text) if word.plain]


def sound(word: str) -> str:
    """What a word, in small letters, sounds like; empty where it is not in Latin letters, or too short to tell."""
    if len(word) < 2 or not (word.isascii() and word.isalpha()):
        return ""
    heard = word
    for written, sounds in HEARD:
        heard = written.sub(sounds, heard)
    heard = re.sub(r"(.)\1+", r"\1", heard)
    first = VOWEL.get(heard[:1], heard[:1])
    bones = first + re.sub(r"[aeiou]", "", heard[1:])
    if len(bones) > 1:
        return bones
    return bones + next((VOWEL[letter] for letter in heard[1:] if letter in VOWEL), "")
