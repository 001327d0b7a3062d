"""Which of two strategies is better, kind by kind, and whether that changes with the kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from memlab.report.cells import Cell, Row, Table, estimate, whole
from memlab.report.compare import difference, kinds_of
from memlab.report.difficulty.wanted import Finding, Piece, Runs, Wanted
from memlab.report.wishes import higher_is_better
from memlab.results import Result
from memlab.stats import MIN_USERS, ROUNDING
from memlab.stats.paired import Difference

DOUBT = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """a minus b on one kind.

    Attributes:
        alone: With a 95 % interval of its own.
        together: With an interval that holds for all kinds of the source together (Bonferroni).
    """

    alone: Difference
    together: Difference


def better(wanted: Wanted, runs: Runs) -> Piece:
    """The paired difference of the two strategies on each kind, source by source, and whether the better one changes.

    It does where each is better on some kind, by intervals that hold for all kinds together; it does not where one of
    the two is ahead on no kind at all, by its mean. A kind asked of under 6 users has no better. What is found is said
    of the source that is looked at; the others have a table each.
    """
    tables, findings = [], []
    for source in (wanted.of, *(source for source in runs if source != wanted.of)):
        if any(strategy not in runs[source] for strategy in wanted.strategies):
            continue
        a, b = (runs[source][strategy] for strategy in wanted.strategies)
        found = _compared(a, b, wanted.metric)
        if found:
            tables.append(_by_kind(wanted, source, found))
        if found and source == wanted.of:
            findings.append(_changes(wanted, found, higher_is_better(a, wanted.metric) is False))
    return Piece(tables, findings)


def _compared(a: Result, b: Result, metric: str) -> dict[str, Compared]:
    kinds, found = kinds_of(a, metric), {}
    for kind in kinds:
        alone, together = (difference(a, b, metric, kind, 1 - doubt) for doubt in (DOUBT, DOUBT / len(kinds)))
        if alone is not None and together is not None:
            found[kind] = Compared(alone, together)
    return found


def _by_kind(wanted: Wanted, source: str, found: dict[str, Compared]) -> Table:
    a, b = wanted.strategies
    rows = []
    for kind, both in found.items():
        d = both.alone.mean
        surely, perhaps = (_better(x, wanted.strategies) for x in (both.together, both.alone))
        which = surely or (f"({perhaps})" if perhaps else "–")
        rows.append(Row((Cell(kind), estimate(d), whole(d.n), whole(d.users), Cell(which))))
    columns = ("kind", f"{a} − {b}", "n", "users", "better")
    caption = f"{wanted.metric} by kind on {source}, paired by question; in brackets: taken alone"
    return Table(caption, columns, tuple(rows), folded=source != wanted.of, sortable=False)


def _changes(wanted: Wanted, found: dict[str, Compared], less_is_better: bool) -> Finding:
    users, told, sure, ahead = max(both.alone.mean.users for both in found.values()), [], [], []
    for place, name in enumerate(wanted.strategies):
        sign = -1 if bool(place) != less_is_better else 1
        ahead.append(sum(sign * both.alone.mean.mean > ROUNDING for both in found.values()))
        surely = [kind for kind, both in found.items() if _better(both.together, wanted.strategies) == name]
        perhaps = [kind for kind, both in found.items() if _better(both.alone, wanted.strategies) == name]
        sure.append(surely)
        bracketed = [kind if kind in surely else f"({kind})" for kind in perhaps]
        told.append(f"{name} better on {', '.join(bracketed) or 'none'}, ahead on {ahead[-1]}")
    few = f"; {users} user{'s' if users > 1 else ''} of at least {MIN_USERS}" if users < MIN_USERS else ""
    holds = None if few else True if all(sure) else None if all(ahead) else False
    by = "; ahead by point estimates" if holds is False else ""
    what = f"the better of {' and '.join(wanted.strategies)} changes with the kind on {wanted.of}"
    return Finding(what, holds, f"{'; '.join(told)} of {len(found)} kinds{few}{by}")


def _better(d: Difference, strategies: Sequence[str]) -> str:
    """The strategy that the difference's verdict names; empty where it names none."""
    return {"better": strategies[0], "worse": strategies[1]}.get(d.verdict, "")
