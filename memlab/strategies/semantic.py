"""Semantic memory: when a session ends, what was stated in it is consolidated into facts.

Guide: a model distils episodes into stable facts (preference, behaviour, context) with a confidence; kept above .75.

Differs: a fact is a sentence of the user's own, found by rules or taken for its worth, so that its turns prove it; what
says the same again supports the fact that is there; what contradicts it (another value of a slot, or a sentence alike
that tells of a change) ends it, and the ended fact stays, with its end, for questions of the past.

Cost: nothing but a write until a session ends, then a reading by rules and an encoding a sentence; a recall scores
every fact by words and by vector. Bytes are those of the turns; an erasure consolidates everything anew.

Use: when what holds today must come first, in few tokens; what the assistant said, and small talk, are not in it.

After the consolidation of Mem0 (Chhikara et al., 2025): add, merge or supersede; by rules in place of a model.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import numpy as np

from memlab.encoders import Encoder, Vectors
from memlab.events import Forget, Memory, Observed, Query, Recall, SessionEnd, Turn, TurnId
from memlab.extract import Fact, FactExtractor
from memlab.extract.facts import sentences
from memlab.extract.rules import said
from memlab.extract.slots import Slots
from memlab.extract.worth import worth
from memlab.indexes import VectorIndex
from memlab.indexes.bm25 import Bm25Index
from memlab.indexes.fusion import Scores
from memlab.stores import Store
from memlab.strategies.base import EventLog, Kept, confidence
from memlab.strategies.holding import what_holds
from memlab.text import stems

DAY_SECONDS = 86_400
ASSISTANT = "assistant"
CHANGES = re.compile(
    r"\b(?:now|nowadays|these days|no longer|any ?more|instead|switch\w*|swap\w*|chang\w+|mov(?:ed|ing)|gave up|"
    r"given up|stopped|quit|dropped|replac\w+|used to|turns out|actually|correct\w*|not .{1,40} but)\b",
    re.IGNORECASE,
)
ADDS = re.compile(r"\b(?:also|too|as well|another|both|besides|in addition)\b", re.IGNORECASE)
DENIES = re.compile(r"\b(?:not|no|never|none|without|nobody|nothing|\w+n['’]t)\b", re.IGNORECASE)
NUMBER = re.compile(r"\d+")
NEIGHBOURS = 5
OWNER = "owner"


@dataclass(slots=True)
class Known:
    """A fact as it stands: what was said last, with everything that supports it.

    Attributes:
        whose: The speaker who stated it; nobody else's words support or end it.
        number: Which sentence of its newest turn says it: what else was said elsewhere does not change its name.
        support: How often it was stated.
    """

    text: str
    vector: Vectors
    whose: str
    sources: tuple[TurnId, ...]
    at: datetime
    category: str | None
    confidence: float
    number: int
    support: int = 1
    valid_to: datetime | None = None
    replaces: tuple[TurnId, ...] = ()
    ended_by: str | None = None

    @property
    def memory(self) -> Memory:
        """The fact as a memory, named by its turns."""
        name = "\n".join((str(self.number), *self.sources)).encode("utf-8", "surrogatepass")
        return Memory(
            id=f"fact:{sha256(name).hexdigest()[:16]}",
            text=self.text,
            at=self.at,
            valid_to=self.valid_to,
            category=self.category,
            sources=self.sources,
            replaces=self.replaces,
        )


class Semantic:
    """Facts of the sessions that are over, ranked by words, meaning and age, what holds before what it superseded.

    Args:
        store: Where the events are kept.
        encoder: Makes the vectors, one per sentence.
        extract: Finds the facts of a turn; what it does not find is taken for its worth.
        lexical: Makes an empty lexical index.
        dense: Makes an empty vector index for a dimension.
        fuse: Makes one score of several, each of shape (facts,).
        min_confidence: From which a statement becomes a fact, 0 to 1.
        merge_from: The cosine from which two statements say the same, 0 to 1.
        replace_from: The cosine from which a statement that tells of a change ends one that is alike, 0 to 1.
        recency_weight: Of a recency score beside the two, in standard deviations of one, 0 or more.
        half_life_days: In which the recency score halves, over 0.
        superseded_penalty: What an ended fact loses, in the same unit, 0 or more.

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
        min_confidence: float,
        merge_from: float,
        replace_from: float,
        recency_weight: float,
        half_life_days: float,
        superseded_penalty: float,
    ) -> None:
        shares = {"min_confidence": min_confidence, "merge_from": merge_from, "replace_from": replace_from}
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise ValueError(f"semantic: {name} is {share}; it must be from 0 to 1")
        if recency_weight < 0 or half_life_days <= 0 or superseded_penalty < 0:
            raise ValueError(
                f"semantic: recency_weight={recency_weight}, half_life_days={half_life_days}, superseded_penalty="
                f"{superseded_penalty}; the half-life must be positive, the others 0 or more"
            )
        self._encoder, self._extract, self._fuse = encoder, extract, fuse
        self._make_lexical, self._make_dense = lexical, dense
        self._min_confidence, self._merge_from, self._replace_from = min_confidence, merge_from, replace_from
        self._recency_weight, self._half_life_days = recency_weight, half_life_days
        self._superseded_penalty = superseded_penalty
        self._start_over()
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, SessionEnd, Forget))

    def observe(self, event: Observed) -> None:
        """Keeps what is said, consolidates it when a session ends; forgets what is erased, with all that came of it."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """The facts that fit the question best, what holds before what it superseded unless the past is asked of."""
        keys = list(self._facts)
        if not keys:
            return Recall(confidence=0.0)
        fitting = self._scores(query, keys)
        best = np.argsort(-fitting, kind="stable")[: query.limit]
        lowest = float(fitting.min())
        memories = tuple(replace(self._facts[keys[i]].memory, score=float(fitting[i]) - lowest) for i in best)
        return Recall(memories=memories, confidence=confidence([memory.score for memory in memories], len(keys)))

    def memories(self) -> Iterator[Memory]:
        """All facts in the order in which they were first stated, ended ones too."""
        return iter([known.memory for known in self._facts.values()])

    def close(self) -> None:
        """Closes the store."""
        self._log.close()

    def facts(self) -> tuple[Known, ...]:
        """All facts with their confidence and support."""
        return tuple(self._facts.values())

    def _start_over(self) -> None:
        self._words, self._vectors = self._make_lexical(), self._make_dense(self._encoder.dim)
        self._facts: dict[str, Known] = {}
        self._slots, self._episode, self._made = Slots(), list[Turn](), 0

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        self._start_over()
        return False

    def _learn(self, event: Kept, note: str | None) -> str | None:
        match event:
            case Turn():
                if self._episode and self._episode[-1].session != event.session:
                    self._consolidate()
                self._episode.append(event)
            case SessionEnd():
                self._consolidate()
            case Forget(memories=ids):
                for key in [key for key, known in self._facts.items() if known.memory.id in ids]:
                    self._drop(key)
        return None

    def _consolidate(self) -> None:
        """Makes facts of the session's statements, in order."""
        episode, self._episode = self._episode, []
        for before, turn in zip([None, *episode], episode, strict=False):
            if turn.speaker.casefold() != ASSISTANT:
                found: dict[str, list[Fact]] = {}
                for fact in self._extract.facts(turn, before):
                    found.setdefault(fact.text, []).append(fact)
                for number, sentence in enumerate(dict.fromkeys(sentences(said(turn)))):
                    if not sentence.endswith("?"):
                        facts = [fact for text, stated in found.items() if text in sentence for fact in stated]
                        self._state(turn, sentence, number, facts)

    def _state(self, turn: Turn, sentence: str, number: int, facts: Sequence[Fact]) -> None:
        """Adds a statement, or lets it support the fact that says the same, if it is sure enough."""
        owns = [1.0] if turn.speaker == OWNER else []
        sure = max([worth(replace(turn, text=sentence)), *owns, *(fact.confidence for fact in facts)])
        if sure < self._min_confidence or not stems(sentence):
            return
        vector = self._encoder.encode([sentence])[0]
        alike = [(self._facts[key], key, cosine) for key, cosine in self._vectors.search(vector, NEIGHBOURS)]
        alike = [one for one in alike if one[0].valid_to is None and one[0].whose == turn.speaker]
        near = (key for known, key, cosine in alike if cosine >= self._merge_from and _same(known.text, sentence))
        same = next(near, None)
        category = next((fact.category for fact in facts), None)
        if same is not None:
            key = self._support(same, turn, sentence, number, vector, sure)
        else:
            key = self._add(Known(sentence, vector, turn.speaker, (turn.id,), turn.at, category, sure, number))
        for fact in facts:
            for held in self._slots.take(fact, whose=turn.speaker, statement=key, at=turn.at):
                self._end([older for older in held.statements if older != key], key)
        if CHANGES.search(sentence) and not ADDS.search(sentence):
            self._end([older for _, older, cosine in alike if self._replace_from <= cosine and older != key], key)

    def _add(self, known: Known) -> str:
        self._made += 1
        key = str(self._made)
        self._facts[key] = known
        self._words.add(key, known.text)
        self._vectors.add(key, known.vector)
        return key

    def _support(self, key: str, turn: Turn, sentence: str, number: int, vector: Vectors, sure: float) -> str:
        """The fact as it was said now, borne out by what was said before: surer by half of what it lacked."""
        before = self._facts[key]
        sources = tuple(dict.fromkeys((turn.id, *before.sources)))
        known = replace(before, text=sentence, vector=vector, sources=sources, at=turn.at, support=before.support + 1)
        known.confidence, known.number = before.confidence + (1 - before.confidence) * sure / 2, number
        self._facts[key] = known
        self._words.add(key, sentence)
        self._vectors.add(key, vector)
        return key

    def _end(self, older: Sequence[str], by: str) -> None:
        newer = self._facts[by]
        for key in older:
            known = self._facts.get(key)
            if known is not None and known.valid_to is None:
                known.valid_to, known.ended_by = newer.at, by
                newer.replaces = tuple(
                    t for t in dict.fromkeys((*newer.replaces, *known.sources)) if t not in newer.sources
                )

    def _drop(self, key: str) -> None:
        del self._facts[key]
        self._words.delete(key)
        self._vectors.delete(key)

    def _scores(self, query: Query, keys: list[str]) -> Scores:
        """How well each fact fits, by words, meaning and age; what ends another is lifted to it."""
        vector = self._encoder.encode([query.text])[0]
        words, meaning = self._words.scores(query.text, keys), self._vectors.scores(vector, keys)
        fitting = self._fuse([np.array(words), np.array(meaning)])
        ages = np.array([(query.at - self._facts[key].at).total_seconds() / DAY_SECONDS for key in keys])
        fitting = fitting + self._recency_weight * 0.5 ** (ages / self._half_life_days)
        place = {key: n for n, key in enumerate(keys)}
        ended = (self._facts[key] for key in keys)
        ended_by = [[place[k] for k in (f.ended_by,) if k in place] if f.valid_to is not None else None for f in ended]
        return what_holds(query.text, fitting, ended_by, self._superseded_penalty)


def _same(one: str, other: str) -> bool:
    """Whether two statements that are near in meaning have the same content words, numbers and polarity.

    >>> _same("I eat peanuts.", "I do not eat peanuts."), _same("My rent is 900.", "My rent: 900!")
    (False, True)
    """
    words, others = ({*stems(text), *NUMBER.findall(text)} for text in (one, other))
    return words == others and bool(DENIES.search(one)) == bool(DENIES.search(other))
