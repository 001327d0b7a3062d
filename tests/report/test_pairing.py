"""Where users react they are paired, not their questions; and what cannot be paired is refused."""

import json

import pytest
from write_felt import USERS, write_felt
from write_run import figure, write_run

from memlab.cli import main
from memlab.report.compare import compare
from memlab.report.pairing import pairable, paired_by
from memlab.report.places import places_of
from memlab.report.planning import from_runs
from memlab.report.tables import versus
from memlab.results import HEADLINE, ResultError, load

NONE = [0.0] * USERS
GAINED = [0.5 + 0.1 * user for user in range(USERS)]
FEW, MANY = [[0.0, 0.0]] * USERS, [[1.0, 0.0, 0.0, 0.0]] * (USERS - 1) + [[1.0] * 9]


@pytest.fixture
def felt(tmp_path):
    """Under b users are asked more, the last one most of all, and the first question alone is found."""
    write_felt(tmp_path / "felt" / "1", "a", NONE, FEW)
    write_felt(tmp_path / "felt" / "2", "b", GAINED, MANY)
    return tmp_path / "felt"


@pytest.fixture
def recorded(tmp_path):
    write_felt(tmp_path / "recorded" / "1", "a", NONE, FEW, felt=False)
    write_felt(tmp_path / "recorded" / "2", "b", GAINED, FEW, felt=False)
    return tmp_path / "recorded"


def test_users_who_react_are_paired_by_their_own_means(felt):
    """Question by question it would be 9 halves of 16 questions; each user weighs the same, however much was asked."""
    rows = {row["metric"]: row for row in compare(load([felt]), "a")}
    own = rows[HEADLINE]
    assert own["mean"] == pytest.approx((7 * 0.25 + 1.0) / 8)
    assert (own["n"], own["users"], own["paired_by"]) == (USERS, USERS, "user")
    assert {"resolved", "satisfaction"} <= rows.keys()


def test_figures_of_sessions_are_compared_where_users_react(felt):
    (row,) = compare(load([felt]), "a", metric="satisfaction")
    assert row["mean"] == pytest.approx(sum(GAINED) / USERS)
    assert (row["n"], row["users_better"], row["verdict"]) == (USERS, USERS, "better")
    assert row["p"] == pytest.approx(2 / 2**USERS)


def test_recorded_users_are_paired_question_by_question_and_by_user_for_figures_of_sessions(recorded):
    runs = load([recorded])
    (asked,) = compare(runs, "a", metric=HEADLINE)
    assert (asked["n"], asked["paired_by"]) == (2 * USERS, "question")
    (churned,) = compare(runs, "a", metric="memories_churn")
    assert (churned["n"], churned["paired_by"], churned["verdict"]) == (USERS, "user", "no direction")


def test_a_report_says_how_it_pairs(felt, recorded):
    for folder, by, n in ((felt, "user", USERS), (recorded, "question", 2 * USERS)):
        runs = load([folder])
        table = versus(runs, next(r for r in runs if r.strategy == "a"))
        assert table.caption == f"Minus a, paired by {by}"
        assert table.rows[-1].cells[1].value == n
        assert paired_by(runs[0], HEADLINE) == by


def test_places_are_of_users_own_means(tmp_path):
    """On the two questions whose names both have, b would be first, by .5 to .3."""
    write_felt(tmp_path / "1", "a", NONE, [[0.3, 0.3]] * USERS)
    write_felt(tmp_path / "2", "b", NONE, [[1.0, 0.0, 0.0, 0.0]] * USERS)
    first, second = places_of("reacting", load([tmp_path])).places
    assert (first.strategy, first.best, second.strategy) == ("a", 1.0, "b")


def test_sessions_are_of_no_kind(felt):
    (run, _) = load([felt])
    assert len(pairable(run, HEADLINE, "when")) == USERS
    assert pairable(run, "satisfaction", "when") == {}


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ("satisfaction", "no run is scored by satisfaction; it is judged of users who react, as on source=reacting"),
        ("abstention_auroc", "abstention_auroc tells two classes of questions apart"),
        ("turn_recall@10", "no run is scored by turn_recall@10; the nearest of 2 known"),
    ],
)
def test_a_metric_that_nothing_can_be_paired_by_is_one_error(recorded, capsys, metric, told):
    for words in (["compare", str(recorded), "--baseline", "a"], ["plan", "--effect", ".1", "--runs", str(recorded)]):
        assert main([*words, "--metric", metric]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert told in printed.err


def test_a_baseline_alone_is_no_comparison(tmp_path, capsys):
    write_run(tmp_path / "1", "a", {HEADLINE: figure(0.5)})
    for more in ([], ["--json"], ["--metric", HEADLINE], ["--by-kind"]):
        assert main(["compare", str(tmp_path), "--baseline", "a", *more]) == 2
        assert "nothing can be set against 'a': no other run is scored by" in capsys.readouterr().err


def test_the_command_says_by_what_it_pairs(felt, capsys):
    assert main(["compare", str(felt), "--baseline", "a", "--metric", "satisfaction"]) == 0
    assert "reacting, satisfaction: minus a, paired by user" in capsys.readouterr().out
    assert main(["compare", str(felt), "--baseline", "a", "--metric", "satisfaction", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["paired_by"] == "user"


def test_a_study_is_planned_from_sessions(felt, recorded, capsys):
    (found,) = from_runs(load([felt]), "a", "satisfaction")
    assert (found.by, found.users) == ("user", USERS)
    mean = sum(GAINED) / USERS
    assert found.user_sd == pytest.approx((sum((gain - mean) ** 2 for gain in GAINED) / (USERS - 1)) ** 0.5)
    assert main(["plan", "--effect", ".1", "--metric", "satisfaction", "--runs", str(felt), "--baseline", "a"]) == 0
    assert "Paired by user, two-sided at 5 %" in capsys.readouterr().out
    with pytest.raises(ResultError, match="no run of 'c' is scored by satisfaction"):
        list(from_runs(load([felt]), "c", "satisfaction"))
