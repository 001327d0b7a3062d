import numpy as np
import pytest
from numpy.testing import assert_allclose

from memlab.fitting.questions import Question
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
