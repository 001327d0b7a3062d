"""The sections on the guide's three measures: what is used of the retrieved, what users gain, how a memory grows.

Guide: measures: retrieval relevance, satisfaction delta, health. Each figure is that of its own section.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from memlab.health import COLUMNS
from memlab.report.cells import Cell, Part, Row, Table, reach, share, span, tenths
from memlab.report.compare import difference
from memlab.report.pooled import experiment_of
from memlab.report.sections import Section
from memlab.report.use import USED
from memlab.results import Result
from memlab.stats.paired import Difference
from memlab.traces import file_safe

FLOOR, SATISFACTION = "none", "satisfaction"
ADDED, CHURN = COLUMNS["added"], COLUMNS["churn"]
COUNTS = ("n", "users")
MOST = 3  # strategies that fit 80 columns side by side
EXPLAINED = (
    "What the guide would have measured of any memory; – where it was not. *used@5*: of the first 5 memories that the "
    "reader was given, the share that moved it, where memlab use has measured that. *satisfaction − none*: where users "
    "react, what they gain over no memory, as the mean of the same users' own differences; it is a declared sum with "
    "assumed weights. *detectable* is the smallest such difference that would be found in four of five studies. An "
    "experiment that assigns users and holds a tenth of them out of memory is memlab ab. *memories_added_7d* and "
    "*memories_churn* are growth and churn as in Health, means over all session ends."
)


def measures_sections(groups: Mapping[str, Sequence[Result]]) -> tuple[Section, ...]:
    """One for each set of runs that has any of the measures; none for what is pooled or asked for orders alone."""
    sections = []
    for name, results in groups.items():
        orders = experiment_of(results[0]).keys() & {"carries", "predicts"}
        table = None if orders or results[0].parts else measures(results)
        if table is not None:
            slug = f"measures-{file_safe(name)}"
            sections.append(Section(f"The guide's measures on {name}", slug, (table,), EXPLAINED))
    return tuple(sections)


def measures(results: Sequence[Result]) -> Table | None:
    """A row for each measure, or a column where there are many strategies; None where nothing is measured.

    Args:
        results: Runs that were asked the same questions.
    """
    lines = dict(_lines(results))
    if all(cell.value is None for line in lines.values() for cell in line):
        return None
    caption = "Retrieval relevance, satisfaction over no memory, growth and churn; 95 % intervals over users"
    names = [r.strategy for r in results]
    if len(names) <= MOST:
        rows = [Row((Cell(name), *line)) for name, line in lines.items()]
        return Table(caption, ("measure", *names, *COUNTS), tuple(rows), folded=False, sortable=False)
    parts: list[Part] = ["bound" if r.is_bound else "contestant" for r in results]
    turned = zip([*names, *COUNTS], [*parts, *["reference"] * len(COUNTS)], *lines.values(), strict=True)
    rows = [Row((Cell(name), *cells), part) for name, part, *cells in turned]
    return Table(caption, ("strategy", *lines), tuple(rows), folded=False)


def _lines(results: Sequence[Result]) -> Iterator[tuple[str, list[Cell]]]:
    """Each measure with a cell for every strategy, and those of `COUNTS`."""
    yield USED, _line([r.figure(USED) for r in results])
    gains = _gains(results)
    yield f"{SATISFACTION} − {FLOOR}", _line([{} if gain is None else asdict(gain.mean) for gain in gains])
    if any(gains):
        yield "detectable", [*(share(None if gain is None else gain.detectable) for gain in gains), Cell(""), Cell("")]
    yield ADDED, _line([r.figure(ADDED) for r in results], tenths)
    yield CHURN, _line([r.figure(CHURN) for r in results])


def _gains(results: Sequence[Result]) -> list[Difference | None]:
    """What users gain over no memory under each strategy; None where they do not react, and for no memory itself."""
    floors = [r for r in results if r.strategy == FLOOR]
    if len(floors) != 1:
        return [None] * len(results)
    return [None if r is floors[0] else difference(r, floors[0], SATISFACTION) for r in results]


def _line(figures: Sequence[Mapping[str, Any]], number: Callable[[float | None], Cell] = share) -> list[Cell]:
    return [*(reach(figure, number) for figure in figures), *(span(figures, name) for name in COUNTS)]
