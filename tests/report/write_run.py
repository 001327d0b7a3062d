"""A finished run's files, made by hand."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from memlab.identity import SCHEMA_VERSION


def figure(mean, n=40, reach=0.03, **others):
    """A metric's figure as a summary holds it."""
    low, high = (None, None) if mean is None else (mean - reach, mean + reach)
    found = {"mean": mean, "low": low, "high": high, "n": n, "of": 50, "users": 8, "unit": "share"}
    return found | {"chance": None, "attainable": None} | others


def write_run(folder: Path, strategy: str, metrics: dict, status: str = "complete") -> None:
    """One run on `simulated`, its headline also by kind and, query by query, by age."""
    mean = metrics["evidence_recall@512"]["mean"]
    folder.mkdir(parents=True)
    manifest = {"schema_version": SCHEMA_VERSION, "started": "2026-01-01", "status": status, "commit": "c" * 40}
    manifest |= {"dirty": False, "packages": {"numpy": "2"}, "host": {"python": "3.11"}, "errors": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"source": {"patterns": 9}}))
    config = {"layer": [], "strategy": {"name": strategy}, "source": {"name": "simulated"}, "limits": {}}
    config |= {"query": {"limit": 100}, "seed": 0, "experiment": "try", "config_dir": None}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    kinds = {"when": {"evidence_recall@512": figure(mean, 12)}, "two_hop": {"evidence_recall@512": figure(mean, 28)}}
    run = {"seed": 0, "users": 8, "data": "d" * 16}
    spent = {"recall_p95_ms": 1.5, "recall_p95_ms_low": 1.4, "recall_p95_ms_high": 1.6}
    summary = {"run": run, "metrics": metrics, "by_kind": kinds, "timings": spent}
    (folder / "summary.json").write_text(json.dumps(summary))
    rows = []
    missed = {name: round(40 * one["mean"]) for name, one in metrics.items() if name.startswith("missed_")}
    causes = [name for name, count in missed.items() for _ in range(count)]
    for place in range(40):
        about = {"user": f"u{place % 8}", "query": f"q{place}", "kind": "when" if place < 12 else "two_hop"}
        rows.append(about | {"name": "evidence_recall@512", "value": mean})
        rows.append(about | {"name": "evidence_age_days", "value": 2.0 if place < 20 else 40.0})
        cause = causes[place] if place < len(causes) else None
        rows += [about | {"name": name, "value": float(name == cause)} for name in missed]
    pq.write_table(pa.Table.from_pylist(rows), folder / "scores.parquet")
