"""Greetings and thanks, and is said to is none of our business."""

from collections.abc import Sequence

from bot.phrases.wordlists import words

GREETING = "Hello. Ask me about a case by its number, or about what is due or late; say help to see more."
WELCOME = "You are welcome."
THANKS = words("thanks thank thankyou cheers ta brilliant perfect great lovely super fab excellent")
OUT_OF_SCOPE = (
    "I can't help with that. I answer questions about cases and their dates: where 0042 stands, what is overdue for "
    "health, which MP letters are due this week."
)
WORDS = words(
    """
    hi hiya hello hey yo morning afternoon evening good day thanks thank you thankyou cheers ta lovely great
    brilliant perfect excellent super fab fabulous amazing awesome nice one much many so very a lot ok okay cool no
    worries problem all the best bye goodbye see later tomorrow then have nice weekend night star you're are your a
    legend hero help helpful appreciated appreciate it that that's is was got sorted done wonderful there bot
    referralbot mate love for your you again everyone team happy monday friday tuesday wednesday thursday how things
    doing today today's welcome sorry my bad oops lol haha ha hope well long time speak soon please go on then fine
    good thing gotcha understood noted ah oh wow yay hooray the best up been useful always star's sweet top job
    work well done good bot love it pleasure meet nice now to who's a clever keep up enjoy rest of evening christmas
    merry new year easter both all folks
    """
)
OPENERS = words(
    """
    hi hiya hello hey yo morning afternoon evening good thanks thank thankyou cheers ta lovely great brilliant
    perfect excellent super fab fabulous amazing awesome nice cool bye goodbye you're bye ok okay sorry lol haha ha
    wow yay happy welcome no see have well you how understood noted gotcha top love much many fine merry enjoy oops
    keep that's that what
    """
)
SOCIAL = (
    "how are you",
    "how are you doing",
    "how are things",
    "how is it going",
    "you are",
    "what is up",
    "what up",
    "that is",
    "how is your day",
    "how you doing",
    "have a",
    "see you",
    "no worries",
    "no problem",
    "well done",
    "that was",
    "nice to meet you",
    "how are you today",
    "who is a clever bot",
)


def friendly(said: Sequence[str]) -> str:
    """One line back."""
    return WELCOME if not THANKS.isdisjoint(said) else GREETING


def is_smalltalk(words: Sequence[str]) -> bool:
    """Nothing but a greeting, thanks, or the like."""
    said = [word for word in words if word.isalpha() or "'" in word]
    if not said or len(said) > 14 or len(said) < len([word for word in words if word not in "?!.,;:-"]):
        return not said and not any(each.isalnum() for word in words for each in word)
    if not all(word in WORDS or word == "am" for word in said) or said[0] not in OPENERS:
        return False
    return not (said[0] in ("what", "how", "you", "that", "have", "see") and not " ".join(said).startswith(SOCIAL))
