"""Which orders survive: numbers checkable by hand."""

import pytest

from memlab.config import load_option
from memlab.satisfaction.outcomes import Outcome
from memlab.satisfaction.reacting.weights import Weights
from memlab.satisfaction.sensitivity import flips_at, leads, of_composite, of_user, variants
from memlab.testing import START

WEIGHTS = {"resolved": 1.0, "repeats": -0.1}


def outcome(user, session, resolved, repeats):
    parts = {"corrections": 0, "objections": 0, "intrusions": 0, "thumbs": 0, "return_gap_days": None}
    worth = WEIGHTS["resolved"] * resolved + WEIGHTS["repeats"] * repeats
    own = {"user": f"u{user}", "session": session, "at": START, "held": True, "turns_to_resolution": 1}
    return Outcome(**own, **parts, resolved=bool(resolved), repeats=repeats, satisfaction=worth)


def arm(resolved, repeats):
    """Ten users of ten sessions, of which so many are resolved, with so many repeats in each."""
    return [outcome(user, n, n < resolved + user % 2, repeats) for user in range(10) for n in range(10)]


ARMS = {"quick": arm(5, 0), "thorough": arm(7, 1)}


def test_a_lead_is_the_mean_difference_per_session():
    (lead,) = leads(ARMS)
    assert (lead.first, lead.second, lead.users) == ("thorough", "quick", 10)
    assert lead.mean == pytest.approx(0.2 - 0.1)
    assert lead.is_resolved


def test_an_order_flips_where_the_straight_line_says():
    assert flips_at(ARMS, WEIGHTS, "repeats", "thorough", "quick") == pytest.approx(2.0)
    assert flips_at(ARMS, WEIGHTS, "resolved", "thorough", "quick") == pytest.approx(0.5)
    assert flips_at({"a": ARMS["quick"], "b": arm(7, 0)}, WEIGHTS, "repeats", "a", "b") is None


def test_halving_and_doubling_finds_what_holds_and_what_flips():
    shifts = {(s.weight, s.factor): s.verdict for s in of_composite(ARMS, WEIGHTS, (0.4, 0.5, 2.0, 3.0))}
    assert shifts["repeats", 0.5] == "holds"
    assert shifts["repeats", 3.0] == "flips"
    assert shifts["resolved", 0.4] == "flips"
    assert shifts["resolved", 2.0] == "holds"


def test_a_lead_that_is_not_resolved_claims_nothing():
    near = {"one": arm(5, 0), "other": [outcome(u, n, n < 3 + 5 * (u % 2), 0) for u in range(10) for n in range(10)]}
    assert {shift.verdict for shift in of_composite(near, WEIGHTS)} == {"open"}


def test_variants_halve_and_double_each_weight_within_its_range():
    user = load_option("source", "reacting")["user"]
    found = variants(user)
    assert {variant.weight for variant in found} == set(user)
    for variant in found:
        key, _, value = variant.override.partition("=")
        assert key == f"source.user.{variant.weight}"
        Weights(**user | {variant.weight: float(value)})
    assert "source.user.stale=2.5" in [variant.override for variant in found]
    assert "source.user.returns=1" in [variant.override for variant in found]


def test_a_user_lived_with_other_weights_is_compared_with_the_declared_one():
    (variant, *_) = variants({"stale": 1.25})
    swapped = {"quick": ARMS["thorough"], "thorough": ARMS["quick"]}
    assert [shift.verdict for shift in of_user(ARMS, {variant: swapped})] == ["flips"]


def test_arms_of_other_users_are_refused():
    with pytest.raises(ValueError, match="share no scheduled session"):
        leads({"a": [outcome(1, 0, 1, 0)], "b": [outcome(2, 0, 1, 0)]})
