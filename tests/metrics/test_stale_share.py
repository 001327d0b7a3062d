"""`stale_share@budget`: how much of what is recalled of an updated value no longer holds."""

import pytest
from build_asked import ask, lived, nugget, quotes, score, scores, value

from memlab.metrics.stale_share import StaleShare

HOME = lived(["I live in Boston", "my dog is red", "Boston is cold"], ["I moved to Denver"])


def home(*memories):
    """A query for the home, answered with memories."""
    evidence = [nugget("t3", values=("Denver",))]
    return ask(HOME, memories, evidence=evidence, stale=["t0", "t2"], stale_values=["Boston"])


@pytest.mark.parametrize(
    ("turns", "share"), [(["t0"], 1.0), (["t3"], 0.0), (["t3", "t0"], 0.5), (["t0", "t2", "t3"], 2 / 3)]
)
def test_the_share_of_stale_memories(turns, share):
    assert value(StaleShare(512), home(*quotes(HOME, turns))) == pytest.approx(share)


def test_memories_of_other_things_do_not_count():
    assert value(StaleShare(512), home(*quotes(HOME, ["t1", "t0", "t1", "t3"]))) == 0.5


def test_a_memory_that_says_both_is_current():
    assert value(StaleShare(512), home(("moved from Boston to Denver", ["t0", "t3"]))) == 0.0


def test_a_memory_that_cites_both_is_stale_where_it_says_the_old_value():
    assert value(StaleShare(512), home(("home is Boston", ["t0", "t3"]))) == 1.0


@pytest.mark.parametrize("memories", [[], quotes(HOME, ["t1"]), [("my dog is red", ["t0", "t3"])]])
def test_a_recall_that_does_not_speak_of_the_value_is_not_judged(memories):
    assert scores(StaleShare(512), home(*memories)) == []


def test_only_what_is_within_the_budget_counts():
    asked = home(*quotes(HOME, ["t3", "t0"]))
    assert asked.tokens == [4, 4]
    assert [value(StaleShare(n), asked) for n in (4, 7, 8)] == [0.0, 0.0, 0.5]


def test_a_value_that_was_never_updated_is_not_judged():
    asked = ask(HOME, quotes(HOME, ["t0", "t3"]), evidence=[nugget("t3")])
    assert scores(StaleShare(512), asked) == []


def test_the_oracle_gets_what_is_attainable():
    asked = home(*quotes(HOME, ["t0"]))
    assert score(StaleShare(512), asked).attainable == value(StaleShare(512), asked.ideal_asked) == 0.0


def test_it_is_named_as_printed_and_should_be_low():
    assert StaleShare(512).name == "stale_share@512"
    assert StaleShare(512).higher_is_better is False
