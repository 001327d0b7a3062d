"""One run's scores as figures with intervals."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from memlab.metrics.base import Metric, Score
from memlab.stats.macro import macro_mean
from memlab.stats.mean import Mean, clustered_mean
from memlab.stats.rates import share_mean
from memlab.stats.separation import bounds, separation

Bounds = tuple[float | None, float | None]
COUNTS = ("bytes", "days", "memories", "replies", "tokens", "turns")
LIMITS = {"share": (0.0, 1.0), "difference of shares": (-1.0, 1.0)}  # of what a unit's values can be
LIMITS |= dict.fromkeys(COUNTS, (0.0, inf))


def summarise(
    scores: Iterable[Score],
    metrics: Sequence[Metric],
    queries: int,
    sessions: int,
    strata: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """`{"metrics": {name: figure}, "by_kind": {kind: {name: figure}}}`, every metric present, null where undefined.

    A figure that separates two classes of queries has no kind and no macro mean: a kind is of one class.

    Args:
        scores: Of all users.
        metrics: What was asked for, in order.
        queries: How many queries the users were asked; sessions likewise how many ended: the `of` of each figure.
        strata: Of each user; None for one stratum. Figures that separate know no strata.
    """
    by_name: dict[str, list[Score]] = defaultdict(list)
    by_kind: dict[str, dict[str, list[Score]]] = defaultdict(lambda: defaultdict(list))
    for score in scores:
        by_name[score.name].append(score)
        if score.kind is not None:
            by_kind[score.kind][score.name].append(score)
    asked = {
        kind: len({(s.user, s.query) for found in names.values() for s in found}) for kind, names in by_kind.items()
    }
    overall, by_query = {}, [m for m in metrics if m.per == "query" and not _separates(m)]
    for metric in metrics:
        figure = _figure(by_name[metric.name], metric, queries if metric.per == "query" else sessions, strata)
        overall[metric.name] = figure | _over_kinds(by_name[metric.name], metric, strata)
    return {
        "metrics": overall,
        "by_kind": {
            kind: {m.name: _figure(found[m.name], m, asked[kind], strata) for m in by_query}
            for kind, found in sorted(by_kind.items())
        },
    }


def session_means(scores: Path) -> dict[str, list[tuple[int, float]]]:
    """Metrics that give one number per session, averaged over users, session by session.

    Args:
        scores: A run's `scores.parquet`.
    """
    table = pq.read_table(scores, columns=["name", "query", "session", "value"]).to_pandas()
    means = table[table["query"].isna()].groupby(["name", "session"], sort=True)["value"].mean()
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for (name, session), value in means.items():
        found[name].append((int(session), float(value)))
    return dict(found)


def _separates(metric: Metric) -> bool:
    return metric.summary == "separation"


def _figure(scores: Sequence[Score], metric: Metric, of: int, strata: Mapping[str, str] | None) -> dict[str, Any]:
    found, (chance, attainable) = (
        _separated(scores, metric) if _separates(metric) else _averaged(scores, metric, strata)
    )
    if found is None:
        empty = dict.fromkeys(("mean", "low", "high", "chance", "attainable"))
        return empty | {"n": 0, "of": of, "users": 0, "unit": metric.unit}
    return {
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "of": of,
        "users": found.users,
        "unit": metric.unit,
        "chance": chance,
        "attainable": attainable,
    }


def _over_kinds(scores: Sequence[Score], metric: Metric, strata: Mapping[str, str] | None) -> dict[str, float | None]:
    """The macro mean and its interval's ends, of what has kinds and is averaged."""
    judged = [score for score in scores if score.kind is not None and not _separates(metric)]
    if not judged:
        return dict.fromkeys(("macro", "macro_low", "macro_high"))
    users = [score.user for score in judged]
    own = None if strata is None else [strata[user] for user in users]
    found = macro_mean([s.value for s in judged], users, [str(s.kind) for s in judged], strata=own)
    found = _cut(found, metric)
    return {"macro": found.mean, "macro_low": found.low, "macro_high": found.high}


def _averaged(scores: Sequence[Score], metric: Metric, strata: Mapping[str, str] | None) -> tuple[Mean | None, Bounds]:
    if not scores:
        return None, (None, None)
    own = None if strata is None else [strata[score.user] for score in scores]
    values, users = [score.value for score in scores], [score.user for score in scores]
    mean_of = share_mean if metric.unit == "share" else clustered_mean
    return _cut(mean_of(values, users, strata=own), metric), (
        _known([score.chance for score in scores]),
        _known([score.attainable for score in scores]),
    )


def _cut(found: Mean, metric: Metric) -> Mean:
    return found.within(*LIMITS[metric.unit]) if metric.unit in LIMITS else found


def _separated(scores: Sequence[Score], metric: Metric) -> tuple[Mean | None, Bounds]:
    coverage: float | None = getattr(metric, "coverage", None)
    values, users = [score.value for score in scores], [score.user for score in scores]
    classes = [bool(score.positive) for score in scores]
    found = separation(values, classes, users, coverage=coverage, name=metric.name)
    return found, bounds(coverage)


def _known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None
