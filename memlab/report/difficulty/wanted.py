"""What an experiment wants to know of the difficulty of a source, the runs that tell it, and what is found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memlab.report.cells import Table
from memlab.report.pooled import experiments
from memlab.report.wishes import read
from memlab.results import Result, ResultError, comparable
from memlab.stats import ROUNDING

Runs = Mapping[str, Mapping[str, Result]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The key `difficulty` of an experiment's yaml.

    Attributes:
        of: The source that is looked at.
        beside: Sources whose least and greatest figures make the span.
        strategies: Two, whose figures are compared between sources and, kind by kind, with each other.
        metric: Compared between sources.
        margin: By how much a figure may lie outside the span, in the metric's unit.
        shown: Sources that stand beside them and do not make the span.
    """

    of: str
    beside: Sequence[str]
    strategies: Sequence[str]
    metric: str
    margin: float
    shown: Sequence[str] = ()

    def others(self, runs: Runs) -> list[str]:
        """The sources beside it that are there, those that make the span first."""
        return [source for source in (*self.beside, *self.shown) if source in runs]

    def span(self, runs: Runs) -> list[str]:
        """The sources that make the span, as far as they are there."""
        return [source for source in self.beside if source in runs]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that should be so, whether it is (None: cannot tell), and what was found.

    Attributes:
        primary: Whether it is what the experiment is decided by.
    """

    what: str
    holds: bool | None
    told: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Tables, and the findings that they bear out or not."""

    tables: Sequence[Table]
    findings: Sequence[Finding]


def compared(results: Sequence[Result]) -> Iterator[tuple[Wanted, Runs]]:
    """What each experiment wants to know, with its runs by source and strategy.

    A source that was run with more than one setting is left out, since one of them would have to be chosen; so is a
    strategy that ran twice on a source. Nothing is yielded where the source that is looked at is not there.

    Raises:
        ResultError: The experiment's yaml asks for it in a form that cannot be read.
    """
    for experiment, own in experiments(comparable(results)):
        if not experiment.get("difficulty"):
            continue
        by_source: dict[str, list[list[Result]]] = {}
        for group in own.values():
            by_source.setdefault(group[0].source, []).append(group)
        runs = {source: _once(settings[0]) for source, settings in by_source.items() if len(settings) == 1}
        wanted = _read(experiment["difficulty"], next(r for group in own.values() for r in group))
        if wanted.of in runs:
            yield wanted, runs


def beyond(mean: float, low: float, high: float) -> float:
    """By how much a figure lies above a span, below it where negative; 0 inside.

    >>> beyond(0.75, 0.25, 0.5), beyond(0.5, 0.25, 0.5)
    (0.25, 0.0)
    """
    found = max(mean - high, 0.0) - max(low - mean, 0.0)
    return found if abs(found) > ROUNDING else 0.0


def _once(group: Sequence[Result]) -> dict[str, Result]:
    names = [r.strategy for r in group]
    return {r.strategy: r for r in group if names.count(r.strategy) == 1}


def _read(node: Any, result: Result) -> Wanted:
    wanted = read(Wanted, "difficulty", node, result, ("metric",))
    if len(wanted.strategies) != 2:
        where = f"experiment {result.config['experiment']}: difficulty"
        raise ResultError(f"{where}: strategies is {list(wanted.strategies)}; it must name two, which are compared")
    return wanted
