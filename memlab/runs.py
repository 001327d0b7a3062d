"""Runs: folders named by what a run is, resuming, and the summary of what its users gave.

A finished user is a finished file, so resuming is skipping what is there. Scores are computed from the files of
finished users, never while they live.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from memlab import build
from memlab.config import Config, ConfigError
from memlab.encoders.cached import Cached, cache_folder
from memlab.events import UserId
from memlab.identity import SCHEMA_VERSION, metrics_digest, provenance, run_key
from memlab.metrics.base import SCORE_VERSION, Score
from memlab.sources import MissingData
from memlab.stats.summary import summarise
from memlab.stats.timings import percentiles
from memlab.traces import is_finished, write_parquet
from memlab.worker import Done, Task, live_and_score, pool, source_of

SECTIONS = ("source", "strategy", "encoder", "chat", "store", "reader", "limits", "tracking", "query")
SCORES = pa.schema(
    [
        ("user", pa.string()),
        ("name", pa.string()),
        ("value", pa.float64()),
        ("query", pa.string()),
        ("session", pa.int64()),
        ("kind", pa.string()),
        ("chance", pa.float64()),
        ("attainable", pa.float64()),
        ("positive", pa.bool_()),
        ("score_version", pa.int64()),
    ]
)
TIMED = pa.schema([("user", pa.string()), ("what", pa.string()), ("session", pa.int64()), ("seconds", pa.float64())])
Progress = Callable[[str, int, int], None]


@dataclass
class Run:
    """One (source, strategy, layers, seed) and its folder.

    Attributes:
        status: `running`, then `complete`, `partial` (some users failed), `failed` or `skipped` (no data).
        errors: By user, what went wrong; under "" what concerns the whole run.
        data: The source's digest.
        finished_before: Users whose files were there already.
        texts_encoded: How many texts the strategy asked for that were in no cache.
    """

    config: Config
    label: str
    source: str
    key: str
    folder: Path
    users: Sequence[UserId] = ()
    data: str = ""
    facts: dict[str, int | str] = field(default_factory=dict)
    status: str = "running"
    errors: dict[UserId, str] = field(default_factory=dict)
    finished_before: int = 0
    texts_encoded: int = 0
    started: str = ""


def execute(configs: Sequence[Config], argv: Sequence[str] = (), progress: Progress = lambda *_: None) -> list[Run]:
    """Runs what is not yet there and scores it; one failing run does not end the others.

    Args:
        configs: From `memlab.config.plan`.
        argv: For the manifest.
        progress: Called with a stage (`live`), how much of it is done, and how much there is.

    Raises:
        ConfigError: A parameter does not fit; nothing has been run.
        SourceError: The data are not what they should be; nothing has been run.
    """
    runs = prepare(configs)
    for run in runs:
        if run.status in ("running", "skipped"):
            _write_manifest(run, argv)
    tasks = [
        Task(i, run.config, run.folder, user)
        for i, run in enumerate(runs)
        if run.status == "running"
        for user in run.users
    ]
    workers = configs[0]["workers"] or os.cpu_count() or 1
    with pool(min(workers, max(1, len(tasks)))) as submit:
        done: list[Done] = []
        for result in submit(live_and_score, tasks):
            done.append(result)
            progress("live", len(done), len(tasks))
    for i, run in enumerate(runs):
        if run.status == "running":
            _finish(run, [result for result in done if result.run == i])
            _write_manifest(run, argv)
    return runs


def prepare(configs: Sequence[Config]) -> list[Run]:
    """The runs of these configs as far as they are there, each parameter tried, no user lived.

    Raises:
        ConfigError: A parameter does not fit.
        SourceError: The data are not what they should be.
    """
    runs: dict[Path, Run] = {}
    for config in configs:
        _check_numbers(config)
        encoder = build.encoder(config) if build.encodes(config) else None
        build.strategy(config, None, encoder).close()
        build.reader(config, encoder)
        label, name = "+".join([*config["layer"], config["strategy"]["name"]]), config["source"]["name"]
        root = Path(config["out"]) / (config["experiment"] or "single")
        try:
            source = source_of(config)
        except MissingData as error:
            key = run_key(config, "absent")
            run = Run(config, label, name, key, root / key, status="skipped", errors={"": str(error)})
        else:
            key = run_key(config, source.digest)
            users = source.users()[: config["limits"]["users"]]
            run = Run(config, label, name, key, root / key, users, source.digest, source.facts)
            run.finished_before = sum(is_finished(run.folder, user) for user in users)
            before = _manifest(run)
            run.texts_encoded = before.get("texts_encoded", 0)
            run.status = "complete" if _is_scored(run, before) else "running"
        run.started = now()
        runs.setdefault(run.folder, run)
    return list(runs.values())


def _check_numbers(config: Config) -> None:
    for name in SECTIONS:
        if not isinstance(config[name], dict):
            raise ConfigError(f"{name} is {config[name]!r}; it must name an option of the config group {name!r}")
    if not isinstance(config["out"], str):
        raise ConfigError(f"out is {config['out']!r}; it must be a folder")
    bounds = {f"query.{name}": value for name, value in config["query"].items()}
    bounds |= {f"limits.{name}": value for name, value in config["limits"].items()} | {"workers": config["workers"]}
    for name, value in bounds.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise ConfigError(f"{name} is {value!r}; it must be a whole number of at least 1, or null for no bound")
    if isinstance(config["seed"], bool) or not isinstance(config["seed"], int):
        raise ConfigError(f"seed is {config['seed']!r}; it must be a whole number")


def _manifest(run: Run) -> dict[str, Any]:
    try:
        return json.loads((run.folder / "manifest.json").read_text())
    except (OSError, ValueError):
        return {}


def _is_scored(run: Run, manifest: dict[str, Any]) -> bool:
    whole = manifest.get("status") == "complete" and manifest.get("metrics") == metrics_digest(run.config["config_dir"])
    return whole and run.finished_before == len(run.users) and (run.folder / "summary.json").exists()


def _finish(run: Run, done: Sequence[Done]) -> None:
    order = {user: place for place, user in enumerate(run.users)}
    good = sorted((result for result in done if result.error is None), key=lambda result: order[result.user])
    run.errors = {result.user: result.error for result in done if result.error is not None}
    run.texts_encoded += sum(result.missed for result in done)
    run.status = "failed" if not good else "partial" if run.errors else "complete"
    scores = [score for result in good for score in result.scores]
    timings = [row for result in good for row in result.timings]
    columns: dict[str, Any] = {part.name: [getattr(score, part.name) for score in scores] for part in fields(Score)}
    columns["score_version"] = [SCORE_VERSION] * len(scores)
    queries, sessions = sum(result.queries for result in good), sum(result.sessions for result in good)
    about = {
        "key": run.key,
        "source": run.source,
        "data": run.data,
        "strategy": run.label,
        "experiment": run.config["experiment"] or "single",
        "seed": run.config["seed"],
        "status": run.status,
        "users": len(good),
        "users_of": len(run.users),
        "score_version": SCORE_VERSION,
    }
    try:
        write_parquet(pa.table(columns, schema=SCORES), run.folder / "scores.parquet")
        write_parquet(pa.Table.from_pylist(timings, schema=TIMED), run.folder / "timings.parquet")
        figures = summarise(scores, build.metrics(run.config["config_dir"]), queries, sessions)
        spent = {"timings": percentiles(timings) | {"encode_ms_per_text": _encode_ms(run)}}
        write_text(run.folder / "summary.json", _json({"run": about} | figures | spent))
    except (OSError, ValueError) as error:
        run.status, run.errors[""] = "failed", f"cannot write the results into {run.folder}: {error}"


def _encode_ms(run: Run) -> float | None:
    if not build.wants("encoder", run.config):
        return None
    cached = Cached(build.encoder(run.config), cache_folder())
    seconds = cached.seconds_per_text()
    cached.close()
    return None if seconds is None else round(1000 * seconds, 3)


def _write_manifest(run: Run, argv: Sequence[str]) -> None:
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "status": run.status,
        "argv": list(argv),
        "started": run.started,
        "finished": None if run.status == "running" else now(),
        "seed": run.config["seed"],
        "users": len(run.users),
        "source": run.facts,
        "texts_encoded": run.texts_encoded,
        "metrics": metrics_digest(run.config["config_dir"]),
        "errors": run.errors,
    }
    write_text(run.folder / "manifest.json", _json(manifest | provenance()))
    write_text(run.folder / "config.yaml", yaml.safe_dump(run.config, sort_keys=False))


def write_text(path: Path, text: str) -> None:
    """Writes a text under a temporary name and renames it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def now() -> str:
    """The time, UTC, as manifests have it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
