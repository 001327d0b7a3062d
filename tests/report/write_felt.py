"""Finished runs of users who react, made by hand: each strategy is asked other questions under the same names."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from write_run import figure, write_run

from memlab.results import HEADLINE
from memlab.runs import SCORES

USERS = 8
BLANK = dict.fromkeys(("query", "session", "kind", "chance", "attainable", "positive")) | {"score_version": 1}


def write_felt(folder: Path, strategy: str, satisfied: list[float], found: list[list[float]], **figures) -> None:
    """A run of users who react.

    Args:
        satisfied: Of each user, in each of two sessions.
        found: Of each user, the headline's score question by question.
        figures: Others of the summary, `felt=False` for users who do not react.
    """
    felt = figures.pop("felt", True)
    metrics = {HEADLINE: figure(0.5), "recalled_tokens": figure(9.0)} | figures
    names = ("resolved", "satisfaction") if felt else ("memories_churn",)
    metrics |= {name: figure(sum(satisfied) / len(satisfied), 2 * USERS) for name in names}
    write_run(folder, strategy, metrics)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config |= {"experiment": None, "encoder": {"name": "e"}, "reader": {"name": "none"}}
    config["source"] |= {"name": "reacting" if felt else "simulated"}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    sessions = [
        BLANK | {"user": f"u{user}", "name": name, "session": session, "value": value}
        for user, value in enumerate(satisfied)
        for name in names
        for session in (4, 5)
    ]
    questions = [
        BLANK | {"user": f"u{user}", "name": HEADLINE, "query": f"q{n}", "kind": "when", "value": value}
        for user, values in enumerate(found)
        for n, value in enumerate(values)
    ]
    pq.write_table(pa.Table.from_pylist([*sessions, *questions], schema=SCORES), folder / "scores.parquet")
