"""Finished runs of an experiment on difficulty, made by hand from the ranks at which evidence is met."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import yaml
from write_run import write_run

from memlab.metrics.abstention import Abstention
from memlab.metrics.base import Score
from memlab.metrics.evidence_recall import EvidenceRecall
from memlab.metrics.mrr import MrrAt
from memlab.metrics.recall import RecallAt
from memlab.metrics.unsupported_share import UnsupportedShare
from memlab.runs import SCORES
from memlab.stats.summary import summarise
from memlab.traces import write_parquet

METRIC = "turn_recall@10"
LESS = "unsupported_share"
HEADLINE = "evidence_recall@512"
CHANCE = 0.1
WANTED = {
    "of": "made up",
    "beside": ["talks", "chats"],
    "shown": ["phone"],
    "strategies": ["bm25", "rag"],
    "metric": METRIC,
    "margin": 0.05,
}
Ranks = Mapping[str, Sequence[Sequence[int]]]


def write_experiment(folder: Path, wanted: object = WANTED) -> str:
    """A config folder with the experiment `hard`, and its path."""
    (folder / "experiment").mkdir(parents=True, exist_ok=True)
    (folder / "experiment" / "hard.yaml").write_text(yaml.safe_dump({"name": "hard", "runs": [], "difficulty": wanted}))
    return str(folder)


def write_ranked(
    folder: Path,
    configs: str,
    source: str,
    strategy: str,
    ranks: Ranks,
    unsure: Mapping[str, Sequence[float]] | None = None,
    attainable: float = 1.0,
    seed: int = 0,
) -> None:
    """One run.

    Args:
        ranks: By kind and user, those of the first evidence of each question; 0 where it is not recalled. Evidence is
            within 512 tokens where it is among the first ten.
        unsure: By kind, the confidence in questions that cannot be answered, one a user; it is .5 in all others.
    """
    write_run(folder, strategy, {HEADLINE: {"mean": 0.0}})
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config |= {"source": {"name": source, "labels": "judged"}, "experiment": "hard", "config_dir": configs}
    (folder / "config.yaml").write_text(yaml.safe_dump(config | {"seed": seed}))
    scores = [
        score
        for kind, users in ranks.items()
        for user, own in enumerate(users)
        for n, rank in enumerate(own)
        for score in _scores(f"u{user}", f"{kind}{n}", kind, rank, attainable)
    ]
    for kind, confidences in (unsure or {}).items():
        for user, confidence in enumerate(confidences):
            about = {"user": f"u{user}", "query": f"{kind}{user}", "kind": kind}
            scores.append(Score(name="abstention_auroc", value=confidence, positive=False, **about))
    judged = (RecallAt("turn", 10), MrrAt("turn", None), EvidenceRecall(512), UnsupportedShare(), Abstention())
    figures = summarise(scores, judged, queries=len(scores), sessions=0)
    summary = json.loads((folder / "summary.json").read_text()) | figures
    summary["run"] |= {"users": len({score.user for score in scores}), "data": source * 4}
    (folder / "summary.json").write_text(json.dumps(summary))
    rows = [asdict(score) | {"score_version": 1} for score in scores]
    write_parquet(pa.Table.from_pylist(rows, schema=SCORES), folder / "scores.parquet")


def _scores(user: str, query: str, kind: str, rank: int, attainable: float):
    found = float(0 < rank <= 10)
    about = {"user": user, "query": query, "kind": kind, "attainable": attainable}
    yield Score(name=METRIC, value=found, chance=CHANCE, **about)
    yield Score(name=HEADLINE, value=found, **about)
    yield Score(name=LESS, value=found, **about)
    yield Score(name="turn_mrr", value=1 / rank if rank else 0.0, **about)
    yield Score(user=user, query=query, kind=kind, name="abstention_auroc", value=0.5, positive=True)
