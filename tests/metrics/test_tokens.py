"""`recalled_tokens`: how much text is put before the reader."""

from build_asked import ask, lived, nugget, plain_life, score, scores, value
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.metrics.tokens import RecalledTokens


def test_it_is_the_sum_over_memories():
    asked = ask(plain_life(2), [("I moved to Denver.", ["t0"]), ("my dog", ["t1"])])
    assert value(RecalledTokens(), asked) == 7.0


def test_an_empty_recall_is_0_and_judged():
    assert value(RecalledTokens(), ask(plain_life(2))) == 0.0


def test_every_query_counts_with_evidence_or_without():
    life = lived(["one"])
    found = scores(RecalledTokens(), ask(life, [("one", [])]), ask(life, [("one two", [])], evidence=[nugget("t0")]))
    assert [one.value for one in found] == [1.0, 2.0]


@settings(max_examples=30)
@given(texts=st.lists(st.text(max_size=20), max_size=4), order=st.randoms(use_true_random=False))
def test_the_order_of_memories_is_no_matter(texts, order):
    shuffled = order.sample(texts, len(texts))
    one, other = (ask(plain_life(1), [(text, []) for text in found]) for found in (texts, shuffled))
    assert value(RecalledTokens(), one) == value(RecalledTokens(), other)


def test_it_has_no_direction_and_no_bounds():
    found = score(RecalledTokens(), ask(plain_life(1)))
    assert RecalledTokens().higher_is_better is found.chance is found.attainable is None
