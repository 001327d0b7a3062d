"""`used@k` and its kin, from rows that were measured."""

from dataclasses import replace

import pytest
from build_asked import ask, lived, nugget, quotes, scores, value

from memlab.metrics.used import NAMES, Used
from memlab.metrics.uses import Use, measured_by, read_uses, verdict, write_uses

LIFE = lived(["I live in Boston", "my code is 1234", "tea again"], ["I moved to Denver"], superseded={"t0": "t3"})


def use(place, effect, bar=0.1, **others):
    about = {"query": "q0", "place": place, "group": place, "impostor": 0.0, "shapley": None}
    about |= dict.fromkeys(("lexical", "lexical_bar", "nearness", "nearness_bar"))
    return Use(effect=effect, bar=bar, **about | others)


def asked(*effects, **others):
    told = ask(LIFE, quotes(LIFE, ["t3", "t0", "t1", "t2"]), evidence=[nugget("t3")], stale=["t0"], forbidden=["t1"])
    return replace(told, uses=tuple(use(place, effect, **others) for place, effect in enumerate(effects)))


def shares(told, k=10):
    return {what: value(Used(what, k), told) for what in ("used", "helpful", "harmful", "inert")}


def test_helpful_harmful_and_inert_are_everything():
    assert shares(asked(0.5, -0.5, 0.05, -0.1)) == {"used": 0.5, "helpful": 0.25, "harmful": 0.25, "inert": 0.5}


def test_only_the_first_k_count_and_of_fewer_all():
    assert shares(asked(0.5, -0.5, 0.0), k=1) == {"used": 1.0, "helpful": 1.0, "harmful": 0.0, "inert": 0.0}
    assert shares(asked(0.5, -0.5), k=5)["used"] == 1.0


def test_what_the_used_ones_bear_out():
    told = asked(0.5, -0.5, -0.5, 0.5)
    assert [value(Used(what, 10), told) for what in ("current", "stale", "forbidden")] == [0.25, 0.25, 0.25]
    inert = asked(0.0, 0.0, 0.0, 0.0)
    assert [value(Used(what, 10), inert) for what in ("current", "stale", "forbidden")] == [0.0, 0.0, 0.0]


def test_a_question_that_was_not_measured_is_not_judged():
    assert [scores(Used(what, 5), asked()) for what in NAMES] == [[]] * len(NAMES)


def test_without_probabilities_the_reply_alone_is_gone_by():
    told = asked(None, None, bar=None, impostor=None, lexical=0.5, lexical_bar=0.25, nearness=0.25, nearness_bar=0.5)
    assert value(Used("by_words", 5), told) == 1.0
    assert value(Used("by_meaning", 5), told) == 0.0
    assert [scores(Used(what, 5), told) for what in ("used", "inert", "current", "placebo")] == [[]] * 4


def test_the_instruments_own_error_is_how_many_placebos_pass_for_used():
    assert value(Used("placebo", 5), asked(0.0, 0.0, impostor=0.3)) == 1.0
    assert value(Used("placebo", 5), asked(0.0, 0.0, impostor=-0.1)) == 0.0


def test_a_placebo_is_held_against_the_bar_as_a_memory_is():
    """What is beyond the bar by rounding alone is inert, whichever of the two it is."""
    beyond = 0.1 + 1e-12
    told = asked(beyond, bar=0.1, impostor=beyond)
    assert (value(Used("used", 5), told), value(Used("placebo", 5), told)) == (0.0, 0.0)


def test_what_does_not_exceed_the_bar_is_inert():
    assert [verdict(effect, 0.25) for effect in (0.25, -0.25, 0.25 + 1e-12)] == ["inert"] * 3


def test_rows_are_read_back_as_they_were_written(tmp_path):
    rows = [use(0, 0.5, lexical=0.25, lexical_bar=0.0), use(1, None, None, shapley=0.1)]
    write_uses(tmp_path, "ann", rows, "abc")
    assert read_uses(tmp_path, "ann") == {"q0": tuple(rows)}
    assert (measured_by(tmp_path, "ann"), measured_by(tmp_path, "bob")) == ("abc", None)
    assert read_uses(tmp_path, "bob") == {}


@pytest.mark.parametrize(
    ("what", "k", "message"), [("usd", 5, "what is 'usd'; it must be one of"), ("used", 0, "k is 0")]
)
def test_what_does_not_exist_is_refused(what, k, message):
    with pytest.raises(ValueError, match=message):
        Used(what, k)
