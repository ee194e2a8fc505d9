"""The quarter: the real bot behind both platforms, day by day, and whatever it left anywhere."""

import asyncio
import json
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import aiohttp
from sqlalchemy import text

from bot.settings import Settings, read_settings
from bot.upkeep.backup import copy_as_it_is
from storage.connect import Store
from tests.adapters.fake_connector import TENANT
from tests.adapters.fake_slack import event, payload, serving
from tests.chaos.council import Member
from tests.chaos.delivering import TEAMS
from tests.chaos.machines import Bots, given_to
from tests.chaos.oracle import LONDON, Days, closed_days
from tests.chaos.weather import Sky, Weather
from tests.e2e.council import environ
from tests.e2e.moved import moved_clock
from tests.leaks.council import Council
from tests.leaks.markers import Marker, Of, Words
from tests.leaks.platforms import KeptConnector, KeptSlack
from tests.leaks.script import REFERENCE, Act, Script

BEGAN = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
QUARTER = 64
"""Days of work from November to January, the bank holidays left out."""
OPENED, MORE = 12, 1
"""Cases of the first day, and how many every third day brings."""
ANSWERED_WITHIN, DRAINED_WITHIN = 6.0, 20.0
STARTS_WITHIN = 40.0
FADES = timedelta(minutes=11)


@dataclass
class Kept:
    """Everything that is searched, and what may be where."""

    council: Council
    script: Script
    slack: KeptSlack
    teams: KeptConnector
    files: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    """By what they are: each file's name, and its bytes."""
    references: dict[int, str] = field(default_factory=dict)
    hidden_since: dict[int, float] = field(default_factory=dict)
    """By child, when its case became one for the named alone."""
    broke_glass: set[tuple[str, int]] = field(default_factory=set)
    """By whom, and the child: somebody else agreed to it."""
    typed: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    """By person, all that they typed: what they said themselves tells them nothing."""
    said: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    """What the bot made of each line: `done`, or the name of the refusal."""
    days: int = 0


class Quarter:
    def __init__(self, folder: Path, seed: int, days: int) -> None:
        self.folder, self.days = folder, days
        self.dice = Random(f"leaks/{seed}")
        self.clock = moved_clock(folder / "clock")
        self.clock.move_to(BEGAN)
        self.sky = Sky(self.clock, Weather(Random(f"weather/{seed}"), share=0.0))
        self.seed, self._number = seed, 0

    async def run(self) -> Kept:
        async with AsyncExitStack() as stack:
            slack, teams = KeptSlack(self.sky), KeptConnector(self.sky)
            slack.url = await stack.enter_async_context(serving(slack.app()))
            teams.url = await stack.enter_async_context(serving(teams.app))
            given = given_to(slack, teams, f"sqlite:///{self.folder / 'record.sqlite'}") | OURS
            self.settings: Settings = read_settings(given)
            council = Council(self.settings, slack, teams)
            await asyncio.to_thread(council.open_doors)
            script = Script(council, self.dice, Words(str(self.seed)))
            script.markers += [Marker(Of.SECRET, given[name]) for name in SECRETS]
            self.kept = Kept(council, script, slack, teams)
            self.store = Store(self.settings.database_url)
            stack.callback(self.store.close)
            self.bots = Bots(self.folder, self.clock.file, environ(**given))
            stack.callback(self.bots.end)
            self.bots.start()
            await self._live()
            await self._search_everything()
            return self.kept

    # Day by day

    async def _live(self) -> None:
        await self._until_it_answers()
        works, at = Days(closed_days()), BEGAN
        while self.kept.days < self.days:
            if works.works(at.date()):
                await self._day(at)
                self.kept.days += 1
            at += timedelta(days=1)
        await self._last_look()

    async def _day(self, at: datetime) -> None:
        """A morning's reminders, then what people say; now and then something goes wrong."""
        number = self.kept.days
        self.clock.move_to(max(self.clock(), at.astimezone(LONDON).replace(hour=9, minute=5)))
        self.sky.weather.share = 0.15 if number % 5 == 2 else 0.0
        await self._drain()
        script = self.kept.script
        if number == 0 or number % 3 == 0:
            for act in script.opening(self.clock().date(), MORE if number else OPENED):
                await self._act(act)
        if number % 8 == 5:
            await asyncio.to_thread(self._break_something)
        for act in list(script.day(number)):
            await self._act(act)
        await self._press()
        await self._drain()
        if number % 10 == 0:
            await self._measure()

    async def _last_look(self) -> None:
        """Everybody looks once more in their own chat; more than ten minutes later nothing of that stands there."""
        self.sky.weather.share = 0.0
        for child in list(self.kept.references)[:OPENED]:
            await self._act(Act(self.kept.script.owners[child], f"open {REFERENCE}", child=child))
        for _ in range(2):  # what is said late, under load, is taken away later
            self.clock.move_to(self.clock() + FADES)
            await self._drain()
            await self._until_taken_away()

    def _break_something(self) -> None:
        """What makes a program trace: a child that cannot be read, and a post that cannot be written."""
        with self.store.transaction() as db:
            db.execute(text("UPDATE child SET sealed = :junk WHERE id = 2"), {"junk": b"junk"})
            poison = "UPDATE post SET about = :junk WHERE id = (SELECT max(id) FROM post WHERE state = 'waiting')"
            db.execute(text(poison), {"junk": '{"notice": "nothing of the kind"}'})
        with closing(sqlite3.connect(self.folder / "record.sqlite", timeout=20, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(0.3)
            other.execute("ROLLBACK")

    # People

    async def _act(self, act: Act) -> None:
        kept = self.kept
        if REFERENCE in act.line and act.child not in kept.references:
            return
        line = act.line.replace(REFERENCE, kept.references.get(act.child, ""))
        kept.said[act.line.split(" ", 1)[0]] += 1
        kept.typed[act.who] += f"{line}\n"
        await self._say(kept.council.people[act.who], line, act.room)
        if act.line.startswith("break glass"):
            kept.broke_glass.add((act.who, act.child))
        if act.agreed_by and (asked := await asyncio.to_thread(self._asked)):
            for who, what in ((act.agreed_by, "approvals"), (act.agreed_by, f"agree {asked}"), (act.who, line)):
                await self._say(kept.council.people[who], what, "")
        if act.opens:
            await asyncio.to_thread(self._note_opened, act.child)
        if act.child in kept.script.restricted and await asyncio.to_thread(self._is_restricted, act.child):
            kept.hidden_since.setdefault(act.child, time.monotonic())

    def _asked(self) -> int | None:
        """The number of what waits for a second person's yes."""
        with self.store.reading() as db:
            return db.execute(text("SELECT max(id) FROM approval WHERE answered_at IS NULL")).scalar()

    def _note_opened(self, child: int) -> None:
        """Which case a line opened: the newest; AssertionError where it opened none."""
        with self.store.reading() as db:
            reference = db.execute(text('SELECT reference FROM "case" ORDER BY id DESC LIMIT 1')).scalar()
        assert reference not in self.kept.references.values(), f"child {child} got no case"
        self.kept.references[child] = str(reference)

    def _is_restricted(self, child: int) -> bool:
        reference = self.kept.references.get(child, "")
        with self.store.reading() as db:
            found = db.execute(text('SELECT restricted FROM "case" WHERE reference = :at'), {"at": reference}).scalar()
        return bool(found)

    async def _say(self, who: Member, line: str, room: str) -> None:
        self._number += 1
        if room.startswith("19:") or (not room and who.reads.startswith("a:")):
            await self._say_in_teams(who, line, room)
        else:
            await self._say_in_slack(who, line, room)
        await self._quiet()

    async def _say_in_slack(self, who: Member, line: str, room: str) -> None:
        slack = self.kept.slack
        slack.bot = self.bots.doors()[0]
        account = f"U0{who.name.upper()}"
        slack.users.setdefault(account, self._profile(account, who.name))
        moment = f"1750000000.{self._number:06}"
        if not room:
            said = {
                "channel": f"D0{who.name.upper()}",
                "user": account,
                "text": line,
                "ts": moment,
                "thread_ts": moment,
            }
            await slack.event(event("message_im", f"Ev{self._number:06}", **said))
        elif self._number % 2:
            said = {"text": line, "user_id": account, "channel_id": room, "channel_name": room[2:].lower()}
            body = slack.fresh(payload("slash_command", **said))
            _, answer = await slack.request(urlencode(body), "form")
            in_room = answer.get("response_type") == "in_channel"
            slack.keep(room if in_room else account, answer, "slash", alone=not in_room)
        else:
            said = {"channel": room, "user": account, "text": f"<@U0BOT> {line}", "ts": moment}
            await slack.event(event("app_mention", f"Ev{self._number:06}", **said))

    def _profile(self, account: str, name: str) -> dict[str, Any]:
        return {"id": account, "team_id": "T0COUNCIL", "profile": {"email": f"{name}@council.example"}}

    async def _say_in_teams(self, who: Member, line: str, room: str) -> None:
        teams, user = self.kept.teams, f"29:{who.name}"
        teams.members.setdefault(user, {"id": user, "email": f"{who.name}@council.example", "tenantId": TENANT})
        name = "channel_mention" if room else "personal_message"
        found = json.loads((TEAMS / f"{name}.json").read_text().replace("{service_url}", teams.service_url))
        found |= {
            "id": f"17100000{self._number:05}",
            "from": {"id": user, "name": who.name, "aadObjectId": f"aad-{who.name}"},
        }
        if room:
            found["text"] = f"<at>referralbot</at> {line}"
            found["conversation"]["id"] = f"{room};messageid=1700000000000"
            found["channelData"] |= {"teamsChannelId": room, "channel": {"id": room}}
        else:
            found["text"] = line
            found["conversation"]["id"] = f"a:{who.name}"
        await self._post(found, user)

    async def _press(self) -> None:
        """Somebody presses what a card in a Slack room offers; it is opened for them alone."""
        kept = self.kept
        for who, room in (("officer0", "C0EDUCATION"), ("adviser0", "C0HEALTH")):
            buttons = [button for message in kept.slack.messages[room][-8:] for button in _buttons(message)]
            if not buttons:
                continue
            body = payload("press_in_channel")
            body["user"] |= {"id": kept.council.people[who].account, "username": who, "name": who}
            body["channel"] = {"id": room, "name": "a-room"}
            body["actions"][0]["value"] = pressed = self.dice.choice(buttons)
            kept.typed[who] += f"{pressed}\n"
            kept.slack.bot = self.bots.doors()[0]
            await kept.slack.interact(body)
            await self._quiet()

    async def _post(self, activity: dict[str, Any], user: str) -> None:
        teams = self.kept.teams
        signed = {"Authorization": f"Bearer {teams.token(nbf=None)}"}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
            async with session.post(f"{self.bots.doors()[0]}/api/messages", json=activity, headers=signed) as answer:
                body = await answer.read()
        if body:
            teams.answered_at_once(user, body.decode())

    # Waiting

    async def _quiet(self) -> None:
        """Until nothing more has come to either platform for a moment."""
        kept, ends = self.kept, time.monotonic() + ANSWERED_WITHIN
        seen, since = -1, time.monotonic()
        while time.monotonic() < ends:
            now = len(kept.slack.calls) + len(kept.teams.calls) + len(kept.slack.left)
            if now != seen or self.sky.under_way:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > QUIET_FOR:
                return
            await asyncio.sleep(0.02)

    async def _drain(self) -> None:
        """Until all that is due is out; the clock goes on where a room has to wait."""
        ends = time.monotonic() + DRAINED_WITHIN
        while time.monotonic() < ends:
            await asyncio.sleep(0.25)
            if self.bots.ended():
                await self._until_it_answers()
            if not await asyncio.to_thread(self._waiting):
                return
            self.clock.move_to(self.clock() + timedelta(seconds=5))

    def _waiting(self) -> int:
        now = self.clock().strftime("%Y-%m-%d %H:%M:%S.%f")
        with self.store.reading() as db:
            ripe = db.execute(text("SELECT count(*) FROM deadline WHERE next_at <= :now"), {"now": now}).scalar_one()
            due = "SELECT count(*) FROM post WHERE state = 'waiting' AND not_before <= :now AND attempts < 3"
            return int(ripe) + int(db.execute(text(due), {"now": now}).scalar_one())

    async def _until_taken_away(self) -> None:
        """Until no copy is due to be edited; where one stays, the search finds it."""
        ends = time.monotonic() + DRAINED_WITHIN
        while time.monotonic() < ends and await asyncio.to_thread(self._standing):
            await asyncio.sleep(0.25)
            self.clock.move_to(self.clock() + timedelta(seconds=5))

    def _standing(self) -> int:
        now = self.clock().strftime("%Y-%m-%d %H:%M:%S.%f")
        with self.store.reading() as db:
            due = "SELECT count(*) FROM privatecopy WHERE fades_at <= :now"
            return int(db.execute(text(due), {"now": now}).scalar_one())

    async def _until_it_answers(self) -> None:
        ends = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < ends:
            try:
                async with aiohttp.ClientSession() as session:
                    async with session.get(f"{self.bots.doors()[0]}/readyz") as answer:
                        if answer.status == 200:
                            return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)
        raise AssertionError(f"the bot does not come up: see {self.folder}")

    # What is searched

    async def _measure(self) -> None:
        async with aiohttp.ClientSession() as session:
            for page in ("metrics", "readyz", "healthz"):
                async with session.get(f"{self.bots.doors()[0]}/{page}") as answer:
                    self._keep("measures", page, await answer.read())

    async def _search_everything(self) -> None:
        await self._measure()
        with self.store.reading() as db:
            self.kept.came.update(dict(db.execute(text("SELECT verdict, count(*) FROM heard GROUP BY 1")).all()))
        record = self.folder / "record.sqlite"
        copy_as_it_is(record, self.folder / "backup.sqlite", lambda done, of: None)
        self._keep("write-ahead log", "record.sqlite-wal", (self.folder / "record.sqlite-wal").read_bytes())
        self.bots.stop()
        self._keep("backup", "backup.sqlite", (self.folder / "backup.sqlite").read_bytes())
        self._keep("database", record.name, record.read_bytes())
        for log in sorted(self.folder.glob("bot-*.log")):
            self._keep("log and traces", log.name, log.read_bytes())
        for other in self._others():
            self._keep("other files", other.name, other.read_bytes())

    def _others(self) -> Iterator[Path]:
        """Whatever else the bot wrote beside its record: exports, lists, copies."""
        known = {"record.sqlite", "record.sqlite-wal", "record.sqlite-shm", "backup.sqlite", "clock"}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.name not in known and not path.name.startswith("bot-"):
                yield path

    def _keep(self, kind: str, name: str, blob: bytes) -> None:
        self.kept.files.setdefault(kind, []).append((name, blob))


QUIET_FOR = 0.25
OURS = {"REFERRALBOT_LOG_LEVEL": "debug", "REFERRALBOT_EMAIL_DOMAINS": "council.example"}
SECRETS = ("REFERRALBOT_KEY", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "TEAMS_APP_PASSWORD")


def _buttons(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _buttons(each)
    elif isinstance(part, dict):
        if part.get("type") == "button" and part.get("value"):
            yield part["value"]
        for each in part.values():
            yield from _buttons(each)
