"""Frames are what was lived: written by the tracer, read back the same, ready to judge."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from build_asked import ask, lived, nugget, plain_life, quotes

from memlab.build import metrics
from memlab.events import Erasure, Memory, Query, Recall, SessionEnd, Turn
from memlab.life import Gold, Life, Nugget, Superseded, recorded
from memlab.loop import live
from memlab.metrics.frames import RunFrames, read_frames
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.oracle import Oracle
from memlab.text import count_tokens
from memlab.traces import Tracer

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
ENDED = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


class Parrot:
    """Recalls every turn, newest first, with what else a memory may say."""

    def __init__(self) -> None:
        self.said: list[Memory] = []

    def observe(self, event) -> None:
        if isinstance(event, Turn):
            ended = ENDED if event.id == "t1" else None
            sources = (event.id, "x")
            self.said.append(Memory(id=f"m-{event.id}", text=event.text, at=event.at, valid_to=ended, sources=sources))

    def recall(self, query: Query) -> Recall:
        return Recall(memories=tuple(reversed(self.said)), confidence=0.25)

    def memories(self):
        return iter(self.said)

    def close(self) -> None:
        pass


def minute(n: int) -> datetime:
    return START + timedelta(minutes=n)


def turn(n: int, text: str, session: int = 0) -> Turn:
    return Turn(at=minute(n), session=session, id=f"t{n}", speaker="user", text=text)


GOLD = {
    "q0": Gold(kind="past_value", answers=("Boston",), evidence=(Nugget(turns=frozenset({"t1"})),)),
    "q1": Gold(
        kind="current_value",
        answers=("Denver", "Mile High City"),
        choices=("Denver", "Boston"),
        answerable=False,
        evidence=(
            Nugget(turns=frozenset({"t5", "t0"}), values=("Denver", "the Mile High City")),
            Nugget(turns=frozenset({"t2"})),
        ),
        stale=frozenset({"t1"}),
        stale_values=("Boston",),
        forbidden=frozenset({"t2"}),
        facets={"overlap": "low"},
    ),
}


def small_life(gold: Mapping[str, Gold] = GOLD, user: str = "ann") -> Life:
    """Two sessions, a superseded turn, an erased one, two queries."""
    events = [
        turn(0, "hello there"),
        turn(1, "I live in Boston"),
        turn(2, "naïve 😀 text\nof two lines"),
        Query(at=minute(3), session=0, id="q0", text="where?"),
        SessionEnd(at=minute(4), session=0),
        turn(5, "I moved to Denver", session=1),
        Erasure(at=minute(6), session=1, turns=frozenset({"t2"})),
        Query(at=minute(7), session=1, id="q1", text="where now?"),
        SessionEnd(at=minute(8), session=1),
    ]
    return recorded(user, events, gold, [Superseded(turn="t1", by="t5")])


def lived_out(folder, life: Life, strategy, limit=None) -> RunFrames:
    """The frames of a life that a strategy has lived through."""
    tracer = Tracer(life)
    live(life, strategy, tracer, limit=limit, budget_tokens=512, reader=None, clock=lambda: 0.0)
    tracer.write(folder)
    return read_frames(folder, [life.user])


@pytest.fixture(scope="module")
def frames(tmp_path_factory) -> RunFrames:
    return lived_out(tmp_path_factory.mktemp("run"), small_life(), Parrot())


def test_turns_come_back_as_they_were_said(frames):
    turns = frames.asked[0].life.turns
    assert [(t.id, t.session, t.at, t.speaker) for t in turns.values()] == [
        (f"t{n}", n // 5, minute(n), "user") for n in (0, 1, 2, 5)
    ]
    assert turns["t2"].text == "naïve 😀 text\nof two lines"


def test_positions_count_what_was_observed(frames):
    assert [t.position for t in frames.asked[0].life.turns.values()] == [0, 1, 2, 4]
    assert [asked.position for asked in frames.asked] == [3, 6]
    assert [held.position for held in frames.held] == [4, 7]


def test_superseded_turns_name_the_turn_that_took_their_place(frames):
    assert {t.id: t.superseded_by for t in frames.asked[0].life.turns.values() if t.superseded_by} == {"t1": "t5"}


def test_gold_comes_back_as_it_was_written(frames):
    assert {asked.query: asked.gold for asked in frames.asked} == GOLD


def test_a_recall_comes_back_as_it_was_given(frames):
    first, second = frames.asked
    assert (first.text, first.at, first.session, first.confidence) == ("where?", minute(3), 0, 0.25)
    assert first.ids == ["m-t2", "m-t1", "m-t0"]
    assert first.sources == [["t2", "x"], ["t1", "x"], ["t0", "x"]]
    assert first.valid_tos == [None, ENDED, None]
    assert second.texts == ["I moved to Denver", "naïve 😀 text\nof two lines", "I live in Boston", "hello there"]
    assert second.tokens == [count_tokens(text) for text in second.texts]
    assert second.scores == [0.0] * 4


def test_what_is_held_comes_back_session_by_session(frames):
    assert [(held.session, held.at, held.ids) for held in frames.held] == [
        (0, minute(4), ["m-t0", "m-t1", "m-t2"]),
        (1, minute(8), ["m-t0", "m-t1", "m-t2", "m-t5"]),
    ]
    assert frames.held[0].valid_tos == [None, ENDED, None]
    assert frames.held[1].sources[3] == ["t5", "x"]


def test_erased_turns_are_candidates_until_they_are_erased(frames):
    life = frames.asked[0].life
    assert life.erased == {"t2": 5}
    assert [t.id for t in life.candidates(5)] == ["t0", "t1", "t2", "t5"]
    assert [t.id for t in life.candidates(6)] == ["t0", "t1", "t5"]


def test_candidates_are_what_was_said_before_the_query(frames):
    assert [asked.candidates for asked in frames.asked] == [{"turn": 3, "session": 1}, {"turn": 3, "session": 2}]


def test_erasing_everything_erases_what_was_said_so_far(tmp_path):
    gold = {"q0": Gold(kind="current_value")}
    events = [
        turn(0, "one"),
        turn(1, "two"),
        Erasure(at=minute(2), session=0, turns=None),
        turn(3, "three"),
        Query(at=minute(4), session=0, id="q0", text="what?"),
    ]
    (asked,) = lived_out(tmp_path, recorded("ann", events, gold), Parrot()).asked
    assert [t.id for t in asked.life.candidates(asked.position)] == ["t3"]


def test_a_limit_cuts_what_comes_back(tmp_path):
    found = lived_out(tmp_path, small_life(), Parrot(), limit=1)
    assert [asked.texts for asked in found.asked] == [["naïve 😀 text\nof two lines"], ["I moved to Denver"]]


def test_an_empty_recall_comes_back_empty(tmp_path):
    found = lived_out(tmp_path, small_life(), Parrot(), limit=0)
    assert [(asked.ids, asked.texts, asked.sources, asked.tokens) for asked in found.asked] == [([], [], [], [])] * 2


def test_users_come_back_in_the_order_asked_for(tmp_path):
    for user in ("ann", "bob/..", "Ünal"):
        lived_out(tmp_path, small_life(user=user), Parrot())
    found = read_frames(tmp_path, ["Ünal", "ann", "bob/.."])
    assert [asked.life.user for asked in found.asked[::2]] == ["Ünal", "ann", "bob/.."]


def test_a_user_who_is_not_finished_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_frames(tmp_path, ["ann"])


def test_the_oracle_lives_up_to_what_is_attainable(tmp_path):
    evidence = {id: tuple(known.turns for known in gold.evidence) for id, gold in GOLD.items()}
    asked = lived_out(tmp_path, small_life(), Oracle(SqliteStore(), evidence.__getitem__)).asked
    assert asked[0].texts == ["I live in Boston"]
    found = [score for metric in metrics() for score in metric.score(RunFrames(asked[:1], []))]
    bounded = [score for score in found if score.attainable is not None]
    assert len(bounded) > 10
    assert [score.value for score in bounded] == [score.attainable for score in bounded]


def test_sources_rank_by_first_occurrence():
    life = plain_life(6, per_session=2)
    asked = ask(life, [("a", ["t4", "t0"]), ("b", ["t0", "t9", "t1"]), ("c", ["t4"])])
    assert asked.ranked["turn"] == ["t4", "t0", "t9", "t1"]
    assert asked.ranked["session"] == ["session 2", "session 0", "unknown t9"]


def test_nuggets_of_the_same_sessions_are_one():
    asked = ask(plain_life(6, per_session=2), evidence=[nugget("t0"), nugget("t1"), nugget("t1", "t2")])
    assert asked.nuggets["turn"] == [{"t0"}, {"t1"}, {"t1", "t2"}]
    assert asked.nuggets["session"] == [{"session 0"}, {"session 0", "session 1"}]


def test_the_ideal_says_a_turn_of_two_nuggets_once():
    life = lived(["a longer turn", "short"])
    asked = ask(life, quotes(life, ["t0"]), evidence=[nugget("t0", "t1"), nugget("t1")])
    assert [t.id for t in asked.ideal] == ["t1"]
    assert asked.ideal_asked.gold == asked.gold


def test_turns_of_one_length_are_told_apart_by_id():
    asked = ask(lived(["bbb", "aaa"]), evidence=[nugget("t1", "t0")])
    assert [t.id for t in asked.ideal] == ["t0"]
