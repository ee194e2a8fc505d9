"""Counts in words: cases, letters, what was recorded, what is left to do, what is missing, and the headlines."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.cards.figures import PLANS, SEEN, Asked, days_said, heading, lines_of, share_of, without
from bot.cases import figures, visible
from bot.domain.dates import say_day
from bot.domain.figures import TIMED, About, By, Kept, Past, months
from bot.domain.message import Action, Fact, Message
from bot.domain.terms import ClockState, Kind, LetterKind, Process
from bot.grammar import line
from bot.turn import Turn

WHAT: Mapping[About, str] = {
    About.OPEN: "open cases",
    About.CASELOAD: "open cases by officer",
    About.LETTERS: "MP letters received",
    About.WAITING: "open MP letters",
    About.OVERDUE: "overdue, of any kind",
    About.WITH_MP: "open cases that an open MP letter is about",
    About.EXCEPTIONS: "cases with an exception put on record",
    About.UNOWNED: "open cases without an owner",
    About.LODGED: "cases in which an appeal was lodged",
}
"""What is counted, where its name alone does not say it."""
DECIDED = {About.AGREED, About.REFUSED}
HOW: Mapping[About, str] = {
    About.REQUESTS: "Requests for a new assessment, by the day each was received.",
    About.CLOSED: "By the day on which each was closed.",
    About.LETTERS: "By the day on which each was received.",
    About.OVERDUE: "Dates of duties that are past and not met, of cases and letters; no family's rights.",
    About.APPEALS: "Open cases that are an appeal.",
    About.EXCEPTIONS: "Cases, each once a ground, by the day the exception went on record.",
}
HOW_FACTS = "Cases, by the day on which it was done; what was put right since counts as it stands now."
HOW_PAST = "Weeks since the request was received; refused, withdrawn and closed ones are not counted."
MOVED = "By who has the case today."


def counted(turn: Turn, asked: Asked, about: About | Past) -> Message:
    """How many there are, one by one where it is asked so."""
    found = figures.counted(turn, about, asked.scope)
    total = found.total() if about is not About.EXCEPTIONS or not asked.scope.by else _cases_in_all(turn, asked)
    said = _of_decisions(turn, asked, about, total) if about in DECIDED else str(total or "none")
    text = f"{heading(turn, asked, _what(asked, about))}: {said}{_against(turn, asked, about)}."
    facts = tuple(lines_of(turn, asked.scope.by, _each(asked, found))) if asked.scope.by else ()
    moved = MOVED if asked.scope.owners is not None or asked.scope.by in (By.OFFICER, By.TEAM) else ""
    aside = " ".join(filter(None, [_how(about), moved, SEEN]))
    return Message(text, facts=facts, actions=tuple(_ways(asked, about)), aside=aside)


def _what(asked: Asked, about: About | Past) -> str:
    if asked.scope.letter and about in (About.LETTERS, About.WAITING):
        label = f"{asked.scope.letter.label}s"
        return f"open {label}" if about is About.WAITING else f"{label} received"
    if isinstance(about, Past):
        return f"new plans not out after more than {about.weeks} weeks"
    return WHAT.get(about, about.label)


def _how(about: About | Past) -> str:
    if isinstance(about, Past):
        return HOW_PAST
    return HOW.get(about, HOW_FACTS if about in (*DECIDED, About.NO_PLAN, About.CEASED, About.LODGED) else "")


def _cases_in_all(turn: Turn, asked: Asked) -> int:
    """A case with two grounds is one case."""
    return figures.counted(turn, About.EXCEPTIONS, replace(asked.scope, by=None)).total()


def _of_decisions(turn: Turn, asked: Asked, about: About | Past, total: int) -> str:
    (other,) = DECIDED - {about}
    both = total + figures.counted(turn, other, replace(asked.scope, by=None)).total()
    return f"{Kept(total, both)} decided" if both else "none"


def _against(turn: Turn, asked: Asked, about: About | Past) -> str:
    if asked.against is None:
        return ""
    earlier = figures.counted(turn, about, replace(asked.scope, days=asked.against, by=None)).total()
    return f", against {earlier or 'none'}, {days_said(turn, asked.against)}"


def _each(asked: Asked, found: Counter[str]) -> dict[str | None, tuple[str, str]]:
    """Months in their order, every one; of all else the most first."""
    if asked.scope.by is By.MONTH:
        keys = [first.isoformat()[:7] for first, _ in months(asked.scope.days)]
        return {key: (str(found[key] or "none"), "") for key in keys}
    return {key: (str(many), "") for key, many in sorted(found.items(), key=lambda one: (-one[1], one[0]))}


def _ways(asked: Asked, about: About | Past) -> Iterator[Action]:
    """The list behind it, where there is one."""
    match about:
        case _ if not asked.is_listed:
            return
        case About.OPEN | About.CASELOAD if asked.mine.get("owner"):
            more = {"process": asked.scope.process, **asked.mine}
            yield Action("The cases", line("list", which="cases", **more), acts=False)
        case About.UNOWNED:
            yield Action("The cases", line("list", which="cases", without="owner"), acts=False)
        case About.OPEN:
            yield Action("Each officer's", line("figures", about=About.CASELOAD), acts=False)
        case About.OVERDUE:
            also: dict[str, object] = {"agency": asked.scope.agency, "service": asked.scope.service}
            also |= {"process": asked.scope.process, **asked.mine}
            yield Action("The list", line("list", which="overdue", **also), acts=False)
        case About.WITH_MP | About.LETTERS | About.WAITING:
            yield Action(
                "Letters that wait",
                line("list", letter=asked.scope.letter or LetterKind.MP_LETTER, **asked.mine),
                acts=False,
            )
        case About.APPEALS | About.LODGED:
            yield Action("Their dates", line("list", process=Process.APPEAL, **asked.mine), acts=False)
        case About.CLOSED:
            first, last = (day.isoformat() for day in asked.scope.days)
            yield Action("The cases", line("list", which="closed", since=first, until=last, **asked.mine), acts=False)
        case Past(weeks):
            age = f"more than {weeks} weeks"
            yield Action("Which", line("list", date=figures.PLAN, age=age, **asked.mine), acts=False)


# Phase transfers


def transfers(turn: Turn, asked: Asked) -> Message:
    """How many are left of those due in those days, each date a line."""
    rules = [rule for rule in turn.rules.by_id if rule.startswith("phase_")]
    found = figures.transfers(turn, rules, asked.scope)
    every: Counter[ClockState] = sum(found.values(), Counter())
    text = f"{heading(turn, asked, 'phase transfers left to do')}: {_left(every)}."
    facts = tuple(Fact(f"By {say_day(due, turn.today)}", _left(stand)) for due, stand in found.items())
    how = "By the date on which each is due; done is that the amended plan naming the next setting was sent."
    ways = (Action("Their dates", line("list", process=Process.PHASE_TRANSFER, **asked.mine), acts=False),)
    return Message(text, facts=facts, actions=ways, aside=f"{how} {SEEN}")


def _left(stand: Counter[ClockState]) -> str:
    """ "4 of 10; 6 done, 5 in time"."""
    if not stand.total():
        return "none"
    done = stand.total() - stand[ClockState.RUNNING]
    return f"{stand[ClockState.RUNNING] or 'none'} of {stand.total()}; {done} done, {stand[ClockState.MET]} in time"


# What is missing


def gaps(turn: Turn, asked: Asked) -> Message:
    """What open cases and letters lack, a line each; nothing of a child is opened for it."""
    found = figures.gaps(turn, asked.scope)
    cases, letters = f"of {found.cases} open cases", f"of {found.letters} open letters"
    facts = [
        Fact("No owner", str(found.unowned), cases),
        Fact("Owner has left", str(found.left), cases),
        Fact("No record number", str(found.no_number), cases),
        Fact("No date of birth", str(found.no_birth), cases),
        Fact("No school or setting", str(found.no_setting), cases),
    ]
    if visible.viewer(turn).may_know(Kind.MP_MATTER):
        facts += [
            Fact("Letter without a case", str(found.loose), letters),
            Fact("Letter without an owner", str(found.letters_unowned), letters),
        ]
    text = f"{heading(turn, asked, 'gaps in the record')}: {found.all or 'none'}."
    shows = {"No owner": "owner", "No record number": "record_number", "No school or setting": "school"}
    ways = tuple(
        Action(f"{fact.label}: which", line("list", which="cases", without=shows[fact.label], **asked.mine), acts=False)
        for fact in facts
        if fact.label in shows and fact.value != "0"
    )
    aside = f"A case may have several. Open cases and letters alone. {SEEN}"
    return Message(text, facts=tuple(facts), actions=ways, aside=aside)


# The headlines


def headlines(turn: Turn, asked: Asked) -> Message:
    """The 20-week figure, and beside it what else is most asked for."""
    scope = asked.scope
    rows = figures.ended(turn, PLANS.rules, scope)
    share = share_of(rows)
    late = f", {share.late} late" if share.late else ""
    text = f"{heading(turn, asked, 'new plans within 20 weeks')}: {share}{late}."
    ways = {
        "Month by month": line("figures", **{**asked.again, "about": About.PLANS, "by": By.MONTH}),
        "Advice by service": line("figures", **{**asked.again, "about": About.ADVICE, "by": By.SERVICE}),
        "Each officer's cases": line("figures", about=About.CASELOAD),
        "Gaps in the record": line("figures", about=About.GAPS),
    }
    return Message(
        text,
        facts=tuple(_beside(turn, asked, without(rows))),
        actions=tuple(Action(label, said, acts=False) for label, said in ways.items()),
        aside=f"By the day on which each went out or came in. {SEEN}",
    )


def _beside(turn: Turn, asked: Asked, plain: list[figures.Ended]) -> Iterator[Fact]:
    scope = asked.scope
    past, very = figures.past(turn, scope, 20, 52)
    yield Fact("Without exceptions", str(share_of(plain)))
    yield Fact("Past 20 weeks", str(past), f"not out yet, today; {very or 'none'} past 52 weeks")
    advice = [rule for rule in turn.rules.by_id if rule.startswith(figures.ADVICE)]
    yield Fact("Advice in time", str(share_of(figures.ended(turn, advice, scope))))
    if visible.viewer(turn).may_know(Kind.MP_MATTER):
        yield Fact("Replies to MPs in time", str(share_of(figures.ended(turn, TIMED[About.REPLIES].rules, scope))))
    yield Fact("New requests", str(figures.counted(turn, About.REQUESTS, scope).total()))
