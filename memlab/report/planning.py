"""What finished runs say of how large the next study must be: how users, seeds, encoders and judges differ."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from memlab.build import metrics, reads
from memlab.config import ConfigError, nearest
from memlab.paths import configs_folder, read_yaml
from memlab.report.compare import difference
from memlab.results import Result, ResultError
from memlab.stats.components import Components, components

TYPICAL = "typical.yaml"
SEEDS = "seeds"


@dataclass(frozen=True, slots=True)
class Differing:
    """How much a paired difference differs.

    Attributes:
        name: Of the pair and where it was measured.
        user_sd: Over users, of their own difference at as many questions as they had; `users` how many they were.
        seed_sd: Over seeds; None where it is not known.
        parts: What adds to the variance, where runs vary it; None where it is declared.
    """

    name: str
    user_sd: float
    users: int
    seed_sd: float | None
    parts: Components | None = None


def typical(metric: str) -> list[Differing]:
    """What the config folder declares for a metric, with where it was measured.

    Raises:
        ConfigError: Nothing is declared for it; what is, is offered.
    """
    declared: Mapping[str, Any] = read_yaml(configs_folder() / TYPICAL)
    if metric not in declared:
        raise ConfigError(
            f"no typical spread is declared for {metric!r}; name runs with --runs, or one of {', '.join(declared)}"
        )
    return [Differing(one["pair"], one["user_sd"], one["users"], one.get("seed_sd")) for one in declared[metric]]


def from_runs(results: Sequence[Result], baseline: str, metric: str) -> Iterator[Differing]:
    """Each strategy minus the baseline, source by source, over all seeds, encoders and judges it was run with.

    Raises:
        ResultError: No query is scored by the metric; the baseline is not among the runs.
    """
    known = {m.name for r in results[:1] for m in metrics(r.config["config_dir"])}
    if metric not in known:
        raise ResultError(f"there is no metric {metric!r}; {nearest(metric, known)}")
    good = [r for r in results if r.summary and r.scores.get(metric)]
    strategies = list(dict.fromkeys(r.strategy for r in good))
    if baseline not in strategies:
        raise ResultError(f"no run of {baseline!r} is scored by {metric}; {nearest(baseline, strategies)}")
    for source in dict.fromkeys(r.source for r in good):
        own = [r for r in good if r.source == source]
        bases = {_setting(r): r for r in own if r.strategy == baseline}
        for name in strategies:
            pairs = [(r, bases[_setting(r)]) for r in own if r.strategy == name and _setting(r) in bases]
            if name != baseline and pairs and (found := _differing(f"{name} − {baseline}, {source}", pairs, metric)):
                yield found


def _differing(name: str, pairs: Sequence[tuple[Result, Result]], metric: str) -> Differing | None:
    spreads, users = [], 0
    values: list[float] = []
    parts: dict[str, list[str]] = {"users": [], SEEDS: [], "encoders": [], "judges": []}
    for a, b in pairs:
        found = difference(a, b, metric)
        if found is None or found.mean.error is None:
            continue
        spreads.append(found.mean.error**2 * found.mean.users)
        users = max(users, found.mean.users)
        for user, value in _by_user(a, b, metric).items():
            values.append(value)
            for part, level in _levels(a, user).items():
                parts[part].append(level)
    if not spreads or not max(spreads) > 0:
        return None
    told = components(values, parts)
    seeds = told.told.get(SEEDS)
    return Differing(
        name, float(np.sqrt(np.mean(spreads))), users, None if seeds is None else float(np.sqrt(seeds)), told
    )


def _by_user(a: Result, b: Result, metric: str) -> dict[str, float]:
    own: dict[str, list[float]] = {}
    for key in sorted(a.scores[metric].keys() & b.scores[metric].keys()):
        own.setdefault(key[0], []).append(a.scores[metric][key] - b.scores[metric][key])
    return {user: float(np.mean(values)) for user, values in own.items()}


def _levels(result: Result, user: str) -> dict[str, str]:
    """Recorded users are the same people under every seed; simulated ones are others."""
    seed = str(result.config["seed"])
    person = user if "path" in result.config["source"] else f"{seed}/{user}"
    nodes = {"encoders": result.config["encoder"], "judges": _judge(result)}
    return {"users": person, SEEDS: seed} | {part: json.dumps(node, sort_keys=True) for part, node in nodes.items()}


def _setting(result: Result) -> str:
    """What two runs must share to be set against each other."""
    names = ("source", "seed", "encoder", "limits", "query")
    return json.dumps([_judge(result), *(result.config[name] for name in names)], sort_keys=True)


def _judge(result: Result) -> list[Any]:
    """The reader, and the chat that it is."""
    config = result.config
    return [config["reader"], config["chat"]] if reads("chat", config) else [config["reader"]]
