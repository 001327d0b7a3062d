"""The language of a data set in numbers: how varied it is, how often it repeats itself, how questions share its words.

Nothing here tells good text from bad. The figures are for setting one data set beside another, above all simulated
talk beside recorded talk, so none of them grows merely because a data set is longer.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil, log2
from typing import Any

import numpy as np

from memlab.data.survey import Asked, LivedThrough, Survey
from memlab.events import Turn, TurnId
from memlab.text import normalise, stems

WORD = re.compile(r"\w+(?:['’]\w+)*")
WINDOW = 1000
GRAM = 5
NEAR = 0.8

Gram = tuple[str, ...]


def language(data: Survey) -> dict[str, Any]:
    """The figures of one data set; None where there is nothing to count.

    Turns are taken without their speaker's name, and turns without a word are left out. The answers of a question,
    several forms or the parts of a list, are one value together.
    """
    lives = [[said(turn) for turn in life.turns.values()] for life in data.lives]
    worded = [[(text, found) for text in life if (found := words(text))] for life in lives]
    each = [len(found) for life in worded for _, found in life]
    shared = [share for life in data.lives for share in overlaps(life)]
    answers = [" / ".join(sorted(one.gold.answers)) for one in data.asked if one.gold.answers]
    exact = [repeats([text for text, _ in life]) for life in worded]
    near = [near_repeats([found for _, found in life]) for life in worded]
    return {
        "types_per_token": type_token_ratio([[word for _, found in life for word in found] for life in worded]),
        "exact_repeats": _share(exact),
        "near_repeats": _share(near),
        "turn_words": {p: float(np.percentile(each, int(p[1:]))) if each else None for p in ("p50", "p95")},
        "query_overlap": float(np.mean(shared)) if shared else None,
        "answer_bits": entropy(answers) if answers else None,
        "answer_bits_at_most": log2(len(answers)) if answers else None,
    }


def said(turn: Turn) -> str:
    """What a turn says, without the name of its speaker that the default text form puts before it."""
    return turn.text.removeprefix(f"{turn.speaker}: ").strip()


def words(text: str) -> list[str]:
    """The words of a text in lower case; a contraction is one word.

    >>> words("It's 8 o'clock -- isn't it?")
    ["it's", '8', "o'clock", "isn't", 'it']
    """
    return WORD.findall(text.lower().replace("’", "'"))


def type_token_ratio(lives: Sequence[Sequence[str]], window: int = WINDOW) -> float | None:
    """Distinct words per word, in windows of equal length, so that a longer text does not look poorer.

    The mean over all whole windows, one after the other within a life (the mean segmental type-token ratio of
    Johnson, 1944). None where no life is as long as a window.

    >>> type_token_ratio([["a", "b", "a", "a", "c"]], window=2)  # a b, a a; c is no whole window
    0.75
    """
    found = [
        len(set(life[start : start + window])) / window
        for life in lives
        for start in range(0, len(life) - window + 1, window)
    ]
    return float(np.mean(found)) if found else None


def repeats(texts: Sequence[str]) -> list[bool]:
    """Whether each text was there before, letter for letter.

    >>> repeats(["Thanks!", "Hello", "Thanks!", "thanks!"])
    [False, False, True, False]
    """
    first: dict[str, int] = {}
    return [first.setdefault(text, place) < place for place, text in enumerate(texts)]


def near_repeats(texts: Sequence[Sequence[str]], size: int = GRAM, above: float = NEAR) -> list[bool]:
    """Whether each text was there before, or nearly: its runs of five words mostly those of an earlier one.

    Two texts are near when their sets of n-grams have a Jaccard similarity above 0.8, which is what Lee et al. (2022,
    "Deduplicating training data makes language models better") remove. A text of fewer words than an n-gram is one
    gram, so it is near only to itself. The search is exact: two texts this near share one of the first few of their
    grams when these are put in order of rarity (Chaudhuri et al., 2006), so only those are looked up.

    Args:
        texts: The words of each.
        size: Words in a gram.
        above: The similarity to exceed, from 0.5 and under 1.

    >>> before = "the train to Lyon leaves at nine from the old station in the north of town".split()
    >>> near_repeats([before, [*before, "now"], before[:12]])  # 13 grams of 12, 12; of 8 and 12, 8
    [False, True, False]
    """
    sets = [frozenset(grams(text, size)) for text in texts]
    often = Counter(gram for found in sets for gram in found)
    index: dict[Gram, list[int]] = defaultdict(list)
    near = []
    for place, own in enumerate(sets):
        kept = len(own) - ceil(above * len(own)) + 1
        rarest = sorted(own, key=lambda gram: (often[gram], gram))[:kept]
        earlier = {other for gram in rarest if often[gram] > 1 for other in index[gram]}
        near.append(any(_alike(own, sets[other], above) for other in earlier))
        for gram in rarest:
            index[gram].append(place)
    return near


def grams(text: Sequence[str], size: int = GRAM) -> Iterator[Gram]:
    """Every run of so many words; a shorter text whole.

    >>> list(grams(["a", "b", "c"], 2)), list(grams(["a"], 2))
    ([('a', 'b'), ('b', 'c')], [('a',)])
    """
    for start in range(max(1, len(text) - size + 1)):
        yield tuple(text[start : start + size])


def _alike(one: frozenset[Gram], other: frozenset[Gram], above: float) -> bool:
    both = len(one & other)
    return both > above * (len(one) + len(other) - both)


def overlaps(life: LivedThrough) -> Iterator[float]:
    """For each question with evidence, the share of its content words that its best turn of evidence holds.

    Content words are stemmed, and stop words left out; questions without any are passed over.
    """
    found = {id: frozenset(stems(said(life.turns[id]))) for id in life.evidence}
    return (share for one in life.asked if (share := overlap(one, found)) is not None)


def overlap(asked: Asked, found: dict[TurnId, frozenset[str]]) -> float | None:
    """The largest share of a question's content words that one turn of its evidence holds."""
    wanted = frozenset(stems(asked.query.text))
    turns = asked.gold.evidence_turns
    return max(len(wanted & found[turn]) for turn in turns) / len(wanted) if wanted and turns else None


def entropy(values: Sequence[str]) -> float:
    """How many bits it takes on average to tell which value comes, case and punctuation aside.

    It is at most the logarithm of how many values there are, reached when no two are equal.

    >>> entropy(["Denver", "denver", "Boston", "Lyon"])
    1.5
    """
    counts = np.array(sorted(Counter(normalise(value) for value in values).values())) / len(values)
    return float(-(counts * np.log2(counts)).sum()) + 0.0


def _share(found: Sequence[Sequence[bool]]) -> float | None:
    flat = [one for life in found for one in life]
    return float(np.mean(flat)) if flat else None
