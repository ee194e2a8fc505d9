"""The kinds of thing that tell who a child is, and a text made ready to look for them."""

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.terms import Term


class Trace(Term):
    """Something that identifies a child, by itself or nearly."""

    UPN = "upn"
    NHS_NUMBER = "nhs_number"
    BIRTH = "birth"
    POSTCODE = "postcode"
    RECORD_NUMBER = "record_number"
    EMAIL = "email"
    MOBILE = "mobile"
    FULL_NAME = "full_name"
    NAME = "name"

    @property
    def label(self) -> str:
        """With its article: "a date of birth"."""
        return {
            Trace.UPN: "a UPN",
            Trace.NHS_NUMBER: "an NHS number",
            Trace.BIRTH: "a date of birth",
            Trace.EMAIL: "a family's e-mail address",
            Trace.MOBILE: "a mobile number",
            Trace.FULL_NAME: "a child's name",
            Trace.NAME: "a child's first or last name",
        }.get(self, f"a {super().label}")


@dataclass(frozen=True)
class Found:
    """A trace and where it stands in a cleaned text. It does not hold the words."""

    what: Trace
    start: int
    end: int

    def within(self, start: int, end: int) -> bool:
        return start <= self.start and self.end <= end


REFERENCE = re.compile(r"\b(?:SEND|MP|COMP|FOI|SAR)-\d{4}-\d{4,5}\b", re.IGNORECASE)
"""A case or a letter by its whole reference: what a room may always hear."""


UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def cleaned(text: str) -> str:
    """One way of writing for each character, none that cannot be seen, and no reference: its digits mean nothing."""
    plain = text if text.isascii() else UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return REFERENCE.sub(lambda found: "¦" * len(found[0]), plain)
