"""The report as one HTML page: nothing is fetched, and without JavaScript only the sorting is missing."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memlab.report.cells import Cell, Table
from memlab.report.colour import DARK, LIGHT, STEPS, readable_on, shades
from memlab.report.sections import Report
from memlab.results import HEADLINE

if TYPE_CHECKING:
    from markupsafe import Markup

LEVELS = ("chance", "attainable")  # the references that a mean may be held against
LONG = 45  # letters
TEMPLATES = Path(__file__).parent / "template"


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval drawn under its number, in per cent of the cell's width.

    Attributes:
        dot: Where the mean is; None for a reference, which has a mark only.
        marks: Where the references are, by name.
    """

    left: float
    width: float
    dot: float | None
    marks: dict[str, float]


def render(report: Report) -> str:
    """The page's text. Whatever a run calls itself is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"emphasis": emphasis, "breakable": breakable, "split": split}
    palettes = [[(shade, readable_on(shade)) for shade in shades(stops)] for stops in (LIGHT, DARK)]
    page = environment.get_template("page.html")
    return page.render(
        report=report,
        is_table=is_table,
        bar=bar,
        step=step,
        wordy=wordy,
        headline=HEADLINE,
        light=palettes[0],
        dark=palettes[1],
    )


def is_table(block: object) -> bool:
    """Whether a block of a section is a table, not a figure."""
    return isinstance(block, Table)


def bar(table: Table, column: int, cell: Cell) -> Bar | None:
    """Where a cell's interval lies on its column's scale: 0 to 1, or -1 to 1 where a mean is below 0.

    None where the table shows no bars, the cell no number, the column no interval, or what is on no such scale.
    """
    own = [row.cells[column] for row in table.rows]
    if table.look != "bars" or cell.value is None or all(c.low is None for c in own):
        return None
    if any(c.value is not None and abs(c.value) > 1 for c in own):
        return None
    least = -1.0 if any(c.value is not None and c.value < 0 for c in own) else 0.0

    def place(value: float) -> float:
        return round(100 * (min(max(value, least), 1.0) - least) / (1 - least), 2)

    marks = {
        row.cells[0].text: place(value)
        for row in table.rows
        if row.cells[0].text in LEVELS and (value := row.cells[column].value) is not None
    }
    if cell.low is None or cell.high is None:
        return Bar(0.0, 0.0, None, {name: at for name, at in marks.items() if at == place(cell.value)})
    return Bar(place(cell.low), round(place(cell.high) - place(cell.low), 2), place(cell.value), marks)


def wordy(table: Table, column: int) -> bool:
    """Whether a column holds words too long for one line; these are set from the left and broken."""
    return any(row.cells[column].value is None and len(row.cells[column].text) > LONG for row in table.rows)


def step(value: float) -> int:
    """Which shade of the heat map a share has."""
    return round(STEPS * min(max(value, 0.0), 1.0))


def split(cell: Cell) -> tuple[str, str]:
    """A mean, and its interval for smaller print."""
    mean, _, rest = cell.text.partition(" ") if cell.low is not None else (cell.text, "", "")
    return mean, rest


def breakable(name: str) -> "Markup":
    """A name that may be broken after an underscore and before an at sign."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"(?<=_)(?=\w)|(?<=\w)(?=@)", "<wbr>", str(escape(name))))


def emphasis(note: str) -> "Markup":
    """Markdown's `**strong**` and `*emphasised*` as HTML, all else as text."""
    from markupsafe import Markup, escape

    strong = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(note)), flags=re.DOTALL)
    return Markup(re.sub(r"\*(.+?)\*", r"<em>\1</em>", strong, flags=re.DOTALL))
