"""A profile of the user: slots filled from what the user states, and the statements themselves behind them.

Guide: The user context layer keeps facts with a category and a description; `get` gives a profile of summary,
preferences, current context and patterns, `search` finds facts. Its weak spot is that raw history is lost.

Differs: Slots have validity from and to, the statements that prove them, and a confidence that grows when they are
confirmed; a value is superseded only where that is said (one at a time, a stated change, an old value named as over),
and never dropped. What no slot takes stays findable as the user's own turn, since rules see a fraction of what is told;
the assistant's turns are not kept as memories, but for claims that the user says yes to.

Cost: Observing reads a turn by rules, in tenths of a millisecond, and encodes it once; recall scores every turn of the
user by words and by vector; bytes are those of the turns and of their facts. An erasure rebuilds all but the vectors.

Use: When facts about the user change, the answer must be the one that holds, and nobody asks what the assistant said.

After Zep's edges with validity in time (Rasmussen et al., 2025) and the guide's user context layer.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime

import numpy as np

from memlab.encoders import Encoder, Vectors
from memlab.events import Forget, Memory, MemoryId, Observed, Query, Recall, Turn, TurnId
from memlab.extract import Fact, FactExtractor
from memlab.extract.slots import Held
from memlab.indexes import VectorIndex
from memlab.indexes.bm25 import Bm25Index
from memlab.indexes.fusion import Scores
from memlab.stores import Store
from memlab.strategies.base import EventLog, Kept, confidence
from memlab.strategies.holding import Ends, what_holds
from memlab.text import contains, count_tokens

DAY_SECONDS = 86_400
ASSISTANT = "assistant"


class Profile:
    """The user's statements as memories, ranked by words and meaning, what holds before what it superseded.

    A memory is a turn of the user, or a claim of the assistant that the user confirmed. Where a question does not ask
    of the past, a statement that superseded another is ranked at least as high as that one.

    Args:
        store: Where the turns are kept, with the facts found in them.
        encoder: Makes the vectors, one per statement.
        extract: Finds the facts of a turn.
        lexical: Makes an empty lexical index.
        dense: Makes an empty vector index for a dimension.
        fuse: Makes one score of several, each of shape (candidates,).
        recency_weight: Of a recency score beside the two, in standard deviations of one, 0 or more.
        half_life_days: In which the recency score halves, positive.
        superseded_penalty: What a superseded statement loses, in the same unit, 0 or more.
        named_at_most: A value that is said to be over is looked for in statements too where no slot holds it; if more
            than this many have its words, it is too common to name any of them. 0 leaves it at slots.
        summary_tokens: Word pieces that the summary may have, 0 or more.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        extract: FactExtractor,
        lexical: Callable[[], Bm25Index],
        dense: Callable[[int], VectorIndex],
        fuse: Callable[[Sequence[Scores]], Scores],
        recency_weight: float,
        half_life_days: float,
        superseded_penalty: float,
        summary_tokens: int,
        named_at_most: int,
    ) -> None:
        if recency_weight < 0 or half_life_days <= 0 or superseded_penalty < 0 or summary_tokens < 0:
            raise ValueError(
                f"profile: recency_weight={recency_weight}, half_life_days={half_life_days}, "
                f"superseded_penalty={superseded_penalty}, summary_tokens={summary_tokens}; "
                "the half-life must be positive, the others 0 or more"
            )
        self._encoder, self._extract, self._fuse = encoder, extract, fuse
        self._make_lexical, self._make_dense = lexical, dense
        self._recency_weight, self._half_life_days = recency_weight, half_life_days
        self._superseded_penalty, self._summary_tokens = superseded_penalty, summary_tokens
        self._named_at_most = named_at_most
        self._encoded: dict[MemoryId, tuple[Memory, Vectors]] = {}
        self._start_over()
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, Forget))

    def observe(self, event: Observed) -> None:
        """Keeps a turn and fills slots from it, forgets what is erased with all that came of it."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """The statements that fit best, what holds before what it superseded unless the question is of the past."""
        ids = list(self._memories)
        if not ids:
            return Recall(confidence=0.0)
        fitting = self._scores(query, ids)
        best = np.argsort(-fitting, kind="stable")[: query.limit]
        lowest = float(fitting.min())
        ends = self._ends()
        memories = tuple(
            replace(self._dated(self._memories[ids[i]], ends), score=float(fitting[i]) - lowest) for i in best
        )
        return Recall(memories=memories, confidence=confidence([memory.score for memory in memories], len(ids)))

    def memories(self) -> Iterator[Memory]:
        """All statements in the order in which they were made; those whose every value is over have an end."""
        ends = self._ends()
        return iter([self._dated(memory, ends) for memory in self._memories.values()])

    def close(self) -> None:
        """Closes the store."""
        self._log.close()

    def summary(self) -> str:
        """The profile in lines, `slot: value`, the surest first and of these the newest, as far as they fit."""
        lines, left = [], self._summary_tokens
        for held in sorted(
            self._ended.slots.current(), key=lambda held: (-held.confidence, -held.valid_from.timestamp())
        ):
            line = f"{held.slot}: {held.value}"
            left -= count_tokens(line)
            if left < 0:
                break
            lines.append(line)
        return "\n".join(lines)

    def preferences(self) -> tuple[Held, ...]:
        """What the user likes, wants and avoids, as far as it holds."""
        return self._of("preference")

    def current(self) -> tuple[Held, ...]:
        """What the user is at: projects, plans, what is being done, as far as it holds."""
        return self._of("context")

    def patterns(self) -> tuple[Held, ...]:
        """What the user does again and again, as far as it holds."""
        return self._of("behaviour")

    def slots(self) -> tuple[Held, ...]:
        """Every value ever held, with its statements and times, superseded ones too."""
        return tuple(self._ended.slots.all())

    def _of(self, category: str) -> tuple[Held, ...]:
        return tuple(held for held in self._ended.slots.current() if held.category == category)

    def _scores(self, query: Query, ids: list[MemoryId]) -> Scores:
        """How well each statement fits, by words, meaning and age; what supersedes is lifted to what it superseded."""
        vector = self._encoder.encode([query.text])[0]
        words, meaning = self._words.scores(query.text, ids), self._vectors.scores(vector, ids)
        fitting = self._fuse([np.array(words), np.array(meaning)])
        ages = np.array([(query.at - self._memories[id].at).total_seconds() / DAY_SECONDS for id in ids])
        fitting = fitting + self._recency_weight * 0.5 ** (ages / self._half_life_days)
        place = {id: n for n, id in enumerate(ids)}
        newer = [self._ended.newer(id) for id in ids]
        ended_by = [None if others is None else [place[other] for other in others] for others in newer]
        return what_holds(query.text, fitting, ended_by, self._superseded_penalty)

    def _ends(self) -> dict[MemoryId, datetime | None]:
        """When the last value that a statement states was over; None while one holds."""
        ends: dict[MemoryId, datetime | None] = {}
        for held in self._ended.slots.all():
            for id in held.statements:
                before = ends.get(id, held.valid_to)
                ends[id] = None if before is None or held.valid_to is None else max(before, held.valid_to)
        return ends

    def _dated(self, memory: Memory, ends: dict[MemoryId, datetime | None]) -> Memory:
        return replace(memory, valid_to=ends.get(memory.id))

    def _start_over(self) -> None:
        self._words, self._vectors = self._make_lexical(), self._make_dense(self._encoder.dim)
        self._memories: dict[MemoryId, Memory] = {}
        self._ended = Ends(self._named_at_most)
        self._before: Turn | None = None

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        gone = set(turns)
        self._encoded = {id: kept for id, kept in self._encoded.items() if not gone & set(kept[0].sources)}
        self._start_over()
        return False

    def _learn(self, event: Kept, note: str | None) -> str | None:
        if isinstance(event, Forget):
            self._forget(event.memories)
        if not isinstance(event, Turn):
            return None
        before, self._before = self._before, event
        if event.speaker.casefold() == ASSISTANT:
            return None
        if note is not None:
            facts = tuple(Fact(**found) for found in json.loads(note))
        else:
            facts = self._extract.facts(event, before)
        self._state(event, before, facts)
        return json.dumps([asdict(fact) for fact in facts])

    def _state(self, turn: Turn, before: Turn | None, facts: Sequence[Fact]) -> None:
        """Makes a memory of a turn, one of what it confirms, and has the slots take the facts."""
        self._add(Memory(id=turn.id, text=turn.text, at=turn.at, sources=(turn.id,)), facts)
        confirmed = [fact for fact in facts if not contains(turn.text, fact.text)]
        agreed = f"confirmed:{turn.id}" + (f":{before.id}" if before else "")
        if confirmed and before is not None:
            text = " ".join(dict.fromkeys(fact.text for fact in confirmed))
            self._add(Memory(id=agreed, text=text, at=turn.at, sources=(before.id, turn.id)), confirmed)
        for fact in facts:
            of_turn = fact not in confirmed or before is None
            self._ended.take(turn.id if of_turn else agreed, turn.speaker, fact)

    def _add(self, memory: Memory, facts: Sequence[Fact]) -> None:
        """Keeps and indexes a memory, under the names of its slots too, so that a question in their words finds it."""
        slots = " ".join(dict.fromkeys(fact.slot for fact in facts if fact.slot))
        kept = self._encoded.get(memory.id)
        vector = kept[1] if kept and kept[0] == memory else self._encoder.encode([memory.text])[0]
        self._encoded[memory.id] = memory, vector
        self._memories[memory.id] = memory
        self._ended.state(memory.id, memory.text, memory.at)
        self._words.add(memory.id, f"{memory.text} {slots}")
        self._vectors.add(memory.id, vector)

    def _forget(self, ids: frozenset[MemoryId]) -> None:
        """Drops memories, and fills the slots again from what the others state."""
        for id in sorted(ids & self._memories.keys()):
            del self._memories[id], self._encoded[id]
            self._words.delete(id)
            self._vectors.delete(id)
        self._ended.forget(ids)
