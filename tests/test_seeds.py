"""Seeds by name, draws by counter."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.seeds import Draw, derive

LAW = settings(max_examples=60, derandomize=True)
NAMES = st.lists(st.text("abc", max_size=3), max_size=3).map(tuple)


def test_the_stream_of_draws_never_changes():
    draw = Draw(0, "pinned", 1)
    assert [draw.below(1000) for _ in range(10)] == [306, 338, 183, 42, 712, 886, 493, 502, 604, 845]


def test_a_derived_seed_never_changes():
    assert derive(0, "user", 3) == 8386372874577037626


@LAW
@given(st.lists(NAMES, min_size=1, max_size=5))
def test_a_seed_does_not_depend_on_what_was_derived_before(paths):
    forward = {names: derive(7, *names) for names in paths}
    backward = {names: derive(7, *names) for names in reversed(paths)}
    assert forward == backward


@LAW
@given(NAMES, NAMES)
def test_seeds_are_equal_only_where_names_are(one, other):
    assert (derive(7, *one) == derive(7, *other)) == (one == other)


@LAW
@given(st.integers(), st.integers(), NAMES)
def test_seeds_are_equal_only_where_roots_are(one, other, names):
    assert (derive(one, *names) == derive(other, *names)) == (one == other)


@LAW
@given(st.integers(), NAMES)
def test_a_seed_has_64_bits(root, names):
    assert 0 <= derive(root, *names) < 2**64


@LAW
@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=6), st.lists(st.integers(1, 9), max_size=6))
def test_a_draw_does_not_depend_on_other_streams(bounds, others):
    alone, beside, other = Draw(1, "a"), Draw(1, "a"), Draw(1, "b")
    expected = [alone.below(n) for n in bounds]
    for n in others:
        other.below(n)
    assert [beside.below(n) for n in bounds] == expected


@LAW
@given(st.integers(1, 2**70), st.integers(0, 5))
def test_a_draw_is_at_least_zero_and_below_its_bound(n, root):
    assert 0 <= Draw(root, "bounds").below(n) < n


def test_draws_below_six_are_uniform():
    draw = Draw(0, "dice")
    counts = Counter(draw.below(6) for _ in range(6000))
    assert all(850 <= counts[face] <= 1150 for face in range(6))


def test_successive_draws_are_independent():
    draw = Draw(0, "pairs")
    pairs = Counter((draw.below(2), draw.below(2)) for _ in range(6000))
    assert all(1350 <= pairs[a, b] <= 1650 for a in (0, 1) for b in (0, 1))


@pytest.mark.parametrize("n", [0, -1])
def test_a_bound_that_is_not_positive_is_refused(n):
    with pytest.raises(ValueError, match=f"cannot draw below {n}"):
        Draw(0).below(n)


def test_both_ends_can_be_drawn_and_nothing_beyond():
    draw = Draw(0, "between")
    assert {draw.between(3, 6) for _ in range(200)} == {3, 4, 5, 6}


def test_a_low_end_above_the_high_end_is_refused():
    with pytest.raises(ValueError, match="cannot draw below"):
        Draw(0).between(3, 1)


def test_a_chance_comes_true_as_often_as_it_says():
    draw = Draw(0, "chance")
    assert 1650 <= sum(draw.chance(300) for _ in range(6000)) <= 1950


@pytest.mark.parametrize(("permille", "outcomes"), [(0, {False}), (1000, {True})])
def test_the_impossible_never_and_the_certain_always_happens(permille, outcomes):
    draw = Draw(0, "sure")
    assert {draw.chance(permille) for _ in range(2000)} == outcomes


def test_every_option_can_be_chosen():
    draw = Draw(0, "choice")
    assert {draw.choice("abc") for _ in range(100)} == set("abc")


@LAW
@given(st.lists(st.integers(0, 3)), st.integers(0, 5))
def test_shuffling_loses_and_adds_nothing(options, root):
    assert Counter(Draw(root, "shuffle").shuffled(options)) == Counter(options)


def test_shuffling_leaves_its_argument_alone():
    options = list(range(20))
    Draw(0, "shuffle").shuffled(options)
    assert options == list(range(20))


def test_every_order_of_a_shuffle_is_equally_likely():
    draw = Draw(0, "orders")
    counts = Counter(tuple(draw.shuffled("abc")) for _ in range(6000))
    assert len(counts) == 6
    assert all(850 <= count <= 1150 for count in counts.values())


@LAW
@given(st.lists(st.integers(0, 20), max_size=12), st.integers(0, 15))
def test_some_are_drawn_without_drawing_one_twice(options, n):
    some = Draw(3, "some").some(options, n)
    assert len(some) == min(n, len(options))
    assert not Counter(some) - Counter(options)


def test_every_option_is_as_likely_to_be_among_some():
    often = Counter(option for n in range(3000) for option in Draw(n, "some").some("abcdef", 2))
    assert all(900 <= often[option] <= 1100 for option in "abcdef")
