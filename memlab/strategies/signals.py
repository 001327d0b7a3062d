"""What speaks for a turn as the evidence of a question: a number for each signal and candidate, which `ranked` weighs.

Cheap signals are computed for every turn and propose candidates; late interaction and priors are computed for these.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memlab.encoders import TokenEncoder, Tokens, Vectors
from memlab.events import MemoryId, Turn
from memlab.indexes.bm25 import Bm25Index
from memlab.indexes.flat import Flat
from memlab.indexes.fusion import Scores, standardised
from memlab.indexes.token import TokenIndex
from memlab.text import WORD

Places = NDArray[np.int64]
ASSISTANT = "assistant"
NEIGHBOURS = {1: 0.5, 2: 0.25}  # what a turn at a distance counts for one in the middle of a window
TIME_ASKED = re.compile(
    r"\b(?:when|how long|how often|what (?:time|day|date|month|year)|which (?:day|month|year))\b", re.I
)
TIME_TOLD = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|ago|last|next|since|until|weekend|week|month|year|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|(?:19|20)\d\d|\d{1,2}(?:st|nd|rd|th))\b",
    re.I,
)
FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'd|my|me|mine|we|our)\b", re.I)
NAMES_COUNTED = 3
NAME = re.compile(r"(?<=[a-z,;] )[A-Z]\w+")

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
    "question": "the turn ends in a question mark, between two people",
    "time": "the question asks for a time and the turn tells one, between two people",
    "first_person": "the turn speaks of its speaker, between two people",
    "names": "names in the turn, between two people",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as signals need it: its text, its vector without names, its rows of word pieces."""

    text: str
    vector: Vectors
    rows: Tokens


@dataclass(frozen=True, slots=True)
class _Said:
    """What a turn is, read once: signals that do not depend on the question."""

    session: int
    speaker: str
    names_of_speaker: frozenset[str]
    asks: bool
    tells_time: bool
    first_person: bool
    names: int


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
        self._said: dict[MemoryId, _Said] = {}
        self._speakers: Counter[str] = Counter()
        self._near: _Windows | None = None  # None: to be made anew

    def __len__(self) -> int:
        return len(self._said)

    def add(self, turn: Turn, vector: Vectors, rows: Tokens) -> None:
        """Takes in a turn with what the encoder makes of it."""
        self._words.add(turn.id, turn.text)
        self._vectors.add(turn.id, vector)
        self._tokens.add(turn.id, turn.text, rows)
        self._said[turn.id] = _read(turn)
        self._speakers[turn.speaker.casefold()] += 1
        self._near = None

    def drop(self, id: MemoryId) -> None:
        """Forgets a turn and its share of every count."""
        for index in (self._words, self._vectors, self._tokens):
            index.delete(id)
        self._speakers -= Counter([self._said.pop(id).speaker])
        self._near = None

    def asked(self, text: str) -> Asked:
        """Encodes a question: as it is for word pieces, without the names of speakers for the vector."""
        _, rows = self._encoder.encode_tokens([text])
        return Asked(text, self._encoder.encode([self._nameless(text)])[0], rows[0])

    def of(self, asked: Asked) -> tuple[list[MemoryId], dict[str, Scores]]:
        """The candidates in order of time, and each signal's scores of them, shape (candidates,)."""
        if not self._said:
            return [], {}
        near = self._near = self._near or _Windows(self._said)
        single: dict[str, Scores] = {
            "bm25": self._words.all_scores(asked.text),
            "dense": self._vectors.cosines(asked.vector).astype(np.float64),
        }
        cheap = single | {f"{name}_window": near.smoothed(scores) for name, scores in single.items()}
        chosen = np.sort(best(standardised(list(cheap.values())), self._candidates))
        found = {name: scores[chosen] for name, scores in cheap.items()}
        found |= self._late(asked, chosen, near)
        found |= self._priors(asked, [near.said[place] for place in chosen])
        return [near.ids[place] for place in chosen], found

    def _late(self, asked: Asked, chosen: Places, near: "_Windows") -> dict[str, Scores]:
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

    def _priors(self, asked: Asked, said: Sequence[_Said]) -> dict[str, Scores]:
        words = {word.casefold() for word in WORD.findall(asked.text)}
        people = self._two_people()
        when = people and bool(TIME_ASKED.search(asked.text))
        return {
            "speaker": np.array([people and not words.isdisjoint(one.names_of_speaker) for one in said], float),
            "user": np.array([not people and one.speaker != ASSISTANT for one in said], float),
            "question": np.array([people and one.asks for one in said], float),
            "time": np.array([when and one.tells_time for one in said], float),
            "first_person": np.array([people and one.first_person for one in said], float),
            "names": np.array([people * one.names for one in said], float),
        }

    def _two_people(self) -> bool:
        """Whether people talk to each other, seen from who speaks: what an assistant answers is rarely evidence."""
        return ASSISTANT not in self._speakers

    def _silent(self) -> frozenset[str]:
        return frozenset(word for speaker in self._speakers for word in _name_words(speaker))

    def _nameless(self, text: str) -> str:
        names = "|".join(re.escape(name) for name in sorted(self._silent() - {"user", ASSISTANT}))
        if not names:
            return text
        return " ".join(re.sub(rf"\b(?:{names})\b(?:['’]s\b)?", " ", text, flags=re.I).split())


class _Windows:
    """Which turns stand near each other: in one session, at most two apart. Places count turns in order.

    Args:
        said: All turns, in order.
    """

    def __init__(self, said: Mapping[MemoryId, _Said]) -> None:
        self.ids, self.said = list(said), list(said.values())
        self.sessions = np.array([one.session for one in self.said])
        self.asks = np.array([one.asks for one in self.said], float)

    def around(self, places: Places) -> Places:
        """The places and those near them, in order."""
        reach = max(NEIGHBOURS)
        others = places[:, None] + np.arange(-reach, reach + 1)[None, :]
        inside = others.clip(0, len(self.ids) - 1)
        return np.unique(inside[(inside == others) & (self.sessions[inside] == self.sessions[places][:, None])])

    def pairs(self, places: Places, step: int) -> tuple[Places, Places]:
        """Where in `places` there are turns that stand `step` before or after another of them, and where those are."""
        where = np.searchsorted(places, places + step).clip(0, len(places) - 1)
        there = (places[where] == places + step) & (self.sessions[places[where]] == self.sessions[places])
        return np.flatnonzero(there), where[there]

    def smoothed(self, scores: Scores) -> Scores:
        """Each turn's score with what its neighbours count for."""
        total = scores.copy()
        for distance, share in NEIGHBOURS.items():
            if len(scores) > distance:
                same = self.sessions[distance:] == self.sessions[:-distance]
                total[distance:] += share * same * scores[:-distance]
                total[:-distance] += share * same * scores[distance:]
        return total


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


def _read(turn: Turn) -> _Said:
    text = turn.text.removeprefix(f"{turn.speaker}: ")
    return _Said(
        session=turn.session,
        speaker=turn.speaker.casefold(),
        names_of_speaker=frozenset(_name_words(turn.speaker)),
        asks=text.rstrip().endswith("?"),
        tells_time=bool(TIME_TOLD.search(text)),
        first_person=bool(FIRST_PERSON.search(text)),
        names=min(NAMES_COUNTED, len(NAME.findall(text))),
    )


def _name_words(speaker: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(speaker)]
