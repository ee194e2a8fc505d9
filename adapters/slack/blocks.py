"""Message -> Block Kit: one card for a room, an answer, a modal or the home tab, always within Slack's limits.

Limits: Slack's reference of blocks and block elements (50 blocks a message, 3,000 characters a section, 25 elements a
row of actions, 75 a button's text, 2,000 its value). The whole of a message's blocks may hold some 12,000 characters:
undocumented, answered as `msg_blocks_too_long`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, zip_longest
from typing import Any

from adapters.slack.words import DOT, cut, mrkdwn, packed, pieces, size
from bot.domain.message import Action, Fact, Message, Row, State, Style

Block = dict[str, Any]

MOST_BLOCKS = 50
MOST_TEXT = 10_000
"""Characters in all blocks of a message together: 12,000, less a margin for what Slack counts and does not say."""
SECTION = 2_900
MOST_BUTTONS = 25
IN_A_ROW = 5
"""Buttons side by side: more wrap on a phone."""
LINE = 75
"""Characters that stand in one line of a wide window: a fact that is longer says its detail on a line below."""
MOST_FAMILIES = 20

MARKS = {
    State.LATE: ":red_circle:",
    State.SOON: ":large_yellow_circle:",
    State.WAITING: ":white_circle:",
    State.DONE: ":large_green_circle:",
}


def dressed(message: Message, *, private: bool) -> list[Block]:
    """The blocks of a message. `private`: only the asker reads it, so facts that name a child may stand in it."""
    buttons = Buttons(message.nonce)
    facts = [fact for fact in message.facts if private or not fact.private]
    foot = [*_asked(message, buttons), *buttons.rows(message.actions[:MOST_BUTTONS]), *_small_print(message.aside)]
    room = Room(MOST_BLOCKS - len(foot) - 1, MOST_TEXT - sum(map(weight, foot)))
    head = [*_head(message, bool(facts or message.table or message.copy), room), *_to_copy(message.copy, room)]
    body = [*head, *_facts(facts, room), *_table(message, buttons, room)]
    room.left_out("button", buttons.lost + max(0, len(message.actions) - MOST_BUTTONS))
    return [*body, *room.confession(), *foot] or [_section(" ", "…")]


def fallback(message: Message, *, private: bool) -> str:
    """The same as plain text, for notifications and screen readers. At least one character.

    `private` as for `dressed`; False where the text may light up a locked telephone.
    """
    lines = [message.text, message.copy, *(_said(fact) for fact in message.facts if private or not fact.private)]
    if message.table:
        lines += [" · ".join(filter(None, row.cells)) for row in message.table.rows]
    return mrkdwn("\n".join(line for line in [*lines, message.aside] if line.strip()), 3_900) or "…"


def weight(block: Any) -> int:
    """How much of MOST_TEXT a block takes: its words, and something for what holds them."""
    match block:
        case dict():
            return 10 + sum(weight(value) for key, value in block.items() if key not in ("value", "action_id"))
        case list():
            return sum(map(weight, block))
        case str():
            return size(block)
        case _:
            return 0


class Room:
    """What room a card has left, and what found none."""

    def __init__(self, blocks: int, text: int) -> None:
        self.blocks, self.text = blocks, text
        self.missing: dict[str, int] = {}

    def takes(self, *blocks: Block) -> bool:
        """True, and the room is taken, if all the blocks fit."""
        needed = sum(map(weight, blocks))
        if len(blocks) > self.blocks or needed > self.text:
            return False
        self.blocks, self.text = self.blocks - len(blocks), self.text - needed
        return True

    def left_out(self, what: str, how_many: int) -> None:
        if how_many:
            self.missing[what] = how_many

    def confession(self) -> Iterator[Block]:
        if self.missing:
            counted = [f"{number} {what}{'s' * (number != 1)}" for what, number in self.missing.items()]
            verb = "is" if sum(self.missing.values()) == 1 else "are"
            yield from _small_print(f"{' and '.join(counted)} {verb} not shown here: ask for less at a time.")


class Buttons:
    """Buttons of one card: each carries its line, and the card's nonce where pressing it does something."""

    def __init__(self, nonce: str) -> None:
        self.nonce, self.lost, self._number = nonce, 0, count(1)

    def button(self, action: Action) -> Block | None:
        value = packed({"line": action.line, "nonce": self.nonce} if action.acts else {"line": action.line})
        if len(value) > 2_000 or not action.line.strip():
            self.lost += 1
            return None
        button: Block = {"type": "button", "action_id": f"say-{next(self._number)}", "text": words(action.label, 75)}
        if action.style is not Style.PLAIN:
            button["style"] = action.style.value
        return button | {"value": value}

    def rows(self, actions: Sequence[Action]) -> Iterator[Block]:
        """Rows of at most five."""
        buttons = [button for action in actions if (button := self.button(action))]
        for start in range(0, len(buttons), IN_A_ROW):
            yield {"type": "actions", "elements": buttons[start : start + IN_A_ROW]}


def words(text: str, longest: int) -> Block:
    """A plain text object: never empty, nothing in it is mark-up."""
    return {"type": "plain_text", "text": cut(text.strip(), longest) or "…", "emoji": False}


def _marked_up(text: str) -> Block:
    """A mrkdwn object. Verbatim: Slack shall look for no names, channels or addresses of its own."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _section(text: str, instead: str = "") -> Block:
    return {"type": "section", "text": _marked_up(text if text.strip() else instead)}


def _small_print(text: str) -> Iterator[Block]:
    if text.strip():
        yield {"type": "context", "elements": [_marked_up(mrkdwn(text.strip(), 1_500))]}


def _asked(message: Message, buttons: Buttons) -> Iterator[Block]:
    """A form cannot stand in a message: a button opens it."""
    if message.form:
        yield from buttons.rows(
            [Action(message.form.title or "Open the form", message.form.line, Style.PRIMARY, acts=False)]
        )


def _head(message: Message, card: bool, room: Room) -> Iterator[Block]:
    """The text; on a card its first line, the answer, is bold."""
    first, _, rest = message.text.strip().partition("\n")
    text = f"*{mrkdwn(first, SECTION - 2)}*" if card and first and "*" not in first else mrkdwn(first, SECTION)
    for part in [text, *(mrkdwn(piece, SECTION) for piece in pieces(rest, SECTION // 2))]:
        if part.strip() and not room.takes(block := _section(part)):
            return
        if part.strip():
            yield block


def _to_copy(words: str, room: Room) -> Iterator[Block]:
    """A block with Slack's own way to copy it; its words are plain text there, in which nothing is mark-up."""
    if words.strip():
        element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": cut(words, SECTION)}]}
        block: Block = {"type": "rich_text", "elements": [element]}
        yield from [block] if room.takes(block) else []


def _facts(facts: Sequence[Fact], room: Room) -> Iterator[Block]:
    """The facts, with air around each that has lines of its own."""
    families = list(_families([fact for fact in facts if _said(fact).strip()]))
    if len(families) > MOST_FAMILIES:
        families = [[fact for family in families for fact in family]]
    for number, family in enumerate(families):
        blocks, missing = _packed([_fact(fact) for fact in family], room)
        yield from blocks
        if missing:
            room.left_out("line", missing + sum(map(len, families[number + 1 :])))
            return


def _families(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """A fact and the lines that belong to it; facts that have none stay together."""
    held: list[Fact] = []
    for fact, following in zip_longest(facts, facts[1:]):
        begins = not fact.depth and following is not None and following.depth
        if held and not fact.depth and (begins or held[-1].depth):
            yield held
            held = []
        held.append(fact)
    if held:
        yield held


def _packed(lines: Sequence[str], room: Room) -> tuple[list[Block], int]:
    """Lines in as few sections as they fit, and how many did not fit in the room."""
    blocks: list[Block] = []
    shown = 0
    for held in _sections(lines):
        if not room.takes(block := _section("\n".join(held))):
            return blocks, len(lines) - shown
        blocks.append(block)
        shown += len(held)
    return blocks, 0


def _sections(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines in groups that each fill a section, none of them empty."""
    held: list[str] = []
    filled = 0
    for line in lines:
        needed = size(line) + 1  # the line, and the break before it
        if held and filled + needed > SECTION + 1:
            yield held
            held, filled = [], 0
        held.append(line)
        filled += needed
    if held:
        yield held


def _fact(fact: Fact) -> str:
    indent = "\u2003• " if fact.depth else ""
    label = mrkdwn(fact.label.strip(), 500)
    name = f"*{label}*" if label and not fact.depth and "*" not in label else label
    first = indent + "  ".join(filter(None, [_mark(fact.state, _told(fact)), name, mrkdwn(fact.value.strip(), 1_500)]))
    detail = mrkdwn(fact.detail.strip(), 700)
    if not detail:
        return first
    if size(_told(fact)) > LINE:
        return f"{first}\n\u2003{detail}"
    return f"{first}{DOT if fact.value.strip() else '  '}{detail}"


def _mark(state: State, told: str) -> str:
    """The coloured mark and its word, unless the line says it already; nothing for a plain fact."""
    word = "" if _says(told, state) else state.value.capitalize()
    return " ".join(filter(None, [MARKS.get(state, ""), word]))


def _says(told: str, state: State) -> bool:
    return not state.value or state.value in re.findall(r"\w+", told.lower())


def _told(fact: Fact) -> str:
    return " ".join(filter(None, [fact.label, fact.value, fact.detail]))


def _said(fact: Fact) -> str:
    return _told(fact) if _says(_told(fact), fact.state) else f"{_told(fact)} ({fact.state.value})"


def _table(message: Message, buttons: Buttons, room: Room) -> Iterator[Block]:
    """Rows without buttons share sections; a row with one button has it beside it, with more, below it.

    Nothing stands in columns here, so only a list without buttons says what its columns are.
    """
    if not message.table:
        return
    rows = message.table.rows
    if not any(row.actions for row in rows):
        yield from (block for block in _small_print(_heading(message.table.columns)) if room.takes(block))
        blocks, missing = _packed([_row(row) for row in rows if any(map(str.strip, row.cells))], room)
        room.left_out("row", missing)
        yield from blocks
        return
    for index, row in enumerate(rows):
        blocks = _row_blocks(row, buttons)
        if not room.takes(*blocks):
            room.left_out("row", len(rows) - index)
            return
        yield from blocks


def _heading(columns: Sequence[str]) -> str:
    return " · ".join(filter(None, map(str.strip, columns)))


def _row(row: Row) -> str:
    first, *others = [*row.cells, ""]
    start = f"*{mrkdwn(first.strip(), 500)}*" if first.strip() and "*" not in first else mrkdwn(first.strip(), 500)
    told = " · ".join(filter(None, map(str.strip, others)))
    mark = _mark(row.state, f"{first} {told}")
    return "  ".join(filter(None, [mark, start, mrkdwn(told, 2_000)])) or "…"


def _row_blocks(row: Row, buttons: Buttons) -> list[Block]:
    section = _section(_row(row))
    made = list(buttons.rows(row.actions[:IN_A_ROW]))
    buttons.lost += max(0, len(row.actions) - IN_A_ROW)
    if len(made) == 1 and len(made[0]["elements"]) == 1:
        return [section | {"accessory": made[0]["elements"][0]}]
    return [section, *made]


def answer_body(message: Message, *, private: bool, notified: bool = False) -> Mapping[str, Any]:
    """`text` and `blocks`, as every method that writes a message takes them.

    `notified`: Slack shows the text on telephones too, so facts that name a child stay out of it.
    """
    text = fallback(message, private=private and not notified)
    return {"text": text, "blocks": dressed(message, private=private)}
