"""Users of several sources taken together, stratified by source: where each source alone has too few for a verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from memlab.build import metrics
from memlab.config import load_option, options
from memlab.metrics.base import Score
from memlab.results import HEADLINE, Result, comparable
from memlab.stats.summary import summarise


def groups(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Results that were asked the same questions, by name, as `comparable` has them; what is pooled comes first."""
    apart = comparable(results)
    return pools(apart) | apart


def pools(apart: dict[str, list[Result]]) -> dict[str, list[Result]]:
    """What the runs' experiments pool: one result per strategy that ran on every source to be pooled that is there.

    A yaml of the group `experiment` says `pooled: [{name: …, sources: […]}]`, one or several. A mean is over the
    questions of all its sources; its interval is stratified (`memlab.stats.mean`). Figures that separate classes and
    those per session are left out, as are times. Nothing is pooled where fewer than two of the sources are there, or
    one of them was run with more than one setting; nor a strategy that ran twice on one source.
    """
    found = {}
    for experiment, own in experiments(apart):
        for wanted in experiment.get("pooled", ()):
            parts = {source: [g for g in own.values() if g[0].source == source] for source in wanted["sources"]}
            parts = {source: fitting for source, fitting in parts.items() if fitting}
            if len(parts) > 1 and all(len(fitting) == 1 for fitting in parts.values()):
                found[wanted["name"]] = _pool(wanted["name"], {source: g[0] for source, g in parts.items()})
    return found


def experiments(
    apart: Mapping[str, Sequence[Result]],
) -> Iterator[tuple[dict[str, Any], dict[str, list[Result]]]]:
    """The yaml of each experiment that the runs are of, with its own runs by group; groups without any are left out."""
    yamls = {r.config["experiment"]: experiment_of(r) for group in apart.values() for r in group}
    for name, experiment in yamls.items():
        own = {group: [r for r in runs if r.config["experiment"] == name] for group, runs in apart.items()}
        yield experiment, {group: runs for group, runs in own.items() if runs}


def experiment_of(result: Result) -> dict[str, Any]:
    """The yaml of a run's experiment; empty for a run without one, and where it is not at hand."""
    name, folder = result.config["experiment"], result.config["config_dir"]
    return load_option("experiment", name, folder) if name in options("experiment", folder) else {}


def _pool(name: str, parts: dict[str, list[Result]]) -> list[Result]:
    by_strategy: dict[str, dict[str, list[Result]]] = {}
    for source, group in parts.items():
        for result in group:
            by_strategy.setdefault(result.strategy, {}).setdefault(source, []).append(result)
    pooled = [
        _together(name, {source: found[0] for source, found in ran.items()})
        for ran in by_strategy.values()
        if len(ran) == len(parts) and all(len(found) == 1 for found in ran.values())
    ]
    return sorted(pooled, key=lambda r: (-(r.figure(HEADLINE).get("mean") or 0.0), r.strategy))


def _together(name: str, parts: dict[str, Result]) -> Result:
    first = next(iter(parts.values()))
    about = {"seed": first.summary["run"]["seed"], "users": sum(r.summary["run"]["users"] for r in parts.values())}
    labels = {r.config["source"].get("labels") for r in parts.values()}
    source = {"name": name} | ({"labels": labels.pop()} if len(labels) == 1 else {})
    status = "complete" if all(r.status == "complete" for r in parts.values()) else "partial"
    counts = {f"users of {name}": r.summary["run"]["users"] for name, r in parts.items()}
    manifest = first.manifest | {"status": status, "source": counts}
    folder = first.folder.parent / f"pooled-{name}-{first.strategy}"
    whole = Result(folder, manifest, first.config | {"source": source}, {"run": about}, parts)
    return replace(whole, summary=whole.summary | _figures(whole))


def _figures(whole: Result) -> dict[str, Any]:
    judged = [m for m in metrics(whole.config["config_dir"]) if m.per == "query" and m.summary != "separation"]
    scores = [score for source, part in whole.parts.items() for score in _scores(source, part.folder)]
    wanted = {metric.name for metric in judged}
    asked = sum(part.figure("recalled_tokens").get("of", 0) for part in whole.parts.values())
    kept = [score for score in scores if score.name in wanted]
    return summarise(kept, judged, queries=asked, sessions=0, strata=whole.strata)


def _scores(source: str, folder: Path) -> Iterator[Score]:
    names = [part.name for part in fields(Score)]
    for row in pq.read_table(folder / "scores.parquet", columns=names).to_pylist():
        yield Score(**row | {"user": f"{source}/{row['user']}"})
