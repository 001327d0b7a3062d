"""`unsupported_share`: how often a memory cites a turn that its text does not bear out."""

import pytest
from build_asked import ask, lived, nugget, quotes, score, scores, value

from memlab.metrics.unsupported_share import UnsupportedShare

LIFE = lived(["I moved to Denver", "my dog is red"])


def share(*memories, evidence=()):
    """The share of one recall."""
    return value(UnsupportedShare(), ask(LIFE, memories, evidence=evidence))


def test_turns_in_their_own_words_are_supported():
    assert share(*quotes(LIFE, ["t0", "t1"])) == 0.0


def test_a_source_that_was_never_said_counts_1():
    assert share(("I moved to Denver", ["t9"])) == 1.0


def test_the_share_runs_over_citations_and_not_over_memories():
    assert share(("I moved to Denver", ["t0"]), ("my dog is red", ["t1", "t0", "t9"])) == 0.5


def test_an_empty_text_supports_nothing():
    assert share(("", ["t0", "t1"])) == 1.0


def test_a_value_of_the_nugget_supports_its_turn():
    assert share(("home: Denver", ["t0"]), evidence=[nugget("t0", values=("Denver",))]) == 0.0


def test_half_of_the_words_do_not_replace_a_value():
    assert share(("I moved", ["t0"]), evidence=[nugget("t0", values=("Denver",))]) == 1.0
    assert share(("I moved", ["t0"])) == 0.0


def test_queries_without_evidence_are_judged_too():
    assert len(scores(UnsupportedShare(), ask(LIFE, quotes(LIFE, ["t0"])))) == 1


@pytest.mark.parametrize("memories", [[], [("I moved to Denver", [])]], ids=["none", "uncited"])
def test_a_recall_without_citations_is_not_judged(memories):
    assert scores(UnsupportedShare(), ask(LIFE, memories)) == []


def test_the_oracle_gets_what_is_attainable():
    asked = ask(LIFE, [("nothing", ["t0"])], evidence=[nugget("t0"), nugget("t1")])
    assert score(UnsupportedShare(), asked).attainable == value(UnsupportedShare(), asked.ideal_asked) == 0.0
