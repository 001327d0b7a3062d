"""What a minimiser keeps of what was not allowed is counted against the simulated users' own books."""

import pytest

from memlab.config import ConfigError
from memlab.data.restraint import restraint
from memlab.sources.simulated import Simulated

SMALL = ["source.users=2", "source.sessions=6", "source.chatter=[0,1]", "source.queries=4"]


def all_of(rows):
    return dict(zip(("category", "facts", "stored", "flagged", "precision"), rows[-1], strict=True))


def test_where_consent_is_not_asked_for_everything_worth_keeping_is_stored_and_nothing_flagged():
    _, rows = restraint([*SMALL, "layer.minimize.consent=false", "layer.minimize.min_worth=0"])
    every = all_of(rows)
    assert (every["category"], every["stored"], every["flagged"]) == ("all", "1.000", "0")
    assert int(every["facts"]) == sum(int(row[1]) for row in rows[:-1]) > 5


def test_a_minimiser_stores_fewer_of_the_same_facts():
    columns, rows = restraint(SMALL)
    every = all_of(rows)
    assert columns[:3] == ("category", "facts", "stored")
    assert float(every["stored"]) < 0.5
    assert 0 < float(every["precision"]) <= 1


def test_recorded_users_have_no_such_books():
    with pytest.raises(ConfigError, match="source=simulated"):
        restraint(["source=jsonl", "source.path=datasets/jsonl/sample.jsonl"])


def test_the_source_tells_which_turns_name_something_sensitive():
    source = Simulated(users=1, sessions=8, queries=4)
    told = list(source.sensitive("user-000", seed=0))
    turns = {event.id for event in source.life("user-000", seed=0).stream() if hasattr(event, "speaker")}
    assert {turn for turn, *_ in told} <= turns
    assert {category for _, category, *_ in told} <= {"health", "finance", "location", "beliefs", "relationships"}
    assert any(version == 0 for *_, version in told)
