"""Laws of fusing several scorers."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memlab.indexes.fusion import reciprocal_rank, standardised

LAW = settings(max_examples=80, derandomize=True)
FUSIONS = pytest.mark.parametrize("fuse", [standardised, reciprocal_rank])
SCORES = st.integers(-50, 50).map(lambda n: n / 7)


@st.composite
def opinions(draw, most=4):
    scorers, n = draw(st.integers(1, most)), draw(st.integers(1, 12))
    return [np.array(draw(st.lists(SCORES, min_size=n, max_size=n))) for _ in range(scorers)]


def ranking(fused: np.ndarray) -> list[int]:
    return np.argsort(-fused.round(9), kind="stable").tolist()


@FUSIONS
@LAW
@given(given_opinions=opinions(), constant=st.floats(-1e9, 1e9))
def test_a_constant_scorer_changes_no_order(fuse, given_opinions, constant):
    silent = np.full(len(given_opinions[0]), constant)
    assert ranking(fuse([*given_opinions, silent])) == ranking(fuse(given_opinions))


@LAW
@given(opinions(), st.floats(-1e9, 1e9))
@example([np.zeros(3)], 357913942.0398809)
def test_a_constant_scorer_adds_nothing_to_standardised_scores(given_opinions, constant):
    silent = np.full(len(given_opinions[0]), constant)
    assert standardised([*given_opinions, silent]).tolist() == standardised(given_opinions).tolist()


@FUSIONS
@LAW
@given(given_opinions=opinions(), data=st.data())
def test_candidates_in_another_order_keep_their_scores(fuse, given_opinions, data):
    order = data.draw(st.permutations(range(len(given_opinions[0]))))
    moved = fuse([opinion[order] for opinion in given_opinions])
    assert moved == pytest.approx(fuse(given_opinions)[order], abs=1e-9)


@FUSIONS
@LAW
@given(given_opinions=opinions(), data=st.data())
def test_the_order_of_scorers_does_not_matter(fuse, given_opinions, data):
    assert fuse(data.draw(st.permutations(given_opinions))) == pytest.approx(fuse(given_opinions), abs=1e-9)


@FUSIONS
@LAW
@given(given_opinions=opinions(most=1))
def test_one_scorer_alone_keeps_its_order(fuse, given_opinions):
    assert ranking(fuse(given_opinions)) == ranking(given_opinions[0])


@FUSIONS
@LAW
@given(given_opinions=opinions(), scale=st.sampled_from([0.25, 8.0, 1024.0]), shift=st.integers(-100, 100))
def test_the_scale_and_offset_of_a_scorer_do_not_matter(fuse, given_opinions, scale, shift):
    assert fuse([scale * (opinion + shift) for opinion in given_opinions]) == pytest.approx(
        fuse(given_opinions), abs=1e-9
    )


@FUSIONS
@LAW
@given(given_opinions=opinions())
def test_the_opinions_are_left_as_they_were(fuse, given_opinions):
    before = [opinion.tolist() for opinion in given_opinions]
    fuse(given_opinions)
    assert [opinion.tolist() for opinion in given_opinions] == before


@LAW
@given(opinions())
def test_standardised_scores_have_mean_zero(given_opinions):
    assert standardised(given_opinions).mean() == pytest.approx(0, abs=1e-9)


@LAW
@given(opinions(most=1))
def test_standardised_scores_of_one_scorer_have_spread_one_or_none(given_opinions):
    spread = standardised(given_opinions).std()
    assert spread == pytest.approx(1.0 if len(set(given_opinions[0].tolist())) > 1 else 0.0)


def test_standardised_scores_are_those_computed_by_hand():
    fused = standardised([np.array([1.0, 2.0, 3.0]), np.array([4.0, 0.0, 4.0])])
    assert fused == pytest.approx([-(1.5**0.5) + 0.5**0.5, -(2**0.5), 1.5**0.5 + 0.5**0.5])


def test_reciprocal_ranks_are_those_computed_by_hand():
    fused = reciprocal_rank([np.array([0.9, 0.5, 0.1]), np.array([2.0, 7.0, 5.0])])
    assert fused == pytest.approx([1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62])


def test_equal_scores_share_a_reciprocal_rank_and_use_up_the_next():
    assert reciprocal_rank([np.array([1.0, 3.0, 3.0])], constant=1.0) == pytest.approx([1 / 4, 1 / 2, 1 / 2])


@LAW
@given(opinions())
def test_reciprocal_ranks_depend_on_ranks_alone(given_opinions):
    curved = [np.exp(opinion) for opinion in given_opinions]
    assert reciprocal_rank(curved).tolist() == reciprocal_rank(given_opinions).tolist()
