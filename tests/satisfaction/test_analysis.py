"""What is said of a log: the effect that was put in, by every estimator; counts of everybody; level at every look."""

import numpy as np
import pytest
from make_log import design, made

from memlab.satisfaction.analysis import analyse
from memlab.satisfaction.columns import LogError
from memlab.satisfaction.looks import first_stop
from memlab.satisfaction.reading import read_log


def analysed(folder, changed=(), spoil=lambda log: None, **log):
    plan = design(**{name: log[name] for name in ("a", "paired", *changed) if name in log})
    found = made(**log)
    spoil(found)
    return analyse(read_log(*found.parquet(folder), plan), plan)


@pytest.mark.parametrize(
    ("log", "by"),
    [
        ({}, ["difference in means"]),
        ({"burn_in": 4}, ["CUPED", "difference in means"]),
        ({"paired": True}, ["paired difference", "difference in means"]),
    ],
)
def test_the_effect_is_found_by_each_estimator(tmp_path, log, by):
    found = analysed(tmp_path, users=400, effect=0.1, **log)
    assert [one.by for one in found.estimates] == by
    for one in found.estimates:
        assert one.verdict == "better"
        assert one.mean.low < 0.1 < one.mean.high
        assert one.detectable > (one.mean.high - one.mean.low) / 2
    assert len({round(one.mean.high - one.mean.low, 9) for one in found.estimates}) == len(by)
    assert found.primary.mean.high - found.primary.mean.low == min(o.mean.high - o.mean.low for o in found.estimates)


def test_who_is_worse_is_named_so_and_no_effect_is_no_verdict(tmp_path):
    assert analysed(tmp_path, users=300, effect=-0.1).primary.verdict == "worse"
    assert analysed(tmp_path, users=300, effect=0.0, seed=3).primary.verdict == "cannot tell"


def test_few_users_get_no_verdict(tmp_path):
    assert analysed(tmp_path, users=9, effect=0.9).primary.verdict.startswith("cannot tell: ")
    assert "users in an arm, of at least 6" in analysed(tmp_path, users=9, effect=0.9).primary.verdict


def test_users_who_are_all_alike_get_no_verdict(tmp_path):
    def level(log):
        arms = {row["user"]: row["arm"] for row in log.exposures}
        for row in log.outcomes:
            row["satisfaction"] = 0.75 if arms[row["user"]] == "hybrid" else 0.5

    found = analysed(tmp_path, spoil=level).primary
    assert (found.mean.low, found.mean.high, found.p) == (0.25, 0.25, 1.0)
    assert found.verdict == "cannot tell: users do not differ, and tell nothing of others"


def test_everybody_is_counted(tmp_path):
    def silence(log):
        gone = {f"u{n:04}" for n in range(10)}
        log.outcomes[:] = [row for row in log.outcomes if row["user"] not in gone]

    found = analysed(tmp_path, users=100, sessions=4, burn_in=2, spoil=silence)
    assert sum(count.users for count in found.counts.values()) == 100
    assert sum(count.silent for count in found.counts.values()) == 10
    assert sum(count.sessions for count in found.counts.values()) == 90 * 4
    assert sum(count.burn_in for count in found.counts.values()) == 90 * 2
    assert found.primary.mean.users == 90


def test_losing_users_in_one_arm_alone_is_an_alarm(tmp_path):
    def lose(log):
        lost = [row["user"] for row in log.exposures if row["arm"] == "hybrid"][:30]
        log.outcomes[:] = [row for row in log.outcomes if row["user"] not in lost]

    assert analysed(tmp_path, spoil=lose).lost_p < 0.001
    assert analysed(tmp_path).lost_p == 1.0


def test_an_arm_without_sessions_is_refused(tmp_path):
    def lose(log):
        own = {row["user"] for row in log.exposures if row["arm"] == "none"}
        log.outcomes[:] = [row for row in log.outcomes if row["user"] in own]

    with pytest.raises(LogError, match="arm 'hybrid' has no user with a session; arms with users are none"):
        analysed(tmp_path, spoil=lose)


def test_those_held_out_are_a_third_arm(tmp_path):
    found = analysed(tmp_path, users=400, a="rag", effect=0.1)
    assert list(found.counts) == ["rag", "hybrid", "none"]
    assert found.held_out.keys() == {"rag", "hybrid"}
    assert found.held_out["hybrid"].mean.mean > found.held_out["rag"].mean.mean
    assert sum(found.split.counts.values()) == 400


def test_other_outcomes_are_adjusted_and_ratios_are_of_totals(tmp_path):
    found = analysed(tmp_path, users=300, effect=0.2)
    by = {one.outcome.name: one for one in found.others}
    assert by["turns_to_resolution"].by == "ratio of totals"
    assert by["resolved"].verdict == "better"
    assert all(found.adjusted[name] >= by[name].p for name in found.adjusted)


def test_an_outcome_that_nobody_declared_has_no_direction(tmp_path):
    def add(log):
        for place, row in enumerate(log.outcomes):
            row["taps"] = place % 3

    assert {one.outcome.name: one for one in analysed(tmp_path, spoil=add).others}["taps"].verdict == "no direction"


def test_segments_are_adjusted_and_their_spread_is_tested(tmp_path):
    def only_the_calm(log):
        own = {row["user"]: row for row in log.exposures}
        for row in log.outcomes:
            if own[row["user"]]["arm"] == "hybrid" and own[row["user"]]["segment_mood"] == "calm":
                row["satisfaction"] += 0.3

    found = analysed(tmp_path, users=400, spoil=only_the_calm)
    groups = {one.name: one for one in found.segments}
    assert (groups["calm"].effect.verdict, groups["tense"].effect.verdict) == ("better", "cannot tell")
    assert groups["calm"].users + groups["tense"].users == 400
    assert all(one.p >= one.effect.p for one in found.segments)
    assert found.heterogeneity["segment_mood"] < 0.001
    assert analysed(tmp_path, users=400).heterogeneity["segment_mood"] > 0.01


def test_looks_are_by_session_where_users_have_as_many_and_by_day_elsewhere(tmp_path):
    def shorten(log):
        log.outcomes.pop()

    by_session = analysed(tmp_path, effect=0.15, days=30).looks
    assert [look.when for look in by_session] == [f"after session {n}" for n in range(1, 7)]
    by_day = analysed(tmp_path, effect=0.15, days=30, spoil=shorten).looks
    assert len(by_day) == 20
    assert all(look.when.startswith("by 2026-") for look in by_day)
    for looks in (by_session, by_day):
        assert looks[-1].p < 0.05
        assert first_stop(looks, 0.95) is not None
        assert looks[-1].low < 0.15 < looks[-1].high
        assert [look.p for look in looks] == sorted((look.p for look in looks), reverse=True)
    assert by_day[0].low is None
    assert by_day[0].users < 20


def test_the_last_look_is_the_verdicts_estimate(tmp_path):
    found = analysed(tmp_path, effect=0.1, burn_in=3)
    assert found.looks[-1].difference == pytest.approx(found.primary.mean.mean)
    assert found.looks[-1].low < found.primary.mean.low


@pytest.mark.slow
def test_looking_day_by_day_keeps_the_level(tmp_path):
    """80 logs without an effect whose users come in over the days: at most 5 % with a margin for so few."""
    stops = []
    for seed in range(80):
        log = made(users=120, sessions=5, days=40, seed=seed)
        log.outcomes.pop()
        found = read_log(*log.parquet(tmp_path), design(salt=f"salt {seed}"))
        plan = design()
        looks = analyse(found, plan).looks
        stops.append(first_stop(looks, 0.95) is not None)
    assert np.mean(stops) <= 0.1


def test_an_outcome_that_one_arm_lacks_is_refused_as_the_primary_and_left_out_else(tmp_path):
    def taps_under_hybrid(log):
        arms = {row["user"]: row["arm"] for row in log.exposures}
        for row in log.outcomes:
            row["taps"] = 1.0 if arms[row["user"]] == "hybrid" else None

    found = analysed(tmp_path, spoil=taps_under_hybrid)
    assert "taps" not in {one.outcome.name for one in found.others}
    occurs = {"satisfaction": {"per": "session"}, "taps": {"per": "occurrence"}}
    with pytest.raises(LogError, match="taps was never measured in arm 'none'; name another primary outcome"):
        analysed(tmp_path, ["primary", "outcomes"], primary="taps", outcomes=occurs, spoil=taps_under_hybrid)


def test_segments_of_paired_users_count_each_once(tmp_path):
    found = analysed(tmp_path, users=60, paired=True)
    assert sum(one.users for one in found.segments) == 60


def test_a_kind_of_user_that_is_in_one_arm_alone_or_nearly_is_not_tested(tmp_path):
    def three_are_odd(log):
        for row in log.exposures[:3]:
            row["segment_mood"] = "odd"

    found = analysed(tmp_path, users=400, spoil=three_are_odd)
    known = {one.name: one.p for one in found.segments}
    assert known.pop("odd") is None
    assert None not in known.values()
    assert analysed(tmp_path, users=30).heterogeneity["segment_mood"] is None


def test_no_interval_of_an_arms_mean_leaves_what_its_values_can_be(tmp_path):
    def rarely(log):
        for n, row in enumerate(log.outcomes):
            row["corrections"] = row["taps"] = 9 if n % 47 == 0 else 0

    found = {one.outcome.name: one for one in analysed(tmp_path, users=30, spoil=rarely).others}
    assert found["taps"].a.low < 0 == found["corrections"].a.low  # nothing is known of taps
    assert found["taps"].mean == found["corrections"].mean
