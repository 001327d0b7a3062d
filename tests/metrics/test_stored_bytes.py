"""`active_bytes` and `archived_bytes`: what a store's records take up."""

from dataclasses import replace

import pytest
from build_asked import held_scores, hold, plain_life

from memlab.metrics.stored_bytes import StoredBytes

LIFE = plain_life(2)


@pytest.mark.parametrize(("part", "values"), [("active", [120.0, 90.0]), ("archived", [0.0, 30.0])])
def test_they_are_told_session_by_session(part, values):
    ends = [
        replace(hold(LIFE, position=2), active_bytes=120, archived_bytes=0),
        replace(hold(LIFE, position=4, session=1), active_bytes=90, archived_bytes=30),
    ]
    found = held_scores(StoredBytes(part), *ends)
    assert [(score.name, score.session, score.value) for score in found] == [
        (f"{part}_bytes", n, value) for n, value in enumerate(values)
    ]


def test_where_nobody_measured_there_is_no_figure():
    assert held_scores(StoredBytes("active"), hold(LIFE, position=2)) == []


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="it must be 'active' or 'archived'"):
        StoredBytes("cold")
