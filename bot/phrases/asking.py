"""Questions back, where one sentence may mean several things or leaves out what cannot be guessed."""

from collections.abc import Mapping, Sequence

from bot.phrases.understood import INTENTS, Option, Question
from bot.phrases.wordlists import words

MOST = 4
MY_CASES = Option("My cases", "list mine")
LATE = Option("What is overdue", "list overdue")
DUE = Option("What is due", "list due")
HELP = Option("What I can ask", "help")

WHICH_CASE = Question("Which case do you mean? Say its number, such as 0042.", (MY_CASES, LATE))
NEAREST = {
    "agency": Question("What would you like to know?", (LATE, DUE, MY_CASES, HELP)),
}
NEEDS_A_CASE = words(
    """
    agency_status blockers case_status explain_date next_step forecast audit draft_text act_remind act_record act_snooze
    act_escalate act_assign act_note
    """
)


def which_person(names: Sequence[str], line: str) -> Question:
    return Question("Whom do you mean?", tuple(Option(name, line.replace(names[0], name)) for name in names[:MOST]))


def which_case(references: Sequence[str], line: str) -> Question:
    return Question(
        "Which case do you mean?", tuple(Option(each, line.replace(references[0], each)) for each in references[:MOST])
    )


def which_day(line: str, said: str, days: Sequence[tuple[str, str]]) -> Question:
    """Of two days, each with its date as a line says it and as a person reads it."""
    return Question("Which day do you mean?", tuple(Option(label, line.replace(said, iso)) for iso, label in days))


def which_intent(near: Sequence[str], lines: Mapping[str, str]) -> Question:
    """The nearest things that can be answered, the likeliest first."""
    options = [Option(INTENTS[intent].capitalize(), lines[intent]) for intent in near if lines.get(intent)]
    seen = {option.line for option in options}
    options += [other for other in (MY_CASES, HELP) if other.line not in seen]
    return Question("I am not sure what you mean. Is it one of these?", tuple(options[:MOST]))
