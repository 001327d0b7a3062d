"""Estimates of A/B experiments: against scipy and least squares, unbiased and at their level on drawn studies."""

import numpy as np
import pytest
from scipy import stats

from memlab.stats.contrast import Arm, Contrast
from memlab.stats.cuped import adjusted_difference
from memlab.stats.delta import ratio_difference
from memlab.stats.ratio import ratio_of_totals
from memlab.stats.welch import mean_difference, paired_mean

STUDIES, PEOPLE = 4000, 400


def rng(name: int):
    return np.random.default_rng(name)


def split(draws: int, users: int, seed: int) -> tuple[Arm, Arm]:
    """Each user in b with one half, draw by draw."""
    in_b = rng(seed).random((draws, users)) < 0.5
    return Arm((~in_b).astype(float)), Arm(in_b.astype(float))


def test_the_difference_in_means_is_welchs():
    a, b = rng(0).normal(0.4, 0.1, (30, 1)), rng(1).normal(0.5, 0.3, (17, 1))
    found, known = mean_difference(a, b), stats.ttest_ind(b[:, 0], a[:, 0], equal_var=False)
    assert found.difference.item() == pytest.approx(b.mean() - a.mean())
    assert found.p.item() == pytest.approx(known.pvalue)
    ends = known.confidence_interval(0.9)
    assert [end.item() for end in found.interval(0.9)] == pytest.approx([ends.low, ends.high])


def test_many_draws_at_once_are_as_one_after_another():
    values, before = rng(0).normal(size=(25, 3)), rng(1).normal(size=(25, 2))
    in_a, in_b = split(5, 25, 2)
    plain = mean_difference(values, values, in_a, in_b)
    adjusted = adjusted_difference(values, values, before, before, in_a, in_b)
    ratios = ratio_difference((values, 1 + values**2), (values, 1 + values**2), in_a, in_b)
    for draw in range(5):
        a, b = (np.flatnonzero(arm.times[draw]) for arm in (in_a, in_b))
        alone = (
            (plain, mean_difference(values[a], values[b])),
            (adjusted, adjusted_difference(values[a], values[b], before[a], before[b])),
            (ratios, ratio_difference(*((values[own], 1 + values[own] ** 2) for own in (a, b)))),
        )
        for all_of_them, one in alone:
            for name in ("difference", "error", "freedom"):
                assert getattr(all_of_them, name)[draw] == pytest.approx(getattr(one, name)[0]), name


def test_a_user_drawn_twice_counts_twice():
    values = rng(0).normal(size=(6, 1))
    twice = np.repeat(values, 2, axis=0)
    drawn = Arm(np.full((1, 6), 2.0))
    assert mean_difference(values, values, drawn, drawn).error == pytest.approx(mean_difference(twice, twice).error)


def test_the_paired_difference_is_students():
    a, b = rng(0).normal(size=(20, 1)), rng(1).normal(0.3, size=(20, 1))
    found, known = paired_mean(b - a), stats.ttest_rel(b[:, 0], a[:, 0])
    assert found.p.item() == pytest.approx(known.pvalue)
    assert [end.item() for end in found.interval()] == pytest.approx(list(known.confidence_interval()))


def test_cuped_is_the_coefficient_of_the_arm_beside_the_covariates():
    before = rng(0).normal(size=(60, 2))
    y = before @ [[0.8], [-0.3]] + rng(1).normal(0, 0.2, (60, 1))
    y[30:] += 0.5
    found = adjusted_difference(y[:30], y[30:], before[:30], before[30:])
    design = np.column_stack([np.ones(60), np.arange(60) >= 30, before])
    known = np.linalg.lstsq(design, y[:, 0], rcond=None)[0]
    assert found.difference.item() == pytest.approx(known[1])
    assert found.error.item() < 0.5 * mean_difference(y[:30], y[30:]).error.item()


def test_a_covariate_that_does_not_vary_changes_nothing():
    y, flat = rng(0).normal(size=(20, 1)), np.ones((20, 1))
    found, plain = adjusted_difference(y[:9], y[9:], flat[:9], flat[9:]), mean_difference(y[:9], y[9:])
    assert (found.difference, found.error, found.freedom) == (plain.difference, plain.error, plain.freedom)


def test_covariates_of_other_users_are_refused():
    y = np.zeros((4, 1))
    with pytest.raises(ValueError, match="covariates of shape"):
        adjusted_difference(y, y, y[:3], y)


def test_a_ratios_error_is_that_of_linearised_totals():
    above, below = rng(0).random((40, 1)), rng(1).integers(1, 9, (40, 1)).astype(float)
    own = [(above[part], below[part]) for part in (slice(0, 15), slice(15, 40))]
    known = [
        ratio_of_totals([(str(n), x, y) for n, (x, y) in enumerate(zip(up[:, 0], down[:, 0], strict=True))])
        for up, down in own
    ]
    found = ratio_difference(*own)
    assert found.difference.item() == pytest.approx(known[1].mean - known[0].mean)
    assert found.error.item() == pytest.approx(np.hypot(known[0].error, known[1].error))


@pytest.mark.parametrize("effect", [0.0, 0.15])
def test_estimates_are_unbiased_and_their_intervals_hold_the_truth(effect):
    users = 60
    before = rng(0).normal(size=(PEOPLE, 1))
    y = 0.5 + 0.1 * before + rng(1).normal(0, 0.1, (PEOPLE, 1))
    y_b, turns = y + effect, rng(2).integers(1, 7, (PEOPLE, 1)).astype(float)
    drawn = rng(3).multinomial(users, np.full(PEOPLE, 1 / PEOPLE), STUDIES)
    in_b = rng(4).binomial(drawn, 0.5)  # who is drawn twice may be in both: each draw is a user of its own
    arms = Arm(1.0 * (drawn - in_b)), Arm(1.0 * in_b)
    found = {
        "plain": mean_difference(y, y_b, *arms),
        "cuped": adjusted_difference(y, y_b, before, before, *arms),
        "ratio": ratio_difference((y * turns, turns), (y_b * turns, turns), *arms),
        "paired": paired_mean(y_b - y + 0.1 * before * effect, Arm(1.0 * drawn)),
    }
    for name, contrast in found.items():
        low, high = contrast.interval()
        truth = effect + (0.1 * effect * before.mean() if name == "paired" else 0)
        held = ((low <= truth + 1e-12) & (truth - 1e-12 <= high)).mean()
        assert contrast.difference.mean() == pytest.approx(truth, abs=4 * contrast.error.mean() / STUDIES**0.5 + 1e-12)
        assert held >= (1.0 if name == "paired" and effect == 0 else 0.935), name
    assert found["cuped"].error.mean() < 0.8 * found["plain"].error.mean()


def test_an_arm_of_nobody_or_of_one_says_nothing():
    alone, nobody = Contrast(*map(np.array, (0.3, np.nan, np.nan))), mean_difference(np.ones((1, 1)), np.ones((0, 1)))
    assert (alone.p, nobody.p) == (1, 1)
    assert (alone.mean(1, 2).mean, alone.mean(1, 2).low, alone.mean(1, 2).error) == (0.3, None, None)
    assert np.isnan(nobody.difference).all()


def test_users_who_are_all_alike_tell_nothing_of_others():
    same = mean_difference(np.zeros((9, 1)), np.ones((9, 1)))
    assert (same.difference.item(), same.error.item(), same.p.item()) == (1, 0, 1)


def test_one_mean_is_made_of_one_difference():
    with pytest.raises(ValueError, match="there are 2"):
        mean_difference(np.zeros((3, 2)), np.zeros((3, 2))).mean(3, 3)


@pytest.mark.parametrize(("each", "covariates"), [(6, 1), (6, 3), (6, 5), (20, 4)])
def test_covariates_keep_the_level_with_few_users(each, covariates):
    draws, rejected = rng(6), 0
    for _ in range(800):
        before = draws.normal(size=(2 * each, covariates))
        values = 0.5 * before.sum(axis=1, keepdims=True) + draws.normal(size=(2 * each, 1))
        found = adjusted_difference(values[:each], values[each:], before[:each], before[each:])
        rejected += found.p.item() <= 0.05
    assert rejected <= 0.07 * 800


def test_one_covariate_is_the_analysis_of_covariance():
    a, b, x, y = (rng(n).normal(size=(15, 1)) for n in range(4))
    found = adjusted_difference(a + x, b + y, x, y)
    design = np.column_stack([np.ones(30), np.repeat([0.0, 1.0], 15), np.vstack([x, y])])
    values = np.vstack([a + x, b + y])[:, 0]
    theta, residual, *_ = np.linalg.lstsq(design, values, rcond=None)
    error = np.sqrt(residual[0] / 27 * np.linalg.inv(design.T @ design)[1, 1])
    assert found.difference.item() == pytest.approx(theta[1])
    assert found.error.item() == pytest.approx(error)


def test_a_covariate_of_another_scale_drowns_none():
    before = rng(0).normal(size=(80, 2))
    values = before[:, :1] + 0.1 * rng(1).normal(size=(80, 1))
    errors = []
    for scale in (1.0, 1e9, 1e-9):
        scaled = before * [1.0, scale]
        errors.append(adjusted_difference(values[:40], values[40:], scaled[:40], scaled[40:]).error.item())
    assert errors[0] == pytest.approx(errors[1]) == pytest.approx(errors[2], rel=0.02)


def test_an_empty_arm_leaves_the_difference_unknown():
    found = adjusted_difference(np.ones((9, 1)), np.ones((0, 1)), rng(0).normal(size=(9, 4)), np.ones((0, 4)))
    assert np.isnan(found.difference).all()
    assert np.isnan(found.error).all()
