"""A metric on one source within the span of others, and bounds that are what they must be."""

from collections.abc import Iterable

from memlab.report.cells import Cell, Row, Table, interval, reference, share, whole
from memlab.report.difficulty.wanted import Finding, Piece, Runs, Wanted, beyond
from memlab.results import HEADLINE, Result
from memlab.stats import ROUNDING
from memlab.stats.chance import reach_of_chance


def means(wanted: Wanted, runs: Runs) -> Piece:
    """The metric of both strategies by source, and whether it lies within the span of the others, give or take."""
    sources, margin = [wanted.of, *wanted.others(runs)], share(wanted.margin).text
    rows, findings = [], []
    for strategy in wanted.strategies:
        found = {s: runs[s][strategy].figure(wanted.metric) for s in sources if strategy in runs[s]}
        known = {s: mean for s in wanted.span(runs) if (mean := found.get(s, {}).get("mean")) is not None}
        low, high = (
            (min(known.values()) - wanted.margin, max(known.values()) + wanted.margin) if known else (None, None)
        )
        mean = found.get(wanted.of, {}).get("mean")
        by = None if mean is None or low is None or high is None else beyond(mean, low, high)
        cells = [interval(found.get(source, {})) for source in sources]
        rows.append(Row((Cell(strategy), *cells, share(low), share(high), Cell(_told(by)))))
        what = f"{wanted.metric} of {strategy} on {wanted.of} lies within the span of {_span(known)} ± {margin}"
        where = f"{share(mean).text}, {_told(by)}" if by else f"{share(mean).text} in"
        told = _told(by) if by is None else f"{where} {share(low).text} to {share(high).text}"
        findings.append(Finding(what, None if by is None else not by, told, primary=True))
    for name in ("n", "users"):
        counts = [max((r.figure(wanted.metric).get(name, 0) for r in runs[s].values()), default=0) for s in sources]
        rows.append(reference(name, [*map(whole, counts), *[Cell("")] * 3]))
    columns = ("strategy", *sources, f"least − {margin}", f"greatest + {margin}", "verdict")
    labels = sorted({str(labels) for s in sources[1:] for r in runs[s].values() if (labels := _labels(r))})
    read = f", labels={' or '.join(labels)}" if labels else ""
    caption = f"{wanted.metric} on {wanted.of} and on others; the span is of {_span(wanted.span(runs))}{read}"
    return Piece([Table(caption, columns, tuple(rows), folded=False, sortable=False)], findings)


def bounds(wanted: Wanted, runs: Runs) -> Piece:
    """Whether the oracle has what is attainable, and random order its analytic chance, on every source.

    The mean of `random` must lie within what random order strays from chance in 99 of 100 runs; nothing is said where
    a metric knows no chance.
    """
    rows, best_on, drawn_on = [], list[str](), list[str]()
    short, off = list[str](), list[str]()
    for source, metric in ((s, m) for s in runs for m in dict.fromkeys((wanted.metric, HEADLINE))):
        oracle, random = runs[source].get("oracle"), runs[source].get("random")
        best, drawn = (r.figure(metric) if r else {} for r in (oracle, random))
        chance, mean = drawn.get("chance"), drawn.get("mean")
        reach = (
            reach_of_chance([row["chance"] for row in random.rows(metric)]) if random and chance is not None else None
        )
        if best.get("mean") is not None and best["attainable"] is not None:
            best_on.append(source)
            if abs(best["mean"] - best["attainable"]) > ROUNDING:
                short.append(f"{metric} on {source}")
        if reach is not None and mean is not None and chance is not None:
            drawn_on.append(source)
            if abs(mean - chance) > reach + ROUNDING:
                off.append(f"{metric} on {source}")
        given = Cell("–") if reach is None else Cell(f"{share(chance).text} ±{share(reach).text}", chance)
        cells = [share(best.get("mean")), share(best.get("attainable")), share(mean), given]
        rows.append(Row((Cell(f"{source}, {metric}"), *cells), "bound"))
    columns = ("source, metric", "oracle", "attainable", "random", "chance (99 %)")
    findings = [
        _bound("oracle has exactly what is attainable", best_on, "not so for", short),
        _bound("random has its analytic chance, within what random order strays", drawn_on, "not so for", off),
    ]
    return Piece([Table("Bounds", columns, tuple(rows), sortable=False)], findings)


def _bound(what: str, checked: list[str], words: str, failing: list[str]) -> Finding:
    on = f"on {', '.join(dict.fromkeys(checked))}"
    return Finding(what, not failing if checked else None, f"{words} {', '.join(failing)}" if failing else on)


def _labels(result: Result) -> str | None:
    return result.config["source"].get("labels")


def _span(sources: Iterable[str]) -> str:
    return " and ".join(sources) or "no source"


def _told(by: float | None) -> str:
    if by is None:
        return "–"
    return f"{share(abs(by)).text} {'above' if by > 0 else 'below'}" if by else "inside"
