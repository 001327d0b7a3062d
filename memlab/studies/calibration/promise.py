"""What was promised of the statistics, and whether the drawn studies bear it out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from memlab.report.cells import Cell, Row, Table, share


@dataclass(frozen=True, slots=True)
class Promise:
    """A bound on a share of drawn studies, set before they were drawn.

    Attributes:
        worst: The share in the cell that is nearest to breaking it; `where` that cell.
        studies: Of that cell.
        at_least: Below which the share may not be; `at_most` likewise from above. None for no such bound.
    """

    name: str
    worst: float
    where: str
    studies: int
    at_least: float | None = None
    at_most: float | None = None

    @property
    def verdict(self) -> str:
        """`kept`; `within chance` of being kept, two standard errors of so many studies; or `broken`."""
        short = max(
            self.at_least - self.worst if self.at_least is not None else 0.0,
            self.worst - self.at_most if self.at_most is not None else 0.0,
        )
        bound = self.at_least if self.at_least is not None and self.worst < self.at_least else self.at_most
        chance = 2 * sqrt(bound * (1 - bound) / self.studies) if bound is not None else 0.0
        return "kept" if short <= 1e-9 else "within chance" if short <= chance else "broken"

    @property
    def bound(self) -> str:
        """In words."""
        ends = [f"≥ {share(self.at_least).text}"] if self.at_least is not None else []
        return ", ".join(ends + ([f"≤ {share(self.at_most).text}"] if self.at_most is not None else []))


def promises_table(promises: Iterable[Promise]) -> Table:
    """One line each."""
    rows = [
        Row((Cell(one.name), Cell(one.bound), share(one.worst), Cell(one.where), Cell(one.verdict))) for one in promises
    ]
    columns = ("promise", "bound", "worst", "where", "verdict")
    return Table("What the statistics promise", columns, tuple(rows), folded=False, sortable=False)


def extremes(values: Sequence[float], least: bool = True) -> Cell:
    """The worst of several cells' shares and, in brackets, their mean."""
    worst = min(values) if least else max(values)
    return Cell(f"{share(worst).text} ({share(sum(values) / len(values)).text})", worst)
