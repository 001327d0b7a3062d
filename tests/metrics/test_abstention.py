"""`abstention_auroc` and `false_answers@90`: what is noted of a query, before anything is separated."""

import pytest
from build_asked import ask, plain_life, score, scores

from memlab.build import metrics
from memlab.metrics.abstention import Abstention

LIFE = plain_life(3)
AUROC, FALSE = Abstention(), Abstention(0.9)


@pytest.mark.parametrize("metric", [AUROC, FALSE])
@pytest.mark.parametrize("answerable", [True, False])
def test_a_confidence_is_noted_with_the_querys_class(metric, answerable):
    found = score(metric, ask(LIFE, confidence=0.25, answerable=answerable))
    assert (found.name, found.value, found.positive) == (metric.name, 0.25, answerable)
    assert (found.user, found.query, found.chance, found.attainable) == ("ann", "q0", None, None)


def test_a_confidence_of_0_is_a_confidence():
    assert score(AUROC, ask(LIFE, confidence=0.0)).value == 0.0


def test_a_strategy_that_does_not_abstain_is_not_judged():
    assert scores(AUROC, ask(LIFE, answerable=False), ask(LIFE)) == []


@pytest.mark.parametrize("confidence", [float("nan"), float("inf")])
def test_a_confidence_that_cannot_be_ordered_is_refused(confidence):
    with pytest.raises(ValueError, match="query q0: confidence is"):
        scores(AUROC, ask(LIFE, confidence=confidence))


@pytest.mark.parametrize("coverage", [0, 0.0, 1.1, -0.5, True, "0.9"])
def test_a_coverage_is_a_share_above_0(coverage):
    with pytest.raises(ValueError, match="metric abstention: coverage"):
        Abstention(coverage)


@pytest.mark.parametrize(("coverage", "name"), [(None, "abstention_auroc"), (0.9, "false_answers@90"), (1, "")])
def test_they_are_named_as_printed(coverage, name):
    assert Abstention(coverage).name == (name or "false_answers@100")


def test_separating_should_be_high_and_false_answers_low():
    assert [AUROC.higher_is_better, FALSE.higher_is_better] == [True, False]


def test_both_are_shipped():
    assert {AUROC, FALSE} <= {metric for metric in metrics() if isinstance(metric, Abstention)}
