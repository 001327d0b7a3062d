"""Places: by hand, by laws, and which pairs stay open."""

import numpy as np
import pytest

from memlab.report.places_figure import draw_places
from memlab.stats.ordering import ordering
from memlab.stats.ranks import adjusted, places

DRAWS = np.random.default_rng(7)


def order(means, users=12, wobble=0.05):
    names = "abcdefgh"[: len(means)]
    return ordering(
        {
            name: {(f"u{user:02}", "q"): float(mean + DRAWS.normal(0, wobble)) for user in range(users)}
            for name, mean in zip(names, means, strict=True)
        }
    )


def test_clear_cut_strategies_have_sure_places_and_no_bar():
    found = places(order([0.1, 0.5, 0.9]), "x")
    assert [(one.strategy, one.place, one.low, one.high) for one in found.places] == [
        ("c", 1, 1, 1),
        ("b", 2, 2, 2),
        ("a", 3, 3, 3),
    ]
    assert [one.best for one in found.places] == [1, 0, 0]
    assert (found.open, found.groups) == (frozenset(), ())


def test_equals_share_places_chances_and_a_bar():
    same = {(f"u{n}", "q"): float(n % 2) for n in range(8)}
    worse = {key: value - 5.0 - 0.1 * (key[0] < "u4") for key, value in same.items()}
    found = places(ordering({"x": same, "y": dict(same), "z": worse}), "x")
    assert [(one.strategy, one.place) for one in found.places] == [("x", 1.5), ("y", 1.5), ("z", 3)]
    assert [one.best for one in found.places] == [0.5, 0.5, 0]
    assert found.groups == ((0, 1),)


def test_bars_join_neighbours_all_of_whose_pairs_are_open():
    found = places(order([0.50, 0.52, 0.48, 0.9, 0.1], wobble=0.2), "x")
    assert found.places[0].strategy == "d"
    for first, last in found.groups:
        assert all((a, b) in found.open for a in range(first, last) for b in range(a + 1, last + 1))
        if last + 1 < 5:
            assert any((a, last + 1) not in found.open for a in range(first, last + 1))
    assert {pair for pair in found.open if pair[1] == pair[0] + 1} <= {
        (a, a + 1) for first, last in found.groups for a in range(first, last)
    }
    assert sum(one.best for one in found.places) == pytest.approx(1)


def test_a_family_of_many_pairs_is_given_flips_enough_to_be_told_apart():
    """Of 28 pairs no p-value after Holm may be above .05 for want of flips alone."""
    assert max(adjusted(order([0.1 * n for n in range(8)], users=40, wobble=0.01), "x")) <= 0.05


def test_five_users_have_no_places():
    assert places(order([0.1, 0.9], users=5), "x") is None


def test_the_picture_names_places_and_what_is_not_told_apart():
    found = places(order([0.5, 0.51, 0.9]), "x")
    drawn = draw_places("s", "somewhere", "recall", found)
    assert drawn.png.startswith(b"\x89PNG")
    assert "c 1 [1, 1]" in drawn.alt
    assert "Not told apart: b to a." in drawn.alt or "Not told apart: a to b." in drawn.alt
