"""One thing asked of a case or a letter: the answer in a sentence, its lines, and nothing that may not be known."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.domain.message import Fact
from bot.domain.topics import Topic
from bot.phrases import understand
from storage.connect import Store
from tests.conftest import sqlite_copy
from tests.domain.days import at
from tests.town import RULES, Town
from tests.understanding import vocabulary
from tests.whole import whole

HIDDEN, ABSENT = "SEND-2026-0079", "SEND-2026-0099"
ADVISERS = tuple(str(adviser.id) for adviser in RULES.services)
ALL = (*(topic.value for topic in Topic), *ADVISERS)
MOST_LINES = 5

STORY = (
    # when, who, line
    ("Mon 10 Aug 2026 10:00", "Priya", "opens 2026-08-10 Maisie"),  # 0042: advice late, received, sent, an MP's letter
    ("Mon 10 Aug 2026 10:00", "Tom", "opens 2026-08-10 Noah"),  # 0047: decided, drafted, consulted
    ("Mon 10 Aug 2026 10:00", "Priya", "opens 2026-05-04 Amy"),  # 0051: refused, appealed
    ("Mon 10 Aug 2026 10:00", "Priya", "start annual review 0051 last review on 10 March 2026"),  # 0058
    ("Mon 10 Aug 2026 10:00", "Priya", "opens 2026-08-10 Ivy"),  # 0063: nobody was asked for anything
    ("Mon 10 Aug 2026 10:00", "Tom", "opens 2026-08-10 Lily restricted"),  # 0079
    ("Mon 10 Aug 2026 10:00", "Priya", "sent refusal to assess 0051 because it was late"),
    ("Mon 10 Aug 2026 10:00", "Priya", "start appeal 0051 decision notice on 10 August"),  # 0084
    ("Tue 1 Sep 2026 10:00", "Priya", "ask 0042 SLT, OT, EP, social_care"),
    ("Tue 1 Sep 2026 10:00", "Tom", "ask 0079 SLT"),
    ("Wed 2 Sep 2026 10:00", "Dan", "have 0042 SLT"),
    ("Mon 14 Sep 2026 10:00", "Tom", "held panel 0047"),
    ("Wed 16 Sep 2026 10:00", "Tom", "sent decision to assess 0047"),
    ("Mon 5 Oct 2026 10:00", "Priya", "plan meeting 0058 on 8 October"),
    (
        "Tue 6 Oct 2026 10:00",
        "Frances",
        'mp member="Dana Okoro" constituency=North received=2026-10-05 matters=enquiry cases=0042',
    ),
    ("Tue 6 Oct 2026 10:00", "Frances", "sent ack MP-2026-0007"),
    ("Fri 9 Oct 2026 10:00", "Grace", "advice sent 0042 OT"),
    ("Fri 9 Oct 2026 10:00", "Tom", "sent draft 0047"),
    ("Fri 9 Oct 2026 10:00", "Tom", "consult 0047 Hill School, Dale School, Ash, Beech, Elm, Fir"),
    ("Fri 9 Oct 2026 10:00", "Priya", "held 0058 on 8 October"),
    ("Fri 9 Oct 2026 10:00", "Priya", "record appeal lodged 0084"),
    ("Fri 9 Oct 2026 10:00", "Priya", "record tribunal papers 0084"),
    ("Mon 12 Oct 2026 10:00", "Priya", "opens 2026-09-07 Otto"),  # 0090: its draft is with the family
    ("Mon 12 Oct 2026 10:00", "Priya", "sent draft 0090"),
    ("Mon 12 Oct 2026 10:00", "Priya", "received EP 0042"),
    ("Mon 12 Oct 2026 10:00", "Priya", "plan panel 0042 on 22 October"),
    ("Mon 12 Oct 2026 10:00", "Tom", "received consultation 0047 request=6"),
    ("Tue 13 Oct 2026 10:00", "Tom", "exception 0047 away from 5/9/2026 until 8/10/2026 because they are abroad"),
    ("Tue 13 Oct 2026 10:00", "Moira", "approve 0047"),
    ("Tue 13 Oct 2026 10:00", "Moira", "away Priya until 23 October cover Tom"),
    ("Fri 16 Oct 2026 10:00", "", "reminders"),
)
LETTER = 'mp member="Dana Okoro" constituency=North received=today matters=enquiry cases=0042'


def told(town: Town) -> Town:
    for when, who, line in STORY:
        town.now = at(when)
        if line == "reminders":
            town.remind()
        elif line.startswith("opens"):
            _, received, child, *rest = line.split(" ")
            more = {"received": date.fromisoformat(received), "restricted": "yes" if rest else "no"}
            answer = town.opens(who, f"{child} Palmer", **more)
            assert not answer.error and not answer.form, (line, answer.form)
        else:
            answer = town.say(who, line)
            assert not answer.error and not answer.form, (line, answer.text, answer.form)
    return town


@pytest.fixture(scope="module")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One for all that only ask."""
    store = Store(sqlite_copy(sqlite_template, tmp_path_factory.mktemp("answers")))
    yield told(Town(store))
    store.close()


ANSWERS = (
    # who, in which room, asked for, the answer, one of its lines
    (
        *("Priya", "", "0042 slt", "SEND-2026-0042: no speech and language advice yet: it is 2 days late."),
        "Received by them: Wed 2 Sep · recorded by Dan Cole on Wed 2 Sep",
    ),
    (
        *(
            "Dan",
            "health",
            "0042 speech therapy",
            "SEND-2026-0042: no speech and language advice yet: it is 2 days late.",
        ),
        "Last reminder: Fri 16 Oct, in health",
    ),
    (
        *("Priya", "", "0042 ot"),
        "SEND-2026-0042: they sent the occupational therapy advice on Fri 9 Oct; the council has not confirmed it yet.",
        "Sent by them: Fri 9 Oct · recorded by Grace Obi on Fri 9 Oct",
    ),
    (
        *("Priya", "", "0042 ep"),
        "SEND-2026-0042: the educational psychology advice came on Mon 12 Oct, 1 day before its date.",
        "Date: done Mon 12 Oct, on time · guidance",
    ),
    (
        *("Grace", "", "0042 health"),
        "SEND-2026-0042: nothing from health yet, of 2 that were asked for; the speech and language advice is 2 days"
        " late; 1 sent by them and not confirmed yet.",
        "Occupational therapy advice: due Tue 13 Oct (3 days late) · statutory"
        " · asked Tue 1 Sep · sent by them Fri 9 Oct, recorded by Grace Obi on Fri 9 Oct",
    ),
    (
        "Priya",
        "",
        "0042 school",
        "SEND-2026-0042: the school has not been asked for advice, as far as is on record.",
        "",
    ),
    (
        *("Dan", "health", "0042 social care"),
        "SEND-2026-0042: what social care was asked, and what came of it, is not told here.",
        "",
    ),
    (
        *("Dan", "", "0042 owner", "SEND-2026-0042: Priya Shah has it; away until Fri 23 Oct, Tom Reid covers."),
        "Manager: Moira Bell",
    ),
    ("Frances", "", "MP-2026-0007 owner", "MP-2026-0007: Frances Doyle has it.", "Manager: Helen Ward"),
    (
        *("Priya", "", "0042 waiting"),
        "SEND-2026-0042: held up by social care (3 days late) and speech and language (2 days late),"
        " since Tue 1 Sep (45 days).",
        "Decision to assess: due Mon 21 Sep (25 days late) · statutory",
    ),
    (
        *("Dan", "health", "0042 waiting"),
        "SEND-2026-0042: held up by speech and language (2 days late), since Tue 1 Sep (45 days).",
        "Decision to assess: due Mon 21 Sep (25 days late) · statutory",
    ),
    (
        *("Kit", "", "0063 waiting"),
        "SEND-2026-0063: nobody else holds it up; it is for the council to send the decision whether to assess,"
        " 25 days late (running since Mon 10 Aug).",
        "Final plan: due Mon 28 Dec (in 73 days), act by Thu 24 Dec · statutory",
    ),
    (
        *("Priya", "", "0090 waiting"),
        "SEND-2026-0090: the family may still comment, until at least Mon 26 Oct; it is for the council to send the"
        " decision whether to assess, due in 3 days (running since Mon 7 Sep).",
        "Decision to assess: due Mon 19 Oct (in 3 days) · statutory",
    ),
    (
        *("Priya", "", "0058 next"),
        "SEND-2026-0058: next is to send notice of the review meeting, 22 days late."
        " It is the council's turn (Priya Shah).",
        "Report of the review meeting: due Thu 22 Oct (in 6 days) · statutory",
    ),
    (
        *("Tom", "", "0047 next"),
        "SEND-2026-0047: next is the reply to school consultation (2), due in 8 days. It is the school's turn.",
        "School consultation (3): due Sat 24 Oct (in 8 days), act by Fri 23 Oct · guidance",
    ),
    (
        *("Priya", "", "0042 late"),
        "SEND-2026-0042: late: decision to assess by 25 days, occupational therapy advice by 3 days and 2 more;"
        " week 10 of 20.",
        "Final plan: due Mon 28 Dec (in 73 days), act by Thu 24 Dec · statutory",
    ),
    (
        *("Tom", "", "0047 late"),
        "SEND-2026-0047: not late: 8 days left to the nearest date, school consultation (2); week 10 of 20.",
        "Final plan: due Mon 28 Dec (in 73 days), act by Thu 24 Dec · statutory"
        " · exception recorded: family away from the area",
    ),
    (
        *("Tom", "MP team", "0042 letter"),
        "SEND-2026-0042: the letter MP-2026-0007 of Dana Okoro MP, North, was acknowledged on Tue 6 Oct, and is not"
        " answered yet: that is due in 3 days.",
        "Holding reply: Not recorded · due Thu 15 Oct (1 day late) · our target",
    ),
    ("Priya", "", "0063 letter", "SEND-2026-0063: no letter about it is on record.", ""),
    (
        *("Dan", "health", "0042 letter"),
        "SEND-2026-0042: whether an MP or anybody else wrote about it is not told here.",
        "",
    ),
    (
        *("Frances", "", "MP-2026-0007 late", "MP-2026-0007: late: holding reply to the MP by 1 day."),
        "Reply to the MP: due Mon 19 Oct (in 3 days) · our target",
    ),
    (
        *("Tom", "", "0047 decision", "SEND-2026-0047: decision to assess sent on Wed 16 Sep, 5 days before its date."),
        "Sent: Wed 16 Sep, 5 days before its date · recorded by Tom Reid on Wed 16 Sep",
    ),
    (
        *("Tom", "", "0047 draft", "SEND-2026-0047: draft plan sent on Fri 9 Oct, 52 days before its date."),
        "Family's comments: until at least Fri 23 Oct (in 7 days) · statutory · whether any came: not recorded",
    ),
    (
        *("Vera", "", "0047 20 weeks", "SEND-2026-0047: the final plan has not gone out yet: it is due in 73 days."),
        "Sent: Not recorded · due Mon 28 Dec (in 73 days), act by Thu 24 Dec · statutory · exception recorded",
    ),
    (
        *("Priya", "", "0051 final"),
        "SEND-2026-0051: no final plan is on record, and no date for one runs: refusal to assess sent on Mon 10 Aug.",
        "Sent: Not recorded",
    ),
    (
        *("Priya", "", "0058 review"),
        "SEND-2026-0058: the review meeting was held on Thu 8 Oct, and no decision has gone out yet; the decision is"
        " due in 20 days.",
        "Report: Not recorded · due Thu 22 Oct (in 6 days) · statutory",
    ),
    (
        *("Priya", "", "0063 review"),
        "SEND-2026-0063: no review is part of it: it is another process (new assessment).",
        "",
    ),
    (
        *("Tom", "", "0047 panel", "SEND-2026-0047: it went to panel on Mon 14 Sep."),
        "Decided since: decision to assess sent, Wed 16 Sep · recorded by Tom Reid on Wed 16 Sep",
    ),
    (
        *("Priya", "education", "0042 panel", "SEND-2026-0042: it goes to panel on Thu 22 Oct, in 6 days."),
        "Planned for: Thu 22 Oct · recorded by Priya Shah on Mon 12 Oct",
    ),
    ("Dan", "", "0042 panel", "SEND-2026-0042: what goes to a panel, and when, is not told to you.", ""),
    (
        *("Tom", "", "0047 consultation"),
        "SEND-2026-0047: 1 of 6 schools has answered; the next answer is due in 8 days.",
        "School consultation (2): due Sat 24 Oct (in 8 days), act by Fri 23 Oct · guidance · Dale School"
        " · asked Fri 9 Oct, recorded by Tom Reid on Fri 9 Oct",
    ),
    ("Dan", "health", "0047 schools", "SEND-2026-0047: who was consulted, and who has answered, is not told here.", ""),
    (
        *("Tom", "education", "0047 schools"),
        "SEND-2026-0047: 1 of 6 schools has answered; the next answer is due in 8 days.",
        "School consultation (2): due Sat 24 Oct (in 8 days), act by Fri 23 Oct · guidance"
        " · asked Fri 9 Oct, recorded by Tom Reid on Fri 9 Oct",
    ),
    (
        *("Priya", "", "0084 appeal"),
        "SEND-2026-0084: an appeal is registered: the Tribunal's papers came on Fri 9 Oct; our response"
        " is due in 35 days.",
        "Response: Not recorded · due Fri 20 Nov (in 35 days) · statutory · to check",
    ),
    ("Priya", "", "0063 tribunal", "SEND-2026-0063: no appeal is on record here.", ""),
    (
        *("Priya", "", "0047 exceptions"),
        "SEND-2026-0047: exception recorded: family away from the area (final plan).",
        "Exception: family away from the area, Sat 5 Sep to Thu 8 Oct"
        " · agreed by Moira Bell · family not told yet · entry 14",
    ),
    (
        *("Dan", "health", "0047 exceptions", "SEND-2026-0047: exception recorded (final plan)."),
        "Final plan: due Mon 28 Dec (in 73 days), act by Thu 24 Dec · statutory · exception recorded",
    ),
    ("Priya", "", "0063 exceptions", "SEND-2026-0063: no exception is recorded.", ""),
    (
        "Tom",
        "",
        "MP-2026-0007 slt",
        "MP-2026-0007 is a letter. Ask about one of these: owner, waiting, next, late, letter.",
        "",
    ),
)


@pytest.mark.parametrize(
    ("who", "room", "asked", "answer", "line"), ANSWERS, ids=lambda one: one if len(one) < 30 else ""
)
def test_one_thing_is_answered_in_a_sentence(
    town: Town, who: str, room: str, asked: str, answer: str, line: str
) -> None:
    found = town.say(who, f"status {asked}", room=room)
    assert found.text == answer
    lines = [in_words(fact) for fact in found.facts]
    assert not line or line in lines, lines


LINES = (
    # a sentence, the line that it leads to, what the line does not go by
    ("has SLT come back for 0042 yet?", "status SEND-2026-0042 speech and language", ()),
    ("where are we with the health advice for 0042?", "status SEND-2026-0042 health", ()),
    ("any news from the sensory team on 0042", "status SEND-2026-0042", ("service",)),
    ("when is the EP advice for 0051 due", "status SEND-2026-0051 educational psychology", ()),
    ("is 0058 late and by how many days", "status SEND-2026-0058 late", ()),
    ("how many weeks is 0093 at", "status SEND-2026-0093 late", ()),
    ("has the draft gone out for 0042", "status SEND-2026-0042 draft", ()),
    ("when is the final plan due on 0042", "status SEND-2026-0042 final plan", ()),
    ("mediation date for 0118?", "why SEND-2026-0118 mediation", ()),
    ("who's holding up 0047", "status SEND-2026-0047 waiting", ()),
    ("whose move is it on 0047", "status SEND-2026-0047 next", ()),
    ("what's the next date on 0066", "status SEND-2026-0066 next", ()),
    ("who's dealing with 0047", "status SEND-2026-0047 owner", ()),
    ("who owns MP-2026-0007", "status MP-2026-0007 owner", ()),
    ("have we answered the MP on 0042", "status SEND-2026-0042 letter", ()),
    ("has the annual review happened for 0097", "status SEND-2026-0097 review", ()),
    ("has 0082 been to panel", "status SEND-2026-0082 panel", ()),
    ("have the schools replied to the consultation for 0104", "status SEND-2026-0104 consultation", ()),
    ("has an appeal been lodged on 0058?", "status SEND-2026-0058 appeal", ()),
    ("is there an exception on 0084", "status SEND-2026-0084 exceptions", ()),
    ("how's 0042 going", "status SEND-2026-0042", ()),
)


@pytest.mark.parametrize(("said", "line", "unmet"), LINES, ids=lambda one: one if isinstance(one, str) else "")
def test_a_question_in_words_leads_to_one_thing(said: str, line: str, unmet: tuple[str, ...]) -> None:
    found = understand(said, vocabulary=vocabulary(), today=date(2026, 11, 25))
    assert (found.line, found.unmet) == (line, unmet)


def in_words(fact: Fact) -> str:
    return f"{fact.label}: {' · '.join(filter(None, (fact.value, fact.detail)))}"


def test_what_is_left_out_of_an_answer_is_counted(town: Town) -> None:
    found = town.say("Tom", "status 0047 consultation")
    assert (len(found.facts), found.aside) == (MOST_LINES, "2 more on the whole card.")


def test_an_answer_is_short_and_leads_to_the_whole_card_and_to_why(town: Town) -> None:
    for about in ALL:
        for reference in ("SEND-2026-0042", "SEND-2026-0047", "SEND-2026-0058", "SEND-2026-0084"):
            found = town.say("Priya", f"status {reference} about={about}")
            assert found.text.startswith(f"{reference}: ") and found.text.endswith("."), found.text
            assert len(found.facts) <= MOST_LINES and found.actions[-1].label == "Whole card"
            for line in (action.line for action in found.actions[-2:] if not action.acts):
                assert not town.say("Priya", line).error, line


def test_what_may_not_be_known_changes_no_answer(town: Town) -> None:
    """Of 0042 stands on record what these may not know of: others' requests, a panel, an MP's letter; of 0063 not."""
    own = ("social_care", "waiting", "next", "late")
    for who, room, apart in (("Sunita", "health", ()), ("Sunita", "", own), ("Vera", "", ("panel",))):
        for about in {*ALL} - {*apart}:
            with_it, without = (
                whole(town.say(who, f"status {one} about={about}", room=room)).replace(one, "")
                for one in ("SEND-2026-0042", "SEND-2026-0063")
            )
            assert with_it == without, (who, room, about)


def test_a_hidden_case_is_answered_as_one_that_is_not_there(town: Town) -> None:
    for about in ALL:
        for who, room in (("Dan", ""), ("Kit", "education")):
            hidden, absent = (town.say(who, f"status {one} about={about}", room=room) for one in (HIDDEN, ABSENT))
            assert hidden.text.replace(HIDDEN, ABSENT) == absent.text and hidden.actions == absent.actions
        aloud = town.say("Tom", f"status {HIDDEN} about={about}", room="education")
        assert aloud.private and aloud.text.startswith(HIDDEN)


def test_the_last_reminder_and_every_letter_are_found(database_url: str) -> None:
    """On either database: what is asked of it for these answers alone."""
    store = Store(database_url)
    town = Town(store, at("Tue 1 Sep 2026 10:00"))
    town.opens("Priya", received=date(2026, 8, 10))
    for who, line in (
        ("Priya", "ask 0042 SLT"),
        *((("Frances", LETTER),) * 2),
        ("Frances", "close MP-2026-0007 withdrawn"),
    ):
        assert not town.say(who, line).error, line
    assert [in_words(each) for each in town.say("Priya", "status 0042 slt").facts][-1] == "Last reminder: none yet"
    town.now = at("Fri 16 Oct 2026 10:00")
    town.remind()
    assert [in_words(each) for each in town.say("Priya", "status 0042 slt").facts][-1] == (
        "Last reminder: Fri 16 Oct, in health"
    )
    found = town.say("Priya", "status 0042 letter")
    assert found.text.startswith("SEND-2026-0042: the letter MP-2026-0011 of Dana Okoro MP, North, is neither")
    assert found.aside == "About it too: MP-2026-0007 (closed)."
    store.close()
