"""Percentiles that know when to be silent, and how far users are apart in them."""

import numpy as np
import pytest

from memlab.stats.timings import percentiles


def rows(what, *seconds, user="ann"):
    """Timings in order."""
    return [{"user": user, "what": what, "seconds": one} for one in seconds]


def test_the_first_ten_of_each_user_are_dropped():
    slow, fast = [9.0] * 10, [0.001, 0.002, 0.003]
    found = percentiles(rows("recall", *slow, *fast) + rows("recall", *slow, 0.004, 0.005, user="bob"))
    assert found["recall_p50_ms"] == pytest.approx(3.0)


def test_the_first_ten_of_each_thing_measured_are_dropped():
    found = percentiles(rows("observe", *[9.0] * 10, 0.001) + rows("recall", *[9.0] * 10, 0.002))
    assert (found["observe_p50_ms"], found["recall_p50_ms"]) == (1.0, 2.0)


def test_ten_timings_are_all_warm_up():
    assert percentiles(rows("recall", *[1.0] * 10))["recall_p50_ms"] is None


def test_every_percentile_is_present_and_blank_without_timings():
    found = percentiles([])
    names = {f"{w}_p{p}_ms" for w in ("observe", "recall", "session_end") for p in (50, 95, 99)}
    ends = {f"{name}_{end}" for name in names for end in ("low", "high")}
    assert found.keys() == names | ends | {"encode_seconds"}
    assert set(found.values()) == {None}


def test_encoding_adds_up_and_is_in_no_percentile():
    found = percentiles([*rows("encode", 1.5, 2.5), *rows("recall", *[0.001] * 11)])
    assert found["encode_seconds"] == 4.0
    assert found["recall_p50_ms"] == 1.0


@pytest.mark.parametrize(("percentile", "needed"), [(50, 1), (95, 200), (99, 1000)])
def test_a_percentile_is_blank_under_the_count_that_it_needs(percentile, needed):
    seconds = [0.001 * (1 + n) for n in range(needed)]
    name = f"recall_p{percentile}_ms"
    assert percentiles(rows("recall", *[1.0] * 10, *seconds[:-1]))[name] is None
    assert percentiles(rows("recall", *[1.0] * 10, *seconds))[name] == pytest.approx(
        1000 * np.percentile(seconds, percentile), abs=1e-4
    )


def lived(users, each, generator, spread=0.3):
    """Timings of users of whom some are slower than others, after their first ten."""
    found = []
    for user, slow in enumerate(generator.normal(0, spread, users)):
        seconds = np.exp(slow + generator.normal(-6, 0.4, each))
        found += rows("recall", *[9.0] * 10, *map(float, seconds), user=f"u{user}")
    return found


def ends(found, name):
    return found[f"{name}_low"], found[f"{name}_high"]


def test_the_interval_is_over_users_and_not_over_timings():
    """Ten times the timings of users who differ tell as little; users who are alike are another matter."""
    few, many = (percentiles(lived(20, each, np.random.default_rng(1))) for each in (20, 200))
    alike = percentiles(lived(20, 200, np.random.default_rng(1), spread=0.0))
    widths = [high - low for low, high in (ends(one, "recall_p50_ms") for one in (few, many, alike))]
    assert 0.6 < widths[1] / widths[0] < 1.6
    assert widths[2] < widths[1] / 3
    for one in (few, many, alike):
        low, high = ends(one, "recall_p50_ms")
        assert low <= one["recall_p50_ms"] <= high


def test_under_six_users_or_timings_enough_there_is_no_interval():
    assert ends(percentiles(lived(5, 50, np.random.default_rng(2))), "recall_p50_ms") == (None, None)
    six = percentiles(lived(6, 30, np.random.default_rng(2)))
    assert None not in ends(six, "recall_p50_ms")
    assert (six["recall_p95_ms"], *ends(six, "recall_p95_ms")) == (None, None, None)


@pytest.mark.parametrize(("percentile", "truth"), [(50, np.exp(-6)), (95, np.exp(-6 + 1.6449 * 0.5))])
def test_the_interval_of_twenty_users_holds_the_truth_in_nine_of_ten_studies(percentile, truth):
    name, generator = f"recall_p{percentile}_ms", np.random.default_rng(3)
    studies = [percentiles(lived(20, 40, generator)) for _ in range(150)]
    held = [low <= 1000 * truth <= high for low, high in (ends(one, name) for one in studies)]
    assert 0.85 < np.mean(held) < 0.99
