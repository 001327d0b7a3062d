"""Events are kept before they are learned, and what is erased is unlearned, down to the notes beside other events."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.events import Attachment, Consent, Erasure, Forget, Outcome, Recalled, SessionEnd, Turn
from memlab.stores import StoreError
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.base import EventLog, TurnLog, confidence
from memlab.testing import START, turn

LAW = settings(max_examples=60, derandomize=True)
AT = START + timedelta(hours=9)
ALL = (Turn, Outcome, Consent, Forget, Recalled, SessionEnd)
KEPT = (
    replace(turn(0, "two cats"), attachments=(Attachment(kind="image", text="a cat"), Attachment(kind="", text=""))),
    replace(turn(1, "nul \x00 🙂 \u202e"), channel="mail", speaker="Ana"),
    Outcome(at=AT, session=1, turn="t1", task="bake", approach="slowly", success=False),
    Consent(at=AT, session=1, category="health", granted=True),
    Forget(at=AT, session=1, memories=frozenset({"t9", "a", "core:t1"})),
    Recalled(at=AT, session=1, query="q1", memories=("b", "a")),
    SessionEnd(at=AT, session=1),
)


class Learner:
    """Learns events into a list; the note of an event is how many it had learned before."""

    def __init__(self, store, in_place=False, keeps=ALL, fails=()):
        self.seen, self.notes, self.asked, self.in_place, self.fails = [], {}, 0, in_place, set(fails)
        self.log = EventLog(store, self._learn, self._unlearn, keeps)

    def observe(self, *events):
        for event in events:
            self.log.observe(event)

    def _learn(self, event, note):
        if note is None:
            self.asked += 1
        if isinstance(event, Turn) and event.id in self.fails:
            raise ConnectionError("the model is out")
        self.seen.append(event)
        note = note or f"after {len(self.seen) - 1}: {getattr(self.seen[0], 'text', '')}"
        self.notes[getattr(event, "id", type(event).__name__)] = note
        return note

    def _unlearn(self, turns):
        if self.in_place:
            self.seen = [e for e in self.seen if getattr(e, "id", getattr(e, "turn", None)) not in turns]
        else:
            self.seen = []
        return self.in_place


def erasure(*turns):
    return Erasure(at=AT, session=1, turns=frozenset(turns))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "memory.sqlite"


def left_in(path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


class TestEventLog:
    def test_every_kind_of_event_comes_back_as_it_was(self, path):
        learner = Learner(SqliteStore(path))
        learner.observe(*KEPT)
        learner.log.close()
        assert Learner(SqliteStore(path)).seen == list(KEPT) == learner.seen

    def test_only_what_is_kept_is_learned(self):
        learner = Learner(store := SqliteStore(), keeps=(Turn, Consent))
        learner.observe(*KEPT)
        assert learner.seen == [KEPT[0], KEPT[1], KEPT[3]]
        assert len(list(store.scan())) == 3

    def test_notes_spare_a_reopened_log_the_asking(self, path):
        learner = Learner(SqliteStore(path))
        learner.observe(turn(0, "a"), turn(1, "b"))
        learner.log.close()
        again = Learner(SqliteStore(path))
        assert (again.asked, again.notes) == (0, learner.notes)
        assert again.notes == {"t0": "after 0: a", "t1": "after 1: a"}

    @pytest.mark.parametrize("in_place", [True, False])
    def test_what_is_left_is_learned_in_order_after_an_erasure(self, in_place):
        learner = Learner(SqliteStore(), in_place)
        learner.observe(*(turn(n, f"said {n}") for n in range(5)))
        learner.observe(erasure("t1", "t3", "unknown"))
        assert [event.id for event in learner.seen] == ["t0", "t2", "t4"]

    def test_notes_of_later_events_are_found_anew_and_earlier_ones_kept(self):
        learner = Learner(SqliteStore())
        learner.observe(turn(0, "zero"), turn(1, "one"), turn(2, "two"))
        learner.asked = 0
        learner.observe(erasure("t1"))
        assert (learner.asked, learner.notes["t0"], learner.notes["t2"]) == (1, "after 0: zero", "after 1: zero")

    @pytest.mark.parametrize("in_place", [True, False])
    def test_no_byte_of_an_erased_turn_is_left_in_text_or_note(self, path, in_place):
        learner = Learner(SqliteStore(path), in_place)
        learner.observe(turn(0, "zebra " * 2000), turn(1, "one"), turn(2, "two"))
        assert b"zebra" in left_in(path)
        learner.observe(erasure("t0"))
        assert b"zebra" not in left_in(path)
        learner.log.close()
        assert b"zebra" not in left_in(path)

    @pytest.mark.parametrize("in_place", [True, False])
    def test_the_outcome_goes_with_its_turn(self, in_place):
        learner = Learner(store := SqliteStore(), in_place)
        learner.observe(*KEPT)
        learner.observe(erasure("t1"))
        assert learner.seen == [event for event in KEPT if event not in (KEPT[1], KEPT[2])]
        assert len(list(store.scan())) == 5

    def test_erasing_all_leaves_nothing_and_a_new_start(self, path):
        learner = Learner(SqliteStore(path))
        learner.observe(*KEPT, turn(3, "zebra"))
        learner.observe(Erasure(at=AT, session=1, turns=None))
        assert (learner.seen, b"zebra" in left_in(path)) == ([], False)
        learner.observe(turn(4, "again"))
        learner.log.close()
        assert Learner(SqliteStore(path)).seen == [turn(4, "again")]

    def test_erasing_all_also_drops_what_cites_no_turn(self):
        learner = Learner(store := SqliteStore())
        learner.observe(SessionEnd(at=AT, session=1))
        learner.observe(Erasure(at=AT, session=1, turns=None))
        assert (learner.seen, list(store.scan())) == ([], [])

    @pytest.mark.parametrize("in_place", [True, False])
    def test_a_turn_said_again_replaces_the_first_and_goes_to_the_end(self, path, in_place):
        learner = Learner(SqliteStore(path), in_place)
        learner.observe(turn(0, "zebra"), turn(1, "one"), turn(0, "quokka"))
        assert [event.text for event in learner.seen] == ["one", "quokka"]
        assert b"zebra" not in left_in(path)
        learner.log.close()
        assert [event.text for event in Learner(SqliteStore(path)).seen] == ["one", "quokka"]

    def test_an_event_that_could_not_be_learned_is_kept_and_learned_at_reopening(self, path):
        learner = Learner(SqliteStore(path), fails={"t1"})
        learner.observe(turn(0, "a"))
        with pytest.raises(ConnectionError):
            learner.observe(turn(1, "b"))
        learner.observe(turn(2, "c"))
        learner.log.close()
        again = Learner(SqliteStore(path))
        assert ([event.text for event in again.seen], again.asked) == (["a", "b", "c"], 1)
        again.log.close()
        assert Learner(SqliteStore(path)).asked == 0

    @pytest.mark.parametrize("in_place", [True, False])
    def test_an_event_that_could_not_be_learned_is_learned_when_it_is_said_again(self, in_place):
        learner = Learner(SqliteStore(), in_place, fails={"t1"})
        with pytest.raises(ConnectionError):
            learner.observe(turn(1, "b"))
        learner.fails.clear()
        learner.observe(turn(1, "b"))
        assert learner.seen == [turn(1, "b")]

    def test_saying_a_turn_again_while_others_cannot_be_learned_loses_none(self, path):
        learner = Learner(SqliteStore(path), fails={"t1", "t2"})
        for event in (turn(1, "b"), turn(2, "c"), turn(1, "b")):
            with pytest.raises(ConnectionError):
                learner.observe(event)
        learner.log.close()
        assert {event.text for event in Learner(SqliteStore(path)).seen} == {"b", "c"}

    def test_an_erasure_leaves_no_byte_although_what_is_left_cannot_be_learned(self, path):
        learner = Learner(SqliteStore(path))
        learner.observe(turn(0, "zebra"), turn(1, "b"))
        learner.fails = {"t1"}
        with pytest.raises(ConnectionError):
            learner.observe(erasure("t0"))
        assert b"zebra" not in left_in(path)
        assert Learner(SqliteStore(path)).seen == [turn(1, "b")]

    def test_an_erasure_that_a_reader_hindered_is_made_up_for_when_it_is_observed_again(self):
        store = HinderedOnce()
        learner = Learner(store)
        learner.observe(turn(0, "a"), turn(1, "b"))
        with pytest.raises(StoreError):
            learner.observe(erasure("t0"))
        assert learner.seen == [turn(1, "b")]
        learner.observe(erasure("t0"))
        assert store.purged == 1


class HinderedOnce:
    """A store whose first purge fails."""

    def __init__(self):
        self._store, self.purged, self._calls = SqliteStore(), 0, 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    def purge(self):
        self._calls += 1
        if self._calls == 1:
            raise StoreError("another connection reads the file")
        self.purged += 1


class TestTurnLog:
    def test_what_comes_and_goes_is_told_in_order(self):
        told = []
        log = TurnLog(SqliteStore(), lambda turn: told.append(f"+{turn.id}"), lambda id: told.append(f"-{id}"))
        for event in (turn(0, "a"), turn(1, "b"), erasure("t0"), turn(1, "b, rather"), erasure("t0", "unknown")):
            log.observe(event)
        assert told == ["+t0", "+t1", "-t0", "-t1", "+t1"]
        assert [memory.text for memory in log.memories()] == ["b, rather"]

    def test_to_forget_a_memory_is_to_forget_its_turn(self, path):
        log = TurnLog(SqliteStore(path))
        log.observe(turn(0, "zebra"))
        log.observe(turn(1, "b"))
        log.observe(Forget(at=AT, session=1, memories=frozenset({"t0", "unknown"})))
        assert [memory.id for memory in log.memories()] == ["t1"]
        assert b"zebra" not in left_in(path)
        log.close()
        assert [memory.id for memory in TurnLog(SqliteStore(path)).memories()] == ["t1"]

    def test_a_turn_whose_index_failed_is_no_memory_until_it_is_said_again(self):
        fails, dropped = [True], []

        def add(turn):
            if fails:
                raise ConnectionError(fails.pop())

        log = TurnLog(SqliteStore(), add, dropped.append)
        with pytest.raises(ConnectionError):
            log.observe(turn(0, "a"))
        assert list(log.memories()) == []
        log.observe(turn(0, "a"))
        assert ([memory.id for memory in log.memories()], dropped) == (["t0"], [])

    def test_scores_are_handed_on_and_negative_ones_are_zero(self):
        log = TurnLog(SqliteStore())
        for n in range(3):
            log.observe(turn(n, f"said {n}"))
        ranked = log.ranked([("t2", 3.0), ("t0", -1.0)])
        assert [(m.id, m.score) for m in ranked.memories] == [("t2", 3.0), ("t0", 0.0)]
        assert ranked.confidence == pytest.approx(2**0.5)
        assert [(m.id, m.score) for m in log.newest(2)] == [("t2", 1.0), ("t1", 0.5)]


SCORES = st.lists(st.floats(0.0078125, 64), min_size=1, max_size=20).map(lambda scores: sorted(scores, reverse=True))


@LAW
@given(SCORES, st.integers(0, 20))
def test_confidence_is_the_z_of_the_best_among_all_with_zeros_for_the_rest(scores, others):
    padded = np.array([*scores, *[0.0] * others])
    spread = padded.std()
    expected = (padded[0] - padded.mean()) / spread if spread > 1e-9 else None
    if expected is not None and len(padded) > 1:
        assert confidence(scores, len(padded)) == pytest.approx(expected, rel=1e-6)


def test_nothing_found_or_nothing_to_compare_with_is_no_confidence():
    assert confidence([], 10) == confidence([0.7], 1) == confidence([0.5, 0.5], 2) == 0.0
