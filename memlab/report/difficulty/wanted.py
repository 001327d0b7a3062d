"""What an experiment wants to know of the difficulty of a source, the runs that tell it, and what is claimed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from memlab.build import metrics
from memlab.config import nearest
from memlab.report.cells import Table
from memlab.report.pooled import experiment_of
from memlab.results import Result, ResultError, comparable

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
class Claim:
    """One thing that should be so, whether it is (None: cannot tell), and what was found."""

    what: str
    holds: bool | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Tables, and the claims that they bear out or not."""

    tables: Sequence[Table]
    claims: Sequence[Claim]


def compared(results: Sequence[Result]) -> Iterator[tuple[Wanted, Runs]]:
    """What each experiment wants to know, with its runs by source and strategy.

    A source that was run with more than one setting is left out, since one of them would have to be chosen; so is a
    strategy that ran twice on a source. Nothing is yielded where the source that is looked at is not there.

    Raises:
        ResultError: The experiment's yaml asks for it in a form that cannot be read.
    """
    groups = comparable(results)
    for name, experiment in {r.config["experiment"]: experiment_of(r) for g in groups.values() for r in g}.items():
        if not experiment.get("difficulty"):
            continue
        own = [[r for r in group if r.config["experiment"] == name] for group in groups.values()]
        by_source: dict[str, list[list[Result]]] = {}
        for group in filter(None, own):
            by_source.setdefault(group[0].source, []).append(group)
        runs = {source: _once(settings[0]) for source, settings in by_source.items() if len(settings) == 1}
        wanted = _read(name, experiment["difficulty"], next(r for group in own for r in group))
        if wanted.of in runs:
            yield wanted, runs


def _once(group: Sequence[Result]) -> dict[str, Result]:
    names = [r.strategy for r in group]
    return {r.strategy: r for r in group if names.count(r.strategy) == 1}


def _read(experiment: str, node: Any, result: Result) -> Wanted:
    where, known = f"experiment {experiment}: difficulty", [part.name for part in fields(Wanted)]
    if not isinstance(node, dict):
        raise ResultError(f"{where} is {node!r}; it must have the keys {', '.join(known)}")
    for key in node:
        if key not in known:
            raise ResultError(f"{where}: there is no key {key!r}; {nearest(str(key), known)}")
    missing = [name for name in known if name not in node and name != "shown"]
    if missing:
        raise ResultError(f"{where}: {missing[0]} is missing; it must have the keys {', '.join(known)}")
    wanted = Wanted(**node)
    if len(wanted.strategies) != 2:
        raise ResultError(f"{where}: strategies is {list(wanted.strategies)}; it must name two, which are compared")
    judged = {m.name for m in metrics(result.config["config_dir"])}
    if wanted.metric not in judged:
        raise ResultError(f"{where}: there is no metric {wanted.metric!r}; {nearest(wanted.metric, judged)}")
    return wanted
