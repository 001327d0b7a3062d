"""Variance components: of drawn scores whose truth is known, and of designs that cannot tell."""

import numpy as np
import pytest

from memlab.stats.components import REST, components

DRAWS = np.random.default_rng(6)


def crossed(users, seeds, encoders, spread):
    """Every user under every seed and encoder, with these standard deviations."""
    own = {
        name: DRAWS.normal(0, spread[name], size) for name, size in zip(spread, (users, seeds, encoders), strict=False)
    }
    u, s, e = (part.ravel() for part in np.meshgrid(*map(np.arange, (users, seeds, encoders)), indexing="ij"))
    values = own["users"][u] + own["seeds"][s] + own["encoders"][e] + DRAWS.normal(0, spread[REST], len(u))
    return values, {"users": u.astype(str), "seeds": s.astype(str), "encoders": e.astype(str)}


def test_each_part_is_told_where_all_vary_freely():
    spread = {"users": 0.5, "seeds": 0.25, "encoders": 0.4, REST: 0.1}
    drawn = [components(*crossed(40, 8, 6, spread)) for _ in range(12)]
    for name, deviation in spread.items():
        assert np.mean([found.told[name] for found in drawn]) == pytest.approx(deviation**2, rel=0.3)
    assert all(found.untold == () for found in drawn)


def test_a_part_that_adds_nothing_has_nothing():
    found = components(*crossed(40, 8, 6, {"users": 0.5, "seeds": 0.0, "encoders": 0.4, REST: 0.1}))
    assert found.told["seeds"] < 0.002


def test_users_who_are_others_under_each_seed_are_told_from_seeds_but_not_from_their_questions():
    lift = DRAWS.normal(0, 0.5, 30)
    seeds = np.repeat(np.arange(30), 20)
    values = lift[seeds] + DRAWS.normal(0, 0.3, 600)
    found = components(values, {"users": [f"{n}" for n in range(600)], "seeds": seeds.astype(str)})
    assert found.told["seeds"] == pytest.approx(lift.var(ddof=1), rel=0.25)
    assert found.told[f"users + {REST}"] == pytest.approx(0.09, rel=0.2)
    assert found.untold == ()


def test_one_run_tells_of_its_users_alone():
    found = components([0.0, 1.0, 2.0], {"users": list("abc"), "seeds": ["0"] * 3, "judges": ["x"] * 3})
    assert found.told == pytest.approx({f"users + {REST}": 1.0})
    assert found.untold == ("seeds", "judges")


def test_parts_that_vary_only_together_are_told_together():
    values, parts = crossed(30, 6, 1, {"users": 0.5, "seeds": 0.3, "encoders": 0.0, REST: 0.1})
    found = components(values, {"users": parts["users"], "seeds": parts["seeds"], "encoders": parts["seeds"]})
    assert set(found.told) == {"users", "seeds + encoders", REST}


def test_many_observations_are_thinned():
    values = DRAWS.normal(0, 1, 5_000)
    found = components(values, {"users": [f"{n}" for n in range(5_000)]})
    assert found.observations <= 2_000
    assert found.told[f"users + {REST}"] == pytest.approx(1, rel=0.15)


@pytest.mark.parametrize(("values", "levels"), [([1.0], ["a"]), ([1.0, 2.0], ["a"])])
def test_too_few_observations_are_refused(values, levels):
    with pytest.raises(ValueError, match="at least two observations and a level of each part"):
        components(values, {"users": levels})
