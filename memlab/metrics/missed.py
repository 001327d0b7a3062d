"""`missed_…`: for every query that was missed, the one cause why; five shares that sum to 1 with that of the hits."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from memlab.life import Nugget
from memlab.metrics.base import Score, check_positive, query_score
from memlab.metrics.choice_accuracy import is_right
from memlab.metrics.frames import Asked, Held, RunFrames
from memlab.metrics.support import covers, verdict, within_budget
from memlab.text import contains

CAUSES = ("never_stored", "not_in_first", "over_budget", "stale_above", "read_wrong")


@dataclass(frozen=True)
class Missed:
    """1 where a query was missed for this cause, 0 where it was not, or for another.

    Judged for queries with evidence. What is attainable is the oracle's; of `read_wrong` it is known only without a
    reader, whose reply to the oracle's memories nobody has heard.
    """

    cause: str
    budget_tokens: int
    unit = "share"
    higher_is_better = False
    per = "query"
    summary = "mean"

    def __post_init__(self) -> None:
        if self.cause not in CAUSES:
            raise ValueError(f"metric missed: cause is {self.cause!r}; it must be one of {list(CAUSES)}")
        check_positive("missed", "budget_tokens", self.budget_tokens)

    @property
    def name(self) -> str:
        return f"missed_{self.cause}"

    def score(self, run: RunFrames) -> Iterator[Score]:
        """0 or 1 per query with evidence."""
        for asked, found, best in _judged(run, self.budget_tokens):
            unheard = self.cause == "read_wrong" and _is_read(asked)
            attainable = None if unheard else float(best == self.cause)
            yield query_score(self.name, asked, float(found == self.cause), None, attainable)


@lru_cache(maxsize=1)  # the five causes are asked for one after the other, of the same frames
def _judged(run: RunFrames, budget_tokens: int) -> list[tuple[Asked, str | None, str | None]]:
    """Every query with evidence, why it was missed, and why the oracle would have missed it."""
    held: dict[str, list[Held]] = defaultdict(list)
    for one in run.held:
        held[one.life.user].append(one)
    return [
        (
            asked,
            why(asked, held[asked.life.user], budget_tokens),
            why(asked.ideal_asked, [_held_by_oracle(asked)], budget_tokens),
        )
        for asked in run.asked
        if asked.gold.evidence
    ]


def _held_by_oracle(asked: Asked) -> Held:
    """Of the oracle's memories those that matter: the evidence, turn by turn."""
    turns = sorted(asked.gold.evidence_turns)
    return Held(
        life=asked.life,
        position=asked.position,
        session=asked.session,
        at=asked.at,
        ids=turns,
        sources=[[turn] for turn in turns],
        valid_tos=[None] * len(turns),
    )


def why(asked: Asked, held: Sequence[Held], budget_tokens: int | None = 512) -> str | None:
    """The one cause why a query was missed, the first that applies; None where it was not, or has no evidence.

    * `never_stored`: for a nugget that is not within the budget, no memory cites a turn, whether recalled or held at
      the session's end before the query or at the one after it (a query may be asked before its session ends). A
      recalled memory that cites the turn and does not support it does not count: what its text lost was not stored.
      Of a memory that is held and not recalled the text is unknown, and its citation is believed.
    * `not_in_first`: the nugget is held, and no recalled memory supports it.
    * `over_budget`: it is recalled and supported, but not within the budget.
    * `stale_above`: every nugget is within the budget, but the first memory that is stale or current is stale.
    * `read_wrong`: none of these, and the reader chose none of the right answers, or abstained. Where the question
      offers no options, what a reader chose is all that it said, and is right where a right answer stands in it.

    Args:
        held: What the strategy held at the ends of sessions, in any order; other users' are passed over.
        budget_tokens: Word pieces that count as read; None for no bound.
    """
    texts = within_budget(asked, budget_tokens)
    missing = _uncovered(asked, texts, asked.gold.evidence)
    if missing:
        return _lost(asked, held, missing)
    if asked.gold.evidence and asked.gold.stale and _stale_above(asked, texts):
        return "stale_above"
    if asked.gold.evidence and _is_read(asked):
        return None if _is_read_right(asked) else "read_wrong"
    return None


def _lost(asked: Asked, held: Sequence[Held], missing: Sequence[Nugget]) -> str:
    unfound = _uncovered(asked, list(zip(asked.texts, asked.sources, strict=True)), missing)
    if not unfound:
        return "over_budget"
    wanted = frozenset().union(*(nugget.turns for nugget in unfound))
    recalled = {(id, frozenset(sources)) for id, sources in zip(asked.ids, asked.sources, strict=True)}
    unread = {
        turn
        for end in _ends_around(asked, held)
        for id, sources in zip(end.ids, end.sources, strict=True)
        if not wanted.isdisjoint(sources) and (id, frozenset(sources)) not in recalled
        for turn in sources
    }
    return "never_stored" if any(nugget.turns.isdisjoint(unread) for nugget in unfound) else "not_in_first"


def _uncovered(asked: Asked, texts: Sequence[tuple[str, list[str]]], nuggets: Sequence[Nugget]) -> list[Nugget]:
    return [nugget for nugget in nuggets if not any(covers(asked, *memory, nugget) for memory in texts)]


def _ends_around(asked: Asked, held: Sequence[Held]) -> list[Held]:
    """The last session's end before a query and the first one after it, where they are."""
    own = [end for end in held if end.life.user == asked.life.user]
    before = max((end for end in own if end.position <= asked.position), key=lambda end: end.position, default=None)
    after = min((end for end in own if end.position > asked.position), key=lambda end: end.position, default=None)
    return [end for end in (before, after) if end is not None]


def _stale_above(asked: Asked, texts: Sequence[tuple[str, list[str]]]) -> bool:
    found = (verdict(asked, *memory) for memory in texts)
    return next((one for one in found if one != "neither"), None) == "stale"


def _is_read(asked: Asked) -> bool:
    return asked.choice is not None or asked.reply is not None


def _is_read_right(asked: Asked) -> bool:
    if asked.choice is None or asked.gold.choices:
        return is_right(asked)
    return any(contains(asked.choice, answer) for answer in asked.gold.answers)
