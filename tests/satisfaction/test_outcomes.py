"""An arm is an ordinary run: its files say what became of every scheduled session."""

import shutil
from dataclasses import fields

import pytest

from memlab import runs
from memlab.config import plan
from memlab.results import load
from memlab.satisfaction.outcomes import Outcome, declared, outcomes
from memlab.traces import FOLDERS, read_feedback

COLUMNS = (
    *("user", "session", "at", "held", "resolved", "turns_to_resolution", "repeats", "corrections", "objections"),
    *("intrusions", "thumbs", "return_gap_days", "satisfaction"),
)


@pytest.fixture(scope="module")
def arms(tmp_path_factory):
    out = tmp_path_factory.mktemp("arms")
    found = {}
    for strategy in ("none", "bm25", "oracle"):
        more = ["reader=replier", "source.users=6", "tracking=none", "workers=1", f"out={out}"]
        (run,) = runs.execute(plan(["source=reacting", f"strategy={strategy}", *more]))
        assert (run.status, run.errors) == ("complete", {})
        found[strategy] = run.folder
    return found


def resolved(folder):
    rows = outcomes(folder)
    return sum(row.resolved for row in rows) / len(rows)


def test_the_columns_are_the_contract():
    assert tuple(field.name for field in fields(Outcome)) == COLUMNS


def test_every_arm_has_the_same_sessions_in_order(arms):
    schedules = {arm: [(row.user, row.session, row.at) for row in outcomes(folder)] for arm, folder in arms.items()}
    assert schedules["none"] == schedules["bm25"] == schedules["oracle"] == sorted(schedules["none"])
    assert len(schedules["none"]) == 6 * 16


def test_memory_resolves_and_none_resolves_nothing(arms):
    assert resolved(arms["none"]) == 0 < resolved(arms["bm25"]) < resolved(arms["oracle"])


def test_who_is_not_there_has_resolved_nothing(arms):
    absent = [row for folder in arms.values() for row in outcomes(folder) if not row.held]
    assert absent
    for row in absent:
        assert (row.resolved, row.turns_to_resolution, row.satisfaction, row.return_gap_days) == (False, 4, 0, None)


def test_the_composite_of_a_run_is_its_mean_over_sessions(arms):
    (result,) = load([arms["bm25"]])
    rows = outcomes(arms["bm25"])
    assert result.figure("satisfaction")["mean"] == pytest.approx(sum(row.satisfaction for row in rows) / len(rows))
    assert result.figure("resolved")["mean"] == pytest.approx(resolved(arms["bm25"]))
    only = dict.fromkeys(declared(), 0.0) | {"resolved": 1.0}
    assert [row.satisfaction for row in outcomes(arms["bm25"], only)] == [float(row.resolved) for row in rows]


def test_a_run_from_before_there_was_feedback_is_read_and_has_no_outcomes(arms, tmp_path):
    shutil.copytree(arms["bm25"], tmp_path / "old")
    shutil.rmtree(tmp_path / "old" / "feedback")
    assert "feedback" not in FOLDERS
    assert outcomes(tmp_path / "old") == []
    assert read_feedback(tmp_path / "old", "user-000") == []
    with pytest.raises(FileNotFoundError, match="is no run"):
        outcomes(tmp_path)
