from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from memlab.config import ConfigError
from memlab.fitting.judging import Fitting, judged
from memlab.fitting.questions import Asked, Question
from memlab.fitting.weights import Stack, fitted

TRUE = np.array([2.0, 1.0, -1.0])


def asked(signals, nuggets, user="u", id="q", by_session=False):
    """A question whose candidates are turns 0, 1, 2 …, each in a session of its own."""
    turns = tuple(str(place) for place in range(len(signals)))
    nuggets = tuple(frozenset(map(str, nugget)) for nugget in nuggets)
    return Question(user, id, "kind", np.asarray(signals, float), turns, turns, nuggets, nuggets, by_session)


def drawn(n, weights, seed=0, candidates=20, users=4):
    """Questions whose evidence is drawn by the softmax of weighted signals."""
    rng = np.random.default_rng(seed)
    found = []
    for place in range(n):
        signals = rng.normal(size=(candidates, len(weights)))
        odds = np.exp(signals @ weights)
        gold = rng.choice(candidates, p=odds / odds.sum())
        found.append(asked(signals, [{gold}], f"u{place % users}", f"q{place}"))
    return found


def even_shares(questions):
    return np.full(len(questions), 1 / len(questions))


def test_the_loss_is_that_of_a_hand():
    stack = Stack([asked([[1.0], [0.0], [0.0]], [{0}, {1, 2}])])
    odds = np.exp([1.0, 0.0, 0.0]) / (np.e + 2)
    loss, _ = stack.loss(stack.signals, np.array([1.0]), np.array([1.0]))
    assert_allclose(loss, -(np.log(odds[0]) + np.log(odds[1] + odds[2])) / 2)


def test_the_slope_is_the_losss():
    rng = np.random.default_rng(1)
    questions = [asked(rng.normal(size=(n, 3)), [{0, 1}, {2}, {99}]) for n in (4, 7)]
    stack, shares, weights = Stack(questions), np.array([0.3, 0.7]), rng.normal(size=3)
    loss, slope = stack.loss(stack.signals, weights, shares)
    for place in range(3):
        step = np.eye(3)[place] * 1e-6
        assert_allclose((stack.loss(stack.signals, weights + step, shares)[0] - loss) / 1e-6, slope[place], atol=1e-5)


def test_weights_that_made_the_evidence_are_found_again():
    questions = drawn(600, TRUE)
    found = fitted(Stack(questions), np.array([1.0, 1.0, -1.0]), 0.001, even_shares(questions))
    assert_allclose(found / found[1], TRUE, atol=0.3)


def test_strong_shrinking_leaves_what_was_given():
    questions, given = drawn(100, TRUE), np.array([1.0, 1.0, -1.0])
    assert_allclose(fitted(Stack(questions), given, 1e4, even_shares(questions)), given, atol=1e-3)


def test_what_is_not_seen_stays_as_it_is_and_what_is_0_stays_0():
    questions = drawn(100, TRUE)
    for question in questions:
        question.signals[:, 1] = 0
    found = fitted(Stack(questions), np.array([1.0, 0.7, 0.0]), 0.1, even_shares(questions))
    assert found[1] == 0.7
    assert found[2] == 0.0


def test_any_turn_of_a_nugget_will_do():
    """One nugget of two turns asks for either: the signal that finds one of them for certain is enough."""
    signals = [[3.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    stack, weights, one = Stack([asked(signals, [{0, 1}])]), np.array([5.0, 0.0]), np.array([1.0])
    both = Stack([asked(signals, [{0}, {1}])])
    assert stack.loss(stack.signals, weights, one)[0] < 1e-5
    assert both.loss(both.signals, weights, one)[0] > 1


def test_where_the_search_begins_does_not_matter():
    questions, even = drawn(200, TRUE), np.array([1.0, 1.0, -1.0])
    one = fitted(Stack(questions), even, 0.1, even_shares(questions))
    other = fitted(Stack(questions), even, 0.1, even_shares(questions), start=np.array([3.0, -1.0, 0.0]))
    assert other == pytest.approx(one, abs=5e-3)


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
