"""Finished runs made by hand: the files that a report reads, without running anything."""

import shutil

import pytest
from write_run import figure, write_run

from memlab.results import load

ODD = "<b>$r&g$</b>"
MEANS = {"oracle": 1.0, "hybrid": 0.68, ODD: 0.5, "none": 0.0}
SHARES = {  # never stored, not recalled, below the budget, stale above, read wrong
    "oracle": (0.0, 0.0, 0.0, 0.0, 0.0),
    "hybrid": (0.02, 0.1, 0.15, 0.03, 0.02),
    ODD: (0.3, 0.1, 0.05, 0.05, 0.0),
    "none": (1.0, 0.0, 0.0, 0.0, 0.0),
}
CAUSES = ("never_stored", "not_in_first", "over_budget", "stale_above", "read_wrong")


def old_metrics(strategy):
    """What a run held before causes and restraint were measured."""
    mean = MEANS[strategy]
    stale = figure(None, 0) if strategy == "none" else figure(mean - 0.7, chance=0.0, attainable=-0.65)
    return {
        "evidence_recall@512": figure(mean, attainable=1.0),
        "turn_recall@10": figure(mean / 2, chance=0.065, attainable=1.0),
        "answer_recall@512": figure(mean * 0.9, 31),
        "stale_excess": stale,
        "recalled_tokens": figure(1234.0, 50),
    }


def new_metrics(strategy):
    """All of it; only one strategy says how sure it is."""
    causes = {f"missed_{name}": figure(share) for name, share in zip(CAUSES, SHARES[strategy], strict=True)}
    sure = strategy == "hybrid"
    abstention = {"abstention_auroc": figure(0.71) if sure else figure(None, 0)}
    abstention["false_answers@90"] = figure(0.41) if sure else figure(None, 0)
    return old_metrics(strategy) | causes | abstention | {"forbidden_share@512": figure(0.02)}


def write_runs(folder, metrics):
    for place, strategy in enumerate(MEANS):
        write_run(folder / str(place), strategy, metrics(strategy))
    return load([folder])


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """Four strategies with every metric, one of them with a name that is markup."""
    return write_runs(tmp_path_factory.mktemp("new"), new_metrics)


@pytest.fixture(scope="session")
def old_results(tmp_path_factory):
    """The same without causes and restraint."""
    return write_runs(tmp_path_factory.mktemp("old"), old_metrics)


@pytest.fixture
def odd() -> str:
    """The name that is markup."""
    return ODD


@pytest.fixture
def chromium() -> str:
    """A browser; the test is skipped where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium is at hand: what the page does in a browser is not checked")
