import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from write_run import figure

from memlab.report import tables
from memlab.report.cells import Cell, Row, Table, interval, reach, share, whole


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.0, ".000"), (-0.0, ".000"), (-0.0001, ".000"), (0.7634, ".763"), (-0.5, "-.500"), (1.0, "1.000")],
)
def test_a_share_is_short(value, text):
    assert share(value) == Cell(text, value)


def test_an_interval_is_carried_with_its_text():
    figure = {"mean": 0.5, "low": 0.45, "high": 0.55}
    assert reach(figure) == Cell(".500 ±.050", 0.5, 0.45, 0.55)
    assert interval(figure) == Cell(".500 [.450, .550]", 0.5, 0.45, 0.55)
    assert interval(figure | {"low": None, "high": None}) == Cell(".500", 0.5)
    assert whole(12345.6) == Cell("12,346", 12345.6)


def test_an_end_that_is_the_mean_itself_is_not_told():
    assert reach({"mean": 1.0, "low": 0.832, "high": 1.0}).text == "1.000 −.168"
    assert reach({"mean": 0.0, "low": 0.0, "high": 0.168}).text == ".000 +.168"
    assert reach({"mean": 0.5, "low": 0.4, "high": 0.7}).text == ".500 −.100 +.200"
    assert reach({"mean": 0.0, "low": 0.0, "high": 0.0}).text == ".000 ±.000"


@given(st.floats(-1, 1))
def test_what_is_printed_is_what_is_sorted_by(value):
    assert abs(float(share(value).text) - share(value).value) <= 0.0005 + 1e-12


def test_markdown_sets_all_but_contestants_apart():
    rows = tuple(
        Row((Cell(name), Cell(".1")), part)
        for name, part in (("a", "contestant"), ("b (partial)", "bound"), ("n", "reference"))
    )
    assert Table("T", ("strategy", "x"), rows).markdown() == (
        "**T**\n\n| strategy | x |\n|---|---:|\n| a | .1 |\n| *b* (partial) | .1 |\n| *n* | .1 |\n"
    )


def test_found_and_the_causes_are_everything(results):
    for result in results:
        shares = tables.why_shares(result)
        assert list(shares)[:3] == ["found", "never stored", "stored, not recalled"]
        assert sum(shares.values()) == pytest.approx(1)


def test_found_and_the_causes_carry_their_intervals(results):
    found, *causes = next(row for row in tables.why(results).rows if row.cells[0].text == "hybrid").cells[1:]
    assert [cell.text for cell in causes] == [f"{mean} ±.030" for mean in (".020", ".100", ".150", ".030", ".020")]
    assert 0.4 < found.low < found.value < found.high < 0.9


def test_a_run_without_one_of_the_causes_has_no_row(results):
    hybrid = next(r for r in results if r.strategy == "hybrid")
    summary = json.loads(json.dumps(hybrid.summary))
    summary["metrics"]["missed_read_wrong"]["mean"] = None
    rest = [replace(r, summary=summary) if r is hybrid else r for r in results]
    assert tables.why_shares(rest[results.index(hybrid)]) is None
    assert "hybrid" not in {row.cells[0].text for row in tables.why(rest).rows}


def test_restraint_tells_silence_from_figures(results):
    table = tables.restraint(results)
    said = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}
    assert said["hybrid"] == [".710 [.680, .740]", ".410 [.380, .440]", ".020 [-.010, .050]"]
    assert said["none"] == ["does not abstain", "–", ".020 [-.010, .050]"]
    assert not table.sortable


def test_old_runs_have_neither(old_results):
    assert tables.why(old_results) is None
    assert tables.restraint(old_results) is None


def test_a_run_without_the_metric_is_not_said_to_be_silent(results, old_results):
    mixed = [r for r in results if r.strategy == "hybrid"] + [r for r in old_results if r.strategy == "none"]
    said = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in tables.restraint(mixed).rows}
    assert said["none"] == ["–", "–", "–"]


def test_nobody_is_silent_where_nobody_is_judged(results):
    silent = [r for r in results if r.strategy != "hybrid"]
    cells = [row.cells[1].text for row in tables.restraint(silent).rows]
    assert cells == ["–"] * 5 + ["0 of 50"]


def test_chance_and_what_is_attainable_are_averaged_over_kinds_as_the_strategies_are(results):
    def with_kinds(result, chances):
        summary = json.loads(json.dumps(result.summary))
        summary["metrics"]["turn_recall@10"] = figure(0.5, macro=0.4, macro_low=0.3, macro_high=0.6)
        for kind, chance in chances.items():
            summary["by_kind"][kind] = {"turn_recall@10": figure(0.5, chance=chance, attainable=1.0)}
        summary["by_kind"]["never_said"] = {"turn_recall@10": figure(None, n=0)}
        return replace(result, summary=summary)

    def shown(chances):
        rows = tables.macro([with_kinds(result, chances) for result in results]).rows
        return {row.cells[0].text: row.cells[1].text for row in rows}

    found = shown({"when": 0.1, "two_hop": 0.3})
    assert (found["hybrid"], found["chance"], found["attainable"]) == (".400 [.300, .600]", ".200", "1.000")
    assert shown({"when": 0.1, "two_hop": None})["chance"] == "–"


def test_counts_over_999_have_a_comma_everywhere(results):
    def grown(figures):
        return {name: f | {"n": 2040, "of": 2328} for name, f in figures.items()}

    many = []
    for result in results:
        kinds = {kind: grown(figures) for kind, figures in result.summary["by_kind"].items()}
        run = result.summary["run"] | {"users": 1234}
        summary = result.summary | {"metrics": grown(result.summary["metrics"]), "by_kind": kinds, "run": run}
        many.append(replace(result, summary=summary))
    shown = [tables.leaderboard("x", many), tables.by_kind(many, "evidence_recall@512"), tables.why(many)]
    shown.append(tables.figures(many, ("evidence_recall@512",), "Some"))
    text = "\n".join(table.markdown() for table in shown)
    assert not re.search(r"(?<![.@\d])\d{4,}", text)
    for words in ("1,234 users, 2,040 questions", "| 2,040 of 2,328 |", "| *n* | 2,040 |"):
        assert words in text
