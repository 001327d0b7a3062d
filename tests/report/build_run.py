"""A run's folder written down by hand: a life of six turns and a strategy that recites its memories."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import yaml

from memlab.events import Memory, Query, Recall
from memlab.identity import SCHEMA_VERSION
from memlab.life import Gold, Life, Nugget, Superseded, recorded
from memlab.loop import live
from memlab.report.show import one_run
from memlab.runs import SCORES, TIMED
from memlab.testing import ask, end, turn
from memlab.traces import Tracer, write_parquet

HELD_UNTIL = datetime(2024, 5, 6, 7, 8, tzinfo=UTC)
SAID = [
    turn(0, "user: I live in Boston"),
    turn(1, "user: My code is 1234"),
    turn(2, "user: Bring the naïve\n\x1b[31mred 界界 book"),
    turn(3, "assistant: hello"),
    turn(5, "user: I moved to Denver", session=1),
    turn(6, "assistant: So it is Denver now", session=1),
]
GOLD = Gold(
    kind="current_value",
    answers=("Denver",),
    choices=("Denver", "Boston"),
    evidence=(
        Nugget(turns=frozenset({"t5", "t6"}), values=("Denver", "the Mile High City")),
        Nugget(turns=frozenset({"t2"})),
    ),
    stale=frozenset({"t0"}),
    stale_values=("Boston",),
    forbidden=frozenset({"t1"}),
    facets={"updates": 1},
)
MOVED = Superseded(turn="t0", by="t5")


class Recites:
    """Recalls the same memories whatever happens; what it holds besides is told apart."""

    def __init__(self, memories: Sequence[Memory], held: Sequence[Memory] = ()) -> None:
        self.said, self.held = tuple(memories), (*memories, *held)

    def observe(self, event) -> None:
        pass

    def recall(self, query: Query) -> Recall:
        return Recall(memories=self.said, confidence=0.25)

    def memories(self):
        return iter(self.held)


def memory(name: str, text: str, *sources: str, valid_to: datetime | None = None) -> Memory:
    return Memory(id=name, text=text, score=0.5, at=SAID[0].at, valid_to=valid_to, sources=sources)


def filler(n: int, words: int = 40) -> Memory:
    return memory(f"f{n}", " ".join(["red"] * words), "t3")


FULL = [
    *(filler(n) for n in range(14)),
    memory("m14", "lives in Denver", "t5", "x"),
    filler(15),
    memory("m16", SAID[0].text, "t0", valid_to=HELD_UNTIL),
    memory("m17", SAID[1].text, "t1"),
    memory("m18", SAID[2].text, "t2"),
    *(filler(n) for n in range(19, 30)),
]


def life(user: str = "ann", gold: Gold = GOLD) -> Life:
    events = [*SAID[:4], end(4), *SAID[4:], ask(7, "Where do I live now, and what do I bring?", session=1)]
    return recorded(user, [*events, end(8, session=1)], {"q7": gold}, [MOVED])


def write_run(folder, memories: Sequence[Memory], *lives: Life, held=(), reader=None):
    """A run's folder, as the strategy that recites `memories` would have made it."""
    lives = lives or (life(),)
    for one in lives:
        tracer = Tracer(one)
        live(one, Recites(memories, held), tracer, limit=100, budget_tokens=512, reader=reader, clock=lambda: 0.0)
        tracer.write(folder)
    users = [one.user for one in lives]
    nothing = {"session": None, "positive": None, "kind": None, "chance": None, "attainable": 1.0, "score_version": 1}
    scores = [{"user": user, "name": "evidence_recall@512", "value": 0.5, "query": "q7"} | nothing for user in users]
    scores.append(scores[0] | {"name": "abstention_auroc", "value": 0.25, "positive": True})
    timed = [{"user": user, "what": "observe", "session": 0, "seconds": 0.0} for user in users]
    write_parquet(pa.Table.from_pylist(scores, schema=SCORES), folder / "scores.parquet")
    write_parquet(pa.Table.from_pylist(timed, schema=TIMED), folder / "timings.parquet")
    manifest = {"schema_version": SCHEMA_VERSION, "status": "complete", "started": "2024-01-01"}
    config = {"layer": [], "strategy": {"name": "recites"}, "source": {"name": "byhand"}, "seed": 7}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "config.yaml").write_text(yaml.safe_dump(config | {"out": folder.name}))
    (folder / "summary.json").write_text(json.dumps({"run": {}}))
    return one_run(folder)


DENVER, BOOK, BOSTON = memory("d", "in Denver", "t5"), memory("b", SAID[2].text, "t2"), memory("o", "in Boston", "t0")


def many(n: int) -> Life:
    asked = [
        Query(at=SAID[-1].at, session=1, id=f"q{i}", text=f"{i} what?\n" * 20, limit=None, budget_tokens=None)
        for i in range(n)
    ]
    return recorded("ann", [*SAID, *asked], {query.id: GOLD for query in asked})
