"""Finished runs as they lie on disk, ready for tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from memlab.identity import NOT_IDENTITY, PLACES, SCHEMA_VERSION
from memlab.paths import read_yaml
from memlab.runs import SCORES
from memlab.traces import read_rows

HEADLINE = "evidence_recall@512"
BOUNDS = ("none", "random", "full_history", "oracle")
Key = tuple[str, str]


class ResultError(ValueError):
    """A folder is no run and holds none, or runs cannot be set side by side; the message says what would be right."""


@dataclass(frozen=True)
class Result:
    """One run's files, or what several runs of one strategy give together (`memlab.report.pooled`).

    Attributes:
        summary: Empty for a run without results (skipped, failed).
        parts: What was pooled, by source; empty for a run.
    """

    folder: Path
    manifest: dict[str, Any]
    config: dict[str, Any]
    summary: dict[str, Any]
    parts: Mapping[str, "Result"] = field(default_factory=dict)

    @property
    def strategy(self) -> str:
        """The label in tables: layers and strategy."""
        return "+".join([*self.config["layer"], self.config["strategy"]["name"]])

    @property
    def source(self) -> str:
        """The source's label in tables."""
        return self.config["source"]["name"]

    @property
    def is_bound(self) -> bool:
        """Whether it is a floor, chance or ceiling, no contestant."""
        return self.strategy in BOUNDS

    @property
    def reacts(self) -> bool:
        """Whether its users react to replies, so that what they are asked hangs on the strategy too."""
        return bool(self.figure("resolved").get("n")) or any(part.reacts for part in self.parts.values())

    @property
    def strata(self) -> dict[str, str] | None:
        """The source of each user of pooled runs, in one stratum each; None for a run."""
        if not self.parts:
            return None
        return {f"{source}/{user}": source for source, part in self.parts.items() for user, _ in part.kinds}

    @property
    def status(self) -> str:
        """`complete`, `partial`, `failed`, `skipped`, or `running` for one that was killed."""
        return self.manifest["status"]

    def figure(self, metric: str, kind: str | None = None) -> dict[str, Any]:
        """A metric's figure, over all queries or those of a kind; empty where it is not judged."""
        figures = self.summary.get("metrics", {}) if kind is None else self.summary.get("by_kind", {}).get(kind, {})
        return figures.get(metric, {})

    def rows(self, metric: str) -> list[dict[str, Any]]:
        """A metric's rows of `scores.parquet`, with what separates classes and chances; reads the file at each call.

        Users of pooled runs are named with their source.
        """
        if self.parts:
            parts = ((source, row) for source, part in self.parts.items() for row in part.rows(metric))
            return [row | {"user": f"{source}/{row['user']}"} for source, row in parts]
        wanted = [("name", "==", metric)]
        return pq.read_table(self.folder / "scores.parquet", schema=SCORES, filters=wanted).to_pylist()

    @cached_property
    def scores(self) -> dict[str, dict[Key, float]]:
        """Every query's score by metric and (user, query).

        What separates two classes of queries is left out: there a query's value is no score, and comparing values of
        two runs would say nothing about the figure. Users of pooled runs are named with their source.
        """
        if self.parts:
            names = sorted({name for part in self.parts.values() for name in part.scores})
            return {name: _with_source({s: p.scores.get(name, {}) for s, p in self.parts.items()}) for name in names}
        columns = ["user", "name", "query", "value", "positive"]
        table = pq.read_table(self.folder / "scores.parquet", columns=columns, schema=SCORES)
        found: dict[str, dict[Key, float]] = {}
        for user, name, query, value, positive in zip(*(column.to_pylist() for column in table.columns), strict=True):
            if query is not None and positive is None:
                found.setdefault(name, {})[user, query] = value
        return found

    @cached_property
    def session_scores(self) -> dict[str, dict[tuple[str, int], float]]:
        """Every session's score by metric and (user, session); none for pooled runs, which lack figures of them."""
        found: dict[str, dict[tuple[str, int], float]] = {}
        if self.parts:
            return found
        columns = ["user", "name", "query", "session", "value"]
        table = pq.read_table(self.folder / "scores.parquet", columns=columns, schema=SCORES)
        for user, name, query, session, value in zip(*(column.to_pylist() for column in table.columns), strict=True):
            if query is None and session is not None:
                found.setdefault(name, {})[user, session] = value
        return found

    @cached_property
    def kinds(self) -> dict[Key, str]:
        """Every query's kind by (user, query)."""
        if self.parts:
            return _with_source({source: part.kinds for source, part in self.parts.items()})
        table = pq.read_table(self.folder / "scores.parquet", columns=["user", "query", "kind"])
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        return {(user, query): kind for user, query, kind in rows if query is not None}

    @cached_property
    def facets(self) -> dict[Key, dict[str, float | str]]:
        """Every query's facets by (user, query); reads the gold of each user."""
        if self.parts:
            return _with_source({source: part.facets for source, part in self.parts.items()})
        return {
            (user, row["query"]): {name: json.loads(value) for name, value in row["facets"]}
            for user in sorted({user for user, _ in self.kinds})
            for row in read_rows(self.folder, "gold", user)
        }


def load(folders: Iterable[Path]) -> list[Result]:
    """The runs in run folders and experiment folders; of runs with equal configs, the newest.

    Raises:
        ResultError: A folder is not there, or is no run and holds none.
    """
    newest: dict[str, Result] = {}
    for folder in folders:
        if not folder.is_dir():
            raise ResultError(f"{folder} is not a folder; name a run's or an experiment's, as in runs/leaderboard")
        homes = (
            [folder]
            if (folder / "manifest.json").exists()
            else sorted(p.parent for p in folder.glob("*/manifest.json"))
        )
        if not homes:
            raise ResultError(f"{folder} is no run and holds none: there is no manifest.json in it or one level below")
        for home in homes:
            result = _load(home)
            same = json.dumps({k: v for k, v in result.config.items() if k not in NOT_IDENTITY}, sort_keys=True)
            if same not in newest or newest[same].manifest["started"] <= result.manifest["started"]:
                newest[same] = result
    return list(newest.values())


def comparable(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Results that were asked the same questions, by a name for what they share, the best headline first.

    Runs of one source that differ in data, its parameters, limits, query or seed are groups of their own, and their
    names say in what they differ.
    """
    groups: dict[str, list[Result]] = {}
    for result in results:
        if result.summary and result.status in ("complete", "partial"):
            groups.setdefault(json.dumps(_setting(result), sort_keys=True), []).append(result)
    named: dict[str, list[Result]] = {}
    for group in groups.values():
        rivals = [other for other in groups.values() if other[0].source == group[0].source]
        named[_group_name(group[0], [rival[0] for rival in rivals])] = sorted(
            group, key=lambda r: (-(r.figure(HEADLINE).get("mean") or 0.0), r.strategy)
        )
    return dict(sorted(named.items(), key=lambda item: (item[1][0].source != "simulated", item[0])))


def _with_source(by_source: Mapping[str, Mapping[Key, Any]]) -> dict[Key, Any]:
    return {
        (f"{source}/{user}", query): value
        for source, found in by_source.items()
        for (user, query), value in found.items()
    }


def _setting(result: Result) -> dict[str, Any]:
    """What decides which questions are asked of which lives, flat."""
    source = {name: value for name, value in result.config["source"].items() if name not in (*PLACES, "_target_")}
    parts = {"": source, "limits.": result.config["limits"], "query.": result.config["query"]}
    flat = {f"{prefix}{name}": value for prefix, part in parts.items() for name, value in part.items()}
    return flat | {"seed": result.config["seed"], "data": result.summary["run"]["data"][:8]}


def _group_name(result: Result, rivals: Sequence[Result]) -> str:
    own = _setting(result)
    differing = [
        name
        for name in own
        if own[name] is not None and any(_setting(rival).get(name) != own[name] for rival in rivals)
    ]
    suffix = ", ".join(f"{name}={own[name]}" for name in differing)
    return f"{result.source} ({suffix})" if suffix else result.source


def _load(home: Path) -> Result:
    try:
        manifest = json.loads((home / "manifest.json").read_text())
        config = read_yaml(home / "config.yaml")
        summary = json.loads((home / "summary.json").read_text()) if (home / "summary.json").exists() else {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ResultError(f"{home} cannot be read as a run: {error}") from error
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise ResultError(
            f"{home} has schema version {manifest.get('schema_version')}, this memlab reads {SCHEMA_VERSION}: "
            "read it with the version that wrote it, or run it again"
        )
    return Result(home, manifest, config, summary)
