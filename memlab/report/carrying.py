"""Whether one order of strategies is another's: simulated users' beside recorded ones', one metric's beside another's.

A yaml of the group `experiment` asks for it by `carries` (two sources, one metric) or `predicts` (one source, two
metrics).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from memlab.report.compare import difference, kinds_of
from memlab.report.pooled import experiments
from memlab.report.wishes import higher_is_better, read
from memlab.results import HEADLINE, Key, Result
from memlab.stats.agreement import Agreement, agreement
from memlab.stats.ordering import Ordering, ordering

EXCESS = "stale_excess"
FLOOR = "random"


@dataclass(frozen=True, slots=True)
class Carries:
    """The key `carries` of an experiment's yaml: whether one source's order is another's.

    Attributes:
        from_: The source, or pool, whose order is judged; `to` the one that judges.
        target: The least share of resolved pairs that must agree.
        regret: The most that taking what is first on the judged may lose on the judge, in the metric's unit.
    """

    from_: str
    to: str
    target: float
    regret: float
    metric: str = HEADLINE


@dataclass(frozen=True, slots=True)
class Predicts:
    """The key `predicts` of an experiment's yaml: that one metric's order is not another's.

    Attributes:
        metric: The one that is judged; `of` the one that judges.
        hypothesis: At most this share of resolved pairs is ordered alike; from `refuted` on it is false.
        coin: At most so far from 0 is the `stale_excess` of what `metric` puts first; down from `current` it is false.
    """

    source: str
    metric: str
    of: str
    hypothesis: float
    refuted: float
    coin: float
    current: float


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

    @cached_property
    def at_floor(self) -> set[str]:
        """Those that are not told to be better than random order; none where that did not run, or under 6 users."""
        chance = next((r for r in self.runs if r.strategy == FLOOR), None)
        if chance is None:
            return set()
        found = {r.strategy: difference(r, chance, self.metric) for r in self.runs if r is not chance}
        return {name for name, d in found.items() if d is not None and d.verdict in ("worse", "cannot tell")}

    @property
    def less_is_better(self) -> bool:
        """Whether what has less of the metric comes first."""
        return higher_is_better(self.runs[0], self.metric) is False

    def scores(self, run: Result) -> dict[Key, float]:
        """Of the questions that count."""
        found = run.scores.get(self.metric, {})
        if self.kind is not None:
            found = {key: value for key, value in found.items() if run.kinds[key] == self.kind}
        return found if self.only is None else {key: value for key, value in found.items() if key in self.only}

    def order(self, strategies: set[str], whole: bool) -> Ordering:
        """The order of some strategies; `whole` counts users without such a question too."""
        first = self.runs[0]
        scores = {r.strategy: self.scores(r) for r in self.runs if r.strategy in strategies}
        users = tuple(sorted({user for r in self.runs for user, _ in r.kinds})) if whole else None
        return ordering(scores, not self.less_is_better, first.strata, users)


@dataclass(frozen=True)
class Claim:
    """Two orders, the judge's and the other's, and what is asked of them.

    Attributes:
        wanted: The experiment's wish.
        beside: Further judges, each with its other side, as description.
    """

    wanted: Carries | Predicts
    judge: Side
    other: Side
    beside: tuple[tuple[Side, Side], ...]

    @property
    def together(self) -> bool:
        """Whether they are two metrics of the same lives."""
        return isinstance(self.wanted, Predicts)

    @cached_property
    def strategies(self) -> set[str]:
        """Those that both sides have, without those that are left out."""
        return (self.judge.strategies & self.other.strategies) - self.left_out

    @cached_property
    def left_out(self) -> set[str]:
        """Those at the judge's floor, of whom a pair tells little: anything is better than nothing on both sides."""
        return set() if self.together else self.judge.strategies & self.judge.at_floor

    @cached_property
    def found(self) -> Agreement:
        """Of the two sides."""
        return self._compared(self.ordered[0], self.ordered[1])

    @cached_property
    def ordered(self) -> tuple[Ordering, Ordering]:
        """The judge's order and the other side's; takes seconds for dozens of strategies."""
        return self.judge.order(self.strategies, self.together), self.other.order(self.strategies, self.together)

    def against(self, other: Side) -> Agreement:
        """Of the judge and another side of the same strategies, without the judge's ceiling."""
        return self._compared(self.ordered[0], other.order(self.strategies, self.together), ceiling=False)

    def _compared(self, judge: Ordering, other: Ordering, ceiling: bool = True) -> Agreement:
        return agreement(judge, other, name=self.judge.metric, together=self.together, ceiling=ceiling)

    def parts(self) -> Iterator[tuple[str, Side]]:
        """The other side by kind of question, and on the judge's own questions where they are of the same lives."""
        if self.together:
            asked = frozenset(key for r in self.judge.runs for key in self.judge.scores(r))
            yield f"questions of {self.judge.metric}", replace(self.other, only=asked)
        for kind in kinds_of(self.other.runs[0], self.other.metric):
            yield kind, replace(self.other, kind=kind)

    def described(self) -> Iterator[tuple[str, Agreement | None]]:
        """Each further judge; None where fewer than two strategies have scores on both of its sides."""
        for judge, other in self.beside:
            both = (judge.strategies & other.strategies) - self.left_out
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

    Raises:
        ResultError: An experiment's yaml asks in a form that cannot be read.
    """
    for experiment, own in experiments(groups):
        for claim in _asked(experiment, own):
            if claim is not None and len(claim.strategies) > 1:
                yield claim


def _asked(experiment: Mapping[str, Any], groups: Mapping[str, Sequence[Result]]) -> Iterator[Claim | None]:
    run = next(r for runs in groups.values() for r in runs)
    if experiment.get("carries") is not None:
        yield _carries(groups, read(Carries, "carries", experiment["carries"], run, ("metric",)))
    if experiment.get("predicts") is not None:
        yield _predicts(groups, read(Predicts, "predicts", experiment["predicts"], run, ("metric", "of")))


def _carries(groups: Mapping[str, Sequence[Result]], wanted: Carries) -> Claim | None:
    other, judge = _side(groups, wanted.from_, wanted.metric), _side(groups, wanted.to, wanted.metric)
    if other is None or judge is None:
        return None
    rest = {name: runs for name, runs in groups.items() if name not in (judge.name, other.name)}
    return Claim(
        wanted, judge, other, tuple((Side(name, tuple(runs), wanted.metric), other) for name, runs in rest.items())
    )


def _predicts(groups: Mapping[str, Sequence[Result]], wanted: Predicts) -> Claim | None:
    judge = _side(groups, wanted.source, wanted.of)
    if judge is None:
        return None
    sides = {name: Side(name, tuple(runs), wanted.of) for name, runs in groups.items()}
    pairs = {name: (side, replace(side, metric=wanted.metric)) for name, side in sides.items()}
    return Claim(wanted, *pairs.pop(judge.name), tuple(pairs.values()))


def _side(groups: Mapping[str, Sequence[Result]], source: str, metric: str) -> Side | None:
    fitting = [(name, runs) for name, runs in groups.items() if runs[0].source == source]
    return Side(fitting[0][0], tuple(fitting[0][1]), metric) if len(fitting) == 1 else None
