"""`evidence_age_days`: how long ago the evidence was last said."""

from datetime import timedelta

import pytest
from build_asked import DAY, START, ask, nugget, plain_life, ranked, scores, value

from memlab.metrics.age import EvidenceAge

LIFE = plain_life(5)


@pytest.mark.parametrize(("turns", "days"), [(["t0"], 4.0), (["t3"], 1.0), (["t0", "t3"], 1.0)])
def test_it_is_the_days_since_the_newest_turn(turns, days):
    assert value(EvidenceAge(), ask(LIFE, evidence=[nugget(*turns)], at=START + 4 * DAY)) == days


def test_the_newest_turn_of_any_nugget_counts():
    asked = ask(LIFE, evidence=[nugget("t3"), nugget("t0")], at=START + 4 * DAY)
    assert value(EvidenceAge(), asked) == 1.0


def test_hours_are_parts_of_days():
    assert value(EvidenceAge(), ask(LIFE, evidence=[nugget("t0")], at=START + timedelta(hours=6))) == 0.25


def test_what_was_recalled_is_no_matter():
    asked = ask(LIFE, evidence=[nugget("t0")])
    assert value(EvidenceAge(), asked) == value(EvidenceAge(), ranked(asked, ["t4", "t0"])) == 5.0


def test_a_query_without_evidence_has_no_age():
    assert scores(EvidenceAge(), ask(LIFE)) == []


def test_it_judges_nothing():
    assert EvidenceAge().higher_is_better is None
