"""What somebody typed without what a platform and a keyboard put around it, and its words one by one."""

import html
import re
import unicodedata
from dataclasses import dataclass, replace

LONGEST_READ = 4000
"""Characters of a message that are read for what it asks; of a longer one, its beginning and its end."""
OF_THE_END = 1000

MARKS = str.maketrans(
    {
        **dict.fromkeys("‘’ʼ`´", "'"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        "\u00a0": " ",
        "…": " ",
        "≥": ">=",
        "≤": "<=",
    }
)
LINK = re.compile(r"<(?:https?|mailto):[^|>\s]{1,2000}(?:\|([^>]{0,300}))?>", re.IGNORECASE)
MENTION = re.compile(r"<[@!#][^>|]{1,80}(?:\|([^>]{0,80}))?>|<at\b[^>]{0,80}>([^<]{0,80})</at>", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)
EMOJI_NAME = re.compile(r"(?<!\S):[a-z][a-z0-9_+-]{1,40}:(?!\S)", re.IGNORECASE)
STYLE = re.compile(r"[*_~]{1,3}(?=\S)|(?<=\S)[*_~]{1,3}(?=\W|$)")
NUMBERED = re.compile(r"\bno\. ?(?=#?\d)", re.IGNORECASE)
WEEK_OF = re.compile(r"\bw ?/ ?[cb]\b", re.IGNORECASE)
WEEK_TO = re.compile(r"\bw ?/ ?e\b", re.IGNORECASE)
UNDERSCORED = re.compile(r"(?<=[a-z\d])_(?=\d)", re.IGNORECASE)
WITH = re.compile(r"\bw/(?=[\sa-z])(?![cb]\b)", re.IGNORECASE)
UNSEEN = frozenset({"So", "Sk", "Cs", "Cn", "Co", "Cf", "Cc"})

WORD = re.compile(
    r"#?(?:send|mp|comp|foi|sar)[- ]?20\d\d[-/ ]#?\d{1,5}(?!\d)"  # a reference written in full
    r"|20\d\d-\d\d?-\d\d?(?!\d)"  # a date in figures
    r"|(?:3[01]|[12]\d|0?[1-9])[/.](?:1[0-2]|0?[1-9])(?:[/.]\d{2,4})?(?![\d/])"  # no 42/47
    r"|20\d\d[-/]\d{4,5}(?!\d)"  # a reference without its prefix
    r"|#?\d+(?:st|nd|rd|th|wks?|w|d)?\+?(?![^\W_])|\d+|y(?:ea)?r?\d{1,2}s?(?![^\W_])|ks\d(?![^\W_])|[rq][1-4](?![^\W_])|[<>]=?|%"
    r"|[^\W\d_]+(?:[&][^\W\d_]+)?(?:'[^\W\d_]+)*|\+(?=\s|$)|[?!.;:,]|(?<=[\s\d])-(?=\s|\d)|&",
    re.IGNORECASE,
)
ENDS = frozenset("?!.;:,")

SHORT = {
    "what's": "what is", "whats": "what is", "who's": "who is", "whos": "who is", "where's": "where is",
    "wheres": "where is", "when's": "when is", "whens": "when is", "how's": "how is", "hows": "how is",
    "why's": "why is", "that's": "that is", "thats": "that is", "it's": "it is", "there's": "there is",
    "theres": "there is", "let's": "let us", "here's": "here is", "i'm": "i am", "im": "i am", "i've": "i have",
    "ive": "i have", "i'll": "i will", "i'd": "i would", "we've": "we have", "weve": "we have", "we're": "we are",
    "we'll": "we will", "we'd": "we would", "you've": "you have", "you're": "you are", "they've": "they have",
    "they're": "they are", "he's": "he is", "she's": "she is", "hasn't": "has not", "hasnt": "has not",
    "haven't": "have not", "havent": "have not", "hadn't": "had not", "don't": "do not", "dont": "do not",
    "doesn't": "does not", "doesnt": "does not", "didn't": "did not", "didnt": "did not", "isn't": "is not",
    "isnt": "is not", "aren't": "are not", "arent": "are not", "won't": "will not", "wont": "will not",
    "can't": "can not", "cant": "can not", "cannot": "can not", "couldn't": "could not", "wasn't": "was not",
    "wasnt": "was not", "weren't": "were not", "shouldn't": "should not", "wouldn't": "would not", "yr": "year",
    "yrs": "years", "wk": "week", "wks": "weeks", "mth": "month", "tmrw": "tomorrow", "tmw": "tomorrow",
    "tom'row": "tomorrow", "yday": "yesterday", "hrs": "hours", "w": "with", "bc": "because", "o/s": "outstanding",
    "os": "outstanding", "docs": "documents", "info": "information", "asap": "now", "thx": "thanks", "u": "you",
    "r": "are", "ur": "your", "abt": "about", "gonna": "going to", "wanna": "want to", "dya": "do you",
    "rec'd": "received", "recd": "received", "recvd": "received", "rcvd": "received", "chq": "check",
    "yest": "yesterday", "yesty": "yesterday", "yesterdays": "yesterday", "ystdy": "yesterday",
    "2day": "today", "2moro": "tomorrow", "2morrow": "tomorrow", "tomoz": "tomorrow", "tmoz": "tomorrow",
    "tom'w": "tomorrow", "tomo": "tomorrow", "tday": "today", "todays": "today", "2nite": "tonight",
    "thru": "through", "n": "and", "giv": "give", "gimme": "give me", "wot": "what", "wen": "when", "wher": "where",
    "ytd": "year to date", "mtd": "month to date",
    "pct": "percent", "mgr": "manager", "fnight": "fortnight", "xmas": "christmas", "hmm": "", "um": "", "erm": "",
    "er": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Word:
    """One word in small letters, and where it stands in the cleaned text. Two may stand in one place: "what's"."""

    low: str
    start: int
    end: int
    capital: bool = False
    owns: bool = False
    """It was followed by 's."""


def cleaned(text: str) -> str:
    """The text without mark-up, mentions, links, emoji and odd spacing; straight quotation marks."""
    if len(text) > LONGEST_READ:
        text = f"{text[: LONGEST_READ - OF_THE_END]} {text[-OF_THE_END:]}"
    text = LINK.sub(lambda link: f" {link[1] or ''} ", MENTION.sub(_mentioned, text))
    text = html.unescape(TAG.sub(" ", text))
    text = WEEK_TO.sub("week ending", text)
    text = NUMBERED.sub("no ", WEEK_OF.sub("week commencing", WITH.sub("with ", text)))
    text = UNDERSCORED.sub("-", text)
    text = ADDRESS.sub(" ", MENTION.sub(" ", text) if "<" in text else text)
    text = unicodedata.normalize("NFKC", text.translate(MARKS)) if not text.isascii() else text
    text = text.translate(MARKS)
    seen = "".join(" " if unicodedata.category(each) in UNSEEN else each for each in text)
    return " ".join(STYLE.sub("", EMOJI_NAME.sub(" ", seen)).split())


TAKES_A_NAME = re.compile(
    r"\b(?:to|for|with|by|from|of|remind|ask|chase|nudge|prod|ping|is|has|does|covering|except|and|over|off) ?$",
    re.IGNORECASE,
)


def _mentioned(mention: re.Match[str]) -> str:
    """Somebody who is named by a mention, "give it to @Priya"; not one who is only spoken to, such as the bot."""
    name = (mention[2] or mention[1] or "").strip().removeprefix("@")
    named = name and TAKES_A_NAME.search(mention.string[max(0, mention.start() - 12) : mention.start()])
    return f" {name} " if named else " "


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a cleaned text, short forms written out, each mark that ends something a word of its own."""
    shouted = text.isupper()
    found: list[Word] = []
    for match in WORD.finditer(text):
        written = match[0]
        low, start, end = written.lower(), match.start(), match.end()
        capital = written[0].isupper() and not shouted
        if low in SHORT:
            found += [Word(part, start, end) for part in SHORT[low].split()]
        elif low == "s" and found and text[start - 1 : start] == "'" and found[-1].end == start - 1:
            found[-1] = replace(found[-1], owns=True)  # 0042's
        elif low.endswith("'s") and len(low) > 2:
            found.append(Word(low[:-2], start, end, capital, owns=True))
        elif low == "&":
            found.append(Word("and", start, end))
        else:
            found.append(Word(low.rstrip("'"), start, end, capital))
    return tuple(found)
