"""The study of satisfaction: its parts on users whose truth is known, and once from end to end."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from memlab.cli import main
from memlab.config import ConfigError, load_option
from memlab.satisfaction.outcomes import Outcome, declared
from memlab.studies.ab_planned import planned_users, truth
from memlab.studies.flips import regions
from memlab.studies.panel import Panel, panel
from memlab.studies.rankings import between, side_of_panels
from memlab.studies.satisfaction import Satisfaction

START = datetime(2026, 1, 1, tzinfo=UTC)


def lived(users: int, right: float, objects: float, seed: int) -> list[Outcome]:
    """Outcomes of users who are helped in a share of their sessions, and object in another."""
    draws = np.random.default_rng(seed)
    rows = []
    for user in range(users):
        for session in range(10):
            resolved, objections = bool(draws.random() < right), int(draws.random() < objects)
            one = Outcome(
                user=f"u{user:03}",
                session=session,
                at=START + timedelta(days=session),
                held=True,
                resolved=resolved,
                turns_to_resolution=1,
                repeats=0,
                corrections=0,
                objections=objections,
                intrusions=0,
                thumbs=0,
                return_gap_days=None,
                satisfaction=0.0,
            )
            weights = declared()
            worth = weights["resolved"] * resolved + weights["objections"] * objections
            rows.append(replace(one, satisfaction=worth))
    return rows


def side(right: float, objects: float = 0.0, seed: int = 0) -> Panel:
    return panel(lived(60, right, objects, seed), ["satisfaction", "resolved"], first=2, sessions=8)


def test_a_panel_has_what_was_before_apart():
    found = side(0.5)
    assert found.values["resolved"].shape == (60, 8)
    assert found.before["resolved"].shape == (60, 1)
    assert found.means("resolved")[:, -1] == pytest.approx(found.values["resolved"].mean(axis=1))
    assert found.part([3, 5]).users == ("u003", "u005")


def test_users_are_planned_from_the_spread_and_the_effect():
    found = side(0.5)
    more, fewer = (planned_users(found, found, "satisfaction", 60, effect) for effect in (0.05, 0.1))
    assert more == pytest.approx(4 * fewer, rel=0.1)
    spread = found.means("satisfaction")[:, -1].std(ddof=1)
    assert fewer == pytest.approx((2 * (1.96 + 0.84) * spread / 0.1) ** 2, rel=0.25)


def test_an_arm_in_which_users_hardly_differ_does_not_hide_the_other():
    even, uneven = side(0.0), side(0.5)
    both = planned_users(even, uneven, "satisfaction", 60, 0.05)
    assert both == pytest.approx(planned_users(uneven, uneven, "satisfaction", 60, 0.05) / 2, rel=0.1)
    assert both == planned_users(uneven, even, "satisfaction", 60, 0.05)


def test_the_truth_is_the_mean_of_users_own_differences():
    found = truth(side(0.3, seed=1), side(0.7, seed=2), "resolved")
    assert found.low < 0.4 < found.high
    assert found.users == 60


def test_rankings_that_are_one_agree_and_those_that_are_turned_do_not():
    sides = {name: side(right, seed=place) for place, (name, right) in enumerate([("a", 0.2), ("b", 0.5), ("c", 0.8)])}
    one = side_of_panels(sides, "satisfaction")
    turned = side_of_panels(dict(zip(sides, reversed(sides.values()), strict=True)), "resolved")
    same, other = between(one, side_of_panels(sides, "resolved")), between(one, turned)
    assert (same.tau.mean, other.tau.mean) == (1.0, -1.0)
    assert (same.best, same.chosen, same.regret.mean) == ("c", "c", 0.0)
    assert other.chosen == "a"
    assert other.regret.mean == pytest.approx(one.figures["c"].mean - one.figures["a"].mean)


def test_orders_that_hang_on_a_weight_say_where_it_turns_them():
    arms = {"helps": lived(60, 0.6, 0.8, 1), "pleases": lived(60, 0.4, 0.0, 2), "fails": lived(60, 0.1, 0.0, 3)}
    found = {(one.lead.first, one.lead.second): one for one in regions(arms)}
    close = found.get(("helps", "pleases")) or found[("pleases", "helps")]
    assert close is next(iter(found.values()))
    assert close.turns.keys() == {"resolved", "objections"}
    assert close.turns["resolved"] == pytest.approx(1 / close.turns["objections"])
    assert found["pleases", "fails"].count("holds") == len(found["pleases", "fails"].shifts)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"experiments": [{"a": "none", "b": "ranked", "effect": 0.1}]},
            "experiments are on ranked; they must be among",
        ),
        ({"pilot": 5}, "the pilot at least 6"),
        ({"experiments": [{"a": "none", "b": "bm25", "effect": 0}]}, "effects positive"),
        ({"by": []}, "something must rank"),
    ],
)
def test_what_is_no_study_is_refused(changed, says):
    node = load_option("experiment", "satisfaction")["study"]
    with pytest.raises(ValueError, match=says):
        Satisfaction(**{key: value for key, value in node.items() if key != "_target_"} | changed)


@pytest.mark.slow
def test_from_end_to_end(tmp_path, capsys):
    line = ["run", "experiment=satisfaction", "limits=smoke", "workers=1", "tracking=none", f"out={tmp_path}"]
    assert main(line) == 0
    out = capsys.readouterr().out
    assert "bm25 over none: +." in out
    assert "users' weights: holds" in out
    (record,) = tmp_path.glob("satisfaction/*/study.json")
    figures = json.loads(record.read_text())["figures"]
    assert [one["b"] for one in figures["experiments"]] == ["bm25"]
    assert {one["judge"] for one in figures["rankings"]} == {"satisfaction", "resolved"}
    page = (tmp_path / "satisfaction" / "report" / "README.md").read_text()
    for caption in ("A/B experiments of satisfaction", "Satisfaction by retrieval", "Weights of the user"):
        assert f"**{caption}" in page
    assert "## bm25 over none" in page


def test_a_key_that_means_nothing_is_refused():
    from memlab.studies.planned import planned

    with pytest.raises(ConfigError, match="does not read 'reader'"):
        planned(["experiment=satisfaction", "reader=choice"])
