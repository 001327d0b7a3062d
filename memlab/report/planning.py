"""What finished runs say of how large the next study must be: how users, seeds, encoders and readers differ."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from memlab.build import reads
from memlab.config import ConfigError, nearest
from memlab.paths import configs_folder, read_yaml
from memlab.report.compare import difference
from memlab.report.pairing import check_pairable, pairable, paired_by
from memlab.results import Result, ResultError
from memlab.stats.components import Components, components
from memlab.stats.paired import Key, user_means

TYPICAL = "typical.yaml"
SEEDS = "seeds"


@dataclass(frozen=True, slots=True)
class Differing:
    """How much a paired difference differs.

    Attributes:
        name: Of the pair and where it was measured.
        user_sd: Over users, of their own difference at as many questions (or sessions) as they had; `users` how many
            they were.
        longer: How many times as long as Student's the interval of so many users is, since some are far out.
        seed_sd: Over seeds; None where it is not known.
        parts: What adds to the variance, where runs vary it; None where it is declared.
        by: What is paired: `question` or `user`.
    """

    name: str
    user_sd: float
    users: int
    longer: float
    seed_sd: float | None
    parts: Components | None = None
    by: str = "question"


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
    return [
        Differing(one["pair"], one["user_sd"], one["users"], one.get("longer", 1.0), one.get("seed_sd"))
        for one in declared[metric]
    ]


def from_runs(results: Sequence[Result], baseline: str, metric: str) -> Iterator[Differing]:
    """Each strategy minus the baseline, source by source, over all seeds, encoders and readers it was run with.

    Raises:
        ResultError: No run is scored by the metric; the baseline is not among the runs.
    """
    check_pairable(results, metric)
    good = [r for r in results if r.summary and pairable(r, metric)]
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
    spreads, lengths, users = [], list[float](), 0
    values: list[float] = []
    parts: dict[str, list[str]] = {"users": [], SEEDS: [], "encoders": [], "readers": []}
    for a, b in pairs:
        found = difference(a, b, metric)
        if found is None or found.mean.error is None:
            continue
        spreads.append(found.mean.error**2 * found.mean.users)
        lengths.append(found.mean.longer)
        users = max(users, found.mean.users)
        for user, value in _by_user(pairable(a, metric), pairable(b, metric)).items():
            values.append(value)
            for part, level in _levels(a, user).items():
                parts[part].append(level)
    if not spreads or not max(spreads) > 0:
        return None
    told = components(values, parts)
    seeds = told.told.get(SEEDS)
    user_sd, seed_sd = float(np.sqrt(np.mean(spreads))), None if seeds is None else float(np.sqrt(seeds))
    return Differing(name, user_sd, users, float(np.mean(lengths)), seed_sd, told, paired_by(pairs[0][0], metric))


def _by_user(a: Mapping[Key, float], b: Mapping[Key, float]) -> dict[str, float]:
    """The mean of each user's own differences."""
    means = user_means({key: a[key] - b[key] for key in sorted(a.keys() & b.keys())})
    return {user: value for (user, _), value in means.items()}


def _levels(result: Result, user: str) -> dict[str, str]:
    """Recorded users are the same people under every seed; simulated ones are others."""
    seed = str(result.config["seed"])
    person = user if "path" in result.config["source"] else f"{seed}/{user}"
    nodes = {"encoders": result.config["encoder"], "readers": _reader(result)}
    return {"users": person, SEEDS: seed} | {part: json.dumps(node, sort_keys=True) for part, node in nodes.items()}


def _setting(result: Result) -> str:
    """What two runs must share to be set against each other."""
    names = ("source", "seed", "encoder", "limits", "query")
    return json.dumps([_reader(result), *(result.config[name] for name in names)], sort_keys=True)


def _reader(result: Result) -> list[Any]:
    """The reader, and the chat that it is."""
    config = result.config
    return [config["reader"], config["chat"]] if reads("chat", config) else [config["reader"]]
