"""The linear ranking: what each signal sees, what a later statement does, what the reader is given."""

from dataclasses import replace

import numpy as np
import pytest

from memlab import make
from memlab.encoders.hashing import Hashing
from memlab.events import Erasure, Forget, Query, SessionEnd
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.ranked import worth_reading
from memlab.strategies.signals import MEANING
from memlab.testing import START, ask, turn

CHAT = [
    "Ada: Which dentist do you go to?",
    "Ben: Okafor, on Mill Lane",
    "Ada: The weather was grim yesterday",
    "Ben: Tea is ready",
    "Ada: I sold the kayak last week",
    "Ben: See you soon",
]


def ranked(texts=CHAT, store=None, encoder=None, name="ranked_even", **params):
    strategy = make(f"strategy/{name}", encoder=encoder or Hashing(128), store=store or SqliteStore(None), **params)
    for place, text in enumerate(texts):
        strategy.observe(turn(place, text, speaker=text.partition(":")[0]))
    return strategy


def ids(strategy, text, **how):
    return [memory.id for memory in strategy.recall(ask(90, text, **how)).memories]


def signal(strategy, name, text):
    found, signals = strategy.signals(ask(90, text))
    return dict(zip(found, signals[name].round(3).tolist(), strict=True))


def test_the_answer_to_a_question_takes_the_questions_score():
    strategy = ranked()
    assert signal(strategy, "answers", "Which dentist?")["t1"] == signal(strategy, "late", "Which dentist?")["t0"] > 0


def test_a_turn_of_the_speaker_that_is_named_is_told_from_the_others():
    found = signal(ranked(), "speaker", "What did Ada sell?")
    assert [id for id, value in found.items() if value] == ["t0", "t2", "t4"]


def test_between_a_user_and_an_assistant_only_the_role_counts_of_the_priors():
    texts = ["user: I sold the kayak last week. Was it right?", "assistant: It was, I think."]
    found, signals = ranked(texts).signals(ask(90, "When did the user sell the kayak?"))
    assert found == ["t0", "t1"]
    assert signals["user"].tolist() == [1, 0]
    for name in ("answers", "speaker", "question", "time", "first_person", "names", "recent"):
        assert not signals[name].any(), name


def test_to_an_assistant_a_turn_that_only_asks_is_told_from_the_others():
    texts = ["user: Which kayak did I sell?", "assistant: Which kayak?", "user: I sold the red kayak. Was it right?"]
    assert [id for id, value in signal(ranked(texts), "request", "kayak").items() if value] == ["t0"]
    assert not any(signal(ranked(), "request", "Which dentist?").values())


def test_when_is_answered_by_who_tells_a_time():
    assert [id for id, told in signal(ranked(), "time", "When was the kayak sold?").items() if told] == ["t2", "t4"]
    assert not any(signal(ranked(), "time", "Who sold the kayak?").values())


def test_every_signal_has_a_meaning_and_is_computed():
    _, signals = ranked().signals(ask(90, "kayak"))
    assert set(signals) == set(MEANING)


def sittings(*numbers, speaker="user"):
    """A strategy that heard a turn in each of these sessions, all of which are over."""
    strategy = make("strategy/ranked_even", encoder=Hashing(128))
    for place, session in enumerate(numbers):
        strategy.observe(turn(place, f"{speaker}: kayak number {place}", speaker=speaker, session=session))
        strategy.observe(turn(place + 50, "assistant: I see", speaker="assistant", session=session))
        strategy.observe(SessionEnd(at=START.replace(hour=22), session=session))
    return strategy


def recent(strategy, session):
    found, signals = strategy.signals(replace(ask(90, "kayak"), session=session))
    return {id: round(value, 3) for id, value in zip(found, signals["recent"].tolist(), strict=True)}


def test_what_was_said_lately_counts_in_a_talk_that_is_going_on_and_not_after_it():
    strategy = sittings(1, 2, 3)
    assert not any(recent(strategy, 3).values())
    begun = recent(strategy, 4)
    assert begun["t2"] == pytest.approx(-np.log(2), abs=1e-3)
    assert begun["t2"] > begun["t1"] > begun["t0"]


def test_of_the_talk_itself_recency_says_nothing():
    strategy = sittings(1, 2)
    strategy.observe(turn(60, "user: about the kayak", speaker="user", session=3))
    found = recent(strategy, 3)
    assert found["t60"] == pytest.approx(np.mean([v for id, v in found.items() if id != "t60"]), abs=2e-3)


def test_weights_of_chats_are_for_chats_and_others_for_what_an_assistant_takes_little_part_in():
    only = {"bm25": 1.0}
    texts = ["user: kayak", "assistant: kayak kayak", *(f"user: note {n}" for n in range(4))]
    strategy = ranked(texts[:2], weights={"user": 1.0}, elsewhere=only)
    assert [memory.id for memory in strategy.recall(ask(90, "kayak")).memories] == ["t0", "t1"]
    strategy = ranked(texts, weights={"user": -1.0}, elsewhere=only)
    bm25 = signal(strategy, "bm25", "kayak")
    assert ids(strategy, "kayak")[0] == max(bm25, key=bm25.get)
    assert ids(ranked(texts, weights={"user": -1.0}), "kayak")[0] == "t1"


def test_between_people_recency_says_nothing():
    strategy = ranked()
    assert not any(recent(strategy, 9).values())


def test_reopened_it_knows_which_talks_are_over(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    strategy = make("strategy/ranked_even", encoder=Hashing(128), store=store)
    for place in (0, 1):
        strategy.observe(turn(place, "user: kayak", speaker="user", session=place))
        strategy.observe(turn(place + 50, "assistant: I see", speaker="assistant", session=place))
    strategy.observe(SessionEnd(at=START.replace(hour=22), session=1))
    strategy.close()
    again = make("strategy/ranked_even", encoder=Hashing(128), store=SqliteStore(tmp_path / "memory.sqlite"))
    assert not any(recent(again, 1).values())
    assert any(recent(again, 2).values())


def test_windows_stay_within_a_session():
    strategy = make("strategy/late", encoder=Hashing(128))
    for place, (text, session) in enumerate([("user: my kayak", 0), ("user: red", 0), ("user: blue", 1)]):
        strategy.observe(turn(place, text, speaker="user", session=session))
    late = signal(strategy, "late_window", "kayak")
    assert late["t0"] > late["t1"] > late["t2"] == 0


def test_what_was_ended_comes_after_what_ended_it_unless_the_past_is_asked_of():
    texts = ["user: I live in Leeds now.", "user: I moved from Leeds to York.", "user: Lovely weather."]
    strategy = ranked(texts, superseded_penalty=9.0)
    assert ids(strategy, "Where do I live?")[0] == "t1"
    assert ids(strategy, "Did I live in Leeds before?")[0] == "t0"


def test_after_an_erasure_what_it_had_ended_holds_again():
    texts = ["user: I live in Leeds now.", "user: I moved from Leeds to York.", "user: Lovely weather."]
    strategy, twin = ranked(texts, superseded_penalty=9.0), ranked([], superseded_penalty=9.0)
    strategy.observe(Erasure(at=START.replace(hour=23), session=0, turns=frozenset({"t1"})))
    for place in (0, 2):
        twin.observe(turn(place, texts[place], speaker="user"))
    for question in ("Where do I live?", "weather", "Leeds or York"):
        assert strategy.recall(ask(90, question)) == twin.recall(ask(90, question))


def test_reopened_nothing_is_encoded_again(tmp_path, monkeypatch):
    path = tmp_path / "memory.sqlite"
    first = ranked(store=SqliteStore(path))
    before = first.recall(ask(90, "kayak"))
    first.close()
    encoder, asked = Hashing(128), []
    monkeypatch.setattr(encoder, "encode_tokens", lambda texts: asked.extend(texts))
    ranked([], store=SqliteStore(path), encoder=encoder).close()
    assert not asked
    assert ranked([], store=SqliteStore(path)).recall(ask(90, "kayak")) == before


def test_rows_of_a_turn_whose_going_was_cut_short_are_dropped_at_opening(tmp_path):
    path = tmp_path / "memory.sqlite"
    first = ranked(store=SqliteStore(path))
    first.close()
    cut = SqliteStore(path)
    cut.delete(["t1"])  # and no more: the process was killed
    again = ranked([], store=cut)
    assert [record.id for record in cut.space("rows").scan()] == ["t0", "t2", "t3", "t4", "t5"]
    assert "t1" not in ids(again, "dentist")


def test_rows_that_another_text_left_under_an_id_are_made_anew():
    store = SqliteStore(None)
    ranked(["Ada: I keep bees"], store=store)
    left = store.space("rows").get("t0")
    other = SqliteStore(None)
    other.space("rows").put(left)  # what a killed process may leave: rows of the old saying beside the new one
    other.put(fresh("Ada: I sold the kayak").get("t0"))
    found = signal(ranked([], store=other), "late", "kayak")
    assert found == signal(ranked(["Ada: I sold the kayak"]), "late", "kayak")


def fresh(text):
    store = SqliteStore(None)
    ranked([text], store=store)
    return store


def test_no_row_of_a_turn_outlives_it(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    strategy = ranked(store=store)
    strategy.observe(Erasure(at=START.replace(hour=23), session=0, turns=frozenset({"t1"})))
    strategy.observe(Forget(at=START.replace(hour=23), session=0, memories=frozenset({"t2"})))
    assert [record.id for record in store.space("rows").scan()] == ["t0", "t3", "t4", "t5"]


def test_the_reader_is_given_what_fits_and_nothing_twice():
    texts = ["one two three", "a much longer text than what is left by now", "One, two, three!", "four"]
    assert worth_reading(texts, 5) == [0, 3, 1, 2]
    assert worth_reading(texts, None) == [0, 1, 2, 3]


def test_a_presence_is_a_probability():
    strategy = ranked()
    for question in ("kayak", "Which dentist?", "zzz"):
        assert 0 <= strategy.recall(ask(90, question)).confidence <= 1
    assert ranked([]).recall(ask(90, "kayak")).confidence == 0.0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"candidates": 0}, "candidates must be at least 1"),
        ({"superseded_penalty": -1.0}, "penalty 0 or more"),
        ({"weights": {"bm52": 1.0}}, "bm52"),
        ({"presence": {"late": 1.0}}, "presence has"),
    ],
)
def test_wrong_numbers_are_told(wrong, said):
    with pytest.raises(ValueError, match=said):
        ranked([], **wrong)


def test_an_encoder_without_rows_is_told():
    class Pooled:
        dim, identity = 4, "pooled"

        def encode(self, texts):
            return np.ones((len(texts), 4), np.float32) / 2

    with pytest.raises(ValueError, match="no rows of word pieces"):
        ranked([], encoder=Pooled())


def test_a_budget_of_the_query_is_kept():
    query = Query(at=START, session=0, id="q", text="kayak", limit=10, budget_tokens=8)
    first = ranked().recall(query).memories[0]
    assert first.id == "t4"  # though it does not fit whole
