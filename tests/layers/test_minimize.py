"""A minimiser lets in what is worth keeping and may be kept."""

from datetime import timedelta

import pytest

import memlab
from memlab.config import ConfigError
from memlab.encoders.hashing import Hashing
from memlab.events import Attachment, Consent, Erasure
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.full_history import FullHistory
from memlab.testing import START, turn

ENCODER = Hashing()  # one for all tests, so that the examples are fitted once
FACT, ILL, LOAN = "I grew up in Lisbon.", "I am allergic to peanuts.", "I am paying off the car loan."
WHEN = {"at": START, "session": 0}


def made(store=None, judge=None, **numbers):
    """A minimiser that goes by words, unless it is given another judge: no test here loads the weights."""
    store = store or SqliteStore()
    inner, own = FullHistory(store), store.space("layer minimize")
    return memlab.make("layer/minimize", inner=inner, store=own, encoder=ENCODER, judge=judge, **numbers)


def by_meaning(encoder=None, path=None):
    """A minimiser as its yaml has it, with an encoder of words without weights."""
    store = SqliteStore(path)
    parts = {"inner": FullHistory(store), "store": store.space("layer minimize"), "encoder": encoder or ENCODER}
    return memlab.make("layer/minimize_meaning", **parts)


def kept(layer):
    return {memory.id: memory.text for memory in layer.memories()}


def tell(layer, *events):
    for event in events:
        layer.observe(event)
    return layer


def consent(category, granted=True):
    return Consent(**WHEN, category=category, granted=granted)


def test_chatter_and_the_assistants_words_stay_out():
    texts = ["Hi there!", "Is Sichuan food always hot?", FACT, "I am at the bank right now."]
    layer = tell(made(), *(turn(place, text) for place, text in enumerate(texts)), turn(9, FACT, speaker="assistant"))
    assert kept(layer) == {"t2": FACT}


def test_a_number_of_zero_lets_everything_in():
    layer = made(min_worth=0.0, consent=False, duplicate_days=0.0)
    assert list(kept(tell(layer, turn(0, "Hi!"), turn(1, "Hi!"), turn(2, ILL)))) == ["t0", "t1", "t2"]


def test_the_same_words_are_a_duplicate_for_some_days_and_by_the_same_speaker():
    later = turn(24 * 60 * 31, FACT)
    layer = tell(made(), turn(0, FACT), turn(1, FACT.upper()), turn(2, FACT, speaker="Ana"), later)
    assert list(kept(layer)) == ["t0", "t2", later.id]
    layer.observe(Erasure(**WHEN, turns=frozenset({"t0"})))
    assert list(kept(layer)) == ["t1", "t2", later.id]


def test_what_is_sensitive_needs_consent_and_goes_when_it_is_withdrawn():
    layer = tell(made(), turn(0, ILL), consent("health"), turn(1, ILL), turn(2, LOAN), turn(3, FACT))
    assert list(kept(layer)) == ["t1", "t3"]
    tell(layer, consent("health", granted=False), turn(4, ILL))
    assert list(kept(layer)) == ["t3"]
    assert list(kept(tell(layer, consent("health")))) == ["t3"]


def test_of_what_was_flagged_or_withdrawn_no_byte_is_left(tmp_path):
    layer = made(SqliteStore(tmp_path / "memory.sqlite"))
    tell(layer, turn(0, LOAN), consent("health"), turn(1, ILL), turn(2, FACT), consent("health", granted=False))
    layer.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [word for word in (b"peanuts", b"car loan", b'"t0"') if word in left] == []
    assert b"Lisbon" in left


def test_a_withdrawal_that_a_crash_cut_short_is_finished_at_opening(tmp_path):
    path = tmp_path / "memory.sqlite"
    layer = tell(made(SqliteStore(path)), consent("health"), turn(1, ILL), turn(2, FACT))
    layer._sieve.observe(consent("health", granted=False))  # kept, but nothing was erased yet
    layer.close()
    assert list(kept(made(SqliteStore(path)))) == ["t2"]


def test_consent_lasts_over_restarts(tmp_path):
    path = tmp_path / "memory.sqlite"
    tell(made(SqliteStore(path)), consent("health")).close()
    assert list(kept(tell(made(SqliteStore(path)), turn(1, ILL)))) == ["t1"]


def test_what_came_with_a_turn_is_looked_at_too():
    photo = Attachment(kind="photo", text="A prescription for insulin.")
    event = turn(0, FACT)
    layer = tell(made(), type(event)(at=event.at, session=0, id="t0", speaker="user", text=FACT, attachments=(photo,)))
    assert kept(layer) == {}


def test_said_again_under_its_id_in_words_that_may_not_be_kept_a_turn_goes():
    assert kept(tell(made(), turn(0, FACT), turn(1, "I play the cello."), turn(0, ILL))) == {"t1": "I play the cello."}


@pytest.mark.parametrize(("pii", "left"), [("keep", "ada@example.org"), ("redact", "[e-mail]"), ("drop", None)])
def test_identifiers_are_kept_redacted_or_dropped_with_their_turn(pii, left):
    layer = tell(made(pii=pii), turn(0, "My mail is ada@example.org."))
    assert kept(layer) == ({} if left is None else {"t0": f"My mail is {left}."})


@pytest.mark.parametrize("numbers", [{"min_worth": 1.1}, {"duplicate_days": -1}, {"pii": "hide"}])
def test_a_number_out_of_range_is_refused(numbers):
    with pytest.raises(ConfigError, match="min_worth must lie between 0 and 1"):
        made(**numbers)


def test_the_window_counts_from_the_last_saying_that_was_let_in():
    first, second = turn(0, FACT), turn(20 * 24 * 60, FACT)
    third = turn(40 * 24 * 60, FACT)
    assert third.at - first.at > timedelta(days=30) > second.at - first.at
    assert list(kept(tell(made(), first, second, third))) == [first.id, third.id]


def test_what_the_word_lists_miss_is_told_by_meaning_unless_it_is_allowed():
    said = turn(0, "My eyes hurt and I have a stomach bug.")
    assert list(kept(tell(made(), said))) == ["t0"]
    assert kept(tell(by_meaning(), said)) == {}
    assert list(kept(tell(by_meaning(), consent("health"), said))) == ["t0"]


def test_meaning_judges_again_at_a_withdrawal_what_was_let_in_before_the_store_was_reopened(tmp_path):
    path = tmp_path / "memory.sqlite"
    said = turn(1, "My eyes hurt and I have a stomach bug.")
    tell(by_meaning(path=path), consent("health"), said, turn(2, FACT)).close()
    layer = tell(by_meaning(path=path), consent("health", granted=False))
    assert list(kept(layer)) == ["t2"]
    layer.close()
    assert b"stomach" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_turn_that_meaning_holds_back_leaves_no_byte(tmp_path):
    said = "My eyes hurt and I have a stomach bug."
    tell(by_meaning(path=tmp_path / "memory.sqlite"), turn(0, said), turn(1, FACT)).close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    vector = ENCODER.encode([said])[0].tobytes()
    assert [part for part in (b"stomach", b'"t0"', vector) if part in left] == []
    assert b"Lisbon" in left


def asked_of(monkeypatch, *told):
    """The texts that a minimiser by meaning has asked to be encoded while it was told turns."""
    encoder, asked = Hashing(), []
    encode = encoder.encode
    monkeypatch.setattr(encoder, "encode", lambda texts: [asked.extend(texts), encode(texts)][1])
    tell(by_meaning(encoder), *told)
    return asked


def test_what_the_assistant_says_and_what_is_allowed_by_all_is_not_encoded(monkeypatch):
    assert asked_of(monkeypatch, turn(0, ILL, speaker="assistant"), turn(1, "Hi!")) == []


def test_every_sentence_is_judged_by_itself_and_with_the_next(monkeypatch):
    assert {FACT, ILL, f"{FACT} {ILL}"} <= {*asked_of(monkeypatch, turn(0, f"{FACT} {ILL}"))}
