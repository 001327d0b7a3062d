"""Kinds of question on which every strategy fails, or none does, by the kind's own metric."""

from collections.abc import Mapping, Sequence
from typing import Any

from memlab.report.cells import Cell, Row, Table, estimate, share, whole
from memlab.report.difficulty.wanted import Finding, Piece, Runs, Wanted
from memlab.results import HEADLINE, Result
from memlab.stats.mean import Mean
from memlab.stats.separation import separation

ABSTENTION = "abstention_auroc"
FLOOR, CEILING = 0.05, 0.95
COIN = 0.5
TURNED = " (below a coin)"


def levels(wanted: Wanted, runs: Runs) -> Piece:
    """The kinds of one source on which all contestants are at the floor of the kind's own metric, or at its ceiling.

    The own metric is the headline where the kind's questions have evidence; where none can be answered, the abstention
    AUROC of its questions against all that can be. A coin has .5 there, so its floor is .55. Confidence whose whole
    interval lies below a coin is said to: it tells the kind apart, the wrong way round.
    """
    contestants = [r for r in runs[wanted.of].values() if not r.is_bound]
    confidences = {r.strategy: r.rows(ABSTENTION) for r in contestants}
    kinds = sorted({kind for r in contestants for kind in r.kinds.values()})
    rows, at = [], {"floor": list[str](), "ceiling": list[str]()}
    for kind in kinds:
        judged = any(r.figure(HEADLINE, kind).get("n") for r in contestants)
        own = [_figure(r, kind) if judged else _abstention(confidences[r.strategy], kind) for r in contestants]
        level, turned = _level([mean for mean in own if mean is not None], judged)
        if level:
            at[level].append(kind + turned)
        n = max((r.figure(HEADLINE, kind).get("n", 0) for r in contestants), default=0)
        asked = n or max((sum(row["kind"] == kind for row in found) for found in confidences.values()), default=0)
        floor = share(FLOOR if judged else COIN + FLOOR)
        metric = Cell(HEADLINE if judged else ABSTENTION)
        cells = (metric, whole(asked), *map(estimate, own), floor, share(CEILING), Cell(level + turned or "–"))
        rows.append(Row((Cell(kind), *cells)))
    columns = ("kind", "own metric", "n", *(r.strategy for r in contestants), "floor", "ceiling", "all are at")
    table = Table(f"Kinds of {wanted.of}, each on its own metric", columns, tuple(rows), sortable=False)
    names = ", ".join(r.strategy for r in contestants)
    return Piece([table], [Finding(f"no kind has all of {names} at its {level}", *_none(at[level])) for level in at])


def _level(own: Sequence[Mean], judged: bool) -> tuple[str, str]:
    """The end of the scale at which all figures are, if they are, and whether they are all surely below a coin."""
    floor = FLOOR if judged else COIN + FLOOR
    if own and max(mean.mean for mean in own) < floor:
        return "floor", TURNED if not judged and all(mean.high is not None and mean.high < COIN for mean in own) else ""
    return ("ceiling" if own and min(mean.mean for mean in own) > CEILING else ""), ""


def _none(kinds: Sequence[str]) -> tuple[bool, str]:
    return not kinds, ", ".join(kinds) or "none"


def _figure(result: Result, kind: str) -> Mean | None:
    found = result.figure(HEADLINE, kind)
    if found.get("mean") is None:
        return None
    return Mean(*(found[name] for name in ("mean", "low", "high", "n", "users")))


def _abstention(rows: Sequence[Mapping[str, Any]], kind: str) -> Mean | None:
    """AUROC of the confidence in all answerable questions against those of one kind that cannot be answered.

    None where the strategy does not abstain, or the kind has no such question.
    """
    wanted = [row for row in rows if row["positive"] or row["kind"] == kind]
    values, positive, users = ([row[name] for row in wanted] for name in ("value", "positive", "user"))
    return separation(values, positive, users, coverage=None, name=ABSTENTION) if wanted else None
