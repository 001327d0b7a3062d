import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.build import source as built
from memlab.cli import main
from memlab.config import load_option
from memlab.data.apart import (
    Apart,
    Spoken,
    all_apart,
    auc,
    matched,
    nearest,
    nearest_others,
    spoken,
    telling,
    told_apart,
)
from memlab.data.beside import beside
from memlab.data.surface import FEATURES
from memlab.data.survey import Survey, survey, surveys
from memlab.sources import SourceError
from memlab.sources.cards import load_card


def made(name, *, seed=0, turns=200, **shifts):
    """Turns whose features are normal noise, some shifted, in five folds."""
    rows = np.random.default_rng(seed).normal(size=(turns, len(FEATURES)))
    for feature, shift in shifts.items():
        rows[:, FEATURES.index(feature)] += shift
    return Spoken(name=name, rows=rows, folds=np.arange(turns) % 5)


def test_the_same_kind_of_turns_cannot_be_told_apart():
    assert abs(auc(made("a"), made("b", seed=1)) - 0.5) < 0.08


def test_what_is_shifted_far_is_told_apart_and_named():
    one, other = made("a", commas=6), made("b", seed=1)
    assert auc(one, other) > 0.999
    heaviest = telling(one, other)[0]
    assert heaviest.feature == "commas"
    assert heaviest.weight > 0
    assert heaviest.alone > 0.999
    assert heaviest.means == pytest.approx((6, 0), abs=0.3)


def test_a_shift_of_one_deviation_gives_the_share_that_theory_says():
    assert auc(made("a", turns=4000, commas=1), made("b", seed=1, turns=4000)) == pytest.approx(0.760, abs=0.015)


def test_sources_that_differ_in_length_alone_are_alike_at_equal_length():
    found = told_apart(made("a", turns=3000, words=2), made("b", seed=1, turns=3000))
    assert found.auc > 0.9
    assert found.matched == pytest.approx(0.5, abs=0.06)
    assert 500 < found.turns < 3000


@settings(max_examples=20)
@given(st.integers(0, 9), st.integers(0, 60), st.integers(0, 60))
def test_matched_turns_are_as_many_of_every_length(seed, some, more):
    one, other = matched(made("a", seed=seed, turns=some), made("b", seed=seed + 99, turns=more, words=0.5))
    assert sorted(one.bins) == sorted(other.bins)


@settings(max_examples=5)
@given(st.integers(0, 99))
def test_which_source_comes_first_does_not_matter(seed):
    one, other = made("a", seed=seed, digits=1), made("b", seed=seed + 100)
    assert auc(one, other) == pytest.approx(auc(other, one), abs=1e-6)


def test_lives_that_are_seen_are_not_judged():
    """A feature that names the life but not the source tells nothing of a life that was not seen."""
    one, other = made("a", turns=500), made("b", seed=1, turns=500)
    for source, sign in ((one, 1), (other, -1)):
        source.rows[:, 3] = sign * np.where(source.folds == 0, -50, 50)  # the first fold is the other way round
    assert auc(one, other) < 0.85
    assert auc(one.chosen(np.flatnonzero(one.folds)), other.chosen(np.flatnonzero(other.folds))) > 0.999


def test_sources_that_share_no_fold_cannot_be_judged():
    one = made("a")
    assert auc(one.chosen(np.flatnonzero(one.folds == 0)), one.chosen(np.flatnonzero(one.folds == 1))) is None
    assert auc(one, one.chosen(np.zeros(0, int))) is None


def test_the_nearest_pairs_with_and_without_a_source():
    pair = lambda one, other, share: Apart(one=one, other=other, auc=share, matched=None, turns=0)  # noqa: E731
    pairs = [pair("s", "a", 0.9), pair("s", "b", 0.8), pair("a", "b", 0.7), pair("s", "c", None)]
    assert nearest("s", pairs) == pairs[1]
    assert nearest_others("s", pairs) == pairs[2]
    assert nearest_others("a", pairs) == pairs[1]
    assert nearest("c", pairs) is None


def test_every_pair_is_compared_once():
    found = all_apart([made("a"), made("b", seed=1), made("c", seed=2)])
    assert [(pair.one, pair.other) for pair in found] == [("a", "b"), ("a", "c"), ("b", "c")]


@pytest.fixture(scope="module")
def small():
    node = load_option("source", "simulated") | {"users": 2, "sessions": 4}
    return spoken(survey(load_card("simulated"), built({"source": node})))


def test_turns_of_a_life_are_in_one_fold(small):
    assert set(small.folds) == {0, 1}
    assert small.rows.shape == (len(small.folds), 15)


def test_the_command_fits_80_columns_and_gives_a_verdict(capsys, monkeypatch):
    from memlab.data import beside as module

    monkeypatch.setattr(module, "surveys", lambda names: ())
    with pytest.raises(SourceError, match="too few"):
        beside(["simulated", "locomo"])
    monkeypatch.undo()
    sample = {name: made(name, seed=n, commas=n) for n, name in enumerate(("simulated", "locomo", "realmem"))}
    monkeypatch.setattr(module, "surveys", lambda names: ((name, object.__new__(module.Survey)) for name in names))
    left = iter(sample.values())
    monkeypatch.setattr(module, "spoken", lambda _: next(left))
    assert main(["data", "tell-apart", *sample]) == 0
    printed = capsys.readouterr().out
    assert "simulated is nearest to locomo: 0.7" in printed
    assert "the nearest two others, locomo and realmem: 0.7" in printed.replace("\n", " ")
    assert max(map(len, printed.splitlines())) <= 80


def test_names_must_be_two_and_different():
    with pytest.raises(SourceError, match="two or more different names; got locomo, locomo"):
        beside(["locomo", "locomo"])


@pytest.mark.slow
def test_two_recorded_sources_are_as_far_apart_as_when_it_was_first_measured():
    try:
        sources = [spoken(found) for _, found in surveys(["beam", "realmem"]) if isinstance(found, Survey)]
    except SourceError as missing:
        pytest.skip(str(missing))
    (found,) = all_apart(sources)
    assert found.auc == pytest.approx(0.882, abs=0.005)
    assert found.matched == pytest.approx(0.886, abs=0.02)
