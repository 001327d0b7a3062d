"""Sessions of users who react: resolved by the gold, counted from what the user did."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from memlab.life import Gold
from memlab.metrics.base import Score
from memlab.metrics.frames import Felt, RunFrames
from memlab.metrics.satisfaction import Satisfaction
from memlab.metrics.session_proxy import UNITS, SessionProxy
from memlab.metrics.sittings import answered, sittings
from memlab.testing import START

GOLD = Gold(kind="current_value", answers=("Denver",), choices=("Boston", "Denver"))
BLANK = {"attempt": 0, "allowed": 3, "held": True, "is_due": True, "goal": "answer", "reaction": "", "noticed": []}
BLANK |= {"thumbs": 0, "mood": 0.5, "seconds": 1.0, "query": None, "user": "u"}


def felt(session, **told):
    return Felt(**BLANK | {"session": session, "at": START + timedelta(days=10 * session)} | told)


def asked(query, choice, reply="so", user="u"):
    return SimpleNamespace(life=SimpleNamespace(user=user), query=query, choice=choice, reply=reply, gold=GOLD)


def run(felts, askeds=()):
    return RunFrames(askeds, (), felts)


WHOLE = run(
    [
        felt(0, is_due=False),
        felt(1, query="q1", attempt=1, reaction="repeat", noticed=["asked_again"]),
        felt(1, query="q2", attempt=2, reaction="correction", noticed=["stale", "intrusion"]),
        felt(1, query="q3", attempt=3, reaction="thanks", noticed=["right"]),
        felt(1, thumbs=1),
        felt(2, held=False),
        felt(3, query="q4", attempt=1, reaction="objection", noticed=["stale"]),
        felt(3, query="q5", attempt=2, reaction="leaving", noticed=["asked_again"]),
        felt(3, thumbs=-1),
        felt(4, held=False),
    ],
    [asked("q1", None), asked("q2", "Boston"), asked("q3", "denver"), asked("q4", "Boston"), asked("q5", None)],
)


def values(proxy):
    return {score.session: score.value for score in SessionProxy(proxy).score(WHOLE)}


@pytest.mark.parametrize(
    ("proxy", "found"),
    [
        ("resolved", {1: 1, 2: 0, 3: 0, 4: 0}),
        ("turns_to_resolution", {1: 3, 2: 4, 3: 4, 4: 4}),
        ("repeats", {1: 1, 2: 0, 3: 0, 4: 0}),
        ("corrections", {1: 1, 2: 0, 3: 0, 4: 0}),
        ("objections", {1: 0, 2: 0, 3: 1, 4: 0}),
        ("intrusions", {1: 1, 2: 0, 3: 0, 4: 0}),
        ("thumbs", {1: 1, 2: 0, 3: -1, 4: 0}),
        ("return_gap_days", {1: 20.0, 3: 10.0}),
    ],
)
def test_what_each_proxy_counts(proxy, found):
    assert values(proxy) == found


def test_every_proxy_is_counted_above():
    assert len(UNITS) == 8


def test_a_session_of_the_warm_up_is_no_outcome_and_one_not_held_is_unresolved():
    assert [(one.session, one.held, one.resolved) for one in sittings(WHOLE)] == [
        (1, True, True),
        (2, False, False),
        (3, True, False),
        (4, False, False),
    ]


def test_what_the_user_thinks_resolves_nothing():
    thanked = felt(1, query="q", attempt=1, reaction="thanks", noticed=["right"])
    pleased = run([thanked, felt(1)], [asked("q", "Boston")])
    assert [one.resolved for one in sittings(pleased)] == [False]


def test_a_reply_without_a_choice_is_right_where_it_names_the_answer_alone():
    assert answered(asked("q", None, "You live in Denver."))
    assert not answered(asked("q", None, "Boston or Denver?"))
    assert not answered(asked("q", None, "Boston."))
    assert not answered(asked("q", None, None))


def test_the_composite_is_the_declared_sum():
    weights = {
        "resolved": 1,
        "repeats": -0.1,
        "corrections": -0.1,
        "objections": -0.2,
        "intrusions": -0.2,
        "thumbs": 0.1,
    }
    found = [score.value for score in Satisfaction(weights).score(WHOLE)]
    assert found == pytest.approx([1 - 0.1 - 0.1 - 0.2 + 0.1, 0, -0.2 - 0.1, 0])


def test_users_who_do_not_react_are_not_judged():
    nobody = RunFrames([asked("q1", "Denver")], ())
    assert [score for name in UNITS for score in SessionProxy(name).score(nobody)] == []
    assert all(isinstance(score, Score) for score in SessionProxy("resolved").score(WHOLE))


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="proxy is 'joy'"):
        SessionProxy("joy")
    with pytest.raises(ValueError, match="weights are of"):
        Satisfaction({"resolved": 1.0})
