"""`memories_held`: how much a strategy keeps."""

from build_asked import START, ask, held_scores, hold, plain_life, scores

from memlab.metrics.held import MemoriesHeld

LIFE = plain_life(3)


def test_it_counts_memories_session_by_session():
    ends = [
        hold(LIFE, (["t0"], None), position=2),
        hold(LIFE, position=4, session=1),
        hold(LIFE, (["t0"], None), (["t0", "t1"], None), position=6, session=2),
    ]
    found = held_scores(MemoriesHeld(), *ends)
    assert [(score.session, score.value) for score in found] == [(0, 1.0), (1, 0.0), (2, 2.0)]
    assert {(score.user, score.query, score.kind) for score in found} == {("ann", None, None)}


def test_a_memory_that_ended_is_still_held():
    (found,) = held_scores(MemoriesHeld(), hold(LIFE, (["t0"], START), position=2))
    assert found.value == 1.0


def test_queries_are_no_matter():
    assert scores(MemoriesHeld(), ask(LIFE, [("word0", ["t0"])])) == []
