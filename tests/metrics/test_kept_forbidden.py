"""`kept_forbidden_share`: what is held of what was not to be kept."""

import pytest
from build_asked import ask, hold, lived

from memlab.metrics.frames import RunFrames
from memlab.metrics.kept_forbidden import KeptForbiddenShare

LIFE = lived(["a", "b", "c", "d"], erased={"t3": 3})


def shares(held, forbidden):
    asked = ask(LIFE, forbidden=forbidden, position=held.position)
    return [score.value for score in KeptForbiddenShare().score(RunFrames([asked], [held]))]


@pytest.mark.parametrize(
    ("cited", "share"), [([], 0.0), (["t0"], 0.0), (["t1"], 0.5), (["t0", "t1", "t2"], 1.0), (["t1", "t3"], 0.5)]
)
def test_it_is_the_share_of_forbidden_turns_that_are_cited(cited, share):
    assert shares(hold(LIFE, (cited, None), position=5), ["t1", "t2", "t3"]) == [share]


def test_where_nothing_but_erased_turns_is_forbidden_there_is_no_figure():
    assert shares(hold(LIFE, (["t0"], None), position=5), ["t3"]) == []


def test_a_session_end_without_a_question_has_none():
    asked = ask(LIFE, forbidden=["t1"], position=9)
    assert list(KeptForbiddenShare().score(RunFrames([asked], [hold(LIFE, position=5)]))) == []
