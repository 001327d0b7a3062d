"""A linear ranking of many signals: words, meaning, late interaction and a few priors, weighed and added.

Guide: retrieval by similarity, and its cures for poor relevance: several searches at once, re-ranking, recency where
it helps.

Differs: every signal is standardised within a question's candidates and weighed by a number of its own, equal ones
(`ranked_even`) or fitted on conversations that are not those it is judged on (`ranked`, `ranked_real`). A statement
that a later one ended comes after it, unless the past is asked of. What the reader is given is chosen for his tokens:
nothing twice, and nothing that does not fit while something else does.

Cost: observe is one encoding and reads the facts of a turn; recall compares the question with every turn's vector and
the word pieces of some hundreds. Bytes are 128 for each word piece and 768 for the vector, kept in the store.

Use: where the right turn must come first; `hybrid` where bytes or reading the code in a minute count more.

Late interaction is after Khattab & Zaharia, "ColBERT", 2020; weights are fitted by `memlab fit`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

import numpy as np

from memlab.encoders import TokenEncoder, Tokens, Vectors
from memlab.events import Memory, MemoryId, Observed, Query, Recall, Turn
from memlab.extract import FactExtractor
from memlab.indexes.bm25 import Bm25Index
from memlab.indexes.fusion import Scores, z_scores
from memlab.stores import Record, Store
from memlab.strategies.base import TurnLog
from memlab.strategies.holding import Ends, what_holds
from memlab.strategies.presence import PRESENCE, presence_of, probability
from memlab.strategies.priors import ASSISTANT
from memlab.strategies.signals import MEANING, Signals
from memlab.text import count_tokens, normalise


class Ranked:
    """Every turn a memory, ranked by the weighted sum of its standardised signals.

    Args:
        store: Where the turns and their rows are kept, so that nothing is encoded again when it is reopened.
        encoder: Gives a vector for a turn and a row for each of its word pieces.
        extract: Reads the facts by which one turn ends another.
        lexical: Makes an empty lexical index.
        candidates: Turns that are ranked, the best by words and meaning; at least 1.
        weights: Of signals, by their names in `memlab.strategies.signals.MEANING`; those that are not named weigh 0.
        for_budget: Whether what the reader is given is chosen for his tokens, not only for its place.
        superseded_penalty: What a turn loses whose statement was ended, in standard deviations of a signal, 0 or more.
        named_at_most: Statements in which a value that is over may be found beside slots; 0 for none.
        presence: Weights of what says that the evidence is there at all, by the names in
            `memlab.strategies.presence.PRESENCE`, all of them; their logistic function is the confidence.
        elsewhere: The weights where nobody chats with an assistant, if others were fitted on such chats; None takes the
            same everywhere.

    Raises:
        ValueError: A number is out of its range, a signal is unknown, or the encoder has no rows of word pieces.
    """

    def __init__(
        self,
        store: Store,
        encoder: TokenEncoder,
        extract: FactExtractor,
        lexical: Callable[[], Bm25Index],
        candidates: int,
        for_budget: bool,
        weights: Mapping[str, float],
        superseded_penalty: float,
        named_at_most: int,
        presence: Mapping[str, float],
        elsewhere: Mapping[str, float] | None = None,
    ) -> None:
        if candidates < 1 or superseded_penalty < 0:
            raise ValueError(
                f"ranked: candidates={candidates}, superseded_penalty={superseded_penalty}; candidates must be at "
                "least 1, the penalty 0 or more"
            )
        if unknown := sorted({*weights, *(elsewhere or ())} - set(MEANING)) or sorted(set(presence) ^ set(PRESENCE)):
            raise ValueError(
                f"ranked: {unknown} do not fit; weights are of {', '.join(MEANING)}; presence has {', '.join(PRESENCE)}"
            )
        if not getattr(encoder, "token_dim", 0):
            raise ValueError("ranked: this encoder gives no rows of word pieces; minilm and hashing do")
        self._encoder, self._extract, self._make_ends = encoder, extract, lambda: Ends(named_at_most)
        self._weights, self._elsewhere = dict(weights), dict(weights if elsewhere is None else elsewhere)
        self._penalty, self._presence = superseded_penalty, dict(presence)
        self._for_budget = for_budget
        self._signals = Signals(encoder, lexical, candidates)
        self._rows = store.space("rows")
        self._ends: Ends | None = self._make_ends()  # None: to be made anew
        self._said: dict[MemoryId, Turn] = {}
        self._ended = -1  # the last session that is over
        self._turns = TurnLog(store, self._add, self._drop, self._end)
        self._drop_orphans()

    def observe(self, event: Observed) -> None:
        """Keeps and indexes turns, forgets what is erased."""
        self._turns.observe(event)

    def recall(self, query: Query) -> Recall:
        """The candidates by their weighted signals, above the lowest; what a token budget holds is chosen for it."""
        ids, found = self.signals(query)
        if not ids:
            return Recall(confidence=0.0)
        scores = what_holds(query.text, self._weighed(found), self._ended_by(ids), self._penalty)
        order = np.argsort(-scores, kind="stable").tolist()
        if self._for_budget:
            texts = [self._said[ids[place]].text for place in order]
            order = [order[place] for place in worth_reading(texts, query.budget_tokens)]
        falling = np.minimum.accumulate(scores[order] - scores.min())
        hits = [(ids[place], float(score)) for place, score in zip(order, falling, strict=True)]
        sure = probability(self._presence, self._presence_of(ids, found))
        return Recall(memories=self._turns.scored(hits[: query.limit]), confidence=sure)

    def memories(self) -> Iterator[Memory]:
        """All turns."""
        return self._turns.memories()

    def close(self) -> None:
        """Closes the store."""
        self._turns.close()

    def signals(self, query: Query) -> tuple[list[MemoryId], dict[str, Scores]]:
        """The candidates for a query in order of time, and each signal's scores of them: what weights are fitted on."""
        talk = query.session if query.session > self._ended else None
        return self._signals.of(self._signals.asked(query.text, talk))

    def presence(self, query: Query) -> dict[str, float]:
        """What says that a query's evidence is there at all, by name; empty where nothing was said yet."""
        ids, found = self.signals(query)
        return self._presence_of(ids, found) if ids else {}

    def _presence_of(self, ids: Sequence[MemoryId], found: Mapping[str, Scores]) -> dict[str, float]:
        return presence_of(found, np.array(["?" not in self._said[id].text for id in ids]))

    def _weighed(self, found: Mapping[str, Scores]) -> Scores:
        weights = self._weights if self._signals.chats() else self._elsewhere
        weighed = [weight * z_scores(found[name]) for name, weight in weights.items()]
        return np.sum(weighed, axis=0) if weighed else np.zeros(len(next(iter(found.values()))))

    def _ended_by(self, ids: Sequence[MemoryId]) -> list[list[int] | None]:
        """For each candidate the places of those that ended it; None where it holds."""
        if self._ends is None:
            self._ends, before = self._make_ends(), None
            for turn in self._said.values():
                self._state(self._ends, turn, before)
                before = turn
        place = {id: n for n, id in enumerate(ids)}
        newer = [self._ends.newer(id) for id in ids]
        return [None if others is None else [place[other] for other in others if other in place] for others in newer]

    def _state(self, ends: Ends, turn: Turn, before: Turn | None) -> None:
        if turn.speaker.casefold() != ASSISTANT:
            ends.state(turn.id, turn.text, turn.at)
            for fact in self._extract.facts(turn, before):
                ends.take(turn.id, turn.speaker, fact)

    def _add(self, turn: Turn) -> None:
        self._signals.add(turn, *self._encoded(turn))
        if self._ends is not None:
            self._state(self._ends, turn, next(reversed(self._said.values()), None))
        self._said[turn.id] = turn

    def _end(self, session: int) -> None:
        self._ended = max(self._ended, session)

    def _drop(self, id: MemoryId) -> None:
        self._signals.drop(id)
        self._rows.delete([id])
        del self._said[id]
        self._ends = None

    def _drop_orphans(self) -> None:
        """Drops the rows of turns whose going was cut short by a crash."""
        orphans = [record.id for record in self._rows.scan() if record.id not in self._said]
        if orphans:
            self._rows.delete(orphans)
            self._rows.purge()

    def _encoded(self, turn: Turn) -> tuple[Vectors, Tokens]:
        """A turn's vector, to two bytes a number, and its rows: as kept, if this encoder made them of this text."""
        made_of = f"{self._encoder.token_identity}\n{turn.text}".encode("utf-8", "surrogatepass")
        made = sha256(made_of).hexdigest()[:16]
        kept = self._rows.get(turn.id)
        if kept is None or kept.vector is None or kept.meta.get("made") != made:
            vectors, rows = self._encoder.encode_tokens([turn.text])
            body = vectors[0].astype(np.float16).tobytes() + rows[0].tobytes()
            kept = Record(id=turn.id, text="", sources=(turn.id,), at=turn.at, vector=body, meta={"made": made})
            self._rows.put(kept)
        body, split = kept.vector or b"", 2 * self._encoder.dim
        pieces = np.frombuffer(body[split:], self._encoder.token_type).reshape(-1, self._encoder.token_dim)
        return np.frombuffer(body[:split], np.float16).astype(np.float32), pieces


def worth_reading(texts: Sequence[str], budget_tokens: int | None) -> list[int]:
    """The places of texts in the order in which a reader with so many tokens should be given them.

    The first comes first, if only its beginning fits. One that says again what an earlier one says, or that no longer
    fits where a later one does, comes after those that the reader is given; without a budget the order stays.

    >>> worth_reading(["I moved to Denver.", "user: i moved to DENVER", "It is cold.", "Bye."], 9)
    [0, 2, 1, 3]
    """
    if budget_tokens is None:
        return list(range(len(texts)))
    left, given, rest = budget_tokens, list[int](), list[int]()
    seen: set[str] = set()
    for place, text in enumerate(texts):
        fits = not given or (len(text.split()) <= left and count_tokens(text) <= left)  # a word is a piece at least
        if not fits or normalise(text) in seen:
            rest.append(place)
            continue
        seen.add(normalise(text))
        given.append(place)
        left -= count_tokens(text)
    return given + rest
