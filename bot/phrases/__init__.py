"""Plain English in, a line or a question out. It reads no record and no clock, and does nothing by itself."""

from bot.phrases.typed import typed
from bot.phrases.understanding import understand
from bot.phrases.understood import INTENTS, SLOTS, Option, Question, Understood
from bot.phrases.vocabulary import LINE_OF, OnRecord, Person, Vocabulary, vocabulary_from

__all__ = [
    "INTENTS",
    "LINE_OF",
    "SLOTS",
    "OnRecord",
    "Option",
    "Person",
    "Question",
    "Understood",
    "Vocabulary",
    "typed",
    "understand",
    "vocabulary_from",
]
