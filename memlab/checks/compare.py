"""Two recalls held against each other, and memories shown in a few words."""

from collections.abc import Iterable
from dataclasses import fields, replace
from itertools import zip_longest
from math import isclose

from memlab.events import Memory, Query, Recall

TOLERANCE = 1e-9
SHOWN = 40


def short(text: str) -> str:
    """A text in quotes, cut to what fits a message.

    >>> short("Denver")
    "'Denver'"
    """
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def shown(memory: Memory | None) -> str:
    """A memory in a few words: id, text, sources."""
    if memory is None:
        return "nothing"
    more = f" and {len(memory.sources) - 3} more" if len(memory.sources) > 3 else ""
    return f"memory {short(memory.id)} {short(memory.text)} of {', '.join(memory.sources[:3]) or 'no turn'}{more}"


def difference(this: Recall, that: Recall) -> str | None:
    """Where two recalls first differ, None if they are the same; scores may differ by rounding.

    >>> difference(Recall(), Recall(confidence=1.0))
    'confidence None against 1.0'
    """
    for place, (one, other) in enumerate(zip_longest(this.memories, that.memories), start=1):
        if one == other:
            continue
        if one is None or other is None or not _alike(one, other):
            return f"at place {place} {against(one, other)}"
        if not _close(one.score, other.score):
            return f"at place {place} {shown(one)} with score {one.score} against {other.score}"
    if not _close(this.confidence, that.confidence):
        return f"confidence {this.confidence} against {that.confidence}"
    return None if this.complete == that.complete else f"complete {this.complete} against {that.complete}"


def listing_difference(this: Iterable[Memory], that: Iterable[Memory]) -> str | None:
    """Where two listings first differ, whatever their order; scores of listed memories mean nothing."""
    one, other = ({(m.id, m.text): m for m in listing} for listing in (this, that))
    for key in sorted(one.keys() | other.keys()):
        if not _alike(one.get(key), other.get(key)):
            return f"listed is {against(one.get(key), other.get(key))}"
    return None


def about(query: Query) -> str:
    """A question in a few words."""
    return f"query {query.id} {short(query.text)}"


def against(one: Memory | None, other: Memory | None) -> str:
    """Two memories that differ in more than their scores, with what it is that differs."""
    if shown(one) != shown(other) or one is None or other is None:
        return f"{shown(one)} against {shown(other)}"
    apart = [f.name for f in fields(one) if f.name != "score" and getattr(one, f.name) != getattr(other, f.name)]
    return f"{shown(one)} with other {' and '.join(apart)}"


def _alike(one: Memory | None, other: Memory | None) -> bool:
    """Whether two memories are the same in all but their scores; that most are the same altogether is seen at once."""
    if one == other:
        return True
    return one is not None and other is not None and replace(one, score=0.0) == replace(other, score=0.0)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return repr(one) == repr(other) or isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
