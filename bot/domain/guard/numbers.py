"""Numbers and addresses that identify by themselves: UPN, NHS number, postcode; a family's e-mail and mobile number."""

import re
from collections.abc import Iterator

from bot.domain.guard.traces import Found, Trace

GAP = r"[ \-‐-―.]?"
"""What people put between the groups of a number."""

UPN = re.compile(rf"(?<![^\W_])([A-Z])((?:{GAP}\d){{11}}){GAP}([0-9A-Z])(?![^\W_])", re.IGNORECASE)
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""A check letter by its value, 0 to 22; I, O and S are left out."""
_SO = r"(?:[^\w]+(?:is|was|for|of|his|hers?|him|them|the|this|child|pupil|boy|girl))*[^\w]*$"
"""What people put between what a number is called and the number."""
CALLED_UPN = re.compile(rf"\b(?:upn|pupil)\b(?:[^\w]*(?:no|num\w*|nbr|id)\b)?{_SO}", re.IGNORECASE)

NHS = re.compile(rf"(?<![\w+])(?<!\d[-.])\d{{3}}{GAP}\d{{3}}{GAP}\d{{4}}(?![^\W_])(?![ \-.]\d)")
CALLED_NHS = re.compile(rf"\bnhs(?:[^\w]*(?:no|num\w*|nbr))?\b{_SO}", re.IGNORECASE)

AREAS = re.compile(
    "A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?"
    "|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE",
    re.IGNORECASE,
)
"""The letters a postcode may begin with, as Royal Mail has them."""
POSTCODE = re.compile(r"(?<![^\W_])([A-Z]{1,2})(\d[A-Z\d]?) {0,2}(\d)([ABD-HJLNP-UW-Z]{2})(?![^\W_])", re.IGNORECASE)
ORDINAL = re.compile(r"1st|2nd|3rd|\dth")
"""Only in small letters: `BS1 1ST` is a postcode, `s4 1st draft` is not."""

FAMILYS = (
    *("gmail", "googlemail", "hotmail", "outlook", "live", "msn", "yahoo", "ymail", "icloud", "me", "mac", "aol"),
    *("btinternet", "btopenworld", "sky", "virginmedia", "ntlworld", "talktalk", "tiscali", "blueyonder", "gmx"),
    *("proton", "protonmail", "mail"),
)
"""Where people have an address of their own. One at an office, a school or a trust is a colleague's."""
EMAIL = re.compile(rf"(?<![\w.+'-])[\w.+'-]+@(?:{'|'.join(FAMILYS)})\.[a-z.]{{2,8}}(?![^\W_])", re.IGNORECASE)

MOBILE = re.compile(rf"(?<![\w])(?:(?:\+|00)?44{GAP}(?:\(0\))?{GAP}|\(?0)7(?:[ \-‐-―.)]{{0,2}}\d){{9}}(?![^\W_])")


def numbers(text: str) -> Iterator[Found]:
    """Every number or address in a cleaned text that tells who somebody is."""
    for found in UPN.finditer(text):
        if _is_upn(*found.groups()) or CALLED_UPN.search(text, max(0, found.start() - 40), found.start()):
            yield Found(Trace.UPN, *found.span())
    for found in NHS.finditer(text):
        if is_nhs_number(found[0]) or CALLED_NHS.search(text, max(0, found.start() - 40), found.start()):
            yield Found(Trace.NHS_NUMBER, *found.span())
    for found in POSTCODE.finditer(text):
        if AREAS.fullmatch(found[1]) and not ORDINAL.fullmatch(found[3] + found[4]):
            yield Found(Trace.POSTCODE, *found.span())
    yield from (Found(Trace.EMAIL, *found.span()) for found in EMAIL.finditer(text))
    yield from (Found(Trace.MOBILE, *found.span()) for found in MOBILE.finditer(text))


def _is_upn(letter: str, digits: str, last: str) -> bool:
    """Whether the check letter fits: the thirteenth character of a temporary number is a letter, and counts as its own.

    Source: the Department for Education's guide to unique pupil numbers; weights 2 to 13, modulo 23.
    """
    if last.upper() not in UPN_LETTERS and not last.isdigit():
        return False
    values = [int(each) for each in digits if each.isdigit()]
    values.append(int(last) if last.isdigit() else UPN_LETTERS.index(last.upper()))
    total = sum(weight * value for weight, value in enumerate(values, start=2))
    return UPN_LETTERS[total % 23] == letter.upper()


def is_nhs_number(written: str) -> bool:
    """Whether ten digits pass the check of the NHS Data Dictionary: weights 10 to 2, modulo 11."""
    *digits, check = [int(each) for each in written if each.isdigit()]
    total = sum(weight * value for weight, value in zip(range(10, 1, -1), digits, strict=True))
    return (11 - total % 11) % 11 == check and len(set(digits)) > 1


MOST_OF_A_NUMBER, FEWEST_DIGITS = 32, 3
TOKEN = re.compile(r"[^\W_]+(?:[-/_.][^\W_]+)*")
WORD_BEFORE = re.compile(r"(?<![^\W_])([^\W\d_]{1,12})[ :#]{1,2}$")
PART = re.compile(r"[^\W_]+")
PIECE = re.compile(r"\d+|[^\W\d_]+")
CALLED_RECORD = re.compile(
    r"\b(?:record|id|mosaic|liquid ?logic|lcs|ehm|eyes|capita|synergy|impulse|tribal|servelec|mis)"
    r"(?: (?:no|num\w*|id|record))?[^\w]*(?:is\b)?[^\w]*$",
    re.IGNORECASE,
)
"""What councils call the system that a record number is of, or the number."""


def record_numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """What may be a record number, as it is fingerprinted: (plain text, start, end).

    Five digits or fewer, and nothing else, are a case's: those only where they are called a record number.
    """
    for token in TOKEN.finditer(text):
        if token[0].isalpha() or len(token[0]) > MOST_OF_A_NUMBER or not any(map(str.isdigit, token[0])):
            continue
        start, end = token.span()
        parts = PART.findall(token[0].casefold())
        called = CALLED_RECORD.search(text, max(0, start - 40), start) is not None
        whole = "".join(parts)
        ways = [" ".join(parts), whole, " ".join(PIECE.findall(whole)), *parts]
        yield from ((plain, start, end) for plain in dict.fromkeys(ways) if called or _may_be_record(plain))
        before = WORD_BEFORE.search(text, max(0, start - 14), start)
        if before and sum(map(str.isdigit, whole)) >= FEWEST_DIGITS:
            first = before[1].casefold()
            yield from ((f"{first}{gap}{whole}", before.start(), end) for gap in (" ", ""))


def _may_be_record(plain: str) -> bool:
    digits = sum(each.isdigit() for each in plain)
    return digits >= 6 or FEWEST_DIGITS <= digits < len(plain)
