"""`current_first`, `stale_first`, `neither`, `stale_excess`: does the best memory say what holds, or what once held?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from memlab.metrics.base import Score, query_score
from memlab.metrics.frames import Asked, RunFrames
from memlab.metrics.support import supported_turns, supports
from memlab.text import contains

Verdict = Literal["current", "stale", "neither"]
HIGHER_IS_BETTER = {"current_first": True, "stale_first": False, "neither": False, "stale_excess": False}


@dataclass(frozen=True)
class FirstMemory:
    """What the first memory says of a value that has been updated at least once.

    The first three are shares that sum to 1. `stale_excess` is 1[stale] - s / (s + c), judged only where the first
    memory is stale or current, with s and c the said turns of superseded and of current values: 0 is chance, below 0
    prefers what is current.
    """

    what: str
    unit = "share"
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        if self.what not in HIGHER_IS_BETTER:
            raise ValueError(f"metric first_memory: what is {self.what!r}; it must be one of {list(HIGHER_IS_BETTER)}")

    @property
    def name(self) -> str:
        return self.what

    @property
    def higher_is_better(self) -> bool:
        return HIGHER_IS_BETTER[self.what]

    def score(self, run: RunFrames) -> Iterator[Score]:
        """One number per query with evidence that asks for a current value and has superseded ones."""
        for asked in run.asked:
            if not (asked.gold.stale and asked.gold.evidence):
                continue
            verdict, best = first_memory(asked), first_memory(asked.ideal_asked)
            if self.what == "stale_excess":
                if verdict != "neither":
                    yield query_score(self.name, asked, stale_excess(asked, verdict), 0.0, stale_excess(asked, best))
            else:
                wanted = self.what.removesuffix("_first")
                yield query_score(self.name, asked, float(verdict == wanted), None, float(best == wanted))


def first_memory(asked: Asked) -> Verdict:
    """Whether the first memory is current, stale or neither; one that supports both goes by its values."""
    if not asked.texts:
        return "neither"
    text, sources = asked.texts[0], asked.sources[0]
    current = bool(supported_turns(asked, text, sources, asked.gold.evidence_turns))
    stale = any(
        supports(text, asked.life.turns[turn].text, asked.gold.stale_values)
        for turn in asked.gold.stale.intersection(sources)
    )
    if current and stale:
        values = [value for nugget in asked.gold.evidence for value in nugget.values]
        current = any(contains(text, value) for value in values) or not values
    return "current" if current else "stale" if stale else "neither"


def stale_excess(asked: Asked, verdict: Verdict) -> float:
    """1 for a stale first memory, 0 for a current one, less the share of superseded turns among those said."""
    s, c = len(asked.gold.stale), len(asked.gold.evidence_turns)
    return float(verdict == "stale") - s / (s + c)
