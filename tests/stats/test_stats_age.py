"""How scores fall with age: octaves that part the queries, and one slope."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.stats.age import by_octave, slope_per_doubling

LAW = settings(max_examples=60)
HOURS = st.integers(0, 24 * 1000).map(lambda hours: hours / 24)
KEYS = st.tuples(st.sampled_from("abc"), st.sampled_from([f"q{n}" for n in range(8)]))
AGES = st.dictionaries(KEYS, HOURS, min_size=1)
SCORES = st.dictionaries(KEYS, st.integers(0, 4).map(lambda quarters: quarters / 4), min_size=1)


def column(*values: float, user: str = "u") -> dict[tuple[str, str], float]:
    """The values of queries q0, q1, … of a user."""
    return {(user, f"q{n}"): value for n, value in enumerate(values)}


@LAW
@given(scores=SCORES, ages=AGES)
def test_octaves_part_the_queries(scores, ages):
    octaves = by_octave(scores, ages)
    shared = scores.keys() & ages.keys()
    assert sum(octave.mean.n for octave in octaves) == len(shared)
    for octave in octaves:
        inside = [scores[key] for key in shared if octave.low_days <= ages[key] < octave.high_days]
        assert octave.mean.n == len(inside)
        assert octave.mean.mean == pytest.approx(sum(inside) / len(inside))


@LAW
@given(ages=AGES)
def test_octaves_rise_and_do_not_overlap(ages):
    octaves = by_octave(dict.fromkeys(ages, 1.0), ages)
    assert all(one.high_days <= other.low_days for one, other in pairwise(octaves))
    assert all(octave.high_days == 2 * octave.low_days + 1 for octave in octaves)


@pytest.mark.parametrize(
    ("age", "bounds"),
    [(0, (0, 1)), (0.99, (0, 1)), (1, (1, 3)), (3, (3, 7)), (7, (7, 15)), (14.9, (7, 15)), (365, (255, 511))],
)
def test_an_age_on_a_bound_belongs_to_the_older_octave(age, bounds):
    (octave,) = by_octave(column(1.0), column(age))
    assert (octave.low_days, octave.high_days) == bounds


def test_queries_without_an_age_or_a_score_are_left_out():
    assert by_octave(column(1.0), column(1.0, user="other")) == []
    assert slope_per_doubling(column(1.0), column(1.0, user="other")) is None


def test_one_doubling_is_one_step():
    found = slope_per_doubling(column(1.0, 0.9, 0.8, 0.7), column(0, 1, 3, 7))
    assert found.mean == pytest.approx(-0.1)


def test_the_slope_knows_how_many_users_it_comes_from():
    scores = column(1.0, 0.5, user="a") | column(0.9, 0.5, user="b") | column(0.8, user="c")
    found = slope_per_doubling(scores, column(0, 7, user="a") | column(1, 7, user="b"))
    assert (found.n, found.users) == (4, 2)
    assert found.low < found.mean < found.high


@pytest.mark.parametrize("ages", [(5.0,), (5.0, 5.0, 5.0), (0.0, 0.0)])
def test_evidence_of_one_age_has_no_slope(ages):
    assert slope_per_doubling(column(*[0.5] * len(ages)), column(*ages)) is None


def test_a_score_that_does_not_change_has_the_slope_0():
    assert slope_per_doubling(column(0.5, 0.5, 0.5), column(1, 2, 30)).mean == pytest.approx(0, abs=1e-12)
