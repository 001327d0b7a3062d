"""Laws that hold for every strategy of the config folder."""

from datetime import timedelta

import pytest

from memlab import make
from memlab.config import options
from memlab.encoders.hashing import Hashing
from memlab.events import Consent, Erasure, Forget, Outcome, Recalled
from memlab.stores.sqlite import SqliteStore
from memlab.testing import START, ask, end, turn

STRATEGIES = options("strategy")
TEXTS = (
    "We finally unpacked the last box in Denver",
    "Lovely, Denver suits you",
    "The parrot learned a new word today",
    "Which word did it learn?",
    "It says invoice, my boss is thrilled",
    "I have been allergic to walnuts since school",
    "Noted, no walnuts then",
    "Goodbye Denver, hello Lisbon",
)
EVIDENCE = {"q50": (frozenset({"t0", "t1"}), frozenset({"t4"}))}
ODD = ("", "x" * 100_000, "Ünïcödé 東京 мир", "tab\tnul\x00bell\x07", "??!!", "\ud83d\ude00 😀")


def build(name, store=None):
    parts = {
        "store": store or SqliteStore(),
        "encoder": Hashing(64),
        "seed": 0,
        "evidence": EVIDENCE,
        "chat": make("chat/rules"),
    }
    from memlab.build import construct
    from memlab.config import load_option

    return construct(name, load_option("strategy", name), parts)


def told(strategy, texts=TEXTS):
    for place, text in enumerate(texts):
        strategy.observe(turn(place, text, session=place // 4, speaker=("user", "assistant")[place % 2]))
        if place % 4 == 3:
            strategy.observe(end(place, place // 4))
    return strategy


def recalled(strategy, text="Which city do I live in, Denver?", limit=10):
    return [(m.id, m.text, m.sources, round(m.score, 9)) for m in strategy.recall(ask(50, text, limit=limit)).memories]


@pytest.mark.parametrize("name", STRATEGIES)
class TestEveryStrategy:
    def test_it_is_empty_before_the_first_turn(self, name):
        strategy = build(name)
        assert recalled(strategy) == []
        assert list(strategy.memories()) == []

    def test_asking_twice_gives_the_same(self, name):
        strategy = told(build(name))
        assert recalled(strategy) == recalled(strategy)

    def test_asking_changes_nothing(self, name):
        asked, unasked = told(build(name)), told(build(name))
        asked.recall(ask(40, "parrot word"))
        assert recalled(asked) == recalled(unasked)

    def test_sources_were_observed(self, name):
        strategy = told(build(name))
        known = {f"t{place}" for place in range(len(TEXTS))}
        assert all(set(sources) <= known for _, _, sources, _ in recalled(strategy))

    def test_the_limit_is_kept_and_scores_fall(self, name):
        strategy = told(build(name))
        scores = [score for *_, score in recalled(strategy, limit=3)]
        assert len(scores) <= 3
        assert scores == sorted(scores, reverse=True)
        assert all(score >= 0 for score in scores)

    def test_without_a_limit_nothing_is_cut(self, name):
        strategy = told(build(name))
        assert recalled(strategy, limit=None)[:3] == recalled(strategy, limit=3)

    def test_erased_turns_are_as_if_never_said(self, name):
        erased, twin = told(build(name)), build(name)
        at = START + timedelta(minutes=20)
        erased.observe(Erasure(at=at, session=2, turns=frozenset({"t4", "t6"})))
        for place, text in enumerate(TEXTS):
            if place not in (4, 6):
                twin.observe(turn(place, text, session=place // 4, speaker=("user", "assistant")[place % 2]))
        assert recalled(erased) == recalled(twin)
        assert [m.id for m in erased.memories()] == [m.id for m in twin.memories()]

    def test_erasing_everything_leaves_nothing(self, name):
        strategy = told(build(name))
        strategy.observe(Erasure(at=START + timedelta(minutes=20), session=2, turns=None))
        assert recalled(strategy) == []
        assert list(strategy.memories()) == []

    def test_forgotten_memories_do_not_come_back(self, name):
        strategy = told(build(name))
        gone = {m.id for m in list(strategy.memories())[-2:]}
        strategy.observe(Forget(at=START + timedelta(minutes=20), session=2, memories=frozenset(gone)))
        strategy.observe(end(21, 2))
        assert not gone & {m.id for m in strategy.memories()}
        assert not gone & {id for id, *_ in recalled(strategy)}

    def test_reopened_on_its_store_it_recalls_the_same(self, name, tmp_path):
        strategy = told(build(name, SqliteStore(tmp_path / "memory.sqlite")))
        before = recalled(strategy)
        strategy.close()
        reopened = build(name, SqliteStore(tmp_path / "memory.sqlite"))
        assert recalled(reopened) == before

    def test_a_turn_that_is_observed_again_is_held_once(self, name):
        strategy = told(told(build(name)))
        ids = [m.id for m in strategy.memories()]
        assert len(ids) == len(set(ids))
        strategy.observe(
            Erasure(
                at=START + timedelta(minutes=20), session=2, turns=frozenset(f"t{place}" for place in range(len(TEXTS)))
            )
        )
        assert list(strategy.memories()) == []

    def test_odd_texts_survive(self, name):
        strategy = told(build(name), [text.encode("utf-8", "replace").decode() for text in ODD])
        for text in ("", "東京", "x" * 1000, "\x00"):
            strategy.recall(ask(50, text))
        assert len(list(strategy.memories())) in (0, len(ODD))

    def test_events_that_it_does_not_need_pass(self, name):
        strategy, at = told(build(name)), START + timedelta(minutes=20)
        before = recalled(strategy)
        strategy.observe(Consent(at=at, session=2, category="health", granted=True))
        strategy.observe(Outcome(at=at, session=2, turn="t0", task="cook", approach="slowly", success=True))
        strategy.observe(Recalled(at=at, session=2, query="q1", memories=("t0",)))
        assert recalled(strategy) == before


def test_a_python_user_gets_the_same_object_as_the_config():
    strategy = told(make("strategy/bm25", k1=1.2))
    assert recalled(strategy) == recalled(told(build("bm25")))
