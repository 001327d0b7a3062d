"""`regret@n`: what is lost by the approach that the first memory names."""

from dataclasses import replace

import pytest
from build_asked import ask, lived, nugget, scores

from memlab.metrics.regret import Regret

LIFE = lived(["Resting worked", "Kneading failed", "A pot worked"])
CHANCES = {"chance of resting": 0.8, "chance of kneading": 0.5, "chance of a pot": 0.5}


def asked(*texts, facets=None):
    query = ask(LIFE, [(text, ["t0"]) for text in texts], evidence=[nugget("t0", values=["resting"])])
    return replace(query, gold=replace(query.gold, facets={"outcomes": 10} | (CHANCES if facets is None else facets)))


def regret(*texts):
    (score,) = scores(Regret(outcomes=10), asked(*texts))
    return score


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["bread: resting worked 3 of 4 times"], 0.0),
        (["bread: kneading worked 3 of 4 times", "bread: resting worked 2 of 4 times"], 1.5),  # .3 / (.8 - .6)
        (["the weather is fine"], 1.0),
        ([], 1.0),
        (["resting and kneading"], 0.75),  # .8 - .65 over .2
    ],
)
def test_the_first_memory_counts_and_none_is_any(texts, value):
    found = regret(*texts)
    assert found.value == pytest.approx(value)
    assert (found.chance, found.attainable, found.name) == (1.0, 0.0, "regret@10")


def test_other_numbers_of_trials_and_unknown_chances_are_not_judged():
    assert scores(Regret(outcomes=5), asked("resting")) == []
    assert scores(Regret(outcomes=10), asked("resting", facets={})) == []
    assert scores(Regret(outcomes=10), asked("resting", facets=dict.fromkeys(CHANCES, 0.5))) == []


def test_no_trials_are_refused():
    with pytest.raises(ValueError, match="outcomes is 0"):
        Regret(outcomes=0)
