"""Episodes are stretches of talk on one thing: what set them off, how they ended, how that felt, and when.

Guide: an episode has a time, a session, a trigger, a summary, an outcome and the user's sentiment; similar episodes are
recalled for case reuse, to avoid errors, and to follow up ("how did the interview go?").

Differs: what is recalled is not the episode but its lines, ranked by their own nearness, by their episode's and by that
of what they follow up, so that a memory stays small and cites the turn that it is: an episode that cites twenty turns
takes twenty ranks and the whole budget. What is announced in one session and told of in a later one is linked: the
earlier is the later's trigger, lends it its nearness and, where `trigger_tokens` is set, is quoted and cited by it. The
assistant's own words are no lines.

Cost: a turn is encoded and held against everything that was announced before; a recall is a product with all lines
and a pass over them. Kept are all turns and two small indexes of vectors.

Use: for questions on how something went and how that felt, where people announce and report; where they state facts it
is a retriever by meaning that leaves out the assistant.

After the case for episodic memory in agents by Pink et al. (2025); that talk falls apart into topics where neighbouring
stretches have little in common is Hearst's (1997).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

import numpy as np

from memlab.encoders import Encoder, Vectors
from memlab.events import Forget, Memory, MemoryId, Observed, Query, Recall, Turn, TurnId
from memlab.extract.endings import Feeling, feeling, says
from memlab.extract.rules import said
from memlab.indexes import VectorIndex
from memlab.stores import Store
from memlab.strategies.base import EventLog, Kept, confidence
from memlab.text import cut


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of talk on one thing.

    Attributes:
        trigger: What set it off: what was announced in an earlier session, else its own first line that looks ahead,
            else its first.
        summary: Its lines nearest to all of it, in order.
        outcome: The line that tells how it ended, None where none does.
        sentiment: How that felt, by its words.
    """

    session: int
    start: datetime
    end: datetime
    trigger: Turn
    summary: tuple[Turn, ...]
    outcome: Turn | None
    sentiment: Feeling | None


@dataclass(slots=True)
class _Stretch:
    session: int
    lines: dict[MemoryId, Vectors] = field(default_factory=dict)
    known: Vectors | None = None

    @property
    def middle(self) -> Vectors:
        """The unit vector between all lines, found once until they change."""
        if self.known is None:
            total = np.sum(list(self.lines.values()), axis=0)
            self.known = (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)
        return self.known


class Episodic:
    """Lines of episodes, found by their own meaning, by their episode's and by what they follow up.

    A line's score is its cosine with the question, plus `episode_weight` of its episode's, plus `follow_weight` of that
    of what it follows up; where the question asks how something went or felt, less `ahead_weight` if the line looks
    ahead; where it asks what to avoid, plus `avoid_weight` if the line's words are of failure.

    Args:
        store: Where the turns are kept.
        encoder: Makes the vectors.
        index: Makes the empty vector index for a dimension.
        split: Whether a line, by its vector and the middle of the episode before it, begins another within a session.
        follows: Cosine from which on a line follows up what was announced in an earlier session, 0 to 1.
        trigger_tokens: Word pieces that a line quotes of what it follows up, and so cites it; 0 does neither.
        summary_lines: Of an episode, at least 1.
        episode_weight: 0 or more, like the other weights.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        index: Callable[[int], VectorIndex],
        split: Callable[[Vectors, Vectors], bool],
        follows: float,
        trigger_tokens: int,
        summary_lines: int,
        episode_weight: float,
        follow_weight: float,
        ahead_weight: float,
        avoid_weight: float,
    ) -> None:
        if min(trigger_tokens, summary_lines - 1, episode_weight, follow_weight, ahead_weight, avoid_weight) < 0:
            raise ValueError("episodic: weights and trigger_tokens must be 0 or more, summary_lines at least 1")
        self._encoder, self._make_index, self._split, self._follows = encoder, index, split, follows
        self._trigger_tokens, self._summary_lines = trigger_tokens, summary_lines
        self._episode_weight, self._follow_weight = episode_weight, follow_weight
        self._ahead_weight, self._avoid_weight = ahead_weight, avoid_weight
        self._vectors: dict[TurnId, Vectors] = {}
        self._start_over()
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, Forget))

    def observe(self, event: Observed) -> None:
        """Takes a turn into its episode, and begins anew without what is erased."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """The lines that score best; confident as far as the first stands out."""
        vector = self._encoder.encode([query.text])[0]
        scores = self._scores(vector, query.text)
        ranked = sorted(scores, key=lambda id: -scores[id])
        best = [max(0.0, scores[id]) for id in ranked]
        found = zip(ranked[: query.limit], best, strict=False)
        memories = tuple(replace(self._memories[id], score=score) for id, score in found)
        return Recall(memories=memories, confidence=confidence(best, len(best)))

    def memories(self) -> Iterator[Memory]:
        """All lines in the order in which they were said."""
        return iter(list(self._memories.values()))

    def episodes(self) -> Iterator[Episode]:
        """All episodes in order; `similar` finds those like a text."""
        return (self._episode(stretch) for stretch in self._stretches.values())

    def similar(self, text: str, k: int) -> list[Episode]:
        """The k episodes nearest to a text, for case reuse: what was tried in them, and how they ended."""
        vector = self._encoder.encode([text])[0]
        middles = self._middles(vector)
        nearest = sorted(middles, key=lambda number: -middles[number])
        return [self._episode(self._stretches[number]) for number in islice(nearest, k)]

    def close(self) -> None:
        """Closes the store."""
        self._log.close()

    def _start_over(self) -> None:
        self._lines: dict[MemoryId, Turn] = {}
        self._memories: dict[MemoryId, Memory] = {}
        self._triggers: dict[MemoryId, Turn] = {}
        self._announced: set[MemoryId] = set()
        self._failed: set[MemoryId] = set()
        self._stretches: dict[int, _Stretch] = {}
        self._stretch_of: dict[MemoryId, int] = {}
        self._index, self._ahead = self._make_index(self._encoder.dim), self._make_index(self._encoder.dim)
        self._begun = 0

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        for turn in turns:
            self._vectors.pop(turn, None)
        self._start_over()
        return False

    def _learn(self, event: Kept, note: str | None) -> None:
        if isinstance(event, Turn) and event.speaker != "assistant":
            self._hear(event)
        elif isinstance(event, Forget):
            for id in sorted(event.memories & self._lines.keys()):
                self._drop(id)

    def _hear(self, turn: Turn) -> None:
        if turn.id not in self._vectors:
            self._vectors[turn.id] = self._encoder.encode([turn.text])[0]
        vector = self._vectors[turn.id]
        trigger = self._followed(turn, vector)
        id = f"episode:{turn.id}" + (f":{trigger.id}" if trigger and self._trigger_tokens else "")
        last = self._stretches.get(self._begun)
        if last is None or last.session != turn.session or self._split(vector, last.middle):
            self._begun += 1
            self._stretches[self._begun] = _Stretch(turn.session)
        self._stretches[self._begun].lines[id], self._stretches[self._begun].known = vector, None
        self._stretch_of[id], self._lines[id] = self._begun, turn
        self._index.add(id, vector)
        if says("ahead", said(turn)):
            self._announced.add(id)
            self._ahead.add(id, vector)
        if feeling(said(turn)) == "negative":
            self._failed.add(id)
        if trigger:
            self._triggers[id] = trigger
        self._memories[id] = self._memory(id, turn, trigger)

    def _followed(self, turn: Turn, vector: Vectors) -> Turn | None:
        """What a turn follows up: the nearest of what was announced in an earlier session, if it is near enough."""
        for id, cosine in self._ahead.search(vector, None):
            if cosine < self._follows:
                return None
            if self._lines[id].session < turn.session:
                return self._lines[id]
        return None

    def _memory(self, id: MemoryId, turn: Turn, trigger: Turn | None) -> Memory:
        if trigger is None or not self._trigger_tokens:
            return Memory(id=id, text=turn.text, at=turn.at, category="episode", sources=(turn.id,))
        text = f"{turn.text}\nearlier: {cut(trigger.text, self._trigger_tokens)}"
        return Memory(id=id, text=text, at=turn.at, category="episode", sources=(turn.id, trigger.id))

    def _drop(self, id: MemoryId) -> None:
        number = self._stretch_of.pop(id)
        del self._lines[id], self._memories[id], self._stretches[number].lines[id]
        self._triggers.pop(id, None)
        self._announced.discard(id)
        self._failed.discard(id)
        self._stretches[number].known = None
        self._index.delete(id)
        self._ahead.delete(id)
        if not self._stretches[number].lines:
            del self._stretches[number]

    def _scores(self, vector: Vectors, text: str) -> dict[MemoryId, float]:
        near = dict(self._index.search(vector, None))
        middles = self._middles(vector)
        asks = says("asks_outcome", text) or says("asks_feeling", text)
        avoids = says("asks_avoid", text)
        scores = {}
        for id in self._lines:
            score = near[id] + self._episode_weight * middles[self._stretch_of[id]]
            if id in self._triggers and (followed := self._vectors.get(self._triggers[id].id)) is not None:
                score += self._follow_weight * max(0.0, float(followed @ vector))
            score -= self._ahead_weight * (asks and id in self._announced)
            scores[id] = score + self._avoid_weight * (avoids and id in self._failed)
        return scores

    def _middles(self, vector: Vectors) -> dict[int, float]:
        """How near each episode's middle is."""
        return {number: float(stretch.middle @ vector) for number, stretch in self._stretches.items()}

    def _episode(self, stretch: _Stretch) -> Episode:
        lines = [self._lines[id] for id in stretch.lines]
        middle = stretch.middle
        order = sorted(stretch.lines, key=lambda id: -float(stretch.lines[id] @ middle))[: self._summary_lines]
        followed = [id for id in stretch.lines if id in self._triggers]
        ahead = [self._lines[id] for id in stretch.lines if id in self._announced]
        told = [line for line in lines if line not in ahead and says("over", said(line))]
        outcome = self._lines[followed[-1]] if followed else told[-1] if told else None
        return Episode(
            session=stretch.session,
            start=lines[0].at,
            end=lines[-1].at,
            trigger=self._triggers[followed[-1]] if followed else (ahead or lines)[0],
            summary=tuple(self._lines[id] for id in stretch.lines if id in order),
            outcome=outcome,
            sentiment=feeling(said(outcome)) if outcome else None,
        )


def by_session(line: Vectors, before: Vectors) -> bool:
    """An episode is a session: no line begins another within it."""
    return False


def by_topic(line: Vectors, before: Vectors, least: float) -> bool:
    """An episode ends with its session, or where a line has too little to do with it.

    Args:
        least: Cosine between a line and the middle of the episode under which the line begins another.
    """
    return float(line @ before) < least
