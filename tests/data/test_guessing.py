import pytest

from memlab.data.guessing import folds_of, guess, id_features, most_telling
from memlab.seeds import Draw

N = 400


def drawn(name, permille=500, n=N):
    draw = Draw(0, name)
    return [draw.chance(permille) for _ in range(n)]


def owners(n=N):
    return [f"user {place % 5}" for place in range(n)]


def folds(n=N):
    return folds_of(owners(n), range(n))


def test_what_tells_everything_puts_every_pair_in_order():
    holds = drawn("holds")
    found = guess("itself", holds, "x", holds, folds())
    assert (found.right, found.leaks) == (1.0, True)
    assert found.pairs == sum(holds) * (N - sum(holds))


def test_what_tells_nothing_stays_near_one_half():
    found = guess("another draw", drawn("another"), "x", drawn("holds"), folds())
    assert abs(found.right - 0.5) < 0.1
    assert not found.leaks


def test_what_is_always_the_same_is_exactly_chance():
    assert guess("constant", [1] * N, "x", drawn("holds", 137), folds()).right == 0.5


def test_what_occurs_once_tells_nothing():
    """An id is its own, so learning it by heart must not count: the share is learned on other users."""
    assert not guess("id", range(N), "x", drawn("holds"), folds()).leaks


def test_a_pair_is_worked_by_hand():
    """Eight cases of two users, four with the label: all 16 pairs are in order, all are reversed, or half are."""
    found = guess("letter", "aabbaabb", "x", [True, True, False, False] * 2, [0] * 4 + [1] * 4)
    assert (found.right, found.pairs) == (1.0, 16)
    assert guess("letter", "aabbbbaa", "x", [True, True, False, False] * 2, [0] * 4 + [1] * 4).right == 0.0
    assert guess("letter", "aaaaaaaa", "x", [True, True, False, False] * 2, [0] * 4 + [1] * 4).right == 0.5


def test_pairs_are_compared_within_a_stratum_only():
    holds = [place % 2 == 0 for place in range(N)]
    speakers = ["user" if hold else "assistant" for hold in holds]
    assert guess("parity", [p % 2 for p in range(N)], "x", holds, folds(), speakers).pairs == 0
    assert guess("parity", [p % 2 for p in range(N)], "x", holds, folds()).right == 1.0


def test_few_clusters_raise_the_bound():
    holds = [place % 20 < 10 for place in range(N)]
    alone = guess("x", [0] * N, "x", holds, folds())
    together = guess("x", [0] * N, "x", holds, folds(), clusters=[place // 100 for place in range(N)])
    assert alone.bound == 0.75
    assert together.bound > 0.75


@pytest.mark.parametrize("holds", [[False] * N, [True] * N, []])
def test_where_no_pair_is_there_nothing_is_told(holds):
    assert not guess("x", range(len(holds)), "x", holds, folds(len(holds))).leaks
    assert most_telling({"x": list(range(len(holds)))}, {"x": holds}, folds(len(holds))) is None


def test_the_most_telling_feature_is_named():
    holds = drawn("holds")
    found = most_telling({"a": drawn("a"), "b": holds, "c": drawn("c")}, {"x": holds}, folds())
    assert found is not None
    assert (found.feature, found.label) == ("b", "x")


def test_a_single_owner_is_split_by_parts():
    assert folds_of(["u"] * 4, [0, 0, 1, 2]) == [0, 0, 1, 0]
    assert folds_of(["u", "v", "u", "w"], [0] * 4) == [0, 1, 0, 2]


def test_ids_are_seen_by_beginning_end_form_and_length():
    seen = dict(id_features(["answer_12", "ab"], "its id"))
    assert seen["the first 6 characters of its id"] == ["answer", "ab"]
    assert seen["the last 1 characters of its id"] == ["2", "b"]
    assert seen["the form of its id"] == ["answer_00", "ab"]
    assert seen["the length of its id"] == [9, 2]
