"""The dashboard of a run's health, and when its alarms rise."""

from dataclasses import replace
from itertools import pairwise

import pytest

from memlab import make
from memlab.cli import main
from memlab.config import plan
from memlab.health import ALARMS, COLUMNS, Day, alarms, days
from memlab.report.health import by_session, ends_table, health_sections
from memlab.report.pooled import groups
from memlab.results import load
from memlab.runs import execute

LIMITS = make(
    "health/alarms", window=2, growth=2.0, accessed_share=0.1, stale_rise=0.1, stale_least=0.2, churn_times=3.0
)
UNREAD, STALE, CHURN, SLOW = ALARMS


def life(name, *values, **others):
    return [Day(session=session, **{name: value}, **others) for session, value in enumerate(values)]


def test_growth_alone_is_no_alarm_and_growth_unread_is():
    grown = life("total", 10.0, 10.0, 15.0, 20.0, 40.0, accessed=1.0)
    assert alarms(grown, LIMITS) == {UNREAD: 3}
    assert alarms([replace(day, accessed=9.0) for day in grown], LIMITS) == {}
    assert alarms([replace(day, accessed=None) for day in grown], LIMITS) == {}


def test_a_stale_share_that_rises_from_little_to_much_is_an_alarm():
    assert alarms(life("stale_share", 0.0, 0.05, 0.15, 0.2, 0.2), LIMITS) == {STALE: 3}
    assert alarms(life("stale_share", 0.5, 0.5, 0.5, 0.5), LIMITS) == {}
    assert alarms(life("stale_share", None, None, 0.5, 0.5), LIMITS) == {}


def test_a_spike_stands_out_of_the_sessions_before():
    assert alarms(life("churn", None, 0.1, 0.1, 0.25, 0.9, 0.9), LIMITS) == {CHURN: 4}
    assert alarms(life("churn", None, 0.9), LIMITS) == {}
    assert alarms(life("churn", 0.01, 0.01, 0.1), LIMITS) == {}


def test_a_slow_session_is_an_alarm_at_once():
    assert alarms(life("recall_ms", 99.0, 101.0, 1.0), LIMITS) == {SLOW: 1}


def test_a_life_without_anything_known_raises_no_alarm():
    assert alarms([Day(session=place) for place in range(9)], LIMITS) == {}


@pytest.mark.parametrize(("number", "value"), [("window", 0), ("churn_least", -0.1)])
def test_thresholds_out_of_range_are_refused(number, value):
    with pytest.raises(Exception, match=number):
        make("health/alarms", **{number: value})


def test_a_session_counts_as_long_as_half_of_the_users_live():
    lives = {"a": life("total", 1.0, 2.0, 3.0), "b": life("total", 3.0, 4.0), "c": life("total", 5.0)}
    found = by_session(lives, "total")
    assert {session: mean.mean for session, mean in found.items()} == {0: 3.0, 1: 3.0}


def test_no_interval_leaves_what_a_figure_can_be():
    lives = {"a": life("stale_share", 0.0, 0.0, total=1.0, churn=1.0), "b": life("stale_share", 1.0, 0.02, total=9.0)}
    lives["b"] = [replace(day, churn=0.5) for day in lives["b"]]
    (row,) = ends_table({"bm25": lives}).rows
    said = dict(zip(ends_table({"bm25": lives}).columns, row.cells, strict=True))
    assert (said["stale share"].low, said["churn"].high) == (0.0, 1.0)
    assert said["stale share"].text.startswith(".010 [.000, ")
    curve = by_session(lives, "stale_share")[0]
    assert (curve.low, curve.high) == (0.0, 1.0)
    assert by_session(lives, "total")[0].low == 0.0 < 9.0 < by_session(lives, "total")[0].high


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A window and everything, on the same three users."""
    out = tmp_path_factory.mktemp("health")
    small = ["source.users=3", "source.sessions=6", "source.queries=9", "encoder=hashing", "tracking=none"]
    found = [
        execute(plan([f"strategy={name}", *small, "workers=1", f"out={out}"]))[0].folder for name in ("buffer", "bm25")
    ]
    return load(found)


def test_every_session_has_its_row(runs):
    lives = days(runs[0])
    assert [[day.session for day in own] for own in lives.values()] == [list(range(6))] * 3
    assert all(day.total is not None and day.added is not None for own in lives.values() for day in own)
    assert [own[0].churn for own in lives.values()] == [None] * 3


def test_a_window_turns_over_and_a_log_does_not(runs):
    window, log = (days(run) for run in runs)
    assert min(day.churn for own in window.values() for day in own[1:]) > 0.5
    for own in log.values():
        grown = [(now.total - before.total) / now.total for before, now in pairwise(own)]
        erasing = [day.churn - share for day, share in zip(own[1:], grown, strict=True)]
        assert all(more >= -1e-9 for more in erasing), "who only appends churns by what came"


def test_the_report_tells_of_both(runs):
    (section,) = health_sections(groups(runs))
    ends, risen, figure = section.blocks
    assert [row.cells[0].text for row in ends.rows] == [row.cells[0].text for row in risen.rows]
    assert {row.cells[0].text for row in ends.rows} == {"buffer", "bm25"}
    assert "buffer 20 ±0 in all" in figure.alt
    assert figure.png[:4] == b"\x89PNG"


def test_the_command_fits_80_columns(runs, capsys):
    assert main(["health", str(runs[1].folder)]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert "bm25 on simulated: 3 users, means" in told
    assert main(["health", str(runs[1].folder), "--user", next(iter(days(runs[1])))]) == 0
    assert main(["health", str(runs[1].folder), "--user", "nobody"]) == 2
    assert "has no user 'nobody'; the nearest of 3 known" in capsys.readouterr().err


def test_every_column_is_a_shipped_metric(runs):
    assert set(COLUMNS.values()) <= runs[0].summary["metrics"].keys()
