"""The calibration in small: populations whose truth is what they say, intervals that are the ones tables show."""

import json

import numpy as np
import pytest

from memlab.cli import main
from memlab.stats.bootstrap import resampled
from memlab.stats.macro import macro_mean
from memlab.stats.mean import clustered_mean
from memlab.stats.permutation import sign_flip_p
from memlab.studies.calibration.coverage import (
    intervals_by_resampling,
    intervals_of_kinds,
    intervals_of_rates,
    measure,
    promised,
    tables,
)
from memlab.studies.calibration.grid import Cell, cells
from memlab.studies.calibration.intervals import candidates, macro, used
from memlab.studies.calibration.population import Shape, draw_differences, draw_kinds, draw_shares
from memlab.studies.calibration.powers import measure as measure_power
from memlab.studies.calibration.promise import Promise
from memlab.studies.calibration.rejections import ADJUSTED, SWAPPED, UNADJUSTED, VERDICT, reject, reject_in_a_family

FEW = {"questions": 18.0, "unequal": 0.3, "disagree": 0.3, "paired_icc": 0.05, "paired_skew": 1.2}
SHAPE = Shape(icc=0.1, skew=1.3, **FEW)
KINDS = Shape(icc=0.1, skew=1.3, kinds=(6, 3, 1), **FEW)
NOTHING = lambda: None  # noqa: E731


def place(users, shape=SHAPE, seed=0):
    return Cell("made up", 1, users, shape, seed)


@pytest.mark.parametrize("mean", [0.02, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("skew", [-1.0, 0.0, 3.0])
def test_the_truth_of_drawn_shares_is_their_mean(mean, skew):
    shape = Shape(icc=0.2, skew=skew, **FEW)
    totals, counts = draw_shares(shape, mean, 400, 500, np.random.default_rng(1))
    assert totals.sum() / counts.sum() == pytest.approx(mean, abs=0.004)
    assert (totals <= counts).all()


@pytest.mark.parametrize("mean", [0.0, 0.1, -0.15])
def test_the_truth_of_drawn_differences_is_their_mean(mean):
    totals, counts = draw_differences(SHAPE, mean, 400, 500, np.random.default_rng(2))
    assert totals.sum() / counts.sum() == pytest.approx(mean, abs=0.003)
    assert (np.abs(totals) <= counts).all()


@pytest.mark.parametrize("mean", [0.1, 0.5, 0.8])
def test_the_truth_of_drawn_kinds_is_the_mean_of_theirs(mean):
    totals, counts = draw_kinds(KINDS, mean, 400, 500, np.random.default_rng(5))
    of_kinds = totals.sum(axis=(0, 1)) / counts.sum(axis=(0, 1))
    assert of_kinds.mean() == pytest.approx(mean, abs=0.004)
    assert list(of_kinds) == sorted(of_kinds, reverse=True)
    assert counts.sum(axis=(0, 1)) / counts.sum() == pytest.approx([0.6, 0.3, 0.1], abs=0.01)


def test_users_are_as_clustered_as_unequal_and_as_skewed_as_said():
    shape = Shape(icc=0.1, skew=1.0, **FEW | {"questions": 400.0})
    totals, counts = draw_shares(shape, 0.4, 1, 40_000, np.random.default_rng(3))
    own = totals[0] / counts[0]
    assert own.var() == pytest.approx(0.1 * 0.24 + 0.9 * 0.24 / 400, rel=0.05)
    assert ((own - own.mean()) ** 3).mean() / own.std() ** 3 == pytest.approx(1.0, abs=0.15)
    assert counts.mean() == pytest.approx(400, rel=0.02)
    assert counts.std() / counts.mean() == pytest.approx(0.3, rel=0.05)


def test_a_shape_times_a_half_keeps_questions_and_disagreement():
    half = SHAPE.times(0.5)
    assert (half.icc, half.skew, half.unequal) == (0.05, 0.65, 0.15)
    assert (half.questions, half.disagree) == (SHAPE.questions, SHAPE.disagree)


def test_the_interval_that_is_judged_is_the_one_that_tables_show():
    drawn = place(9).shares(0.3, 20)
    ends = used(drawn)
    for study in range(20):
        values, users = [], []
        for user, (right, n) in enumerate(zip(drawn.totals[study], drawn.counts[study], strict=True)):
            values += [1.0] * int(right) + [0.0] * int(n - right)
            users += [f"u{user}"] * int(n)
        known = clustered_mean(values, users)
        assert (ends.low[study], ends.high[study]) == pytest.approx((known.low, known.high))


def test_the_interval_of_a_macro_mean_that_is_judged_is_the_one_that_tables_show():
    drawn = place(9, KINDS).kinds(0.4, 20)
    ends = dict(macro(drawn))["drawn out (used)"]
    for study in range(20):
        values, users, kinds = [], [], []
        for user, kind in np.ndindex(9, 3):
            right, n = int(drawn.totals[study, user, kind]), int(drawn.counts[study, user, kind])
            values += [1.0] * right + [0.0] * (n - right)
            users += [f"u{user}"] * n
            kinds += [f"kind {kind}"] * n
        known = macro_mean(values, users, kinds)
        assert (ends.low[study], ends.high[study]) == pytest.approx((known.low, known.high))


def test_candidates_are_of_the_same_studies_whatever_the_block():
    drawn, found = place(8).shares(0.3, 700), {}
    for name, ends in candidates(drawn, 99, np.random.default_rng(4)):
        found[name] = ends
        assert ends.low.shape == ends.high.shape == (700,)
    weights = np.random.default_rng(4).multinomial(8, np.full(8, 1 / 8), 99).astype(float)
    means, _ = resampled(*drawn, weights)
    low, high = np.quantile(means, [0.025, 0.975], axis=1)
    assert found["percentile"].low == pytest.approx(low)
    assert found["percentile"].high == pytest.approx(high)


def test_in_small_intervals_hold_from_20_users_and_resampled_percentiles_do_not_at_5():
    found = measure([place(5), place(20)], [0.2, 0.6], 1_000, intervals_by_resampling(199), NOTHING)
    assert promised(found, "skewed (used)", "x", 1_000).worst >= 0.925
    few = [held for (cell, _), held in found.items() if cell.users == 5]
    assert all(held["percentile"][0] < 0.90 < held["skewed (used)"][0] for held in few)
    shown = next(iter(tables(found, "Means", "skewed (used)")))
    assert [row.cells[0].text for row in shown.rows] == ["5", "20"]


def test_in_small_rates_near_2_per_cent_hold_where_a_t_interval_does_not():
    (held,) = measure([place(20)], [0.02], 1_000, intervals_of_rates, NOTHING).values()
    assert held["wider (used)"][0] >= 0.93 > held["t (CR2)"][0]


def test_in_small_macro_means_hold_and_rare_kinds_make_them_longer():
    shape = Shape(icc=0.1, skew=1.3, kinds=(88, 6, 6), **FEW)
    (held,) = measure([place(20, shape)], [0.6], 1_000, intervals_of_kinds, NOTHING, Cell.kinds).values()
    (plain, short), (used, longer) = held["linearised"], held["drawn out (used)"]
    assert plain < used
    assert used >= 0.93
    assert short < longer
    (few,) = measure([place(6, shape)], [0.6], 50, intervals_of_kinds, NOTHING, Cell.kinds).values()
    assert few["drawn out (used)"][0] < 0.5  # a study with fewer than ten of a kind has no interval


def test_in_small_tests_reject_as_often_as_they_say():
    rates = reject([place(20)], 1_500, NOTHING)[place(20)]
    assert 0.035 <= rates[SWAPPED] <= 0.065
    family = reject_in_a_family([place(20)], 5, 800, NOTHING)[place(20)]
    assert family[VERDICT] <= family[ADJUSTED] <= 0.07 < family[UNADJUSTED]


def test_in_small_what_is_detectable_is_found_in_four_of_five_studies():
    (found,) = measure_power([place(30)], 1_500, NOTHING).values()
    assert found.either == pytest.approx(0.8, abs=0.045)
    assert found.against < found.along
    assert found.planned == pytest.approx(0.8, abs=0.045)
    low, middle, high = found.asked
    assert low < middle < high
    assert middle == pytest.approx(1, abs=0.35)


def test_cells_are_drawn_each_by_itself():
    """What one cell draws does not move with which others there are; another seed draws others."""
    every = list(cells({"a": SHAPE, "b": SHAPE.times(2)}, [1, 2], [5, 20], 0))
    assert len(every) == 8
    (alone,) = cells({"b": SHAPE.times(2)}, [2], [20], 0)
    assert (alone.shares(0.3, 4).totals == every[-1].shares(0.3, 4).totals).all()
    assert (place(20, seed=1).shares(0.3, 50).totals != place(20).shares(0.3, 50).totals).any()


@pytest.mark.parametrize(
    ("worst", "verdict"), [(0.95, "kept"), (0.93, "kept"), (0.925, "within chance"), (0.9, "broken")]
)
def test_a_promise_is_kept_broken_or_missed_by_chance(worst, verdict):
    assert Promise("x", worst, "somewhere", 2_000, at_least=0.93).verdict == verdict


def test_a_promise_with_two_ends_breaks_at_either():
    made = [Promise("x", worst, "somewhere", 2_000, 0.04, 0.06) for worst in (0.02, 0.05, 0.063, 0.09)]
    assert [one.verdict for one in made] == ["broken", "kept", "within chance", "broken"]
    assert made[0].bound == "≥ .040, ≤ .060"


def test_flips_of_many_studies_are_those_of_each():
    drawn = place(9).differences(0.05, 6)
    together = sign_flip_p(drawn.totals.T, "x")
    assert together.tolist() == [sign_flip_p(totals, "x") for totals in drawn.totals]


def test_it_runs_as_an_experiment_and_says_what_was_kept(tmp_path, capsys):
    line = ["run", "experiment=calibration", "limits=smoke", f"out={tmp_path}", "tracking=none", "study.draws=49"]
    assert main(line) == 0
    printed = capsys.readouterr().out
    assert "What the statistics promise" in printed
    assert "promises kept" in printed
    page = (tmp_path / "calibration" / "report" / "README.md").read_text()
    for section in ("Promises", "Means", "Rates near 2 %", "Macro means", "Tests where nothing differs", "Power"):
        assert f"## {section}" in page
    (record,) = (tmp_path / "calibration").glob("*/study.json")
    promises = json.loads(record.read_text())["figures"]["promises"]
    assert {one["verdict"] for one in promises} <= {"kept", "within chance", "broken"}
    assert len(promises) == 9
