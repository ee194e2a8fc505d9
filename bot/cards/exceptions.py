"""Exceptions in words: the line on a card, the answer to a claim, and what its owner has still to do."""

from collections.abc import Iterator
from datetime import date

from bot.cards.dates import sentence
from bot.cases import exceptions, facts, history, staff
from bot.cases.facts import File, Recorded
from bot.domain.claims import Claim
from bot.domain.clocks import Clock
from bot.domain.dates import say_day
from bot.domain.grounds import Effect, Ground, Shows
from bot.domain.message import Action, Fact, Message
from bot.domain.sharing import Viewer
from bot.domain.terms import EntryKind, Kind, RuleId
from bot.grammar import line
from bot.turn import Turn
from storage.tables import Deadline, Entry

BY_TERMS = "these are the council's term dates: see that this school was closed then, or record its own with closure"


def noted(turn: Turn, deadline: Deadline, *, ground: bool = False) -> str:
    """ "exception recorded: school closed", beside a date that one was claimed for; empty beside any other.

    `ground` says that the reader may know which it is.
    """
    claimed = [turn.rules.ground(each) for each in deadline.exception.split("|") if each]
    return ", ".join(dict.fromkeys(_noted(each, ground=ground) for each in claimed))


def _noted(claimed: Ground, *, ground: bool) -> str:
    if claimed.effect is Effect.DATE:
        return claimed.title if ground else "date given"
    return f"exception recorded: {claimed.title}" if ground else "exception recorded"


def may_know_ground(viewer: Viewer, *, of_body: bool) -> bool:
    """A body knows what was claimed for its own advice; of the council's own dates those who know every request."""
    return of_body or viewer.may_know(Kind.REQUESTS)


def claims_of(turn: Turn, file: File) -> Iterator[Fact]:
    """What was claimed on a case or a letter and what waits for a yes: for those who run it, privately."""
    by_number = {entry.number: entry for entry in file.entries}
    for claim in history.claims(file.entries):
        entry, ground = by_number[claim.entry], turn.rules.ground(claim.ground)
        yield Fact(_heading(ground), _what(turn, claim, ground), _so_far(turn, claim, entry, ground), private=True)
    for entry in file.entries:
        if exceptions.is_asked(entry) and not facts.is_agreed(file.entries, entry.number):
            ground = turn.rules.ground(entry.clear["clear"]["ground"])
            waits = f"waits for a second person's yes (entry {entry.number})"
            yield Fact(_heading(ground), ground.title, waits, private=True)


def _heading(ground: Ground) -> str:
    return "Exception" if ground.effect is Effect.RECORD else "New date"


def _what(turn: Turn, claim: Claim, ground: Ground) -> str:
    """ "school closed, Thu 22 Jul to Wed 1 Sep", "date given by the Tribunal: Fri 18 Dec"."""
    given = f": {say_day(claim.gives, turn.today)}" if claim.gives and not claim.pauses else ""
    return f"{ground.title}{_lasted(turn, claim)}{given}"


def _lasted(turn: Turn, claim: Claim) -> str:
    if claim.starts is None:
        return ""
    if claim.starts == claim.ends:
        return f", {say_day(claim.starts, turn.today)}"
    until = f" to {say_day(claim.ends, turn.today)}" if claim.ends else ""
    return f", {'' if until else 'from '}{say_day(claim.starts, turn.today)}{until}"


def _so_far(turn: Turn, claim: Claim, entry: Entry, ground: Ground) -> str:
    parts = [f"agreed by {by.name}"] if (by := staff.person(turn, entry.recorded_by)) else []
    parts += [f"we aim for {say_day(claim.aim, turn.today)}"] if claim.aim else []
    parts += [_told(turn, claim.told, ground)] if must_be_told(ground) else []
    return " · ".join([*parts, f"entry {entry.number}"])


def must_be_told(ground: Ground) -> bool:
    """Whether somebody has to hear of it: a date that others gave, they know."""
    return ground.shows is not Shows.GIVEN


def _told(turn: Turn, told: date | None, ground: Ground) -> str:
    who = "family" if ground.effect is Effect.RECORD else "they were" if told else "they are"
    return f"{who} told {say_day(told, turn.today)}" if told else f"{who} not told yet"


def named(ground: Ground) -> str:
    """ "exception (school closed)", "new date (extension by two months)"."""
    return f"{'exception' if ground.effect is Effect.RECORD else 'new date'} ({ground.title})"


def asked_message(turn: Turn, file: File, recorded: Recorded) -> Message:
    """The answer to a claim: what is asked for, that a second person must agree, and that nothing moves till then."""
    entry, reference = recorded.entry, facts.about(file).reference
    clear = entry.clear["clear"]
    ground = turn.rules.ground(clear["ground"])
    days = {name: date.fromisoformat(clear[name]) for name in history.CLAIMED_DAYS if clear.get(name)}
    claim = Claim(
        ground=ground.id,
        rules=tuple(RuleId(rule) for rule in clear["rules"]),
        recorded_on=turn.today,
        entry=entry.number,
        instance=entry.request_id,
        aims_at=clear.get("aims_at"),
        pauses=bool(clear.get("pauses")),
        **days,
    )
    return Message(
        f"{reference}: {named(ground)} waits for a second person's yes (entry {entry.number}).",
        facts=tuple(_effects(turn, file, claim, ground, entry)),
        aside=_remember(file, ground) or "Until then the dates stay as they are.",
        private=True,
    )


def agreed_message(turn: Turn, file: File, entry: Entry) -> Message:
    """The answer to a second person's yes: what is on record now, and what is still to be done."""
    reference = facts.about(file).reference
    claim = next(claim for claim in history.claims([*file.entries, entry]) if claim.entry == entry.number)
    ground = turn.rules.ground(claim.ground)
    what = "exception recorded" if ground.effect is Effect.RECORD else "new date recorded"
    telling = must_be_told(ground) and not claim.told
    actions = [] if not telling else [Action("Told today", line("told", case=reference, entry=entry.number))]
    return Message(
        f"{reference}: {what}: {ground.title}.",
        facts=tuple(_effects(turn, file, claim, ground, entry, agreed=True)),
        actions=(*actions, Action("Undo", line("undo", case=reference, entry=entry.number))),
        aside=_remember(file, ground),
        private=True,
    )


def _effects(
    turn: Turn, file: File, claim: Claim, ground: Ground, entry: Entry, *, agreed: bool = False
) -> Iterator[Fact]:
    """From when to when, and what becomes of each date: as it is put forward, or as it stands once agreed to."""
    found = exceptions.clocks_of(turn, file, entry) if agreed else exceptions.clocks_of(turn, file)
    if claim.starts:
        yield Fact("When", _lasted(turn, claim).removeprefix(", "))
    for clock in found:
        if clock.rule.id in claim.rules and clock.instance == entry.request_id:
            given = clock.legal if agreed else claim.gives
            yield Fact(sentence(clock.rule.title), _effect(turn, claim, clock, given))
    if must_be_told(ground):
        who = "Family told" if ground.effect is Effect.RECORD else "Told"
        reference = facts.about(file).reference
        yield Fact(
            who, say_day(claim.told, turn.today) if claim.told else f"not yet. Once they are, say: told {reference}"
        )
    if entry.clear.get("clear", entry.clear).get("by_terms"):
        yield Fact("To check", BY_TERMS)
    if ground.unverified:
        yield Fact("To check", ground.unverified)


def _effect(turn: Turn, claim: Claim, clock: Clock, given: date | None) -> str:
    kind = clock.rule.kind.label
    if claim.gives is None or given is None:
        aimed = claim.aim if claim.aims_at in (None, clock.rule.id) else None
        aim = f"; we aim for {say_day(aimed, turn.today)}" if aimed else ""
        return f"{say_day(clock.legal, turn.today)} stays the date, and the days keep counting{aim} · {kind}"
    counted = clock.counted or clock.legal
    return f"{say_day(given, turn.today)}, in place of {say_day(counted, turn.today)} · {kind}"


def _remember(file: File, ground: Ground) -> str:
    """What the council's own standard asks for beside an extension: a holding reply that names the new date."""
    kinds = {entry.kind for entry in history.standing(file.entries)}
    if ground.id != "approved_extension" or EntryKind.MP_HOLDING_REPLY_SENT in kinds:
        return ""
    return "No holding reply is on record. Send one that names the new date, and say: sent holding reply"
