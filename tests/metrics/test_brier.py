"""`brier`: of confidences that are probabilities only."""

import pytest
from build_asked import ask, plain_life, scores

from memlab.build import metrics
from memlab.metrics.brier import Brier

LIFE = plain_life(3)


def test_a_probability_is_judged_by_what_came_out():
    asked = (ask(LIFE, confidence=0.75), ask(LIFE, confidence=0.5, answerable=False))
    assert [score.value for score in scores(Brier(), *asked)] == [0.0625, 0.25]


@pytest.mark.parametrize("other", [1.5, -0.1, None, 0.5])
def test_a_user_is_judged_only_where_all_confidences_can_be_probabilities_and_differ(other):
    assert scores(Brier(), ask(LIFE, confidence=0.5), ask(LIFE, confidence=other)) == []


def test_it_is_shipped_and_less_is_better():
    (shipped,) = [metric for metric in metrics() if isinstance(metric, Brier)]
    assert shipped.higher_is_better is False
    assert shipped.name == "brier"
