"""Trials: chances with a gap, outcomes that follow them, and a judge who knows them."""

from collections import Counter

import pytest

from memlab import make
from memlab.config import ConfigError
from memlab.events import Outcome, Query, SessionEnd, Turn
from memlab.metrics.regret import CHANCE
from memlab.sources import SourceError
from memlab.text import contains


def lived(seed=0, **params):
    source = make("source/trials", **{"users": 1, "tasks": 4, "outcomes": [1, 3]} | params)
    life = source.life("trier-000", seed=seed)
    return life, list(life.stream())


def chances(gold):
    return {name.removeprefix(CHANCE): p for name, p in gold.facets.items() if name.startswith(CHANCE)}


@pytest.mark.parametrize("approaches", [2, 3])
def test_each_approach_is_tried_once_a_session_and_its_turn_says_how_it_went(approaches):
    _, events = lived(approaches=approaches)
    outcomes = [event for event in events if isinstance(event, Outcome)]
    tried = Counter((event.task, event.approach) for event in outcomes)
    assert set(tried.values()) == {3}
    assert len(tried) == 4 * approaches
    turns = {event.id: event.text for event in events if isinstance(event, Turn)}
    for event in outcomes:
        assert contains(turns[event.turn], event.task)
        assert contains(turns[event.turn], event.approach)
        assert ("worked" in turns[event.turn] or "did the trick" in turns[event.turn]) == event.success
    assert sum(isinstance(event, SessionEnd) for event in events) == 3


def test_the_best_approach_is_ahead_by_the_gap_and_the_judge_says_so():
    life, events = lived(approaches=3, gap=0.2)
    queries = [event for event in events if isinstance(event, Query)]
    assert len(queries) == 2 * 4
    for query in queries:
        gold = life.gold[query.id]
        known = chances(gold)
        (best,) = gold.answers
        assert set(gold.choices) == set(known)
        assert {round(known[best] - p, 4) for name, p in known.items() if name != best} == {0.2}
        assert gold.facets["outcomes"] == query.session + 1
        assert len(gold.evidence_turns) == query.session + 1
        assert gold.kind == "best_approach"


def test_outcomes_come_as_often_as_their_chances_say():
    life, events = lived(tasks=20, outcomes=[30])
    known = {
        (task, name): p
        for query in events
        if isinstance(query, Query)
        for task in [query.text.removeprefix("Which approach to ").removesuffix(" works best for me?")]
        for name, p in chances(life.gold[query.id]).items()
    }
    outcomes = [event for event in events if isinstance(event, Outcome)]
    strays = sum(event.success - known[event.task, event.approach] for event in outcomes)
    spread = sum(known[e.task, e.approach] * (1 - known[e.task, e.approach]) for e in outcomes) ** 0.5
    assert abs(strays) < 3 * spread


def test_a_neglected_approach_is_tried_once_in_all():
    _, events = lived(neglect=1.0, outcomes=[5])
    tried = Counter((event.task, event.approach) for event in events if isinstance(event, Outcome))
    by_task = {task: sorted(n for (of, _), n in tried.items() if of == task) for task, _ in tried}
    assert set(map(tuple, by_task.values())) == {(1, 5)}


def test_more_sessions_change_no_earlier_outcome_and_another_seed_does():
    short, long = lived()[1], lived(outcomes=[1, 3, 6])[1]
    assert long[: len(short)] == short
    assert lived(seed=1)[1] != short


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"users": 0}, "users is 0"),
        ({"tasks": 21}, "between 1 and 20"),
        ({"approaches": 4}, "2 or 3"),
        ({"gap": 1.0}, "under 1"),
        ({"outcomes": [3, 1]}, "ascending"),
        ({"outcomes": []}, "ascending"),
        ({"neglect": 2}, "between 0 and 1"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong, told):
    with pytest.raises((SourceError, ConfigError), match=told):
        lived(**wrong)
