import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from write_run import figure, write_run

from memlab.report.compare import compare, named
from memlab.report.tables import HEADLINE, differences
from memlab.results import ResultError, load
from memlab.stats.comparison import comparison, rounded

KINDS = {"when": 8, "two_hop": 16}


def write_scores(folder, strategy, value, experiment="try", config_dir=None):
    """A run of 8 users with a question of one kind and two of the other each, scored by `value(kind)`."""
    write_run(folder, strategy, {HEADLINE: figure(0.5)})
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config |= {"experiment": experiment, "config_dir": str(config_dir) if config_dir else None}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    rows = [
        {"user": f"u{user}", "query": f"{kind}{user}{n}", "kind": kind, "name": HEADLINE, "value": value(kind)}
        for kind, each in KINDS.items()
        for user in range(8)
        for n in range(each // 8)
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "scores.parquet")


@pytest.fixture
def runs(tmp_path):
    folder = tmp_path / "configs" / "experiment"
    folder.mkdir(parents=True)
    wanted = [{"strategy": "b", "baseline": "a"}, {"strategy": "b", "baseline": "a", "kinds": ["two_hop"]}]
    wanted += [{"strategy": "b", "baseline": "a", "kinds": "each"}, {"strategy": "absent", "baseline": "a"}]
    (folder / "mine.yaml").write_text(yaml.safe_dump({"name": "mine", "runs": [], "comparisons": wanted}))
    write_scores(tmp_path / "runs" / "1", "a", lambda kind: 0.5, "mine", tmp_path / "configs")
    write_scores(
        tmp_path / "runs" / "2", "b", lambda kind: 1.0 if kind == "two_hop" else 0.25, "mine", tmp_path / "configs"
    )
    return load([tmp_path / "runs"])


def test_by_kind_each_kind_is_compared_on_its_own_questions(runs):
    rows = compare(runs, "a", by_kind=True)
    assert [(row["kind"], row["mean"], row["n"]) for row in rows] == [("two_hop", 0.5, 16), ("when", -0.25, 8)]
    assert [row["verdict"] for row in rows] == ["better", "worse"]


def test_over_all_questions_no_kind_is_named(runs):
    (row,) = compare(runs, "a")
    assert (row["kind"], row["n"], row["mean"]) == (None, 24, pytest.approx((16 * 0.5 - 8 * 0.25) / 24))


def test_an_experiment_shows_the_comparisons_that_it_names_in_their_order(runs):
    rows = named("simulated", runs)
    assert [row["kind"] for row in rows] == [None, "two_hop", "two_hop", "when"]
    table = differences(rows)
    assert table is not None
    assert [cell.text for cell in table.rows[1].cells] == [
        "b − a, two_hop",
        ".500 [.500, .500]",
        ".008",
        ".023",
        "16",
        "8:0",
        "–",
        "better",
    ]
    assert table.caption.startswith(f"Paired differences in {HEADLINE} that the experiment names")
    mixed = differences([rows[0], rows[1] | {"metric": "helpful@5"}])
    assert mixed.caption.startswith(
        f"Paired differences, in {HEADLINE} unless said otherwise, that the experiment names"
    )
    assert mixed.rows[1].cells[0].text == "b − a, two_hop, helpful@5"


def test_what_is_named_has_a_p_value_after_holm_each_comparison_once_and_all_else_is_exploratory(runs):
    """Three comparisons, one of them named twice; eight users who all say the same have a p-value of 2 in 256."""
    rows = compare(runs, "a") + compare(runs, "a", by_kind=True)
    assert [row["p"] for row in rows] == [pytest.approx(2 / 256)] * 3
    assert [(row["p_holm"], row["family"]) for row in rows] == [(pytest.approx(6 / 256), 3)] * 3
    (other,) = compare(runs, "b")
    assert (other["strategy"], other["p_holm"], other["family"]) == ("a", None, None)
    assert other["verdict"] == "worse"


def test_a_verdict_takes_the_p_value_after_holm_where_the_comparison_was_named():
    a = {(f"u{n}", "q"): 0.5 + 0.1 * (n % 2) for n in range(6)}
    found = comparison(a, dict.fromkeys(a, 0.0), True, "x")
    assert found.p == 2 / 64
    assert (found.verdict(), found.verdict(0.04)) == ("better", "better")
    assert found.verdict(0.06) == "cannot tell"  # six users would do; it is Holm that stands in the way


def test_what_cannot_be_told_says_how_many_users_would_tell_it():
    a = {(f"u{n:02}", "q"): float(n % 3 == 0) for n in range(30)}
    b = {(f"u{n:02}", "q"): float(n % 4 == 0) for n in range(30)}
    found = comparison(a, b, True, "x")
    assert found.verdict() == f"cannot tell (would need about {rounded(found.needed)} users)"
    assert found.needed > 100
    few = comparison({("u", "q"): 1.0}, {("u", "q"): 0.0}, True, "x")
    assert few.verdict() == "cannot tell (1 user of at least 6)"


def test_intervals_are_resampled_where_that_is_asked_for():
    a = {(f"u{n:02}", "q"): 0.1 * (n % 7) ** 2 for n in range(20)}
    b = dict.fromkeys(a, 0.0)
    plain, drawn = comparison(a, b, True, "x").difference.mean, comparison(a, b, True, "x", bootstrap=True)
    assert drawn.difference.mean.mean == plain.mean
    assert drawn.difference.mean.low != plain.low
    assert drawn == comparison(a, b, True, "x", bootstrap=True)


def test_an_experiment_without_a_yaml_names_none(tmp_path):
    write_scores(tmp_path / "1", "a", lambda kind: 0.5)
    assert named("simulated", load([tmp_path])) == []
    assert differences([]) is None


def test_a_baseline_that_is_not_there_is_answered_with_what_is(runs):
    with pytest.raises(ResultError, match="no run of 'c' on simulated"):
        compare(runs, "c")


def test_one_metric_can_be_compared_alone(runs):
    assert {row["metric"] for row in compare(runs, "a", metric=HEADLINE)} == {HEADLINE}
    with pytest.raises(ResultError, match=r"no metric 'turn_recal@10'; the nearest of \d+ known: turn_recall@10"):
        compare(runs, "a", metric="turn_recal@10")
