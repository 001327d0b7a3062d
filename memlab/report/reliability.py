"""The figure that shows whether a strategy's confidence is a probability that comes out."""

from collections.abc import Sequence
from typing import Any

from memlab.report.drawing import Figure, canvas, finish
from memlab.report.figures import COLOURS, GREY
from memlab.report.tables import ABSTENTION
from memlab.results import Result
from memlab.stats.calibration import Calibration, calibration

AT_MOST = 4
APART = 0.006  # curves with bins at the same probability are drawn side by side


def draw_reliability(slug: str, results: Sequence[Result]) -> Figure | None:
    """Predicted probability against the share of questions that can be answered, in bins of equal count.

    Drawn are the first four curves of contestants whose confidences can be probabilities: all from 0 to 1 and not all
    the same. Strategies that are equally sure of everything share a curve. None where there are none, and for pooled
    runs, whose shares of answerable questions differ by source.
    """
    told = _told(results)[:AT_MOST]
    if not told:
        return None
    with canvas(6.2, 5.4 + 0.32 * len(told)) as (drawing, axes):
        axes.plot([0, 1], [0, 1], "--", color=GREY, linewidth=0.9)
        for place, (names, found) in enumerate(told):
            _draw(axes, f"{names}:\n{_figures(found)}", found, COLOURS[place], (place - (len(told) - 1) / 2) * APART)
        least = min(min(one.predicted, one.low) for _, found in told for one in found.bins)
        axes.set_xlim(int(10 * least) / 10 - 0.02, 1.02)
        axes.set_ylim(int(10 * least) / 10 - 0.02, 1.02)
        axes.set_xlabel("probability that the evidence is there, as said (mean of each bin)")
        axes.set_ylabel("share of questions that can be answered")
        axes.set_title(f"{results[0].source}: does what is said come out?\nBins of equal count, 95 % Wilson intervals")
        axes.grid(alpha=0.25)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False, fontsize=8)
        alt = f"Reliability of confidence on {results[0].source}, by strategy: " + "; ".join(
            f"{names} {_figures(found)}, from {_point(found, 0)} to {_point(found, -1)}" for names, found in told
        )
        return finish(drawing, slug, "reliability", "whether confidence comes out", alt)


def _told(results: Sequence[Result]) -> list[tuple[str, Calibration]]:
    """The names that share a curve, and the curve, in the order of the results."""
    curves: dict[Calibration, list[str]] = {}
    for result in results:
        if (found := reliability(result)) is not None:
            curves.setdefault(found, []).append(result.strategy)
    return [(", ".join(names), found) for found, names in curves.items()]


def reliability(result: Result) -> Calibration | None:
    """How a run's confidences and outcomes go together; None for a bound, and where they are no probabilities."""
    if result.parts or result.is_bound or not result.figure(ABSTENTION).get("n"):
        return None
    rows = result.rows(ABSTENTION)
    columns = ([row[name] for row in rows] for name in ("value", "positive", "user"))
    return calibration(*columns)


def _draw(axes: Any, label: str, found: Calibration, colour: str, shift: float) -> None:
    x, y = [one.predicted + shift for one in found.bins], [one.share for one in found.bins]
    reach = [[one.share - one.low for one in found.bins], [one.high - one.share for one in found.bins]]
    axes.errorbar(x, y, yerr=reach, fmt="none", ecolor=colour, elinewidth=1, alpha=0.45)
    axes.plot(x, y, "-o", color=colour, markersize=4, linewidth=1.2, label=label)


def _figures(found: Calibration) -> str:
    brier = f"Brier {found.brier.mean:.3f} ({found.untold:.3f} for saying the mean each time)"
    return f"calibration error {found.error:.3f}, {brier}"


def _point(found: Calibration, place: int) -> str:
    return f"{found.bins[place].predicted:.2f} said and {found.bins[place].share:.2f} so"
