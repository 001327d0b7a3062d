from dataclasses import replace
from itertools import count
from pathlib import Path

import memlab.loop
from memlab.events import Erasure, Memory, Recall, Recalled, Reply
from memlab.loop import live
from memlab.metrics.frames import read_frames
from memlab.testing import START, QuotingReader, ask, end, gold, life, turn
from memlab.traces import Tracer


class Watched:
    """Recalls its turns newest first, whatever the limit, and remembers what it observed."""

    def __init__(self):
        self.seen = []

    def observe(self, event):
        self.seen.append(event)

    def recall(self, query):
        return Recall(memories=tuple(reversed(list(self.memories()))))

    def memories(self):
        turns = [event for event in self.seen if hasattr(event, "speaker")]
        return (Memory(id=t.id, text=t.text, at=t.at, sources=(t.id,)) for t in turns)

    def close(self):
        pass


def lived(a_life, tmp_path, limit=None, budget_tokens=None, reader=None, clock=None):
    strategy, tracer = Watched(), Tracer(a_life)
    ticks = count()
    clock = clock or (lambda: float(next(ticks)))
    live(a_life, strategy, tracer, limit=limit, budget_tokens=budget_tokens, reader=reader, clock=clock)
    tracer.write(tmp_path)
    return strategy, read_frames(tmp_path, ["u"])


def test_the_loop_fits_on_a_page():
    assert len(Path(memlab.loop.__file__).read_text().splitlines()) <= 60


def test_a_probe_leaves_no_trace_in_the_strategy(tmp_path):
    strategy, _ = lived(life([turn(0, "a"), ask(1, "?"), turn(2, "b")]), tmp_path)
    assert [event.id for event in strategy.seen] == ["t0", "t2"]


def test_a_natural_query_is_followed_by_what_the_reader_was_given(tmp_path):
    events = [turn(0, "one two three"), turn(1, "four five"), ask(2, "?", probe=False)]
    strategy, _ = lived(life(events), tmp_path, budget_tokens=4)
    assert strategy.seen[-1] == Recalled(at=events[2].at, session=0, query="q2", memories=("t1",))


def test_recalls_are_trimmed_to_the_limit_and_counted(tmp_path):
    _, frames = lived(life([turn(i, f"word{i} tail") for i in range(5)] + [ask(9, "?")]), tmp_path, limit=2)
    assert frames.asked[0].ids == ["t4", "t3"]
    assert len(frames.asked[0].tokens) == 2
    assert all(tokens > 0 for tokens in frames.asked[0].tokens)


def test_a_reader_answers_and_the_life_hears_it(tmp_path):
    heard = []

    def start():
        yield turn(0, "Denver")
        heard.append((yield ask(1, "where?")).text)

    a_life = life([])
    object.__setattr__(a_life, "start", start)
    object.__setattr__(a_life, "gold", {"q1": gold("t0")})
    lived(a_life, tmp_path, reader=QuotingReader())
    assert heard == ["Denver"]


def test_a_reader_is_handed_the_options_and_nothing_else_of_what_the_judge_knows(tmp_path):
    handed = []

    class Notes:
        def answer(self, query, memories, choices):
            handed.append(([memory.id for memory in memories], choices))
            return Reply(text="Denver", choice="Denver") if choices else None

    offered = replace(gold("t0", values=["Denver"]), choices=("Boston", "Denver"))
    a_life = life([turn(0, "Denver"), ask(1, "where?"), ask(2, "why?")], {"q1": offered})
    _, frames = lived(a_life, tmp_path, reader=Notes())
    assert handed == [(["t0"], ("Boston", "Denver")), (["t0"], ())]
    assert [(asked.reply, asked.choice) for asked in frames.asked] == [("Denver", "Denver"), (None, None)]


def test_seconds_are_what_the_clock_says(tmp_path):
    a_life = life([turn(0, "a"), ask(1, "?"), end(2)])
    lived(a_life, tmp_path)
    from memlab.traces import read_rows

    rows = read_rows(tmp_path, "timings", "u")
    assert [(row["what"], row["seconds"]) for row in rows] == [("observe", 1.0), ("recall", 1.0), ("session_end", 1.0)]


def test_a_session_end_notes_what_is_held(tmp_path):
    _, frames = lived(life([turn(0, "a"), end(1), turn(2, "b", 1), end(3, 1)]), tmp_path)
    assert [held.ids for held in frames.held] == [["t0"], ["t0", "t2"]]


def test_an_empty_recall_is_a_row_too(tmp_path):
    _, frames = lived(life([ask(0, "?")]), tmp_path)
    assert (frames.asked[0].ids, frames.asked[0].texts) == ([], [])


def test_erased_turns_are_no_candidates_any_more(tmp_path):
    gone = Erasure(at=START.replace(minute=1), session=0, turns=frozenset(["t0"]))
    _, frames = lived(life([turn(0, "a"), gone, turn(2, "b"), ask(3, "?")]), tmp_path)
    assert frames.asked[0].candidates["turn"] == 1
