"""Users of several sources taken together: who they are, what their mean is, when nothing is pooled."""

import json
from dataclasses import asdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from write_run import figure, write_run

from memlab.metrics.base import Score
from memlab.report import tables
from memlab.report.compare import baselines, compare, detectable, named
from memlab.report.page import write_report
from memlab.report.pooled import groups
from memlab.results import HEADLINE, ResultError, load
from memlab.runs import SCORES
from memlab.stats.mean import clustered_mean

PEOPLE = {"locomo": 5, "beam": 4, "realmem": 1}
LIFT = {"locomo": 0.25, "beam": 0.0, "realmem": 0.5}
QUESTIONS = {"locomo": 8, "beam": 2, "realmem": 3}


def value(strategy, source, user, question):
    """What a strategy scores on a question: everybody's own, and better is better by the source's lift."""
    own = ((user * 7 + question * 3) % 5) / 8
    return own + (LIFT[source] + (user % 2) / 16 if strategy == "better" else 0.0)


def write_source(folder, strategy, source, configs, changed=None):
    write_run(folder, strategy, {HEADLINE: figure(0.5), "recalled_tokens": figure(9.0, 50)})
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config |= {"source": {"name": source, "labels": "judged"}, "experiment": "mine", "config_dir": str(configs)}
    (folder / "config.yaml").write_text(yaml.safe_dump(config | (changed or {})))
    summary = json.loads((folder / "summary.json").read_text())
    summary["run"] |= {"users": PEOPLE[source], "data": source * 3}
    (folder / "summary.json").write_text(json.dumps(summary))
    rows = [
        asdict(
            Score(
                user=f"u{user}",
                name=HEADLINE,
                query=f"q{question}",
                kind=f"{source} kind",
                value=value(strategy, source, user, question),
                chance=0.125,
                attainable=1.0,
            )
        )
        for user in range(PEOPLE[source])
        for question in range(QUESTIONS[source])
    ]
    rows.append(rows[0] | {"name": "abstention_auroc", "positive": True})
    table = pa.Table.from_pylist([row | {"score_version": 1} for row in rows], schema=SCORES)
    pq.write_table(table, folder / "scores.parquet")


@pytest.fixture
def configs(tmp_path):
    folder = tmp_path / "configs" / "experiment"
    folder.mkdir(parents=True)
    mine = {"name": "mine", "runs": [], "pooled": [{"name": "people", "sources": [*PEOPLE, "not there"]}]}
    mine |= {"baselines": ["plain", "absent"], "comparisons": [{"strategy": "better", "baseline": "plain"}]}
    (folder / "mine.yaml").write_text(yaml.safe_dump(mine))
    return tmp_path / "configs"


@pytest.fixture
def folder(tmp_path, configs):
    for source in PEOPLE:
        for strategy in ("plain", "better", "oracle"):
            write_source(tmp_path / "runs" / f"{source}-{strategy}", strategy, source, configs)
    write_source(tmp_path / "runs" / "lonely", "on one source only", "beam", configs)
    return tmp_path / "runs"


def test_what_is_pooled_comes_first_and_its_sources_stay(folder):
    assert list(groups(load([folder]))) == ["people", "beam", "locomo", "realmem"]


def test_an_experiment_may_pool_twice(folder, configs):
    path = configs / "experiment" / "mine.yaml"
    mine = yaml.safe_load(path.read_text())
    path.write_text(
        yaml.safe_dump(mine | {"pooled": [*mine["pooled"], {"name": "two", "sources": ["beam", "locomo"]}]})
    )
    found = groups(load([folder]))
    assert list(found) == ["people", "two", "beam", "locomo", "realmem"]
    assert len({r.folder for name in ("people", "two") for r in found[name]}) == 6


def test_a_strategy_is_pooled_where_it_ran_on_every_source(folder):
    pooled = groups(load([folder]))["people"]
    assert [r.strategy for r in pooled] == ["better", "oracle", "plain"]
    assert {len(r.parts) for r in pooled} == {3}


def test_the_mean_is_over_all_questions_and_its_interval_stratified(folder):
    better = groups(load([folder]))["people"][0]
    seen = [
        (value("better", source, user, question), f"{source}{user}", source)
        for source in PEOPLE
        for user in range(PEOPLE[source])
        for question in range(QUESTIONS[source])
    ]
    values, users, strata = zip(*seen, strict=True)
    known, found = clustered_mean(values, users, strata=strata), better.figure(HEADLINE)
    assert (found["mean"], found["n"], found["users"]) == (pytest.approx(known.mean), 51, 10)
    assert (found["low"], found["high"]) == (pytest.approx(known.low), pytest.approx(known.high))
    assert (found["chance"], found["attainable"], found["of"]) == (0.125, 1.0, 150)


def test_a_difference_is_paired_within_its_source(folder):
    (row,) = named("people", groups(load([folder]))["people"])
    lifts = [
        LIFT[source] + (user % 2) / 16
        for source in PEOPLE
        for user in range(PEOPLE[source])
        for _ in range(QUESTIONS[source])
    ]
    assert row["mean"] == pytest.approx(sum(lifts) / len(lifts))
    assert (row["users"], row["users_better"], row["users_worse"], row["verdict"]) == (10, 8, 0, "better")
    sources = {row["source"]: row["verdict"] for row in compare(load([folder]), "plain") if row["strategy"] == "better"}
    assert sources["people"] == "better"
    assert sources["locomo"] == "cannot tell (5 users of at least 6, would need about 6 users)"


def test_a_figure_that_separates_classes_is_not_pooled(folder):
    for result in groups(load([folder]))["people"]:
        assert result.figure("abstention_auroc") == {}


def test_nothing_is_pooled_of_a_source_that_was_asked_in_two_ways(folder, tmp_path, configs):
    write_source(folder / "again", "plain", "beam", configs, {"limits": {"queries": 2}})
    assert "people" not in groups(load([folder]))


def test_nothing_is_pooled_of_one_source(folder):
    alone = [r.folder for r in load([folder]) if r.source == "beam"]
    assert list(groups(load(alone))) == ["beam"]


def test_a_strategy_that_ran_twice_on_a_source_is_left_out(folder, configs):
    write_source(folder / "again", "plain", "beam", configs, {"strategy": {"name": "plain", "k1": 2}})
    assert [r.strategy for r in groups(load([folder]))["people"]] == ["better", "oracle"]


def test_the_baselines_are_those_that_the_experiment_names_and_that_ran(folder):
    pooled = groups(load([folder]))["people"]
    assert [r.strategy for r in baselines(pooled)] == ["plain"]


def test_differences_are_set_beside_what_they_could_have_seen(folder):
    pooled = groups(load([folder]))["people"]
    (base,) = baselines(pooled)
    table = tables.versus(pooled, base)
    assert [row.cells[0].text for row in table.rows] == ["better", "detectable", "n"]
    assert table.rows[0].cells[1].text.endswith("▲")
    assert table.rows[1].cells[1].value == detectable(pooled, HEADLINE) > 0
    short = tables.leaderboard("people", pooled)
    shown = {row.cells[0].text: row.cells[1].value for row in short.rows}
    assert shown["detectable (from plain)"] == detectable(pooled, HEADLINE)
    assert "stratified by source" in short.caption


def test_without_a_rival_there_is_no_difference(folder):
    pooled = [r for r in groups(load([folder]))["people"] if r.strategy != "better"]
    assert tables.versus(pooled, baselines(pooled)[0]) is None


def test_by_kind_a_source_under_six_users_gets_no_mark(folder):
    locomo = groups(load([folder]))["locomo"]
    (base,) = baselines(locomo)
    table = tables.versus_by_kind(locomo, base)
    assert table.columns == ("strategy", "locomo kind")
    assert "▲" not in table.markdown()


def test_the_report_shows_the_pool_and_each_source(folder, tmp_path):
    page = write_report(load([folder]), tmp_path / "report")
    text = (page.parent / "README.md").read_text()
    assert text.index("## people") < text.index("## beam")
    assert f"**{HEADLINE} by source**" in text
    assert "users of locomo 5; users of beam 4; users of realmem 1" in text


def test_a_baseline_that_cannot_be_pooled_is_refused_for_the_source_that_keeps_it_out(folder, configs):
    write_source(folder / "again", "plain", "beam", configs, {"strategy": {"name": "plain", "k1": 2}})
    with pytest.raises(ResultError, match="2 runs of 'plain' on beam"):
        compare(load([folder]), "plain")
    with pytest.raises(ResultError, match="no run of 'on one source only' on locomo"):
        compare(load([folder]), "on one source only")
