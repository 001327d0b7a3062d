import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from write_run import figure, write_run

from memlab.report.page import write_report
from memlab.report.readings import METRICS, readings
from memlab.results import HEADLINE, load

HEADER = ("n published", "n judged", "n both", "changed", "published", "judged", "difference", "detectable")


def scored(*values):
    """A question of each of two users per value; None is not scored."""
    return {(f"u{user}", f"q{n}"): value for n, value in enumerate(values) for user in (0, 1) if value is not None}


def write(
    folder, labels, scores, *, strategy="bm25", audit=None, data="d" * 64, started="2026-01-01", mean=0.5, **changes
):
    """A run on `talks` that reads labels in some way; `changes` are to its config."""
    write_run(folder, strategy, {HEADLINE: figure(mean)})
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["source"] = {"name": "talks", "labels": labels, "audit": audit and f"{audit}.json", "caption": True}
    config["source"] |= changes.pop("source", {})
    config |= {"limits": {"users": None}, "query": {"limit": 100}} | changes
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"started": started}))
    summary = json.loads((folder / "summary.json").read_text())
    summary["run"]["data"] = f"{data}+{audit * 16}" if audit else data
    (folder / "summary.json").write_text(json.dumps(summary))
    rows = [
        {"user": user, "query": query, "kind": "when", "name": name, "value": value}
        for name, found in scores.items()
        for (user, query), value in found.items()
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "scores.parquet")


def tables(folder):
    return readings(load([folder]))


def texts(row):
    return [cell.text for cell in row.cells]


def captions(folder):
    return [table.caption for table in tables(folder)]


@pytest.fixture
def two(tmp_path):
    """A run under two readings: one question leaves, one comes, and of the three in both one is judged otherwise."""
    write(tmp_path / "1", "published", {HEADLINE: scored(0.0, 0.5, 1.0, 1.0, None)})
    write(tmp_path / "2", "judged", {HEADLINE: scored(None, 1.0, 1.0, 1.0, 0.0)})
    return tmp_path


def test_means_and_difference_are_over_the_questions_that_both_readings_score(two):
    (table,) = tables(two)
    assert table.caption == "talks: labels=judged against published, on the questions that both score"
    assert table.columns == ("strategy, metric", *HEADER)
    (row,) = table.rows
    assert texts(row) == [f"bm25, {HEADLINE}", "8", "8", "6", "2", ".833", "1.000", ".167 [.167, .167]", "–"]


def test_metrics_stand_below_each_other_and_one_that_is_not_judged_is_left_out(tmp_path):
    found = {name: scored(0.0, 1.0) for name in METRICS}
    write(tmp_path / "1", "published", found)
    write(tmp_path / "2", "judged", found | {"turn_recall@10": scored(None, None)})
    (table,) = tables(tmp_path)
    assert [row.cells[0].text for row in table.rows] == [f"bm25, {HEADLINE}", "bm25, turn_ndcg@10"]
    assert [texts(row)[4:] for row in table.rows] == [["0", ".500", ".500", ".000 [.000, .000]", "–"]] * 2


def test_an_unresolved_difference_says_what_could_have_been_seen(tmp_path):
    write(tmp_path / "1", "published", {HEADLINE: {("u0", "q"): 0.5, ("u1", "q"): 0.5, ("u2", "q"): 0.5}})
    write(tmp_path / "2", "judged", {HEADLINE: {("u0", "q"): 0.6, ("u1", "q"): 0.3, ("u2", "q"): 0.5}})
    difference, detectable = tables(tmp_path)[0].rows[0].cells[-2:]
    assert difference.low < difference.value < 0 < difference.high
    assert detectable.value > 0


def test_each_reading_is_set_against_the_one_before_it(tmp_path):
    write(tmp_path / "3", "audited", {HEADLINE: scored(1.0, 1.0)}, audit="a1a1")
    write(tmp_path / "2", "judged", {HEADLINE: scored(0.0, 1.0)})
    write(tmp_path / "1", "published", {HEADLINE: scored(0.0, 0.0)})
    first, second = tables(tmp_path)
    assert "judged against published" in first.caption
    assert "audited against judged" in second.caption
    assert [table.rows[0].cells[7].value for table in (first, second)] == [0.5, 0.5]


def test_a_reading_that_is_not_there_is_stepped_over(tmp_path):
    write(tmp_path / "1", "published", {HEADLINE: scored(0.0, 0.0)})
    write(tmp_path / "2", "audited", {HEADLINE: scored(1.0, 0.0)}, audit="a1a1")
    (table,) = tables(tmp_path)
    assert "audited against published" in table.caption


def test_two_audits_are_two_readings(tmp_path):
    write(tmp_path / "1", "judged", {HEADLINE: scored(0.0, 0.0)})
    write(tmp_path / "2", "audited", {HEADLINE: scored(1.0, 0.0)}, audit="a1a1")
    write(tmp_path / "3", "audited", {HEADLINE: scored(1.0, 1.0)}, audit="b2b2")
    assert [caption[:46] for caption in captions(tmp_path)] == [
        "talks: labels=audited (a1a1a1a1) against judge",
        "talks: labels=audited (b2b2b2b2) against judge",
    ]
    assert [table.rows[0].cells[7].value for table in tables(tmp_path)] == [0.5, 1.0]


@pytest.mark.parametrize(
    "other",
    [
        {"strategy": "rag"},
        {"data": "e" * 64},
        {"seed": 1},
        {"query": {"limit": 10}},
        {"limits": {"users": 1}},
        {"layer": ["decay"]},
        {"source": {"caption": False}},
        {"encoder": {"name": "hashing"}},
        {"labels": "published"},
        {"labels": None},
        {"labels": "mine"},
    ],
    ids=str,
)
def test_runs_that_differ_in_more_than_the_reading_are_not_set_side_by_side(tmp_path, other):
    write(tmp_path / "1", "published", {HEADLINE: scored(0.0, 1.0)})
    write(tmp_path / "2", **{"labels": "judged", "scores": {HEADLINE: scored(1.0, 1.0)}} | other)
    assert tables(tmp_path) == []


@pytest.mark.parametrize(
    "other",
    [{"out": "elsewhere"}, {"experiment": "again"}, {"workers": 3}, {"source": {"path": "moved.json"}}],
    ids=str,
)
def test_what_moves_no_score_keeps_no_runs_apart(tmp_path, other):
    write(tmp_path / "1", "published", {HEADLINE: scored(0.0, 1.0)})
    write(tmp_path / "2", "judged", {HEADLINE: scored(1.0, 1.0)}, **other)
    assert len(tables(tmp_path)) == 1


def test_of_runs_with_the_same_reading_the_newest_counts(two):
    write(two / "9", "judged", {HEADLINE: scored(0.0, 0.0, 0.0)}, started="2025-01-01", experiment="first")
    assert tables(two)[0].rows[0].cells[6].text == "1.000"
    write(two / "3", "judged", {HEADLINE: scored(0.0, 0.0, 0.0)}, started="2027-01-01", experiment="last")
    assert tables(two)[0].rows[0].cells[6].text == ".000"


def test_a_run_without_results_is_no_reading(two):
    (two / "2" / "summary.json").unlink()
    assert tables(two) == []


def test_readings_that_share_no_question_show_nothing(tmp_path):
    write(tmp_path / "1", "published", {HEADLINE: scored(1.0, None)})
    write(tmp_path / "2", "judged", {HEADLINE: scored(None, 1.0)})
    assert tables(tmp_path) == []


def test_sources_with_other_questions_have_tables_of_their_own_that_say_in_what_they_differ(two):
    write(two / "3", "published", {HEADLINE: scored(0.0)}, source={"caption": False})
    write(two / "4", "judged", {HEADLINE: scored(1.0)}, source={"caption": False})
    assert sorted(caption.split(":")[0] for caption in captions(two)) == [
        "talks (caption=False)",
        "talks (caption=True)",
    ]


def test_strategies_share_a_table_and_bounds_are_told_apart(two):
    for strategy in ("oracle", "rag"):
        for labels in ("published", "judged"):
            write(two / f"{strategy}{labels}", labels, {HEADLINE: scored(0.0)}, strategy=strategy)
    (table,) = tables(two)
    assert [(row.cells[0].text.split(",")[0], row.part) for row in table.rows] == [
        ("bm25", "contestant"),
        ("oracle", "bound"),
        ("rag", "contestant"),
    ]


def test_the_best_headline_under_the_later_reading_stands_first(tmp_path):
    for strategy, earlier, later in (("bm25", 0.9, 0.4), ("hybrid", 0.8, 0.6), ("rag", 0.7, 0.5)):
        write(tmp_path / f"{strategy}1", "published", {HEADLINE: scored(0.0)}, strategy=strategy, mean=earlier)
        write(tmp_path / f"{strategy}2", "judged", {HEADLINE: scored(0.0)}, strategy=strategy, mean=later)
    (table,) = tables(tmp_path)
    assert [row.cells[0].text.split(",")[0] for row in table.rows] == ["hybrid", "rag", "bm25"]


def test_the_order_of_runs_changes_nothing(tmp_path):
    write(tmp_path / "1", "published", {HEADLINE: scored(0.0, 0.0)})
    write(tmp_path / "2", "judged", {HEADLINE: scored(0.0, 1.0)})
    write(tmp_path / "3", "audited", {HEADLINE: scored(1.0, 1.0)}, audit="a1a1")
    results = load([tmp_path])
    assert readings(results) == readings(results[::-1])


def test_the_report_has_a_section_of_it_only_where_there_are_two_readings(two, tmp_path):
    both = load([two])
    for result in both:
        result.summary["metrics"] |= {"recalled_tokens": figure(10.0)}
    text = (write_report(both, tmp_path / "both").parent / "README.md").read_text()
    assert "## Readings of the labels" in text
    assert "labels=judged against published" in text
    assert "labels=judged against published" in (tmp_path / "both" / "index.html").read_text()
    write_report(both[:1], tmp_path / "one")
    assert "Readings of the labels" not in (tmp_path / "one" / "README.md").read_text()
