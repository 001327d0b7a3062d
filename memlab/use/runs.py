"""Finished runs, measured and scored again: use is what their files say, whenever they were lived."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from memlab import build
from memlab.config import Config, load_option, options
from memlab.encoders.cached import Cached, cache_folder
from memlab.events import UserId
from memlab.metrics.base import SCORE_VERSION, Score
from memlab.metrics.frames import read_frames
from memlab.metrics.used import Used
from memlab.metrics.uses import measured_by, write_uses
from memlab.results import Result, ResultError
from memlab.runs import SCORES
from memlab.stats.summary import summarise
from memlab.traces import write_parquet
from memlab.use.measure import Measuring, measure
from memlab.worker import Done, Task, pool

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Measured:
    """What came of one user of one run."""

    run: int
    user: UserId


def measure_runs(
    results: Sequence[Result], measuring: Measuring, workers: int | None = 1, progress: Progress = lambda *_: None
) -> list[Result]:
    """Measures which memories the readers of finished runs used, and scores them by it; what is measured is kept.

    Args:
        workers: Processes; None for one per core.

    Runs without a reader, pooled ones and those without results are passed over. Costs about a quarter of a second a
    question by the reader that chooses, a multiple of that with Shapley values.

    Returns:
        The runs that were measured, as they lie on disk now.

    Raises:
        ResultError: No run has a reader, or a user cannot be measured; the message says why.
    """
    fitting = [r for r in results if r.summary and not r.parts and r.config["reader"].get("_target_")]
    if not fitting:
        raise ResultError("no run has a reader, so nothing was used; run with reader=choice on a source with options")
    users = [users_of(result) for result in fitting]
    tasks = [
        Task(n, result.config, result.folder, user)
        for n, (result, own) in enumerate(zip(fitting, users, strict=True))
        for user in own
        if measured_by(result.folder, user) != measuring.identity
    ]
    with pool(max(1, min(workers or os.cpu_count() or 1, len(tasks)))) as submit:
        for n, done in enumerate(submit(partial(_measure, measuring, users), tasks)):
            if isinstance(done, Done):
                raise ResultError(f"user {done.user} of {fitting[done.run].folder} is not measured: {done.error}")
            progress("use", n + 1, len(tasks))
    for result, own in zip(fitting, users, strict=True):
        rescore(result, own)
    return [
        Result(r.folder, r.manifest, r.config, json.loads((r.folder / "summary.json").read_text())) for r in fitting
    ]


def users_of(result: Result) -> list[UserId]:
    """Finished users of a run in the order of its source."""
    return pq.read_table(result.folder / "timings.parquet", columns=["user"]).column("user").unique().to_pylist()


def rescore(result: Result, users: Sequence[UserId]) -> None:
    """Puts the figures of use into a run's scores and summary, as if they had been among them from the first."""
    metrics = build.metrics(result.config["config_dir"])
    places = {metric.name: place for place, metric in enumerate(metrics)}
    used = [metric for metric in metrics if isinstance(metric, Used)]
    frames = (read_frames(result.folder, [user]) for user in users)
    new = [score for own in frames for metric in used for score in metric.score(own)]
    names, theirs = [part.name for part in fields(Score)], {metric.name for metric in used}
    rows = pq.read_table(result.folder / "scores.parquet", columns=names, schema=SCORES).to_pylist()
    scores = [Score(**row) for row in rows if row["name"] not in theirs] + new
    order = {user: place for place, user in enumerate(users)}
    scores.sort(key=lambda score: (order.get(score.user, len(order)), places.get(score.name, len(places))))
    columns: dict[str, Any] = {name: [getattr(score, name) for score in scores] for name in names}
    columns["score_version"] = [SCORE_VERSION] * len(scores)
    write_parquet(pa.table(columns, schema=SCORES), result.folder / "scores.parquet")
    of = next((figure["of"] for figure in result.summary["metrics"].values() if figure["unit"] == "tokens"), 0)
    found = summarise(scores, used, of, 0)
    summary = dict(result.summary)
    summary["metrics"] = summary["metrics"] | found["metrics"]
    summary["by_kind"] = {kind: own | found["by_kind"].get(kind, {}) for kind, own in summary["by_kind"].items()}
    draft = result.folder / ".summary.json"
    draft.write_text(json.dumps(summary, indent=1, allow_nan=False) + "\n")
    draft.replace(result.folder / "summary.json")


def _measure(measuring: Measuring, users: Sequence[Sequence[UserId]], task: Task) -> Measured:
    config = task.config
    encoder = _encoder(json.dumps(config["encoder"], sort_keys=True))
    reader = build.reader(config | {"reader": _whole(config)}, encoder)
    assert reader is not None
    budget = config["query"]["budget_tokens"]
    uses = measure(measuring, task.folder, task.user, users[task.run], reader, encoder, budget)
    write_uses(task.folder, task.user, uses, measuring.identity)
    return Measured(task.run, task.user)


def _whole(config: Config) -> Config:
    """The reader of a run, with what its yaml says of numbers that were added since the run was lived."""
    node, folder = config["reader"], config["config_dir"]
    yamls = [load_option("reader", name, folder) for name in options("reader", folder)]
    own = next((own for own in yamls if own.get("_target_") == node["_target_"]), {})
    return {name: value for name, value in own.items() if name != "defaults"} | node


@lru_cache(maxsize=2)
def _encoder(node: str) -> Cached:
    config: Config = {"encoder": json.loads(node)}
    return Cached(build.encoder(config), cache_folder())
