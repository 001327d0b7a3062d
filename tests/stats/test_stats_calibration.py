"""Calibration: bins of equal count, and figures that can be checked by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest

from memlab.stats.calibration import BINS, calibration


def drawn(n=4000, wrong=0.0):
    rng = np.random.default_rng(7)
    p = rng.uniform(size=n)
    came = rng.uniform(size=n) < np.clip(p + wrong, 0, 1)
    return p.tolist(), came.tolist(), [f"u{place % 8}" for place in range(n)]


def test_probabilities_that_come_out_lie_on_the_diagonal():
    found = calibration(*drawn())
    assert [one.n for one in found.bins] == [400] * BINS
    assert found.error < 0.03
    assert sum(one.low <= one.predicted <= one.high for one in found.bins) >= 8
    assert found.brier.mean == pytest.approx(1 / 6, abs=0.01)  # the mean of p(1 - p)
    assert found.untold == pytest.approx(0.25, abs=0.01)


def test_the_error_is_how_far_probabilities_are_off():
    assert calibration(*drawn(wrong=0.2)).error == pytest.approx(0.18, abs=0.03)  # less above .8, where all come out


def test_equal_probabilities_share_a_bin_and_order_is_nothing():
    values, came = [0.1] * 15 + [0.9] * 5, [False] * 15 + [True] * 5
    found = calibration(values, came, ["u"] * 20)
    assert [(one.predicted, one.share, one.n) for one in found.bins] == [
        (pytest.approx(0.1), 0.0, 15),
        (pytest.approx(0.9), 1.0, 5),
    ]
    assert found.error == pytest.approx(0.1)
    back = calibration(values[::-1], came[::-1], ["u"] * 20)
    assert [one.share for one in back.bins] == [one.share for one in found.bins]


def test_the_interval_is_wilsons():
    found = calibration([0.2] * 10 + [0.8] * 10, [True] * 3 + [False] * 7 + [True] * 10, ["u"] * 20)
    wanted = binomtest(3, 10).proportion_ci(0.95, "wilson")
    assert (found.bins[0].low, found.bins[0].high) == (wanted.low, wanted.high)


@pytest.mark.parametrize(
    ("values", "came"), [([0.5, 0.5], [True, False]), ([0.5, 2.0], [True, False]), ([0.5, 0.6], [True, True]), ([], [])]
)
def test_nothing_is_said_of_what_is_no_probability_or_of_one_outcome(values, came):
    assert calibration(values, came, ["u"] * len(values)) is None
