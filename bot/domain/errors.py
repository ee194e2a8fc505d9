"""Every expected "no", each named for the fact. Its text tells the person what to do next.

Refusal
├── NotUnderstood      the line is not a command
├── CannotRead         a blank cannot be read; knows which
│   └── NoSuchThing    it reads as one of its kind, but there is none: 31 February
├── NotAllowed         the role may not say this
├── NotFound           no such case among those the person may see
├── WhichOne           more than one fits; carries the choices
├── NeedsReason        an odd but possible thing needs a reason
├── AlreadyDone        it was done before
├── NotNow             the state of the case does not allow it
│   └── OutOfOrder     the order of facts speaks against it; a reason allows it
└── BeyondCalendar     a count needs a day whose bank holidays are not known
TryLater, Undeliverable   a chat platform's "not now" and "never"
BadSettings               the operator must mend a setting
└── KeyMissing            what is sealed opens with none of the keys at hand
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType


class Refusal(Exception):
    """An expected no. `str(refusal)` is the sentence the person reads; `instead` has a line for each button."""

    def __init__(self, sentence: str = "", *, instead: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(sentence)
        self.instead = dict(instead)


class NotUnderstood(Refusal):
    """The line is not a command; `nearest` are lines that might have been meant."""

    def __init__(self, sentence: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.nearest = tuple(nearest)


class CannotRead(Refusal):
    """One blank's text cannot be read. `blank` is its name, so that a form can show it there."""

    def __init__(self, sentence: str, blank: str = "") -> None:
        super().__init__(sentence)
        self.blank = blank


class NoSuchThing(CannotRead):
    """It reads as a date, but there is no such day: to be asked back, never taken for other words."""


class NotAllowed(Refusal):
    """The person's role may not say this."""


class NotFound(Refusal):
    """Nothing the person may see has that name. Hidden and absent are the same words."""


class WhichOne(Refusal):
    """Several things fit. `choices` says of each what it is called and what to write for it.

    That stands in place of `wrote`, or where nothing was written at the end of the line.
    """

    def __init__(self, sentence: str, choices: Mapping[str, str], *, wrote: str = "") -> None:
        super().__init__(sentence)
        self.wrote, self.choices = wrote, dict(choices)


class NeedsReason(Refusal):
    """Possible, but only with a reason in the person's own words."""


class AlreadyDone(Refusal):
    """The fact is on record already."""


class NotNow(Refusal):
    """The state of the case does not allow it."""


class OutOfOrder(NotNow):
    """What must come first is not on record, or is dated later; in the odd true case it is recorded with a reason."""


class BeyondCalendar(Refusal):
    """A count needs `day`, and the bank holidays are known from `first` to `last` only: never guessed."""

    def __init__(self, day: date, first: date, last: date) -> None:
        super().__init__(
            f"That needs {day:%a %-d %B %Y}, and bank holidays are known from {first:%-d %B %Y} to {last:%-d %B %Y}. "
            "Check the date. If it is right, whoever runs the bot must add the bank holidays "
            f"of {day.year} to bank_holidays.csv of the rule pack."
        )
        self.day = day


class TryLater(Exception):
    """A platform cannot take a message now. `after` is in seconds, where the platform said.

    `in_doubt`: it may have taken it all the same. Not where it said when to come again, nor where none was sent.
    """

    def __init__(self, why: str, after: float | None = None, *, sent: bool = True) -> None:
        super().__init__(why)
        self.after, self.in_doubt = after, sent and after is None


class Undeliverable(Exception):
    """A platform will never take this message at this address; the text says why. `whole`: nor any other message."""

    def __init__(self, why: str, *, whole: bool = False) -> None:
        super().__init__(why)
        self.whole = whole


class Gone(Undeliverable):
    """The message that was to be edited or taken away is there no longer."""


class BadSettings(Exception):
    """A setting is missing or wrong; the text says which and how to mend it."""


class KeyMissing(BadSettings):
    """What is sealed opens with none of the keys at hand."""
