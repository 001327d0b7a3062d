"""What a minimiser keeps of what was not allowed is counted against the simulated users' own books."""

import pytest

from memlab.config import ConfigError
from memlab.data.restraint import _also, restraint
from memlab.sources.simulated import Simulated
from memlab.sources.simulated.bank import load_bank

SMALL = ["source.users=2", "source.sessions=6", "source.chatter=[0,1]", "source.queries=4"]


def all_of(rows):
    return dict(zip(("category", "facts", "stored", "flagged", "precision", "of all told"), rows[-1], strict=True))


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
    assert 0 < float(every["precision"]) <= float(every["of all told"]) <= 1


@pytest.mark.slow
def test_meaning_is_judged_as_the_run_would_judge_it():
    _, by_words = restraint(SMALL)
    _, by_meaning = restraint([*SMALL, "layer=minimize_meaning", "encoder=hashing"])
    assert by_meaning != by_words
    assert [row[1] for row in by_meaning if row[1] != "0"] == [row[1] for row in by_words if row[1] != "0"]


def test_every_other_thing_that_is_sensitive_is_one_that_the_source_tells_of():
    known = {key[: len(start)] for key in _keys() for starts in _also().values() for start in starts}
    assert {start for starts in _also().values() for start in starts} <= known


def _keys():
    bank = load_bank("both")
    yield from ((when, kind.name) for kind in bank.episodes for when in ("announced", "ended"))
    yield from ((how, kind.name) for kind in bank.tasks for how in ("worked", "failed"))
    yield from (("sense", homonym.word, sense.name) for homonym in bank.homonyms for sense in homonym.senses)


def test_recorded_users_have_no_such_books():
    with pytest.raises(ConfigError, match="source=simulated"):
        restraint(["source=jsonl", "source.path=datasets/jsonl/sample.jsonl"])


def test_the_source_tells_which_turns_state_something_sensitive():
    source = Simulated(users=1, sessions=8, queries=4)
    told = [(turn, key) for turn, key, category in source.stated("user-000", seed=0) if category != "none"]
    turns = {event.id for event in source.life("user-000", seed=0).stream() if hasattr(event, "speaker")}
    assert {turn for turn, _ in told} <= turns
    kinds = {category for *_, category in source.stated("user-000", seed=0)}
    assert kinds <= {"none", "health", "finance", "location", "beliefs", "relationships"}
    assert any(key[0] == "fact" and key[2] == "0" for _, key in told)
