"""Figures of a report: the headline, recall against age, and why questions are missed."""

from collections.abc import Sequence
from typing import Any

from memlab.report.colour import readable_on
from memlab.report.drawing import INK, Figure, canvas, finish
from memlab.report.tables import CAUSES, why_shares
from memlab.results import BOUNDS, HEADLINE, Result
from memlab.stats.age import Octave, by_octave

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#a5682a")
GREY = "#8a8a8a"
FOUND = "#0072b2"
CAUSE_COLOURS = dict(zip(CAUSES.values(), ("#b8bcc2", "#d55e00", "#e69f00", "#cc79a7", "#56b4e9"), strict=True))
MIN_LABELLED = 0.045
MIN_PER_OCTAVE = 10


def draw_leaderboard(slug: str, results: Sequence[Result]) -> Figure | None:
    """The headline with its interval, one line per strategy, the best on top; None where none was judged."""
    shown = [r for r in reversed(results) if r.figure(HEADLINE).get("mean") is not None]
    if not shown:
        return None
    with canvas(7.2, 0.42 * len(shown) + 1.4) as (drawing, axes):
        for place, result in enumerate(shown):
            found = result.figure(HEADLINE)
            colour = GREY if result.strategy in BOUNDS else COLOURS[0]
            if found["low"] is not None:
                ends = [max(found["low"], 0), min(found["high"], 1)]
                axes.plot(ends, [place, place], color=colour, linewidth=2.5, alpha=0.5)
            axes.plot(found["mean"], place, "o", color=colour, markersize=7)
            axes.annotate(
                f"{found['mean']:.3f}",
                (found["mean"], place),
                (0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
        name_rows(axes, shown)
        axes.set_xlim(-0.03, 1.05)
        axes.grid(axis="x", alpha=0.25)
        axes.set_xlabel(f"{HEADLINE}, 95 % interval over users")
        axes.set_title(f"{shown[0].source}: evidence within 512 tokens (floor, chance and ceiling in grey)")
        alt = f"{HEADLINE} on {shown[0].source} with 95 % intervals, best first: " + ", ".join(
            f"{r.strategy} {r.figure(HEADLINE)['mean']:.3f}" for r in reversed(shown)
        )
        return finish(drawing, slug, "leaderboard", "leaderboard", alt, inline=False)


def draw_age(slug: str, results: Sequence[Result]) -> Figure | None:
    """The headline against the age of the evidence, in octaves; None where all evidence is of one age."""
    curves = {}
    for result in results:
        octaves = by_octave(result.scores.get(HEADLINE, {}), result.scores.get("evidence_age_days", {}))
        if result.strategy not in ("none", "oracle") and len(octaves) > 1:
            curves[result.strategy] = [octave for octave in octaves if octave.mean.n >= MIN_PER_OCTAVE]
    curves = {name: curve for name, curve in curves.items() if curve}
    if not any(len(curve) > 1 for curve in curves.values()):
        return None
    coloured = sorted(name for name in curves if name not in BOUNDS)
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(coloured)}
    with canvas(7.2, 4.2) as (drawing, axes):
        for name, curve in curves.items():
            _draw_curve(axes, name, curve, colours.get(name, GREY))
        axes.set_xscale("log")
        axes.set_ylim(-0.03, 1.03)
        ticks = [tick for tick in (0.5, 2, 5, 11, 23, 47, 95, 191, 383, 767, 1535) if tick <= max(axes.get_xlim())]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set_xlabel("days since the evidence was last said (middle of each octave)")
        axes.set_ylabel(HEADLINE)
        axes.set_title(f"{results[0].source}: recall against the age of the evidence, bands are 95 % intervals")
        axes.grid(alpha=0.25)
        _name_curves(axes, curves, colours)
        alt = f"{HEADLINE} on {results[0].source} by the age of the evidence, youngest and oldest octave: " + ", ".join(
            f"{name} {curve[0].mean.mean:.2f} to {curve[-1].mean.mean:.2f}" for name, curve in curves.items()
        )
        return finish(drawing, slug, "age", "recall against age", alt)


def draw_why(slug: str, results: Sequence[Result]) -> Figure | None:
    """One bar per strategy from found to read wrong, in the leaderboard's order; None where no run says."""
    shown = [(r, shares) for r in reversed(results) if (shares := why_shares(r)) is not None]
    if not shown:
        return None
    colours = {"found": FOUND} | CAUSE_COLOURS
    with canvas(7.2, 0.36 * len(shown) + 1.5) as (drawing, axes):
        for place, (_, shares) in enumerate(shown):
            left = 0.0
            for words, value in shares.items():
                axes.barh(place, value, left=left, height=0.66, color=colours[words])
                if value >= MIN_LABELLED:
                    ink = readable_on(colours[words])
                    text = f"{value:.2f}".removeprefix("0")
                    axes.text(left + value / 2, place, text, ha="center", va="center", fontsize=8, color=ink)
                left += value
        keys = [axes.barh(0, 0, color=colour, label=words) for words, colour in colours.items()]
        by_row = [keys[place] for place in (0, 3, 1, 4, 2, 5)]  # a legend is filled column by column
        legend = {"ncols": 3, "loc": "lower left", "bbox_to_anchor": (-0.01, 1.0), "borderaxespad": 0.2}
        axes.legend(handles=by_row, frameon=False, fontsize=8, handlelength=1, handleheight=1, **legend)
        axes.set_title(f"{results[0].source}: why questions are missed", pad=36)
        name_rows(axes, [r for r, _ in shown])
        axes.set_xlim(0, 1)
        axes.set_xlabel("share of questions with evidence")
        alt = f"Why questions are missed on {results[0].source}: " + "; ".join(
            f"{r.strategy}: " + ", ".join(f"{words} {value:.2f}" for words, value in shares.items())
            for r, shares in reversed(shown)
        )
        return finish(drawing, slug, "why", "why questions are missed", alt)


def name_rows(axes: Any, shown: Sequence[Result]) -> None:
    """Puts strategies' names beside their rows, from the lowest; bounds in grey."""
    axes.set_yticks(range(len(shown)), [r.strategy for r in shown])
    for label, result in zip(axes.get_yticklabels(), shown, strict=True):
        label.set_color(GREY if result.strategy in BOUNDS else INK)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-0.7, len(shown) - 0.2)


def _draw_curve(axes: Any, name: str, curve: Sequence[Octave], colour: str) -> None:
    style = {"random": ":", "full_history": "--"}.get(name, "-")
    x = [(octave.low_days + octave.high_days) / 2 for octave in curve]
    axes.plot(x, [octave.mean.mean for octave in curve], style, marker="o", color=colour, markersize=4)
    if name not in BOUNDS:
        low = [octave.mean.low if octave.mean.low is not None else octave.mean.mean for octave in curve]
        high = [octave.mean.high if octave.mean.high is not None else octave.mean.mean for octave in curve]
        bounded = ([max(0, v) for v in low], [min(1, v) for v in high])
        axes.fill_between(x, *bounded, color=colour, alpha=0.12, linewidth=0)


def _name_curves(axes: Any, curves: dict[str, list[Octave]], colours: dict[str, str]) -> None:
    """Each curve's name at its right end, pushed apart where they would touch, a thin line leading to it."""
    ends = sorted((curve[-1].mean.mean, name) for name, curve in curves.items())
    heights: list[float] = []
    for place, (end, _) in enumerate(ends):
        lowest = heights[-1] + 0.055 if heights else 0.0
        heights.append(max(lowest, min(end, 1 - 0.055 * (len(ends) - 1 - place))))
    for (end, name), height in zip(ends, heights, strict=True):
        last = curves[name][-1]
        axes.annotate(
            name,
            xy=((last.low_days + last.high_days) / 2, end),
            xytext=(1.03, height),
            textcoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
            color=INK if name in colours else GREY,
            arrowprops={"arrowstyle": "-", "color": colours.get(name, GREY), "linewidth": 0.8, "shrinkA": 1},
        )
