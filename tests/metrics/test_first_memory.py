"""`current_first`, `stale_first`, `neither`, `stale_excess`: what the first memory says of an updated value."""

import pytest
from build_asked import ask, lived, nugget, quotes, ranked, score, scores, value
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.metrics.first_memory import FirstMemory
from memlab.metrics.first_memory import first_memory as first_within

CURRENT, STALE, NEITHER, EXCESS = (
    FirstMemory(what, 512) for what in ("current_first", "stale_first", "neither", "stale_excess")
)
HOME = lived(["I live in Boston", "my dog is red"], ["I moved to Denver"])


def first_memory(asked):
    return first_within(asked, 512)


def home(*memories, values=("Denver",), stale_values=("Boston",)):
    """A query for the home, answered with memories."""
    evidence = [nugget("t2", values=values)]
    return ask(HOME, memories, evidence=evidence, stale=["t0"], stale_values=stale_values)


@pytest.mark.parametrize(("turn", "verdict"), [("t2", "current"), ("t0", "stale"), ("t1", "neither")])
def test_the_first_memory_is_what_it_says(turn, verdict):
    assert first_memory(home(*quotes(HOME, [turn]))) == verdict


def test_only_the_first_memory_counts():
    assert first_memory(home(*quotes(HOME, ["t1", "t2", "t0"]))) == "neither"


def test_nothing_recalled_is_neither():
    assert first_memory(home()) == "neither"


@pytest.mark.parametrize("turn", ["t0", "t2"])
def test_a_citation_that_the_text_does_not_bear_out_is_neither(turn):
    assert first_memory(home(("my dog is red", [turn]))) == "neither"


def test_a_true_text_that_cites_nothing_is_neither():
    assert first_memory(home(("I moved to Denver", []))) == "neither"


@pytest.mark.parametrize(("text", "verdict"), [("home is Denver", "current"), ("home is Boston", "stale")])
def test_a_value_in_other_words_is_enough(text, verdict):
    assert first_memory(home((text, ["t0", "t2"]))) == verdict


def test_a_memory_of_both_with_the_current_value_is_current():
    assert first_memory(home(("moved from Boston to Denver", ["t0", "t2"]))) == "current"


def test_a_memory_of_both_turns_is_stale_where_the_current_value_is_not_in_its_text():
    asked = home(("I live in Boston. I moved to Denver", ["t0", "t2"]), values=("Mile High City",))
    assert first_memory(asked) == "stale"


def test_a_memory_of_both_is_current_where_no_value_is_known():
    asked = home(("I live in Boston. I moved to Denver", ["t0", "t2"]), values=(), stale_values=())
    assert first_memory(asked) == "current"


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["t0", "t1", "t2", "never said"]), max_size=4))
def test_current_stale_and_neither_sum_to_1(turns):
    asked = ranked(home(), turns)
    assert sum(value(metric, asked) for metric in (CURRENT, STALE, NEITHER)) == 1.0


def test_stale_excess_is_stale_less_the_share_of_superseded_turns():
    assert value(EXCESS, home(*quotes(HOME, ["t0"]))) == 0.5
    assert value(EXCESS, home(*quotes(HOME, ["t2"]))) == -0.5


@pytest.mark.parametrize("memories", [[], quotes(HOME, ["t1"])], ids=["empty", "other"])
def test_stale_excess_is_blank_where_the_first_memory_is_neither(memories):
    assert scores(EXCESS, home(*memories)) == []
    assert value(NEITHER, home(*memories)) == 1.0


@settings(max_examples=30)
@given(s=st.integers(1, 6), c=st.integers(1, 6))
def test_stale_excess_is_0_on_average_over_random_first_memories(s, c):
    life = lived([f"home is old{n}" for n in range(s)], [f"home is new{n}" for n in range(c)])
    turns = list(life.turns)
    asked = ask(life, evidence=[nugget(*turns[s:])], stale=turns[:s])
    found = [score(EXCESS, ranked(asked, [turn])) for turn in turns]
    assert sum(one.value for one in found) == pytest.approx(0, abs=1e-12)
    assert {one.chance for one in found} == {0.0}


@pytest.mark.parametrize("metric", [CURRENT, STALE, NEITHER, EXCESS], ids=lambda metric: metric.name)
def test_a_value_that_was_never_updated_is_not_judged(metric):
    assert scores(metric, ask(HOME, quotes(HOME, ["t2"]), evidence=[nugget("t2")])) == []


@pytest.mark.parametrize("metric", [CURRENT, STALE, NEITHER, EXCESS], ids=lambda metric: metric.name)
def test_a_query_without_evidence_is_not_judged(metric):
    assert scores(metric, ask(HOME, quotes(HOME, ["t0"]), stale=["t0"])) == []


@pytest.mark.parametrize(("metric", "best"), [(CURRENT, 1.0), (STALE, 0.0), (NEITHER, 0.0), (EXCESS, -0.5)])
def test_the_oracle_gets_what_is_attainable(metric, best):
    asked = home(*quotes(HOME, ["t0"]))
    assert score(metric, asked).attainable == value(metric, asked.ideal_asked) == best


def test_only_current_first_should_be_high():
    assert [metric.higher_is_better for metric in (CURRENT, STALE, NEITHER, EXCESS)] == [True, False, False, False]


@pytest.mark.parametrize("what", ["current", "stale", "", "excess", None])
def test_any_other_question_is_refused(what):
    with pytest.raises(ValueError, match="metric first_memory: what"):
        FirstMemory(what, 512)


def test_the_first_memory_is_judged_as_far_as_it_fits_the_budget():
    text = "my dog is red and my house is big. I moved to Denver"
    assert first_within(home((text, ["t2"])), 512) == "current"
    assert first_within(home((text, ["t2"])), 8) == "neither"
