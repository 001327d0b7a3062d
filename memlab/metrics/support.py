"""Whether a memory's text bears out the turns that it cites: sources are a claim, and this checks it."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from memlab.life import Nugget
from memlab.metrics.frames import Asked
from memlab.text import contains, cut, normalise, stems

Verdict = Literal["current", "stale", "neither"]


@lru_cache(maxsize=200_000)
def supports(text: str, turn: str, values: tuple[str, ...] = ()) -> bool:
    """Whether a memory's text supports a turn.

    It does when it holds the turn's text, or a value that the turn states, or, where no value is known, at least half
    of the turn's stemmed content words within a stretch of no more content words than the turn has: words that a long
    text holds far apart say nothing together.

    >>> supports("user: I moved to Denver", "user: I moved to Denver")
    True
    >>> supports("lives in Denver", "we finally unpacked in Denver", values=("Denver",))
    True
    >>> supports("", "we finally unpacked in Denver")
    False
    """
    if not text.strip():
        return False
    if text == turn or (normalise(turn).strip() and normalise(turn) in normalise(text)):
        return True
    if values:
        return any(contains(text, value) for value in values)
    return _half_together(stems(text), stems(turn))


def _half_together(words: Sequence[str], turn: Sequence[str]) -> bool:
    """Whether some stretch of `words`, as long as `turn`, holds half of the different words of `turn`."""
    wanted = set(turn)
    if not wanted or 2 * len(wanted.intersection(words)) < len(wanted):
        return False
    places = [place for place, word in enumerate(words) if word in wanted]
    inside: Counter[str] = Counter()
    first = 0
    for place in places:
        inside[words[place]] += 1
        while places[first] <= place - len(turn):
            left = words[places[first]]
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            first += 1
        if 2 * len(inside) >= len(wanted):
            return True
    return False


def within_budget(asked: Asked, budget_tokens: int | None) -> list[tuple[str, list[str]]]:
    """The texts that fit a budget, with their sources; the first that does not fit is cut, nothing follows it."""
    if budget_tokens is None:
        return list(zip(asked.texts, asked.sources, strict=True))
    fitting, left = [], budget_tokens
    for text, sources, tokens in zip(asked.texts, asked.sources, asked.tokens, strict=True):
        if tokens > left:
            if left > 0:
                fitting.append((_cut(text, left), sources))
            break
        fitting.append((text, sources))
        left -= tokens
    return fitting


@lru_cache(maxsize=1_000)
def _cut(text: str, tokens: int) -> str:
    """`cut`, remembered: several metrics cut the same text at the same place, and a whole history takes long."""
    return cut(text, tokens)


def covers(asked: Asked, text: str, sources: list[str], nugget: Nugget) -> bool:
    """Whether a memory cites a turn of the nugget and supports it, by the values that the nugget states."""
    cited = nugget.turns.intersection(sources)
    return any(supports(text, asked.life.turns[turn].text, nugget.values) for turn in cited)


def verdict(asked: Asked, text: str, sources: list[str]) -> Verdict:
    """Whether a memory says what holds, what once held, or neither; one that supports both goes by its values."""
    current = any(covers(asked, text, sources, nugget) for nugget in asked.gold.evidence)
    once = Nugget(turns=asked.gold.stale, values=asked.gold.stale_values)
    stale = covers(asked, text, sources, once)
    if current and stale:
        values = [value for nugget in asked.gold.evidence for value in nugget.values]
        current = not values or any(contains(text, value) for value in values)
    return "current" if current else "stale" if stale else "neither"


def values_stated(asked: Asked, turn: str) -> tuple[str, ...]:
    """Every value that the judge knows a turn to state."""
    known = [value for nugget in asked.gold.evidence if turn in nugget.turns for value in nugget.values]
    return (*known, *(asked.gold.stale_values if turn in asked.gold.stale else ()))
