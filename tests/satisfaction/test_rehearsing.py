"""Texts in the loop hang on replies; two rehearsals find nearly all of them."""

import json

import pytest

from memlab import runs
from memlab.config import plan
from memlab.sources import Reactive
from memlab.worker import source_of

USERS = 6
MISSED_AT_MOST = 2 * USERS  # of about a hundred texts a user


def executed(out, strategy, rounds, monkeypatch):
    monkeypatch.setenv("MEMLAB_CACHE", str(out / "cache"))
    monkeypatch.setattr(runs, "ROUNDS_AGAIN", rounds)
    more = ["encoder=hashing", "reader=replier", f"source.users={USERS}", "tracking=none", "workers=1"]
    (run,) = runs.execute(plan(["source=reacting", f"strategy={strategy}", *more, f"out={out}"]))
    assert (run.status, run.errors) == ("complete", {})
    return run


@pytest.mark.parametrize("strategy", ["rag", "hybrid"])
def test_a_second_rehearsal_finds_most_of_what_the_first_has_missed(strategy, tmp_path, monkeypatch):
    once = executed(tmp_path / "once", strategy, 0, monkeypatch)
    twice = executed(tmp_path / "twice", strategy, 1, monkeypatch)
    assert twice.missed_texts < once.missed_texts
    assert twice.missed_texts <= MISSED_AT_MOST
    for name in ("lived", "traces", "feedback"):
        for file in sorted((once.folder / name).iterdir()):
            assert file.read_bytes() == (twice.folder / name / file.name).read_bytes()
    assert json.loads((twice.folder / "manifest.json").read_text())["texts_missed_by_rehearsal"] == twice.missed_texts


def test_users_who_react_say_so_and_others_do_not():
    assert isinstance(source_of(plan(["source=reacting"])[0]), Reactive)
    assert not isinstance(source_of(plan(["source=simulated"])[0]), Reactive)
