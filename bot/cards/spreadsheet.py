"""A table as CSV. Whatever is in a cell, a spreadsheet shows it and runs nothing.

OWASP, "CSV Injection": what begins with = + - @, a tab or a line's end is run, be it behind a quotation mark or behind
what the spreadsheet takes for the end of a cell.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA = re.compile(r"""(^|[;|])(["'\s]*[=+\-@＝＋－＠])""")
"""The wide signs are those of East Asian keyboards, which some spreadsheets read alike."""


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows under their headings. A number stays one; a text is one line, and never the beginning of a formula."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(columns)
    sheet.writerows([_cell(each) for each in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    return FORMULA.sub(r"\1'\2", " ".join(value.split())) if isinstance(value, str) else value
