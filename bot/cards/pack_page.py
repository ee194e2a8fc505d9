"""A subject access pack on paper: a PDF with headings, an outline, page numbers, and letters of most alphabets.

fpdf2 marks headings for screen readers and writes the language and the title; it marks no tables.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TextStyle
from fpdf.prefs import ViewerPreferences

from bot.domain.calendar import london_time

TYPEFACE = Path(__file__).parent / "typeface"
FAMILY = "DejaVu"
INK, GREY, LINE, TINT, WARN = (29, 29, 31), (89, 95, 102), (177, 180, 182), (243, 242, 241), (255, 247, 216)
BLUE = (29, 112, 184)
MARGIN, BODY, SMALL, TINY = 18, 9.5, 8.5, 7.5
PLAIN_LETTERS = 0x590
"""Where the alphabets begin whose letters change with their neighbours or run from right to left."""

LEFT_TO_RIGHT = "\u200e"
"""A mark that is not seen."""
FOR_COUNCIL = "For the council alone"

Values = Mapping[str, Any]


def as_pdf(pack: Values) -> bytes:
    return bytes(_Page(pack).printed().output())


class _Page(FPDF):
    """The pack as it is printed. The council's own sheets come first and are not counted."""

    def __init__(self, pack: Values) -> None:
        super().__init__(format="A4")
        shaped = _needs_shaping(str(pack))
        self._pack = _left_to_right(pack) if shaped else pack
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 4)
        self.add_font(FAMILY, "", TYPEFACE / "DejaVuSansCondensed.ttf")
        self.add_font(FAMILY, "B", TYPEFACE / "DejaVuSansCondensed-Bold.ttf")
        self.set_text_shaping(shaped)
        self.set_lang("en-GB")
        self.set_title(f"Subject access pack: {pack['reference']}")
        self.set_author(pack.get("council", ""))
        self.set_creation_date(datetime.fromisoformat(pack["made_at"]))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_section_title_styles(TextStyle(FAMILY, "B", 14, INK, t_margin=4, b_margin=1.5))

    def printed(self) -> "_Page":
        self._before_sending()
        cover = self.page
        self._title()
        for part in self._pack["parts"]:
            self._part(part)
        self._feet(cover, self.page)
        return self

    def _feet(self, cover: int, last: int) -> None:
        """At the foot of each page the reference, the day and its number, once it is known how many there are."""
        self.set_auto_page_break(False)
        made = _moment(self._pack["made_at"])
        for self.page in range(1, last + 1):
            self.set_y(-MARGIN + 2)
            self._font(BODY)  # another than the one to come: fpdf2 writes a typeface down only where it changes
            self._font(TINY, color=GREY)
            self.cell(self.epw * 0.75, 4, f"{self._pack['reference']} · subject access pack · made {made}")
            page = f"Page {self.page - cover} of {last - cover}" if self.page > cover else FOR_COUNCIL
            self.cell(self.epw * 0.25, 4, page, align="R")

    def _font(self, size: float, *, bold: bool = False, color: tuple[int, int, int] = INK) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*color)

    def _say(self, text: str, size: float = BODY, *, bold: bool = False, color: tuple[int, int, int] = INK) -> None:
        """A paragraph, over as many pages as it takes."""
        self._font(size, bold=bold, color=color)
        self.multi_cell(self.epw, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _before_sending(self) -> None:
        """The first sheets: what a person has to read before the rest is sent."""
        self.add_page()
        self.set_fill_color(*WARN)
        self._font(15, bold=True)
        self.multi_cell(self.epw, 11, "  Before this is sent", fill=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_fill_color(255)
        self.ln(2)
        self._say(
            "For whoever answers the request. Take these sheets out before the pack goes to anybody. What it holds was"
            " gathered by a machine; to leave something out, or to name somebody, is a person's decision."
        )
        for item in self._pack["before_sending"]:
            self.ln(3)
            self._say(f"☐  {item['what']}", BODY + 0.5, bold=True)
            self._say(item["why"])
            if item["where"]:
                self._say(f"Where: {_listed(item['where'])}.", SMALL, color=GREY)

    def _title(self) -> None:
        pack = self._pack
        self.add_page()
        self._say(pack.get("council", ""), BODY, bold=True, color=GREY)
        self.ln(14)
        self._say("Subject access pack", 26, bold=True)
        self.ln(2)
        self._say(pack["name"], 16)
        self.ln(4)
        self.set_draw_color(*BLUE)
        self.set_line_width(0.9)
        self.line(self.l_margin, self.get_y(), self.l_margin + 40, self.get_y())
        self.ln(6)
        self._say(
            "Everything that referralbot holds about this child or young person, and what it showed of them to whom."
            " It is the council's tool for keeping the dates of special educational needs casework. Where something is"
            " about somebody else it says “[withheld]”. Staff are shown by their role."
        )
        self.ln(4)
        export = f", export {pack['export']}" if "export" in pack else ""
        self._say(f"Reference {pack['reference']}{export}. Made on {_moment(pack['made_at'])}.", SMALL, color=GREY)
        self.ln(8)
        self._say("What is in it", 12, bold=True)
        self.ln(1)
        for number, part in enumerate(pack["parts"], start=1):
            rows = len(part["rows"])
            many = "nothing" if rows == 0 else "" if part["shape"] == "fields" else str(rows)
            self._font(BODY)
            self.cell(self.epw * 0.7, 6, f"{number}  {part['title']}")
            self._font(SMALL, color=GREY)
            self.cell(self.epw * 0.3, 6, many, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.add_page()

    def _part(self, part: Values) -> None:
        if self.will_page_break(38):
            self.add_page()
        number = 1 + [each["id"] for each in self._pack["parts"]].index(part["id"])
        self.start_section(f"{number}  {part['title']}")
        self._say(part["what"], SMALL, color=GREY)
        self.ln(2)
        if not part["rows"]:
            self._say("Nothing is held.")
        elif part["shape"] == "fields":
            self._fields(part)
        elif part["shape"] == "table":
            self._table(part)
        else:
            self._entries(part)
        self.ln(4)

    def _fields(self, part: Values) -> None:
        for row in part["rows"]:
            self._font(BODY, bold=True)
            self.cell(48, 6, row["field"])
            self._font(BODY)
            self.multi_cell(self.epw - 48, 6, _told(row["value"], row["kind"]), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _table(self, part: Values) -> None:
        columns = [column for column in part["columns"] if "under" not in column]
        columns = [column for column in columns if any(self._cell(part, column, row) for row in part["rows"])]
        self._font(SMALL)
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        head = FontFace(emphasis="BOLD", fill_color=TINT, color=INK)
        widths = tuple(_width(column, part) for column in columns)
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, headings_style=head, col_widths=widths, line_height=4.2,
            text_align="LEFT", padding=(1, 1.2), v_align="TOP", repeat_headings=1,
        ) as table:  # fmt: skip
            table.row([column["title"] for column in columns])
            for row in part["rows"]:
                table.row([self._cell(part, column, row) for column in columns])

    def _cell(self, part: Values, column: Values, row: Values) -> str:
        """A value, and below it those that belong to it, each with its name."""
        below = [each for each in part["columns"] if each.get("under") == column["id"]]
        own = _told(row.get(column["id"]), column["kind"])
        told = ((each["title"], _told(row.get(each["id"]), each["kind"])) for each in below)
        return "\n".join(filter(None, [own, *(f"{title}: {said}" for title, said in told if said not in ("", own))]))

    def _entries(self, part: Values) -> None:
        """One block a row: its first values in bold, the rest small, and what was written in full."""
        for row in part["rows"]:
            if self.will_page_break(16):
                self.add_page()
            plain = [column for column in part["columns"] if column["kind"] != "words"]
            told = [(column, said) for column in plain if (said := _told(row.get(column["id"]), column["kind"]))]
            self._say(" · ".join(said for column, said in told if "head" in column), BODY, bold=True)
            rest = [f"{column['title']} {said}".strip() for column, said in told if "head" not in column]
            self._say(" · ".join(rest), TINY, color=GREY)
            for column in part["columns"]:
                if column["kind"] == "words" and row.get(column["id"]):
                    self._quoted(column["title"], row[column["id"]])
            self.ln(2.2)

    def _quoted(self, title: str, words: str) -> None:
        self.ln(0.6)
        with self.local_context():
            self.set_left_margin(MARGIN + 4)
            self._say(f"{title}: {words}" if title != "Words" else words)
        self.set_left_margin(MARGIN)
        self.set_x(MARGIN)


def _needs_shaping(text: str) -> bool:
    return any(ord(each) >= PLAIN_LETTERS and not 0x2000 <= ord(each) < 0x3000 for each in text)


def _left_to_right(value: Any) -> Any:
    """The document reads from the left, whatever alphabet a name in it begins with."""
    if isinstance(value, Mapping):
        return {name: _left_to_right(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_left_to_right(each) for each in value]
    return f"{LEFT_TO_RIGHT}{value}" if isinstance(value, str) and _needs_shaping(value) else value


def _width(column: Values, part: Values) -> int:
    """How much of a table's width a column gets: dates little, names of things much."""
    wide = any(each.get("under") == column["id"] for each in part["columns"])
    if column["kind"] in ("date", "number", "yes_no"):
        return 5 if wide else 3
    return 8 if wide else 5 if column["kind"] == "text" else 4


def _told(value: Any, kind: str) -> str:
    """A value as people read it. Of no value nothing is said; nor of a no."""
    if value is None or value == "" or value is False:
        return ""
    if value is True:
        return "yes"
    if kind == "moment":
        return _moment(str(value))
    if kind == "date":
        return _day(str(value))
    return str(value)


def _day(value: str) -> str:
    """ "12 Oct 2026"."""
    return f"{date.fromisoformat(value):%-d %b %Y}"


def _moment(value: str) -> str:
    """ "12 Oct 2026, 09:05", London time."""
    return f"{london_time(datetime.fromisoformat(value)):%-d %b %Y, %H:%M}"


def _listed(where: Sequence[Values]) -> str:
    """ "entry of SEND-2026-0042: 2, 5 to 7; line said to the bot: 1"."""
    return "; ".join(f"{each['of']}: {_ranges(each['numbers'])}" if each["numbers"] else each["of"] for each in where)


def _ranges(numbers: Sequence[int]) -> str:
    """ "2, 5 to 7"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in runs)
