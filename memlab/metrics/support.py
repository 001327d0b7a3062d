"""Whether a memory's text bears out the turns that it cites: sources are a claim, and this checks it."""

from functools import lru_cache

from memlab.metrics.frames import Asked
from memlab.text import contains, cut, normalise, stems


@lru_cache(maxsize=200_000)
def supports(text: str, turn: str, values: tuple[str, ...] = ()) -> bool:
    """Whether a memory's text supports a turn.

    It does when it holds the turn's text, or a value that the turn states, or, where no value is known, at least half
    of the turn's stemmed content words.

    >>> supports("user: I moved to Denver", "user: I moved to Denver")
    True
    >>> supports("lives in Denver", "we finally unpacked in Denver", values=("Denver",))
    True
    >>> supports("", "we finally unpacked in Denver")
    False
    """
    if text == turn or normalise(turn) in normalise(text):
        return True
    if values:
        return any(contains(text, value) for value in values)
    wanted = set(stems(turn))
    return bool(wanted) and 2 * len(wanted & set(stems(text))) >= len(wanted)


def within_budget(asked: Asked, budget_tokens: int | None) -> list[tuple[str, list[str]]]:
    """The texts that fit a budget, with their sources; the first that does not fit is cut, nothing follows it."""
    if budget_tokens is None:
        return list(zip(asked.texts, asked.sources, strict=True))
    fitting, left = [], budget_tokens
    for text, sources, tokens in zip(asked.texts, asked.sources, asked.tokens, strict=True):
        if tokens > left:
            if left > 0:
                fitting.append((cut(text, left), sources))
            break
        fitting.append((text, sources))
        left -= tokens
    return fitting


def supported_turns(asked: Asked, text: str, sources: list[str], turns: frozenset[str]) -> set[str]:
    """Those of `turns` that a memory cites and supports, by the values that their nuggets state."""
    cited = turns.intersection(sources)
    values = {turn: n.values for n in asked.gold.evidence for turn in n.turns}
    return {
        turn for turn in cited if supports(text, asked.life.turns[turn].text, values.get(turn, asked.gold.stale_values))
    }
