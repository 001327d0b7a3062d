from dataclasses import replace

import numpy as np
import pytest

from memlab.config import ConfigError
from memlab.fitting.judging import Fitting, judged
from memlab.fitting.questions import Asked
from tests.fitting.test_weights import asked, drawn

GIVEN = {"bm25": 1.0, "dense": 1.0, "names": 1.0}


def fitting(questions, given=GIVEN, shrinks=(0.1, 1.0)):
    source = Asked("made", "digest", len({question.user for question in questions}), tuple(questions))
    return Fitting([source], given, shrinks)


def test_a_signal_that_is_noise_is_dropped_and_one_that_tells_is_not():
    chosen = fitting(drawn(240, np.array([2.0, 1.0, -0.3]), users=8)).chosen()
    assert list(chosen.weights) == ["bm25", "dense"]
    assert list(chosen.dropped) == ["names"]
    assert chosen.gains["bm25"].mean.low > 0
    assert chosen.gains["bm25"].mean.mean > chosen.gains["dense"].mean.mean


def test_a_signal_that_is_not_seen_is_neither_dropped_nor_changed():
    questions = drawn(40, np.array([2.0, 1.0, 0.0]), users=2)
    for question in questions:
        question.signals[:, 2] = 0
    chosen = fitting(questions).chosen()
    assert chosen.unseen == {"names"}
    assert chosen.weights["names"] == 1.0
    assert "names" not in chosen.gains


def test_fitted_weights_beat_those_given_on_users_that_were_left_out():
    """Given weights that are far off, and questions that tell."""
    made = fitting(drawn(120, np.array([3.0, 0.5, 0.0]), users=4), {"bm25": 1.0, "dense": 3.0, "names": 3.0})
    lines = {line.ranking: line for line in made.lines(made.chosen())}
    assert lines["fitted"].ndcg.mean > lines["as given"].ndcg.mean + 0.1
    assert {"bm25 alone", "dense alone"} < set(lines)
    assert lines["fitted"].ndcg.users == 4
    assert lines["fitted"].ndcg.n == 120


def test_what_is_judged_never_saw_the_user():
    """Two users who contradict each other: each is judged by what the other taught, so the fitting is worse."""
    one = drawn(30, np.array([3.0, 0.0, 0.0]), users=1)
    other = [replace(q, signals=-q.signals, user="other") for q in drawn(30, np.array([3.0, 0.0, 0.0]), 1, users=1)]
    made = fitting([*one, *other], shrinks=(0.001,))
    lines = {line.ranking: line for line in made.lines(made.chosen())}
    assert lines["fitted"].ndcg.mean < 0.3


def test_a_question_is_judged_by_hand():
    signals = np.array([[0.0], [2.0], [1.0]])
    one = asked(signals, [{0}, {1}])
    ndcg, recall = judged(one, np.array([1.0]))
    assert ndcg == pytest.approx((1 + 0.5) / (1 + 1 / np.log2(3)))
    assert recall == 1.0


def test_sessions_are_judged_where_gold_names_sessions():
    one = replace(
        asked([[3.0], [2.0], [1.0]], [{2}]),
        by_session=True,
        sessions=("a", "a", "b"),
        in_sessions=(frozenset("b"),),
    )
    assert judged(one, np.array([1.0]))[0] == pytest.approx(1 / np.log2(3))


def test_one_user_is_too_few():
    with pytest.raises(ConfigError, match="one user"):
        fitting(drawn(3, np.array([1.0, 1.0, 1.0]), users=1))
