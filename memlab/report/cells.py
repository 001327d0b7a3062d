"""What a table is made of: cells that carry their text and the number behind it, rows that know their part."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from memlab.stats.mean import Mean

LOPSIDED = 1.5
TINY = 0.002  # what three decimals hide
Part = Literal["contestant", "bound", "reference"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What is printed, and the number it stands for.

    Attributes:
        value: What the cell sorts by; None where there is none, and for text.
        low: Of the 95 % interval, in the same unit; `high` likewise. None without an interval.
    """

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Cells under their columns, the first a name.

    Attributes:
        part: `contestant`; `bound` for floor, chance and ceiling strategies; `reference` for what is no strategy
            (chance, attainable, n) and stays below the others in whatever order they are.
    """

    cells: tuple[Cell, ...]
    part: Part = "contestant"


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, column names and rows.

    Attributes:
        look: How a page may show the numbers: `plain`, `bars` (an interval under each) or `heat` (a shade from 0 to 1).
        folded: Whether a page may show it on demand only.
        sortable: False where an order would be a verdict that the numbers do not bear.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    look: Literal["plain", "bars", "heat"] = "plain"
    folded: bool = True
    sortable: bool = True

    def without(self, names: Collection[str]) -> "Table":
        """The same table without the rows of these names."""
        return replace(self, rows=tuple(row for row in self.rows if row.cells[0].text not in names))

    def markdown(self) -> str:
        """The table in Markdown, first column left, the others right; all but contestants in italics."""
        lines = [f"| {' | '.join(self.columns)} |", "|---" + "|---:" * (len(self.columns) - 1) + "|"]
        for row in self.rows:
            name, *others = (cell.text for cell in row.cells)
            lines.append(f"| {' | '.join([_italic(name) if row.part != 'contestant' else name, *others])} |")
        return f"**{self.caption}**\n\n" + "\n".join(lines) + "\n"


def reference(name: str, cells: Sequence[Cell]) -> Row:
    """A row below the strategies."""
    return Row((Cell(name), *cells), "reference")


def share(value: float | None) -> Cell:
    """Three decimals without a leading zero; a dash for none."""
    if value is None:
        return Cell("–")
    text = f"{value + 0.0:.3f}".replace("-0.000", "0.000")
    return Cell(text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text, value)


def plus(value: float) -> str:
    """A difference as `share` has it, always with its sign."""
    return ("" if value < 0 else "+") + share(value).text


def reach(figure: Mapping[str, Any], number: Callable[[float | None], Cell] | None = None) -> Cell:
    """A mean and half its interval's width, or how far either end is where one is half as far again as the other.

    Args:
        number: How a number is printed; None for a share.
    """
    told = number or share
    mean, low, high = (figure.get(name) for name in ("mean", "low", "high"))
    if mean is None or low is None or high is None:
        return told(mean)
    below, above = mean - low, high - mean
    even = max(below, above) < LOPSIDED * min(below, above) + TINY
    ends = [f"±{told((high - low) / 2).text}"] if even else _ends(told, below, above)
    return Cell(" ".join([told(mean).text, *ends]), mean, low, high)


def _ends(told: Callable[[float | None], Cell], below: float, above: float) -> list[str]:
    """How far an interval reaches to each side, where it reaches beyond the mean at all."""
    return [f"{sign}{told(far).text}" for sign, far in (("−", below), ("+", above)) if told(far).text != told(0.0).text]


def interval(figure: dict[str, Any]) -> Cell:
    """A mean and its interval's ends."""
    mean, low, high = (figure.get(name) for name in ("mean", "low", "high"))
    if mean is None or low is None or high is None:
        return share(mean)
    return Cell(f"{share(mean).text} [{share(low).text}, {share(high).text}]", mean, low, high)


def estimate(mean: Mean | None) -> Cell:
    """A mean with its interval's ends, as statistics give it; a dash for none."""
    return share(None) if mean is None else interval({"mean": mean.mean, "low": mean.low, "high": mean.high})


def p_value(value: float | None) -> Cell:
    """Three decimals, `<.001` below; a dash for none."""
    return Cell("<.001", value) if value is not None and value < 0.0005 else share(value)


def least(detectable: float | None, verdict: str) -> Cell:
    """The smallest true difference that such a comparison resolves; blank where this one is resolved.

    >>> least(0.034, "cannot tell").text, least(0.034, "better").text
    ('.034', '')
    """
    return Cell("") if verdict in ("better", "worse") else share(detectable)


def tenths(value: float | None) -> Cell:
    """One decimal, for means of counts, with thousands set apart."""
    return Cell("–") if value is None else Cell(f"{value:,.1f}", value)


def hundredths(value: float | None) -> Cell:
    """Two decimals, for times, with thousands set apart."""
    return Cell("–") if value is None else Cell(f"{value:,.2f}", value)


def whole(value: float | None) -> Cell:
    """A count, rounded, with thousands set apart."""
    return Cell("–") if value is None else Cell(f"{value:,.0f}", value)


def span(figures: Sequence[Mapping[str, Any]], count: str) -> Cell:
    """A count of those figures that are of anything: one number, or the least and the most; a dash where none is.

    Args:
        count: `n` or `users`.
    """
    found = sorted({figure[count] for figure in figures if figure.get("n")})
    if not found:
        return Cell("–")
    return Cell(f"{found[0]:,}" if len(found) == 1 else f"{found[0]:,}–{found[-1]:,}")


def _italic(name: str) -> str:
    word, space, rest = name.partition(" (")
    return f"*{word}*{space}{rest}"
