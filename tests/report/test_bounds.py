"""Bounds set beforehand: the figure, its interval against the bound, and what cannot be read."""

import pyarrow as pa
import pytest
import yaml
from write_difficulty import write_ranked

from memlab.report.bounds import Bound, beside, bounds
from memlab.report.cells import Cell, Row, Table, share
from memlab.report.page import write_report
from memlab.results import ResultError, load
from memlab.stats.mean import Mean
from memlab.stats.ratio import ratio_of_totals
from memlab.traces import GOLD, write_parquet

HITS = {"when": [[1, 1, 50, 50]] * 6, "who": [[50, 50]] * 6}
MORE = {"when": [[1, 1, 1, 50]] * 6, "who": [[1, 50]] * 6}


@pytest.fixture
def told(tmp_path):
    """Writes two runs of an experiment with these bounds and gives the table's rows as text."""

    def told(*listed):
        (tmp_path / "configs" / "experiment").mkdir(parents=True)
        experiment = {"name": "hard", "runs": [], "bounds": list(listed)}
        (tmp_path / "configs" / "experiment" / "hard.yaml").write_text(yaml.safe_dump(experiment))
        for name, ranks in (("bm25", HITS), ("late", MORE)):
            folder = tmp_path / "runs" / name
            write_ranked(folder, str(tmp_path / "configs"), "made up", name, ranks)
            for user in range(6):
                asked = [("when", n) for n in range(4)] + [("who", n) for n in range(2)]
                rows = [{"query": f"{kind}{n}", "facets": [("updates", str(n))]} for kind, n in asked]
                write_parquet(pa.Table.from_pylist(rows, schema=GOLD), folder / "gold" / f"u{user}.parquet")
        table = bounds(load([tmp_path / "runs"]))
        return None if table is None else [[cell.text for cell in row.cells] for row in table.rows]

    return told


def wish(**others):
    return {"claim": "more", "strategy": "late", "metric": "evidence_recall@512"} | others


def test_a_figure_is_the_mean_or_the_paired_difference_or_the_ratio(told):
    assert told(
        wish(at_least=0.6),
        wish(baseline="bm25", at_least=0.4),
        wish(baseline="bm25", relative=True, below=2.5),
        wish(baseline="bm25", kinds=["who"], below=0.4),
        wish(baseline="bm25", where={"updates": 0}, at_least=0.5),
    ) == [
        ["more", ".667 [.667, .667]", "≥ .600", "reached", "36", "6"],
        ["more", ".333 [.333, .333]", "≥ .400", "not reached", "36", "6"],
        ["more", "2.000 [2.000, 2.000]", "< 2.500", "reached", "36", "6"],
        ["more", ".500 [.500, .500]", "< .400", "not reached", "12", "6"],
        ["more", ".500 [.500, .500]", "≥ .500", "reached", "12", "6"],
    ]


def test_two_sets_of_questions_stand_side_by_side():
    def table(mean):
        return Table("Claims", ("claim", "figure"), (Row((Cell("more"), share(mean))), Row((Cell("own"), Cell("–")))))

    one, other = table(0.5), table(0.75)
    (more, own) = beside({"open": one, "sealed": other}).rows
    assert [cell.text for cell in more.cells] == ["more", ".500", ".750", "-.250"]
    assert own.cells[3].text == "–"
    assert beside({"open": one}) is None


def test_bounds_that_hold_together_have_wider_intervals():
    values = [("u", 1.0, 2.0), ("v", 2.0, 3.0), ("w", 0.5, 2.0)]
    alone, together = ratio_of_totals(values), ratio_of_totals(values, 1 - 0.05 / 10)
    assert together.low < alone.low < alone.mean == together.mean


def test_what_did_not_run_is_left_out_and_no_bound_is_no_table(told):
    assert told(wish(strategy="hybrid", below=1.0)) is None


def test_the_report_begins_with_the_claims(told, tmp_path):
    told(wish(at_least=0.6))
    write_report(load([tmp_path / "runs"]), tmp_path / "report")
    text = (tmp_path / "report" / "README.md").read_text()
    assert text.index("## Claims on made up") < text.index("## made up")
    assert "| more | .667 [.667, .667] | ≥ .600 | reached | 36 | 6 |" in text


@pytest.mark.parametrize(
    ("ends", "at_least", "verdict"),
    [
        ((0.31, 0.4, 0.5), 0.3, "reached"),
        ((0.3, 0.4, 0.5), 0.3, "reached"),
        ((0.2, 0.4, 0.5), 0.3, "reached by the mean"),
        ((0.1, 0.2, 0.5), 0.3, "not reached"),
    ],
)
def test_the_whole_interval_must_keep_a_bound(ends, at_least, verdict):
    low, mean, high = ends
    own, mirrored = Bound("", "", "", at_least=at_least), Bound("", "", "", below=-at_least + 1e-9)
    assert own.verdict(Mean(mean, low, high, 50, 6)) == verdict
    assert mirrored.verdict(Mean(-mean, -high, -low, 50, 6)) == verdict
    assert own.verdict(Mean(mean, low, high, 50, 5)) == "cannot tell: 5 users of at least 6"


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (wish(), "must have one of at_least and below"),
        (wish(at_least=1, below=2), "must have one of at_least and below"),
        (wish(atleast=1), "no key 'atleast'; the nearest of 10 known: at_least"),
        (wish(below="much"), "below is 'much'; it must be of type int or float"),
        (wish(below=1, relative=True), "relative needs a baseline"),
        (wish(below=1, metric="evidence_recal"), "no metric 'evidence_recal'"),
        ({"claim": "more", "strategy": "late", "below": 1}, "metric is missing"),
        ("late", "'late'; it must have the keys claim"),
    ],
)
def test_a_bound_that_cannot_be_read_is_refused(told, node, message):
    with pytest.raises(ResultError, match=message):
        told(node)


def test_a_ratio_of_totals_weighs_users_by_their_totals():
    found = ratio_of_totals([("u", 1.0, 1.0), ("v", 1.0, 3.0)])
    assert found.mean == 0.5
    assert found.low < 0.5 < found.high
    assert ratio_of_totals([("u", 0.0, 0.0)]) is None
