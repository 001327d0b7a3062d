"""A metric on one source within the span of others, and bounds that are what they must be."""

import pyarrow.parquet as pq

from memlab.report.cells import Cell, Row, Table, interval, reference, share
from memlab.report.difficulty.wanted import Claim, Part, Runs, Wanted
from memlab.results import HEADLINE, Result
from memlab.runs import SCORES
from memlab.stats import ROUNDING
from memlab.stats.chance import reach_of_chance


def means(wanted: Wanted, runs: Runs) -> Part:
    """The metric of both strategies by source, and whether it lies within the span of the others, give or take."""
    sources, margin = [wanted.of, *wanted.others(runs)], share(wanted.margin).text
    rows, claims = [], []
    for strategy in wanted.strategies:
        found = {s: runs[s][strategy].figure(wanted.metric) for s in sources if strategy in runs[s]}
        known = [mean for s in wanted.span(runs) if (mean := found.get(s, {}).get("mean")) is not None]
        span = (min(known) - wanted.margin, max(known) + wanted.margin) if known else (None, None)
        beyond = _beyond(found.get(wanted.of, {}).get("mean"), *span)
        cells = [interval(found.get(source, {})) for source in sources]
        rows.append(Row((Cell(strategy), *cells, share(span[0]), share(span[1]), Cell(_told(beyond)))))
        what = f"{wanted.metric} of {strategy} on {wanted.of} lies within the span ± {margin}"
        claims.append(Claim(what, None if beyond is None else abs(beyond) <= ROUNDING, _told(beyond)))
    for name in ("n", "users"):
        counts = [max((r.figure(wanted.metric).get(name, 0) for r in runs[s].values()), default=0) for s in sources]
        rows.append(reference(name, [*(Cell(str(n), n) for n in counts), *[Cell("")] * 3]))
    columns = ("strategy", *sources, f"least − {margin}", f"greatest + {margin}", "verdict")
    span_of = " and ".join(wanted.span(runs)) or "no source"
    labels = sorted({str(labels) for s in sources[1:] for r in runs[s].values() if (labels := _labels(r))})
    read = f", labels={' or '.join(labels)}" if labels else ""
    caption = f"{wanted.metric} on {wanted.of} and on others; the span is of {span_of}{read}"
    return Part([Table(caption, columns, tuple(rows), folded=False, sortable=False)], claims)


def bounds(wanted: Wanted, runs: Runs) -> Part:
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
        reach = reach_of_chance(_chances(random, metric)) if random and chance is not None else None
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
    claims = [
        _bound("oracle has exactly what is attainable", best_on, "not so for", short),
        _bound("random has its analytic chance, within what random order strays", drawn_on, "not so for", off),
    ]
    return Part([Table("Bounds", columns, tuple(rows), sortable=False)], claims)


def _bound(what: str, checked: list[str], words: str, failing: list[str]) -> Claim:
    on = f"on {', '.join(dict.fromkeys(checked))}"
    return Claim(what, not failing if checked else None, f"{words} {', '.join(failing)}" if failing else on)


def _chances(result: Result, metric: str) -> list[float]:
    path, wanted = result.folder / "scores.parquet", [("name", "==", metric)]
    return pq.read_table(path, columns=["chance"], schema=SCORES, filters=wanted).column("chance").to_pylist()


def _labels(result: Result) -> str | None:
    return result.config["source"].get("labels")


def _beyond(mean: float | None, low: float | None, high: float | None) -> float | None:
    """By how much a figure lies above a span, below it where negative, 0 inside; None where something is not known."""
    if mean is None or low is None or high is None:
        return None
    return max(mean - high, 0.0) - max(low - mean, 0.0)


def _told(beyond: float | None) -> str:
    if beyond is None:
        return "–"
    if abs(beyond) <= ROUNDING:
        return "inside"
    return f"{share(abs(beyond)).text} {'above' if beyond > 0 else 'below'}"
