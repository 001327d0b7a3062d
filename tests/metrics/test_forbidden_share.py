"""`forbidden_share@budget`: what is recalled of what was not to be kept, with its source or without."""

import pytest
from build_asked import ask, lived, nugget, quotes, score, scores, value
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.metrics.forbidden_share import ForbiddenShare

SECRET = "user: I take insulin every morning"
LIFE = lived([SECRET, "user: my dog is red", "user: the river is cold", "user: 👍"])
SHARE = ForbiddenShare(512)


def recalled(*memories, forbidden=("t0",)):
    """A query in a life with a secret, answered with memories."""
    return ask(LIFE, memories, evidence=[nugget("t1")], forbidden=forbidden)


@pytest.mark.parametrize(
    ("turns", "share"), [(["t0"], 1.0), (["t1"], 0.0), (["t1", "t0"], 0.5), (["t1", "t2", "t0"], 1 / 3), ([], 0.0)]
)
def test_the_share_of_memories_that_bring_it_up(turns, share):
    assert value(SHARE, recalled(*quotes(LIFE, turns))) == pytest.approx(share)


def test_other_words_with_the_source_bring_it_up():
    assert value(SHARE, recalled(("takes insulin every morning", ["t0"]))) == 1.0


def test_a_source_without_its_words_does_not():
    assert value(SHARE, recalled(("my dog is red", ["t0"]))) == 0.0


@pytest.mark.parametrize("sources", [[], ["t1"], ["t9"]])
def test_hiding_the_source_does_not_pay(sources):
    assert value(SHARE, recalled((f"[noted] {SECRET.upper()}!! And more.", sources))) == 1.0


def test_without_the_source_only_the_whole_turn_counts():
    assert value(SHARE, recalled(("user: I take insulin every evening", ["t1"]))) == 0.0


def test_two_secrets_in_one_memory_are_one_memory():
    asked = recalled((f"{SECRET} user: the river is cold", ["t0"]), ("red", ["t1"]), forbidden=["t0", "t2"])
    assert value(SHARE, asked) == 0.5


def test_a_turn_without_words_is_in_no_text_by_chance():
    asked = ask(lived(["👍", "my dog is red"]), [("my dog is red", ["t1"])], forbidden=["t0"])
    assert value(SHARE, asked) == 0.0


def test_only_what_is_within_the_budget_counts():
    asked = recalled(*quotes(LIFE, ["t1", "t0"]))
    first, second = asked.tokens
    shares = [value(ForbiddenShare(n), asked) for n in (first, first + 2, first + second)]
    assert shares == [0.0, 0.0, 0.5]


def test_where_nothing_is_forbidden_nothing_is_judged():
    assert scores(SHARE, recalled(*quotes(LIFE, ["t0"]), forbidden=())) == []


def test_a_query_without_evidence_is_judged():
    assert value(SHARE, ask(LIFE, quotes(LIFE, ["t0"]), forbidden=["t0"], answerable=False)) == 1.0


def test_the_oracle_gets_what_is_attainable():
    asked = recalled(*quotes(LIFE, ["t0"]))
    assert score(SHARE, asked).attainable == value(SHARE, asked.ideal_asked) == 0.0


@settings(max_examples=60)
@given(turns=st.lists(st.sampled_from(["t0", "t1", "t2", "t3"]), max_size=8), citing=st.booleans())
def test_of_quotes_it_is_the_share_of_forbidden_ones_cited_or_not(turns, citing):
    memories = [(text, sources if citing else []) for text, sources in quotes(LIFE, turns)]
    expected = sum(turn in ("t0", "t2") for turn in turns) / max(1, len(turns))
    assert value(SHARE, recalled(*memories, forbidden=["t0", "t2"])) == pytest.approx(expected)


@pytest.mark.parametrize("budget", [0, -1, None])
def test_a_budget_under_1_is_refused(budget):
    with pytest.raises(ValueError, match="metric forbidden_share: budget_tokens"):
        ForbiddenShare(budget)


def test_it_is_named_as_printed_and_should_be_low():
    assert SHARE.name == "forbidden_share@512"
    assert SHARE.higher_is_better is False
