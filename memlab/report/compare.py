"""Paired comparisons of runs on the same questions."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from memlab.build import metrics
from memlab.config import nearest
from memlab.report.tables import HEADLINE
from memlab.results import Result, ResultError, comparable
from memlab.stats.paired import paired_difference

COMPARED = (HEADLINE, "turn_recall@10", "turn_ndcg@10", "answer_recall@512", "current_first")


def compare(results: Sequence[Result], baseline: str) -> list[dict[str, Any]]:
    """Each strategy minus the baseline, by source and metric: difference, interval, n, users and a verdict.

    Raises:
        ResultError: The baseline is not among the runs, or occurs twice on one source.
    """
    directions = {m.name: m.higher_is_better for r in results for m in metrics(r.config["config_dir"])}
    rows: list[dict[str, Any]] = []
    for source, group in comparable(results).items():
        base = [r for r in group if r.strategy == baseline]
        if not base:
            raise ResultError(f"no run of {baseline!r} on {source}; {nearest(baseline, {r.strategy for r in group})}")
        if len(base) > 1:
            raise ResultError(
                f"{len(base)} runs of {baseline!r} on {source} differ in config; name run folders instead"
            )
        for other in group:
            for metric in COMPARED if other is not base[0] else ():
                a, b = other.scores.get(metric, {}), base[0].scores.get(metric, {})
                if a.keys() & b.keys():
                    found = paired_difference(a, b, directions[metric])
                    about = {"source": source, "strategy": other.strategy, "baseline": baseline, "metric": metric}
                    counts = {"users_better": found.users_better, "users_worse": found.users_worse}
                    rows.append(about | asdict(found.mean) | counts | {"verdict": found.verdict})
    return rows
