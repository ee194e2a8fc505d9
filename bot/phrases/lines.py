"""The line that says what was understood, in the words of the commands; none where no command answers it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot.domain.dates import say_day
from bot.phrases import figuring, listing, without_case
from bot.phrases.vocabulary import LINE_OF

Slots = Mapping[str, Any]


def line_of(intent: str, slots: Slots, today: date) -> tuple[str, tuple[str, ...]]:
    """The line, and the slots that it does not carry."""
    make = LINES.get(intent)
    if make is None:
        return "", ()
    line, carried = make(slots, today)
    return line, tuple(name for name in slots if name not in carried) if line else ()


Made = tuple[str, frozenset[str]]


def _made(line: str, *carried: str) -> Made:
    return line, frozenset(carried)


def one(slots: Slots, name: str) -> str:
    found = slots.get(name) or ""
    return str(found[0]) if isinstance(found, list) and found else str(found)


def ref(slots: Slots) -> str:
    return one(slots, "refs")


def _case(word: str) -> Callable[[Slots, date], Made]:
    def make(slots: Slots, _today: date) -> Made:
        return _made(f"{word} {ref(slots)}" if ref(slots) else "", "refs", "agency", "service", "clock")

    return make


def _why(slots: Slots, _today: date) -> Made:
    """One date by its name, where a row of names.csv gives one; else every date of the case."""
    if not ref(slots):
        return _made("")
    named = adviser(slots) or LINE_OF.get(("clock", one(slots, "clock")), "")
    if not named and slots.get("lateness"):
        return _made(f"status {ref(slots)} late", "refs", "lateness")
    return _made(f"why {ref(slots)} {named}".strip(), "refs", "agency", "service", "clock", "lateness")


CLOCKS = {
    "ehcna_decide": "decision", "reassess_decide": "decision",
    "draft_plan_target": "draft", "order_make_draft": "draft",
    "final_plan": "final plan", "reassess_final": "final plan", "order_make_final": "final plan",
    "order_assess_final": "final plan", "ar_final": "amended plan", "order_amend": "amended plan",
    "draft_reps_min": "consultation", "school_consult": "consultation",
    "mp_ack": "letter", "mp_holding": "letter", "mp_reply": "letter",
}  # fmt: skip
"""What `status` calls a clock, where it says whether it was kept and not the date alone."""


def _when(slots: Slots, today: date) -> Made:
    """Whether it has come or gone out and when it is due; of no date in particular what is late, and by how much."""
    if ref(slots) and not slots.get("clock") and not adviser(slots):
        return _made(f"status {ref(slots)} late", "refs")
    line, carried = _part(slots, today)
    return (line, carried) if line.count(" ") > 1 else _why(slots, today)


def _part(slots: Slots, _today: date) -> Made:
    """One body's part in a case, or one date; the whole card where `status` has no word for it."""
    if not ref(slots):
        return _made("")
    about = adviser(slots) or CLOCKS.get(one(slots, "clock"), "")
    single = {name for name in ("agency", "service", "clock") if not isinstance(slots.get(name), list)}
    return _made(f"status {ref(slots)} {about}".strip(), "refs", *(single if about else ()))


def _about(topic: str, *carried: str) -> Callable[[Slots, date], Made]:
    """One thing about a case or a letter; nothing where none is named."""
    return lambda slots, _today: _made(f"status {ref(slots)} {topic}" if ref(slots) else "", "refs", *carried)


def adviser(slots: Slots) -> str:
    """Whose advice, as a line names it."""
    for kind in ("service", "agency"):
        if (value := one(slots, kind)) and (line := LINE_OF.get((kind, value))):
            return line.replace("_", " ")
    return ""


def quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _or(topic: str, otherwise: Callable[[Slots, date], Made], *carried: str) -> Callable[[Slots, date], Made]:
    """One thing about a case, or what is listed where none is named."""
    about = _about(topic, *carried)
    return lambda slots, today: about(slots, today) if ref(slots) else otherwise(slots, today)


def _leave(slots: Slots, _today: date) -> Made:
    period, person = slots.get("period") or {}, one(slots, "person")
    told = [
        *([f"person={quoted(person)}"] if person else []),
        *([f"since={period['from']}"] if period.get("from") else []),
        *([f"until={period['to']}"] if period.get("to") else []),
    ]
    return _made(" ".join(["leave", *told]), "person", "period")


def _history(slots: Slots, today: date) -> Made:
    """What changed since when and by whom, of a case or of one's own; who saw it is told by who may see it."""
    if one(slots, "topic") == "viewed":
        return _made(f"access {ref(slots)}" if ref(slots) else "", "refs", "topic")
    period, person = slots.get("period") or {}, one(slots, "person")
    person = "" if person == "me" and not ref(slots) else person  # without a case it is over one's own in any case
    about = "dates" if one(slots, "topic") == "dates" else adviser(slots)
    last = period.get("to") or ""
    told = [
        *([f"since={period['from']}"] if period.get("from") else []),
        *([f"until={last}"] if last and last < today.isoformat() else []),
        *([f"by={quoted(person)}"] if person else []),
        *([f"about={quoted(about)}"] if about else []),
    ]
    said = " ".join(filter(None, ["history", ref(slots), *(told or ["latest=yes"] * bool(ref(slots)))]))
    return _made(said, "refs", "agency", "service", "person", "period", "topic")


def _draft(slots: Slots, _today: date) -> Made:
    whom = one(slots, "to").replace("_", " ") or adviser(slots)
    said = f"draft {ref(slots)}{f' for {whom}' if whom else ''}" if ref(slots) else ""
    return _made(said, "refs", "to", "mp", "constituency", "agency", "service")


# Actions

SATURDAY = 5
AT_ONCE = "The agency's room is told of the most pressing date now, in office hours, under your name."


def _on(slots: Slots, name: str = "date", word: str = "on") -> str:
    return f" {word} {slots[name]}" if slots.get(name) else ""


def _remind(slots: Slots, today: date) -> Made:
    """A room is told today where no day is named; a person's reminder then asks for one."""
    if not ref(slots):
        return _made("")
    if not is_for_room(slots):
        of = f" about {slots['text']}" if slots.get("text") else ""
        line = f"remind {ref(slots)} {one(slots, 'person') or 'me'}{_on(slots)}{of}"
        return _made(line, "refs", "date", "person", "text")
    if whose := _room_of(slots):
        line = f"remind {ref(slots)} {whose} on {slots.get('date') or today.isoformat()}"
        several = (name for name in ("agency", "service") if not isinstance(slots.get(name), list))
        return _made(line, "refs", "date", *several)
    return _made(f"escalate {ref(slots)} to room", "refs", "agency")


def is_for_room(slots: Slots) -> bool:
    return one(slots, "person") != "me" and bool(slots.get("agency") or slots.get("service"))


def _room_of(slots: Slots) -> str:
    """Whose room, as a line names it: "school" is its own advice, "education" would be all that is asked there."""
    return "school" if one(slots, "agency") == "SCHOOL" and not slots.get("service") else adviser(slots)


def reminded(slots: Slots, today: date) -> str:
    """ "Speech and language's room is reminded on Thu 26 Nov, at nine." """
    told_on = date.fromisoformat(slots["date"]) if slots.get("date") else None
    if told_on is None and not is_for_room(slots):
        return "I ask for the day then."
    if told_on in (None, today):
        when = "now, in office hours"
    else:
        closed = "the first working day from " if told_on.weekday() >= SATURDAY else ""
        when = f"on {closed}{say_day(told_on, today)}, at nine"
    if is_for_room(slots):
        whose = one(slots, "service") if one(slots, "service").lower() == _room_of(slots) else _room_of(slots)
        return f"{whose[:1].upper()}{whose[1:]}'s room is reminded {when}." if whose else AT_ONCE
    name = one(slots, "person")
    return f"{'You are' if name in ('', 'me') else f'{name} is'} reminded {when}, privately."


def _record(slots: Slots, _today: date) -> Made:
    fact, whose, refs = one(slots, "fact"), adviser(slots), ", ".join(slots.get("refs", ()))
    if not refs or not fact:
        return _made("")
    if fact in ("received", "ask", "advice sent"):
        line = f"{fact} {whose} {refs}" if fact == "received" else f"{fact} {ref(slots)} {whose}"
        return _made(f"{line}{_on(slots)}" if whose else "", "refs", "agency", "service", "date", "fact")
    if fact.startswith(("held", "close", "reopen", "undo")):
        return _made(
            f"{fact} {ref(slots)}{_on(slots) if fact.startswith('held') else ''}", "refs", "date", "fact", "clock"
        )
    return _made(f"sent {fact} {ref(slots)}{_on(slots)}", "refs", "date", "fact", "clock")


def _new_mp(slots: Slots, _today: date) -> Made:
    if kind := one(slots, "kind"):
        said = f"letter {kind}" + (f" received={slots['received']}" if slots.get("received") else "")
        return _made(said, "kind", "received")
    parts = [
        *([f"member={quoted(one(slots, 'mp'))}"] if slots.get("mp") else []),
        *([f"constituency={quoted(one(slots, 'constituency'))}"] if slots.get("constituency") else []),
        *([f"received={slots['received']}"] if slots.get("received") else []),
        *([f"dated={slots['dated']}"] if slots.get("dated") else []),
        *([f"cases={each}" for each in slots.get("refs", ()) if each.startswith("SEND")]),
    ]
    return _made(" ".join(["mp", *parts]), "mp", "constituency", "received", "dated", "refs")


def _new_case(slots: Slots, _today: date) -> Made:
    kind = one(slots, "kind").replace("_", " ")
    if kind and ref(slots):
        return _made(f"start {kind} {ref(slots)}{_on(slots, 'received')}", "refs", "kind", "received")
    process = f" process={one(slots, 'kind')}" if kind else ""
    received = f" received={slots['received']}" if slots.get("received") else ""
    return _made(f"new{process}{received}", "received", "kind")


def _snooze(slots: Slots, _today: date) -> Made:
    return _made(f"snooze {ref(slots)}{_on(slots, word='until')}" if ref(slots) else "", "refs", "date")


def _escalate(slots: Slots, _today: date) -> Made:
    to = one(slots, "to") or "manager"
    return _made(f"escalate {ref(slots)} to {to}" if ref(slots) else "", "refs", "to", "agency", "service", "person")


def _assign(slots: Slots, _today: date) -> Made:
    there = ref(slots) and slots.get("person")
    return _made(f"assign {ref(slots)} to {one(slots, 'person')}" if there else "", "refs", "person")


def _away(slots: Slots, _today: date) -> Made:
    """The last day is needed: of a single day it is that day."""
    period, person = slots.get("period") or {}, one(slots, "person")
    if not (period.get("to") or period.get("from")):
        return _made("")
    told = [
        *([f"person={quoted(person)}"] if person and person != "me" else []),
        *([f"starts={period['from']}"] if period.get("from") else []),
        *([f"until={period['to']}"] if period.get("to") else []),
        *([f"cover={quoted(one(slots, 'cover'))}"] if slots.get("cover") else []),
    ]
    return _made(" ".join(["away", *told]), "person", "period", "cover")


def _note(slots: Slots, _today: date) -> Made:
    return _made(f"note {ref(slots)} {one(slots, 'text')}".strip() if ref(slots) else "", "refs", "text")


def _help(slots: Slots, _today: date) -> Made:
    return _made("help", "topic")


LINES: Mapping[str, Callable[[Slots, date], Made]] = {
    "case_status": _part,
    "agency_status": _part,
    "blockers": _about("waiting"),
    "next_step": _about("next"),
    "next_clock": _or("next", listing.next_date),
    "consult_status": _or("consultation", without_case.consultations),
    "review_status": _or("review", without_case.reviews),
    "panel": _or("panel", without_case.panels, "which", "panel"),
    "tribunal": _or("appeal", without_case.tribunal, "clock"),
    "exception": _or("exceptions", without_case.exceptions),
    "owner": _or("owner", _leave),
    "mp_status": _or("letter", listing.letters, "mp", "constituency", "clock"),
    "clock_date": _when,
    "explain_date": _why,
    "forecast": _case("milestones"),
    "audit": _history,
    "draft_text": _draft,
    "followup": _case("status"),
    "overdue_list": listing.overdue,
    "due_list": listing.due,
    "awaiting_list": listing.awaited,
    "filter_list": listing.cases,
    "phase_list": listing.transfers,
    "data_quality": lambda slots, today: (listing if figuring.is_listed(slots) else figuring).gaps(slots, today),
    "kpi": figuring.figure,
    "mp_list": listing.letters,
    "act_remind": _remind,
    "act_record": _record,
    "act_new_mp": _new_mp,
    "act_new_case": _new_case,
    "act_snooze": _snooze,
    "act_escalate": _escalate,
    "act_assign": _assign,
    "act_note": _note,
    "act_away": _away,
    "help": _help,
}
