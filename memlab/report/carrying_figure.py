"""One order of strategies against another, as a picture: a point for each, with both intervals and its name."""

from collections.abc import Sequence
from typing import Any

from memlab.report.carrying import Claim
from memlab.report.drawing import INK, Figure, canvas, finish
from memlab.report.figures import COLOURS, GREY

STEP = 0.037  # between names, of the height


def draw_carrying(slug: str, claim: Claim) -> Figure:
    """The other side's score across, the judge's up, better to the right and up, and the names in the judge's order."""
    sides = (claim.other, claim.judge)
    found = [{r.strategy: r.figure(side.metric) for r in side.runs} for side in sides]
    other, judge = (dict(zip(order.strategies, order.whole, strict=True)) for order in reversed(claim.ordered))
    # of equal height the rightmost is named lowest, so that lines that lead up do not cross
    names = sorted(claim.strategies, key=lambda name: (judge[name], -other[name], name))
    families = sorted({name.partition(" (")[0] for name in names})
    colours = {name: COLOURS[families.index(name.partition(" (")[0]) % len(COLOURS)] for name in names}
    labels = [side.metric if claim.together else f"{side.metric}, {side.name}" for side in sides]
    with canvas(7.2, max(3.6, 0.2 * len(names) + 1.2)) as (drawing, axes):
        for name in names:
            x, y = (side[name] for side in found)
            for figure, line in ((x, _across(x, y)), (y, _up(x, y))):
                if figure["low"] is not None:
                    axes.plot(*line, color=colours[name], linewidth=1, alpha=0.35)
            axes.plot(x["mean"], y["mean"], "o", color=colours[name], markersize=5)
        axes.grid(alpha=0.25)
        axes.xaxis.set_inverted(sides[0].less_is_better)
        axes.yaxis.set_inverted(sides[1].less_is_better)
        axes.set_xlabel(f"{labels[0]}, 95 % interval over users")
        axes.set_ylabel(labels[1])
        axes.set_title("each contestant by both; where orders agree, points rise to the right")
        _name_points(axes, [(found[0][name]["mean"], found[1][name]["mean"], name) for name in names], colours)
        alt = f"{labels[0]} and {labels[1]}, best by the latter first: " + ", ".join(
            f"{name} {found[0][name]['mean']:.3f} and {found[1][name]['mean']:.3f}" for name in reversed(names)
        )
        return finish(drawing, slug, "scores", "one order against the other", alt)


def _across(x: dict[str, Any], y: dict[str, Any]) -> tuple[list[float], list[float]]:
    return [x["low"], x["high"]], [y["mean"], y["mean"]]


def _up(x: dict[str, Any], y: dict[str, Any]) -> tuple[list[float], list[float]]:
    return [x["mean"], x["mean"]], [y["low"], y["high"]]


def _name_points(axes: Any, points: Sequence[tuple[float, float, str]], colours: dict[str, str]) -> None:
    """Every point's name at the right, lowest first, pushed apart where they would touch, a thin line leading to it."""
    low, high = axes.get_ylim()
    wanted = [(y - low) / (high - low) for _, y, _ in points]
    step = min(STEP, 1 / max(1, len(points) - 1))
    heights: list[float] = []
    for place, height in enumerate(wanted):
        least = heights[-1] + step if heights else 0.0
        heights.append(max(least, min(height, 1 - step * (len(points) - 1 - place))))
    for (x, y, name), height in zip(points, heights, strict=True):
        line: dict[str, Any] = {
            "arrowstyle": "-",
            "color": GREY,
            "linewidth": 0.5,
            "alpha": 0.6,
            "shrinkA": 1,
            "shrinkB": 3,
        }
        line["relpos"] = (0, 0.5)  # from the name's left end, so that it crosses no other name
        axes.annotate(
            name,
            xy=(x, y),
            xytext=(1.03, height),
            textcoords="axes fraction",
            va="center",
            fontsize=7.5,
            color=colours.get(name, INK),
            arrowprops=line,
        )
