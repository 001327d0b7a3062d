"""The study of the A/B machinery: on panels whose truth is known, and once from end to end."""

import json

import numpy as np
import pytest

from memlab.cli import main
from memlab.studies.ab_level import (
    CUPED,
    MEANS,
    PEEKING,
    ROWS,
    SOUND,
    VALID,
    bound,
    groups,
    hashed,
    joined,
    populations,
    rejections,
)
from memlab.studies.ab_tables import level_table, verdict
from memlab.studies.ab_truth import judged, judged_ratio
from memlab.studies.panel import Panel

OF = ("repeats", "held")


def people(users: int, sessions: int, effect: float = 0.0, seed: int = 0) -> Panel:
    """Users with a level of their own, some of whose sessions were not due."""
    draws = np.random.default_rng(0)
    level = draws.normal(0.5, 0.15, (users, 1))
    noise = np.random.default_rng(seed + 1)
    values = {
        "satisfaction": level + effect + noise.normal(0, 0.3, (users, sessions)),
        "repeats": noise.poisson(1 - np.clip(level, 0, 1), (users, sessions)).astype(float),
        "held": (noise.random((users, sessions)) < 0.8).astype(float),
    }
    values["satisfaction"][noise.random((users, sessions)) < 0.05] = np.nan
    before = level + draws.normal(0, 0.1, (users, 1))
    names = tuple(f"00/u{n}" for n in range(users))
    return Panel(names, values, dict.fromkeys(values, before))


def test_arms_that_are_the_same_are_told_apart_as_often_as_the_level_says():
    lived, draws = people(200, 10), 400
    found = rejections(lived, "satisfaction", OF, hashed(lived.users, draws, "test"), 0.05)
    for name in SOUND:
        assert found[name].sum() <= bound(draws, 0.05), name
    assert found[MEANS].sum() > 5
    for name in (PEEKING, ROWS):
        assert found[name].sum() > bound(draws, 0.05), name
    assert found[VALID].sum() < found[PEEKING].sum() / 2


def test_groups_share_nobody():
    found = groups(people(240, 6), 6, "satisfaction", OF, 0.05)
    assert all(len(rejected) == 6 for rejected in found.values())


def test_every_population_is_assigned_by_itself_and_who_is_over_the_bound_is_named():
    one = people(60, 5)
    two = Panel(
        (*one.users, *(f"01/v{n}" for n in range(60))),
        *({name: np.vstack([part[name], part[name]]) for name in part} for part in (one.values, one.before)),
    )
    each = populations(two, 40, "satisfaction", OF, 0.05)
    assert [len(found[MEANS]) for found in each] == [40, 40]
    assert len(joined(each)[CUPED]) == 80
    alone = rejections(one, "satisfaction", OF, hashed(one.users, 40, "aa"), 0.05)
    assert all((each[0][name] == alone[name]).all() for name in SOUND)
    truth = list(judged(one, one, "satisfaction", 30, 20, 0, 0.05))
    always = {"of 40 assignments": each[0], "of 80": {name: np.ones(80, bool) for name in (*SOUND, PEEKING, ROWS)}}
    lines = [line for line in verdict(always, truth, 0.05) if line.startswith("level")]
    assert lines[0] == f"level: means, at the end is over the bound {bound(80, 0.05)} with 80 of 80"
    assert len(lines) == len(SOUND)
    table = level_table("satisfaction", always, 0.05)
    assert {row.cells[-1].text for row in table.rows[:-1]} == {"no"}
    assert [cell.text for cell in table.rows[-1].cells[1:3]] == [str(bound(40, 0.05)), str(bound(80, 0.05))]


def test_hashes_are_even_and_not_alike():
    found = hashed([f"u{n}" for n in range(500)], 40, "x")
    assert 0.4 < found.mean() < 0.6
    assert np.abs(np.corrcoef(found))[np.triu_indices(40, 1)].max() < 0.2


def test_estimates_are_judged_against_the_effect_among_all():
    a, b = people(500, 8), people(500, 8, effect=0.1, seed=7)
    found = {one.estimator: one for one in judged(a, b, "satisfaction", 100, 600, 0, 0.05)}
    for one in found.values():
        assert one.truth == pytest.approx(0.1, abs=0.02)
        assert abs(one.bias) <= 4 * one.noise
        assert one.coverage > 0.92
    assert found["CUPED"].width < found["means"].width
    assert found["CUPED"].power > found["means"].power
    assert found["always valid, CUPED"].power > 0.1
    assert found["always valid, means"].coverage > 0.95
    ratio = judged_ratio(a, b, OF, 100, 600, 0, 0.05)
    assert abs(ratio.bias) <= 4 * ratio.noise + 0.02
    assert ratio.coverage > 0.92


def test_from_end_to_end(tmp_path, capsys):
    line = ["run", "experiment=ab", "limits=smoke", "workers=1", "tracking=none", f"out={tmp_path}"]
    assert main([*line, "study.users=8", "study.populations=1", "study.groups=1", "study.experiments=50"]) == 0
    out = capsys.readouterr().out
    assert "A/A: " in out
    assert "A/A experiments that find a difference in satisfaction" in out
    (record,) = tmp_path.glob("ab/*/study.json")
    figures = json.loads(record.read_text())["figures"]
    assert [counted[CUPED][1] for counted in figures["level"].values()] == [100, 100, 1]
    assert {one["outcome"] for one in figures["truth"]} == {
        *("satisfaction", "resolved", "held", "objections"),
        "repeats per held",
    }
    assert (tmp_path / "ab" / "report" / "ab-widths.png").exists()
