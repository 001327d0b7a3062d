"""Whether one order of strategies is another's: simulated users' beside recorded ones', one metric's beside another's.

A yaml of the group `experiment` asks for it by `carries` (two sources, one metric) or `predicts` (one source, two
metrics).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from memlab.build import metrics
from memlab.report.pooled import experiment_of
from memlab.results import HEADLINE, Key, Result
from memlab.stats.agreement import Agreement, agreement
from memlab.stats.ordering import Ordering, ordering

EXCESS = "stale_excess"


@dataclass(frozen=True)
class Side:
    """An order of strategies: runs that were asked the same questions, by a metric.

    Attributes:
        name: Of the runs, as their section is called.
        kind: Whose questions count; None for all.
        only: The questions that count; None for all.
    """

    name: str
    runs: tuple[Result, ...]
    metric: str
    kind: str | None = None
    only: frozenset[Key] | None = None

    @property
    def strategies(self) -> set[str]:
        """Those that were scored, no bound, and ran once."""
        names = [r.strategy for r in self.runs if not r.is_bound]
        return {r.strategy for r in self.runs if names.count(r.strategy) == 1 and self.scores(r)}

    @property
    def kinds(self) -> list[str]:
        """The kinds of the questions that the metric judges."""
        return sorted({r.kinds[key] for r in self.runs[:1] for key in r.scores.get(self.metric, {})})

    def scores(self, run: Result) -> dict[Key, float]:
        """Of the questions that count."""
        found = run.scores.get(self.metric, {})
        if self.kind is not None:
            found = {key: value for key, value in found.items() if run.kinds[key] == self.kind}
        return found if self.only is None else {key: value for key, value in found.items() if key in self.only}

    def order(self, strategies: set[str], whole: bool) -> Ordering:
        """The order of some strategies; `whole` counts users without such a question too."""
        first = self.runs[0]
        higher = {m.name: m.higher_is_better for m in metrics(first.config["config_dir"])}[self.metric]
        scores = {r.strategy: self.scores(r) for r in self.runs if r.strategy in strategies}
        users = tuple(sorted({user for r in self.runs for user, _ in r.kinds})) if whole else None
        return ordering(scores, higher is not False, first.strata, users)


@dataclass(frozen=True)
class Claim:
    """Two orders, the judge's and the other's, and what is asked of them.

    Attributes:
        wanted: The yaml's node.
        together: Whether they are two metrics of the same lives.
        beside: Further judges, each with its other side, as description.
    """

    wanted: Mapping[str, Any]
    judge: Side
    other: Side
    together: bool
    beside: tuple[tuple[Side, Side], ...]

    @cached_property
    def strategies(self) -> set[str]:
        """Those that both sides have."""
        return self.judge.strategies & self.other.strategies

    @cached_property
    def found(self) -> Agreement:
        """Of the two sides."""
        return self._compared(self.ordered[0], self.ordered[1])

    @cached_property
    def ordered(self) -> tuple[Ordering, Ordering]:
        """The judge's order and the other side's; takes seconds for dozens of strategies."""
        return self.judge.order(self.strategies, self.together), self.other.order(self.strategies, self.together)

    def against(self, other: Side) -> Agreement:
        """Of the judge and another side of the same strategies."""
        return self._compared(self.ordered[0], other.order(self.strategies, self.together))

    def _compared(self, judge: Ordering, other: Ordering) -> Agreement:
        return agreement(judge, other, name=self.judge.metric, together=self.together)

    def parts(self) -> Iterator[tuple[str, Side]]:
        """The other side by kind of question, and on the judge's own questions where they are of the same lives."""
        if self.together:
            asked = frozenset(key for r in self.judge.runs for key in self.judge.scores(r))
            yield f"questions of {self.judge.metric}", Side(**vars(self.other) | {"only": asked})
        for kind in self.other.kinds:
            yield kind, Side(**vars(self.other) | {"kind": kind})

    def described(self) -> Iterator[tuple[str, Agreement | None]]:
        """Each further judge; None where fewer than two strategies have scores on both of its sides."""
        for judge, other in self.beside:
            both = judge.strategies & other.strategies
            if len(both) < 2:
                yield judge.name, None
                continue
            known = other == self.other and both == self.strategies
            sides = judge.order(both, self.together), self.ordered[1] if known else other.order(both, self.together)
            yield judge.name, agreement(*sides, name=f"{judge.name} {judge.metric}", together=self.together)

    def excess(self) -> dict[str, Any]:
        """The `stale_excess` of what the other side puts first; empty where it is not judged."""
        chosen = next(r for r in self.other.runs if r.strategy == self.found.chosen)
        return chosen.figure(EXCESS)


def claims(groups: Mapping[str, Sequence[Result]]) -> Iterator[Claim]:
    """What the runs' experiments ask; none where a side is not there, or was run with more than one setting.

    Args:
        groups: As `memlab.report.pooled.groups` has them.
    """
    for name, experiment in {r.config["experiment"]: experiment_of(r) for g in groups.values() for r in g}.items():
        own = {
            group: tuple(r for r in runs if r.config["experiment"] == name)
            for group, runs in groups.items()
            if any(r.config["experiment"] == name for r in runs)
        }
        claim = _carries(own, experiment.get("carries")) or _predicts(own, experiment.get("predicts"))
        if claim is not None and len(claim.strategies) > 1:
            yield claim


def _carries(groups: Mapping[str, tuple[Result, ...]], wanted: Mapping[str, Any] | None) -> Claim | None:
    if wanted is None:
        return None
    metric = wanted.get("metric", HEADLINE)
    other, judge = _side(groups, wanted["from"], metric), _side(groups, wanted["to"], metric)
    if other is None or judge is None:
        return None
    beside = [Side(name, runs, metric) for name, runs in groups.items() if name not in (judge.name, other.name)]
    return Claim(wanted, judge, other, False, tuple((side, other) for side in beside))


def _predicts(groups: Mapping[str, tuple[Result, ...]], wanted: Mapping[str, Any] | None) -> Claim | None:
    if wanted is None:
        return None
    judge = _side(groups, wanted["source"], wanted["of"])
    if judge is None:
        return None
    sides = [(Side(name, runs, wanted["of"]), Side(name, runs, wanted["metric"])) for name, runs in groups.items()]
    (own,) = [pair for pair in sides if pair[0].name == judge.name]
    return Claim(wanted, *own, True, tuple(pair for pair in sides if pair is not own))


def _side(groups: Mapping[str, tuple[Result, ...]], source: str, metric: str) -> Side | None:
    fitting = [(name, runs) for name, runs in groups.items() if runs[0].source == source]
    return Side(*fitting[0], metric) if len(fitting) == 1 else None
