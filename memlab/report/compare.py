"""Paired comparisons of runs on the same questions."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from memlab.build import metrics
from memlab.config import load_option, nearest, options
from memlab.report.tables import HEADLINE
from memlab.results import Result, ResultError, comparable
from memlab.stats.paired import paired_difference

COMPARED = (HEADLINE, "turn_recall@10", "turn_ndcg@10", "answer_recall@512", "current_first")
Row = dict[str, Any]


def compare(results: Sequence[Result], baseline: str, by_kind: bool = False) -> list[Row]:
    """Each strategy minus the baseline, by source and metric: difference, interval, n, users and a verdict.

    Args:
        by_kind: The headline alone, once for each kind of question, instead of all metrics over all questions.

    Raises:
        ResultError: The baseline is not among the runs, or occurs twice on one source.
    """
    rows: list[Row] = []
    for source, group in comparable(results).items():
        base = [r for r in group if r.strategy == baseline]
        if not base:
            raise ResultError(f"no run of {baseline!r} on {source}; {nearest(baseline, {r.strategy for r in group})}")
        if len(base) > 1:
            raise ResultError(
                f"{len(base)} runs of {baseline!r} on {source} differ in config; name run folders instead"
            )
        for other in group:
            for metric in (HEADLINE,) if by_kind else COMPARED:
                if other is not base[0]:
                    rows += _compared(source, other, base[0], metric, _kinds(other) if by_kind else [None])
    return rows


def named(source: str, group: Sequence[Result]) -> list[Row]:
    """The comparisons that the runs' experiment names beforehand, the primary one first; none where it names none.

    Args:
        group: Runs that were asked the same questions.
    """
    experiment, folder = group[0].config["experiment"], group[0].config["config_dir"]
    if experiment not in options("experiment", folder):
        return []
    rows: list[Row] = []
    for wanted in load_option("experiment", experiment, folder).get("comparisons") or ():
        found = {r.strategy: r for r in group}
        if wanted["strategy"] in found and wanted["baseline"] in found:
            a, b = found[wanted["strategy"]], found[wanted["baseline"]]
            kinds = _kinds(a) if wanted.get("kinds") == "each" else wanted.get("kinds") or [None]
            rows += _compared(source, a, b, wanted.get("metric", HEADLINE), kinds)
    return rows


def _compared(source: str, a: Result, b: Result, metric: str, kinds: Sequence[str | None]) -> Iterator[Row]:
    """The difference of two runs on a metric, over the questions of each kind; None stands for all questions."""
    direction = {m.name: m.higher_is_better for m in metrics(a.config["config_dir"])}[metric]
    for kind in kinds:
        scores = {key: value for key, value in a.scores.get(metric, {}).items() if kind in (None, a.kinds[key])}
        others = b.scores.get(metric, {})
        if scores.keys() & others.keys():
            found = paired_difference(scores, others, direction)
            about = {"source": source, "strategy": a.strategy, "baseline": b.strategy, "metric": metric, "kind": kind}
            counts = {"users_better": found.users_better, "users_worse": found.users_worse}
            yield about | asdict(found.mean) | counts | {"verdict": found.verdict}


def _kinds(result: Result) -> list[str]:
    return sorted({result.kinds[key] for key in result.scores.get(HEADLINE, {})})
