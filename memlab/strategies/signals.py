"""What speaks for a turn as the evidence of a question: a number for each signal and candidate, which `ranked` weighs.

Cheap signals are computed for every turn and propose candidates; late interaction and priors are computed for these.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from memlab.encoders import TokenEncoder, Tokens, Vectors
from memlab.events import MemoryId, Turn
from memlab.indexes.bm25 import Bm25Index
from memlab.indexes.flat import Flat
from memlab.indexes.fusion import Scores, standardised
from memlab.indexes.token import TokenIndex
from memlab.strategies.priors import ASSISTANT, CHAT, Said, name_words, priors, read
from memlab.strategies.windows import NEIGHBOURS, Places, Windows

MEANING = {
    "bm25": "words of the question in the turn",
    "bm25_window": "words of the question in the turn and two on either side, nearer ones counting more",
    "dense": "cosine of the question, without names of speakers, and the turn",
    "dense_window": "the same over the window",
    "late": "late interaction with the turn's word pieces",
    "late_window": "late interaction with the window's, of neighbours what stands out of all",
    "late_session": "late interaction with the best of the session",
    "answers": "late interaction with the question that the turn answers, between two people",
    "speaker": "the question names the turn's speaker",
    "user": "the user said it, to an assistant",
    "request": "the user asks for something there, and states nothing, to an assistant",
    "recent": "how lately its session was, where the question is of a talk with an assistant that is going on",
    "question": "the turn ends in a question mark, between two people",
    "time": "the question asks for a time and the turn tells one, between two people",
    "first_person": "the turn speaks of its speaker, between two people",
    "names": "names in the turn, between two people",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as signals need it: its text, its vector without names, its rows of word pieces.

    Attributes:
        talk: The session that it is of, if that is going on; None for one that is asked when it is over.
    """

    text: str
    vector: Vectors
    rows: Tokens
    talk: int | None


class Signals:
    """Signals over the turns of one user, kept as they come and go.

    Adding costs one encoding; asking costs one product with every vector, and late interaction with the candidates and
    their neighbours.

    Args:
        encoder: Gives vectors and rows of word pieces.
        lexical: Makes an empty lexical index.
        candidates: Turns for which the dear signals are computed, the best by the sum of the cheap ones; at least 1.
    """

    def __init__(self, encoder: TokenEncoder, lexical: Callable[[], Bm25Index], candidates: int) -> None:
        self._encoder, self._candidates = encoder, candidates
        self._words, self._vectors, self._tokens = lexical(), Flat(encoder.dim), TokenIndex()
        self._said: dict[MemoryId, Said] = {}
        self._speakers: Counter[str] = Counter()
        self._near: Windows | None = None  # None: to be made anew

    def __len__(self) -> int:
        return len(self._said)

    def add(self, turn: Turn, vector: Vectors, rows: Tokens) -> None:
        """Takes in a turn with what the encoder makes of it."""
        self._words.add(turn.id, turn.text)
        self._vectors.add(turn.id, vector)
        self._tokens.add(turn.id, turn.text, rows)
        self._said[turn.id] = read(turn)
        self._speakers[turn.speaker.casefold()] += 1
        self._near = None

    def drop(self, id: MemoryId) -> None:
        """Forgets a turn and its share of every count."""
        for index in (self._words, self._vectors, self._tokens):
            index.delete(id)
        self._speakers -= Counter([self._said.pop(id).speaker])
        self._near = None

    def asked(self, text: str, talk: int | None) -> Asked:
        """Encodes a question: as it is for word pieces, without the names of speakers for the vector."""
        _, rows = self._encoder.encode_tokens([text])
        return Asked(text, self._encoder.encode([self._nameless(text)])[0], rows[0], talk)

    def of(self, asked: Asked) -> tuple[list[MemoryId], dict[str, Scores]]:
        """The candidates in order of time, and each signal's scores of them, shape (candidates,)."""
        if not self._said:
            return [], {}
        near = self._near = self._near or Windows(self._said)
        single: dict[str, Scores] = {
            "bm25": self._words.all_scores(asked.text),
            "dense": self._vectors.cosines(asked.vector).astype(np.float64),
        }
        cheap = single | {f"{name}_window": near.smoothed(scores) for name, scores in single.items()}
        chosen = np.sort(best(standardised(list(cheap.values())), self._candidates))
        found = {name: scores[chosen] for name, scores in cheap.items()}
        found |= self._late(asked, chosen, near)
        found["recent"] = self._recent(asked.talk, chosen, near)
        found |= priors(asked.text, [near.said[place] for place in chosen], self._two_people())
        return [near.ids[place] for place in chosen], found

    def chats(self) -> bool:
        """Whether somebody chats with an assistant, who then says every other turn, unlike a phone asked at times."""
        return self._speakers[ASSISTANT] >= CHAT * self._speakers.total()

    def _late(self, asked: Asked, chosen: Places, near: Windows) -> dict[str, Scores]:
        """Late interaction with each candidate, with its window, with its session, with the question before it."""
        weights = self._tokens.weights(asked.text, self._silent())[: len(asked.rows)]
        weights = weights / max(weights.sum(), 1e-12)
        scored = near.around(chosen)
        pairs = self._tokens.interactions(asked.rows, [near.ids[place] for place in scored])
        excess, window = np.maximum(pairs - np.median(pairs, axis=0), 0.0), pairs.copy()
        for distance, share in NEIGHBOURS.items():
            for step in (-distance, distance):
                here, there = near.pairs(scored, step)
                window[here] = np.maximum(window[here], share * excess[there])
        late, sessions = pairs @ weights, np.unique(near.sessions[scored], return_inverse=True)[1]
        best_of = np.zeros(sessions.max() + 1)
        np.maximum.at(best_of, sessions, late)
        answers = np.zeros(len(scored))
        if self._two_people():
            here, there = near.pairs(scored, -1)
            answers[here] = late[there] * near.asks[scored[there]]
        place = np.searchsorted(scored, chosen)
        return {
            "late": late[place],
            "late_window": (window @ weights)[place],
            "late_session": best_of[sessions[place]],
            "answers": answers[place],
        }

    def _recent(self, talk: int | None, chosen: Places, near: Windows) -> Scores:
        """What is needed again was mostly used lately (Anderson & Schooler, 1991); of the talk itself it says nothing.

        What stands in the talk is before the eyes of whoever answers, so its turns get the mean of the others.
        """
        if talk is None or not self.chats():
            return np.zeros(len(chosen))
        recent, here = -np.log1p(near.sessions_since(chosen, talk)), near.sessions[chosen] == talk
        recent[here] = recent[~here].mean() if not here.all() else 0.0
        return recent

    def _two_people(self) -> bool:
        """Whether people talk to each other, seen from who speaks: what an assistant answers is rarely evidence."""
        return ASSISTANT not in self._speakers

    def _silent(self) -> frozenset[str]:
        return frozenset(word for speaker in self._speakers for word in name_words(speaker))

    def _nameless(self, text: str) -> str:
        names = "|".join(re.escape(name) for name in sorted(self._silent() - {"user", ASSISTANT}))
        if not names:
            return text
        return " ".join(re.sub(rf"\b(?:{names})\b(?:['’]s\b)?", " ", text, flags=re.I).split())


def best(scores: Scores, k: int) -> Places:
    """The places of the k greatest, in any order, of equal ones the first.

    >>> sorted(best(np.array([2.0, 5.0, 2.0, 2.0]), 2).tolist())
    [0, 1]
    """
    if k >= len(scores):
        return np.arange(len(scores))
    least = np.partition(scores, -k)[-k]
    above, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
    return np.concatenate([above, equal[: k - len(above)]])
