"""What a recall costs, and what a turn takes up: process time over made-up turns, so that no encoder is timed.

python benchmarks/recall.py --turns 10000

Times are of one core and of this machine; what carries over to another is the ratio of two strategies. Bytes are exact.
"""

import argparse
import time
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from threadpoolctl import threadpool_limits

import memlab
from memlab.encoders import Tokens, Vectors
from memlab.events import Query, SessionEnd, Turn
from memlab.seeds import Draw
from memlab.testing import START
from memlab.text import pieces

WORDS = (
    *("house", "river", "paper", "green", "walk", "garden", "music", "winter", "street", "bread", "train", "mother"),
    *("doctor", "window", "table", "market", "summer", "letter", "story", "horse", "mountain", "coffee", "school"),
    *("friend", "yellow", "morning", "dinner", "bridge", "island", "castle", "forest", "kitchen", "brother", "sister"),
    *("teacher", "painting", "village", "camera", "football", "holiday", "hospital", "library", "museum", "concert"),
)
PIECES = 34
TURNS_PER_SESSION = 20


class MadeUp:
    """An encoder of chance: a text's rows hang on nothing but the text, in the shapes and types of the real one's."""

    def __init__(self) -> None:
        self.dim, self.token_dim, self.token_type = 384, 128, "int8"
        self.identity = self.token_identity = "made-up"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text."""
        rows = np.array([self._drawn(text).standard_normal(self.dim) for text in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """What `encode` gives, and bytes for each word piece."""
        drawn = [self._drawn(text).integers(-30, 31, (len(pieces(text)), self.token_dim)) for text in texts]
        return self.encode(texts), [rows.astype(np.int8) for rows in drawn]

    @staticmethod
    def _drawn(text: str) -> np.random.Generator:
        return np.random.default_rng(Draw(0, "made-up", text).below(2**31))


def timed(name: str, turns: int, recalls: int) -> tuple[list[float], float]:
    """The seconds of process time of each recall after so many turns, and the bytes that each turn takes up."""
    store = memlab.make("store/sqlite")
    strategy = memlab.make(f"strategy/{name}", encoder=MadeUp(), store=store)
    for place in range(turns):
        session, speaker = place // TURNS_PER_SESSION, ("user", "assistant")[place % 2]
        at = START + timedelta(minutes=place)
        text = f"{speaker}: {_said(place, PIECES - 2)}"
        strategy.observe(Turn(at=at, session=session, id=f"t{place}", speaker=speaker, text=text))
        if place % TURNS_PER_SESSION == TURNS_PER_SESSION - 1:
            strategy.observe(SessionEnd(at=at, session=session))
    spent = []
    for place in range(recalls):
        query = Query(at=at, session=session, id=f"q{place}", text=_said(-1 - place, 9), limit=100, budget_tokens=512)
        with threadpool_limits(1, user_api="blas"):  # a second thread's waiting counts as process time
            started = time.process_time()
            strategy.recall(query)
            spent.append(time.process_time() - started)
    taken = sum(store.size_bytes()) / turns
    strategy.close()
    return spent[1:], taken  # the first makes what is made once after a turn


def _said(place: int, words: int) -> str:
    draw = Draw(0, "said", place)
    return " ".join(draw.choice(WORDS) for _ in range(words))


def main() -> None:
    """Prints a line for each strategy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=10_000)
    parser.add_argument("--recalls", type=int, default=101)
    parser.add_argument("--strategies", nargs="+", default=["hybrid", "ranked"])
    given = parser.parse_args()
    print(f"{'strategy':<14}{'p50 ms':>8}{'p95 ms':>8}{'bytes a turn':>14}")
    for name in given.strategies:
        spent, taken = timed(name, given.turns, given.recalls)
        print(f"{name:<14}{np.quantile(spent, 0.5) * 1000:>8.1f}{np.quantile(spent, 0.95) * 1000:>8.1f}{taken:>14,.0f}")


if __name__ == "__main__":
    main()
