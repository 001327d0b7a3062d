"""Assignment: sticky, by shares, another with another salt, and tested for being so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.satisfaction.assignment import Assignment, split_of

USERS = [f"u{n}" for n in range(4000)]


@settings(max_examples=60)
@given(user=st.text(), salt=st.text(), split=st.floats(0.01, 0.99), holdout=st.floats(0, 0.9))
def test_a_user_is_where_they_were(user, salt, split, holdout):
    arms = Assignment(a="x", b="y", salt=salt, split=split, holdout=holdout)
    again = Assignment(a="x", b="y", salt=salt, split=split, holdout=holdout)
    assert arms.arm(user) == again.arm(user)
    assert arms.arm(user) in arms.shares
    assert sum(arms.shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(("split", "holdout"), [(0.5, 0.0), (0.5, 0.1), (0.1, 0.0), (0.3, 0.25)])
def test_arms_have_their_shares(split, holdout):
    arms = Assignment(a="bm25", b="hybrid", salt="s", split=split, holdout=holdout)
    found = split_of(list(arms.users(USERS).values()), arms.shares)
    assert found.p > 0.001
    assert list(found.counts) == list(arms.shares)
    assert found.expected["bm25"] == pytest.approx(4000 * split * (1 - holdout))


def test_nobody_is_held_out_where_an_arm_is_none_already():
    assert Assignment(a="none", b="hybrid", salt="s", split=0.1, holdout=0.1).shares == {"none": 0.1, "hybrid": 0.9}
    assert Assignment(a="bm25", b="none", salt="s", holdout=0.1).shares == {"bm25": 0.5, "none": 0.5}


def test_another_salt_cuts_across():
    one, other = (Assignment(a="x", b="y", salt=salt).users(USERS) for salt in ("1", "2"))
    together = np.array([[one[u] == "y", other[u] == "y"] for u in USERS])
    assert abs(np.corrcoef(together.T)[0, 1]) < 0.06


def test_a_mismatch_is_seen():
    arms = Assignment(a="x", b="y", salt="s")
    kept = [arm for place, arm in enumerate(arms.users(USERS).values()) if arm == "x" or place % 8]
    assert split_of(kept, arms.shares).p < 0.001


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"b": "x"}, "arms a and b are both 'x'"),
        ({"split": 0.0}, "split is 0.0; it must be over 0 and under 1"),
        ({"split": 1.0}, "split is 1.0"),
        ({"holdout": 1.0}, "holdout is 1.0"),
        ({"holdout": -0.1}, "holdout is -0.1"),
    ],
)
def test_what_is_no_experiment_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        Assignment(**{"a": "x", "b": "y", "salt": "s"} | wrong)


def test_an_arm_without_a_share_is_named():
    with pytest.raises(ValueError, match="users are in arms that have no share: z; the arms are x, y"):
        split_of(["x", "z"], {"x": 0.5, "y": 0.5})
