"""Paired comparisons of runs on the same questions, or of the same users where each strategy is asked others."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from memlab.config import nearest
from memlab.report.pairing import check_pairable, pairable, paired_by
from memlab.report.pooled import experiment_of, groups
from memlab.report.wishes import higher_is_better
from memlab.results import HEADLINE, Result, ResultError
from memlab.stats.comparison import Comparison, comparison
from memlab.stats.family import holm
from memlab.stats.paired import Difference, paired_difference

COMPARED = (HEADLINE, "turn_recall@10", "turn_ndcg@10", "answer_recall@512", "current_first")
FELT = ("resolved", "satisfaction")  # besides, where users react
DEFAULT_BASELINE = "bm25"
Row = dict[str, Any]
About = tuple[str, str, str, str, str | None, str]


def compare(
    results: Sequence[Result], baseline: str, by_kind: bool = False, metric: str | None = None, bootstrap: bool = False
) -> list[Row]:
    """Each strategy minus the baseline, by source and metric: difference, interval, p-values, n, users and a verdict.

    Questions are paired; where users react, and for figures of sessions, users' own means (`memlab.report.pairing`).
    What the runs' experiment names beforehand has a p-value after Holm over all that it names on the same questions,
    and a verdict that takes it as well as the interval; all else is exploratory, with a verdict by the interval alone.

    Args:
        by_kind: One metric, the headline if none is named, once for each kind of question instead of over all.
        metric: This one alone.
        bootstrap: Whether intervals are bootstrap-t.

    Raises:
        ResultError: No run is scored by the metric; the baseline is not among the runs, or occurs twice on one source;
            nothing can be set against it.
    """
    rows: list[Row] = []
    if metric is not None:
        check_pairable(results, metric)
    for source, group in groups(results).items():
        felt = FELT if group[0].reacts else ()
        compared = (metric,) if metric else (HEADLINE,) if by_kind else (*COMPARED, *felt)
        base = [r for r in group if r.strategy == baseline]
        if group[0].parts and (by_kind or not base):
            continue  # kinds are a source's own; what a pool lacks is missing on a source, which comes next
        if not base:
            raise ResultError(f"no run of {baseline!r} on {source}; {nearest(baseline, {r.strategy for r in group})}")
        if len(base) > 1:
            raise ResultError(
                f"{len(base)} runs of {baseline!r} on {source} differ in config; name run folders instead"
            )
        known = {_about(row): row for row in named(source, group, bootstrap)}
        for other in group:
            for name in compared:
                if other is not base[0]:
                    own = _compared(source, other, base[0], name, kinds_of(other) if by_kind else [None], bootstrap)
                    rows += [known.get(about) or _row(*about, found) for about, found in own]
    if not rows:
        of = f"{metric or HEADLINE} of one kind of question" if by_kind else metric or "a metric"
        raise ResultError(f"nothing can be set against {baseline!r}: no other run is scored by {of}")
    return rows


def named(source: str, group: Sequence[Result], bootstrap: bool = False) -> list[Row]:
    """The comparisons that the runs' experiment names beforehand, the primary one first; none where it names none.

    Their p-values are adjusted together (Holm), each comparison once however often it is named.

    Args:
        group: Runs that were asked the same questions.
    """
    rows: list[tuple[About, Comparison]] = []
    for wanted in experiment_of(group[0]).get("comparisons") or ():
        found = {r.strategy: r for r in group}
        if wanted["strategy"] in found and wanted["baseline"] in found:
            a, b = found[wanted["strategy"]], found[wanted["baseline"]]
            kinds = kinds_of(a) if wanted.get("kinds") == "each" else wanted.get("kinds") or [None]
            rows += _compared(source, a, b, wanted.get("metric", HEADLINE), kinds, bootstrap)
    family = dict(rows)
    adjusted = dict(zip(family, holm([found.p for found in family.values()]), strict=True))
    return [_row(*about, found, adjusted[about], len(family)) for about, found in rows]


def baselines(group: Sequence[Result]) -> list[Result]:
    """What all others are set against: what the runs' experiment names as `baselines`, else `bm25`, as far as there.

    Args:
        group: Runs that were asked the same questions.
    """
    named = experiment_of(group[0]).get("baselines") or [DEFAULT_BASELINE]
    found = {r.strategy: r for r in group}
    return [found[name] for name in named if name in found]


def difference(
    a: Result, b: Result, metric: str, kind: str | None = None, confidence: float = 0.95
) -> Difference | None:
    """a minus b on a metric, over the questions of a kind or all; None where nothing that is paired has both scores."""
    scores, others = pairable(a, metric, kind), pairable(b, metric, kind)
    if not scores.keys() & others.keys():
        return None
    return paired_difference(scores, others, higher_is_better(a, metric), a.strata, confidence)


def detectable(group: Sequence[Result], metric: str) -> float | None:
    """The largest of what the contestants' differences from the first baseline could have resolved; None without one.

    Args:
        group: Runs that were asked the same questions.
    """
    for base in baselines(group)[:1]:
        found = [difference(r, base, metric) for r in group if not r.is_bound and r is not base]
        return max((d.detectable for d in found if d is not None and d.detectable is not None), default=None)
    return None


def kinds_of(result: Result, metric: str = HEADLINE) -> list[str]:
    """The kinds of the questions that a metric judges."""
    return sorted({result.kinds[key] for key in result.scores.get(metric, {})})


def _compared(
    source: str, a: Result, b: Result, metric: str, kinds: Sequence[str | None], bootstrap: bool
) -> Iterator[tuple[About, Comparison]]:
    """The difference of two runs on a metric, over the questions of each kind; None stands for all questions."""
    for kind in kinds:
        scores, others = pairable(a, metric, kind), pairable(b, metric, kind)
        if scores.keys() & others.keys():
            name = f"{a.strategy} {metric} {kind}"
            found = comparison(scores, others, higher_is_better(a, metric), name, a.strata, bootstrap)
            yield (source, a.strategy, b.strategy, metric, kind, paired_by(a, metric)), found


def _row(
    source: str,
    strategy: str,
    baseline: str,
    metric: str,
    kind: str | None,
    by: str,
    found: Comparison,
    adjusted: float | None = None,
    family: int | None = None,
) -> Row:
    about = {"source": source, "strategy": strategy, "baseline": baseline, "metric": metric, "kind": kind}
    about |= {"paired_by": by}
    own = found.difference
    counts = {"users_better": own.users_better, "users_worse": own.users_worse}
    effect = None if found.effect is None else {name: getattr(found.effect, name) for name in ("mean", "low", "high")}
    tests = {"p": found.p, "p_holm": adjusted, "family": family, "effect_size": effect, "users_needed": found.needed}
    return (
        about | asdict(own.mean) | counts | tests | {"verdict": found.verdict(adjusted), "detectable": own.detectable}
    )


def _about(row: Row) -> About:
    return row["source"], row["strategy"], row["baseline"], row["metric"], row["kind"], row["paired_by"]
