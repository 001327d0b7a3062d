"""The MLflow view of runs: rebuilt from their files at any time, never read back. The only module that knows MLflow."""

import logging
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from memlab.identity import NOT_IDENTITY
from memlab.results import Result
from memlab.stats.summary import session_means

BATCH = 1000


class MlflowView:
    """One parent run per experiment, one child per run; a run is shown again only when its summary changes.

    Args:
        uri: Of the tracking server; None is an SQLite file in `out`, with its artifacts beside it.
    """

    def __init__(self, uri: str | None = None) -> None:
        self._uri = uri

    def show(self, results: Sequence[Result], out: Path) -> str:
        """Logs runs with results and returns the command that opens the UI on them."""
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("DO_NOT_TRACK", "true")
        import mlflow

        for name in ("alembic", "mlflow"):
            logging.getLogger(name).setLevel(logging.ERROR)
        uri = self._uri or f"sqlite:///{out.absolute() / 'mlflow.db'}"
        mlflow.set_tracking_uri(uri)
        for name in sorted({r.config["experiment"] or "single" for r in results}):
            own = [r for r in results if r.summary and (r.config["experiment"] or "single") == name]
            experiment = self._experiment(mlflow, f"memlab/{name}", out)
            shown = {run.data.tags.get("memlab.summary") for run in _search(mlflow, experiment)}
            new = [r for r in own if _digest(r) not in shown]
            if new:
                with mlflow.start_run(experiment_id=experiment, run_name=name):
                    for result in new:
                        _log(mlflow, experiment, result)
        return f"mlflow ui --backend-store-uri {uri}"

    def _experiment(self, mlflow: Any, name: str, out: Path) -> str:
        found = mlflow.get_experiment_by_name(name)
        if found is not None:
            return found.experiment_id
        location = (out.absolute() / "mlartifacts").as_uri() if self._uri is None else None
        return mlflow.create_experiment(name, artifact_location=location)


def _search(mlflow: Any, experiment: str) -> list[Any]:
    return mlflow.search_runs([experiment], filter_string="tags.`memlab.summary` != ''", output_format="list")


def _digest(result: Result) -> str:
    return sha256((result.folder / "summary.json").read_bytes()).hexdigest()[:16]


def _log(mlflow: Any, experiment: str, result: Result) -> None:
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.pandas_dataset import PandasDataset
    from mlflow.entities import Metric

    about = result.summary["run"]
    with mlflow.start_run(
        experiment_id=experiment, run_name=f"{about['source']}/{about['strategy']}", nested=True
    ) as run:
        mlflow.log_params(_flat({name: node for name, node in result.config.items() if name not in NOT_IDENTITY}))
        mlflow.log_artifact(str(result.folder / "config.yaml"))
        mlflow.log_artifact(str(result.folder / "summary.json"))
        gold = sorted((result.folder / "gold").glob("*.parquet"))[0]
        frame = pq.read_table(gold, columns=["query", "kind", "answerable"]).to_pandas()
        source = CodeDatasetSource(tags={"source": about["source"]})
        mlflow.log_input(
            PandasDataset(frame, source=source, name=about["source"], digest=about["data"][:16]), context="evaluation"
        )
        metrics = list(_metrics(Metric, result))
        for start in range(0, len(metrics), BATCH):
            mlflow.MlflowClient().log_batch(run.info.run_id, metrics=metrics[start : start + BATCH])
        tags = {f"memlab.{name}": about[name] for name in ("key", "source", "strategy", "status", "users")}
        mlflow.set_tags(tags | {"memlab.summary": _digest(result)})  # last: what has it is whole


def _metrics(metric: Any, result: Result):
    at = 0
    for name, figure in result.summary["metrics"].items():
        for part in ("mean", "low", "high"):
            if figure[part] is not None:
                yield metric(_safe(name if part == "mean" else f"{name}_{part}"), figure[part], at, 0)
    for name, value in result.summary["timings"].items():
        if value is not None:
            yield metric(name, value, at, 0)
    for name, sessions in session_means(result.folder / "scores.parquet").items():
        for session, value in sessions:
            yield metric(_safe(f"{name}_per_session"), value, at, session)


def _flat(node: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(node, dict):
        return {prefix: node}
    parts = (_flat(part, f"{prefix}.{name}" if prefix else name) for name, part in node.items())
    return {name: value for part in parts for name, value in part.items()}


def _safe(name: str) -> str:
    return name.replace("@", "_at_")
